"""What the costs of a project are and how they are shared: line by line, with every sum."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from vergabe.cooperations.model import Member
from vergabe.cost_keys import keys
from vergabe.cost_keys.figures import MemberFigures
from vergabe.cost_keys.keys import CostKey
from vergabe.cost_keys.shares import shares
from vergabe.cost_shares import figures, queries, rules
from vergabe.cost_shares.advances import hours
from vergabe.cost_shares.kinds import CATEGORY_NAMES, Category, Kind
from vergabe.cost_shares.model import CostBearer, Effort, LedgerEntry
from vergabe.errors import Refused, Violation
from vergabe.pools.model import Pool
from vergabe.tenders.model import Tender


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """A cost with each member's share in the order of the members; how: its arithmetic.

    state: `booked` (in the ledger), `hours` (worked, not booked yet), `expected` (to come).
    """

    state: str
    category: str
    text: str
    day: dt.date | None
    cents: int
    parts: tuple[int, ...]
    how: tuple[str, ...]
    row_id: uuid.UUID | None = None

    @property
    def adds_up(self) -> bool:
        return sum(self.parts) == self.cents

    def explained(self, members: Sequence[MemberFigures]) -> list[tuple[MemberFigures, int, str]]:
        """Return who bears something, how much, and how it was computed."""
        rows = zip(members, self.parts, self.how, strict=True)
        return [(member, cents, how) for member, cents, how in rows if cents]


@dataclass(frozen=True, kw_only=True)
class ProjectCosts:
    """The costs of a project; amounts in cents. Lists of numbers follow `members`."""

    pool: Pool
    tender: Tender | None
    key: CostKey
    bearer: CostBearer | None
    bearers: Sequence[CostBearer]
    members: tuple[MemberFigures, ...]
    lines: tuple[CostLine, ...]
    problems: tuple[Violation, ...]
    """Why costs cannot be shared yet; then lines have no parts."""

    def lines_in(self, *states: str) -> list[CostLine]:
        return [line for line in self.lines if line.state in states]

    def sums(self, *states: str) -> list[int]:
        """Return each member's sum over the lines of these states."""
        chosen = [line.parts for line in self.lines_in(*states) if line.parts]
        return [sum(column) for column in zip(*chosen, strict=True)] or [0] * len(self.members)

    def total(self, *states: str) -> int:
        return sum(line.cents for line in self.lines_in(*states))

    @property
    def value_total(self) -> int:
        return sum(member.demand_value_net_cents or 0 for member in self.members)


SPENT = ("booked", "hours")

Divide = Callable[[int], tuple[tuple[int, ...], tuple[str, ...]]]


def project_costs(session: Session, pool: Pool, *, now: dt.datetime) -> ProjectCosts:
    """Return all costs of a project with their provisional shares by the key that counts now.

    What is booked shows the shares as booked. Members are those with a demand in the project and
    whoever else bears something.
    """
    rows = figures.all_members(session, pool.cooperation_id)
    key = figures.key_of(session, pool, rows, now=now)
    everybody = figures.figures_of(session, pool, rows, now=now)
    problems: list[Violation] = []
    divide = _by(key, everybody, problems)
    lines = [*_booked(session, pool, everybody), *_other_lines(session, pool, divide)]
    decisions = queries.bearers(session, pool.id)
    return _narrowed(
        ProjectCosts(
            pool=pool,
            tender=figures.latest_tender(session, pool.id),
            key=key,
            bearer=decisions[0] if decisions else None,
            bearers=decisions,
            members=tuple(everybody),
            lines=tuple(lines),
            problems=tuple(dict.fromkeys(problems)),
        )
    )


def _by(key: CostKey, members: Sequence[MemberFigures], problems: list[Violation]) -> Divide:
    def divide(cents: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
        try:
            found = shares(cents, key, members)
        except Refused as refusal:
            problems.extend(refusal.violations)
            return (), ()
        by_member = {line.member.member_id: line for line in found.lines}
        ordered = [by_member[member.member_id] for member in members]
        return tuple(line.cents for line in ordered), tuple(line.explanation for line in ordered)

    return divide


def _booked(session: Session, pool: Pool, members: Sequence[MemberFigures]) -> Iterator[CostLine]:
    taken_back = queries.corrected_ids(session, pool.cooperation_id)
    for entry in queries.entries(session, pool.cooperation_id, pool_id=pool.id):
        if entry.kind in (Kind.ADVANCE, Kind.EFFORT) and entry.id not in taken_back:
            yield _booked_line(entry, members)


def _booked_line(entry: LedgerEntry, members: Sequence[MemberFigures]) -> CostLine:
    booked = booked_shares(entry)
    how = {
        line.organisation_id: line.text
        for line in entry.lines
        if line.organisation_id is not None and booked.get(line.organisation_id) == line.cents
    }
    return CostLine(
        state="booked",
        category=CATEGORY_NAMES[Category(entry.category or Category.OTHER)],
        text=entry.text,
        day=entry.document_on,
        cents=entry.amount_cents,
        parts=tuple(booked.get(member.member_id, 0) for member in members),
        how=tuple(how.get(member.member_id, "") for member in members),
        row_id=entry.id,
    )


def booked_shares(entry: LedgerEntry) -> dict[uuid.UUID, int]:
    """Return member → cents as a cost was shared when it was booked."""
    return {uuid.UUID(member): cents for member, cents in entry.details["shares"].items()}


def _other_lines(session: Session, pool: Pool, divide: Divide) -> Iterator[CostLine]:
    grouped: dict[uuid.UUID, list[Effort]] = {}
    for row in queries.efforts(session, pool.id):
        if row.booked_entry_id is None:
            grouped.setdefault(row.organisation_id, []).append(row)
    for worked in grouped.values():
        cost = sum(rules.effort_cost_cents(r.minutes, r.hourly_rate_cents) for r in worked)
        minutes = sum(row.minutes for row in worked)
        text = f"Arbeitszeit {worked[0].organisation.name}: {hours(minutes)} Stunden"
        if cost:
            yield _line(
                "hours", Category.EFFORT, text, max(r.worked_on for r in worked), cost, divide
            )
    for expected in queries.expected_costs(session, pool.id):
        category, cents = Category(expected.category), expected.gross_cents
        yield _line("expected", category, expected.text, None, cents, divide, row_id=expected.id)


def _line(
    state: str,
    category: Category,
    text: str,
    day: dt.date | None,
    cents: int,
    divide: Divide,
    *,
    row_id: uuid.UUID | None = None,
) -> CostLine:
    parts, how = divide(cents)
    return CostLine(
        state=state,
        category=CATEGORY_NAMES[category],
        text=text,
        day=day,
        cents=cents,
        parts=parts,
        how=how,
        row_id=row_id,
    )


def _narrowed(costs: ProjectCosts) -> ProjectCosts:
    """Leave out members that have neither a demand nor a share."""
    kept = [
        index
        for index, member in enumerate(costs.members)
        if member.takes_part or any(line.parts and line.parts[index] for line in costs.lines)
    ]
    lines = tuple(
        replace(
            line,
            parts=tuple(line.parts[i] for i in kept) if line.parts else (),
            how=tuple(line.how[i] for i in kept) if line.how else (),
        )
        for line in costs.lines
    )
    members = tuple(costs.members[index] for index in kept)
    return replace(costs, members=members, lines=lines)


@dataclass(frozen=True, kw_only=True)
class NoAwardShares:
    """What each member owes of the effort so far when nothing is awarded; key None: not agreed."""

    key: CostKey | None
    rule_name: str
    members: tuple[MemberFigures, ...]
    lines: tuple[CostLine, ...]
    problems: tuple[Violation, ...]

    @property
    def total(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def sums(self) -> list[int]:
        columns = [line.parts for line in self.lines if line.parts]
        return [sum(column) for column in zip(*columns, strict=True)] or [0] * len(self.members)


def no_award_shares(session: Session, pool: Pool, *, now: dt.datetime) -> NoAwardShares:
    """Return the costs so far (booked and worked), shared by the agreed rule for no award."""
    rows: list[Member] = figures.all_members(session, pool.cooperation_id)
    agreed = figures.key_of(session, pool, rows, now=now)
    key = keys.without_award(agreed, figures.lead_key(pool.cooperation, rows))
    everybody = tuple(figures.figures_of(session, pool, rows, now=now))
    problems: list[Violation] = []
    if key is None or agreed.no_award is None:
        problem = Violation(
            "no_award_rule_missing",
            "Die Vereinbarung sagt nicht, wer den Aufwand trägt, wenn nichts vergeben wird. Bis "
            "das geregelt ist, wird nichts verteilt.",
            who="Koordination der Federführung",
        )
        return NoAwardShares(
            key=None, rule_name="", members=everybody, lines=(), problems=(problem,)
        )
    divide = _by(key, everybody, problems)
    spent = [*_booked(session, pool, everybody), *_other_lines(session, pool, lambda _c: ((), ()))]
    lines = [
        replace(line, parts=parts, how=how)
        for line in spent
        if line.state in SPENT
        for parts, how in [divide(line.cents)]
    ]
    return NoAwardShares(
        key=key,
        rule_name=keys.NO_AWARD_NAMES[agreed.no_award],
        members=everybody,
        lines=tuple(lines),
        problems=tuple(dict.fromkeys(problems)),
    )
