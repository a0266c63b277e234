"""JSON API of the costs of a project: shares, who bears them, hours, what is still to come."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cost_shares import advances, no_award, overview, projects, queries
from vergabe.cost_shares.as_json import costs_json, effort_json, entry_json, expected_json
from vergabe.cost_shares.rules import EffortEntry
from vergabe.cost_shares.schema import (
    BearerInSchema,
    BearerSchema,
    EffortInSchema,
    EffortSchema,
    EntriesSchema,
    EntrySchema,
    ExpectedCostInSchema,
    ExpectedCostSchema,
    ProjectCostsSchema,
    ReasonSchema,
    VatInSchema,
)
from vergabe.cost_shares.vat_rules import VatEntry
from vergabe.db import db
from vergabe.tenders import queries as tenders
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("costs", __name__, description="Kosten eines Vorhabens und ihre Verteilung")


@api.get("/pools/<uuid:pool_id>/costs")
@requires(Permission.VIEW_COSTS)
@api.response(200, ProjectCostsSchema)
def of_pool(pool_id: uuid.UUID) -> Any:
    """Die Kosten einer Bündelung mit den vorläufigen Anteilen."""
    pool = queries.visible_project(db.session(), current_actor(), pool_id)
    return costs_json(overview.project_costs(db.session(), pool, now=clock.now()), None)


@api.get("/tenders/<uuid:tender_id>/costs")
@requires(Permission.VIEW_COSTS)
@api.response(200, ProjectCostsSchema)
def of_tender(tender_id: uuid.UUID) -> Any:
    """Die Kosten eines Verfahrens; nach der Aufhebung auch, wer den Aufwand trägt."""
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = tenders.visible_tender(session, actor, tender_id)
    pool = queries.visible_project(session, actor, tender.pool_id)
    is_over = tender.stage == "cancelled"
    without_award = overview.no_award_shares(session, pool, now=now) if is_over else None
    return costs_json(overview.project_costs(session, pool, now=now), without_award)


@api.post("/tenders/<uuid:tender_id>/costs/no-award")
@requires(Permission.SETTLE_COSTS)
@commits
@api.response(201, EntrySchema)
def share_without_award(tender_id: uuid.UUID) -> Any:
    """Den Aufwand eines aufgehobenen Verfahrens nach der vereinbarten Regel verteilen."""
    return entry_json(
        no_award.share_without_award(db.session(), current_actor(), tender_id, now=clock.now())
    )


@api.post("/pools/<uuid:pool_id>/cost-bearers")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(BearerInSchema)
@api.response(201, BearerSchema)
def decide_bearer(body: dict[str, Any], pool_id: uuid.UUID) -> Any:
    """Festlegen, wer die Kosten ab jetzt trägt."""
    return projects.decide_bearer(db.session(), current_actor(), pool_id, **body, now=clock.now())


@api.post("/pools/<uuid:pool_id>/expected-costs")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(ExpectedCostInSchema)
@api.response(201, ExpectedCostSchema)
def expect_cost(body: dict[str, Any], pool_id: uuid.UUID) -> Any:
    """Erwartete Kosten eintragen."""
    return expected_json(
        projects.expect_cost(
            db.session(),
            current_actor(),
            pool_id,
            category=body["category"],
            text=body["text"],
            gross_cents=body["gross"]["amount_cents"],
            now=clock.now(),
        )
    )


@api.post("/pools/<uuid:pool_id>/expected-costs/<uuid:cost_id>/withdrawal")
@requires(Permission.SETTLE_COSTS)
@commits
@api.response(204)
def withdraw_expected(pool_id: uuid.UUID, cost_id: uuid.UUID) -> Any:
    """Erwartete Kosten zurücknehmen."""
    projects.withdraw_expected(db.session(), current_actor(), pool_id, cost_id, now=clock.now())


@api.post("/pools/<uuid:pool_id>/efforts")
@requires(Permission.RECORD_EFFORT)
@commits
@api.arguments(EffortInSchema)
@api.response(201, EffortSchema)
def record_effort(body: EffortEntry, pool_id: uuid.UUID) -> Any:
    """Stunden der eigenen Beschäftigten eintragen."""
    return effort_json(
        projects.record_effort(db.session(), current_actor(), pool_id, body, now=clock.now())
    )


@api.post("/pools/<uuid:pool_id>/efforts/<uuid:effort_id>/reversal")
@requires(Permission.RECORD_EFFORT)
@commits
@api.arguments(ReasonSchema)
@api.response(201, EffortSchema)
def take_back_effort(body: dict[str, Any], pool_id: uuid.UUID, effort_id: uuid.UUID) -> Any:
    """Eigene Stunden zurücknehmen."""
    return effort_json(
        projects.take_back_effort(
            db.session(), current_actor(), pool_id, effort_id, body["reason"], now=clock.now()
        )
    )


@api.post("/pools/<uuid:pool_id>/efforts/booking")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(VatInSchema)
@api.response(201, EntriesSchema)
def book_efforts(body: VatEntry, pool_id: uuid.UUID) -> Any:
    """Die noch nicht gebuchten Stunden buchen und verteilen."""
    made = advances.book_efforts(db.session(), current_actor(), pool_id, body, now=clock.now())
    return {"items": [entry_json(each) for each in made]}
