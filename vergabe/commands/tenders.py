"""`vergabe tender`: what there is, and what still keeps one from being published."""

import sys

import click

from vergabe import clock
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.db import reading
from vergabe.tenders import gates, queries, rules
from vergabe.tenders.as_json import gate_as_json
from vergabe.tenders.rules import Stage


@click.group()
def tender() -> None:
    """Vergabeverfahren."""


@tender.command("list")
@click.option(
    "--stage", type=click.Choice([str(stage) for stage in Stage]), help="Nur mit diesem Stand."
)
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@as_option
@json_option
def list_(stage: str | None, limit: int, as_email: str | None, as_json: bool) -> None:
    """Verfahren auflisten, neueste zuerst."""
    app = the_app()
    with app.app_context(), reading() as session:
        now = clock.now()
        page = queries.tenders_page(session, acting(as_email, now=now), stage=stage, limit=limit)
        found = [
            {
                "reference": item.reference,
                "title": item.title,
                "stage": item.stage,
                "lead": item.lead_name,
                "estimated_value_net_cents": item.estimated_value_net_cents,
                "submission_deadline": item.submission_deadline,
                "shown": rules.shown_stage(
                    Stage(item.stage),
                    item.submission_deadline,
                    now,
                    is_public=item.public_since is not None,
                ),
            }
            for item in page.items
        ]
    if as_json:
        print_json(found)
        return
    for row in found:
        click.echo(f"{row['reference']:18}{row['shown']:30}{row['title']}")
    if not found:
        click.echo("Keine Verfahren.")


@tender.command("gates")
@click.argument("reference")
@as_option
@json_option
def gates_(reference: str, as_email: str | None, as_json: bool) -> None:
    """Voraussetzungen der Veröffentlichung; Ende mit 1, solange etwas fehlt."""
    app = the_app()
    with app.app_context(), reading() as session:
        now = clock.now()
        found = queries.tender_by_reference(session, acting(as_email, now=now), reference)
        shown, checked = found.reference, gates.all_gates(session, found, now=now)
    if as_json:
        print_json(
            {
                "reference": shown,
                "is_open": all(gate.is_open for gate in checked),
                "gates": [gate_as_json(gate) for gate in checked],
            }
        )
    else:
        for gate in checked:
            click.echo(f"{'erfüllt' if gate.is_open else 'FEHLT':9}{gate.title}")
            for reason in gate.reasons:
                who = f" → {reason.who}" if reason.who else ""
                law = f" ({reason.law})" if reason.law else ""
                click.echo(f"         – {reason.message}{law}{who}")
            for note in gate.notes:
                click.echo(f"         Hinweis: {note}")
    if not all(gate.is_open for gate in checked):
        sys.exit(1)
