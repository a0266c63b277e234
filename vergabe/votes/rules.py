"""When a vote carries, and what may be done to it: pure functions over plain facts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from vergabe.cooperations.voting import MajorityOf, Rule, VotingTerms
from vergabe.errors import Violation
from vergabe.pools.stages import STAGE_NAMES, Stage
from vergabe.texts import lazy

WHOLE: Final = 10_000
LONGEST_DAYS: Final = 366
REMINDER_DAYS: Final = (7, 3, 1)
"""Before the deadline; without one, members are reminded on these days after the opening."""
REMINDERS_WITHOUT_DEADLINE: Final = (7, 14, 21, 28)
VOTED_ON_IN: Final = frozenset({Stage.CONSULTATION, Stage.JOINING, Stage.BINDING, Stage.TENDERING})


class Choice(StrEnum):
    """What a member can say."""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class State(StrEnum):
    """Where a vote stands; derived, never stored."""

    OPEN = "open"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    REPLACED = "replaced"  # by a new vote on a changed subject


CHOICE_NAMES: Final = {
    Choice.YES: lazy("Ja"),
    Choice.NO: lazy("Nein"),
    Choice.ABSTAIN: lazy("Enthaltung"),
}
STATE_NAMES: Final = {
    State.OPEN: lazy("läuft"),
    State.ADOPTED: lazy("angenommen"),
    State.REJECTED: lazy("nicht angenommen"),
    State.REPLACED: lazy("ersetzt"),
}


class Closing(StrEnum):
    """Why a vote was closed. That its deadline has passed is derived, and noted at the next act."""

    ALL_VOTED = "all_voted"
    DEADLINE = "deadline"  # noted when somebody acts later
    COORDINATOR = "coordinator"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Voter:
    """A member entitled to vote; inhabitants: official figure; choice None: has not voted."""

    organisation_id: UUID
    name: str
    inhabitants: int | None = None
    choice: Choice | None = None


@dataclass(frozen=True)
class VoteFacts:
    """A vote as its rules see it; deadline: the first instant that is too late, None without."""

    terms: VotingTerms
    voters: Sequence[Voter]
    opened_at: dt.datetime
    deadline: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    closed_because: Closing | None = None

    @property
    def missing(self) -> list[Voter]:
        """Return who has not voted."""
        return [voter for voter in self.voters if voter.choice is None]

    def voter(self, organisation_id: UUID | None) -> Voter | None:
        """Return an entitled member, None for everybody else."""
        return next((v for v in self.voters if v.organisation_id == organisation_id), None)


@dataclass(frozen=True)
class Tally:
    """Votes as counted: members, or inhabitants under the weighted rule."""

    yes: int
    no: int
    abstain: int
    missing: int

    @property
    def entitled(self) -> int:
        return self.yes + self.no + self.abstain + self.missing


def tally(terms: VotingTerms, voters: Sequence[Voter]) -> Tally:
    """Return the votes counted by the rule; ValueError if an inhabitants' figure is missing."""
    sums = dict.fromkeys((*Choice, None), 0)
    for voter in voters:
        sums[voter.choice] += _weight(terms, voter)
    return Tally(sums[Choice.YES], sums[Choice.NO], sums[Choice.ABSTAIN], sums[None])


def _weight(terms: VotingTerms, voter: Voter) -> int:
    if terms.rule is not Rule.WEIGHTED:
        return 1
    if voter.inhabitants is None:
        raise ValueError(f"no inhabitants of {voter.name}")
    return voter.inhabitants


def is_carried(terms: VotingTerms, voters: Sequence[Voter]) -> bool:
    """Return whether these votes adopt the subject.

    Unanimous: nobody missing, no "no", at least one "yes", and no abstention where that blocks.
    Otherwise more than the quorum must have said yes: a tie does not carry, nor does silence.
    """
    counted = tally(terms, voters)
    if terms.rule is Rule.UNANIMOUS:
        against = counted.no + counted.missing
        if terms.abstention_blocks:
            against += counted.abstain
        return counted.yes > 0 and against == 0
    whole = counted.entitled
    if terms.majority_of is MajorityOf.CAST:
        whole = counted.yes + counted.no
    return counted.yes * WHOLE > whole * terms.quorum_basis_points


def closed_at(vote: VoteFacts, now: dt.datetime) -> dt.datetime | None:
    """Return when a vote closed: by an act, or by its deadline; None while it is open."""
    if vote.closed_at is not None:
        return vote.closed_at
    if vote.deadline is not None and vote.deadline <= now:
        return vote.deadline
    return None


def state_of(vote: VoteFacts, now: dt.datetime) -> State:
    """Return where a vote stands at an instant. Nothing counts before it has closed."""
    if closed_at(vote, now) is None:
        return State.OPEN
    if vote.closed_because is Closing.REPLACED:
        return State.REPLACED
    return State.ADOPTED if is_carried(vote.terms, vote.voters) else State.REJECTED


def reasons_against_opening(
    stage: Stage,
    terms: VotingTerms,
    voters: Sequence[Voter],
    key_dates: Sequence[dt.date | None],
    deadline: dt.datetime | None,
    now: dt.datetime,
) -> list[Violation]:
    """Return why no vote can be opened on a pool; stage: as time has made it.

    key_dates: of the voters' inhabitants, None for who has no figure.
    """
    reasons: list[Violation] = []
    if stage not in VOTED_ON_IN:
        message = f"Über eine Bündelung, die „{STAGE_NAMES[stage]}“ ist, wird nicht abgestimmt."
        reasons.append(Violation("wrong_stage", message))
    if not voters:
        reasons.append(Violation("nobody_votes", "Niemand ist stimmberechtigt."))
    if terms.rule is Rule.WEIGHTED:
        reasons += _against_weights(voters, key_dates)
    return [*reasons, *_against_deadline(deadline, now)]


def _against_weights(
    voters: Sequence[Voter], key_dates: Sequence[dt.date | None]
) -> list[Violation]:
    without = [voter.name for voter in voters if voter.inhabitants is None]
    if without:
        message = (
            f"Für {', '.join(without)} fehlt die amtliche Einwohnerzahl; nach Einwohnern lässt "
            "sich so nicht abstimmen."
        )
        return [Violation("inhabitants_missing", message, who="Koordination der Federführung")]
    if len(set(key_dates)) > 1:
        days = ", ".join(f"{day:%d.%m.%Y}" for day in sorted(filter(None, set(key_dates))))
        message = (
            f"Die Einwohnerzahlen haben verschiedene Stichtage ({days}). Nötig ist ein gemeinsamer."
        )
        return [Violation("key_dates_differ", message, who="Koordination der Federführung")]
    return []


def _against_deadline(deadline: dt.datetime | None, now: dt.datetime) -> list[Violation]:
    if deadline is None:
        return []
    if deadline <= now:
        message = "Das Ende der Abstimmung muss in der Zukunft liegen."
        return [Violation("deadline_passed", message, field="deadline_day")]
    if deadline > now + dt.timedelta(days=LONGEST_DAYS):
        message = "Das Ende der Abstimmung darf höchstens ein Jahr in der Zukunft liegen."
        return [Violation("deadline_too_far", message, field="deadline_day")]
    return []


def reasons_against_casting(
    vote: VoteFacts,
    organisation_id: UUID,
    choice: Choice,
    reason: str,
    now: dt.datetime,
    *,
    is_current: bool,
) -> list[Violation]:
    """Return why a member cannot vote like this now; voting again replaces what it said.

    is_current: whether the pool is still what the vote froze.
    """
    reasons: list[Violation] = []
    if vote.voter(organisation_id) is None:
        message = "Ihre Kommune ist bei dieser Abstimmung nicht stimmberechtigt."
        return [Violation("not_entitled", message)]
    if closed_at(vote, now) is not None:
        message = "Die Abstimmung ist beendet; abgegebene Stimmen lassen sich nicht mehr ändern."
        return [Violation("vote_closed", message)]
    if not is_current:
        reasons.append(SUBJECT_CHANGED)
    if choice is Choice.NO and not reason.strip():
        message = "Bitte begründen Sie das Nein: Die anderen müssen wissen, woran es liegt."
        reasons.append(Violation("reason_missing", message, field="reason"))
    return reasons


def reasons_against_closing(vote: VoteFacts, reason: str, now: dt.datetime) -> list[Violation]:
    """Return why the coordinator cannot close a vote early."""
    if closed_at(vote, now) is not None:
        return [Violation("vote_closed", "Die Abstimmung ist schon beendet.")]
    if not reason.strip():
        message = "Bitte den Grund angeben; er steht in der Akte und wird den Mitgliedern gesagt."
        return [Violation("reason_missing", message, field="reason")]
    return []


def reminder_instants(opened_at: dt.datetime, deadline: dt.datetime | None) -> list[dt.datetime]:
    """Return when members that have not voted are reminded, and last when time closes the vote."""
    if deadline is None:
        return [opened_at + dt.timedelta(days=days) for days in REMINDERS_WITHOUT_DEADLINE]
    before = [deadline - dt.timedelta(days=days) for days in REMINDER_DAYS]
    return [*(instant for instant in before if instant > opened_at), deadline]


def next_tick(
    opened_at: dt.datetime, deadline: dt.datetime | None, now: dt.datetime
) -> dt.datetime | None:
    """Return the first instant after `now` at which there is something to tell; None: no more."""
    return next((i for i in reminder_instants(opened_at, deadline) if i > now), None)


SUBJECT_CHANGED: Final = Violation(
    "subject_changed",
    "Worüber abgestimmt wird, hat sich seit der Eröffnung geändert. Die Koordination muss eine "
    "neue Abstimmung eröffnen.",
)
