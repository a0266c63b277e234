"""`vergabe webhooks`: what waits and what was given up, by subscription; send again."""

import uuid

import click
from sqlalchemy import select

from vergabe import clock
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.db import reading, unit_of_work
from vergabe.webhooks import queries, service
from vergabe.webhooks.model import WebhookSubscription


@click.group("webhooks")
def webhooks() -> None:
    """Webhooks."""


@webhooks.command("list")
@json_option
def show(as_json: bool) -> None:
    """Alle Webhooks mit dem, was angekommen, wartend und aufgegeben ist."""
    with the_app().app_context(), reading() as session:
        found = [
            {
                "id": each.id,
                "organisation": each.organisation.name,
                "name": each.name,
                "url": each.url,
                "paused": each.paused_reason,
                "calls": queries.counts(session, each.id),
            }
            for each in session.scalars(
                select(WebhookSubscription)
                .where(WebhookSubscription.ended_at.is_(None))
                .order_by(WebhookSubscription.id)
            )
        ]
    if as_json:
        print_json(found)
        return
    for each in found:
        paused = f"  angehalten: {each['paused']}" if each["paused"] else ""
        click.echo(f"{each['id']}  {each['organisation']}  {each['name']}  {each['url']}{paused}")


@webhooks.command("send-again")
@click.argument("call_id", metavar="ID", type=click.UUID)
@as_option
def send_again(call_id: uuid.UUID, as_email: str | None) -> None:
    """Einen aufgegebenen Aufruf noch einmal senden."""
    with the_app().app_context(), unit_of_work() as session:
        now = clock.now()
        found = service.send_again(session, acting(as_email, now=now), call_id, now=now)
        click.echo(f"Aufruf {found.sequence} ({found.kind}) wird noch einmal gesendet.")
