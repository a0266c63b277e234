"""`vergabe notice status` and `vergabe notice send`: what became of notices outside."""

import sys
from typing import Any

import click
from sqlalchemy.orm import Session

from vergabe import clock, sweeps
from vergabe.access.actor import Actor
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.db import reading, unit_of_work
from vergabe.notices import delivering, delivery_queries, delivery_views
from vergabe.notices.delivery_views import DeliveryView
from vergabe.tenders import queries as tenders
from vergabe.tenders.outlet import Outlet


@click.command()
@click.argument("reference")
@as_option
@json_option
def status(reference: str, as_email: str | None, as_json: bool) -> None:
    """Zeigen, wie weit die Bekanntmachungen eines Verfahrens außen sind."""
    app = the_app()
    with app.app_context(), reading() as session:
        found = _found(session, acting(as_email, now=clock.now()), reference)
    _print(found, as_json)


@click.command()
@click.argument("reference")
@as_option
@json_option
def send(reference: str, as_email: str | None, as_json: bool) -> None:
    """Jetzt senden und nachfragen; Beanstandetes, das hier öffentlich ist, noch einmal senden."""
    app = the_app()
    with app.app_context():
        with unit_of_work() as session:
            actor = acting(as_email, now=clock.now())
            tender = tenders.tender_by_reference(session, actor, reference)
            outlet = Outlet.of(app.extensions["vergabe_settings"].notice_sender)
            for view in _views(session, actor, reference):
                if view.may_send_again:
                    delivering.send_again(
                        session, actor, tender.id, view.delivery.id, outlet=outlet, now=clock.now()
                    )
            delivering.hurry(session, actor, tender.id, now=clock.now())
        sweeps.send_notices(app)
        with reading() as session:
            found = _found(session, acting(as_email, now=clock.now()), reference)
    _print(found, as_json)
    if any(entry["state"] in ("rejected", "blocked") for entry in found):
        sys.exit(1)


def _views(session: Session, actor: Actor, reference: str) -> list[DeliveryView]:
    tender = tenders.tender_by_reference(session, actor, reference)
    lives = delivery_queries.lives_of(session, tender.id)
    views = [delivery_views.view_of(life, now=clock.now()) for life in lives]
    return [version for view in views for version in view.versions]


def _found(session: Session, actor: Actor, reference: str) -> list[dict[str, Any]]:
    return [
        {
            "notice": view.delivery.idempotency_key,
            "kind": view.delivery.notice.kind,
            "state": view.delivery.state,
            "shown": view.state_name,
            "tracking_code": view.delivery.tracking_code,
            "publication_number": view.delivery.publication_number,
            "public_from": view.delivery.release_at,
            "last_error": view.delivery.last_error,
            "reasons": view.reasons,
            "events": [
                {key: item.get(key) for key in ("datetime", "title", "text")}
                for item in view.timeline
            ],
        }
        for view in _views(session, actor, reference)
    ]


def _print(found: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("Nichts ging nach außen.")
    for entry in found:
        click.echo(f"{entry['notice']}: {entry['shown']}")
        for event in entry["events"]:
            text = f" ({event['text']})" if event["text"] else ""
            click.echo(f"  {event['datetime'] or 'danach'}  {event['title']}{text}")
        for reason in entry["reasons"]:
            click.echo(f"  dagegen: {reason['text']}")
