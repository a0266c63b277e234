"""Forms before the public steps: publish, amend, cancel. notices.pages takes what they send.

The three `…_page` functions draw a form again with what was typed, for the answer to a refusal.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import Violation
from vergabe.tenders import explaining, gates, presenting, publishing, queries, rules
from vergabe.tenders.forms import day_and_time
from vergabe.tenders.outlet import Outlet
from vergabe.tenders.rules import Stage
from vergabe.tenders.snapshots import dropping_documents, pending_documents
from vergabe.web import shell
from vergabe.web.rights import current_actor, requires

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
        missing=publishing.reasons_against_publishing(session, tender, now=now),
        notes=[note for g in gates.all_gates(session, tender, now=now) for note in g.notes],
        timing=explaining.timing_of(session, tender, now=now),
        must_wait=Outlet.of(shell.settings().notice_sender).must_wait(tender),
    )


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
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    now: dict[str, Any] = {
        "summary": "",
        "title": tender.title,
        "description": tender.description,
        "selection_criteria": tender.selection_criteria,
        **day_and_time("submission_deadline", tender.submission_deadline),
        **day_and_time("enquiries_deadline", tender.enquiries_deadline),
    }
    is_open = rules.is_open_for_bids(Stage(tender.stage), tender.submission_deadline, clock.now())
    return presenting.page(
        "tenders/amending.html",
        tender,
        status=status,
        values=now if values is None else values,
        is_first=values is None,
        violations=violations,
        is_open=is_open,
        pending=pending_documents(tender),
        dropping=dropping_documents(tender),
    )


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
