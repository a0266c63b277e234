"""Results of an award notice: the web of lot results, bids, bidders and contracts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vergabe.exchange.eforms.datatypes import Amount
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.results import (
    LotResult,
    LotTender,
    SettledContract,
    TenderingParty,
    Vehicles,
    Withheld,
)
from vergabe.exchange.eforms.withholding import (
    OF_LOT_RESULTS,
    OF_NOTICE_RESULT,
    OF_TENDERS,
    WithholdingFields,
)
from vergabe.exchange.eforms.writing.branches import Branch, number
from vergabe.exchange.eforms.writing.changes import reference_scheme
from vergabe.exchange.eforms.writing.parties import Parties
from vergabe.exchange.eforms.writing.scope import lot_id
from vergabe.exchange.eforms.writing.summing import is_framework

# cac:TenderResult is asked for by the schema alone; the day means nothing (OPT-999).
SCHEMA_FILLER = "2000-01-01Z"


def write_result(root: Branch, notice: Notice, parties: Parties) -> None:
    """Write efac:NoticeResult and what the schema wants beside it."""
    root.put("OPT-999", SCHEMA_FILLER)
    result = notice.result
    if result is None:
        return
    root.put("BT-161-NoticeResult", result.total)
    root.put("BT-118-NoticeResult", result.framework_maximum_total)
    root.put("BT-1118-NoticeResult", result.framework_approximate_total)
    _write_withheld(
        root,
        result.withheld,
        OF_NOTICE_RESULT,
        {
            "BT-161": result.total,
            "BT-118": result.framework_maximum_total,
            "BT-1118": result.framework_approximate_total,
        },
    )
    for lot_result in result.lot_results:
        _write_lot_result(root.add("ND-LotResult"), lot_result, parties)
    for tender in result.tenders:
        _write_tender(root.add("ND-LotTender"), tender)
    # Whether a contract is a call-off is asked where there are framework agreements only.
    has_frameworks = any(is_framework(lot) for lot in notice.lots)
    for contract in result.contracts:
        branch = root.add("ND-SettledContract")
        _write_contract(branch, contract, parties)
        if has_frameworks:
            branch.put("BT-768-Contract", contract.is_call_off)
    for party in result.parties:
        _write_party(root.add("ND-TenderingParty"), party, parties)


def _write_lot_result(branch: Branch, result: LotResult, parties: Parties) -> None:
    branch.put("OPT-322-LotResult", result.key)
    branch.put("BT-13713-LotResult", lot_id(result.lot))
    branch.put("BT-142-LotResult", result.outcome)
    branch.put("BT-144-LotResult", result.not_awarded_reason)
    branch.put("BT-119-LotResult", result.ends_dynamic_purchasing)
    branch.put("BT-710-LotResult", result.lowest)
    branch.put("BT-711-LotResult", result.highest)
    branch.put("BT-709-LotResult", result.framework_maximum)
    branch.put("BT-660-LotResult", result.framework_reestimate)
    for code, count in result.statistics:
        statistics = branch.add("ND-ReceivedSubmissions")
        statistics.put("BT-760-LotResult", code)
        statistics.put("BT-759-LotResult", count)
    branch.put_each("OPT-320-LotResult", result.tenders)
    branch.put_each("OPT-315-LotResult", result.contracts)
    parties.put_each(branch, "OPT-301-LotResult-Financing", result.financers)
    parties.put_each(branch, "OPT-301-LotResult-Paying", result.payers)
    if result.vehicles is not None:
        _write_vehicles(branch, result.vehicles)
    _write_withheld(
        branch,
        result.withheld,
        OF_LOT_RESULTS,
        {
            "BT-710": result.lowest,
            "BT-711": result.highest,
            "BT-709": result.framework_maximum,
            "BT-660": result.framework_reestimate,
        },
    )


def _write_withheld(
    branch: Branch,
    withheld: Iterable[Withheld],
    known: Mapping[str, WithholdingFields],
    values: Mapping[str, Amount | None],
) -> None:
    """Write which of the values are withheld; of a value that is not there nothing is said."""
    said = {each.term: each for each in withheld}
    for term, fields in known.items():
        each = said.get(term)
        if each is not None and values[term] is not None:
            branch.put(fields.named, fields.code)
            branch.put(fields.reason, each.reason)
            branch.put(fields.text, each.text)
            branch.put(fields.until, each.until)


def _write_vehicles(branch: Branch, vehicles: Vehicles) -> None:
    branch.put("BT-735-LotResult", vehicles.contract)
    branch.put("BT-723-LotResult", vehicles.category)
    for code, count in vehicles.numbers:
        statistics = branch.add("ND-ProcurementStatistics")
        statistics.put("OPT-155-LotResult", code)
        statistics.put("OPT-156-LotResult", count)


def _write_tender(branch: Branch, tender: LotTender) -> None:
    branch.put("OPT-321-Tender", tender.key)
    branch.put("BT-3201-Tender", tender.reference)
    branch.put("BT-13714-Tender", lot_id(tender.lot))
    branch.put("OPT-310-Tender", tender.party)
    branch.put("BT-720-Tender", tender.value)
    branch.put("BT-1711-Tender", True if tender.rank is not None else None)
    branch.put("BT-171-Tender", tender.rank)
    branch.put("BT-193-Tender", tender.is_variant)
    branch.put("BT-682-Tender", tender.foreign_subsidies)
    _write_subcontracting(branch, tender)
    _write_withheld(branch, tender.withheld, OF_TENDERS, {"BT-720": tender.value})


def _write_subcontracting(branch: Branch, tender: LotTender) -> None:
    branch.put("BT-773-Tender", tender.subcontracting)
    if tender.subcontracting != "yes":
        return
    share = tender.subcontracting_basis_points
    branch.put("BT-730-Tender", tender.subcontracting_value is not None)
    branch.put("BT-731-Tender", share is not None)
    branch.put("BT-553-Tender", tender.subcontracting_value)
    branch.put("BT-555-Tender", None if share is None else number(share))
    branch.put("BT-554-Tender", tender.subcontracting_text)


def _write_contract(branch: Branch, contract: SettledContract, parties: Parties) -> None:
    branch.put("OPT-316-Contract", contract.key)
    branch.put("BT-150-Contract", contract.reference)
    branch.put("BT-721-Contract", contract.title)
    branch.put("BT-145-Contract", contract.concluded_on)
    branch.put("BT-1451-Contract", contract.awarded_on)
    branch.put("BT-151-Contract", contract.url)
    branch.put(
        "OPT-100-Contract", contract.framework_notice, reference_scheme(contract.framework_notice)
    )
    parties.put_each(branch, "OPT-300-Contract-Signatory", contract.signatories)
    branch.put_each("BT-3202-Contract", contract.tenders)
    for fund in contract.funds:
        below = branch.add("ND-ContractEUFunds")
        below.put("BT-722-Contract", fund.programme)
        below.put("BT-5011-Contract", fund.identifier)
        below.put("BT-6110-Contract", fund.description)


def _write_party(branch: Branch, party: TenderingParty, parties: Parties) -> None:
    branch.put("OPT-210-Tenderer", party.key)
    branch.put("OPT-211-Tenderer", party.name)
    for position, key in enumerate(party.tenderers):
        tenderer = branch.add("ND-Tenderer")
        parties.put(tenderer, "OPT-300-Tenderer", key)
        # Among several one leads; a single one must not say so (OPT-170).
        if len(party.tenderers) > 1:
            tenderer.put("OPT-170-Tenderer", position == 0)
    for subcontractor in party.subcontractors:
        below = branch.add("ND-SubContractor")
        parties.put(below, "OPT-301-Tenderer-SubCont", subcontractor.organisation)
        parties.put_each(below, "OPT-301-Tenderer-MainCont", subcontractor.main_contractors)
