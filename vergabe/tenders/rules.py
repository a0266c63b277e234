"""Stages of a tender, and the reasons against each step. Pure functions over plain facts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation

FULL_WEIGHT: Final = 10_000


class Stage(StrEnum):
    """Stages that somebody moves; `submission closed` and `standstill` follow from the clock."""

    DRAFT = "draft"
    READY = "ready"
    PUBLISHED = "published"
    OPENED = "opened"
    EVALUATED = "evaluated"
    DECIDED = "decided"
    AWARDED = "awarded"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What can be done to a tender."""

    EDIT = "edit"
    DECLARE_READY = "declare_ready"
    TAKE_BACK = "take_back"
    PUBLISH = "publish"
    AMEND = "amend"
    OPEN_BIDS = "open_bids"
    EVALUATE = "evaluate"
    DECIDE = "decide"
    AWARD = "award"
    COMPLETE = "complete"
    CANCEL = "cancel"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.DRAFT: "in Vorbereitung",
    Stage.READY: "bereit zur Veröffentlichung",
    Stage.PUBLISHED: "veröffentlicht",
    Stage.OPENED: "Angebote geöffnet",
    Stage.EVALUATED: "gewertet",
    Stage.DECIDED: "entschieden",
    Stage.AWARDED: "Zuschlag erteilt",
    Stage.COMPLETED: "abgeschlossen",
    Stage.CANCELLED: "aufgehoben",
}

NEXT_STAGE: Final[Mapping[tuple[Stage, Action], Stage]] = {
    (Stage.DRAFT, Action.EDIT): Stage.DRAFT,
    (Stage.DRAFT, Action.DECLARE_READY): Stage.READY,
    (Stage.DRAFT, Action.CANCEL): Stage.CANCELLED,
    (Stage.READY, Action.TAKE_BACK): Stage.DRAFT,
    (Stage.READY, Action.PUBLISH): Stage.PUBLISHED,
    (Stage.READY, Action.CANCEL): Stage.CANCELLED,
    (Stage.PUBLISHED, Action.AMEND): Stage.PUBLISHED,
    (Stage.PUBLISHED, Action.OPEN_BIDS): Stage.OPENED,
    (Stage.PUBLISHED, Action.CANCEL): Stage.CANCELLED,
    (Stage.OPENED, Action.EVALUATE): Stage.EVALUATED,
    (Stage.OPENED, Action.CANCEL): Stage.CANCELLED,
    (Stage.EVALUATED, Action.DECIDE): Stage.DECIDED,
    (Stage.EVALUATED, Action.CANCEL): Stage.CANCELLED,
    (Stage.DECIDED, Action.AWARD): Stage.AWARDED,
    (Stage.DECIDED, Action.CANCEL): Stage.CANCELLED,
    (Stage.AWARDED, Action.COMPLETE): Stage.COMPLETED,
}


def allowed_actions(stage: Stage) -> tuple[Action, ...]:
    """Return the actions that a stage knows, in the order of the table."""
    return tuple(action for (at, action) in NEXT_STAGE if at is stage)


def reasons_against_stage(stage: Stage, action: Action) -> list[Violation]:
    """Return why the stage alone forbids an action; empty means that it may follow."""
    if (stage, action) in NEXT_STAGE:
        return []
    return [
        Violation(
            "wrong_stage",
            f"Das Verfahren ist {STAGE_NAMES[stage]}; dieser Schritt ist dann nicht möglich.",
        )
    ]


def is_open_for_bids(
    stage: Stage, submission_deadline: dt.datetime | None, now: dt.datetime
) -> bool:
    """Return whether bids can still be in time: a comparison with the clock, never a job."""
    return (
        stage is Stage.PUBLISHED and submission_deadline is not None and now < submission_deadline
    )


def shown_stage(stage: Stage, submission_deadline: dt.datetime | None, now: dt.datetime) -> str:
    """Return the German name of where the tender stands now, closing by time included."""
    if stage is Stage.PUBLISHED and not is_open_for_bids(stage, submission_deadline, now):
        return "Angebotsfrist abgelaufen"
    return STAGE_NAMES[stage]


@dataclass(frozen=True)
class CriterionFacts:
    """An award criterion; weight in basis points of the whole."""

    kind: str
    name: str
    weight_basis_points: int


@dataclass(frozen=True)
class LotFacts:
    """A lot as the rules see it; values net in cents."""

    number: int
    title: str
    cpv: str
    nuts: str | None
    value_net_cents: int
    item_count: int
    buyer_ids: frozenset[str]


@dataclass(frozen=True)
class TenderFacts:
    """What must be complete before a tender is ready; values net in cents."""

    title: str
    description: str
    method_reason: str
    is_method_free: bool
    """The method needs no special ground under this regime."""
    lots: Sequence[LotFacts]
    criteria: Sequence[CriterionFacts]
    document_count: int
    is_joined: bool
    """Several trades or members are in one lot (§ 97a GWB)."""
    has_joining_reason: bool
    is_framework: bool
    framework_maximum_net_cents: int | None
    total_net_cents: int
    max_lots_per_bid: int | None
    max_lots_per_winner: int | None
    has_contact: bool
    has_review_body: bool
    is_above_threshold: bool
    selection_criteria: str


def reasons_against_ready(facts: TenderFacts) -> list[Violation]:
    """Return everything that a tender still lacks, in the order in which an officer works."""
    return [
        *_about_text(facts),
        *_about_lots(facts),
        *reasons_against_criteria(facts.criteria),
        *_about_law(facts),
    ]


def _about_text(facts: TenderFacts) -> list[Violation]:
    reasons: list[Violation] = []
    if len(facts.description.strip()) < 20:
        reasons.append(
            Violation(
                "description_missing",
                "Die Beschreibung fehlt oder ist zu kurz: Bieter müssen daraus erkennen, was "
                "beschafft wird (mindestens 20 Zeichen).",
                law="§ 121 Abs. 1 GWB",
                field="description",
            )
        )
    if not facts.has_contact:
        reasons.append(
            Violation(
                "contact_missing",
                "Die Kontaktstelle fehlt. Tragen Sie Name und E-Mail-Adresse ein.",
                field="contact_email",
            )
        )
    if facts.document_count == 0:
        reasons.append(
            Violation(
                "documents_missing",
                "Es gibt keine Vergabeunterlagen. Laden Sie mindestens die Leistungsbeschreibung "
                "hoch.",
                law="§ 41 Abs. 1 VgV",
                field="documents",
            )
        )
    return reasons


def _about_lots(facts: TenderFacts) -> list[Violation]:
    reasons: list[Violation] = []
    if not facts.lots:
        reasons.append(
            Violation("lots_missing", "Es gibt kein Los. Teilen Sie die Bedarfe auf.", field="lots")
        )
    reasons += [
        Violation(
            "lot_empty",
            f"Los {lot.number} hat keine Position. Ordnen Sie Positionen zu oder entfernen Sie das "
            "Los.",
            field="lots",
        )
        for lot in facts.lots
        if lot.item_count == 0
    ]
    if facts.is_joined and not facts.has_joining_reason:
        reasons.append(
            Violation(
                "joining_reason_missing",
                "Lose werden zusammen vergeben; dafür fehlt die Begründung (Sachverhalt, "
                "Alternativen, Abwägung, Entscheidung).",
                law="§ 97a Abs. 2 GWB, § 8 Abs. 2 Nr. 11 VgV",
                field="joined_lots_reason",
            )
        )
    count = len(facts.lots)
    bid, winner = facts.max_lots_per_bid, facts.max_lots_per_winner
    if bid is not None and not 1 <= bid <= max(count, 1):
        reasons.append(
            Violation(
                "lot_limit_out_of_range",
                f"Die Höchstzahl der Lose je Angebot muss zwischen 1 und {count} liegen.",
                law="§ 30 Abs. 1 VgV",
                field="max_lots_per_bid",
            )
        )
    if winner is not None and not 1 <= winner <= (bid or max(count, 1)):
        reasons.append(
            Violation(
                "award_limit_out_of_range",
                "Die Höchstzahl der Lose je Zuschlag darf nicht über der Höchstzahl je Angebot "
                "liegen.",
                law="§ 30 Abs. 1 VgV",
                field="max_lots_per_winner",
            )
        )
    return reasons


def reasons_against_criteria(criteria: Sequence[CriterionFacts]) -> list[Violation]:
    """Return what is wrong with award criteria: none, weights that do not add up, same names."""
    if not criteria:
        return [
            Violation(
                "criteria_missing",
                "Es gibt kein Zuschlagskriterium. Tragen Sie mindestens den Preis ein.",
                law="§ 127 Abs. 5 GWB",
                field="criteria",
            )
        ]
    reasons: list[Violation] = []
    total = sum(criterion.weight_basis_points for criterion in criteria)
    if total != FULL_WEIGHT:
        shown = f"{total / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        reasons.append(
            Violation(
                "weights_do_not_add_up",
                f"Die Gewichte ergeben zusammen {shown} %, es müssen genau 100 % sein.",
                law="§ 58 Abs. 3 VgV",
                field="criteria",
            )
        )
    names = [criterion.name.casefold() for criterion in criteria]
    if len(set(names)) < len(names):
        reasons.append(
            Violation(
                "criteria_twice",
                "Zwei Zuschlagskriterien heißen gleich. Benennen Sie eines um.",
                field="criteria",
            )
        )
    if all(criterion.kind == "quality" for criterion in criteria):
        reasons.append(
            Violation(
                "price_missing",
                "Preis oder Kosten fehlen unter den Zuschlagskriterien.",
                law="§ 58 Abs. 2 VgV",
                field="criteria",
            )
        )
    return reasons


def _about_law(facts: TenderFacts) -> list[Violation]:
    reasons: list[Violation] = []
    if not facts.is_method_free and len(facts.method_reason.strip()) < 20:
        reasons.append(
            Violation(
                "method_reason_missing",
                "Diese Verfahrensart braucht einen Grund; beschreiben Sie ihn (mindestens 20 "
                "Zeichen).",
                law="§ 8 Abs. 2 Nr. 6 und 7 VgV",
                field="method_reason",
            )
        )
    if facts.is_framework and (facts.framework_maximum_net_cents or 0) < facts.total_net_cents:
        reasons.append(
            Violation(
                "framework_maximum_missing",
                "Die Rahmenvereinbarung braucht einen Höchstwert, der mindestens die Summe der "
                "Bedarfe erreicht.",
                law="§ 21 VgV; EuGH C-23/20",
                field="framework_maximum",
            )
        )
    if facts.is_above_threshold and not facts.has_review_body:
        reasons.append(
            Violation(
                "review_body_missing",
                "Die Nachprüfungsstelle (Vergabekammer) fehlt.",
                law="§ 37 VgV, § 156 GWB",
                field="review_body_name",
            )
        )
    if facts.is_above_threshold and not facts.selection_criteria.strip():
        reasons.append(
            Violation(
                "selection_criteria_missing",
                "Die Eignungskriterien müssen in der Bekanntmachung stehen; ein Verweis reicht "
                "nicht.",
                law="§ 122 Abs. 4 GWB, § 48 Abs. 1 VgV",
                field="selection_criteria",
            )
        )
    return reasons


def reasons_against_cancelling(reason: str) -> list[Violation]:
    """Return what a cancellation lacks."""
    if len(reason.strip()) < 20:
        return [
            Violation(
                "cancellation_reason_missing",
                "Nennen Sie den Grund der Aufhebung so, dass Bieter und Prüfer ihn verstehen "
                "(mindestens 20 Zeichen).",
                law="§ 63 VgV",
                field="reason",
            )
        ]
    return []


def reasons_against_amending(
    *, summary: str, submission_deadline: dt.datetime, now: dt.datetime
) -> list[Violation]:
    """Return why a published tender may not be amended as wished.

    submission_deadline: the one in force before the amendment (aware UTC).
    """
    reasons: list[Violation] = []
    if now >= submission_deadline:
        reasons.append(
            Violation(
                "deadline_passed",
                "Die Angebotsfrist ist abgelaufen; die Vergabeunterlagen lassen sich nicht mehr "
                "ändern.",
            )
        )
    if len(summary.strip()) < 10:
        reasons.append(
            Violation(
                "summary_missing",
                "Sagen Sie den Bietern in einem Satz, was sich ändert (mindestens 10 Zeichen).",
                field="summary",
            )
        )
    return reasons
