"""Costs of a project in the ledger: what the lead has paid in advance, and hours worked."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.cooperations.model import Cooperation
from vergabe.cost_keys.shares import Shares, shares
from vergabe.cost_shares import booking, figures, queries, rules, vat_rules
from vergabe.cost_shares.booking import Draft, Side
from vergabe.cost_shares.kinds import Account, Category, Kind
from vergabe.cost_shares.model import Effort, LedgerEntry
from vergabe.cost_shares.rules import CostEntry
from vergabe.cost_shares.vat_rules import VatDecision, VatEntry
from vergabe.errors import InvalidInput, Refused, gather
from vergabe.exchange.text import clean_line
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool


def record_advance(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: CostEntry,
    *,
    request_key: str | None = None,
    now: dt.datetime,
) -> LedgerEntry:
    """Book a cost that the lead has paid for a project and share it by the key of the project.

    What is shared is the gross amount, or the net one where the lead deducts input tax; a credit
    note is booked with the signs turned. Raises InvalidInput for missing or wrong fields, also
    without a VAT status and reason; Refused if the key lacks figures. The same form again gives
    the entry of the first time.
    """
    pool, cooperation = _project(session, actor, pool_id, now=now)
    known = booking.already_booked(session, cooperation, request_key, Kind.ADVANCE)
    if known is not None:
        return known
    vat = checked(entry, clock.berlin_day(now))
    assert entry.category is not None
    assert entry.net_cents is not None
    assert entry.vat_cents is not None
    assert entry.document_on is not None
    sign = -1 if entry.is_credit else 1
    net, tax = sign * entry.net_cents, sign * entry.vat_cents
    amount = net if entry.deducts_input_tax else net + tax
    divided = _divided(session, pool, amount, now=now)
    entry_id = ids.new_id()
    draft = Draft(
        id=entry_id,
        kind=Kind.ADVANCE,
        pool_id=pool.id,
        category=entry.category.value,
        text=clean_line(entry.text),
        document=clean_line(entry.document),
        document_on=entry.document_on,
        supplied_on=entry.supplied_on,
        net_cents=net,
        vat_cents=tax,
        amount_cents=amount,
        vat=vat,
        details=_arithmetic(divided),
    )
    sides = [Side(account=Account.CASH, cents=-amount), *member_sides(divided, entry_id)]
    return booking.post(session, actor, cooperation, draft, sides, request_key=request_key, now=now)


def _project(
    session: Session, actor: Actor, pool_id: uuid.UUID, *, now: dt.datetime
) -> tuple[Pool, Cooperation]:
    pool = pools.visible_pool(session, actor, pool_id)
    return pool, booking.ledger_of(session, actor, pool.cooperation_id, now=now)


def checked(entry: CostEntry, today: dt.date) -> VatDecision:
    """Return the VAT status of a cost; InvalidInput with everything that is wrong with it."""
    wrong = list(rules.wrong_in_cost(entry, today))
    decision = gather(wrong, lambda: vat_rules.decide(entry.vat, entry.supplied_on or today))
    if wrong or decision is None:
        raise InvalidInput.of(wrong)
    return decision


def _divided(session: Session, pool: Pool, amount_cents: int, *, now: dt.datetime) -> Shares:
    members = figures.all_members(session, pool.cooperation_id)
    key = figures.key_of(session, pool, members, now=now)
    return shares(amount_cents, key, figures.figures_of(session, pool, members, now=now))


def _arithmetic(divided: Shares) -> dict[str, object]:
    return {
        "key": divided.key.name,
        "is_provisional": divided.is_provisional,
        "shares": {str(member): cents for member, cents in divided.cents.items() if cents},
    }


def member_sides(divided: Shares, source_id: uuid.UUID) -> list[Side]:
    """Return a line for each member that bears something, with its arithmetic."""
    return [
        Side(
            account=Account.ADVANCED,
            organisation_id=line.member.member_id,
            cents=line.cents,
            source_id=source_id,
            text=line.explanation,
        )
        for line in divided.lines
        if line.cents
    ]


def book_efforts(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    vat: VatEntry,
    *,
    now: dt.datetime,
) -> list[LedgerEntry]:
    """Book the hours of a project that are not booked yet, one entry for each member and year.

    The year, for the law of VAT follows the day of supply. The cost is shared by the key; the
    member whose staff worked has it credited, the lead on an account of its own. Refused when
    there are no such hours.
    """
    pool, cooperation = _project(session, actor, pool_id, now=now)
    groups: dict[tuple[uuid.UUID, int], list[Effort]] = {}
    for row in queries.efforts(session, pool.id):
        if row.booked_entry_id is None:
            groups.setdefault((row.organisation_id, row.worked_on.year), []).append(row)
    made = []
    for rows in groups.values():
        cost = sum(rules.effort_cost_cents(row.minutes, row.hourly_rate_cents) for row in rows)
        if cost:
            made.append(_book_effort(session, actor, cooperation, pool, rows, cost, vat, now=now))
    if not made:
        raise Refused("no_hours", "Zu diesem Vorhaben gibt es keine Stunden, die zu buchen wären.")
    return made


def _book_effort(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    pool: Pool,
    rows: Sequence[Effort],
    cost: int,
    vat: VatEntry,
    *,
    now: dt.datetime,
) -> LedgerEntry:
    worker, supplied_on = rows[0].organisation, max(row.worked_on for row in rows)
    divided = _divided(session, pool, cost, now=now)
    minutes = sum(row.minutes for row in rows)
    entry_id = ids.new_id()
    draft = Draft(
        id=entry_id,
        kind=Kind.EFFORT,
        pool_id=pool.id,
        organisation_id=worker.id,
        category=Category.EFFORT.value,
        text=f"Arbeitszeit {worker.name}: {hours(minutes)} Stunden",
        document="Stundennachweis",
        document_on=clock.berlin_day(now),
        supplied_on=supplied_on,
        net_cents=cost,
        vat_cents=0,
        amount_cents=cost,
        vat=vat_rules.decide(vat, supplied_on),
        details=_arithmetic(divided) | {"minutes": minutes, "efforts": [str(r.id) for r in rows]},
    )
    is_lead = worker.id == cooperation.lead_organisation_id
    own = Side(
        account=Account.EFFORT if is_lead else Account.ADVANCED,
        organisation_id=None if is_lead else worker.id,
        cents=-cost,
        source_id=entry_id,
        text="Gutschrift der eigenen Arbeitszeit",
    )
    sides = [own, *member_sides(divided, entry_id)]
    entry = booking.post(session, actor, cooperation, draft, sides, now=now)
    for row in rows:
        row.booked_entry_id = entry.id
    session.flush()
    return entry


def hours(minutes: int) -> str:
    """Return minutes as hours with two decimals, as Germans write them."""
    sign = "-" if minutes < 0 else ""
    hundredths = (abs(minutes) * 100 + 30) // 60
    return f"{sign}{hundredths // 100},{hundredths % 100:02d}"


def correct(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
) -> LedgerEntry:
    """Take an entry back by a counter-entry and return that; nothing is ever changed or deleted.

    Shares that were not demanded yet are closed with it; those demanded already become a credit of
    the next demand; what a demand had closed is open again. Doing it twice gives the same
    counter-entry. InvalidInput without a reason; Refused for a correction itself.
    """
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    entry = queries.entry_by_id(session, cooperation.id, entry_id)
    known = queries.correction_of(session, entry.id)
    if known is not None:
        return known
    reason = reason.strip()
    wrong = list(rules.wrong_text(reason, "reason", "Nennen Sie den Grund.", rules.REASON_LENGTH))
    if wrong:
        raise InvalidInput.of(wrong)
    if entry.kind == Kind.CORRECTION:
        raise Refused(
            "correction_stands",
            "Ein Storno wird nicht storniert. Buchen Sie den Vorgang bitte neu.",
        )
    _refuse_if_shared_anew(session, entry)
    taken_back = booking.post(
        session,
        actor,
        cooperation,
        Draft(
            kind=Kind.CORRECTION,
            pool_id=entry.pool_id,
            organisation_id=entry.organisation_id,
            text=f"Storno der Buchung {entry.number}: {entry.text}"[: rules.TEXT_LENGTH],
            document=entry.document,
            document_on=clock.berlin_day(now),
            amount_cents=-entry.amount_cents,
            reverses_id=entry.id,
            details={"reason": reason},
        ),
        _mirrored(session, entry),
        reason=reason,
        now=now,
    )
    _free_hours(session, entry)
    return taken_back


def _refuse_if_shared_anew(session: Session, entry: LedgerEntry) -> None:
    taken_back = queries.corrected_ids(session, entry.cooperation_id)
    for other in queries.entries(session, entry.cooperation_id, pool_id=entry.pool_id):
        is_counting = other.kind == Kind.NO_AWARD and other.id not in taken_back
        if is_counting and str(entry.id) in other.details["costs"]:
            raise Refused(
                "shared_without_award",
                f"Diese Kosten hat die Buchung {other.number} ohne Zuschlag neu verteilt. "
                "Stornieren Sie zuerst jene.",
            )


def _mirrored(session: Session, entry: LedgerEntry) -> list[Side]:
    still_open = queries.open_line_ids(session, entry.id)
    return [
        Side(
            account=Account(line.account),
            organisation_id=line.organisation_id,
            cents=-line.cents,
            source_id=line.source_id,
            settles_id=line.id if line.id in still_open else None,
            text=line.text,
        )
        for line in entry.lines
    ]


def _free_hours(session: Session, entry: LedgerEntry) -> None:
    """Let the hours of a corrected entry be booked again."""
    if entry.kind != Kind.EFFORT or entry.pool_id is None:
        return
    for row in queries.efforts(session, entry.pool_id):
        if row.booked_entry_id == entry.id:
            row.booked_entry_id = None
    session.flush()
