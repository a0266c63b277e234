"""Writing into the ledger: one entry with lines that add up to zero, under the lead's lock."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from vergabe import ids, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cost_shares import queries
from vergabe.cost_shares.kinds import KIND_NAMES, Account, Kind
from vergabe.cost_shares.model import LedgerEntry, LedgerLine
from vergabe.cost_shares.vat_rules import VatDecision
from vergabe.errors import Refused


@dataclass(frozen=True, kw_only=True)
class Side:
    """One line to book: debit positive, credit negative."""

    account: Account
    cents: int
    organisation_id: uuid.UUID | None = None
    source_id: uuid.UUID | None = None
    settles_id: uuid.UUID | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an entry says, before it has a number."""

    kind: Kind
    text: str
    document: str
    document_on: dt.date
    amount_cents: int
    id: uuid.UUID = field(default_factory=ids.new_id)
    pool_id: uuid.UUID | None = None
    organisation_id: uuid.UUID | None = None
    category: str | None = None
    supplied_on: dt.date | None = None
    net_cents: int | None = None
    vat_cents: int | None = None
    vat: VatDecision | None = None
    due_on: dt.date | None = None
    reverses_id: uuid.UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def ledger_of(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, *, now: dt.datetime
) -> Cooperation:
    """Return the cooperation locked for booking.

    NotFound unless it is visible, Forbidden unless the actor keeps the lead's ledger. Two people
    who book at once come one after the other: numbers have no gaps and shares are demanded once.
    """
    seen = cooperations.visible_cooperation(session, actor, cooperation_id, now=now)
    actor.require(
        Permission.SETTLE_COSTS,
        cooperation_id=seen.id,
        lead_organisation_id=seen.lead_organisation_id,
    )
    return cooperations.locked_cooperation(session, cooperation_id)


def already_booked(
    session: Session, cooperation: Cooperation, request_key: str | None, kind: Kind
) -> LedgerEntry | None:
    """Return what the same form has booked before; a second click books nothing.

    Refused when the key belongs to an entry of another kind.
    """
    if not request_key:
        return None
    found = queries.entry_of_request(session, cooperation.id, request_key)
    if found is not None and found.kind != kind:
        raise Refused(
            "request_key_used",
            f"Dieses Formular wurde schon für die Buchung {found.number} verwendet. Bitte laden "
            "Sie die Seite neu.",
        )
    return found


def post(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    draft: Draft,
    sides: Sequence[Side],
    *,
    request_key: str | None = None,
    reason: str | None = None,
    now: dt.datetime,
) -> LedgerEntry:
    """Write an entry with its lines and return it; the cooperation must be locked.

    ValueError unless the lines add up to zero. It stands in the lead's own record: what one member
    owes is no business of the others.
    """
    if sum(side.cents for side in sides):
        raise ValueError("the lines of an entry add up to zero")
    vat = draft.vat
    entry = LedgerEntry(
        id=draft.id,
        cooperation_id=cooperation.id,
        number=queries.next_number(session, cooperation.id),
        kind=draft.kind,
        pool_id=draft.pool_id,
        organisation_id=draft.organisation_id,
        category=draft.category,
        text=draft.text,
        document=draft.document,
        document_on=draft.document_on,
        supplied_on=draft.supplied_on,
        net_cents=draft.net_cents,
        vat_cents=draft.vat_cents,
        gross_cents=_gross(draft),
        amount_cents=draft.amount_cents,
        vat_status=vat.status if vat else None,
        vat_reason=vat.reason if vat else "",
        vat_law=vat.law if vat else "",
        vat_rate_basis_points=vat.rate_basis_points if vat else 0,
        due_on=draft.due_on,
        reverses_id=draft.reverses_id,
        request_key=request_key or None,
        details=dict(draft.details),
        recorded_at=now,
        recorded_by_id=actor.user_id,
        recorded_by_name=actor.name,
    )
    session.add(entry)
    session.flush()
    session.add_all(_line(entry, position, side) for position, side in enumerate(sides, start=1))
    session.flush()
    session.refresh(entry, ["lines"])
    _record(session, actor, cooperation, entry, reason, now=now)
    return entry


def _gross(draft: Draft) -> int | None:
    if draft.net_cents is None or draft.vat_cents is None:
        return None
    return draft.net_cents + draft.vat_cents


def _line(entry: LedgerEntry, position: int, side: Side) -> LedgerLine:
    return LedgerLine(
        entry_id=entry.id,
        position=position,
        account=side.account,
        organisation_id=side.organisation_id,
        cents=side.cents,
        source_id=side.source_id,
        settles_id=side.settles_id,
        text=side.text,
    )


def _record(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    entry: LedgerEntry,
    reason: str | None,
    *,
    now: dt.datetime,
) -> None:
    summary = (
        f"{KIND_NAMES[Kind(entry.kind)]} Nr. {entry.number} gebucht: {entry.text}, "
        f"{money.german(entry.amount_cents)}, Beleg {entry.document or 'ohne'} vom "
        f"{entry.document_on:%d.%m.%Y}."
    )
    details = {
        "cooperation_id": str(cooperation.id),
        "kind": entry.kind,
        "number": entry.number,
        "amount_cents": entry.amount_cents,
        "vat_status": entry.vat_status,
        "vat_reason": entry.vat_reason,
        "reverses_id": str(entry.reverses_id) if entry.reverses_id else None,
        "lines": [
            [line.account, str(line.organisation_id or ""), line.cents] for line in entry.lines
        ],
    }
    stream = audit.stream_of("organisation", cooperation.lead_organisation_id)
    act = Act(f"ledger_{entry.kind}", "ledger_entry", entry.id, summary, reason, details)
    audit.append(session, stream, actor, act, now=now)
