"""Pages: the outages of the platform, and for officers the procedures that they touched."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.files import current
from vergabe.law import outages as law
from vergabe.outages import finding, proposing, queries, rules, service
from vergabe.tenders import duties, presenting
from vergabe.tenders import queries as tenders
from vergabe.tenders.outlet import Outlet
from vergabe.texts import _
from vergabe.uptime import queries as uptime
from vergabe.uptime import recording
from vergabe.uptime.recording import EvidenceFile
from vergabe.uptime.rules import CAUSES, SOURCES, OutsideFacts, reasons_against_words
from vergabe.web import shell
from vergabe.web.downloads import content_disposition
from vergabe.web.forms import FormReader, day_and_time
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("outages", __name__)


@pages.get("/ausfaelle")
@requires(Permission.VIEW_DEADLINES)
def index() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    may_decide = actor.holds(Permission.PUBLISH_TENDERS)
    waiting = queries.tenders_to_decide(session, actor) if may_decide else []
    return render_template(
        "outages/index.html",
        outages=uptime.outages(session, actor),
        announced=uptime.announced_windows(session, now=now),
        causes=CAUSES,
        sources=SOURCES,
        proposals=[
            found
            for tender in waiting
            if duties.may(session, actor, tender, Step.EXTEND, now=now)
            and (found := proposing.proposal_for(session, tender, now=now)) is not None
        ],
        may_record=actor.holds(Permission.RECORD_OUTAGES),
    )


@pages.get("/ausfaelle/<uuid:outage_id>")
@requires(Permission.VIEW_DEADLINES)
def show(outage_id: uuid.UUID) -> ResponseReturnValue:
    return _show(outage_id)


def _show(
    outage_id: uuid.UUID, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    outage = uptime.visible_outage(session, actor, outage_id)
    is_own = outage.organisation_id is not None and outage.organisation_id == actor.organisation_id
    html = render_template(
        "outages/show.html",
        outage=outage,
        cause=CAUSES[outage.cause],
        source=SOURCES.get(outage.source, ""),
        window=rules.spoken([finding.window_of(outage, now=now)]),
        touched=queries.touched_by(session, actor, outage.id),
        others=queries.other_deadlines(session, actor, outage, reach=law.longest_reach(), now=now),
        state_names=rules.STATE_NAMES,
        may_withdraw=is_own
        and outage.withdrawn_at is None
        and actor.holds(Permission.RECORD_OUTAGES),
        violations=violations,
        values=request.form,
    )
    return html, status


@pages.get("/ausfaelle/<uuid:outage_id>/beleg")
@requires(Permission.VIEW_DEADLINES)
def evidence(outage_id: uuid.UUID) -> ResponseReturnValue:
    """The file that was given as evidence."""
    outage = uptime.visible_outage(db.session(), current_actor(), outage_id)
    if outage.file_sha256 is None or outage.file_name is None:
        raise NotFound("Der Beleg")
    chunks = current.store().chunks(outage.file_sha256)
    response = Response(chunks, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition(outage.file_name)
    return response


@pages.get("/ausfaelle/neu")
@requires(Permission.RECORD_OUTAGES)
def new() -> ResponseReturnValue:
    return _form({})


def _form(
    values: Mapping[str, Any], violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    empty = {**day_and_time("began_at", None), **day_and_time("ended_at", None)}
    html = render_template(
        "outages/new.html",
        values={**empty, **values},
        sources=list(SOURCES.items()),
        violations=violations,
    )
    return html, status


@pages.post("/ausfaelle/neu")
@requires(Permission.RECORD_OUTAGES)
@commits
def record() -> ResponseReturnValue:
    reader = FormReader(request.form)
    uploaded = request.files.get("file")
    try:
        found = recording.record_outside(
            db.session(),
            current_actor(),
            _facts(reader),
            now=clock.now(),
            store=current.store(),
            file=EvidenceFile(uploaded.filename, uploaded.stream)
            if uploaded and uploaded.filename
            else None,
        )
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _form(request.form, error.reasons, status=error.status)
    flash(_("Der Ausfall ist festgehalten. Betroffene Verfahren werden jetzt gesucht."), "success")
    return redirect(url_for(".show", outage_id=found.id), code=303)


def _facts(reader: FormReader) -> OutsideFacts:
    """Return what was typed; InvalidInput names every field that is wrong."""
    began_at, ended_at = reader.moment("began_at"), reader.moment("ended_at")
    if began_at is None and not any(v.field == "began_at" for v in reader.violations):
        sentence = "Geben Sie an, seit wann es nicht ging."
        reader.violations.append(Violation("began_at_missing", sentence, field="began_at"))
    source, evidence = reader.text("source"), reader.text("evidence")
    if reader.violations or began_at is None:
        reader.violations += reasons_against_words(source, evidence)
        raise InvalidInput.of(reader.violations)
    return OutsideFacts(began_at, ended_at, source, evidence)


@pages.post("/ausfaelle/<uuid:outage_id>/zuruecknehmen")
@requires(Permission.RECORD_OUTAGES)
@commits
def withdraw(outage_id: uuid.UUID) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        recording.withdraw(db.session(), current_actor(), outage_id, reason, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _show(outage_id, error.reasons, status=error.status)
    flash(_("Der Ausfall ist zurückgenommen."), "success")
    return redirect(url_for(".show", outage_id=outage_id), code=303)


@pages.get("/vergabeverfahren/<uuid:tender_id>/ausfall")
@requires(Permission.VIEW_TENDERS)
def decide(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _decide(tender_id)


def _decide(
    tender_id: uuid.UUID, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = tenders.visible_tender(session, actor, tender_id)
    return presenting.page(
        "outages/decide.html",
        tender,
        status=status,
        proposal=proposing.proposal_for(session, tender, now=now),
        cases=queries.cases_of(session, tender.id),
        causes=CAUSES,
        state_names=rules.STATE_NAMES,
        spoken=lambda outage: rules.spoken([finding.window_of(outage, now=now)]),
        may_decide=duties.may(session, actor, tender, Step.EXTEND, now=now),
        violations=violations,
        values=request.form,
    )


@pages.post("/vergabeverfahren/<uuid:tender_id>/ausfall/verlaengern")
@requires(Permission.PUBLISH_TENDERS)
@commits
def extend(tender_id: uuid.UUID) -> ResponseReturnValue:
    reader, settings = FormReader(request.form), shell.settings()
    try:
        notice = service.extend(
            db.session(),
            current_actor(),
            tender_id,
            now=clock.now(),
            store=current.store(),
            base_url=settings.base_url,
            outlet=Outlet.of(settings.notice_sender),
            version=reader.version() if reader.text("version") else None,
            submission_deadline=_seen(reader.text("submission_deadline")),
            is_unopened=reader.flag("is_unopened"),
            reason=reader.text("reason"),
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        return _decide(tender_id, error.reasons, status=error.status)
    flash(
        _("Die Verlängerung ist veröffentlicht. Alle Registrierten und Mitglieder erfahren es."),
        "success",
    )
    return redirect(url_for("notices.show", reference=notice.tender.reference), code=303)


def _seen(text: str) -> dt.datetime | None:
    """Return the proposed end that the page showed; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@pages.post("/vergabeverfahren/<uuid:tender_id>/ausfall/belassen")
@requires(Permission.PUBLISH_TENDERS)
@commits
def keep(tender_id: uuid.UUID) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        service.keep(db.session(), current_actor(), tender_id, reason, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _decide(tender_id, error.reasons, status=error.status)
    flash(_("Festgehalten: Die Fristen bleiben, wie sie sind."), "success")
    return redirect(url_for("tenders.show", tender_id=tender_id), code=303)
