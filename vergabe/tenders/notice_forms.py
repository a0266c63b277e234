"""Forms before the public steps: publish, amend, cancel. notices.pages takes what they send.

The three `…_page` functions draw a form again with what was typed, for the answer to a refusal.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput, Violation
from vergabe.tenders import (
    amending,
    comparing,
    consequences,
    deadline_picture,
    explaining,
    field_links,
    gates,
    presenting,
    publishing,
    queries,
    rules,
)
from vergabe.tenders.amending import Amendment
from vergabe.tenders.documents import current_documents
from vergabe.tenders.forms import FormReader, day_and_time, shown_instants
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet
from vergabe.tenders.rules import Stage
from vergabe.tenders.snapshots import dropping_documents, pending_documents
from vergabe.web import shell
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import stores_nothing

pages = Blueprint("tender_notices", __name__)


@pages.get("/vergabeverfahren/<uuid:tender_id>/veroeffentlichen")
@requires(Permission.PUBLISH_TENDERS)
def publishing_form(tender_id: uuid.UUID) -> ResponseReturnValue:
    return publishing_page(tender_id)


def publishing_page(
    tender_id: uuid.UUID, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    """Return the last look before publishing: consequences, and everything that is missing."""
    session, now = db.session(), clock.now()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    return presenting.page(
        "tenders/publishing.html",
        tender,
        status=status,
        violations=violations,
        where=lambda reason: field_links.url_of(tender, reason),
        is_past=tender.stage not in (Stage.DRAFT, Stage.READY),
        missing=publishing.reasons_against_publishing(session, tender, now=now),
        notes=[note for g in gates.all_gates(session, tender, now=now) for note in g.notes],
        timing=explaining.timing_of(session, tender, now=now),
        must_wait=Outlet.of(shell.settings().notice_sender).must_wait(tender),
        told=consequences.told_of_publishing(session, tender, now=now),
        unchangeable=consequences.UNCHANGEABLE,
        threshold_net_cents=_threshold(tender),
        document_count=len(current_documents(tender)),
        picture=deadline_picture.picture_of(session, tender, now=now),
    )


def _threshold(tender: Tender) -> int | None:
    explained = tender.law_result.get("explained", {}).get("threshold", {})
    value = explained.get("value") if isinstance(explained, dict) else None
    return value if isinstance(value, int) else None


@pages.get("/vergabeverfahren/<uuid:tender_id>/aenderung")
@requires(Permission.PUBLISH_TENDERS)
def amending_form(tender_id: uuid.UUID) -> ResponseReturnValue:
    return amending_page(tender_id)


def amending_page(
    tender_id: uuid.UUID,
    values: Mapping[str, Any] | None = None,
    violations: Sequence[Violation] = (),
    *,
    status: int = 200,
) -> ResponseReturnValue:
    """Return the form of an amendment, side by side with what is public now.

    values: what was typed, None at first.
    """
    session, now = db.session(), clock.now()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    public: dict[str, Any] = {
        "summary": "",
        "title": tender.title,
        "description": tender.description,
        "selection_criteria": tender.selection_criteria,
        **day_and_time("submission_deadline", tender.submission_deadline),
        **day_and_time("enquiries_deadline", tender.enquiries_deadline),
    }
    is_open = rules.is_open_for_bids(Stage(tender.stage), tender.submission_deadline, now)
    deadline = tender.submission_deadline
    return presenting.page(
        "tenders/amending.html",
        tender,
        status=status,
        values=public if values is None else values,
        violations=violations,
        is_open=is_open,
        pending=pending_documents(tender),
        dropping=dropping_documents(tender),
        requirement=consequences.extension_required(
            session, tender, deadline, is_substantial=True, now=now
        )
        if is_open and deadline is not None
        else None,
    )


def amending_overtaken(tender_id: uuid.UUID, typed: Mapping[str, Any]) -> ResponseReturnValue:
    """Return the form of an amendment as typed, with what a colleague published meanwhile."""
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    return presenting.overtaken(
        tender, lambda: amending_page(tender_id), lambda: amending_page(tender_id, typed)
    )


@pages.post("/vergabeverfahren/<uuid:tender_id>/aenderung/vergleich")
@requires(Permission.PUBLISH_TENDERS)
@stores_nothing
def compare(tender_id: uuid.UUID) -> ResponseReturnValue:
    """Show an amendment side by side before it is published; nothing is stored."""
    session, now = db.session(), clock.now()
    tender = queries.visible_tender(session, current_actor(), tender_id)
    try:
        if FormReader(request.form).version() != tender.version:
            return amending_overtaken(tender_id, request.form)
        amendment = amending.cleaned(amendment_in(request.form, tender))
        if tender.submission_deadline is None:
            return amending_page(tender_id, request.form)
        found = comparing.differences(tender, amendment)
        against = amending.reasons_against_amendment(session, tender, amendment, now=now)
    except InvalidInput as error:
        return amending_page(tender_id, request.form, error.violations, status=error.status)
    if not found:
        against.append(Violation("nothing_changed", NOTHING_CHANGED, field="summary"))
    if against:
        return amending_page(tender_id, request.form, against, status=422)
    wanted = amendment.submission_deadline or tender.submission_deadline
    return presenting.page(
        "tenders/comparing.html",
        tender,
        amendment=amendment,
        values={name: request.form.get(name, "") for name in AMENDMENT_FIELDS},
        differences=found,
        requirement=consequences.extension_required(
            session, tender, wanted, is_substantial=amendment.is_substantial, now=now
        ),
        told=consequences.told_of_amending(session, tender, now=now),
        deadline=wanted,
        is_later=wanted != tender.submission_deadline,
    )


@pages.post("/vergabeverfahren/<uuid:tender_id>/aenderung/bearbeiten")
@requires(Permission.PUBLISH_TENDERS)
@stores_nothing
def revise(tender_id: uuid.UUID) -> ResponseReturnValue:
    """Show the form again as it was filled in, from the page that compares."""
    return amending_page(tender_id, request.form)


AMENDMENT_FIELDS = (
    "version",
    "summary",
    "title",
    "description",
    "selection_criteria",
    "submission_deadline_day",
    "submission_deadline_time",
    "enquiries_deadline_day",
    "enquiries_deadline_time",
    "is_minor",
)
NOTHING_CHANGED = (
    "Es hat sich nichts geändert. Ändern Sie eine Angabe, eine Frist oder ein Dokument."
)


def amendment_in(posted: Mapping[str, str], tender: Tender) -> Amendment:
    """Return the amendment that a form holds; InvalidInput for what cannot be read."""
    form = FormReader(posted, shown_instants(tender))
    submission, enquiries = form.moment("submission_deadline"), form.moment("enquiries_deadline")
    form.raise_if_wrong()
    return Amendment(
        summary=form.text("summary"),
        title=_changed(posted, "title"),
        description=_changed(posted, "description"),
        selection_criteria=_changed(posted, "selection_criteria"),
        submission_deadline=submission,
        enquiries_deadline=enquiries,
        is_substantial=not form.flag("is_minor"),
    )


def _changed(posted: Mapping[str, str], name: str) -> str | None:
    """Return what a field holds now; None where the form did not send it."""
    text = posted.get(name)
    return text.replace("\r\n", "\n").strip() if text is not None else None


@pages.get("/vergabeverfahren/<uuid:tender_id>/aufhebung")
@requires(Permission.PUBLISH_TENDERS)
def cancelling_form(tender_id: uuid.UUID) -> ResponseReturnValue:
    return cancelling_page(tender_id)


def cancelling_page(
    tender_id: uuid.UUID,
    reason: str = "",
    violations: Sequence[Violation] = (),
    *,
    code: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Return the form of a cancellation with its consequences."""
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    return presenting.page(
        "tenders/cancelling.html",
        tender,
        status=status,
        reason=reason,
        code=code,
        codes=list(rules.CANCELLATION_CODES.items()),
        violations=violations,
        can_cancel=rules.Action.CANCEL in rules.allowed_actions(Stage(tender.stage)),
        is_published=tender.public_since is not None,
    )
