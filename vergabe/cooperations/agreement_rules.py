"""How an agreement (Vereinbarung) moves from stage to stage: pure functions over plain facts."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vergabe.cooperations.rules import (
    DAY_OF_STAGE,
    MOVE_NAMES,
    STAGE_NAMES,
    STAGE_ORDER,
    LegalForm,
    Move,
    Stage,
)
from vergabe.cost_keys.completeness import reasons_against_key
from vergabe.cost_keys.keys import read_key
from vergabe.errors import Violation
from vergabe.law.counting import add_months

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
APPROVAL_LAW: Final[Mapping[LegalForm, str]] = {
    LegalForm.PUBLIC_LAW_AGREEMENT: "§§ 24, 29 GkG NRW",
    LegalForm.PURPOSE_AGREEMENT: "§ 12 KomZG",
}
# These facts have happened when they are recorded; the last two may be agreed for a coming day.
_PAST_MOVES: Final = frozenset({Move.RESOLVE, Move.SIGN, Move.APPROVE})


@dataclass(frozen=True)
class PartyFacts:
    """A party to this version of the agreement and the legal day on which it signed."""

    name: str
    signed_on: dt.date | None = None
    organisation_id: str | None = None


@dataclass(frozen=True)
class AgreementFacts:
    """An agreement as rules see it; days: stage → legal day on which it was reached.

    cost_key: the cost rule that it contains, as stored; parties: none if nobody is on file (then
    nobody is asked for a signature). is_published_first: it counts only after a publication.
    """

    stage: Stage
    legal_form: LegalForm
    requires_approval: bool
    days: Mapping[Stage, dt.date] = field(default_factory=dict)
    cost_key: Mapping[str, Any] | None = None
    parties: Sequence[PartyFacts] = ()
    is_published_first: bool = False
    published_on: dt.date | None = None


def reasons_against_cost_rule(cost_key: Mapping[str, Any] | None) -> list[Violation]:
    """Return what the cost rule of an agreement lacks; empty means that it is complete.

    Complete: kind with all parameters, VAT clause, and what is owed when nothing is awarded. Law:
    § 23 (4) GkG NRW: compensation is settled in the agreement itself, not in a later paper.
    """
    return reasons_against_key(read_key(cost_key or {}))


def allowed_moves(stage: Stage) -> list[Move]:
    """Return the moves that may follow a stage, in the order of the stages."""
    return [move for move in Move if (stage, move) in NEXT_STAGE]


def reasons_against_move(
    agreement: AgreementFacts, move: Move, on: dt.date, today: dt.date
) -> list[Violation]:
    """Return why an agreement may not take this step as of `on`; empty means it may.

    on, today: legal days in Europe/Berlin. Law: APPROVAL_LAW for the approval by the authority,
    § 23 (4) GkG NRW for the cost rule that must be complete before anybody signs.
    """
    target = NEXT_STAGE.get((agreement.stage, move))
    if target is None:
        return [_wrong_stage(agreement.stage, move)]
    reasons = [reason for against in _AGAINST[move] for reason in against(agreement, on)]
    return reasons + _reasons_against_day(agreement, move, on, today)


def _no_legal_form(agreement: AgreementFacts, _on: dt.date) -> list[Violation]:
    if agreement.legal_form is not LegalForm.INFORMAL_ARRANGEMENT:
        return []
    return [
        Violation(
            "no_legal_form",
            "Eine formlose Verabredung kann nicht beschlossen werden. Nennen Sie die "
            "Rechtsform, die beschlossen wurde, zum Beispiel eine öffentlich-rechtliche "
            "Vereinbarung.",
            field="legal_form",
        )
    ]


def _cost_rule_missing(agreement: AgreementFacts, _on: dt.date) -> list[Violation]:
    return [
        Violation(
            "cost_rule_incomplete",
            f"Die Kostenregel in der Vereinbarung ist nicht vollständig: {reason.message}",
            law=reason.law,
            field="move",
        )
        for reason in reasons_against_cost_rule(agreement.cost_key)
    ]


def _signatures_missing(agreement: AgreementFacts, on: dt.date) -> list[Violation]:
    return [
        Violation(
            "signature_missing",
            f"{party.name} hat noch nicht unterzeichnet. Vermerken Sie zuerst den Tag der "
            "Unterschrift.",
            field="move",
            who=party.name,
        )
        for party in agreement.parties
        if party.signed_on is None
    ] + [
        Violation(
            "signed_later",
            f"{party.name} hat erst am {party.signed_on:%d.%m.%Y} unterzeichnet. Unterzeichnet ist "
            "die Vereinbarung mit der letzten Unterschrift.",
            field="on",
        )
        for party in agreement.parties
        if party.signed_on is not None and party.signed_on > on
    ]


def _approval_missing(agreement: AgreementFacts, _on: dt.date) -> list[Violation]:
    if not agreement.requires_approval or Stage.APPROVED in agreement.days:
        return []
    return [
        Violation(
            "approval_missing",
            "Diese Vereinbarung braucht die Genehmigung der Aufsichtsbehörde. Vermerken Sie "
            "zuerst die Genehmigung mit ihrem Datum.",
            law=APPROVAL_LAW.get(agreement.legal_form),
        )
    ]


def _publication_missing(agreement: AgreementFacts, on: dt.date) -> list[Violation]:
    if not agreement.is_published_first:
        return []
    law = APPROVAL_LAW.get(agreement.legal_form)
    if agreement.published_on is None:
        message = (
            "Die Vereinbarung wird erst am Tag nach der Bekanntmachung wirksam. Vermerken Sie "
            "zuerst, wann und wo Vereinbarung und Genehmigung bekannt gemacht wurden."
        )
        return [Violation("publication_missing", message, law=law)]
    if on <= agreement.published_on:
        message = (
            f"Bekannt gemacht wurde am {agreement.published_on:%d.%m.%Y}; wirksam ist die "
            f"Vereinbarung frühestens am {agreement.published_on + dt.timedelta(days=1):%d.%m.%Y}."
        )
        return [Violation("before_publication", message, law=law, field="on")]
    return []


_Against = Callable[[AgreementFacts, dt.date], list[Violation]]
_AGAINST: Final[Mapping[Move, tuple[_Against, ...]]] = {
    Move.RESOLVE: (_no_legal_form,),
    Move.SIGN: (_cost_rule_missing, _signatures_missing),
    Move.APPROVE: (_cost_rule_missing,),
    Move.BRING_INTO_FORCE: (_approval_missing, _cost_rule_missing, _publication_missing),
    Move.TERMINATE: (),
}


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


def first_day_after_notice(given_on: dt.date, months: int | None, to: str) -> dt.date:
    """Return the first legal day on which a notice of termination can count at the earliest.

    given_on: the day the others received it (it does not count); months: the agreed period, None:
    none was agreed; to: what it counts to the end of: day, month, quarter, half_year, year. Law:
    §§ 187, 188 BGB; the period itself is agreed. Raises ImpossibleInput outside the calendar.
    """
    last = add_months(given_on, months or 0)
    step = _MONTHS_OF[to]
    if step:
        first_of_next = dt.date(last.year, last.month, 1)
        while True:
            first_of_next = add_months(first_of_next, 1)
            if (first_of_next.month - 1) % step == 0:
                return first_of_next
    return last + dt.timedelta(days=1)


_MONTHS_OF: Final[Mapping[str, int]] = {
    "day": 0,
    "month": 1,
    "quarter": 3,
    "half_year": 6,
    "year": 12,
}
