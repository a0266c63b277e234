"""`vergabe costs`: shares of a project, and the ledger of a cooperation."""

import pathlib
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.cooperations import queries as cooperations
from vergabe.cost_shares import overview, queries, statements
from vergabe.cost_shares.as_json import costs_json, ledger_json
from vergabe.cost_shares.schema import LedgerSchema, ProjectCostsSchema
from vergabe.db import reading
from vergabe.errors import NotFound, Refused
from vergabe.money import german
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.tenders import queries as tenders


@click.group()
def costs() -> None:
    """Kosten von Vorhaben und Vorleistungen der Federführung."""


@costs.command("show")
@click.argument("reference")
@as_option
@json_option
def show(reference: str, as_email: str | None, as_json: bool) -> None:
    """Kosten einer Bündelung oder eines Verfahrens mit den Anteilen der Mitglieder.

    REFERENCE: Aktenzeichen, z. B. DLZ-2026-0007.
    """
    with the_app().app_context(), reading() as session:
        now = clock.now()
        actor = acting(as_email, now=now)
        pool = _pool(session, actor, reference)
        found = overview.project_costs(session, pool, now=now)
        is_over = found.tender is not None and found.tender.stage == "cancelled"
        without_award = overview.no_award_shares(session, pool, now=now) if is_over else None
        if as_json:
            print_json(ProjectCostsSchema().dump(costs_json(found, without_award)))
        else:
            _print_costs(found)


def _pool(session: Session, actor: Actor, reference: str) -> Pool:
    wanted = reference.strip().upper()
    pool_id = session.scalars(select(Pool.id).where(Pool.reference == wanted)).one_or_none()
    if pool_id is None:
        pool_id = tenders.tender_by_reference(session, actor, wanted).pool_id
    return pools.visible_pool(session, actor, pool_id)


def _print_costs(found: overview.ProjectCosts) -> None:
    click.echo(f"{found.pool.reference}: {found.pool.title}\nSchlüssel: {found.key.name}")
    for line in found.lines:
        click.echo(f"\n{line.category}: {line.text}, {german(line.cents)} ({line.state})")
        for member, cents, how in line.explained(found.members):
            click.echo(f"  {member.name}: {german(cents)}. {how}")
    for problem in found.problems:
        click.echo(f"Offen: {problem.message}")


@costs.command("ledger")
@click.argument("key")
@click.option(
    "--xlsx", type=click.Path(dir_okay=False, path_type=pathlib.Path), help="Als Tabelle speichern."
)
@as_option
@json_option
def ledger(key: str, xlsx: pathlib.Path | None, as_email: str | None, as_json: bool) -> None:
    """Vorleistungen einer Zusammenarbeit: wer schuldet was; prüft die Summen.

    KEY: Kürzel der Zusammenarbeit, z. B. dlz.
    """
    with the_app().app_context(), reading() as session:
        now = clock.now()
        actor = acting(as_email, now=now)
        cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
        if not queries.reads_ledger(actor, cooperation):
            raise NotFound("Das Buch der Vorleistungen")
        found = statements.ledger(session, cooperation, today=clock.berlin_day(now))
        if xlsx is not None:
            xlsx.write_bytes(statements.ledger_workbook(session, cooperation))
        if as_json:
            shown: dict[str, Any] = LedgerSchema().dump(ledger_json(found))
            print_json(shown)
        else:
            _print_ledger(found)
        if not found.adds_up:
            raise Refused("ledger_broken", "Die Summe stimmt nicht mit den Mitgliedern überein.")


def _print_ledger(found: statements.Ledger) -> None:
    for member in found.members:
        click.echo(
            f"{member.name}: vorgeleistet {german(member.advanced_cents)}, zurückgefordert und "
            f"offen {german(member.owes_cents)}, überfällig {german(member.overdue_cents)}"
        )
    click.echo(f"Noch zu bekommen: {german(found.total_cents)}")
