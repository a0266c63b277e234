"""Reads of the ledger: open shares, balances, items. Who may ask is decided by the callers."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cost_shares import items
from vergabe.cost_shares.items import MemberAccount, Movement, Reminder
from vergabe.cost_shares.kinds import MEMBER_ACCOUNTS, Account, Kind
from vergabe.cost_shares.model import (
    CostBearer,
    Dunning,
    Effort,
    ExpectedCost,
    LedgerEntry,
    LedgerLine,
)
from vergabe.errors import NotFound
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.tenders.model import Tender
from vergabe.web import paging
from vergabe.web.paging import Page


def keeps_ledger(actor: Actor, cooperation: Cooperation) -> bool:
    """Return whether the actor books in the lead's ledger of this cooperation."""
    return actor.may(
        Permission.SETTLE_COSTS,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )


def reads_ledger(actor: Actor, cooperation: Cooperation) -> bool:
    """Return whether the actor sees the whole ledger: the lead's people do, members do not."""
    if keeps_ledger(actor, cooperation):
        return True
    return actor.organisation_id == cooperation.lead_organisation_id and actor.may(
        Permission.VIEW_COSTS, cooperation_id=cooperation.id
    )


def require_reader(actor: Actor, cooperation: Cooperation, organisation_id: uuid.UUID) -> None:
    """Raise NotFound unless the actor may see this member's items: its own, or all of them."""
    if not reads_ledger(actor, cooperation) and actor.organisation_id != organisation_id:
        raise NotFound("Das Mitglied")


def visible_project(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    """Return a visible pool whose costs the actor may read; NotFound otherwise.

    The cooperation's present and former members may: not the service provider that works on the
    pool, for whom the members' shares and the hours of their people are no business.
    """
    pool = pools.visible_pool(session, actor, pool_id)
    if not sees_project(session, actor, pool_id):
        raise NotFound(pools.WHAT)
    return pool


def sees_project(session: Session, actor: Actor, pool_id: uuid.UUID) -> bool:
    """Return whether `visible_project` gives a pool to the actor."""
    return _is_there(session, _readable(actor).where(Pool.id == pool_id))


def sees_project_of_tender(session: Session, actor: Actor, tender_id: uuid.UUID) -> bool:
    """Return whether `visible_project` gives the pool of a tender to the actor."""
    pool_id = select(Tender.pool_id).where(Tender.id == tender_id).scalar_subquery()
    return _is_there(session, _readable(actor).where(Pool.id == pool_id))


def _readable(actor: Actor) -> Select[Pool]:
    query = pools.visible(actor)
    if actor.is_operator:
        return query
    is_member = exists().where(
        Member.cooperation_id == Pool.cooperation_id,
        Member.organisation_id == actor.organisation_id,
    )
    return query.where(is_member)


def _is_there(session: Session, query: Select[Pool]) -> bool:
    return session.scalars(query.with_only_columns(Pool.id).limit(1)).first() is not None


def entry_by_id(session: Session, cooperation_id: uuid.UUID, entry_id: uuid.UUID) -> LedgerEntry:
    """Return an entry of a cooperation's ledger with its lines; NotFound otherwise."""
    found = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.id == entry_id, LedgerEntry.cooperation_id == cooperation_id)
        .options(selectinload(LedgerEntry.lines))
    ).one_or_none()
    if found is None:
        raise NotFound("Die Buchung")
    return found


def entry_of_request(
    session: Session, cooperation_id: uuid.UUID, request_key: str
) -> LedgerEntry | None:
    """Return the entry that the same form has made before."""
    return session.scalars(
        select(LedgerEntry).where(
            LedgerEntry.cooperation_id == cooperation_id, LedgerEntry.request_key == request_key
        )
    ).one_or_none()


def projects(session: Session, cooperation_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Return id → reference and title of the projects that may cost something, newest first.

    Also of those that have ended: invoices come later.
    """
    query = (
        select(Pool.id, Pool.reference, Pool.title)
        .where(Pool.cooperation_id == cooperation_id, Pool.stage != "rejected")
        .order_by(Pool.id.desc())
    )
    return {found: f"{reference}: {title}" for found, reference, title in session.execute(query)}


def next_number(session: Session, cooperation_id: uuid.UUID) -> int:
    """Return the next running number; the cooperation must be locked."""
    last = session.scalar(
        select(func.max(LedgerEntry.number)).where(LedgerEntry.cooperation_id == cooperation_id)
    )
    return (last or 0) + 1


def entries(
    session: Session, cooperation_id: uuid.UUID, *, pool_id: uuid.UUID | None = None
) -> list[LedgerEntry]:
    """Return all entries with their lines in the order of their numbers."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.cooperation_id == cooperation_id)
        .options(
            selectinload(LedgerEntry.lines),
            selectinload(LedgerEntry.organisation),
            selectinload(LedgerEntry.pool),
        )
        .order_by(LedgerEntry.number)
    )
    if pool_id is not None:
        query = query.where(LedgerEntry.pool_id == pool_id)
    return list(session.scalars(query))


def entries_page(
    session: Session, cooperation_id: uuid.UUID, *, cursor: str | None, limit: int | None
) -> Page[LedgerEntry]:
    """Return a page of entries with their lines, newest first."""
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.cooperation_id == cooperation_id)
        .options(selectinload(LedgerEntry.lines))
    )
    return paging.newest_first(session, query, LedgerEntry.id, cursor=cursor, limit=limit)


def corrected_ids(session: Session, cooperation_id: uuid.UUID) -> set[uuid.UUID]:
    """Return the ids of the entries that were taken back by a correction."""
    rows = session.scalars(
        select(LedgerEntry.reverses_id).where(
            LedgerEntry.cooperation_id == cooperation_id, LedgerEntry.reverses_id.is_not(None)
        )
    )
    return {row for row in rows if row is not None}


def correction_of(session: Session, entry_id: uuid.UUID) -> LedgerEntry | None:
    """Return the counter-entry that took an entry back, if there is one."""
    return session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.reverses_id == entry_id)
        .options(selectinload(LedgerEntry.lines))
    ).one_or_none()


def _is_open() -> ColumnElement[bool]:
    closing = aliased(LedgerLine)
    return (
        (LedgerLine.account == Account.ADVANCED)
        & LedgerLine.settles_id.is_(None)
        & ~exists().where(closing.settles_id == LedgerLine.id)
    )


def _lines(cooperation_id: uuid.UUID) -> Select[LedgerLine]:
    return select(LedgerLine).where(
        LedgerLine.entry_id.in_(
            select(LedgerEntry.id).where(LedgerEntry.cooperation_id == cooperation_id)
        )
    )


def open_shares(
    session: Session, cooperation_id: uuid.UUID, organisation_id: uuid.UUID
) -> list[LedgerLine]:
    """Return the shares of a member that were not yet demanded, with their costs, oldest first."""
    query = (
        _lines(cooperation_id)
        .where(_is_open(), LedgerLine.organisation_id == organisation_id)
        .options(
            selectinload(LedgerLine.source).selectinload(LedgerEntry.pool),
            selectinload(LedgerLine.entry),
        )
        .order_by(LedgerLine.id)
    )
    found = list(session.scalars(query))
    return sorted(found, key=lambda line: (line.entry.number, line.position))


def open_line_ids(session: Session, entry_id: uuid.UUID) -> set[uuid.UUID]:
    """Return which lines of an entry are shares that nothing has closed."""
    query = select(LedgerLine.id).where(LedgerLine.entry_id == entry_id, _is_open())
    return set(session.scalars(query))


def balances(session: Session, cooperation_id: uuid.UUID) -> dict[tuple[Account, uuid.UUID], int]:
    """Return (account, member) → balance in cents for the accounts of members."""
    query = (
        select(LedgerLine.account, LedgerLine.organisation_id, func.sum(LedgerLine.cents))
        .join(LedgerEntry, LedgerEntry.id == LedgerLine.entry_id)
        .where(
            LedgerEntry.cooperation_id == cooperation_id,
            LedgerLine.account.in_(MEMBER_ACCOUNTS),
        )
        .group_by(LedgerLine.account, LedgerLine.organisation_id)
    )
    return {
        (Account(account), organisation_id): int(cents)
        for account, organisation_id, cents in session.execute(query)
        if organisation_id is not None
    }


def lead_balances(session: Session, cooperation_id: uuid.UUID) -> dict[Account, int]:
    """Return the balances of the lead's accounts in cents; credits are negative."""
    query = (
        select(LedgerLine.account, func.sum(LedgerLine.cents))
        .join(LedgerEntry, LedgerEntry.id == LedgerLine.entry_id)
        .where(
            LedgerEntry.cooperation_id == cooperation_id,
            LedgerLine.account.not_in(MEMBER_ACCOUNTS),
        )
        .group_by(LedgerLine.account)
    )
    return {Account(account): int(cents) for account, cents in session.execute(query)}


def member_accounts(
    session: Session, cooperation_id: uuid.UUID, organisation_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, MemberAccount]:
    """Return member → what it was asked for, what it paid, what is open."""
    wanted = list(organisation_ids)
    moves = _movements(session, cooperation_id, wanted)
    reminders = _reminders(session, cooperation_id)
    return {each: items.account(moves.get(each, []), reminders) for each in wanted}


def _movements(
    session: Session, cooperation_id: uuid.UUID, organisation_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Movement]]:
    taken_back = corrected_ids(session, cooperation_id)
    query = (
        select(LedgerEntry, LedgerLine.organisation_id, LedgerLine.cents)
        .join(LedgerLine, LedgerLine.entry_id == LedgerEntry.id)
        .where(
            LedgerEntry.cooperation_id == cooperation_id,
            LedgerEntry.kind != Kind.CORRECTION,
            LedgerLine.account == Account.DEMANDED,
            LedgerLine.organisation_id.in_(organisation_ids),
        )
        .order_by(LedgerEntry.number)
    )
    found: dict[uuid.UUID, list[Movement]] = {}
    for entry, organisation_id, cents in session.execute(query):
        if entry.id in taken_back or organisation_id is None:
            continue
        found.setdefault(organisation_id, []).append(
            Movement(
                entry_id=entry.id,
                number=entry.number,
                day=entry.document_on,
                cents=cents,
                due_on=entry.due_on,
                is_interest=entry.kind == Kind.INTEREST,
            )
        )
    return found


def _reminders(session: Session, cooperation_id: uuid.UUID) -> dict[uuid.UUID, list[Reminder]]:
    query = (
        select(Dunning)
        .join(LedgerEntry, LedgerEntry.id == Dunning.demand_id)
        .where(LedgerEntry.cooperation_id == cooperation_id)
        .order_by(Dunning.level)
    )
    found: dict[uuid.UUID, list[Reminder]] = {}
    for row in session.scalars(query):
        found.setdefault(row.demand_id, []).append(
            Reminder(level=row.level, sent_on=row.sent_on, due_on=row.due_on)
        )
    return found


def dunning(session: Session, demand_id: uuid.UUID, level: int) -> Dunning | None:
    """Return the reminder of this level that a demand has had, if it has."""
    return session.scalars(
        select(Dunning).where(Dunning.demand_id == demand_id, Dunning.level == level)
    ).one_or_none()


def last_level(session: Session, demand_id: uuid.UUID) -> int:
    """Return the level of the last reminder of a demand, 0 before the first."""
    query = select(func.max(Dunning.level)).where(Dunning.demand_id == demand_id)
    return session.scalar(query) or 0


def current_bearer(session: Session, pool_id: uuid.UUID) -> CostBearer | None:
    """Return the latest decision on who bears a project's costs; None: none was taken."""
    return next(iter(bearers(session, pool_id)), None)


def bearers(session: Session, pool_id: uuid.UUID) -> list[CostBearer]:
    """Return the decisions on who bears a project's costs, newest first."""
    query = (
        select(CostBearer)
        .where(CostBearer.pool_id == pool_id)
        .options(selectinload(CostBearer.bearer))
        .order_by(CostBearer.number.desc())
    )
    return list(session.scalars(query))


def efforts(session: Session, pool_id: uuid.UUID) -> list[Effort]:
    """Return the hours of a project in the order in which they were entered."""
    query = (
        select(Effort)
        .where(Effort.pool_id == pool_id)
        .options(selectinload(Effort.organisation))
        .order_by(Effort.worked_on, Effort.id)
    )
    return list(session.scalars(query))


def effort_of_request(session: Session, pool_id: uuid.UUID, request_key: str) -> Effort | None:
    """Return the hours that the same form has entered before."""
    return session.scalars(
        select(Effort).where(Effort.pool_id == pool_id, Effort.request_key == request_key)
    ).one_or_none()


def expected_costs(session: Session, pool_id: uuid.UUID) -> list[ExpectedCost]:
    """Return the costs of a project that are still to come, in the order of their entry."""
    query = (
        select(ExpectedCost)
        .where(ExpectedCost.pool_id == pool_id, ExpectedCost.withdrawn_at.is_(None))
        .order_by(ExpectedCost.recorded_at, ExpectedCost.id)
    )
    return list(session.scalars(query))
