"""What a reconciled set of rules says: clauses with their deciders, verdicts on procedures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from vergabe.law.procedures import Procedures
from vergabe.law.regime import Regime
from vergabe.law.rule_sets import ClauseKind, OwnClause, RuleSet
from vergabe.law.tables import Evidence

Status = Literal["free", "conditional", "excluded"]
_STATUS_NAMES: Final[Mapping[str, str]] = {
    "free": "frei wählbar",
    "conditional": "nur mit Grund",
    "excluded": "nicht möglich",
}


@dataclass(frozen=True)
class Clause:
    """A clause of the common procedure.

    value: the deciding number, None if nobody names one (or federal law decides); deciders: the
    participants whose rules name it; reason: a German sentence; own: each participant's own clause
    (none where federal law decides).
    """

    kind: ClauseKind
    value: int | None
    deciders: tuple[str, ...]
    reason: str
    law: str
    source: str
    evidence: Evidence
    own: tuple[OwnClause, ...]

    @property
    def key(self) -> str:
        return self.kind.key

    @property
    def text(self) -> str:
        """Return the deciding number in German, or that there is none."""
        return self.kind.text(self.value) if self.value is not None else "keine Vorgabe"


@dataclass(frozen=True)
class Objection:
    """Why one participant's rules keep a procedure from being free; sentence in German."""

    member: str
    key: str
    sentence: str
    law: str


@dataclass(frozen=True)
class Verdict:
    """What a procedure is for all participants together; blockers: who excludes it and why."""

    code: str
    name: str
    status: Status
    blockers: tuple[Objection, ...]
    conditions: tuple[Objection, ...]

    @property
    def status_name(self) -> str:
        return _STATUS_NAMES[self.status]


@dataclass(frozen=True)
class CommonRules:
    """The reconciled rules.

    is_decisive: False from the EU threshold on, where participants' rules do not count; bylaw_days:
    the longest tender period that a by-law asks for, None if none does; members: as given, sorted.
    """

    regime: Regime
    members: tuple[RuleSet, ...]
    is_decisive: bool
    clauses: tuple[Clause, ...]
    verdicts: tuple[Verdict, ...]
    procedures: Procedures
    bylaw_tender_days: int | None
    bylaw_participation_days: int | None

    def clause(self, key: str) -> Clause:
        """Return a clause by its key; KeyError for an unknown one."""
        return {clause.key: clause for clause in self.clauses}[key]

    def codes(self, *statuses: Status) -> tuple[str, ...]:
        """Return the codes of the procedures of these statuses, in the catalogue's order."""
        return tuple(verdict.code for verdict in self.verdicts if verdict.status in statuses)

    @property
    def open_questions(self) -> tuple[str, ...]:
        """Return every open question behind a clause, once each."""
        found = [own.open_question for clause in self.clauses for own in clause.own]
        return tuple(dict.fromkeys(question for question in found if question))

    def as_record(self) -> dict[str, Any]:
        """Return what a record keeps: who decided what and why, as JSON values without floats."""
        return {
            "value_net_cents": self.regime.value_net_cents,
            "regime": self.regime.code,
            "is_decisive": self.is_decisive,
            "clauses": [
                {
                    "key": clause.key,
                    "label": clause.kind.label,
                    "unit": clause.kind.unit.value,
                    "value": clause.value,
                    "text": clause.text,
                    "deciders": list(clause.deciders),
                    "reason": clause.reason,
                    "law": clause.law,
                    "evidence": clause.evidence.value,
                    "own": [{"member": own.member, "value": own.value} for own in clause.own],
                }
                for clause in self.clauses
            ],
            "procedures": [
                {
                    "code": verdict.code,
                    "name": verdict.name,
                    "status": verdict.status,
                    "blockers": [
                        {"member": item.member, "sentence": item.sentence}
                        for item in verdict.blockers
                    ],
                }
                for verdict in self.verdicts
            ],
        }
