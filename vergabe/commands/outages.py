"""`vergabe outages`: what was down, which procedures it touched, and what was decided."""

import contextlib
import datetime as dt
import uuid
from pathlib import Path
from typing import Any, BinaryIO

import click

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.commands.moments import MOMENT
from vergabe.commands.support import acting, as_option, json_option, print_json, the_app
from vergabe.db import reading, unit_of_work
from vergabe.outages import finding, proposing
from vergabe.outages import queries as cases
from vergabe.outages import service as signing
from vergabe.tenders import queries as tenders
from vergabe.tenders.outlet import Outlet
from vergabe.uptime import detecting, queries, recording
from vergabe.uptime.model import Outage
from vergabe.uptime.recording import EvidenceFile
from vergabe.uptime.rules import CAUSES, SOURCES, OutsideFacts

OPERATOR = Actor.operator("Kommandozeile")


@click.group()
def outages() -> None:
    """Ausfälle: feststellen, festhalten, Fristen verlängern."""


@outages.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Die letzten Ausfälle zeigen, der neueste zuerst."""
    app = the_app()
    with app.app_context(), reading() as session:
        found = queries.outages(session, OPERATOR)
        if as_json:
            print_json([_plain(outage) for outage in found])
            return
        for outage in found:
            click.echo(_line(outage))
        if not found:
            click.echo("Kein Ausfall ist bekannt.")


@outages.command()
def detect() -> None:
    """Lebenszeichen jetzt prüfen und betroffene Verfahren suchen (sonst tut es der Dienst)."""
    app = the_app()
    with app.app_context():
        with unit_of_work() as session:
            new = detecting.detect(session, now=clock.now())
        with unit_of_work() as session:
            touched = finding.examine(session, now=clock.now())
    click.echo(f"{new} neue oder geänderte Ausfälle, {touched} Verfahren betroffen.")


@outages.command()
@click.option("--from", "began_at", type=MOMENT, required=True, help="Beginn.")
@click.option("--until", "ended_at", type=MOMENT, help="Ende; ohne: dauert an.")
@click.option("--source", type=click.Choice(sorted(SOURCES)), required=True, help="Wo.")
@click.option("--evidence", required=True, help="Was gesehen wurde und womit es belegt ist.")
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Beleg, etwa ein Auszug aus dem Protokoll des Proxys.",
)
def record(
    began_at: dt.datetime,
    ended_at: dt.datetime | None,
    source: str,
    evidence: str,
    file: Path | None,
) -> None:
    """Einen von außen gesehenen Ausfall mit Beleg festhalten; er gilt für alle Verfahren."""
    app = the_app()
    with app.app_context(), contextlib.ExitStack() as stack, unit_of_work() as session:
        now = clock.now()
        stream: BinaryIO | None = stack.enter_context(file.open("rb")) if file else None
        found = recording.record_outside(
            session,
            acting(None, now=now),
            OutsideFacts(began_at, ended_at, source, evidence),
            now=now,
            store=app.extensions["vergabe_files"],
            file=EvidenceFile(file.name, stream) if file and stream else None,
        )
        click.echo(f"Festgehalten: {_line(found)}")


@outages.command()
@click.argument("outage_id", metavar="ID", type=click.UUID)
@click.option("--reason", required=True, help="Warum der Ausfall keiner war.")
def withdraw(outage_id: uuid.UUID, reason: str) -> None:
    """Einen irrtümlich festgehaltenen Ausfall zurücknehmen."""
    app = the_app()
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        found = recording.withdraw(session, acting(None, now=now), outage_id, reason, now=now)
        click.echo(f"Zurückgenommen: {_line(found)}")


@outages.command("procedures")
@json_option
def procedures(as_json: bool) -> None:
    """Verfahren zeigen, deren Frist nach einem Ausfall zu prüfen ist, mit dem Vorschlag."""
    app = the_app()
    with app.app_context(), reading() as session:
        now, rows = clock.now(), []
        for tender in cases.tenders_to_decide(session, OPERATOR, limit=500):
            proposal = proposing.proposal_for(session, tender, now=now)
            if proposal is not None:
                rows.append(_proposed(proposal))
        if as_json:
            print_json(rows)
            return
        for row in rows:
            click.echo(f"{row['reference']}  bisher {row['submission_deadline']}")
            click.echo(f"  {row['summary']} ({row['law']})")
        if not rows:
            click.echo("Kein Verfahren wartet auf eine Entscheidung.")


@outages.command()
@click.argument("reference", metavar="AKTENZEICHEN")
@as_option
@click.option("--unopened", is_flag=True, help="Kein Angebot ist geöffnet (abgelaufene Frist).")
@click.option("--reason", default="", help="Begründung (bei abgelaufener Frist).")
def extend(reference: str, as_email: str | None, unopened: bool, reason: str) -> None:
    """Die vorgeschlagene Verlängerung veröffentlichen."""
    app = the_app()
    settings = app.extensions["vergabe_settings"]
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        actor = acting(as_email, now=now)
        tender = tenders.tender_by_reference(session, actor, reference)
        notice = signing.extend(
            session,
            actor,
            tender.id,
            now=now,
            store=app.extensions["vergabe_files"],
            base_url=settings.base_url,
            outlet=Outlet.of(settings.notice_sender),
            is_unopened=unopened,
            reason=reason,
        )
        click.echo(f"{reference}: Fassung {notice.tender_version} ist veröffentlicht.")


def _line(outage: Outage) -> str:
    gone = " – zurückgenommen" if outage.withdrawn_at else ""
    when = recording.spoken(outage.began_at, outage.ended_at)
    return f"{CAUSES[outage.cause]}, {when} ({outage.id}){gone}"


def _plain(outage: Outage) -> dict[str, Any]:
    return {
        "id": str(outage.id),
        "cause": outage.cause,
        "source": outage.source or None,
        "began_at": outage.began_at.isoformat(),
        "ended_at": outage.ended_at.isoformat() if outage.ended_at else None,
        "evidence": outage.evidence,
        "withdrawn": outage.withdrawn_at is not None,
    }


def _proposed(proposal: proposing.Proposal) -> dict[str, Any]:
    deadline = proposal.tender.submission_deadline
    return {
        "reference": proposal.tender.reference,
        "submission_deadline": deadline.isoformat() if deadline else None,
        "proposed_submission_deadline": proposal.extension.submission_deadline.isoformat(),
        "needs_reopening": proposal.extension.needs_reopening,
        "summary": proposal.summary,
        "law": proposal.result.law,
        "steps": list(proposal.result.steps),
        "against": [reason.message for reason in proposal.against],
    }
