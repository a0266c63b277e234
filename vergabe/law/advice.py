"""What the advisor is asked and what it answers, as plain facts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from vergabe.law.bylaws import Bylaw
from vergabe.law.duty_list import Duty
from vergabe.law.estimate import Estimate, Position
from vergabe.law.lots import JoiningFacts
from vergabe.law.minimum_periods import ProcedureFacts
from vergabe.law.periods import Deadline
from vergabe.law.procedures import Procedures
from vergabe.law.regime import Regime
from vergabe.law.results import Result, plain
from vergabe.law.thresholds import ContractType
from vergabe.law.timetable import Timetable


@dataclass(frozen=True, kw_only=True)
class Member:
    """A participant: name as in the positions, Land, by-law if it has one, day it needs it.

    buys: False for a lead that runs the procedure and needs nothing itself.
    """

    name: str
    land: str
    bylaw: Bylaw | None = None
    needed_on: dt.date | None = None
    council_on: dt.date | None = None
    buys: bool = True


@dataclass(frozen=True, kw_only=True)
class AdvisorFacts:
    """What is known of a pool or tender.

    on: day of initiation (planned dispatch of the notice); lead: name of a member. positions name
    members as municipalities. procedure: the chosen one, None for the recommended. chosen
    submission_deadline_at: aware. joining: reason for joining lots, None if lots stay apart.
    The flags are those of `ProcedureFacts`.
    """

    contract_type: ContractType
    on: dt.date
    lead: str
    members: tuple[Member, ...]
    positions: tuple[Position, ...]
    evaluate_group: str | None = None
    designated_small_lots: tuple[str, ...] = ()
    procedure: str | None = None
    electronic_submission: bool = True
    pin_published: bool = False
    urgent: bool = False
    agreement_failed: bool = False
    documents_not_electronic: bool = False
    requested_publication_on: dt.date | None = None
    submission_deadline_at: dt.datetime | None = None
    participation_deadline_at: dt.datetime | None = None
    exemption: str | None = None
    funding_rules: tuple[str, ...] = ()
    public_housing: bool = False
    joining: JoiningFacts | None = None
    framework_months: int | None = None
    evaluation_working_days: int = 10
    decision_working_days: int = 10
    lead_time_days: int = 28

    @property
    def lead_land(self) -> str:
        """Return the Land of the lead; StopIteration cannot happen after the check of members."""
        return next(member.land for member in self.members if member.name == self.lead)

    @property
    def lands(self) -> tuple[str, ...]:
        """Return the Länder of all members, the lead's first, each once."""
        return tuple(dict.fromkeys((self.lead_land, *(member.land for member in self.members))))

    @property
    def buying_lands(self) -> tuple[str, ...]:
        """Return the Länder of those that buy, each once: their law counts for the regime."""
        named = {position.municipality for position in self.positions}
        buying = (member for member in self.members if member.buys or member.name in named)
        return tuple(dict.fromkeys(member.land for member in buying))

    @property
    def bylaws(self) -> tuple[Bylaw, ...]:
        """Return the by-laws of the members that have one."""
        return tuple(member.bylaw for member in self.members if member.bylaw is not None)


@dataclass(frozen=True)
class Hint:
    """A warning or remark: code for machines, level `warning` or `info`, German sentence, law."""

    code: str
    level: str
    sentence: str
    law: str | None = None
    who: str | None = None


@dataclass(frozen=True)
class Recommendation:
    """The procedure the advice proceeds from, and why."""

    code: str
    name: str
    reason: str
    is_chosen: bool


@dataclass(frozen=True)
class Situation:
    """Value, regime and procedures as they follow from positions and members.

    regime and procedures are None where no rules are stored (see the hints then).
    """

    estimate: Result[Estimate]
    regime: Result[Regime] | None
    procedures: Result[Procedures] | None
    problem: str | None = None


@dataclass(frozen=True)
class WithoutMember:
    """What changes if one member leaves; cents net. is_changed: regime or procedures differ."""

    name: str
    total_net_cents: int
    regime: str | None
    is_changed: bool
    sentence: str


@dataclass(frozen=True)
class Advice:
    """The whole answer. periods by phase; timetable and duties follow the procedure named."""

    situation: Situation
    recommendation: Recommendation | None
    procedure_facts: ProcedureFacts | None
    periods: dict[str, Result[Deadline | None]]
    timetable: Timetable | None
    duties: tuple[Duty, ...]
    hints: tuple[Hint, ...]
    without: tuple[WithoutMember, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return the sentences of all hints of level `warning`."""
        return tuple(hint.sentence for hint in self.hints if hint.level == "warning")

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able data."""
        names = ("recommendation", "periods", "timetable", "duties", "hints", "without")
        answer: dict[str, Any] = {name: plain(getattr(self, name)) for name in names}
        situation = self.situation
        answer["estimate"] = situation.estimate.as_dict()
        answer["regime"] = situation.regime.as_dict() if situation.regime else None
        answer["procedures"] = situation.procedures.as_dict() if situation.procedures else None
        answer["problem"] = situation.problem
        return answer
