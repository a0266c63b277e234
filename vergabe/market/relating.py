"""Putting stored notices into the groups of their procedures, and groups into the search."""

import datetime as dt
import uuid
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.catalogue import service as catalogue
from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.market import blocking, rules, summing
from vergabe.market.grouping import grouped
from vergabe.market.model import ComparisonKey, ProcedureGroup, StoredNotice

_VARIABLES: Final = 500
# As a bare table: there are twenty rows to a notice, and entities would double their price.
_KEYS: Final = ComparisonKey.metadata.tables[ComparisonKey.__tablename__]


def relate(
    session: Session,
    changed: Sequence[StoredNotice],
    known: Mapping[uuid.UUID, ForeignNotice],
    *,
    now: dt.datetime,
) -> None:
    """Put notices that are new or changed into groups and write what the search shows of these.

    known: what some of them say, as far as it has been read already, by id of the row.
    """
    session.flush()
    notices = Notices(known)
    facts = {row.id: notices.facts(row) for row in changed}
    _write_keys(session, facts)
    fresh = set(facts)
    left = {row.group_id for row in changed}
    rows = {row.id: row for row in changed}
    for row in _relatives(session, facts.values(), left):
        rows.setdefault(row.id, row)
        if row.id not in facts:
            facts[row.id] = notices.facts(row)
    grouped_before = {key: rows[key].group_id for key in rows if key not in fresh}
    groups = grouped(list(facts.values()), known=cast("dict[Hashable, Hashable]", grouped_before))
    touched, taken = set(left), set(grouped_before.values())
    for members in groups.all():
        keys = cast("list[uuid.UUID]", members)
        found = [rows[key] for key in keys]
        if fresh.isdisjoint(keys) and len({row.group_id for row in found}) == 1:
            continue
        old = {grouped_before[key] for key in keys if key in grouped_before}
        chosen = _group_for(session, found, old, taken)
        touched |= {row.group_id for row in found} | {chosen}
        taken.add(chosen)
        for row in found:
            row.group_id = chosen
    session.flush()
    _follow(session, rows.values())
    write_pictures(session, touched, notices, now=now)


class Notices:
    """What stored notices say, each read from its row once in a transaction."""

    def __init__(self, known: Mapping[uuid.UUID, ForeignNotice]) -> None:
        self._known = dict(known)

    def of(self, row: StoredNotice) -> ForeignNotice:
        found = self._known.get(row.id)
        if found is None:
            found = self._known[row.id] = ForeignNotice.from_dict(row.facts)
        return found

    def facts(self, row: StoredNotice) -> rules.Facts:
        """Return what a stored notice is compared by."""
        return rules.facts_of(self.of(row), row.id)


def _write_keys(session: Session, facts: dict[uuid.UUID, rules.Facts]) -> None:
    for part in parts(list(facts)):
        session.execute(delete(ComparisonKey).where(ComparisonKey.notice_id.in_(part)))
    new = []
    for notice_id, one in facts.items():
        exact = blocking.exact_numbers(one)
        alike = blocking.likeness_numbers(one) - exact
        new += [
            {"number": number, "notice_id": notice_id, "is_exact": is_exact}
            for numbers, is_exact in ((exact, True), (alike, False))
            for number in sorted(numbers)
        ]
    session.execute(insert(_KEYS), new)


def _relatives(
    session: Session, facts: Iterable[rules.Facts], left: set[uuid.UUID]
) -> list[StoredNotice]:
    """Return all current notices of the groups in which a relative of the given ones is.

    left: groups that the given ones belong to until now; their notices come as well.
    """
    numbers = set()
    for one in facts:
        numbers |= blocking.exact_numbers(one) | blocking.likeness_numbers(one)
    group_ids = set(left)
    for part in parts(sorted(numbers)):
        # A key that very many share is not followed, unless it is exact.
        rare = (
            select(ComparisonKey.number)
            .where(ComparisonKey.number.in_(part))
            .group_by(ComparisonKey.number)
            .having(
                (func.count() <= blocking.LARGEST_BLOCK)
                | (func.max(case((ComparisonKey.is_exact, 1), else_=0)) == 1)
            )
        )
        group_ids |= set(
            session.scalars(
                select(StoredNotice.group_id)
                .join(ComparisonKey, ComparisonKey.notice_id == StoredNotice.id)
                .where(ComparisonKey.number.in_(rare))
                .distinct()
            )
        )
    return _current_of(session, group_ids)


def _current_of(session: Session, group_ids: Iterable[uuid.UUID]) -> list[StoredNotice]:
    found: list[StoredNotice] = []
    for part in parts(sorted(group_ids)):
        found += session.scalars(
            select(StoredNotice).where(StoredNotice.group_id.in_(part), StoredNotice.is_current)
        )
    return found


def _group_for(
    session: Session, members: list[StoredNotice], old: set[uuid.UUID], taken: set[uuid.UUID]
) -> uuid.UUID:
    """Return the group that all members get.

    The oldest of those that others are in already (old); else the newcomers' own, unless others
    have it (taken); else a new one.
    """
    own = {row.group_id for row in members} - taken
    if old or own:
        return min(old or own)
    group = new_group(members[0].title)
    session.add(group)
    session.flush()
    return group.id


def new_group(title: str) -> ProcedureGroup:
    """Return a group of which nothing is known yet: `write_pictures` fills it."""
    return ProcedureGroup(
        id=ids.new_id(),
        shown_on=dt.date.min,
        title=title,
        summary="",
        buyer_names=[],
        deadline_is_day=False,
        is_awarded=False,
        is_cancelled=False,
        is_planning=False,
        notice_count=0,
        places=[],
    )


def _follow(session: Session, rows: Iterable[StoredNotice]) -> None:
    """Let earlier versions follow the current one into its group."""
    for row in rows:
        if row.version > 1:
            for older in session.scalars(
                select(StoredNotice).where(
                    StoredNotice.source == row.source,
                    StoredNotice.source_id == row.source_id,
                    StoredNotice.group_id != row.group_id,
                )
            ):
                older.group_id = row.group_id
    session.flush()


def write_pictures(
    session: Session, group_ids: set[uuid.UUID], notices: Notices, *, now: dt.datetime
) -> None:
    """Write anew what the search shows of groups; those without notices go."""
    by_group: dict[uuid.UUID, list[tuple[uuid.UUID, ForeignNotice]]] = {}
    for row in _current_of(session, group_ids):
        by_group.setdefault(row.group_id, []).append((row.id, notices.of(row)))
    empty = sorted(group_ids - by_group.keys())
    for part in parts(empty):
        session.execute(delete(ProcedureGroup).where(ProcedureGroup.id.in_(part)))
    today = clock.berlin_day(now)
    listed = []
    for part in parts(sorted(by_group)):
        for group in session.scalars(select(ProcedureGroup).where(ProcedureGroup.id.in_(part))):
            picture = summing.picture(group.id, by_group[group.id], today=today)
            for name, value in picture.columns.items():
                setattr(group, name, value)
            group.is_listed = True
            listed.append(picture.listed)
    session.flush()
    catalogue.enter(session, "other", listed, gone=empty, now=now)


def enter_missing(session: Session, *, limit: int, now: dt.datetime) -> int:
    """Enter procedures that the directory does not know yet; return how many.

    There are some once, after the directory came into the house.
    """
    missing = missing_groups(session, limit=limit)
    if missing:
        write_pictures(session, set(missing), Notices({}), now=now)
    return len(missing)


def missing_groups(session: Session, *, limit: int) -> list[uuid.UUID]:
    """Return procedures with notices that the directory does not know."""
    return list(
        session.scalars(
            select(ProcedureGroup.id)
            .where(~ProcedureGroup.is_listed, ProcedureGroup.notice_count > 0)
            .order_by(ProcedureGroup.id)
            .limit(limit)
        )
    )


def parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Yield parts of a list that fit into one statement on every database."""
    for start in range(0, len(values), _VARIABLES):
        yield values[start : start + _VARIABLES]
