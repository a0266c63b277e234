"""Results in a foreign notice: the web of lot results, bids, bidders and contracts, made flat."""

from collections.abc import Mapping

from lxml import etree

from vergabe.exchange import foreign_values as values
from vergabe.exchange.eforms.foreign.elements import every, first, string, strings
from vergabe.exchange.eforms.foreign.texts import Reader
from vergabe.exchange.foreign_notice import MOST_LOTS, MOST_PARTIES, Award, Money, Party


def awards(
    root: "etree._Element", parties: Mapping[str, Party], reader: Reader
) -> tuple[tuple[Award, ...], Money | None]:
    """Return what became of each lot, and the total of all contracts."""
    result = first(root, "$X/efac:NoticeResult")
    if result is None:
        return (), None
    web = _Web(result, parties)
    found = tuple(web.award(node) for node in every(result, "efac:LotResult")[:MOST_LOTS])
    if web.is_torn:
        reader.warn("result_torn", "LotResult", "Das Ergebnis verweist auf Fehlendes.")
    return found, _money(first(result, "cbc:TotalAmount"))


def _money(element: "etree._Element | None") -> Money | None:
    return None if element is None else values.amount(element.text, element.get("currencyID"))


class _Web:
    """The parts of a result by their technical ids."""

    def __init__(self, result: "etree._Element", parties: Mapping[str, Party]) -> None:
        self._tenders = _by_id(result, "efac:LotTender")
        self._bidders = _by_id(result, "efac:TenderingParty")
        self._contracts = _by_id(result, "efac:SettledContract")
        self._parties = parties
        self.is_torn = False

    def award(self, node: "etree._Element") -> Award:
        """Return one result of a lot with those who won it."""
        outcome = values.code(string(node, "cbc:TenderResultCode"))
        contracts = self._of(node, "efac:SettledContract/cbc:ID", self._contracts)
        tenders = self._winning(node, contracts) if outcome in (None, "selec-w") else []
        signed = (values.day(string(contract, "cbc:IssueDate")) for contract in contracts)
        reason = string(node, "efac:DecisionReason/efbc:DecisionReasonCode")
        return Award(
            lot=values.code(string(node, "efac:TenderLot/cbc:ID")),
            outcome=outcome,
            reason=values.code(reason),
            winners=self._winners(tenders),
            value=_sum(tenders),
            concluded_on=next((day for day in signed if day is not None), None),
            bids_count=_bids_count(node),
        )

    def _winning(
        self, node: "etree._Element", contracts: list["etree._Element"]
    ) -> list["etree._Element"]:
        """Return the bids that got a contract; all bids named where no contract says so."""
        named = self._of(node, "efac:LotTender/cbc:ID", self._tenders)
        with_contract = {
            key for contract in contracts for key in strings(contract, "efac:LotTender/cbc:ID")
        }
        won = [tender for tender in named if string(tender, "cbc:ID") in with_contract]
        return won or named

    def _winners(self, tenders: list["etree._Element"]) -> tuple[Party, ...]:
        found: dict[str, Party] = {}
        for tender in tenders:
            for bidder in self._of(tender, "efac:TenderingParty/cbc:ID", self._bidders):
                for key in strings(bidder, "efac:Tenderer/cbc:ID"):
                    if key in self._parties:
                        found[key] = self._parties[key]
                    else:
                        self.is_torn = True
        return tuple(found.values())[:MOST_PARTIES]

    def _of(
        self, node: "etree._Element", path: str, table: Mapping[str, "etree._Element"]
    ) -> list["etree._Element"]:
        keys = strings(node, path)
        self.is_torn = self.is_torn or any(key not in table for key in keys)
        return [table[key] for key in keys if key in table]


def _by_id(result: "etree._Element", path: str) -> dict[str, "etree._Element"]:
    return {key: node for node in every(result, path) if (key := string(node, "cbc:ID"))}


def _sum(tenders: list["etree._Element"]) -> Money | None:
    """Return what the winning bids of a lot cost together, if they name one currency."""
    path = "cac:LegalMonetaryTotal/cbc:PayableAmount"
    amounts = [found for tender in tenders if (found := _money(first(tender, path)))]
    if not amounts or len({amount.currency for amount in amounts}) > 1:
        return None
    return Money(cents=sum(amount.cents for amount in amounts), currency=amounts[0].currency)


def _bids_count(node: "etree._Element") -> int | None:
    for statistic in every(node, "efac:ReceivedSubmissionsStatistics"):
        if string(statistic, "efbc:StatisticsCode") == "tenders":
            count = string(statistic, "efbc:StatisticsNumeric") or ""
            if count.isascii() and count.isdecimal() and len(count) < 7:
                return int(count)
    return None
