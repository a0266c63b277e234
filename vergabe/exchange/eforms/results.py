"""Results of an award notice: the web of lot results, bids, bidders and contracts (section 6).

Technical ids (RES-, TEN-, TPA-, CON-) are the keys given here; they must stay the same in later
change notices, so whoever builds the data keeps them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from vergabe.exchange.eforms.datatypes import Amount, Fund, Text


@dataclass(frozen=True, kw_only=True)
class Vehicles:
    """Vehicles bought under the clean vehicles law (BT-735, BT-723, OPT-155 with OPT-156).

    numbers: (`vehicles`, `vehicles-clean` or `vehicles-zero-emission`, count).
    """

    contract: str
    category: str
    numbers: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A value that is not to be published before a day (BT-195 to BT-198; § 39 (6) VgV).

    term: the business term of the value, such as BT-720; reason: `fair-comp`, `eo-int`, `law-enf`
    or `oth-int`; until: two days to ten years after dispatch. A value that is not there is not
    withheld.
    """

    term: str
    reason: str
    text: Text | None = None
    until: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class LotResult:
    """Result of one lot (BT-142 `selec-w`, `clos-nw`, `open-nw`).

    not_awarded_reason: BT-144; statistics: (received-submission-type code, number), BT-760/759;
    lowest, highest: BT-710, BT-711; framework_maximum, framework_reestimate: BT-709, BT-660;
    tenders, contracts: keys; bids and contracts of this lot; payers, financers: keys of
    organisations (OPT-301); ends_dynamic_purchasing: BT-119; vehicles: clean vehicles law;
    withheld: of BT-710, BT-711, BT-709, BT-660.
    """

    key: str
    lot: int
    outcome: Literal["selec-w", "clos-nw", "open-nw"]
    not_awarded_reason: str | None = None
    statistics: tuple[tuple[str, int], ...] = ()
    lowest: Amount | None = None
    highest: Amount | None = None
    framework_maximum: Amount | None = None
    framework_reestimate: Amount | None = None
    tenders: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    financers: tuple[str, ...] = ()
    ends_dynamic_purchasing: bool | None = None
    vehicles: Vehicles | None = None
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LotTender:
    """A bid (OPT-321; BT-3201 reference, BT-720 value, BT-171 rank, BT-193 variant, BT-773).

    subcontracting: BT-773, its text BT-554, value BT-553 and share BT-555 (hundredths of a percent,
    each None if not known); foreign_subsidies: BT-682; withheld: of BT-720.
    """

    key: str
    reference: str
    lot: int
    party: str
    value: Amount | None = None
    rank: int | None = None
    is_variant: bool | None = None
    subcontracting: Literal["yes", "no", "not-known"] | None = None
    subcontracting_text: Text | None = None
    subcontracting_value: Amount | None = None
    subcontracting_basis_points: int | None = None
    foreign_subsidies: str | None = None
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subcontractor:
    """A subcontractor and for whom of the tendering party it works (keys of organisations)."""

    organisation: str
    main_contractors: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TenderingParty:
    """Who bid (OPT-210): organisations by key, the first leads if there are several."""

    key: str
    name: str | None = None
    tenderers: tuple[str, ...]
    subcontractors: tuple[Subcontractor, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SettledContract:
    """A concluded contract (OPT-316; BT-150, BT-145, BT-1451, BT-721, BT-768, OPT-100).

    signatories: keys of the buyers that sign; funds: money of the EU.
    """

    key: str
    reference: str
    title: Text | None = None
    concluded_on: dt.date | None = None
    awarded_on: dt.date | None = None
    url: str | None = None
    is_call_off: bool = False
    framework_notice: str | None = None
    tenders: tuple[str, ...]
    signatories: tuple[str, ...]
    funds: tuple[Fund, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoticeResult:
    """Everything of efac:NoticeResult (total: BT-161; BT-118 and BT-1118 for frameworks).

    withheld: of these three totals.
    """

    total: Amount | None = None
    framework_maximum_total: Amount | None = None
    framework_approximate_total: Amount | None = None
    lot_results: tuple[LotResult, ...] = ()
    tenders: tuple[LotTender, ...] = ()
    parties: tuple[TenderingParty, ...] = ()
    contracts: tuple[SettledContract, ...] = ()
    withheld: tuple[Withheld, ...] = ()
