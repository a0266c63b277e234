"""Checks of what names a notice: ids, version, languages, earlier notices, codes of products."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Final

from vergabe.exchange.eforms.checks.own_rules import OFFICIAL, Breach, Rule, Setting
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.findings import APPLICATION_ERROR

_NOTICE: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-(0[1-9]|[1-9]\d)"
    r"|0*\d{1,8}-(19|20)\d\d"
)
_LANGUAGES: Final = frozenset(
    [
        "BUL",
        "CES",
        "DAN",
        "DEU",
        "ELL",
        "ENG",
        "EST",
        "FIN",
        "FRA",
        "GLE",
        "HRV",
        "HUN",
        "ITA",
        "LAV",
        "LIT",
        "MLT",
        "NLD",
        "POL",
        "POR",
        "RON",
        "SLK",
        "SLV",
        "SPA",
        "SWE",
    ]
)


def is_reference(text: str) -> bool:
    """Return whether a text refers to a notice: `<uuid>-<version>` or a number of the journal."""
    return _NOTICE.fullmatch(text) is not None


def _is_random(value: uuid.UUID) -> bool:
    return value.version == 4


def _notice_id(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if not _is_random(notice.notice_id):
        yield Breach(message="Die Kennung der Bekanntmachung ist keine UUID der Version 4.")


def _procedure_id(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.procedure_id is not None and not _is_random(notice.procedure_id):
        yield Breach(message="Die Kennung des Verfahrens ist keine UUID der Version 4.")


def _version(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if not 1 <= notice.version <= 99:
        yield Breach(message=f"Die Version {notice.version} liegt nicht zwischen 1 und 99.")


def _languages(notice: Notice, setting: Setting) -> Iterable[Breach]:
    unknown = [code for code in notice.languages if code not in _LANGUAGES]
    if unknown or not notice.languages:
        shown = ", ".join(unknown) or "keine"
        yield Breach(message=f"Sprache der Bekanntmachung: {shown} ist keine Amtssprache der EU.")


def _languages_twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if len(set(notice.languages)) < len(notice.languages):
        yield Breach(message="Eine Sprache der Bekanntmachung ist doppelt angegeben.")


def _previous(notice: Notice, setting: Setting) -> Iterable[Breach]:
    previous = notice.procedure.previous_notice
    if previous is not None and not is_reference(previous):
        yield Breach(message=f"„{previous}“ verweist nicht auf eine Bekanntmachung.")


def _previous_is_itself(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.procedure.previous_notice == notice.reference:
        yield Breach(message="Die Bekanntmachung nennt sich selbst als frühere Bekanntmachung.")


def _lot_numbers(notice: Notice, setting: Setting) -> Iterable[Breach]:
    seen: set[int] = set()
    for lot in notice.lots:
        if lot.number in seen:
            yield Breach(message="Diese Nummer ist doppelt vergeben.", lot=lot)
        seen.add(lot.number)


def _lot_number_range(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if not 0 <= lot.number <= 9999 or (lot.number == 0 and len(notice.lots) > 1):
            yield Breach(
                message="Die Nummer muss zwischen 1 und 9999 liegen; 0 hat nur ein einziges Los.",
                lot=lot,
            )


def _references(notice: Notice, setting: Setting) -> Iterable[Breach]:
    seen: set[str] = set()
    for lot in notice.lots:
        if lot.reference is not None and lot.reference in seen:
            yield Breach(
                message=f"Das Aktenzeichen „{lot.reference}“ hat schon ein anderes Los.", lot=lot
            )
        seen |= {lot.reference} if lot.reference is not None else set()


def _reference_of_whole(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        if lot.reference is not None and lot.reference == notice.procedure.reference:
            yield Breach(message="Das Los hat dasselbe Aktenzeichen wie das Verfahren.", lot=lot)


RULES: Final = (
    Rule(
        key="notice_id_wrong",
        field="BT-701-notice",
        law=OFFICIAL,
        check=_notice_id,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="procedure_id_wrong",
        field="BT-04-notice",
        law=OFFICIAL,
        check=_procedure_id,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="version_out_of_range",
        field="BT-757-notice",
        law=OFFICIAL,
        check=_version,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="language_unknown",
        field="BT-702(a)-notice",
        law=OFFICIAL,
        check=_languages,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="language_twice",
        field="BT-702(b)-notice",
        law=OFFICIAL,
        check=_languages_twice,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="previous_notice_wrong",
        field="OPP-090-Procedure",
        law=OFFICIAL,
        check=_previous,
        remedy="Bitte die frühere Bekanntmachung aus der Liste wählen.",
        is_about_one_field=True,
    ),
    Rule(
        key="previous_notice_is_itself",
        field="OPP-090-Procedure",
        law=OFFICIAL,
        check=_previous_is_itself,
        remedy="Bitte die frühere Bekanntmachung aus der Liste wählen.",
    ),
    Rule(
        key="lot_number_twice",
        field="BT-137-Lot",
        law=OFFICIAL,
        check=_lot_numbers,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="lot_number_out_of_range",
        field="BT-137-Lot",
        law=OFFICIAL,
        check=_lot_number_range,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="reference_twice",
        field="BT-22-Lot",
        law=OFFICIAL,
        check=_references,
        remedy="Bitte jedem Los ein eigenes Aktenzeichen geben.",
        is_about_one_field=True,
    ),
    Rule(
        key="reference_of_procedure",
        field="BT-22-Lot",
        law="eForms-Handbuch zu BT-22",
        check=_reference_of_whole,
        remedy="Bitte dem Los ein eigenes Aktenzeichen geben.",
        severity="warning",
    ),
)
