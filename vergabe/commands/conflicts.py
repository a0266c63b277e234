"""`vergabe conflicts`: declarations on conflicts of interest, the operator's own among them."""

from typing import Any

import click

from vergabe import clock
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.conflicts import queries, service
from vergabe.conflicts.rules import STATE_NAMES
from vergabe.db import reading, unit_of_work
from vergabe.tenders import queries as tenders


@click.group()
def conflicts() -> None:
    """Erklärungen zu Interessenkonflikten (§ 6 VgV)."""


@conflicts.command("list")
@click.argument("reference")
@as_option
@json_option
def list_(reference: str, as_email: str | None, as_json: bool) -> None:
    """Wer sich zu einem Verfahren erklärt hat und wer nicht."""
    app = the_app()
    with app.app_context(), reading() as session:
        now = clock.now()
        actor = acting(as_email, now=now)
        tender = tenders.tender_by_reference(session, actor, reference)
        runs = queries.runs(session, actor, tender.pool, now=now)
        found = queries.declarants(session, tender.pool, now=now) if runs else []
        rows: list[dict[str, Any]] = [
            {
                "name": each.name,
                "organisation": each.organisation_name,
                "is_substitute": each.is_substitute,
                "state": each.state.value,
            }
            for each in found
        ]
    if as_json:
        print_json(rows)
        return
    for row, each in zip(rows, found, strict=True):
        click.echo(f"{STATE_NAMES[each.state]:45}{row['name']}, {row['organisation']}")
    if not rows:
        click.echo("Die Liste sieht, wer das Verfahren führt.")


@conflicts.command("declare")
@click.argument("reference")
@click.option("--name", required=True, help="Wer die Plattform betreibt (Vor- und Nachname).")
@click.option("--conflict", default="", help="Der Interessenkonflikt; ohne: es besteht keiner.")
@click.option("--note", default="", help="Was sich seit einem Konflikt geändert hat.")
def declare(reference: str, name: str, conflict: str, note: str) -> None:
    """Die Erklärung des Betriebs der Plattform zu einem Verfahren abgeben."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        actor = acting(None, now=now)
        tender = tenders.tender_by_reference(session, actor, reference)
        service.declare_for_operator(
            session,
            actor,
            tender.pool_id,
            name,
            has_conflict=bool(conflict),
            text=conflict or note,
            now=now,
        )
    click.echo("Die Erklärung ist vermerkt.")
