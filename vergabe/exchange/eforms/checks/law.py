"""What German law and practice want in a notice where the official rules are silent.

A law is asked for by subtype; evidence of the rows: `§` is the law itself, "Profil eForms-DE" the
published rule book of version 1.2, most of which lives on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from vergabe.exchange.eforms.checks.own_rules import COMPETITION, Breach, Rule, Setting
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice


@dataclass(frozen=True, kw_only=True)
class Lawful:
    """A fact of a lot that law wants: in which subtypes, why, what to say and do."""

    key: str
    field: str
    is_told: Callable[[Lot], Any]
    subtypes: frozenset[str]
    law: str
    severity: Literal["error", "warning"]
    message: str
    remedy: str


def _has_documents(lot: Lot) -> bool:
    return lot.terms.documents is not None and bool(lot.terms.documents.url.strip())


def _has_review_deadlines(lot: Lot) -> bool:
    review = lot.terms.review
    return review is not None and bool(review.deadlines or review.information)


_ABOVE: Final = frozenset({"16", "20"})
_NO_DOCUMENTS: Final = "Die Internetadresse der Vergabeunterlagen fehlt."
_PROVIDE: Final = "Bitte Vergabeunterlagen hochladen; die Adresse entsteht dann von selbst."
_TABLE: Final = (
    Lawful(
        key="variants_not_told",
        field="BT-63-Lot",
        is_told=lambda lot: lot.terms.variants,
        subtypes=COMPETITION,
        law="§ 35 Abs. 1 VgV, § 25 UVgO",
        severity="warning",
        message="Ob Nebenangebote zugelassen sind, ist nicht gesagt; dann sind sie es nicht.",
        remedy="Bitte wählen, ob Nebenangebote zugelassen sind.",
    ),
    Lawful(
        key="late_documents_not_told",
        field="BT-771-Lot",
        is_told=lambda lot: lot.terms.late_documents,
        subtypes=COMPETITION,
        law="§ 56 Abs. 2 VgV, § 41 Abs. 2 UVgO",
        severity="warning",
        message="Ob fehlende Unterlagen nachgefordert werden, ist nicht gesagt.",
        remedy="Bitte wählen, ob Unterlagen nachgefordert werden, und welche.",
    ),
    Lawful(
        key="documents_not_told",
        field="BT-15-Lot",
        is_told=_has_documents,
        subtypes=_ABOVE,
        law="§ 41 Abs. 1 VgV",
        severity="error",
        message=_NO_DOCUMENTS,
        remedy=_PROVIDE,
    ),
    Lawful(
        key="documents_not_told_nationally",
        field="BT-15-Lot",
        is_told=_has_documents,
        subtypes=frozenset({"E3"}),
        law="§ 29 Abs. 1 UVgO",
        severity="error",
        message=_NO_DOCUMENTS,
        remedy=_PROVIDE,
    ),
    Lawful(
        key="documents_language_not_told",
        field="BT-708-Lot",
        is_told=lambda lot: lot.terms.documents is None or lot.terms.documents.languages,
        subtypes=COMPETITION,
        law="Profil eForms-DE",
        severity="warning",
        message="Die Sprache der Vergabeunterlagen ist nicht gesagt.",
        remedy="Bitte die Sprache der Vergabeunterlagen angeben.",
    ),
    Lawful(
        key="review_deadlines_not_told",
        field="BT-99-Lot",
        is_told=_has_review_deadlines,
        subtypes=frozenset({"16", "20", "25", "29", "33", "38"}),
        law="§ 37 Abs. 2 VgV mit Anhang V der Richtlinie 2014/24/EU; § 160 Abs. 3, § 134 GWB",
        severity="error",
        message="Die Rechtsbehelfsbelehrung fehlt: bis wann man rügen muss, und die Wartefrist.",
        remedy="Bitte den Standardtext übernehmen.",
    ),
    Lawful(
        key="award_criteria_not_told",
        field="BT-539-Lot",
        is_told=lambda lot: lot.terms.award_criteria,
        subtypes=_ABOVE,
        law="§ 127 Abs. 5 GWB",
        severity="warning",
        message="Die Zuschlagskriterien fehlen; sie müssen dann mit ihrer Gewichtung vollständig "
        "in den Vergabeunterlagen stehen.",
        remedy="Bitte mindestens den Preis als Zuschlagskriterium eintragen.",
    ),
    Lawful(
        key="validity_not_told",
        field="BT-98-Lot",
        is_told=lambda lot: lot.terms.validity or lot.terms.submission_deadline is None,
        subtypes=COMPETITION,
        law="§ 10a EU Abs. 8 VOB/A; Übung nach VgV und UVgO",
        severity="warning",
        message="Die Bindefrist fehlt: Bieter wissen nicht, wie lange ihr Angebot gilt.",
        remedy="Bitte die Bindefrist eintragen.",
    ),
    Lawful(
        key="sme_not_told",
        field="BT-726-Lot",
        is_told=lambda lot: lot.is_sme_suitable is not None,
        subtypes=COMPETITION,
        law="§ 97 Abs. 4 GWB; Profil eForms-DE",
        severity="warning",
        message="Ob sich das Los für kleine und mittlere Unternehmen eignet, ist nicht gesagt.",
        remedy="Bitte ja oder nein wählen.",
    ),
    Lawful(
        key="several_bids_not_told",
        field="BT-769-Lot",
        is_told=lambda lot: lot.terms.several_bids,
        subtypes=COMPETITION,
        law="Profil eForms-DE",
        severity="warning",
        message="Ob ein Bieter mehrere Hauptangebote abgeben darf, ist nicht gesagt.",
        remedy="Bitte wählen, ob mehrere Hauptangebote zugelassen sind.",
    ),
)


def _rule(row: Lawful) -> Rule:
    def check(notice: Notice, setting: Setting) -> Iterable[Breach]:
        return (Breach(message=row.message, lot=lot) for lot in notice.lots if not row.is_told(lot))

    return Rule(
        key=row.key,
        field=row.field,
        law=row.law,
        check=check,
        remedy=row.remedy,
        severity=row.severity,
        subtypes=row.subtypes,
        is_about_one_field=True,
        german_only=True,
    )


RULES: Final = tuple(map(_rule, _TABLE))
