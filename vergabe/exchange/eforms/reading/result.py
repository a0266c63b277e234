"""Results of an award notice, read: the web of lot results, bids, bidders and contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from vergabe.exchange.eforms.datatypes import Fund
from vergabe.exchange.eforms.reading.lots import lot_number
from vergabe.exchange.eforms.reading.nodes import Found
from vergabe.exchange.eforms.results import (
    LotResult,
    LotTender,
    NoticeResult,
    SettledContract,
    Subcontractor,
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


def read_result(root: Found) -> NoticeResult | None:
    """Return efac:NoticeResult, None if the notice has no results."""
    found = root.first("ND-NoticeResult")
    if found is None:
        return None
    return NoticeResult(
        total=found.amount("BT-161-NoticeResult"),
        framework_maximum_total=found.amount("BT-118-NoticeResult"),
        framework_approximate_total=found.amount("BT-1118-NoticeResult"),
        lot_results=tuple(_lot_result(each) for each in found.every("ND-LotResult")),
        tenders=tuple(_tender(each) for each in found.every("ND-LotTender")),
        parties=tuple(_party(each) for each in found.every("ND-TenderingParty")),
        contracts=tuple(_contract(each) for each in found.every("ND-SettledContract")),
        withheld=_withheld(found, OF_NOTICE_RESULT),
    )


def _lot_result(found: Found) -> LotResult:
    return LotResult(
        key=found.needed("OPT-322-LotResult"),
        lot=lot_number(found, "BT-13713-LotResult"),
        # Ex-ante transparency and modifications do not say it: they tell of winners alone.
        outcome=cast(Any, found.string("BT-142-LotResult") or "selec-w"),
        not_awarded_reason=found.string("BT-144-LotResult"),
        ends_dynamic_purchasing=found.flag("BT-119-LotResult"),
        lowest=found.amount("BT-710-LotResult"),
        highest=found.amount("BT-711-LotResult"),
        framework_maximum=found.amount("BT-709-LotResult"),
        framework_reestimate=found.amount("BT-660-LotResult"),
        statistics=tuple(
            (each.needed("BT-760-LotResult"), each.whole("BT-759-LotResult") or 0)
            for each in found.every("ND-ReceivedSubmissions")
        ),
        tenders=found.strings("OPT-320-LotResult"),
        contracts=found.strings("OPT-315-LotResult"),
        financers=found.strings("OPT-301-LotResult-Financing"),
        payers=found.strings("OPT-301-LotResult-Paying"),
        vehicles=_vehicles(found),
        withheld=_withheld(found, OF_LOT_RESULTS),
    )


def _withheld(found: Found, known: Mapping[str, WithholdingFields]) -> tuple[Withheld, ...]:
    return tuple(
        Withheld(
            term=term,
            reason=found.string(fields.reason) or "",
            text=found.text(fields.text),
            until=found.day(fields.until),
        )
        for term, fields in known.items()
        if found.string(fields.named) is not None
    )


def _vehicles(found: Found) -> Vehicles | None:
    contract = found.string("BT-735-LotResult")
    if contract is None:
        return None
    return Vehicles(
        contract=contract,
        category=found.string("BT-723-LotResult") or "",
        numbers=tuple(
            (each.needed("OPT-155-LotResult"), each.whole("OPT-156-LotResult") or 0)
            for each in found.every("ND-ProcurementStatistics")
        ),
    )


def _tender(found: Found) -> LotTender:
    return LotTender(
        key=found.needed("OPT-321-Tender"),
        reference=found.string("BT-3201-Tender") or "",
        lot=lot_number(found, "BT-13714-Tender"),
        party=found.string("OPT-310-Tender") or "",
        value=found.amount("BT-720-Tender"),
        rank=found.whole("BT-171-Tender"),
        is_variant=found.flag("BT-193-Tender"),
        subcontracting=cast(Any, found.string("BT-773-Tender")),
        subcontracting_text=found.text("BT-554-Tender"),
        subcontracting_value=found.amount("BT-553-Tender"),
        subcontracting_basis_points=found.hundredths("BT-555-Tender"),
        foreign_subsidies=found.string("BT-682-Tender"),
        withheld=_withheld(found, OF_TENDERS),
    )


def _party(found: Found) -> TenderingParty:
    return TenderingParty(
        key=found.needed("OPT-210-Tenderer"),
        name=found.string("OPT-211-Tenderer"),
        tenderers=_leader_first(found.every("ND-Tenderer")),
        subcontractors=tuple(
            Subcontractor(
                organisation=each.needed("OPT-301-Tenderer-SubCont"),
                main_contractors=each.strings("OPT-301-Tenderer-MainCont"),
            )
            for each in found.every("ND-SubContractor")
        ),
    )


def _leader_first(tenderers: list[Found]) -> tuple[str, ...]:
    ordered = sorted(tenderers, key=lambda each: not each.flag("OPT-170-Tenderer"))
    return tuple(each.needed("OPT-300-Tenderer") for each in ordered)


def _contract(found: Found) -> SettledContract:
    return SettledContract(
        key=found.needed("OPT-316-Contract"),
        reference=found.string("BT-150-Contract") or "",
        title=found.text("BT-721-Contract"),
        concluded_on=found.day("BT-145-Contract"),
        awarded_on=found.day("BT-1451-Contract"),
        url=found.string("BT-151-Contract"),
        is_call_off=bool(found.flag("BT-768-Contract")),
        framework_notice=found.string("OPT-100-Contract"),
        tenders=found.strings("BT-3202-Contract"),
        signatories=found.strings("OPT-300-Contract-Signatory"),
        funds=tuple(
            Fund(
                programme=fund.string("BT-722-Contract"),
                identifier=fund.string("BT-5011-Contract"),
                description=fund.text("BT-6110-Contract"),
            )
            for fund in found.every("ND-ContractEUFunds")
        ),
    )
