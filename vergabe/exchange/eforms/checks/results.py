"""Checks of results: what came out for each lot, numbers of bids, values, days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from vergabe.clock import berlin_day
from vergabe.exchange.eforms.checks.own_rules import (
    OFFICIAL,
    RESULTS,
    Breach,
    Rule,
    Setting,
    is_framework,
)
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.results import LotResult, NoticeResult

WON: Final = "selec-w"
CLOSED: Final = "clos-nw"
_TOTAL: Final = "tenders"
_ONCE: Final[Mapping[str, str]] = {
    "tenders": "Zahl aller Angebote",
    "t-esubm": "Zahl der elektronischen Angebote",
    "t-oth-eea": "Zahl der Angebote aus anderen Staaten des Europäischen Wirtschaftsraums",
    "t-no-eea": "Zahl der Angebote aus Staaten außerhalb des Europäischen Wirtschaftsraums",
}
_SIZES: Final = ("t-micro", "t-small", "t-med")
_SMALL: Final = "t-sme"
_COUNTED: Final = frozenset({"29", "33"})
_LATEST_DAYS: Final = 30


def result_of(notice: Notice) -> NoticeResult:
    """Return the results of a notice, an empty one where it has none."""
    return notice.result or NoticeResult()


def results(notice: Notice) -> Iterator[tuple[LotResult, Lot | None]]:
    """Yield each result with its lot, None if there is no such lot."""
    lots = {lot.number: lot for lot in notice.lots}
    yield from ((result, lots.get(result.lot)) for result in result_of(notice).lot_results)


def _no_result(notice: Notice, setting: Setting) -> Iterable[Breach]:
    told = {result.lot for result in result_of(notice).lot_results}
    for lot in notice.lots:
        if lot.number not in told:
            yield Breach(message="Zu diesem Los fehlt das Ergebnis.", lot=lot)


def _two_results(notice: Notice, setting: Setting) -> Iterable[Breach]:
    numbers = Counter(result.lot for result in result_of(notice).lot_results)
    for lot in notice.lots:
        if numbers[lot.number] > 1:
            yield Breach(message="Zu diesem Los gibt es mehrere Ergebnisse.", lot=lot)


def _lot_unknown(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if lot is None:
            yield Breach(
                message=f"Es gibt ein Ergebnis für Los {result.lot}, aber kein solches Los."
            )


def _no_reason(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if result.outcome == CLOSED and not result.not_awarded_reason:
            yield Breach(message="Der Grund, warum es keinen Zuschlag gab, fehlt.", lot=lot)


def _needless_reason(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if result.outcome != CLOSED and result.not_awarded_reason:
            yield Breach(
                message="Ein Grund gegen den Zuschlag ist nur bei einem aufgehobenen Los zulässig.",
                lot=lot,
            )


def _is_counted(result: LotResult) -> bool:
    if result.outcome == WON:
        return True
    return result.outcome == CLOSED and result.not_awarded_reason != "no-rece"


def _numbers(result: LotResult) -> Counter[str]:
    return Counter(code for code, _ in result.statistics)


def _no_statistics(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if not _is_counted(result):
            continue
        numbers = _numbers(result)
        missing = [name for code, name in _ONCE.items() if not numbers[code]]
        if missing:
            yield Breach(message=f"Es fehlt: {'; '.join(missing)}.", lot=lot)


def _statistics_twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if any(number > 1 for number in _numbers(result).values()):
            yield Breach(message="Eine Zahl der Angebote steht doppelt.", lot=lot)


def _sizes(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        numbers = _numbers(result)
        told = [code for code in _SIZES if numbers[code]]
        is_whole = bool(numbers[_SMALL]) and not told
        is_split = len(told) == len(_SIZES) and not numbers[_SMALL]
        if _is_counted(result) and not is_whole and not is_split:
            yield Breach(
                message="Die Zahl der Angebote kleiner Unternehmen fehlt oder steht doppelt: "
                "entweder eine Zahl für alle kleinen und mittleren, oder je eine für Kleinst-, "
                "kleine und mittlere Unternehmen.",
                lot=lot,
            )


def _needless_statistics(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if result.statistics and not _is_counted(result):
            yield Breach(
                message="Ohne Angebote oder vor der Entscheidung werden keine Zahlen genannt.",
                lot=lot,
            )


def _parts_exceed_whole(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        numbers = dict(result.statistics)
        whole = numbers.get(_TOTAL)
        if whole is None:
            continue
        small = sum(numbers.get(code, 0) for code in (_SMALL, *_SIZES))
        abroad = numbers.get("t-oth-eea", 0) + numbers.get("t-no-eea", 0)
        told = [
            (small, "von kleinen und mittleren Unternehmen"),
            (abroad, "aus anderen Staaten"),
            (numbers.get("t-esubm", 0), "auf elektronischem Weg"),
        ]
        wrong = [f"{number} {words}" for number, words in told if number > whole]
        if wrong:
            yield Breach(
                message=f"Es gab {whole} Angebote, davon aber {', '.join(wrong)}.", lot=lot
            )


def _nobody_bid(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        numbers = dict(result.statistics)
        if result.outcome == WON and numbers.get(_TOTAL) == 0:
            yield Breach(message="Es gibt einen Zuschlag, aber kein Angebot ist gezählt.", lot=lot)


def _negative_numbers(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if any(number < 0 for _, number in result.statistics):
            yield Breach(message="Eine Zahl der Angebote ist negativ.", lot=lot)


def _lowest_above_highest(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        low, high = result.lowest, result.highest
        if low and high and (low.currency != high.currency or low.cents > high.cents):
            yield Breach(message="Das niedrigste Angebot ist höher als das höchste.", lot=lot)


def _framework_value(notice: Notice, setting: Setting) -> Iterable[Breach]:
    call_offs = {c.key for c in result_of(notice).contracts if c.is_call_off}
    for result, lot in results(notice):
        is_won = lot is not None and is_framework(lot) and result.outcome == WON
        if call_offs & set(result.contracts):
            continue
        if is_won and result.framework_maximum is None and result.framework_reestimate is None:
            yield Breach(
                message="Für die Rahmenvereinbarung fehlt der Höchstwert oder der neu geschätzte "
                "Wert.",
                lot=lot,
            )


def _concluded_later(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.issued_at.tzinfo is None:
        return
    sent_on = berlin_day(notice.issued_at)
    for contract in result_of(notice).contracts:
        if contract.concluded_on is not None and contract.concluded_on > sent_on:
            yield Breach(
                message=f"Der Vertrag ist erst am {contract.concluded_on:%d.%m.%Y} geschlossen, "
                "nach der Absendung.",
                part=f"Vertrag „{contract.reference}“",
            )


def _awarded_later(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for contract in result_of(notice).contracts:
        awarded, concluded = contract.awarded_on, contract.concluded_on
        if awarded is not None and concluded is not None and awarded > concluded:
            yield Breach(
                message="Die Zuschlagsentscheidung liegt nach dem Vertragsschluss.",
                part=f"Vertrag „{contract.reference}“",
            )


def _late_notice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if notice.issued_at.tzinfo is None or notice.changes is not None:
        return
    sent_on = berlin_day(notice.issued_at)
    for contract in result_of(notice).contracts:
        if contract.concluded_on and (sent_on - contract.concluded_on).days > _LATEST_DAYS:
            yield Breach(
                message=f"Zwischen Vertragsschluss ({contract.concluded_on:%d.%m.%Y}) und "
                f"Absendung liegen mehr als {_LATEST_DAYS} Tage.",
                part=f"Vertrag „{contract.reference}“",
            )


_CHECK_NUMBERS: Final = "Bitte die Zahlen der Angebote prüfen."
RULES: Final = (
    Rule(
        key="result_missing",
        field="BT-142-LotResult",
        law="§ 39 VgV; amtliche eForms-Regeln",
        check=_no_result,
        remedy="Bitte angeben: Zuschlag erteilt, aufgehoben oder noch offen.",
        subtypes=RESULTS,
        is_about_one_field=True,
    ),
    Rule(
        key="result_twice",
        field="BT-13713-LotResult",
        law=OFFICIAL,
        check=_two_results,
        remedy="Bitte nur ein Ergebnis je Los angeben.",
    ),
    Rule(
        key="result_of_unknown_lot",
        field="BT-13713-LotResult",
        law=OFFICIAL,
        check=_lot_unknown,
        remedy="Bitte das Los des Ergebnisses prüfen.",
        is_about_one_field=True,
    ),
    Rule(
        key="not_awarded_reason_missing",
        field="BT-144-LotResult",
        law="§ 63 VgV; amtliche eForms-Regeln",
        check=_no_reason,
        remedy="Bitte den Grund auswählen.",
        subtypes=_COUNTED,
        is_about_one_field=True,
    ),
    Rule(
        key="not_awarded_reason_needless",
        field="BT-144-LotResult",
        law=OFFICIAL,
        check=_needless_reason,
        remedy="Bitte den Grund leeren oder das Ergebnis ändern.",
        subtypes=RESULTS,
    ),
    Rule(
        key="statistics_missing",
        field="BT-759-LotResult",
        law=OFFICIAL,
        check=_no_statistics,
        remedy="Bitte die Zahlen eintragen, notfalls 0.",
        subtypes=_COUNTED,
        is_about_one_field=True,
    ),
    Rule(
        key="statistics_twice",
        field="BT-760-LotResult",
        law=OFFICIAL,
        check=_statistics_twice,
        remedy=_CHECK_NUMBERS,
        subtypes=RESULTS,
    ),
    Rule(
        key="statistics_of_sizes_wrong",
        field="BT-760-LotResult",
        law=OFFICIAL,
        check=_sizes,
        remedy=_CHECK_NUMBERS,
        subtypes=_COUNTED,
    ),
    Rule(
        key="statistics_needless",
        field="BT-759-LotResult",
        law=OFFICIAL,
        check=_needless_statistics,
        remedy="Bitte die Zahlen leeren.",
        subtypes=_COUNTED,
    ),
    Rule(
        key="statistics_parts_exceed_whole",
        field="BT-759-LotResult",
        law="§ 39 VgV, VergStatVO",
        check=_parts_exceed_whole,
        remedy=_CHECK_NUMBERS,
        subtypes=RESULTS,
    ),
    Rule(
        key="statistics_without_bids",
        field="BT-759-LotResult",
        law=OFFICIAL,
        check=_nobody_bid,
        remedy=_CHECK_NUMBERS,
        subtypes=RESULTS,
    ),
    Rule(
        key="statistics_negative",
        field="BT-759-LotResult",
        law=OFFICIAL,
        check=_negative_numbers,
        remedy=_CHECK_NUMBERS,
        subtypes=RESULTS,
        is_about_one_field=True,
    ),
    Rule(
        key="lowest_above_highest",
        field="BT-710-LotResult",
        law=OFFICIAL,
        check=_lowest_above_highest,
        remedy="Bitte die Beträge berichtigen.",
        subtypes=RESULTS,
    ),
    Rule(
        key="framework_value_missing",
        field="BT-709-LotResult",
        law="EuGH C-23/20; amtliche eForms-Regeln",
        check=_framework_value,
        remedy="Bitte den Höchstwert der Rahmenvereinbarung im Ergebnis eintragen.",
        subtypes=frozenset({"29", "33"}),
    ),
    Rule(
        key="contract_after_dispatch",
        field="BT-145-Contract",
        law=OFFICIAL,
        check=_concluded_later,
        remedy="Bitte den Tag des Vertragsschlusses berichtigen.",
        subtypes=frozenset({"29", "33", "E4"}),
    ),
    Rule(
        key="award_after_contract",
        field="BT-1451-Contract",
        law=OFFICIAL,
        check=_awarded_later,
        remedy="Bitte die Tage berichtigen.",
    ),
    Rule(
        key="award_notice_late",
        field="BT-05(a)-notice",
        law="§ 39 Abs. 1 VgV",
        check=_late_notice,
        remedy="Bitte sofort absenden und die Verspätung im Vergabevermerk begründen.",
        severity="warning",
        subtypes=frozenset({"29", "33"}),
        german_only=True,
    ),
)
