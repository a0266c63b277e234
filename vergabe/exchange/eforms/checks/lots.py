"""Checks of what is bought: products, places, times, values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from vergabe.exchange import codes
from vergabe.exchange.eforms.checks.contacts import wrong_region
from vergabe.exchange.eforms.checks.own_rules import GERMANY, OFFICIAL, Breach, Rule, Setting
from vergabe.exchange.eforms.datatypes import Amount, Period, Place
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice

# First digits of a CPV code that a nature allows (official rules BR-BT-00262-0202 ff.).
_DIVISIONS: Final[Mapping[str, tuple[range, ...]]] = {
    "supplies": (range(45), range(48, 49)),
    "works": (range(45, 46),),
    "services": (range(49, 99),),
}
_NATURES: Final = {
    "supplies": "Lieferungen",
    "works": "Bauleistungen",
    "services": "Dienstleistungen",
}
_ALLOWED: Final = {"supplies": "0 bis 44 oder 48", "works": "45", "services": "49 bis 98"}


def _things(notice: Notice) -> Iterator[tuple[str, str, tuple[str, ...], Lot | None]]:
    """Yield (nature, main CPV, further ones, lot) of the procedure and of each lot."""
    whole = notice.procedure
    yield whole.nature, whole.cpv, whole.cpv_additional, None
    yield from ((lot.nature, lot.cpv, lot.cpv_additional, lot) for lot in notice.lots)


def _scope(lot: Lot | None) -> str:
    return "Lot" if lot is not None else "Procedure"


def _unknown_cpv(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for _, main, further, lot in _things(notice):
        for number, code in enumerate((main, *further)):
            if code and codes.cpv(code) is None:
                yield Breach(
                    message=f"„{code}“ ist kein CPV-Code.",
                    lot=lot,
                    field=f"{'BT-263' if number else 'BT-262'}-{_scope(lot)}",
                )


def _cpv_of_nature(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for nature, main, _, lot in _things(notice):
        if len(main) == 8 and main.isdigit() and nature in _DIVISIONS:
            division = int(main[:2])
            if not any(division in allowed for allowed in _DIVISIONS[nature]):
                yield Breach(
                    message=f"Der CPV-Code {main} passt nicht zu {_NATURES[nature]}: Er muss mit "
                    f"{_ALLOWED[nature]} beginnen.",
                    lot=lot,
                    field=f"BT-262-{_scope(lot)}",
                )


def _places(notice: Notice) -> Iterator[tuple[Place, Lot | None]]:
    yield from ((place, None) for place in notice.procedure.places)
    yield from ((place, lot) for lot in notice.lots for place in lot.places)


def _no_place(notice: Notice, setting: Setting) -> Iterable[Breach]:
    yield from (
        Breach(message="Der Ort der Leistung fehlt.", lot=lot)
        for lot in notice.lots
        if not lot.places
    )


def _place_without_region(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for place, lot in _places(notice):
        if place.country == GERMANY and not place.nuts and not place.anywhere:
            yield Breach(
                message="Zum Ort der Leistung in Deutschland fehlt die Region (NUTS-3).",
                lot=lot,
                field=f"BT-5071-{_scope(lot)}",
            )


def _region_of_place(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for place, lot in _places(notice):
        told = wrong_region(place.nuts, place.country)
        if told:
            yield Breach(message=told, lot=lot, field=f"BT-5071-{_scope(lot)}")


def _place_contradicts(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for place, lot in _places(notice):
        if place.anywhere in ("anyw", "anyw-eea") and (place.nuts or place.country):
            yield Breach(
                message="„Überall“ schließt ein Land und eine Region aus.",
                lot=lot,
                field=f"BT-727-{_scope(lot)}",
            )


def _no_period(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        period = lot.period
        if period is None or not (
            period.duration or period.other or (period.starts_on and period.ends_on)
        ):
            yield Breach(message="Die Laufzeit fehlt: eine Dauer, oder Beginn und Ende.", lot=lot)


def _period_order(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        period = lot.period or Period()
        if period.starts_on and period.ends_on and period.ends_on <= period.starts_on:
            yield Breach(message="Das Ende der Leistung liegt nicht nach ihrem Beginn.", lot=lot)


def _period_contradicts(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for lot in notice.lots:
        period = lot.period or Period()
        told = [period.starts_on, period.ends_on, period.duration, period.other]
        is_double = period.duration is not None and period.other is not None
        if is_double or sum(one is not None for one in told) > 2:
            yield Breach(
                message="Die Laufzeit ist mehrfach angegeben: als Dauer, als Ende oder als "
                "unbefristet.",
                lot=lot,
            )


def _negative_amounts(notice: Notice, setting: Setting) -> Iterable[Breach]:
    whole = notice.procedure
    values: list[tuple[Amount | None, str, Lot | None]] = [
        (whole.estimated_value, "BT-27-Procedure", None)
    ]
    values.append((whole.framework_maximum, "BT-271-Procedure", None))
    for each in notice.lots:
        values += [(each.estimated_value, "BT-27-Lot", each)]
        values += [(each.framework_maximum, "BT-271-Lot", each)]
    for amount, field, lot in values:
        if amount is not None and amount.cents < 0:
            yield Breach(message="Der Betrag ist negativ.", lot=lot, field=field)


_CHOOSE_CPV: Final = "Bitte einen Code aus der Liste wählen (acht Ziffern, ohne Prüfziffer)."
_CHOOSE_REGION: Final = "Bitte einen NUTS-3-Code wie DEA26 wählen."
RULES: Final = (
    Rule(
        key="cpv_unknown",
        field="BT-262-Lot",
        law=OFFICIAL,
        check=_unknown_cpv,
        remedy=_CHOOSE_CPV,
        is_about_one_field=True,
    ),
    Rule(
        key="cpv_does_not_suit_nature",
        field="BT-262-Lot",
        law=OFFICIAL,
        check=_cpv_of_nature,
        remedy="Bitte den CPV-Code oder die Art der Leistung ändern.",
    ),
    Rule(
        key="place_missing",
        field="BT-5071-Lot",
        law=OFFICIAL,
        check=_no_place,
        remedy=_CHOOSE_REGION,
        subtypes=frozenset({"4", "7", "16", "20", "29", "33", "E1", "E2", "E3", "E4"}),
        is_about_one_field=True,
    ),
    Rule(
        key="place_without_region",
        field="BT-5071-Lot",
        law=OFFICIAL,
        check=_place_without_region,
        remedy=_CHOOSE_REGION,
        is_about_one_field=True,
    ),
    Rule(
        key="region_of_place_wrong",
        field="BT-5071-Lot",
        law=OFFICIAL,
        check=_region_of_place,
        remedy=_CHOOSE_REGION,
        is_about_one_field=True,
    ),
    Rule(
        key="place_contradicts",
        field="BT-727-Lot",
        law=OFFICIAL,
        check=_place_contradicts,
        remedy="Bitte entweder eine Region oder „überall“ wählen.",
    ),
    Rule(
        key="period_missing",
        field="BT-36-Lot",
        law="§ 121 Abs. 1 GWB; amtliche eForms-Regeln",
        check=_no_period,
        remedy="Bitte die Laufzeit eintragen, oder Beginn und Ende der Leistung.",
        subtypes=frozenset({"7", "16"}),
        is_about_one_field=True,
    ),
    Rule(
        key="period_ends_before_start",
        field="BT-537-Lot",
        law=OFFICIAL,
        check=_period_order,
        remedy="Bitte Beginn und Ende berichtigen.",
    ),
    Rule(
        key="period_told_twice",
        field="BT-36-Lot",
        law=OFFICIAL,
        check=_period_contradicts,
        remedy="Bitte nur eine Angabe zur Laufzeit stehen lassen.",
    ),
    Rule(
        key="amount_negative",
        field="BT-27-Lot",
        law=OFFICIAL,
        check=_negative_amounts,
        remedy="Bitte einen Betrag ab 0 eintragen.",
        is_about_one_field=True,
    ),
)
