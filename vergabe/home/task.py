"""The shape of what waits for somebody, and what the gatherers share."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.cooperations.model import Member

MOST_OF_ONE_KIND: Final = 5
"""More of one kind are found on the page of that kind; so many keep the start page quick."""


@dataclass(frozen=True)
class Task:
    """One thing to do: a sentence, one button, and until when (aware UTC), if there is an end.

    about: id of what it is about, so that a plain deadline of the same thing is not told twice.
    """

    title: str
    button: str
    url: str
    due_at: dt.datetime | None = None
    about: uuid.UUID | None = None


Gather = Callable[[Session, Actor, dt.datetime], Iterator[Task]]


def count(session: Session, *conditions: ColumnElement[bool], of: Any) -> int:
    """Return how many rows of a table meet the conditions."""
    return session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0


def number(found: int, one: str, many: str) -> str:
    """Return a number with its noun, as Germans read it."""
    return f"1 {one}" if found == 1 else f"{found} {many}"


def memberships(organisation_id: uuid.UUID | None) -> Any:
    """Return the selection of the cooperations to which an organisation belongs."""
    return select(Member.cooperation_id).where(
        Member.organisation_id == organisation_id, Member.left_on.is_(None)
    )
