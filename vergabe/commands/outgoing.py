"""`vergabe outbox` and `vergabe mail`: what was given up, and what mail servers have answered."""

import sys
import uuid
from pathlib import Path

import click

from vergabe import clock
from vergabe.commands.support import acting, json_option, print_json, the_app
from vergabe.db import reading, unit_of_work
from vergabe.messages import bounces
from vergabe.operation import pruning, set_aside
from vergabe.settings import MINIMUM_KEPT_DAYS, Settings

_ALL = 100_000


@click.group("outbox")
def outbox() -> None:
    """Aufträge an die Außenwelt, die aufgegeben wurden."""


@outbox.command("list")
@json_option
def show(as_json: bool) -> None:
    """Zeigen, was aufgegeben wurde, und warum."""
    with the_app().app_context(), reading() as session:
        found = set_aside.rows(session, acting(None, now=clock.now()), limit=_ALL)
    if as_json:
        print_json(
            [
                {
                    "id": row.id,
                    "kind": row.kind,
                    "name": row.name,
                    "created_at": row.created_at,
                    "attempts": row.attempts,
                    "reason": row.reason,
                    "may_retry": not row.is_lost,
                }
                for row in found
            ]
        )
        return
    for row in found:
        click.echo(f"{row.id}  {row.kind:8}  {row.name}  ({row.attempts} Versuche)\n  {row.reason}")
    if not found:
        click.echo("Nichts wurde aufgegeben.")


@outbox.command("retry")
@click.argument("row_id", metavar="ID", type=click.UUID, required=False)
@click.option("--all", "is_all", is_flag=True, help="Alles, was noch einmal versucht werden kann.")
@click.option("--kind", type=click.Choice(list(set_aside.KINDS)), help="Nur von dieser Art.")
def retry(row_id: uuid.UUID | None, is_all: bool, kind: str | None) -> None:
    """Aufgegebenes noch einmal versuchen lassen."""
    if (row_id is None) != is_all:
        raise click.UsageError("Nennen Sie eine ID oder --all.")
    with the_app().app_context(), unit_of_work() as session:
        now = clock.now()
        actor = acting(None, now=now)
        wanted = [row_id] if row_id else []
        if is_all:
            wanted = [
                row.id
                for row in set_aside.rows(session, actor, limit=_ALL)
                if not row.is_lost and kind in (None, row.kind)
            ]
        for each in wanted:
            set_aside.try_again(session, actor, each, now=now)
    click.echo(f"{len(wanted)} werden noch einmal versucht.")


@outbox.command("prune")
@click.option(
    "--days",
    type=click.IntRange(min=MINIMUM_KEPT_DAYS),
    help="Was älter ist, geht. Ohne Angabe gilt VERGABE_KEEP_DONE_DAYS (400).",
)
@json_option
def prune(days: int | None, as_json: bool) -> None:
    """Erledigte Aufträge und alte Webhook-Aufrufe löschen; Mitteilungen und Akten bleiben."""
    app = the_app()
    settings: Settings = app.extensions["vergabe_settings"]
    keep_days = days or settings.keep_done_days
    if not keep_days:
        raise click.UsageError("VERGABE_KEEP_DONE_DAYS ist 0: alles bleibt. Nennen Sie --days.")
    with app.app_context():
        found = pruning.prune(now=clock.now(), keep_days=keep_days)
    if as_json:
        print_json(
            {"outbox_rows": found.outbox_rows, "webhook_calls": found.webhook_calls},
        )
        return
    click.echo(
        f"{found.outbox_rows} erledigte Aufträge und {found.webhook_calls} Webhook-Aufrufe, "
        f"älter als {keep_days} Tage, sind gelöscht."
    )


@click.group("mail")
def mail() -> None:
    """E-Mail: was Mailserver geantwortet haben, Adressen ohne Zustellung."""


@mail.command("bounces")
@click.argument(
    "maildir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=False,
)
def read_bounces(maildir: Path | None) -> None:
    """Unzustellbarkeitsmeldungen lesen: eine von der Standardeingabe, oder alle eines Maildir.

    So ruft sie ein Mailserver auf: vergabe: "|/opt/vergabe/bin/vergabe mail bounces".
    """
    app = the_app()
    noted = 0
    with app.app_context():
        if maildir is None:
            with unit_of_work() as session:
                noted = bounces.take(session, sys.stdin.buffer.read(), now=clock.now())
        else:
            for file in bounces.unread_in(maildir):
                content = bounces.content_of(file)
                with unit_of_work() as session:
                    noted += bounces.take(session, content, now=clock.now())
                bounces.put_away(maildir, file)
    click.echo(f"{noted} E-Mails kamen nicht an.")


@mail.command("addresses")
@click.option("--use-again", metavar="ADRESSE", help="Diese Adresse wieder benutzen.")
@json_option
def addresses(use_again: str | None, as_json: bool) -> None:
    """Adressen zeigen, an denen nichts ankommt, oder eine wieder benutzen."""
    with the_app().app_context(), unit_of_work() as session:
        if use_again is not None:
            bounces.use_again_by_operator(session, use_again)
            click.echo("An diese Adresse gehen wieder E-Mails.")
            return
        found = [
            {"address": dead.address, "status": dead.status, "text": dead.text, "at": dead.at}
            for dead in bounces.dead_addresses(session, limit=_ALL)
        ]
    if as_json:
        print_json(found)
        return
    for dead in found:
        click.echo(f"{dead['address']}  {dead['status']} {dead['text']}")
