"""Totals of an award notice, computed from its lots so that nobody types a sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vergabe.exchange.eforms.datatypes import Amount
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.results import NoticeResult

# Notices without an outcome of their own (BT-142): what they name has been awarded.
_WITHOUT_OUTCOME = frozenset({"25", "38"})
_DIRECT_AWARD = "25"


def is_framework(lot: Lot) -> bool:
    """Whether a framework agreement is concluded on the lot (BT-765)."""
    framework = lot.terms.framework
    return framework is not None and framework.technique.startswith("fa-")


def with_totals(notice: Notice) -> Notice:
    """Return the notice with BT-161, BT-118 and BT-1118 where its subtype wants them, else None.

    A total of contracts leaves framework agreements out, but counts what is called off from them;
    amounts in several currencies have no sum. The conditions are those of the eForms SDK.
    """
    result = notice.result
    if result is None:
        return notice
    frameworks = {lot.number for lot in notice.lots if is_framework(lot)}
    named = {each.lot for each in result.lot_results}
    awarded = named
    if notice.subtype not in _WITHOUT_OUTCOME:
        awarded = {each.lot for each in result.lot_results if each.outcome == "selec-w"}
    # Ex ante notices do not say what is a call-off.
    has_total = _has_total(notice.subtype, awarded, frameworks) or (
        notice.subtype != _DIRECT_AWARD and any(each.is_call_off for each in result.contracts)
    )
    # A voluntary ex ante notice has no total of frameworks as soon as another lot is in it.
    has_frameworks = bool(awarded & frameworks) and not (
        notice.subtype == _DIRECT_AWARD and named - frameworks
    )
    summed = replace(
        result,
        total=_sum(_values(result, frameworks)) if has_total else None,
        framework_maximum_total=_sum(each.framework_maximum for each in result.lot_results)
        if has_frameworks
        else None,
        framework_approximate_total=_sum(each.framework_reestimate for each in result.lot_results)
        if has_frameworks
        else None,
    )
    return replace(notice, result=summed)


def _has_total(subtype: str, awarded: set[int], frameworks: set[int]) -> bool:
    if subtype in _WITHOUT_OUTCOME:
        return not awarded & frameworks
    return bool(awarded - frameworks)


def _values(result: NoticeResult, frameworks: set[int]) -> Iterable[Amount | None]:
    called_off = {key for each in result.contracts if each.is_call_off for key in each.tenders}
    won = {key for contract in result.contracts for key in contract.tenders}
    for bid in result.tenders:
        if bid.key in won and (bid.lot not in frameworks or bid.key in called_off):
            yield bid.value


def _sum(amounts: Iterable[Amount | None]) -> Amount | None:
    known = [amount for amount in amounts if amount is not None]
    currencies = {amount.currency for amount in known}
    if len(currencies) != 1:
        return None
    return Amount(sum(amount.cents for amount in known), currencies.pop())
