"""Pages of bidder questions: asking on the public side, answering on the lead's."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission, Role
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.enquiries import drafts, overview, queries, rules, service
from vergabe.enquiries.service import Asker
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.suppliers import following, tokens
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender
from vergabe.texts import gettext as _
from vergabe.web import shell, stale
from vergabe.web.forms import FormReader
from vergabe.web.rights import current_actor, optional_actor, public, requires
from vergabe.web.transactions import commits

pages = Blueprint("enquiries", __name__)


def _published(reference: str) -> Tender:
    return queries.published_tender(db.session(), reference)


def _asker(tender: Tender) -> Asker | None:
    """Return who asks: a logged-in supplier, or a confirmed registration by its secret link."""
    actor = optional_actor()
    if actor is not None and Role.SUPPLIER in actor.roles:
        return Asker(organisation_id=actor.organisation_id)
    secret = request.values.get("schluessel", "")
    if not secret:
        return None
    try:
        registration_id = tokens.read(secret, tokens.FOLLOWING, shell.settings().secret_key)
    except NotFound:
        return None
    registration = db.session.get(TenderRegistration, registration_id)
    if registration is None or registration.tender_id != tender.id:
        return None
    if registration.confirmed_at is None or registration.left_at is not None:
        return None
    return Asker(organisation_id=registration.organisation_id, address=registration.address)


@pages.get("/bekanntmachungen/<reference>/frage")
@public
def ask(reference: str) -> ResponseReturnValue:
    return _ask_page(_published(reference))


def _ask_page(
    tender: Tender, violations: tuple[Violation, ...] = (), *, status: int = 200
) -> ResponseReturnValue:
    asker = _asker(tender)
    own = (
        queries.own_enquiries(db.session(), tender.id, asker.organisation_id)
        if asker is not None and asker.organisation_id is not None
        else []
    )
    html = render_template(
        "enquiries/ask.html",
        tender=tender,
        asker=asker,
        own=own,
        is_timely=rules.is_timely(tender.enquiries_deadline, clock.now()),
        violations=violations,
        values=request.form,
        secret=request.values.get("schluessel", ""),
    )
    return html, status


@pages.post("/bekanntmachungen/<reference>/frage")
@public
@commits
def send_question(reference: str) -> ResponseReturnValue:
    tender = _published(reference)
    asker = _asker(tender)
    if asker is None:
        raise Refused(
            "asker_unknown",
            _(
                "Bitte melden Sie sich als Unternehmen an oder registrieren Sie sich mit Ihrer "
                "E-Mail-Adresse für dieses Verfahren, damit die Antwort Sie erreicht."
            ),
        )
    try:
        service.ask(db.session(), tender, asker, request.form.get("text", ""), now=clock.now())
        if asker.organisation_id is not None:
            # Who asks wants the answer: the firm is told of it from now on.
            following.follow(db.session(), current_actor(), tender.id, now=clock.now())
    except (InvalidInput, Refused) as error:
        db.session.rollback()
        return _ask_page(_published(reference), error.reasons, status=error.status)
    flash(
        _("Ihre Frage ist eingegangen. Die Antwort erhalten alle zugleich, ohne Ihren Namen."),
        "success",
    )
    return redirect(url_for("notices.show", reference=tender.reference), code=303)


@pages.get("/vergabeverfahren/<uuid:tender_id>/fragen")
@requires(Permission.ANSWER_ENQUIRIES)
def officer_list(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _officer_page(tender_id)


def _officer_page(
    tender_id: uuid.UUID,
    violations: Sequence[Violation] = (),
    entry: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    tender = tenders.visible_tender(session, actor, tender_id)
    duties.require(session, actor, tender, Step.ANSWER_ENQUIRIES)
    found = overview.overview(session, tender, now=clock.now())
    if entry is None:
        draft = overview.draft_asked_for(found, request.args.get("entwurf", ""))
        entry = overview.entry_of(found, draft, request.args.getlist("frage"))
    html = render_template(
        "enquiries/officer.html", tender=tender, found=found, entry=entry, violations=violations
    )
    return html, status


@pages.post("/vergabeverfahren/<uuid:tender_id>/fragen")
@requires(Permission.ANSWER_ENQUIRIES)
@commits
def answer(tender_id: uuid.UUID) -> ResponseReturnValue:
    try:
        if "save" in request.form:
            return _save_draft(tender_id)
        published = service.answer(
            db.session(),
            current_actor(),
            tender_id,
            _chosen(),
            question_text=request.form.get("question_text", ""),
            text=request.form.get("text", ""),
            accept_traces="accept_traces" in request.form,
            now=clock.now(),
        )
    except (InvalidInput, Refused, Stale) as error:
        db.session.rollback()
        if isinstance(error, Stale):
            return _overtaken_page(tender_id)
        return _officer_page(tender_id, error.reasons, _typed(), status=error.status)
    for warning in published.warnings:
        flash(warning, "warning")
    flash(_("Die Antwort ist veröffentlicht und geht an alle Registrierten."), "success")
    return redirect(url_for(".officer_list", tender_id=tender_id), code=303)


def _typed() -> dict[str, Any]:
    return {**request.form, "enquiry_ids": request.form.getlist("enquiry_ids")}


def _overtaken_page(tender_id: uuid.UUID) -> ResponseReturnValue:
    """Return the draft as typed, with what a colleague has written into it meanwhile."""
    draft_id = FormReader(request.form).identifier("draft_id")
    assert draft_id is not None, "only a draft that was seen can be outdated"
    draft = drafts.draft_of(db.session(), tender_id, draft_id)
    typed = _typed() | {"draft_version": draft.version}
    said = stale.Saved(draft.saved_by_name, draft.saved_at)
    return stale.answer(
        lambda: _officer_page(tender_id, entry=drafts.entry_of(draft)),
        lambda: _officer_page(tender_id, entry=typed),
        said,
    )


def _save_draft(tender_id: uuid.UUID) -> ResponseReturnValue:
    form, session = FormReader(request.form), db.session()
    version = form.whole("draft_version")
    form.raise_if_wrong()
    chosen = _chosen()
    draft = drafts.save_draft(
        session,
        current_actor(),
        tender_id,
        chosen,
        question_text=form.text("question_text"),
        text=form.text("text"),
        draft_id=form.identifier("draft_id"),
        version=version,
        now=clock.now(),
    )
    flash(_("Der Entwurf ist gespeichert. Öffentlich ist noch nichts."), "success")
    found = queries.enquiries_of(session, tender_id, chosen)
    for trace in service.traces_in(session, found, f"{draft.question_text}\n{draft.text}"):
        flash(trace.message, "warning")
    return redirect(url_for(".officer_list", tender_id=tender_id, entwurf=draft.id), code=303)


@pages.post("/vergabeverfahren/<uuid:tender_id>/fragen/entwurf/<uuid:draft_id>/verwerfen")
@requires(Permission.ANSWER_ENQUIRIES)
@commits
def drop_draft(tender_id: uuid.UUID, draft_id: uuid.UUID) -> ResponseReturnValue:
    drafts.drop_draft(db.session(), current_actor(), tender_id, draft_id, now=clock.now())
    flash(_("Der Entwurf ist verworfen."), "success")
    return redirect(url_for(".officer_list", tender_id=tender_id), code=303)


def _chosen() -> list[uuid.UUID]:
    try:
        chosen = [uuid.UUID(text) for text in request.form.getlist("enquiry_ids")]
    except ValueError as error:
        raise InvalidInput(
            "enquiry_unknown", "Diese Frage gibt es nicht.", field="enquiry_ids"
        ) from error
    if not chosen:
        raise InvalidInput(
            "nothing_chosen", "Bitte wählen Sie mindestens eine Frage aus.", field="enquiry_ids"
        )
    return chosen
