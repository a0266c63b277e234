"""Checks of criteria: award (price, weights, texts), suitability, late documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from vergabe.exchange.eforms.checks.own_rules import COMPETITION, OFFICIAL, Breach, Rule, Setting
from vergabe.exchange.eforms.findings.subjects import quoted
from vergabe.exchange.eforms.lots import AwardCriterion
from vergabe.exchange.eforms.notice import Notice

_ALL: Final = 10_000
_IN_NOTICE: Final = "epo-notice"
_WITH_TEXT: Final = ("late-all", "late-some")


def _part(number: int, criterion: AwardCriterion) -> str:
    name = str(criterion.name or "").strip()
    return f"Zuschlagskriterium {number} {quoted(name)}" if name else f"Zuschlagskriterium {number}"


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",") + " %"


def _weights(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        weights = [c.weight_basis_points for c in lot.terms.award_criteria]
        told = [weight for weight in weights if weight is not None]
        if told and len(told) == len(weights) and sum(told) != _ALL:
            yield Breach(
                message=f"Die Gewichte ergeben zusammen {_percent(sum(told))}, es müssen genau "
                "100 % sein.",
                lot=lot,
            )


def _weight_of_some(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        criteria = lot.terms.award_criteria
        bare = [c for c in criteria if c.weight_basis_points is None and not c.numbers]
        if bare and len(bare) < len(criteria):
            yield Breach(
                message=f"{len(bare)} von {len(criteria)} Zuschlagskriterien haben kein Gewicht.",
                lot=lot,
            )


def _no_weights(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        terms = lot.terms
        criteria = terms.award_criteria
        is_bare = all(c.weight_basis_points is None and not c.numbers for c in criteria)
        if len(criteria) > 1 and is_bare and not terms.formula and not terms.order_reason:
            yield Breach(
                message="Die Gewichtung der Zuschlagskriterien fehlt; sie muss dann in den "
                "Vergabeunterlagen stehen.",
                lot=lot,
            )


def _weight_range(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        for number, criterion in enumerate(lot.terms.award_criteria, start=1):
            weight = criterion.weight_basis_points
            if weight is not None and not 0 < weight <= _ALL:
                yield Breach(
                    message=f"Das Gewicht {_percent(weight)} liegt nicht zwischen 0 und 100 %.",
                    lot=lot,
                    part=_part(number, criterion),
                )


def _price(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        criteria = lot.terms.award_criteria
        if criteria and all(criterion.kind == "quality" for criterion in criteria):
            yield Breach(
                message="Weder Preis noch Kosten sind Zuschlagskriterium; das geht nur bei festen "
                "Preisen.",
                lot=lot,
            )


def _texts(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        for number, criterion in enumerate(lot.terms.award_criteria, start=1):
            if not str(criterion.description or "").strip() and not lot.terms.formula:
                yield Breach(
                    message="Die Beschreibung fehlt.", lot=lot, part=_part(number, criterion)
                )


def _names(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        for number, criterion in enumerate(lot.terms.award_criteria, start=1):
            is_heavy = (criterion.weight_basis_points or 0) >= 1_000
            if is_heavy and not str(criterion.name or "").strip():
                yield Breach(
                    message="Die Bezeichnung fehlt; ab einem Gewicht von 10 % ist sie verlangt.",
                    lot=lot,
                    part=_part(number, criterion),
                )


def _same_names(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        names = [str(c.name or "").strip().casefold() for c in lot.terms.award_criteria]
        told = [name for name in names if name]
        if len(set(told)) < len(told):
            yield Breach(message="Zwei Zuschlagskriterien heißen gleich.", lot=lot)


def _suitability(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if lot.terms.selection_source == _IN_NOTICE and not lot.terms.selection_criteria:
            yield Breach(
                message="Die Eignungskriterien sollen in der Bekanntmachung stehen, es ist aber "
                "keines angegeben.",
                lot=lot,
            )


def _suitability_in_notice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if lot.terms.selection_source not in (_IN_NOTICE, None):
            yield Breach(
                message="Die Eignungskriterien stehen nicht in der Bekanntmachung; ein Verweis auf "
                "andere Unterlagen reicht nicht.",
                lot=lot,
            )


def _suitability_elsewhere(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        terms = lot.terms
        if terms.selection_criteria and terms.selection_source not in (_IN_NOTICE, None):
            yield Breach(
                message="Eignungskriterien stehen in der Bekanntmachung, sollen aber an anderer "
                "Stelle stehen.",
                lot=lot,
            )


def _suitability_text(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        bare = [c for c in lot.terms.selection_criteria if not str(c.text or "").strip()]
        if bare:
            yield Breach(
                message=f"Bei {len(bare)} Eignungskriterien fehlt, was gefordert ist.", lot=lot
            )


def _late_text(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        late = lot.terms.late_documents
        if late is not None and late.code in _WITH_TEXT and not str(late.text or "").strip():
            yield Breach(
                message="Unterlagen werden nachgefordert, es fehlt aber, welche und wie.", lot=lot
            )


_WEIGHTS: Final = "Bitte die Gewichte so verteilen, dass sie zusammen 100 % ergeben."
RULES: Final = (
    Rule(
        key="weights_do_not_add_up",
        field="BT-541-Lot-WeightNumber",
        law="§ 127 Abs. 5 GWB, § 58 Abs. 3 VgV",
        check=_weights,
        remedy=_WEIGHTS,
    ),
    Rule(
        key="weight_of_some_missing",
        field="BT-541-Lot-WeightNumber",
        law="§ 127 Abs. 5 GWB, § 58 Abs. 3 VgV",
        check=_weight_of_some,
        remedy=_WEIGHTS,
        severity="warning",
    ),
    Rule(
        key="weights_missing",
        field="BT-541-Lot-WeightNumber",
        law="§ 127 Abs. 5 GWB, § 58 Abs. 3 VgV",
        check=_no_weights,
        remedy=_WEIGHTS,
        severity="warning",
        german_only=True,
    ),
    Rule(
        key="weight_out_of_range",
        field="BT-541-Lot-WeightNumber",
        law="§ 58 Abs. 3 VgV",
        check=_weight_range,
        remedy=_WEIGHTS,
        is_about_one_field=True,
    ),
    Rule(
        key="price_missing",
        field="BT-539-Lot",
        law="§ 58 Abs. 2 VgV",
        check=_price,
        remedy="Bitte Preis oder Kosten als Zuschlagskriterium eintragen.",
        severity="warning",
        german_only=True,
    ),
    Rule(
        key="award_criterion_text_missing",
        field="BT-540-Lot",
        law=OFFICIAL,
        check=_texts,
        remedy="Bitte beschreiben, wie dieses Kriterium gewertet wird.",
        is_about_one_field=True,
    ),
    Rule(
        key="award_criterion_name_missing",
        field="BT-734-Lot",
        law="Profil eForms-DE",
        check=_names,
        remedy="Bitte das Kriterium benennen.",
        severity="warning",
        is_about_one_field=True,
        german_only=True,
    ),
    Rule(
        key="award_criterion_twice",
        field="BT-734-Lot",
        law="§ 127 Abs. 4 GWB",
        check=_same_names,
        remedy="Bitte eines umbenennen oder entfernen.",
        severity="warning",
    ),
    Rule(
        key="selection_criteria_missing",
        field="BT-809-Lot",
        law="§ 122 Abs. 4 GWB, § 48 Abs. 1 VgV",
        check=_suitability,
        remedy="Bitte die Eignungskriterien eintragen und zuordnen.",
        subtypes=COMPETITION | {"7"},
        is_about_one_field=True,
    ),
    Rule(
        key="selection_criteria_not_in_notice",
        field="BT-821-Lot",
        law="§ 122 Abs. 4 GWB, § 48 Abs. 1 VgV",
        check=_suitability_in_notice,
        remedy="Bitte die Eignungskriterien in die Bekanntmachung aufnehmen.",
        subtypes=frozenset({"16", "20"}),
        german_only=True,
    ),
    Rule(
        key="selection_criteria_elsewhere",
        field="BT-809-Lot",
        law=OFFICIAL,
        check=_suitability_elsewhere,
        remedy="Bitte wählen, dass sie in der Bekanntmachung stehen.",
        subtypes=COMPETITION | {"7"},
    ),
    Rule(
        key="selection_criterion_text_missing",
        field="BT-750-Lot",
        law="§ 122 Abs. 4 GWB, § 48 Abs. 1 VgV",
        check=_suitability_text,
        remedy="Bitte zu jedem Kriterium schreiben, was wann nachzuweisen ist.",
        subtypes=frozenset({"7", "16", "20"}),
        is_about_one_field=True,
    ),
    Rule(
        key="late_documents_text_missing",
        field="BT-772-Lot",
        law="§ 56 Abs. 2 VgV",
        check=_late_text,
        remedy="Bitte beschreiben, was nachgefordert wird.",
        subtypes=COMPETITION | {"7"},
        is_about_one_field=True,
    ),
)
