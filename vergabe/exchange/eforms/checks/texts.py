"""Checks of texts: lengths, languages, and what a text must not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from vergabe.exchange.eforms.checks.own_rules import OFFICIAL, Breach, Rule, Setting
from vergabe.exchange.eforms.datatypes import Coded, Text
from vergabe.exchange.eforms.findings import official_rules
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice

_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DEFAULT_LIMIT: Final = 6_000


def _of_procedure(notice: Notice) -> Iterator[tuple[str, Text | None]]:
    whole = notice.procedure
    yield "BT-21-Procedure", whole.title
    yield "BT-24-Procedure", whole.description
    yield "BT-300-Procedure", whole.further
    yield "BT-1351-Procedure", whole.accelerated_reason
    yield "BT-88-Procedure", whole.features
    yield from (("BT-67(b)-Procedure", ground.text) for ground in whole.exclusion_grounds)
    if whole.direct_award is not None:
        yield "BT-135-Procedure", whole.direct_award.text


def _text(coded: Coded | None) -> Text | None:
    return coded.text if coded is not None else None


def _of_lot(lot: Lot) -> Iterator[tuple[str, Text | None]]:
    terms, framework = lot.terms, lot.terms.framework
    yield "BT-21-Lot", lot.title
    yield "BT-24-Lot", lot.description
    yield "BT-300-Lot", lot.further
    yield "BT-54-Lot", lot.options
    yield "BT-57-Lot", lot.renewal.description if lot.renewal else None
    yield from (("BT-777-Lot", goal.description) for goal in lot.goals)
    yield "BT-70-Lot", terms.conditions
    yield "BT-75-Lot", _text(terms.guarantee)
    yield "BT-772-Lot", _text(terms.late_documents)
    yield "BT-77-Lot", terms.financial_terms
    yield "BT-99-Lot", terms.review.deadlines if terms.review else None
    yield "BT-134-Lot", terms.opening.description if terms.opening else None
    yield "BT-109-Lot", framework.duration_reason if framework else None
    yield "BT-111-Lot", framework.buyer_categories if framework else None
    yield from (("BT-750-Lot", criterion.text) for criterion in terms.selection_criteria)
    for criterion in terms.award_criteria:
        yield "BT-734-Lot", criterion.name
        yield "BT-540-Lot", criterion.description
    yield "BT-543-Lot", terms.formula


def _of_changes(notice: Notice) -> Iterator[tuple[str, Text | None]]:
    if notice.changes is not None:
        yield "BT-762-notice", notice.changes.reason_text
        yield from (("BT-141(a)-notice", change.description) for change in notice.changes.changes)
    if notice.modification is not None:
        yield "BT-201-Contract", notice.modification.reason_text
        yield "BT-202-Contract", notice.modification.summary


def texts(notice: Notice) -> Iterator[tuple[str, Text, Lot | None]]:
    """Yield (official field, text, lot) of every text in the languages of the notice."""
    for field, text in (*_of_procedure(notice), *_of_changes(notice)):
        if text is not None:
            yield field, text, None
    for lot in notice.lots:
        yield from ((field, text, lot) for field, text in _of_lot(lot) if text is not None)


def limit_of(field: str) -> int:
    """Return how many characters an official field may have at most."""
    name = field.replace("(", "_").replace(")", "_")
    rule = official_rules.rules().get(f"{name}_length")
    return int(rule.value) if rule is not None else _DEFAULT_LIMIT


def _label(field: str) -> str:
    return f"„{official_rules.label_of(field)}“"


def _too_long(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, text, lot in texts(notice):
        most, longest = limit_of(field), max((len(t) for _, t in text.values), default=0)
        if longest > most:
            yield Breach(
                message=f"{_label(field)} hat {longest} Zeichen; höchstens {most} sind erlaubt.",
                lot=lot,
                field=field,
            )


def _names_too_long(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for organisation in notice.organisations:
        if len(organisation.name) > 400:
            yield Breach(
                message=f"Der Name hat {len(organisation.name)} Zeichen; höchstens 400 sind "
                "erlaubt.",
                organisation=organisation.key,
            )


def _language_missing(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, text, lot in texts(notice):
        told = [code for code, words in text.values if words.strip()]
        missing = [code for code in notice.languages if code not in told]
        if told and missing:
            yield Breach(
                message=f"{_label(field)} fehlt in der Sprache {', '.join(missing)}.",
                lot=lot,
                field=field,
            )


def _language_extra(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, text, lot in texts(notice):
        extra = [code for code, _ in text.values if code not in notice.languages]
        if extra:
            yield Breach(
                message=f"{_label(field)} steht auch in der Sprache {', '.join(extra)}, in der die "
                "Bekanntmachung nicht erscheint.",
                lot=lot,
                field=field,
            )


def _text_language_twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, text, lot in texts(notice):
        codes = [code for code, _ in text.values]
        if len(set(codes)) < len(codes):
            yield Breach(
                message=f"{_label(field)} steht in einer Sprache doppelt.", lot=lot, field=field
            )


def _markup(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, text, lot in texts(notice):
        if any(_MARKUP.search(words) for _, words in text.values):
            yield Breach(
                message=f"{_label(field)} enthält Auszeichnungen wie <p> oder &amp;; Leser sehen "
                "sie als Zeichen.",
                lot=lot,
                field=field,
            )


def _control(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, text, lot in texts(notice):
        if any(_CONTROL.search(words) for _, words in text.values):
            yield Breach(
                message=f"{_label(field)} enthält unsichtbare Steuerzeichen.", lot=lot, field=field
            )


_REMOVE: Final = "Bitte den Text neu eingeben, ohne Auszeichnungen und Steuerzeichen."
RULES: Final = (
    Rule(
        key="text_too_long",
        field="BT-24-Procedure",
        law=OFFICIAL,
        check=_too_long,
        remedy="Bitte den Text kürzen; Einzelheiten gehören in die Vergabeunterlagen.",
        is_about_one_field=True,
    ),
    Rule(
        key="name_too_long",
        field="BT-500-Organization-Company",
        law=OFFICIAL,
        check=_names_too_long,
        remedy="Bitte den Namen in den Stammdaten kürzen.",
        is_about_one_field=True,
    ),
    Rule(
        key="text_language_missing",
        field="BT-24-Procedure",
        law=OFFICIAL,
        check=_language_missing,
        remedy="Bitte den Text in allen Sprachen der Bekanntmachung eingeben.",
        is_about_one_field=True,
    ),
    Rule(
        key="text_language_extra",
        field="BT-24-Procedure",
        law=OFFICIAL,
        check=_language_extra,
        remedy="Bitte den Text in dieser Sprache entfernen.",
        is_about_one_field=True,
    ),
    Rule(
        key="text_language_twice",
        field="BT-24-Procedure",
        law=OFFICIAL,
        check=_text_language_twice,
        remedy="Bitte melden: Das ist ein Fehler der Anwendung.",
        is_about_one_field=True,
    ),
    Rule(
        key="text_with_markup",
        field="BT-24-Procedure",
        law="Lesbarkeit",
        check=_markup,
        remedy=_REMOVE,
        severity="warning",
    ),
    Rule(
        key="text_with_control_characters",
        field="BT-24-Procedure",
        law="XML 1.0",
        check=_control,
        remedy=_REMOVE,
        is_about_one_field=True,
    ),
)
