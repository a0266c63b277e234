"""What stands against going on with a project without its vote; joining and publication ask."""

import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from vergabe.access.permissions import Role
from vergabe.cooperations import voting_queries
from vergabe.cooperations.readiness import MemberViolation
from vergabe.cooperations.voting import RULE_NAMES, Required, Rule, VotingTerms
from vergabe.errors import Violation
from vergabe.pools.model import Pool
from vergabe.pools.rules import moment
from vergabe.texts import lazy
from vergabe.votes import queries, rules, standing
from vergabe.votes.model import Vote
from vergabe.votes.rules import Choice, State, Voter

ROLE_PHRASES = {
    Role.CHIEF_OFFICER: lazy("Hauptverwaltung"),
    Role.COORDINATOR: lazy("Koordination"),
    Role.RELEASER: lazy("Kämmerei"),
}


def reasons_against_joining(session: Session, pool: Pool, now: dt.datetime) -> list[Violation]:
    """Return why the joining window may not open yet; empty where no vote is needed before it."""
    terms = voting_queries.voting_terms(session, pool.cooperation_id, pool.area_id)
    if terms.required is not Required.BEFORE_JOINING:
        return []
    return list(_reasons(session, pool, terms, now))


def reasons_against_publication(session: Session, pool: Pool, now: dt.datetime) -> list[Violation]:
    """Return why the tender of a pool may not be published: a required vote is not adopted.

    It must have been adopted by the rule that the cooperation asks for now, on what the members are
    bound to now. Every missing vote is listed with who can cast it.
    """
    terms = voting_queries.voting_terms(session, pool.cooperation_id, pool.area_id)
    if terms.required is Required.NEVER:
        return []
    return list(_reasons(session, pool, terms, now))


def _reasons(
    session: Session, pool: Pool, terms: VotingTerms, now: dt.datetime
) -> Iterator[MemberViolation]:
    coordination = f"Koordination bei {pool.cooperation.lead.name}"
    vote = queries.latest(session, pool.id)
    if vote is None:
        yield MemberViolation(
            "vote_missing",
            f"Über das Vorhaben {pool.reference} wurde noch nicht abgestimmt. Verlangt ist eine "
            f"Abstimmung ({RULE_NAMES[terms.rule]}).",
            who=coordination,
        )
        return
    changes = standing.changes_since(session, vote, now=now)
    if changes:
        yield MemberViolation(
            "vote_outdated",
            f"Seit der Abstimmung hat sich das Vorhaben geändert: {' '.join(changes)} Eine neue "
            "Abstimmung ist nötig.",
            who=coordination,
        )
    facts = queries.facts_of(vote)
    if not facts.terms.decides_like(terms):
        yield MemberViolation(
            "vote_by_other_rule",
            f"Abgestimmt wurde nach einer anderen Regel ({rule_text(facts.terms)}) als der "
            f"jetzt geltenden ({rule_text(terms)}). Eine neue Abstimmung ist nötig.",
            who=coordination,
        )
    yield from _of_state(vote, now, coordination)


def _of_state(vote: Vote, now: dt.datetime, coordination: str) -> Iterator[MemberViolation]:
    facts = queries.facts_of(vote)
    state = rules.state_of(facts, now)
    if state is State.ADOPTED:
        return
    if state is State.OPEN:
        until = f" bis {moment(vote.deadline)}" if vote.deadline else ""
        message = f"Die Abstimmung läuft noch{until}; sie zählt erst, wenn sie beendet ist."
        code = "vote_open"
    elif state is State.REPLACED:
        code, message = "vote_replaced", "Die letzte Abstimmung wurde ohne Ergebnis beendet."
    else:
        code = "vote_rejected"
        message = "Das Vorhaben wurde in der Abstimmung nicht angenommen."
    yield MemberViolation(code, message, who=coordination)
    for voter in facts.voters:
        sentence = _of_voter(voter, state, facts.terms)
        if sentence is not None:
            yield MemberViolation(
                *sentence,
                who=who_casts(voter.name, facts.terms.voters)
                if state is State.OPEN
                else coordination,
                organisation_id=str(voter.organisation_id),
            )


def _of_voter(voter: Voter, state: State, terms: VotingTerms) -> tuple[str, str] | None:
    """Return code and sentence on what a member's vote stands in the way of; None: it does not."""
    if voter.choice is None:
        done = "hat noch nicht abgestimmt" if state is State.OPEN else "hat nicht abgestimmt"
        return "vote_not_cast", f"{voter.name} {done}."
    if voter.choice is Choice.NO:
        return "voted_no", f"{voter.name} hat mit Nein gestimmt."
    if voter.choice is Choice.ABSTAIN and terms.rule is Rule.UNANIMOUS and terms.abstention_blocks:
        return "abstained", f"{voter.name} hat sich enthalten; verlangt ist ein Ja aller."
    return None


def who_casts(name: str, voters: Sequence[Role]) -> str:
    """Return who can cast a member's vote: `Jülich: Hauptverwaltung oder Koordination`."""
    return f"{name}: {' oder '.join(ROLE_PHRASES[role] for role in voters)}"


def rule_text(terms: VotingTerms) -> str:
    """Return the rule in a sentence's part, with what is easily overlooked."""
    if terms.rule is Rule.UNANIMOUS:
        return "einstimmig" if terms.abstention_blocks else "einstimmig, Enthaltungen zählen nicht"
    share = f"{terms.quorum_basis_points / 100:g}".replace(".", ",")
    whole = "abgegebenen Stimmen" if terms.majority_of == "cast" else "Stimmberechtigten"
    if terms.rule is Rule.WEIGHTED:
        return f"mehr als {share} % der Einwohner aller {whole}"
    return f"mehr als {share} % der {whole}"
