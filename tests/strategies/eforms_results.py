"""Random results: every outcome, tendering parties of several, subcontractors, frameworks."""

import datetime as dt
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.strategies.eforms_values import amounts, identifiers, organisations, texts
from vergabe.exchange.eforms.datatypes import Amount, Fund
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.parties import Organisation
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
from vergabe.exchange.eforms.writing.summing import is_framework

REASONS = ("all-rej", "chan-need", "ins-fund", "no-rece", "one-admis", "other", "rev-body")


@dataclass(frozen=True)
class Results:
    """A result with the suppliers it names."""

    result: NoticeResult
    suppliers: tuple[Organisation, ...]


@st.composite
def withholdings(
    draw: st.DrawFn, terms: tuple[str, ...], sent: dt.date, languages: tuple[str, ...]
) -> tuple[Withheld, ...]:
    """Which values are kept back for a time, said of values that are not there, too."""
    until = sent + dt.timedelta(days=draw(st.integers(min_value=4, max_value=3000)))
    return tuple(
        Withheld(
            term=term,
            reason=draw(st.sampled_from(("fair-comp", "eo-int", "law-enf", "oth-int"))),
            text=draw(st.none() | texts(languages)),
            until=draw(st.none() | st.just(until)),
        )
        for term in terms
        if draw(st.integers(0, 5)) == 0
    )


@st.composite
def statistics(draw: st.DrawFn, bids: int, two_stages: bool) -> tuple[tuple[str, int], ...]:
    """Numbers of bids that fit together."""
    total = bids + draw(st.integers(min_value=0, max_value=20))
    within = st.integers(min_value=0, max_value=total)
    no_eea = draw(within)
    rows = [
        ("tenders", total),
        ("t-esubm", draw(within)),
        ("t-no-eea", no_eea),
        ("t-oth-eea", draw(st.integers(min_value=0, max_value=total - no_eea))),
    ]
    if draw(st.booleans()):
        rows.append(("t-sme", draw(within)))
    else:
        micro = draw(within)
        small = draw(st.integers(min_value=0, max_value=total - micro))
        rows += [("t-micro", micro), ("t-small", small), ("t-med", total - micro - small)]
    if two_stages and draw(st.booleans()):
        rows.append(("part-req", total + 3))
    if draw(st.booleans()):
        rows += [("t-verif-inad", 0), ("t-verif-inad-low", 0)]
    return tuple(rows)


@st.composite
def parties(
    draw: st.DrawFn, languages: tuple[str, ...]
) -> tuple[list[TenderingParty], list[Organisation]]:
    """Bidders: alone or as consortia, some with subcontractors."""
    suppliers: list[Organisation] = []
    made = []

    def supplier() -> str:
        key = f"supplier-{len(suppliers)}"
        suppliers.append(draw(organisations(key, is_supplier=True)))
        return key

    for number in range(1, draw(st.integers(min_value=1, max_value=4)) + 1):
        members = tuple(supplier() for _ in range(draw(st.sampled_from((1, 1, 2, 3)))))
        below = ()
        if draw(st.integers(min_value=0, max_value=3)) == 0:
            below = (Subcontractor(organisation=supplier(), main_contractors=members),)
        made.append(
            TenderingParty(
                key=f"TPA-{number:04d}",
                name=draw(st.none() | st.just("Bietergemeinschaft Ö & Ü")),
                tenderers=members,
                subcontractors=below,
            )
        )
    return made, suppliers


@st.composite
def tenders_of_lot(
    draw: st.DrawFn,
    lot: Lot,
    first: int,
    bidders: list[TenderingParty],
    languages: tuple[str, ...],
    *,
    has_value: bool,
) -> list[LotTender]:
    """One to three bids on a lot, each by another party."""
    count = draw(st.integers(min_value=1, max_value=min(3, len(bidders))))
    order = draw(st.permutations(bidders))[:count]
    is_ranked = draw(st.booleans())
    made = []
    for place, party in enumerate(order):
        sub = draw(st.sampled_from(("yes", "no", "not-known")))
        value = draw(amounts) if has_value else draw(st.none() | amounts)
        is_sub = sub == "yes"
        made.append(
            LotTender(
                key=f"TEN-{first + place:04d}",
                reference=draw(identifiers(f"A-{first + place}")),
                lot=lot.number,
                party=party.key,
                value=value,
                rank=place + 1 if is_ranked else None,
                is_variant=draw(st.none() | st.booleans()),
                subcontracting=sub,
                subcontracting_text=draw(st.none() | texts(languages)) if is_sub else None,
                subcontracting_value=draw(st.none() | amounts) if is_sub else None,
                subcontracting_basis_points=(
                    draw(st.none() | st.integers(min_value=1, max_value=10_000)) if is_sub else None
                ),
                foreign_subsidies="fsr-adm-clos" if lot.terms.foreign_subsidies else None,
            )
        )
    return made


@st.composite
def results(
    draw: st.DrawFn,
    lots: tuple[Lot, ...],
    buyers: tuple[str, ...],
    sent: dt.date,
    languages: tuple[str, ...],
    *,
    outcomes: tuple[str, ...],
    two_stages: bool = False,
) -> Results:
    """A whole web of results; outcomes: which may occur (`selec-w`, `clos-nw`, `open-nw`)."""
    bidders, suppliers = draw(parties(languages))
    # An award notice of what was called off from framework agreements names their notice.
    origin = f"{draw(st.uuids(version=4))}-01" if draw(st.integers(0, 3)) == 0 else None
    lot_results: list[LotResult] = []
    bids: list[LotTender] = []
    contracts: list[SettledContract] = []
    found_in: dict[str, int] = {}
    for number, lot in enumerate(lots, start=1):
        outcome = draw(st.sampled_from(outcomes))
        if outcome != "selec-w":
            made = draw(_not_awarded(number, lot, outcome, two_stages))
            if made.statistics and draw(st.integers(0, 3)) == 0:
                # Bids that were all turned down may be named.
                refused = draw(
                    tenders_of_lot(lot, len(bids) + 1, bidders, languages, has_value=True)
                )
                refused = [replace(bid, rank=None, is_variant=None) for bid in refused]
                made = replace(
                    made,
                    tenders=tuple(bid.key for bid in refused),
                    statistics=draw(statistics(len(refused), two_stages)),
                )
                bids += refused
            lot_results.append(made)
            continue
        called_off_from = origin if is_framework(lot) else None
        has_value = not is_framework(lot) or origin is not None
        found = draw(tenders_of_lot(lot, len(bids) + 1, bidders, languages, has_value=has_value))
        found = [
            replace(bid, withheld=draw(withholdings(("BT-720",), sent, languages))) for bid in found
        ]
        bids += found
        winners = found[: draw(st.integers(min_value=1, max_value=len(found)))]
        signed = []
        for winner in winners:
            # One contract may hold what a party won in several lots.
            at = found_in.get(winner.party) if draw(st.booleans()) else None
            if at is not None and contracts[at].is_call_off == (called_off_from is not None):
                contracts[at] = replace(contracts[at], tenders=(*contracts[at].tenders, winner.key))
            else:
                at = found_in[winner.party] = len(contracts)
                contract = draw(_contract(at + 1, winner, buyers, sent, languages))
                contracts.append(
                    replace(
                        contract,
                        is_call_off=called_off_from is not None,
                        framework_notice=called_off_from,
                    )
                )
            signed.append(contracts[at])
        awarded = draw(_awarded(number, lot, found, signed, buyers, two_stages))
        terms = ("BT-710", "BT-711", "BT-709", "BT-660")
        lot_results.append(replace(awarded, withheld=draw(withholdings(terms, sent, languages))))
    used = {bid.party for bid in bids}
    kept = tuple(party for party in bidders if party.key in used)
    result = NoticeResult(
        lot_results=tuple(lot_results),
        tenders=tuple(bids),
        parties=kept,
        contracts=tuple(contracts),
        withheld=draw(withholdings(("BT-161", "BT-118", "BT-1118"), sent, languages)),
    )
    return Results(result, tuple(suppliers))


@st.composite
def _not_awarded(
    draw: st.DrawFn, number: int, lot: Lot, outcome: str, two_stages: bool
) -> LotResult:
    reason = draw(st.sampled_from(REASONS)) if outcome == "clos-nw" else None
    counts = outcome == "clos-nw" and reason != "no-rece"
    low = draw(amounts) if counts and draw(st.booleans()) else None
    return LotResult(
        key=f"RES-{number:04d}",
        lot=lot.number,
        outcome=outcome,
        not_awarded_reason=reason,
        ends_dynamic_purchasing=_ends_purchasing(lot),
        statistics=draw(statistics(1, two_stages)) if counts else (),
        lowest=low,
        highest=Amount(low.cents + 5) if low else None,
    )


@st.composite
def _awarded(
    draw: st.DrawFn,
    number: int,
    lot: Lot,
    found: list[LotTender],
    signed: list[SettledContract],
    buyers: tuple[str, ...],
    two_stages: bool,
) -> LotResult:
    low = draw(st.none() | amounts)
    maximum, estimate = None, None
    if is_framework(lot) and not signed[0].is_call_off:
        maximum = draw(amounts)
        estimate = draw(st.none() | amounts)
        if estimate is not None and draw(st.booleans()):
            maximum = None
    vehicles = None
    if lot.terms.clean_vehicles:
        vehicles = Vehicles(
            contract="veh-acq",
            category="m1-m2-n1",
            numbers=(("vehicles", 9), ("vehicles-clean", 5), ("vehicles-zero-emission", 2)),
        )
    return LotResult(
        key=f"RES-{number:04d}",
        lot=lot.number,
        outcome="selec-w",
        ends_dynamic_purchasing=_ends_purchasing(lot),
        statistics=draw(statistics(len(found), two_stages)),
        lowest=low,
        highest=Amount(low.cents + draw(st.integers(0, 10**6))) if low else None,
        framework_maximum=maximum,
        framework_reestimate=estimate,
        tenders=tuple(bid.key for bid in found),
        contracts=tuple(contract.key for contract in signed),
        payers=buyers[: draw(st.integers(min_value=0, max_value=2))],
        financers=buyers[: draw(st.integers(min_value=0, max_value=2))],
        vehicles=vehicles,
    )


@st.composite
def _contract(
    draw: st.DrawFn,
    number: int,
    winner: LotTender,
    buyers: tuple[str, ...],
    sent: dt.date,
    languages: tuple[str, ...],
) -> SettledContract:
    concluded = sent - dt.timedelta(days=draw(st.integers(min_value=0, max_value=30)))
    chosen = concluded - dt.timedelta(days=draw(st.integers(min_value=0, max_value=20)))
    fund = Fund(identifier="KOM-7", description=draw(texts(languages)))
    return SettledContract(
        key=f"CON-{number:04d}",
        reference=draw(identifiers(f"V-{number}")),
        title=draw(st.none() | texts(languages, 400)),
        concluded_on=concluded,
        awarded_on=draw(st.none() | st.just(chosen)),
        url=draw(st.none() | st.just("https://vergabe.example/vertrag?x=1&y=2")),
        tenders=(winner.key,),
        signatories=buyers[: draw(st.integers(min_value=1, max_value=len(buyers)))],
        funds=draw(st.sampled_from(((), (fund,)))),
    )


def _ends_purchasing(lot: Lot) -> bool | None:
    """Said of dynamic purchasing systems only; here they run on."""
    return False if lot.terms.dynamic_purchasing != "none" else None
