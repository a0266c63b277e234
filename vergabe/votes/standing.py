"""Whether what was voted on is still what the pool is: derived when asked, by comparing hashes."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe.pools.model import Pool
from vergabe.votes import subject
from vergabe.votes.model import Vote


def hash_now(session: Session, pool: Pool, vote: Vote, now: dt.datetime) -> str:
    """Return the hash of what a vote would freeze if it opened now with the same question."""
    return subject.sha256_of(
        subject.subject_of(session, pool, vote.question, vote.cost_bearer, now=now)
    )


def is_current(session: Session, vote: Vote, *, now: dt.datetime) -> bool:
    """Return whether a vote's pool is still what the vote froze."""
    return vote.subject_sha256 == hash_now(session, vote.pool, vote, now)


def changes_since(session: Session, vote: Vote, *, now: dt.datetime) -> list[str]:
    """Return what is different from what a vote froze, in German sentences; empty: nothing."""
    newest = subject.subject_of(session, vote.pool, vote.question, vote.cost_bearer, now=now)
    if subject.sha256_of(newest) == vote.subject_sha256:
        return []
    found = subject.differences(vote.subject, newest)
    return found or ["Einzelheiten der Bündelung wurden geändert."]
