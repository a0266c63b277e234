"""Opening a vote on a pool as it is now (casting and closing: modules of those names).

Each of these commands locks the pool's row: a vote is opened on what the pool is, two ballots come
one after the other, and the last one closes the vote exactly once.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from vergabe import clock, ids, outbox
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import voting_queries
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.voting import RULE_NAMES, Electorate, VotingTerms
from vergabe.deadlines import service as deadlines
from vergabe.errors import Refused, Stale, Violation
from vergabe.pools import queries as pools
from vergabe.pools.deciding import clean_text, decide
from vergabe.pools.model import Pool
from vergabe.pools.recording import record
from vergabe.pools.rules import moment
from vergabe.pools.stages import Stage, effective_stage
from vergabe.votes import closing, queries, rules, standing, subject
from vergabe.votes.closing import DEADLINE_KIND, REASON_LENGTH
from vergabe.votes.events import VoteOpened
from vergabe.votes.model import EntitledMember, Vote
from vergabe.votes.rules import Closing, State, Voter

QUESTION_LENGTH: Final = 2_000


@dataclass(frozen=True)
class VoteEntry:
    """What the coordinator asks. deadline: first instant that is too late; None: no end by time.

    seen_sha256: `seen_hash` of the pool as the coordinator saw it; None: not compared.
    """

    question: str
    cost_bearer: str = ""
    deadline: dt.datetime | None = None
    seen_sha256: str | None = None


def open_vote(
    session: Session, actor: Actor, pool_id: uuid.UUID, entry: VoteEntry, *, now: dt.datetime
) -> Vote:
    """Open a vote on a pool as it is now, by the rule of the cooperation's file; return it.

    The subject is frozen with its hash. An open vote on a subject that has changed since is
    replaced; the same question on the same subject again returns the vote that is open. Raises
    NotFound, Forbidden, Stale, InvalidInput, Refused.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    cooperation = session.get_one(Cooperation, pool.cooperation_id)
    actor.require(
        Permission.RUN_VOTES,
        cooperation_id=cooperation.id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )
    question = clean_text(
        entry.question,
        "question",
        missing="Bitte schreiben Sie, worüber abgestimmt wird.",
        max_length=QUESTION_LENGTH,
    )
    cost_bearer = clean_text(entry.cost_bearer, "cost_bearer", max_length=REASON_LENGTH)
    frozen = subject.subject_of(session, pool, question, cost_bearer, now=now)
    terms = voting_queries.voting_terms(session, pool.cooperation_id, pool.area_id)
    before = queries.latest(session, pool.id)
    if before is not None:
        same = _settle_before(session, actor, pool, before, frozen, terms, now=now)
        if same is not None:
            return same
    if entry.seen_sha256 not in (None, seen_hash(frozen)):
        raise Stale("Die Bündelung")
    electorate = _electorate(session, pool, terms, now=now)
    decide(
        rules.reasons_against_opening(
            effective_stage(Stage(pool.stage), pool.joining_deadline, now),
            terms,
            [Voter(o.id, o.name, o.inhabitants) for o in electorate],
            [o.inhabitants_on for o in electorate],
            entry.deadline,
            now,
        ),
        "vote_refused",
    )
    number = before.number + 1 if before is not None else 1
    vote = _new_vote(actor, pool, number, frozen, terms, entry.deadline, now=now)
    vote.entitled = [
        EntitledMember(
            organisation_id=each.id,
            position=position,
            inhabitants=each.inhabitants,
            inhabitants_on=each.inhabitants_on,
        )
        for position, each in enumerate(electorate, start=1)
    ]
    session.add(vote)
    session.flush()
    _note_opening(session, actor, pool, vote, [each.name for each in electorate], now=now)
    return vote


def seen_hash(found: subject.Subject) -> str:
    """Return the hash of what a vote would freeze, whatever the question will be.

    A form carries it: what the coordinator saw must be what the vote freezes.
    """
    return subject.sha256_of(found | {"question": "", "cost_bearer": ""})


def _new_vote(
    actor: Actor,
    pool: Pool,
    number: int,
    frozen: subject.Subject,
    terms: VotingTerms,
    deadline: dt.datetime | None,
    *,
    now: dt.datetime,
) -> Vote:
    return Vote(
        id=ids.new_id(),
        pool_id=pool.id,
        number=number,
        question=frozen["question"],
        cost_bearer=frozen["cost_bearer"],
        subject=frozen,
        subject_sha256=subject.sha256_of(frozen),
        rule=terms.rule,
        electorate=terms.electorate,
        quorum_basis_points=terms.quorum_basis_points,
        majority_of=terms.majority_of,
        abstention_blocks=terms.abstention_blocks,
        voter_roles=[str(role) for role in terms.voters],
        opened_at=now,
        opened_by_id=actor.user_id,
        opened_by_name=actor.name,
        deadline=deadline,
        next_tick_at=rules.next_tick(now, deadline, now),
    )


def _settle_before(
    session: Session,
    actor: Actor,
    pool: Pool,
    before: Vote,
    frozen: subject.Subject,
    terms: VotingTerms,
    *,
    now: dt.datetime,
) -> Vote | None:
    """Return the earlier vote if it is the one asked for; else see that a new one may follow."""
    facts = queries.facts_of(before)
    state = rules.state_of(facts, now)
    is_current = before.subject_sha256 == standing.hash_now(session, pool, before, now)
    is_same_rule = facts.terms.decides_like(terms)
    if state is State.OPEN and is_current and is_same_rule:
        if before.subject_sha256 == subject.sha256_of(frozen):
            return before
        message = (
            "Über diese Bündelung wird schon abgestimmt. Beenden Sie die laufende Abstimmung, "
            "wenn eine andere Frage gestellt werden soll."
        )
        raise Refused.because("vote_open", message, [Violation("vote_open", message)])
    if state is State.ADOPTED and is_current and is_same_rule:
        message = "Dieses Vorhaben ist schon angenommen und seither unverändert."
        raise Refused.because("vote_adopted", message, [Violation("vote_adopted", message)])
    if before.closed_at is None:
        if state is State.OPEN:
            reason = "Der Gegenstand oder die Regel hat sich geändert; es wird neu abgestimmt."
            closing.finish(session, actor, pool, before, Closing.REPLACED, reason, now=now)
        else:
            before.closed_at, before.closed_because = before.deadline, Closing.DEADLINE
            session.flush()
            deadlines.meet(session, pool.id, DEADLINE_KIND, now=now)
    return None


def _electorate(
    session: Session, pool: Pool, terms: VotingTerms, *, now: dt.datetime
) -> list[Organisation]:
    """Return who may vote, in the fixed order of the members."""
    today = clock.berlin_day(now)
    members = [m.organisation for m in cooperations.members(session, pool.cooperation_id, today)]
    if terms.electorate is Electorate.MEMBERS:
        return members
    facts = pools.pool_facts(session, pool)
    stage = effective_stage(facts.stage, pool.joining_deadline, now)
    is_bound = stage in (Stage.BINDING, Stage.TENDERING)
    taking_part = facts.members if is_bound else facts.participants
    wanted = {each.organisation_id for each in taking_part}
    # Who is bound and has left the cooperation since is asked too.
    found = [each for each in members if each.id in wanted]
    left = sorted(wanted - {each.id for each in found})
    return [*found, *(session.get_one(Organisation, each) for each in left)]


def _note_opening(
    session: Session,
    actor: Actor,
    pool: Pool,
    vote: Vote,
    names: list[str],
    *,
    now: dt.datetime,
) -> None:
    ends = f" bis {moment(vote.deadline)}" if vote.deadline else ""
    record(
        session,
        actor,
        pool,
        "vote_opened",
        f"Die Abstimmung über {pool.reference} ist offen{ends} "
        f"({RULE_NAMES[queries.terms_of(vote).rule]}).",
        now=now,
        vote_id=str(vote.id),
        question=vote.question,
        cost_bearer=vote.cost_bearer,
        subject_sha256=vote.subject_sha256,
        rule=vote.rule,
        quorum_basis_points=vote.quorum_basis_points,
        majority_of=vote.majority_of,
        abstention_blocks=vote.abstention_blocks,
        entitled=names,
        deadline=vote.deadline.isoformat() if vote.deadline else None,
    )
    if vote.deadline is not None:
        deadlines.set_deadline(
            session,
            subject_kind="pool",
            subject_id=pool.id,
            subject_reference=pool.reference,
            cooperation_id=pool.cooperation_id,
            kind=DEADLINE_KIND,
            title=f"Abstimmung über „{pool.title}“"[:400],
            due_at=vote.deadline,
            source="person",
            law=None,
            calculation={"opened_at": now.isoformat(), "deadline": vote.deadline.isoformat()},
            organisation_id=actor.organisation_id or pool.cooperation.lead_organisation_id,
            responsible_id=actor.user_id,
            now=now,
        )
    outbox.emit(session, VoteOpened(vote.id, now), now=now)
