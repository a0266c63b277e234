"""When nothing is awarded: the effort so far is shared anew, by the rule agreed for that."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cost_keys import keys
from vergabe.cost_keys.shares import Shares, shares
from vergabe.cost_shares import booking, figures, overview, queries
from vergabe.cost_shares.booking import Draft, Side
from vergabe.cost_shares.kinds import Account, Kind
from vergabe.cost_shares.model import LedgerEntry
from vergabe.errors import Refused, Violation
from vergabe.pools.model import Pool
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender


def share_without_award(
    session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime
) -> LedgerEntry:
    """Share the costs booked so far for a cancelled procedure by the rule for no award.

    The entry holds, for each cost and member, the difference to what was booked; it adds up to
    zero. Hours not booked yet are to be booked first. Done once for a procedure: again gives the
    same entry. Refused unless the procedure is cancelled, the rule is agreed and there is
    something to share.
    """
    tender = tenders.visible_tender(session, actor, tender_id)
    cooperation = booking.ledger_of(session, actor, tender.cooperation_id, now=now)
    pool = tender.pool
    for entry in _counting(session, pool):
        if entry.kind == Kind.NO_AWARD and entry.details["tender"] == str(tender.id):
            return entry
    reasons = _reasons_against(session, tender, now=now)
    if reasons:
        raise Refused.because(
            "no_award_not_shared", "Der Aufwand lässt sich noch nicht verteilen.", reasons
        )
    rows = figures.all_members(session, pool.cooperation_id)
    key = keys.without_award(
        figures.key_of(session, pool, rows, now=now), figures.lead_key(cooperation, rows)
    )
    assert key is not None
    members = figures.figures_of(session, pool, rows, now=now)
    costs = costs_to_share(session, pool)
    divided = [(cost, shares(cost.amount_cents, key, members)) for cost in costs]
    draft = Draft(
        kind=Kind.NO_AWARD,
        pool_id=pool.id,
        text=f"Aufwand ohne Zuschlag: {tender.reference}",
        document=tender.reference,
        document_on=clock.berlin_day(now),
        amount_cents=sum(cost.amount_cents for cost in costs),
        details={
            "key": key.name,
            "tender": str(tender.id),
            "costs": [str(cost.id) for cost in costs],
        },
    )
    sides = [side for cost, found in divided for side in _differences(cost, found)]
    return booking.post(session, actor, cooperation, draft, sides, now=now)


def costs_to_share(session: Session, pool: Pool) -> list[LedgerEntry]:
    """Return the costs of a project that count and were not shared by this rule before."""
    entries = _counting(session, pool)
    done = {cost for e in entries if e.kind == Kind.NO_AWARD for cost in e.details["costs"]}
    return [
        entry
        for entry in entries
        if entry.kind in (Kind.ADVANCE, Kind.EFFORT) and str(entry.id) not in done
    ]


def _counting(session: Session, pool: Pool) -> list[LedgerEntry]:
    taken_back = queries.corrected_ids(session, pool.cooperation_id)
    entries = queries.entries(session, pool.cooperation_id, pool_id=pool.id)
    return [entry for entry in entries if entry.id not in taken_back]


def _reasons_against(session: Session, tender: Tender, *, now: dt.datetime) -> Sequence[Violation]:
    if tender.stage != "cancelled":
        return [Violation("not_cancelled", "Das Verfahren ist nicht aufgehoben.")]
    found = overview.no_award_shares(session, tender.pool, now=now)
    if found.problems:
        return found.problems
    if any(line.state == "hours" for line in found.lines):
        return [Violation("hours_not_booked", "Buchen Sie zuerst die geleisteten Stunden.")]
    if not costs_to_share(session, tender.pool):
        return [Violation("no_costs", "Für dieses Verfahren sind keine Kosten gebucht.")]
    return []


def _differences(cost: LedgerEntry, found: Shares) -> list[Side]:
    booked = overview.booked_shares(cost)
    return [
        Side(
            account=Account.ADVANCED,
            organisation_id=line.member.member_id,
            cents=line.cents - booked.get(line.member.member_id, 0),
            source_id=cost.id,
            text=f"Ohne Zuschlag statt bisher: {line.explanation}",
        )
        for line in found.lines
        if line.cents != booked.get(line.member.member_id, 0)
    ]
