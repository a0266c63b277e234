"""Places in the feed of all notices, given out so that no reader of the feed ever misses one."""

from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from vergabe.db import insert_unless_there
from vergabe.notices.model import FeedCounter

FEED: Final = "notices"


def next_place(session: Session) -> int:
    """Return the next place, for a notice that becomes public with this transaction.

    Call it last of all: the counter's row stays locked until the commit, so that places become
    visible in their order and without gaps (docs/decisions/0009); a rollback gives the place back.
    """
    insert_unless_there(session, FeedCounter, {"feed": FEED, "last_sequence": 0})
    return session.execute(
        update(FeedCounter)
        .where(FeedCounter.feed == FEED)
        .values(last_sequence=FeedCounter.last_sequence + 1)
        .returning(FeedCounter.last_sequence)
    ).scalar_one()
