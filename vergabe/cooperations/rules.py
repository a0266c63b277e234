"""What the agreement's stage, mandates and resolutions allow: pure functions over plain facts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation


class Stage(StrEnum):
    """How far the cooperation agreement (Vereinbarung) is (design.md, section 2)."""

    INFORMAL = "informal"
    RESOLVED = "resolved"
    SIGNED = "signed"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    TERMINATED = "terminated"


class Activity(StrEnum):
    """What members do together, from the first question to the last settlement."""

    SURVEY = "survey"  # ask for demands, collect them
    PLAN = "plan"  # propose pools, consult on them, draft a tender
    JOIN = "join"  # join a pool with binding effect
    PUBLISH = "publish"  # publish a joint tender
    AWARD = "award"  # award in a procedure that was published
    SETTLE = "settle"  # share and settle costs


class Depth(StrEnum):
    """How deep a member takes part in a task area (Beteiligungstiefe)."""

    NONE = "none"
    INFORMATION = "information"
    DEMAND = "demand"
    FULL = "full"


class Part(StrEnum):
    """What a depth of participation lets a member do in a task area."""

    READ = "read"  # see calls, pools and tenders of the area
    SUBMIT = "submit"  # submit demands
    TENDER = "tender"  # take part in a joint tender
    SERVICE = "service"  # be served by the lead beyond the tender (contract, calls-off)


class Scope(StrEnum):
    """What a mandate (Vollmacht) is for."""

    TENDER = "tender"
    AWARD = "award"
    COMPLAINTS = "complaints"
    REVIEW = "review"
    CANCELLATION = "cancellation"


class Subject(StrEnum):
    """What a member's body decided on."""

    JOINING = "joining"
    TENDER = "tender"


class LegalForm(StrEnum):
    """What kind of agreement it is (procurement-rules.md, section 11)."""

    INFORMAL_ARRANGEMENT = "informal_arrangement"
    CONTRACT = "contract"
    ADMINISTRATIVE_AGREEMENT = "administrative_agreement"
    PUBLIC_LAW_AGREEMENT = "public_law_agreement"
    PURPOSE_AGREEMENT = "purpose_agreement"
    ASSOCIATION = "association"


class Move(StrEnum):
    """A step of the agreement from one stage to the next."""

    RESOLVE = "resolve"
    SIGN = "sign"
    APPROVE = "approve"
    BRING_INTO_FORCE = "bring_into_force"
    TERMINATE = "terminate"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.INFORMAL: "Formlos verabredet",
    Stage.RESOLVED: "Beschlossen",
    Stage.SIGNED: "Unterzeichnet",
    Stage.APPROVED: "Genehmigt",
    Stage.IN_FORCE: "In Kraft",
    Stage.TERMINATED: "Beendet",
}
ACTIVITY_NAMES: Final[Mapping[Activity, str]] = {
    Activity.SURVEY: "Bedarfe abfragen",
    Activity.PLAN: "Bündelungen planen",
    Activity.JOIN: "verbindlich beitreten",
    Activity.PUBLISH: "gemeinsam ausschreiben",
    Activity.AWARD: "Zuschläge erteilen",
    Activity.SETTLE: "Kosten abrechnen",
}
DEPTH_NAMES: Final[Mapping[Depth, str]] = {
    Depth.NONE: "Keine",
    Depth.INFORMATION: "Information",
    Depth.DEMAND: "Bedarf",
    Depth.FULL: "Voll",
}
SCOPE_NAMES: Final[Mapping[Scope, str]] = {
    Scope.TENDER: "Vergabeverfahren durchführen",
    Scope.AWARD: "Zuschlag erteilen",
    Scope.COMPLAINTS: "Rügen beantworten",
    Scope.REVIEW: "Vertretung in der Nachprüfung",
    Scope.CANCELLATION: "Verfahren aufheben",
}
SUBJECT_NAMES: Final[Mapping[Subject, str]] = {
    Subject.JOINING: "Beitritt zur Zusammenarbeit",
    Subject.TENDER: "Einzelne gemeinsame Vergabe",
}
LEGAL_FORM_NAMES: Final[Mapping[LegalForm, str]] = {
    LegalForm.INFORMAL_ARRANGEMENT: "Formlose Verabredung",
    LegalForm.CONTRACT: "Vertrag über gemeinsame Auftragsvergabe",
    LegalForm.ADMINISTRATIVE_AGREEMENT: "Verwaltungsvereinbarung",
    LegalForm.PUBLIC_LAW_AGREEMENT: "Öffentlich-rechtliche Vereinbarung",
    LegalForm.PURPOSE_AGREEMENT: "Zweckvereinbarung",
    LegalForm.ASSOCIATION: "Zweckverband",
}
MOVE_NAMES: Final[Mapping[Move, str]] = {
    Move.RESOLVE: "Als beschlossen vermerken",
    Move.SIGN: "Als unterzeichnet vermerken",
    Move.APPROVE: "Genehmigung vermerken",
    Move.BRING_INTO_FORCE: "In Kraft setzen",
    Move.TERMINATE: "Beenden",
}

_EARLY: Final = frozenset({Activity.SURVEY, Activity.PLAN})
_BOUND: Final = _EARLY | {Activity.JOIN}
ALLOWS: Final[Mapping[Stage, frozenset[Activity]]] = {
    # Nobody is bound by a word among mayors: such a group may ask and plan.
    Stage.INFORMAL: _EARLY,
    # The councils have decided, so each member can bind itself.
    Stage.RESOLVED: _BOUND,
    Stage.SIGNED: _BOUND,
    Stage.APPROVED: _BOUND,
    Stage.IN_FORCE: frozenset(Activity),
    # What was published is brought to its end and settled; nothing new begins.
    Stage.TERMINATED: frozenset({Activity.AWARD, Activity.SETTLE}),
}
DEPTH_ALLOWS: Final[Mapping[Depth, frozenset[Part]]] = {
    Depth.NONE: frozenset(),
    Depth.INFORMATION: frozenset({Part.READ}),
    Depth.DEMAND: frozenset({Part.READ, Part.SUBMIT, Part.TENDER}),
    Depth.FULL: frozenset(Part),
}
NEXT_STAGE: Final[Mapping[tuple[Stage, Move], Stage]] = {
    (Stage.INFORMAL, Move.RESOLVE): Stage.RESOLVED,
    (Stage.RESOLVED, Move.SIGN): Stage.SIGNED,
    (Stage.SIGNED, Move.APPROVE): Stage.APPROVED,
    (Stage.SIGNED, Move.BRING_INTO_FORCE): Stage.IN_FORCE,
    (Stage.APPROVED, Move.BRING_INTO_FORCE): Stage.IN_FORCE,
    (Stage.INFORMAL, Move.TERMINATE): Stage.TERMINATED,
    (Stage.RESOLVED, Move.TERMINATE): Stage.TERMINATED,
    (Stage.SIGNED, Move.TERMINATE): Stage.TERMINATED,
    (Stage.APPROVED, Move.TERMINATE): Stage.TERMINATED,
    (Stage.IN_FORCE, Move.TERMINATE): Stage.TERMINATED,
}
STAGE_ORDER: Final = tuple(Stage)
DAY_OF_STAGE: Final[Mapping[Stage, str]] = {
    Stage.RESOLVED: "resolved_on",
    Stage.SIGNED: "signed_on",
    Stage.APPROVED: "approved_on",
    Stage.IN_FORCE: "in_force_on",
    Stage.TERMINATED: "terminated_on",
}
APPROVAL_LAW: Final[Mapping[LegalForm, str]] = {
    LegalForm.PUBLIC_LAW_AGREEMENT: "§§ 24, 29 GkG NRW",
    LegalForm.PURPOSE_AGREEMENT: "§ 12 KomZG",
}
# These facts have happened when they are recorded; the last two may be agreed for a coming day.
_PAST_MOVES: Final = frozenset({Move.RESOLVE, Move.SIGN, Move.APPROVE})


@dataclass(frozen=True)
class AgreementFacts:
    """An agreement as rules see it; days: stage → legal day on which it was reached."""

    stage: Stage
    legal_form: LegalForm
    requires_approval: bool
    days: Mapping[Stage, dt.date] = field(default_factory=dict)


def is_valid_on(
    day: dt.date, *, valid_from: dt.date, valid_to: dt.date | None, revoked_on: dt.date | None
) -> bool:
    """Return whether something with a stretch of legal days counts on `day`.

    valid_from and valid_to are inclusive; on the day of revocation it no longer counts.
    """
    return (
        valid_from <= day
        and (valid_to is None or day <= valid_to)
        and (revoked_on is None or day < revoked_on)
    )


def effective_stage(
    stage: Stage, day: dt.date, *, in_force_on: dt.date | None, terminated_on: dt.date | None
) -> Stage:
    """Return the stage that counts on a legal day; what time alone decides is not stored.

    An agreement recorded as in force counts as approved until its first day; one recorded as
    terminated still counts as in force (or as informal, if it never was) before the day it ends.
    """
    if stage is Stage.TERMINATED:
        if terminated_on is None or terminated_on <= day:
            return Stage.TERMINATED
        stage = Stage.IN_FORCE if in_force_on is not None else Stage.INFORMAL
    if stage is Stage.IN_FORCE and in_force_on is not None and day < in_force_on:
        return Stage.APPROVED
    return stage


def reasons_against_activity(stage: Stage | None, activity: Activity) -> list[Violation]:
    """Return why members may not do this together; stage: that of the day, None: no agreement."""
    if stage is not None and activity in ALLOWS[stage]:
        return []
    standing = f"hat den Stand „{STAGE_NAMES[stage]}“" if stage else "fehlt"
    first = next((STAGE_NAMES[each] for each in STAGE_ORDER if activity in ALLOWS[each]), "")
    return [
        Violation(
            "agreement_stage",
            f"Die Vereinbarung {standing}. Gemeinsam {ACTIVITY_NAMES[activity]} dürfen die "
            f"Mitglieder erst mit dem Stand „{first}“.",
        )
    ]


def allowed_moves(stage: Stage) -> list[Move]:
    """Return the moves that may follow a stage, in the order of the stages."""
    return [move for move in Move if (stage, move) in NEXT_STAGE]


def reasons_against_move(
    agreement: AgreementFacts, move: Move, on: dt.date, today: dt.date
) -> list[Violation]:
    """Return why an agreement may not take this step as of `on`; empty means it may.

    on, today: legal days in Europe/Berlin. Law: APPROVAL_LAW for the approval by the authority.
    """
    target = NEXT_STAGE.get((agreement.stage, move))
    if target is None:
        return [_wrong_stage(agreement.stage, move)]
    reasons: list[Violation] = []
    if move is Move.RESOLVE and agreement.legal_form is LegalForm.INFORMAL_ARRANGEMENT:
        reasons.append(
            Violation(
                "no_legal_form",
                "Eine formlose Verabredung kann nicht beschlossen werden. Nennen Sie die "
                "Rechtsform, die beschlossen wurde, zum Beispiel eine öffentlich-rechtliche "
                "Vereinbarung.",
                field="legal_form",
            )
        )
    if (
        move is Move.BRING_INTO_FORCE
        and agreement.requires_approval
        and Stage.APPROVED not in agreement.days
    ):
        reasons.append(
            Violation(
                "approval_missing",
                "Diese Vereinbarung braucht die Genehmigung der Aufsichtsbehörde. Vermerken Sie "
                "zuerst die Genehmigung mit ihrem Datum.",
                law=APPROVAL_LAW.get(agreement.legal_form),
            )
        )
    return reasons + _reasons_against_day(agreement, move, on, today)


def _reasons_against_day(
    agreement: AgreementFacts, move: Move, on: dt.date, today: dt.date
) -> list[Violation]:
    if move in _PAST_MOVES and on > today:
        return [
            Violation(
                "day_in_future",
                "Das Datum liegt in der Zukunft. Vermerken Sie den Schritt erst, wenn er "
                "geschehen ist.",
                field="on",
            )
        ]
    last = max(agreement.days.values(), default=None)
    if last is not None and on < last:
        return [
            Violation(
                "day_before_previous_step",
                f"Das Datum liegt vor dem letzten Schritt vom {last:%d.%m.%Y}. "
                "Bitte prüfen Sie es.",
                field="on",
            )
        ]
    return []


def _wrong_stage(stage: Stage, move: Move) -> Violation:
    possible = [f"„{MOVE_NAMES[allowed]}“" for allowed in allowed_moves(stage)]
    remedy = f" Möglich ist jetzt: {', '.join(possible)}." if possible else ""
    return Violation(
        "wrong_stage",
        f"Die Vereinbarung hat den Stand „{STAGE_NAMES[stage]}“; der Schritt "
        f"„{MOVE_NAMES[move]}“ ist von hier aus nicht möglich.{remedy}",
        field="move",
    )


def moves_between(start: Stage, end: Stage) -> Sequence[Stage] | None:
    """Return the stages after `start` up to `end`, or None if that would be a step back."""
    first, last = STAGE_ORDER.index(start), STAGE_ORDER.index(end)
    return None if last < first else STAGE_ORDER[first + 1 : last + 1]


def reasons_against_days(days: Mapping[Stage, dt.date], today: dt.date) -> list[Violation]:
    """Return what is wrong with the days of an agreement's stages: order, and days to come.

    Each violation's field is the name of the day, e.g. `signed_on`.
    """
    reasons: list[Violation] = []
    previous: dt.date | None = None
    for stage in STAGE_ORDER:
        day = days.get(stage)
        if day is None:
            continue
        name = DAY_OF_STAGE[stage]
        if previous is not None and day < previous:
            reasons.append(
                Violation(
                    "days_out_of_order",
                    f"„{STAGE_NAMES[stage]}“ ({day:%d.%m.%Y}) liegt vor dem Schritt davor "
                    f"({previous:%d.%m.%Y}). Bitte prüfen Sie die Daten.",
                    field=name,
                )
            )
        if day > today and stage not in (Stage.IN_FORCE, Stage.TERMINATED):
            reasons.append(
                Violation(
                    "day_in_future",
                    f"„{STAGE_NAMES[stage]}“ liegt mit dem {day:%d.%m.%Y} in der Zukunft. Tragen "
                    "Sie nur ein, was geschehen ist.",
                    field=name,
                )
            )
        previous = day
    return reasons
