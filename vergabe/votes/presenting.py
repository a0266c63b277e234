"""Votes as pages and API show them: plain values, nothing to decide any more."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import voting_queries
from vergabe.cooperations.voting import Required, Rule, VotingTerms
from vergabe.cost_keys.keys import KEY_NAMES, KeyKind
from vergabe.law.german import join
from vergabe.money import german as euro
from vergabe.pools.model import Pool
from vergabe.pools.presenting import stage_of
from vergabe.pools.rules import moment
from vergabe.texts import lazy
from vergabe.votes import queries, rules, service, standing, subject
from vergabe.votes.gates import ROLE_PHRASES, rule_text
from vergabe.votes.model import Ballot, Vote
from vergabe.votes.rules import (
    CHOICE_NAMES,
    STATE_NAMES,
    VOTED_ON_IN,
    Choice,
    State,
    Tally,
    VoteFacts,
    Voter,
)

STATE_KINDS: Final[Mapping[State, str]] = {
    State.OPEN: "warning",
    State.ADOPTED: "success",
    State.REJECTED: "danger",
    State.REPLACED: "neutral",
}
CHOICE_KINDS: Final[Mapping[Choice, str]] = {
    Choice.YES: "success",
    Choice.NO: "danger",
    Choice.ABSTAIN: "neutral",
}
REQUIRED_TEXTS: Final[Mapping[Required, str]] = {
    Required.NEVER: lazy("Für dieses Aufgabengebiet ist keine Abstimmung vorgeschrieben."),
    Required.BEFORE_JOINING: lazy(
        "Ohne angenommene Abstimmung öffnet sich weder das "
        "Beitrittsfenster, noch wird veröffentlicht."
    ),
    Required.BEFORE_PUBLICATION: lazy("Ohne angenommene Abstimmung wird nicht veröffentlicht."),
}


@dataclass(frozen=True)
class VoterRow:
    """What one member said, if anything."""

    voter: Voter
    ballot: Ballot | None
    inhabitants_on: dt.date | None

    @property
    def badge(self) -> tuple[str, str]:
        """The vote in German and the kind of badge for it."""
        if self.voter.choice is None:
            return "fehlt", "warning"
        return CHOICE_NAMES[self.voter.choice], CHOICE_KINDS[self.voter.choice]


@dataclass(frozen=True)
class VoteView:
    """A vote with everything its page shows."""

    vote: Vote
    facts: VoteFacts
    state: State
    closed_at: dt.datetime | None
    tally: Tally
    changes: Sequence[str]
    rows: Sequence[VoterRow]
    own: VoterRow | None
    may_cast: bool
    may_close: bool
    sentence: str

    @property
    def state_badge(self) -> tuple[str, str]:
        """The state in German and the kind of badge for it."""
        if self.changes and self.state in (State.OPEN, State.ADOPTED):
            return f"{STATE_NAMES[self.state]}, überholt", "warning"
        return STATE_NAMES[self.state], STATE_KINDS[self.state]

    @property
    def rule_text(self) -> str:
        return rule_text(self.facts.terms)

    @property
    def is_weighted(self) -> bool:
        return self.facts.terms.rule is Rule.WEIGHTED

    @property
    def is_running(self) -> bool:
        """Whether votes are still waited for on what is planned now."""
        return self.state is State.OPEN and not self.changes

    @property
    def missing_text(self) -> str:
        """Whose votes are still missing: `Jülich und Kerpen`."""
        return join([voter.name for voter in self.facts.missing])

    @property
    def needed_text(self) -> str:
        """What it takes to be adopted, in one sentence."""
        terms = self.facts.terms
        if terms.rule is not Rule.UNANIMOUS:
            return f"Zur Annahme braucht es {rule_text(terms)}."
        if terms.abstention_blocks:
            return f"Angenommen ist es nur, wenn alle {len(self.rows)} Kommunen mit Ja stimmen."
        return "Angenommen wird nur einstimmig; Enthaltungen zählen nicht."

    @property
    def voters_text(self) -> str:
        """Who casts a member's vote."""
        return roles_text(self.facts.terms)


def roles_text(terms: VotingTerms) -> str:
    """Return who casts a member's vote: `Hauptverwaltung oder Koordination`."""
    return " oder ".join(ROLE_PHRASES[role] for role in terms.voters)


def cost_text(frozen: Mapping[str, Any]) -> str:
    """Return who bears the cost by a frozen subject, in words."""
    kind = str(frozen["cost_key"].get("kind"))
    key = KEY_NAMES[KeyKind(kind)] if kind in set(KeyKind) else "wie vereinbart"
    own = str(frozen["cost_bearer"])
    return f"{own} (sonst gilt: {key})" if own else f"Schlüssel der Zusammenarbeit: {key}"


def view_of(session: Session, actor: Actor, vote: Vote, *, now: dt.datetime) -> VoteView:
    """Return a vote for its page, with what this actor may do now."""
    facts = queries.facts_of(vote)
    state = rules.state_of(facts, now)
    said = queries.counting_ballots(vote)
    days = {member.organisation_id: member.inhabitants_on for member in vote.entitled}
    rows = [
        VoterRow(voter, said.get(voter.organisation_id), days[voter.organisation_id])
        for voter in facts.voters
    ]
    own = next((r for r in rows if r.voter.organisation_id == actor.organisation_id), None)
    changes = standing.changes_since(session, vote, now=now)
    cooperation = vote.pool.cooperation
    may_cast = (
        own is not None
        and state is State.OPEN
        and not changes
        and queries.casts(actor, vote)
        and actor.may(
            Permission.CAST_VOTES,
            organisation_id=actor.organisation_id,
            cooperation_id=cooperation.id,
        )
    )
    return VoteView(
        vote=vote,
        facts=facts,
        state=state,
        closed_at=rules.closed_at(facts, now),
        tally=rules.tally(facts.terms, facts.voters),
        changes=changes,
        rows=rows,
        own=own,
        may_cast=may_cast,
        may_close=state is State.OPEN and may_run(actor, vote.pool),
        sentence=sentence_for(vote, own.voter) if own is not None else "",
    )


def may_run(actor: Actor, pool: Pool) -> bool:
    """Return whether the actor opens and closes votes on a pool."""
    return actor.may(
        Permission.RUN_VOTES,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )


def sentence_for(vote: Vote, voter: Voter) -> str:
    """Return in clear sentences what a member binds itself to with a yes."""
    frozen = vote.subject
    part = next(
        (
            each
            for each in frozen["participants"]
            if each["organisation_id"] == str(voter.organisation_id)
        ),
        None,
    )
    total = euro(frozen["total_net_cents"])
    share = ""
    if part is not None and part["value_net_cents"] is not None:
        share = f", davon {voter.name} {euro(part['value_net_cents'])}"
    until = f"bis {moment(vote.deadline)}" if vote.deadline else "solange die Abstimmung läuft"
    return (
        f"Mit „Ja“ stimmt {voter.name} zu, dass das Vorhaben {frozen['pool']['reference']} genau "
        f"so gemeinsam beschafft wird, wie es unten steht (geschätzt {total} netto{share}). Zur "
        f"Abnahme verpflichtet erst der Beitritt. Ändern lässt sich die Stimme {until}; mit der "
        "letzten fehlenden Stimme ist die Abstimmung beendet."
    )


@dataclass(frozen=True)
class PoolVotes:
    """Everything the page about the votes on a pool shows.

    preview: what a new vote would freeze now, None for who opens none; terms: by which rule.
    """

    pool: Pool
    views: Sequence[VoteView]
    terms: VotingTerms
    preview: subject.Subject | None
    preview_sha256: str

    @property
    def current(self) -> VoteView | None:
        return self.views[0] if self.views else None

    @property
    def required_text(self) -> str:
        return REQUIRED_TEXTS[self.terms.required]


def votes_of(session: Session, actor: Actor, pool: Pool, *, now: dt.datetime) -> PoolVotes:
    """Return the votes on a visible pool, newest first, and what a new one would be about."""
    views = [view_of(session, actor, v, now=now) for v in queries.votes_on(session, pool.id)]
    terms = voting_queries.voting_terms(session, pool.cooperation_id, pool.area_id)
    preview: subject.Subject | None = None
    if may_run(actor, pool) and stage_of(pool, now) in VOTED_ON_IN and _may_follow(views, terms):
        preview = subject.subject_of(session, pool, "", "", now=now)
    return PoolVotes(
        pool=pool,
        views=views,
        terms=terms,
        preview=preview,
        preview_sha256=service.seen_hash(preview) if preview is not None else "",
    )


def _may_follow(views: Sequence[VoteView], terms: VotingTerms) -> bool:
    """Return whether a new vote makes sense: none runs or stands on the present subject."""
    if not views:
        return True
    last = views[0]
    settled = last.state in (State.OPEN, State.ADOPTED)
    return not settled or bool(last.changes) or not last.facts.terms.decides_like(terms)


def vote_as_json(view: VoteView) -> dict[str, Any]:
    """Return a vote as the API writes it."""
    vote, terms = view.vote, view.facts.terms
    return {
        "id": vote.id,
        "pool_id": vote.pool_id,
        "number": vote.number,
        "question": vote.question,
        "cost_bearer": vote.cost_bearer,
        "state": view.state,
        "is_current": not view.changes,
        "changes": list(view.changes),
        "rule": terms.rule,
        "quorum_basis_points": terms.quorum_basis_points,
        "majority_of": terms.majority_of,
        "abstention_blocks": terms.abstention_blocks,
        "subject": vote.subject,
        "subject_sha256": vote.subject_sha256,
        "opened_at": vote.opened_at,
        "opened_by_name": vote.opened_by_name,
        "deadline": vote.deadline,
        "closed_at": view.closed_at,
        "closing_reason": vote.closing_reason,
        "tally": {
            "yes": view.tally.yes,
            "no": view.tally.no,
            "abstain": view.tally.abstain,
            "missing": view.tally.missing,
        },
        "voters": [_row_as_json(row) for row in view.rows],
        "may_cast": view.may_cast,
        "may_close": view.may_close,
    }


def _row_as_json(row: VoterRow) -> dict[str, Any]:
    ballot = row.ballot
    return {
        "organisation_id": row.voter.organisation_id,
        "name": row.voter.name,
        "inhabitants": row.voter.inhabitants,
        "inhabitants_on": row.inhabitants_on,
        "choice": row.voter.choice,
        "reason": ballot.reason if ballot else None,
        "voter_name": ballot.voter_name if ballot else None,
        "cast_at": ballot.cast_at if ballot else None,
        "cast_by_name": ballot.cast_by_name if ballot else None,
    }


def own_ballots(view: VoteView) -> list[Ballot]:
    """Return all ballots of the reader's member, oldest first."""
    if view.own is None:
        return []
    own_id: uuid.UUID = view.own.voter.organisation_id
    return [ballot for ballot in view.vote.ballots if ballot.organisation_id == own_id]
