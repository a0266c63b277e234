"""Asking members for what the lead has paid in advance: the demand, and the lead's own share."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock, ids, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cost_keys.keys import read_key
from vergabe.cost_shares import booking, figures, queries, vat_rules
from vergabe.cost_shares.booking import Draft, Side
from vergabe.cost_shares.kinds import Account, Kind
from vergabe.cost_shares.model import LedgerEntry, LedgerLine
from vergabe.demands.telling import readers
from vergabe.errors import NotFound, Refused, Violation
from vergabe.messages import service as messages

MESSAGE_KIND = "costs"


def demand_all(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, *, now: dt.datetime
) -> list[LedgerEntry]:
    """Demand what is open of every member, in the fixed order; the lead takes its own share.

    Refused when nothing is open of anybody.
    """
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    made = [
        entry
        for member in figures.all_members(session, cooperation.id)
        if (entry := _demand(session, actor, cooperation, member, now=now)) is not None
    ]
    if not made:
        raise _nothing_open()
    return made


def demand(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    request_key: str | None = None,
    now: dt.datetime,
) -> LedgerEntry:
    """Demand of one member all shares that were not demanded yet, and tell it; return the entry.

    VAT is added to a line where its status says so. A sum below zero is a credit note. For the
    lead itself the shares become its own share. Refused when nothing is open.
    """
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    kind = Kind.OWN_SHARE if organisation_id == cooperation.lead_organisation_id else Kind.DEMAND
    known = booking.already_booked(session, cooperation, request_key, kind)
    if known is not None:
        return known
    entry = _demand(
        session,
        actor,
        cooperation,
        member_of(session, cooperation.id, organisation_id),
        request_key=request_key,
        now=now,
    )
    if entry is None:
        raise _nothing_open()
    return entry


def member_of(session: Session, cooperation_id: uuid.UUID, organisation_id: uuid.UUID) -> Member:
    """Return who is or was a member; NotFound otherwise."""
    for member in figures.all_members(session, cooperation_id):
        if member.organisation_id == organisation_id:
            return member
    raise NotFound("Das Mitglied")


def _nothing_open() -> Refused:
    return Refused.because(
        "nothing_to_demand",
        "Es gibt nichts zurückzufordern.",
        [Violation("nothing_open", "Alle Anteile sind schon zurückgefordert.")],
    )


def _demand(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    member: Member,
    *,
    request_key: str | None = None,
    now: dt.datetime,
) -> LedgerEntry | None:
    shares = queries.open_shares(session, cooperation.id, member.organisation_id)
    if not shares:
        return None
    if member.organisation_id == cooperation.lead_organisation_id:
        return _own_share(session, actor, cooperation, member, shares, request_key, now=now)
    today = clock.berlin_day(now)
    key = read_key(cooperations.cost_key_of(session, cooperation, today))
    letter = [_letter_line(line) for line in shares]
    net, tax = (
        sum(line["share_cents"] for line in letter),
        sum(line["vat_cents"] for line in letter),
    )
    entry_id = ids.new_id()
    amount = net + tax
    title = {1: "Rückforderung an", 0: "Ausgleich mit", -1: "Gutschrift für"}
    sign = (amount > 0) - (amount < 0)
    draft = Draft(
        id=entry_id,
        kind=Kind.DEMAND,
        organisation_id=member.organisation_id,
        text=f"{title[sign]} {member.organisation.name}",
        document=f"{cooperation.reference_prefix}-K-{queries.next_number(session, cooperation.id)}",
        document_on=today,
        net_cents=net,
        vat_cents=tax,
        amount_cents=amount,
        due_on=today + dt.timedelta(days=key.due_days) if amount > 0 else None,
        details={"lines": letter, "to": _address(member), "from": _address_of_lead(cooperation)}
        | {"interest_basis_points": key.interest_basis_points},
    )
    sides = [
        Side(account=Account.DEMANDED, organisation_id=member.organisation_id, cents=amount),
        *_closing(shares),
    ]
    if tax:
        sides.append(Side(account=Account.OUTPUT_VAT, cents=-tax))
    entry = booking.post(
        session, actor, cooperation, draft, sides, request_key=request_key, now=now
    )
    _tell(session, cooperation, entry, now=now)
    return entry


def _own_share(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    member: Member,
    shares: Sequence[LedgerLine],
    request_key: str | None,
    *,
    now: dt.datetime,
) -> LedgerEntry:
    amount = sum(line.cents for line in shares)
    draft = Draft(
        kind=Kind.OWN_SHARE,
        organisation_id=member.organisation_id,
        text=f"Eigenanteil {member.organisation.name}",
        document="",
        document_on=clock.berlin_day(now),
        amount_cents=amount,
        details={"lines": [_letter_line(line) for line in shares]},
    )
    sides = [Side(account=Account.OWN_SHARE, cents=amount), *_closing(shares)]
    return booking.post(session, actor, cooperation, draft, sides, request_key=request_key, now=now)


def _closing(shares: Sequence[LedgerLine]) -> list[Side]:
    return [
        Side(
            account=Account.ADVANCED,
            organisation_id=line.organisation_id,
            cents=-line.cents,
            source_id=line.source_id,
            settles_id=line.id,
            text=line.text,
        )
        for line in shares
    ]


def _letter_line(line: LedgerLine) -> dict[str, Any]:
    """Return a share as the letter names it; the source says which cost it is and its VAT."""
    source = line.source
    assert source is not None
    return {
        "number": source.number,
        "text": source.text,
        "document": source.document,
        "project": source.pool.reference if source.pool else "",
        "supplied_on": source.supplied_on.isoformat() if source.supplied_on else "",
        "cost_cents": source.amount_cents,
        "share_cents": line.cents,
        "vat_cents": vat_rules.tax_cents(line.cents, source.vat_rate_basis_points),
        "vat_rate_basis_points": source.vat_rate_basis_points,
        "vat_status": source.vat_status or "",
        "vat_reason": source.vat_reason,
        "arithmetic": line.text,
        "is_correction": line.entry.kind == Kind.CORRECTION,
    }


def _address(member: Member) -> dict[str, str]:
    organisation = member.organisation
    return {
        "name": organisation.official_name or organisation.name,
        "street": organisation.street or "",
        "city": " ".join(filter(None, [organisation.postcode, organisation.city])),
    }


def _address_of_lead(cooperation: Cooperation) -> dict[str, str]:
    lead = cooperation.lead
    return {
        "name": lead.official_name or lead.name,
        "street": lead.street or "",
        "city": " ".join(filter(None, [lead.postcode, lead.city])),
        "contact": str(cooperation.contact.get("email", "")),
    }


def _tell(
    session: Session, cooperation: Cooperation, entry: LedgerEntry, *, now: dt.datetime
) -> None:
    """Put the demand into the mailboxes of the member's treasury."""
    assert entry.organisation_id is not None
    amount = money.german(abs(entry.amount_cents))
    if entry.amount_cents > 0:
        assert entry.due_on is not None
        what = (
            f"{cooperation.lead.name} fordert {amount} zurück, fällig am {entry.due_on:%d.%m.%Y}."
        )
    elif entry.amount_cents < 0:
        what = f"{cooperation.lead.name} schreibt Ihnen {amount} gut."
    else:
        what = "Die offenen Posten gleichen sich aus; zu zahlen ist nichts."
    messages.send_many(
        session,
        readers(
            session,
            Permission.RELEASE_DEMANDS,
            [entry.organisation_id],
            cooperation_id=cooperation.id,
            now=now,
        ),
        cause=f"ledger:{entry.id}",
        kind=MESSAGE_KIND,
        subject=f"{entry.document}: {entry.text}",
        body=f"Guten Tag,\n\n{what} Das Schreiben mit allen Posten und der Rechnung dazu liegt in "
        "der Zusammenarbeit unter „Vorleistungen“.",
        now=now,
        link=f"/zusammenarbeit/{cooperation.key}/vorleistungen",
    )
