"""`vergabe pool propose` and `choose`: pools over released demands, and which to go on with."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.cooperations import queries as cooperations
from vergabe.db import reading, unit_of_work
from vergabe.money import german
from vergabe.pools import plain_data, presenting, proposing, selecting
from vergabe.pools.model import Pool


@click.group()
def pool() -> None:
    """Bündelungen von Bedarfen mehrerer Kommunen."""


@pool.command("propose")
@click.option("--cooperation", "key", required=True, help="Kürzel der Zusammenarbeit, z. B. dlz.")
@click.option("--area", "area_key", help="Nur dieses Aufgabengebiet.")
@click.option("--dry-run", is_flag=True, help="Nur zeigen, nichts speichern.")
@as_option
@json_option
def propose(
    key: str, area_key: str | None, dry_run: bool, as_email: str | None, as_json: bool
) -> None:
    """Bündelungen aus freigegebenen Bedarfen vorschlagen, mit Gründen dafür und dagegen.

    Ein zweiter Aufruf legt nichts doppelt an; Abgelehntes wird nicht unverändert vorgeschlagen.
    """
    app = the_app()
    with app.app_context():
        with reading() if dry_run else unit_of_work() as session:
            found = _found(session, key, area_key, as_email, is_dry=dry_run)
        if as_json:
            print_json(found)
        else:
            _print(found, is_dry=dry_run)


@pool.command("choose")
@click.option("--cooperation", "key", required=True, help="Kürzel der Zusammenarbeit, z. B. dlz.")
@click.option("--area", "area_key", required=True, help="Aufgabengebiet.")
@click.option(
    "--procedures",
    required=True,
    type=click.IntRange(1, selecting.MOST_PROCEDURES),
    help="Wie viele Verfahren möglich sind.",
)
@as_option
@json_option
def choose(key: str, area_key: str, procedures: int, as_email: str | None, as_json: bool) -> None:
    """Vorhaben auswählen, wenn mehr vorgeschlagen ist, als ausgeschrieben werden kann.

    Berechnet wird, womit die meisten einzelnen Verfahren entfallen. Gespeichert wird nichts.
    """
    app = the_app()
    with app.app_context(), reading() as session:
        now = clock.now()
        actor = acting(as_email, now=now)
        cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
        area = cooperations.area_by_key(session, cooperation.id, area_key)
        found = selecting.select_pools(session, actor, area, procedures, now=now)
        if as_json:
            print_json(selecting.as_json(found))
            return
        for title, entries in (("Ausgewählt", found.chosen), ("Nicht ausgewählt", found.left)):
            for entry in entries:
                reasons = " ".join(entry.reasons)
                click.echo(f"{title}: {entry.pool.reference} {entry.pool.title}. {reasons}")
                for guest in entry.guests:
                    click.echo(
                        f"  + {guest.demand.title} ({guest.demand.organisation_name}), bisher in "
                        f"{guest.home.reference}, Ähnlichkeit {guest.percent} %"
                    )
        click.echo(found.sentence)


def _found(
    session: Session, key: str, area_key: str | None, as_email: str | None, *, is_dry: bool
) -> list[dict[str, Any]]:
    now = clock.now()
    actor = acting(as_email, now=now)
    cooperation = cooperations.cooperation_by_key(session, actor, key, now=now)
    area_id = None
    if area_key is not None:
        area_id = cooperations.area_by_key(session, cooperation.id, area_key).id
    if is_dry:
        previews = proposing.preview_pools(session, actor, cooperation.id, area_id, now=now)
        return [plain_data.preview_as_json(preview) for preview in previews]
    pools = proposing.propose_pools(session, actor, cooperation.id, area_id, now=now)
    return _as_json(session, actor, pools)


def _as_json(session: Session, actor: Actor, pools: Sequence[Pool]) -> list[dict[str, Any]]:
    now = clock.now()
    return [
        plain_data.view_as_json(presenting.pool_view(session, actor, found, now=now))
        for found in pools
    ]


def _print(found: Sequence[dict[str, Any]], *, is_dry: bool) -> None:
    for proposal in found:
        head = proposal["reference"] or ("neu" if proposal["is_new"] else "besteht schon")
        click.echo(f"{head}: {proposal['title']}")
        law = proposal["law"]
        click.echo(
            f"  {len(proposal['members'])} Mitglieder, "
            f"{_total(proposal)}, Regelwerk: {law['regime_name']}"
        )
        click.echo(
            f"  Benötigt: {proposal['needed_from'] or '–'} bis {proposal['needed_until'] or '–'}"
        )
        for member in proposal["members"]:
            click.echo(f"  {member['name']}")
            for demand in member["demands"]:
                click.echo(f"    {demand['reference']}  {demand['title']}")
                for line in demand["lines"]:
                    click.echo(f"      {line['amount'] or '–'}  {line['text']}")
        for mark, reasons in (("+", proposal["for"]), ("–", proposal["against"])):
            for reason in reasons:
                law_of = f" ({reason['law']})" if reason["law"] else ""
                click.echo(f"  {mark} {reason['text']}{law_of}")
        click.echo("")
    kind = "würden vorgeschlagen" if is_dry else "stehen als Vorschlag"
    click.echo(f"{len(found)} Bündelungen {kind}.")


def _total(proposal: dict[str, Any]) -> str:
    cents = proposal["total_net"]["amount_cents"]
    return f"{german(cents)} netto" if cents else "ohne Wertangabe"
