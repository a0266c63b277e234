"""Stages of a funding case and what stands against each step: pure functions over plain facts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import lazy

GRANT_LAW: Final = "§§ 23, 44 LHO, VV Nr. 1.3"
EARLY_START: Final = "vorzeitiger Maßnahmenbeginn"


class Stage(StrEnum):
    """How far a funding case is."""

    DRAFT = "draft"
    APPLIED = "applied"
    GRANTED = "granted"
    REJECTED = "rejected"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What people do with a funding case."""

    EDIT = "edit"
    APPLY = "apply"
    PERMIT_EARLY_START = "permit_early_start"
    GRANT = "grant"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    PLAN = "plan"  # milestones and drawdowns
    PROVE = "prove"  # expenses
    SETTLE = "settle"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.DRAFT: lazy("Entwurf"),
    Stage.APPLIED: lazy("Beantragt"),
    Stage.GRANTED: lazy("Bewilligt"),
    Stage.REJECTED: lazy("Abgelehnt"),
    Stage.SETTLED: lazy("Abgerechnet"),
    Stage.WITHDRAWN: lazy("Zurückgezogen"),
}
NEXT_STAGE: Final[Mapping[tuple[Stage, Action], Stage]] = {
    (Stage.DRAFT, Action.EDIT): Stage.DRAFT,
    (Stage.DRAFT, Action.APPLY): Stage.APPLIED,
    (Stage.DRAFT, Action.PLAN): Stage.DRAFT,
    (Stage.DRAFT, Action.WITHDRAW): Stage.WITHDRAWN,
    (Stage.APPLIED, Action.PERMIT_EARLY_START): Stage.APPLIED,
    (Stage.APPLIED, Action.GRANT): Stage.GRANTED,
    (Stage.APPLIED, Action.REJECT): Stage.REJECTED,
    (Stage.APPLIED, Action.PLAN): Stage.APPLIED,
    (Stage.APPLIED, Action.WITHDRAW): Stage.WITHDRAWN,
    (Stage.GRANTED, Action.PLAN): Stage.GRANTED,
    (Stage.GRANTED, Action.PROVE): Stage.GRANTED,
    (Stage.GRANTED, Action.SETTLE): Stage.SETTLED,
    (Stage.GRANTED, Action.WITHDRAW): Stage.WITHDRAWN,
}
UNDECIDED: Final = frozenset({Stage.DRAFT, Stage.APPLIED})
ALIVE: Final = frozenset(Stage) - {Stage.REJECTED, Stage.WITHDRAWN}


@dataclass(frozen=True)
class CaseFacts:
    """A funding case as its rules see it; days are legal days (Europe/Berlin).

    early_start_on: first day on which the project may begin; has_early_start_letter: whether the
    letter itself is on file.
    """

    stage: Stage
    applied_on: dt.date | None = None
    decided_on: dt.date | None = None
    early_start_on: dt.date | None = None
    has_early_start_letter: bool = False
    line_count: int = 0
    eligible_gross_cents: int = 0
    granted_gross_cents: int | None = None
    period_from: dt.date | None = None
    period_until: dt.date | None = None


def reasons_against_stage(facts: CaseFacts, action: Action) -> list[Violation]:
    """Return why the stage does not allow an action; empty means it does."""
    if (facts.stage, action) in NEXT_STAGE:
        return []
    return [
        Violation(
            "wrong_stage",
            f"Der Förderfall hat den Stand „{STAGE_NAMES[facts.stage]}“; dieser Schritt ist dann "
            "nicht möglich.",
        )
    ]


def actions_in(stage: Stage) -> frozenset[Action]:
    """Return what may be done in a stage."""
    return frozenset(action for known, action in NEXT_STAGE if known is stage)


def reasons_against_applying(
    facts: CaseFacts, applied_on: dt.date, today: dt.date, missing: Sequence[Violation]
) -> list[Violation]:
    """Return why the application may not go out.

    missing: what resolutions lack, where the programme wants them from all members.
    """
    reasons = reasons_against_stage(facts, Action.APPLY)
    if not facts.line_count or not facts.eligible_gross_cents:
        reasons.append(
            Violation(
                "lines_missing",
                "Ohne zuwendungsfähige Ausgaben gibt es nichts zu beantragen. Tragen Sie zuerst "
                "den Finanzierungsplan ein.",
                field="lines",
            )
        )
    reasons += _in_future("applied_on", applied_on, today)
    return [*reasons, *missing]


def reasons_against_deciding(
    facts: CaseFacts, action: Action, decided_on: dt.date, today: dt.date
) -> list[Violation]:
    """Return why a decision of this day cannot be recorded."""
    reasons = reasons_against_stage(facts, action)
    reasons += _in_future("decided_on", decided_on, today)
    if facts.applied_on is not None and decided_on < facts.applied_on:
        reasons.append(_before("decided_on", "Der Bescheid", facts.applied_on))
    return reasons


def reasons_against_amount(granted_gross_cents: int, eligible_gross_cents: int) -> list[Violation]:
    """Return why this cannot be what was granted: nothing, or more than the eligible cost."""
    if 0 < granted_gross_cents <= eligible_gross_cents:
        return []
    return [
        Violation(
            "granted_out_of_range",
            "Bewilligt sein kann mehr als 0 Euro und höchstens so viel, wie zuwendungsfähig ist.",
            field="granted",
        )
    ]


def reasons_against_early_start(
    facts: CaseFacts, permitted_on: dt.date, today: dt.date
) -> list[Violation]:
    """Return why a consent to an early start cannot be recorded."""
    reasons = reasons_against_stage(facts, Action.PERMIT_EARLY_START)
    if facts.applied_on is not None and permitted_on < facts.applied_on:
        reasons.append(
            _before("early_start_on", "Die Zustimmung zum vorzeitigen Beginn", facts.applied_on)
        )
    if permitted_on > today + dt.timedelta(days=366):
        reasons.append(
            Violation(
                "early_start_far",
                "Dieser Tag liegt mehr als ein Jahr in der Zukunft. Bitte prüfen Sie ihn.",
                field="early_start_on",
            )
        )
    return reasons


def reasons_against_expense(
    facts: CaseFacts, paid_on: dt.date, today: dt.date, *, is_eligible: bool
) -> list[Violation]:
    """Return why an expense cannot be recorded as it is; is_eligible: a part counts."""
    reasons = reasons_against_stage(facts, Action.PROVE)
    reasons += _in_future("paid_on", paid_on, today)
    outside = (facts.period_from is not None and paid_on < facts.period_from) or (
        facts.period_until is not None and paid_on > facts.period_until
    )
    if outside and is_eligible:
        reasons.append(
            Violation(
                "outside_period",
                "Der Tag liegt außerhalb des Bewilligungszeitraums; dann ist die Ausgabe nicht "
                "zuwendungsfähig. Tragen Sie als anerkannten Betrag 0 Euro ein.",
                field="eligible",
            )
        )
    return reasons


def reasons_against_settling(
    facts: CaseFacts, settled_on: dt.date, today: dt.date, *, expense_count: int
) -> list[Violation]:
    """Return why the proof of use cannot be closed."""
    reasons = reasons_against_stage(facts, Action.SETTLE)
    reasons += _in_future("settled_on", settled_on, today)
    if facts.decided_on is not None and settled_on < facts.decided_on:
        reasons.append(_before("settled_on", "Der Verwendungsnachweis", facts.decided_on))
    if not expense_count:
        reasons.append(
            Violation(
                "expenses_missing",
                "Es ist noch keine Ausgabe belegt. Ein Verwendungsnachweis ohne Belege hätte die "
                "Rückforderung der ganzen Zuwendung zur Folge.",
                field="settled_on",
            )
        )
    return reasons


def reasons_against_starting(facts: CaseFacts, day: dt.date, step: str) -> list[Violation]:
    """Return why a project with a funding case may not be started by a step on a day.

    step: German, as the subject of a sentence (`Die Veröffentlichung`). Grant law counts the
    contract as the beginning of a project; publication is held back as well, so that nobody is
    invited to bid for what may not be ordered (cautious rule).
    """
    if facts.stage not in UNDECIDED:
        return []
    begins = facts.early_start_on
    if begins is not None and facts.has_early_start_letter and begins <= day:
        return []
    if begins is not None and not facts.has_early_start_letter:
        message = (
            "Der vorzeitige Maßnahmenbeginn ist vermerkt, das Schreiben der Bewilligungsbehörde "
            "aber nicht hinterlegt."
        )
        code = "early_start_letter_missing"
    elif begins is not None:
        message = f"Der vorzeitige Maßnahmenbeginn ist erst ab dem {begins:%d.%m.%Y} zugelassen."
        code = "early_start_later"
    elif facts.stage is Stage.DRAFT:
        message = "Die Förderung ist noch nicht beantragt."
        code = "funding_not_applied"
    else:
        message = "Über den Förderantrag ist noch nicht entschieden."
        code = "funding_undecided"
    remedy = (
        f" {step} vor dem Bescheid gefährdet die Zuwendung. Warten Sie den Bescheid ab, "
        "hinterlegen Sie die Zustimmung zum vorzeitigen Maßnahmenbeginn oder ziehen Sie den "
        "Förderfall zurück."
    )
    return [Violation(code, message + remedy, law=GRANT_LAW)]


def _in_future(field: str, day: dt.date, today: dt.date) -> list[Violation]:
    if day <= today:
        return []
    return [
        Violation(
            "day_in_future",
            "Dieser Tag liegt in der Zukunft. Tragen Sie ein, was geschehen ist.",
            field=field,
        )
    ]


def _before(field: str, what: str, day: dt.date) -> Violation:
    return Violation(
        "days_out_of_order",
        f"{what} kann nicht vor dem {day:%d.%m.%Y} liegen.",
        law=None,
        field=field,
    )
