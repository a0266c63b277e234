"""JSON API of outages and of the extensions that follow from them."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import NotFound
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.notices.schema import NoticeSchema
from vergabe.outages import proposing, queries, service
from vergabe.outages.schema import (
    CaseListSchema,
    ExtensionSchema,
    KeepingSchema,
    OutageListSchema,
    OutageSchema,
    OutsideOutageSchema,
    ProposalListSchema,
    ProposalSchema,
    WithdrawalSchema,
)
from vergabe.tenders import queries as tenders
from vergabe.tenders.outlet import Outlet
from vergabe.uptime import queries as uptime
from vergabe.uptime import recording
from vergabe.uptime.model import Outage
from vergabe.uptime.rules import OutsideFacts
from vergabe.web import shell
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("outages", __name__, description="Ausfälle und Verlängerungen danach")


@api.get("/outages")
@requires(Permission.VIEW_DEADLINES)
@api.response(200, OutageListSchema)
def outages() -> Any:
    """Die letzten Ausfälle der Plattform, mit dem, was sie belegt."""
    return {"items": uptime.outages(db.session(), current_actor())}


@api.post("/outages")
@requires(Permission.RECORD_OUTAGES)
@commits
@api.arguments(OutsideOutageSchema)
@api.response(201, OutageSchema)
def record(body: dict[str, Any]) -> Outage:
    """Einen von außen gesehenen Ausfall festhalten; er gilt für die selbst geführten Verfahren."""
    return recording.record_outside(
        db.session(),
        current_actor(),
        OutsideFacts(**body),
        now=clock.now(),
        store=current.store(),
    )


@api.post("/outages/<uuid:outage_id>/withdrawal")
@requires(Permission.RECORD_OUTAGES)
@commits
@api.arguments(WithdrawalSchema)
@api.response(200, OutageSchema)
def withdraw(body: dict[str, Any], outage_id: uuid.UUID) -> Outage:
    """Einen irrtümlich festgehaltenen Ausfall zurücknehmen."""
    return recording.withdraw(
        db.session(), current_actor(), outage_id, body["reason"], now=clock.now()
    )


@api.get("/outage-extensions")
@requires(Permission.PUBLISH_TENDERS)
@api.response(200, ProposalListSchema)
def waiting() -> Any:
    """Verfahren, deren Verlängerung nach einem Ausfall freizugeben ist."""
    session, now = db.session(), clock.now()
    found = queries.tenders_to_decide(session, current_actor())
    proposals = [proposing.proposal_for(session, tender, now=now) for tender in found]
    return {"items": [proposal for proposal in proposals if proposal is not None]}


@api.get("/tenders/<uuid:tender_id>/outage-extension")
@requires(Permission.VIEW_TENDERS)
@api.response(200, ProposalSchema)
def proposal(tender_id: uuid.UUID) -> Any:
    """Die vorgeschlagene Verlängerung eines Verfahrens."""
    session = db.session()
    tender = tenders.visible_tender(session, current_actor(), tender_id)
    found = proposing.proposal_for(session, tender, now=clock.now())
    if found is None:
        raise NotFound("Ein offener Ausfall zu diesem Verfahren")
    give_version(tender.version)
    return found


@api.post("/tenders/<uuid:tender_id>/outage-extension")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(ExtensionSchema)
@api.response(201, NoticeSchema)
def extend(body: dict[str, Any], tender_id: uuid.UUID) -> Notice:
    """Die Verlängerung veröffentlichen; verlangt If-Match."""
    session, actor = db.session(), current_actor()
    tender = tenders.locked_tender(session, actor, tender_id)
    require_version(tender.version)
    return service.extend(
        session,
        actor,
        tender_id,
        now=clock.now(),
        store=current.store(),
        base_url=shell.settings().base_url,
        outlet=Outlet.of(shell.settings().notice_sender),
        version=tender.version,
        **body,
    )


@api.post("/tenders/<uuid:tender_id>/outage-extension/refusal")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(KeepingSchema)
@api.response(200, CaseListSchema)
def keep(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Festhalten, dass und warum nichts verlängert wird."""
    found = service.keep(db.session(), current_actor(), tender_id, body["reason"], now=clock.now())
    return {"items": found}
