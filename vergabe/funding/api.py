"""JSON API of funding. What changes the case itself requires `If-Match` once it is there."""

import uuid
from typing import Any

from flask import request

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.documents import Upload
from vergabe.db import db
from vergabe.errors import InvalidInput, Violation
from vergabe.files.current import store
from vergabe.funding import (
    as_json,
    deciding,
    forms,
    keeping,
    planning,
    presenting,
    proving,
    queries,
    service,
)
from vergabe.funding.entries import CaseEntry, DecisionEntry, ExpenseEntry
from vergabe.funding.rules import ALIVE, Stage
from vergabe.funding.schema import (
    AppliedInSchema,
    CaseInSchema,
    CaseSchema,
    DecisionInSchema,
    DrawdownInSchema,
    EarlyStartInSchema,
    ExpenseInSchema,
    FundingFileSchema,
    FundingReasonInSchema,
    MilestoneInSchema,
    ReceiptInSchema,
    RejectionInSchema,
    SettlementInSchema,
)
from vergabe.web.api import (
    ApiBlueprint,
    give_version,
    require_version,
    require_version_if_there,
)
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("funding", __name__, description="Förderung")
_RULE = "/pools/<uuid:pool_id>/funding"
Body = dict[str, Any]


def _shown(pool_id: uuid.UUID) -> Body:
    session, actor = db.session(), current_actor()
    case = queries.visible_case(session, actor, pool_id)
    give_version(case.version)
    return as_json.case(presenting.funding_view(session, actor, case, now=clock.now()))


def _seen(pool_id: uuid.UUID) -> int:
    """Return the version of the case once `If-Match` names it; it is locked from here on."""
    case = keeping.locked_case(db.session(), current_actor(), pool_id, None)
    require_version(case.version)
    return case.version


@api.get(_RULE)
@requires(Permission.VIEW_FUNDING)
@api.response(200, CaseSchema)
def case(pool_id: uuid.UUID) -> Any:
    """Der Förderfall einer Bündelung mit Rechnung, Anteilen und Nachweis."""
    return _shown(pool_id)


@api.put(_RULE)
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(CaseInSchema)
@api.response(200, CaseSchema)
def save_case(entry: CaseEntry, pool_id: uuid.UUID) -> Any:
    """Entwurf des Förderfalls anlegen oder ersetzen (dann mit If-Match)."""
    session, actor = db.session(), current_actor()
    pool = keeping.locked_pool(session, actor, pool_id)
    known = queries.newest_case(session, pool.id)
    is_alive = known is not None and Stage(known.stage) in ALIVE
    require_version_if_there(known.version if known and is_alive else None)
    service.save_case(session, actor, pool_id, entry, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/application")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(AppliedInSchema)
@api.response(200, CaseSchema)
def apply(body: Body, pool_id: uuid.UUID) -> Any:
    """Antrag vermerken (If-Match)."""
    seen, session, actor = _seen(pool_id), db.session(), current_actor()
    service.apply(session, actor, pool_id, body["applied_on"], version=seen, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/early-start")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(EarlyStartInSchema)
@api.response(200, CaseSchema)
def permit_early_start(body: Body, pool_id: uuid.UUID) -> Any:
    """Vorzeitigen Maßnahmenbeginn vermerken (If-Match); es zählt erst mit dem Schreiben."""
    seen, now = _seen(pool_id), clock.now()
    begins_on, reference = body["begins_on"], body["reference"]
    deciding.permit_early_start(
        db.session(), current_actor(), pool_id, begins_on, reference, version=seen, now=now
    )
    return _shown(pool_id)


@api.post(f"{_RULE}/early-start/document")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(FundingFileSchema, location="files")
@api.response(200, CaseSchema)
def attach_early_start(_body: Body, pool_id: uuid.UUID) -> Any:
    """Das Schreiben zum vorzeitigen Maßnahmenbeginn hinterlegen."""
    deciding.attach_early_start(db.session(), current_actor(), pool_id, _upload(), now=clock.now())
    return _shown(pool_id)


def _upload() -> Upload:
    found = forms.upload(request.files, store())
    if found is None:
        sentence = "Senden Sie die Datei im Feld document."
        raise InvalidInput.of([Violation("document_missing", sentence, field="document")])
    return found


@api.post(f"{_RULE}/decision")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(DecisionInSchema)
@api.response(200, CaseSchema)
def grant(entry: DecisionEntry, pool_id: uuid.UUID) -> Any:
    """Bescheid eintragen (If-Match)."""
    seen, session, actor = _seen(pool_id), db.session(), current_actor()
    deciding.grant(session, actor, pool_id, entry, version=seen, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/rejection")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(RejectionInSchema)
@api.response(200, CaseSchema)
def reject(body: Body, pool_id: uuid.UUID) -> Any:
    """Ablehnung eintragen (If-Match)."""
    seen, now = _seen(pool_id), clock.now()
    day, reason = body["decided_on"], body["reason"]
    deciding.reject(db.session(), current_actor(), pool_id, day, reason, version=seen, now=now)
    return _shown(pool_id)


@api.post(f"{_RULE}/withdrawal")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(FundingReasonInSchema)
@api.response(200, CaseSchema)
def withdraw(body: Body, pool_id: uuid.UUID) -> Any:
    """Förderung zurückziehen (If-Match)."""
    seen, session, actor = _seen(pool_id), db.session(), current_actor()
    service.withdraw(session, actor, pool_id, body["reason"], version=seen, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/milestones")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(MilestoneInSchema)
@api.response(200, CaseSchema)
def add_milestone(body: Body, pool_id: uuid.UUID) -> Any:
    """Meilenstein hinzufügen; dasselbe noch einmal ist derselbe."""
    planning.add_milestone(
        db.session(), current_actor(), pool_id, body["title"], body["due_on"], now=clock.now()
    )
    return _shown(pool_id)


@api.post(f"{_RULE}/milestones/<uuid:milestone_id>/reached")
@requires(Permission.EDIT_FUNDING)
@commits
@api.response(200, CaseSchema)
def reach_milestone(pool_id: uuid.UUID, milestone_id: uuid.UUID) -> Any:
    """Meilenstein als erreicht vermerken."""
    session, actor = db.session(), current_actor()
    planning.reach_milestone(session, actor, pool_id, milestone_id, now=clock.now())
    return _shown(pool_id)


@api.delete(f"{_RULE}/milestones/<uuid:milestone_id>")
@requires(Permission.EDIT_FUNDING)
@commits
@api.response(200, CaseSchema)
def remove_milestone(pool_id: uuid.UUID, milestone_id: uuid.UUID) -> Any:
    """Meilenstein streichen."""
    session, actor = db.session(), current_actor()
    planning.remove_milestone(session, actor, pool_id, milestone_id, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/drawdowns")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(DrawdownInSchema)
@api.response(200, CaseSchema)
def add_drawdown(body: Body, pool_id: uuid.UUID) -> Any:
    """Mittelabruf planen; dasselbe noch einmal ist derselbe."""
    day, cents = body["planned_on"], body["planned"]["amount_cents"]
    planning.add_drawdown(db.session(), current_actor(), pool_id, day, cents, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/drawdowns/<uuid:drawdown_id>/receipt")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(ReceiptInSchema)
@api.response(200, CaseSchema)
def receive_drawdown(body: Body, pool_id: uuid.UUID, drawdown_id: uuid.UUID) -> Any:
    """Eingang eines Abrufs vermerken."""
    planning.receive_drawdown(
        db.session(),
        current_actor(),
        pool_id,
        drawdown_id,
        body["received_on"],
        body["received"]["amount_cents"],
        now=clock.now(),
    )
    return _shown(pool_id)


@api.delete(f"{_RULE}/drawdowns/<uuid:drawdown_id>")
@requires(Permission.EDIT_FUNDING)
@commits
@api.response(200, CaseSchema)
def remove_drawdown(pool_id: uuid.UUID, drawdown_id: uuid.UUID) -> Any:
    """Geplanten Abruf streichen."""
    session, actor = db.session(), current_actor()
    planning.remove_drawdown(session, actor, pool_id, drawdown_id, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/expenses")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(ExpenseInSchema)
@api.response(201, CaseSchema)
def record_expense(entry: ExpenseEntry, pool_id: uuid.UUID) -> Any:
    """Ausgabe belegen."""
    proving.record_expense(db.session(), current_actor(), pool_id, entry, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/expenses/<uuid:expense_id>/cancellation")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(FundingReasonInSchema)
@api.response(200, CaseSchema)
def cancel_expense(body: Body, pool_id: uuid.UUID, expense_id: uuid.UUID) -> Any:
    """Beleg stornieren."""
    session, actor, reason = db.session(), current_actor(), body["reason"]
    proving.cancel_expense(session, actor, pool_id, expense_id, reason, now=clock.now())
    return _shown(pool_id)


@api.post(f"{_RULE}/settlement")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(SettlementInSchema)
@api.response(200, CaseSchema)
def settle(body: Body, pool_id: uuid.UUID) -> Any:
    """Verwendungsnachweis abschließen (If-Match)."""
    seen, session, actor = _seen(pool_id), db.session(), current_actor()
    deciding.settle(session, actor, pool_id, body["settled_on"], version=seen, now=clock.now())
    return _shown(pool_id)
