"""JSON API of the ledger: bookings, what members owe, payments."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cost_shares import (
    advances,
    dunning,
    paying,
    queries,
    reimbursing,
    statements,
)
from vergabe.cost_shares.as_json import entry_json, ledger_json, statement_json
from vergabe.cost_shares.model import LedgerEntry
from vergabe.cost_shares.rules import CostEntry
from vergabe.cost_shares.schema import (
    AdvanceInSchema,
    DemandInSchema,
    EntriesSchema,
    EntryListSchema,
    EntrySchema,
    LedgerSchema,
    MemberAccountSchema,
    PaymentInSchema,
    ReasonSchema,
    ReminderInSchema,
    ReminderSchema,
    WriteOffInSchema,
)
from vergabe.db import db
from vergabe.errors import NotFound
from vergabe.web.api import ApiBlueprint, PageQuery
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint(
    "ledger", __name__, description="Vorleistungen der Federführung: Buchungen, offene Posten"
)


def _visible(key: str) -> Cooperation:
    return cooperations.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


def _shown(entry: LedgerEntry, cooperation: Cooperation) -> dict[str, Any]:
    return entry_json(entry, with_lines=queries.reads_ledger(current_actor(), cooperation))


@api.get("/cooperations/<key>/ledger")
@requires(Permission.VIEW_COSTS)
@api.response(200, LedgerSchema)
def ledger(key: str) -> Any:
    """Was noch zu bekommen ist, je Mitglied; ein Mitglied sieht nur das Eigene."""
    session, actor, cooperation = db.session(), current_actor(), _visible(key)
    today = clock.berlin_day(clock.now())
    if queries.reads_ledger(actor, cooperation):
        return ledger_json(statements.ledger(session, cooperation, today=today))
    own = statements.member_statements(
        session, cooperation, today=today, only=actor.organisation_id
    )
    return {"total": None, "members": [statement_json(found) for found in own]}


@api.get("/cooperations/<key>/ledger/members/<uuid:organisation_id>")
@requires(Permission.VIEW_COSTS)
@api.response(200, MemberAccountSchema)
def member(key: str, organisation_id: uuid.UUID) -> Any:
    """Das Konto eines Mitglieds mit seinen offenen Posten."""
    return _member(_visible(key), organisation_id)


def _member(cooperation: Cooperation, organisation_id: uuid.UUID) -> dict[str, Any]:
    queries.require_reader(current_actor(), cooperation, organisation_id)
    today = clock.berlin_day(clock.now())
    found = statements.member_statements(
        db.session(), cooperation, today=today, only=organisation_id
    )
    if not found:
        raise NotFound("Das Mitglied")
    return statement_json(found[0])


@api.get("/cooperations/<key>/ledger/entries")
@requires(Permission.VIEW_COSTS)
@api.arguments(PageQuery, location="query")
@api.response(200, EntryListSchema)
def entries(query: dict[str, Any], key: str) -> Any:
    """Die Buchungen, neueste zuerst; nur für die Federführung."""
    cooperation = _visible(key)
    if not queries.reads_ledger(current_actor(), cooperation):
        raise NotFound("Die Buchungen")
    page = queries.entries_page(db.session(), cooperation.id, **query)
    return {
        "items": [_shown(entry, cooperation) for entry in page.items],
        "next_cursor": page.next_cursor,
    }


@api.get("/cooperations/<key>/ledger/entries/<uuid:entry_id>")
@requires(Permission.VIEW_COSTS)
@api.response(200, EntrySchema)
def entry(key: str, entry_id: uuid.UUID) -> Any:
    """Eine Buchung; ein Mitglied sieht die Schreiben an sich selbst."""
    cooperation = _visible(key)
    found = statements.visible_entry(db.session(), current_actor(), cooperation, entry_id)
    return _shown(found, cooperation)


@api.post("/pools/<uuid:pool_id>/advances")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(AdvanceInSchema)
@api.response(201, EntrySchema)
def record_advance(body: CostEntry, pool_id: uuid.UUID) -> Any:
    """Eine Auslage der Federführung buchen; sie wird nach dem Schlüssel verteilt."""
    return entry_json(
        advances.record_advance(db.session(), current_actor(), pool_id, body, now=clock.now())
    )


@api.post("/cooperations/<key>/ledger/demands")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(DemandInSchema)
@api.response(201, EntriesSchema)
def demand(body: dict[str, Any], key: str) -> Any:
    """Alles Offene zurückfordern, von einem Mitglied oder von allen."""
    session, actor, now = db.session(), current_actor(), clock.now()
    cooperation, wanted = _visible(key), body["organisation_id"]
    if wanted is None:
        made = reimbursing.demand_all(session, actor, cooperation.id, now=now)
    else:
        made = [reimbursing.demand(session, actor, cooperation.id, wanted, now=now)]
    return {"items": [entry_json(each) for each in made]}


@api.post("/cooperations/<key>/ledger/members/<uuid:organisation_id>/payments")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(PaymentInSchema)
@api.response(201, EntrySchema)
def receive_payment(body: dict[str, Any], key: str, organisation_id: uuid.UUID) -> Any:
    """Eine Zahlung buchen; sie gleicht die älteste Forderung zuerst aus."""
    book = paying.pay_back if body["is_payout"] else paying.receive_payment
    return entry_json(
        book(
            db.session(),
            current_actor(),
            _visible(key).id,
            organisation_id,
            amount_cents=body["amount"]["amount_cents"],
            paid_on=body["paid_on"],
            document=body["document"],
            now=clock.now(),
        )
    )


@api.post("/cooperations/<key>/ledger/members/<uuid:organisation_id>/write-offs")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(WriteOffInSchema)
@api.response(201, EntrySchema)
def write_off(body: dict[str, Any], key: str, organisation_id: uuid.UUID) -> Any:
    """Eine Forderung ganz oder zum Teil ausbuchen; die Federführung trägt sie."""
    return entry_json(
        paying.write_off(
            db.session(),
            current_actor(),
            _visible(key).id,
            organisation_id,
            amount_cents=body["amount"]["amount_cents"],
            reason=body["reason"],
            now=clock.now(),
        )
    )


@api.post("/cooperations/<key>/ledger/members/<uuid:organisation_id>/interest")
@requires(Permission.SETTLE_COSTS)
@commits
@api.response(201, EntrySchema)
def charge_interest(key: str, organisation_id: uuid.UUID) -> Any:
    """Vereinbarte Zinsen bis heute fordern."""
    return entry_json(
        paying.charge_interest(
            db.session(), current_actor(), _visible(key).id, organisation_id, now=clock.now()
        )
    )


@api.post("/cooperations/<key>/ledger/entries/<uuid:entry_id>/correction")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(ReasonSchema)
@api.response(201, EntrySchema)
def correct(body: dict[str, Any], key: str, entry_id: uuid.UUID) -> Any:
    """Eine Buchung durch eine Gegenbuchung stornieren."""
    return entry_json(
        advances.correct(
            db.session(),
            current_actor(),
            _visible(key).id,
            entry_id,
            body["reason"],
            now=clock.now(),
        )
    )


@api.post("/cooperations/<key>/ledger/entries/<uuid:entry_id>/reminders")
@requires(Permission.SETTLE_COSTS)
@commits
@api.arguments(ReminderInSchema)
@api.response(201, ReminderSchema)
def dun(body: dict[str, Any], key: str, entry_id: uuid.UUID) -> Any:
    """Eine überfällige Rückforderung mahnen."""
    return dunning.dun(
        db.session(),
        current_actor(),
        _visible(key).id,
        entry_id,
        level=body["level"],
        now=clock.now(),
    )
