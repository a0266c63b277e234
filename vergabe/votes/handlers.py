"""Who is told what about votes: reactions to events and the worker's sweep, each safe to repeat."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.deadlines import service as deadlines
from vergabe.demands.recording import shortened
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.pools.rules import moment
from vergabe.pools.stages import FINAL_STAGES, Stage
from vergabe.votes import queries, rules, standing
from vergabe.votes.closing import DEADLINE_KIND
from vergabe.votes.events import VoteClosed, VoteOpened
from vergabe.votes.gates import rule_text
from vergabe.votes.model import Vote
from vergabe.votes.rules import STATE_NAMES, State

_KIND: Final = "vote"
_SWEEP_LIMIT: Final = 20


def tell_of_opening(
    session: Session, event: VoteOpened, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Ask the people who cast the votes of the entitled members."""
    vote = session.get_one(Vote, event.vote_id)
    until = f"bis {moment(vote.deadline)}" if vote.deadline else "ohne festes Ende"
    body = (
        f"Über die gemeinsame Beschaffung „{vote.pool.title}“ ({vote.pool.reference}) wird "
        f"abgestimmt, {until}. Nötig ist: {rule_text(queries.terms_of(vote))}.\n\n"
        f"{vote.question}"
    )
    _tell(session, vote, _entitled(vote), "Abstimmung", body, cause=f"vote:{event_id}", now=now)


def tell_of_closing(
    session: Session, event: VoteClosed, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell the entitled members how a vote ended."""
    tell_result(session, session.get_one(Vote, event.vote_id), now=now)


def tell_result(session: Session, vote: Vote, *, now: dt.datetime) -> int:
    """Tell the entitled members the result of a closed vote, once; return how many were told."""
    facts = queries.facts_of(vote)
    state = rules.state_of(facts, now)
    counted = rules.tally(facts.terms, facts.voters)
    body = (
        f"Die Abstimmung über „{vote.pool.title}“ ({vote.pool.reference}) ist beendet: "
        f"{STATE_NAMES[state]}.\n\nJa: {_number(counted.yes)}, Nein: {_number(counted.no)}, "
        f"Enthaltung: {_number(counted.abstain)}, nicht abgestimmt: {_number(counted.missing)}."
    )
    if state is State.REPLACED:
        body = (
            f"Die Abstimmung über „{vote.pool.title}“ ({vote.pool.reference}) endet ohne "
            "Ergebnis, weil sich geändert hat, worüber abgestimmt wird. Bitte stimmen Sie in der "
            "neuen Abstimmung ab."
        )
    elif vote.closing_reason:
        body += f"\n\nVorzeitig beendet. Grund: {vote.closing_reason}"
    what = f"Abstimmung {STATE_NAMES[state]}"
    return _tell(session, vote, _entitled(vote), what, body, cause=f"vote:{vote.id}:end", now=now)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def has_due_ticks(session: Session, *, now: dt.datetime) -> bool:
    """Return whether `send_due` would find something to do; writes nothing."""
    due = select(Vote.id).where(Vote.next_tick_at <= now).limit(1)
    return session.scalars(due).first() is not None


def send_due(session: Session, *, now: dt.datetime) -> int:
    """Remind members that have not voted, and tell the result of votes that time has closed.

    Return how many messages were written. Safe to repeat and to run in several workers: each vote
    is locked, and each message has a key of its own. At most 20 votes at once; a reminder that was
    missed is not sent late once the next one is due. Nobody is asked for a vote that cannot be cast
    any more, because what it is about has changed or ended.
    """
    due = session.scalars(
        select(Vote)
        .where(Vote.next_tick_at <= now)
        .order_by(Vote.next_tick_at, Vote.id)
        .limit(_SWEEP_LIMIT)
        .with_for_update(skip_locked=True)
    ).all()
    sent = 0
    for vote in due:
        if Stage(vote.pool.stage) in FINAL_STAGES:
            vote.next_tick_at = None
        elif rules.closed_at(queries.facts_of(vote), now) is not None:
            sent += tell_result(session, vote, now=now)
            deadlines.meet(session, vote.pool_id, DEADLINE_KIND, now=now)
            vote.next_tick_at = None
        else:
            sent += _remind(session, vote, now=now)
            vote.next_tick_at = rules.next_tick(vote.opened_at, vote.deadline, now)
    session.flush()
    return sent


def _remind(session: Session, vote: Vote, *, now: dt.datetime) -> int:
    if not standing.is_current(session, vote, now=now):
        return 0
    silent = [voter.organisation_id for voter in queries.facts_of(vote).missing]
    instants = rules.reminder_instants(vote.opened_at, vote.deadline)
    last = max(instant for instant in instants if instant <= now)
    ends = f"Sie endet am {moment(vote.deadline)}." if vote.deadline else "Sie ist noch offen."
    body = (
        f"In der Abstimmung über „{vote.pool.title}“ ({vote.pool.reference}) fehlt noch die "
        f"Stimme Ihrer Kommune. {ends}\n\n{vote.question}"
    )
    cause = f"vote:{vote.id}:remind:{last.isoformat()}"
    return _tell(session, vote, silent, "Ihre Stimme fehlt", body, cause=cause, now=now)


def _entitled(vote: Vote) -> list[uuid.UUID]:
    return [member.organisation_id for member in vote.entitled]


def _tell(
    session: Session,
    vote: Vote,
    organisation_ids: Sequence[uuid.UUID],
    what: str,
    body: str,
    *,
    cause: str,
    now: dt.datetime,
) -> int:
    return messages.send_many(
        session,
        _readers(session, vote, organisation_ids, now=now),
        cause=cause,
        kind=_KIND,
        subject=f"{what}: {shortened(vote.pool.title)}",
        body=body,
        now=now,
        link=f"/buendelungen/{vote.pool_id}/abstimmungen",
    )


def _readers(
    session: Session, vote: Vote, organisation_ids: Iterable[uuid.UUID], *, now: dt.datetime
) -> list[Reader]:
    """Return who casts the votes of these members; a member without such a person itself."""
    wanted = list(organisation_ids)
    people = access.people_with(
        session,
        Permission.CAST_VOTES,
        wanted,
        now=now,
        cooperation_id=vote.pool.cooperation_id,
        roles=frozenset(queries.terms_of(vote).voters),
    )
    reached = {organisation_id for _user, organisation_id in people}
    users = dict.fromkeys(user.id for user, _organisation_id in people)
    return [Reader(user_id=user_id) for user_id in users] + [
        Reader(organisation_id=each) for each in wanted if each not in reached
    ]
