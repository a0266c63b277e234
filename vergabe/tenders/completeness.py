"""What a tender lacks before it is ready. Pure functions over plain facts."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from vergabe.errors import Violation
from vergabe.law import lots
from vergabe.law.framework import reasons_against_term
from vergabe.law.lots import JoiningFacts
from vergabe.law.thresholds import ContractType
from vergabe.money import german
from vergabe.tenders.rules import FULL_WEIGHT, SHORTEST_REASON


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
    is_method_permitted: bool
    """Free, or with a ground."""
    lots: Sequence[LotFacts]
    criteria: Sequence[CriterionFacts]
    document_count: int
    is_joined: bool
    """Several trades or members are in one lot (§ 97a GWB)."""
    joining: JoiningFacts
    nature: str
    initiated_on: dt.date
    """Legal day that selects the rows of law."""
    is_framework: bool
    framework_maximum_net_cents: int | None
    duration_months: int | None
    duration_reason: str
    total_net_cents: int
    max_lots_per_bid: int | None
    max_lots_per_winner: int | None
    is_urgent: bool
    urgency_reason: str
    has_contact: bool
    has_review_body: bool
    is_above_threshold: bool
    selection_criteria: str
    has_region: bool = True
    """A lot or a buyer has a NUTS code: the notice must name where the contract is performed."""


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
                field="contact.email",
            )
        )
    if not facts.has_region:
        reasons.append(
            Violation(
                "region_missing",
                "Der Ort der Leistung fehlt: Bei keiner beteiligten Kommune ist eine Region "
                "(NUTS-3) hinterlegt. Sie steht in der Datei der Zusammenarbeit (nuts3).",
                field="lots",
                who="Betrieb der Plattform (Datei der Zusammenarbeit)",
            )
        )
    if facts.document_count == 0:
        reasons.append(
            Violation(
                "documents_missing",
                "Es gibt keine Vergabeunterlagen. Laden Sie mindestens die Leistungsbeschreibung "
                "hoch.",
                law="§ 41 Abs. 1 VgV" if facts.is_above_threshold else None,
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
    if facts.is_joined:
        reasons += reasons_against_joining(facts)
    reasons += reasons_against_lot_limits(
        len(facts.lots), facts.max_lots_per_bid, facts.max_lots_per_winner
    )
    return reasons


def reasons_against_joining(facts: TenderFacts) -> list[Violation]:
    """Return what the reason for awarding lots together still lacks (§ 97a GWB)."""
    found = lots.reasons_against_joining(
        facts.joining,
        value_net_cents=facts.total_net_cents,
        contract_type=ContractType(facts.nature),
        on=facts.initiated_on,
        above_threshold=facts.is_above_threshold,
    )
    return [replace(reason, field=f"lots_joining.{reason.field}") for reason in found]


def reasons_against_lot_limits(count: int, bid: int | None, winner: int | None) -> list[Violation]:
    """Return why these limits cannot be: lots that one may bid for, and be awarded (None: all)."""
    reasons: list[Violation] = []
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
    if not facts.is_method_permitted:
        reasons.append(METHOD_NOT_PERMITTED)
    elif not facts.is_method_free and len(facts.method_reason.strip()) < SHORTEST_REASON:
        reasons.append(
            Violation(
                "method_reason_missing",
                "Diese Verfahrensart braucht einen Grund; beschreiben Sie ihn (mindestens 20 "
                "Zeichen).",
                law="§ 8 Abs. 2 Nr. 6 und 7 VgV",
                field="method_reason",
            )
        )
    reasons += reasons_against_urgency(facts.is_urgent, facts.urgency_reason)
    if facts.is_framework:
        reasons += reasons_against_framework(
            facts.framework_maximum_net_cents,
            facts.duration_months,
            facts.duration_reason,
            total_net_cents=facts.total_net_cents,
            on=facts.initiated_on,
        )
    if facts.is_above_threshold and not facts.has_review_body:
        reasons.append(
            Violation(
                "review_body_missing",
                "Die Nachprüfungsstelle (Vergabekammer) fehlt.",
                law="§ 37 VgV, § 156 GWB",
                field="review_body.name",
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


METHOD_NOT_PERMITTED: Final = Violation(
    "method_not_permitted",
    "Die Verfahrensart ist unter dem geltenden Recht nicht zulässig. Wählen Sie eine andere.",
    law="§ 119 GWB, § 14 VgV",
    field="procurement_method",
)


def reasons_against_urgency(is_urgent: bool, reason: str) -> list[Violation]:
    """Return why shorter periods for urgency cannot be claimed like this."""
    if not is_urgent or len(reason.strip()) >= SHORTEST_REASON:
        return []
    return [
        Violation(
            "urgency_reason_missing",
            "Kürzere Fristen wegen Dringlichkeit brauchen eine hinreichende Begründung (mindestens "
            "20 Zeichen).",
            law="§ 15 Abs. 3 VgV",
            field="urgency_reason",
        )
    ]


def reasons_against_framework(
    maximum_net_cents: int | None,
    months: int | None,
    reason: str,
    *,
    total_net_cents: int,
    on: dt.date,
) -> list[Violation]:
    """Return what a framework agreement lacks; amounts net in cents, on: legal day of initiation.

    reason: why it runs longer than the law's longest term.
    """
    found: list[Violation] = []
    if (maximum_net_cents or 0) < total_net_cents or not maximum_net_cents:
        found.append(
            Violation(
                "framework_maximum_missing",
                "Die Rahmenvereinbarung braucht einen Höchstwert, der mindestens die Summe der "
                f"Bedarfe erreicht ({german(total_net_cents)}).",
                law="§ 21 VgV; EuGH C-23/20",
                field="framework_maximum",
            )
        )
    if months is None:
        found.append(
            Violation(
                "duration_missing",
                "Geben Sie an, wie viele Monate die Rahmenvereinbarung läuft.",
                law="§ 21 Abs. 6 VgV",
                field="duration_months",
            )
        )
    else:
        found += [
            replace(against, field="duration_months")
            for against in reasons_against_term(months, on, special_reason=reason)
        ]
    return found
