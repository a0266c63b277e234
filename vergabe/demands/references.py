"""Human references such as B-DLZ-2026-00012: numbers that are given out once, under a lock."""

from functools import lru_cache
from typing import Final

from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from vergabe.db import upsert_on
from vergabe.demands.model import ReferenceCounter

NUMBER_DIGITS: Final = 5


def next_reference(session: Session, prefix: str, year: int) -> int:
    """Return the next free number under a prefix (`B-DLZ`, `DLZ`) and year, from 1 on.

    The counter's row stays locked until the transaction ends, so rivals wait and never get the same
    number. A transaction that rolls back gives its number back; a number whose object is deleted
    later leaves a gap, which is allowed.
    """
    return next_references(session, prefix, year, 1)[0]


def next_references(session: Session, prefix: str, year: int, count: int) -> range:
    """Return `count` free numbers in a row under a prefix and year; see `next_reference`.

    Raises ValueError if count is not positive.
    """
    if count < 1:
        raise ValueError("count must be at least 1")
    asked = {"prefix": prefix, "year": year, "last_number": count}
    dialect = session.get_bind().dialect.name
    last_number = session.execute(_counting(dialect), asked).scalar_one()
    return range(last_number - count + 1, last_number + 1)


@lru_cache
def _counting(dialect: str) -> ReturningInsert[int]:
    """Return the statement that counts on, made once."""
    made = upsert_on(dialect, ReferenceCounter)
    on = {"last_number": ReferenceCounter.last_number + made.excluded.last_number}
    counting = made.on_conflict_do_update(index_elements=["prefix", "year"], set_=on)
    return counting.returning(ReferenceCounter.last_number)


def demand_reference(cooperation_prefix: str, year: int, number: int) -> str:
    """Return the reference of a demand: `B-DLZ-2026-00012`."""
    return f"{counter_prefix(cooperation_prefix)}-{year}-{number:0{NUMBER_DIGITS}d}"


def counter_prefix(cooperation_prefix: str) -> str:
    """Return the prefix under which demands of a cooperation are counted."""
    return f"B-{cooperation_prefix}"
