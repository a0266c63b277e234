"""Lots of an eForms notice: what is bought, for whom, on which terms."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from vergabe.exchange import codes
from vergabe.exchange.eforms import lots as eforms
from vergabe.exchange.eforms.datatypes import (
    Amount,
    Coded,
    Duration,
    Fund,
    Nature,
    Period,
    Place,
    Text,
)
from vergabe.exchange.eforms.lots import (
    AwardCriterion,
    Documents,
    Framework,
    Opening,
    Renewal,
    Review,
    SelectionCriterion,
    StrategicGoal,
    Terms,
)
from vergabe.law.bid_validity import longest_without_reason
from vergabe.law.zone import last_day_before
from vergabe.notice_facts import selection
from vergabe.notice_facts.facts import Facts, Known, LotFacts
from vergabe.notices.eforms_parties import contact_key, lead_key, review_key
from vergabe.tenders import later
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.timing import Timing

GERMAN: Final = ("DEU",)
LONGEST: Final = 6_000
# Days for which bids bind where neither law nor a person says more: product convention.
VALID_DAYS: Final = 60
_KINDS: Final[dict[str, Literal["price", "cost", "quality"]]] = {
    "price": "price",
    "cost": "cost",
    "quality": "quality",
}


def lots_of(
    tender: Tender, facts: Facts, known: Known, timing: Timing | None, *, page: str
) -> tuple[eforms.Lot, ...]:
    """Return the lots; timing: None in planning notices, which name no deadline for bids."""
    shared = terms_of(tender, facts, known, timing, page=page)
    return tuple(_lot(tender, lot, facts, shared, page=page) for lot in tender.lots)


def nature_of(cpv: str) -> Nature:
    """Return the nature that a CPV code stands for: rules compare the two (BT-23, BT-262)."""
    if cpv.startswith("45"):
        return "works"
    return "supplies" if cpv[:2] < "45" or cpv.startswith("48") else "services"


def other_natures(tender: Tender, main: Nature) -> tuple[Nature, ...]:
    """Return the nature of the whole tender where it is not that of the CPV (BT-531)."""
    wanted: dict[str, Nature] = {"works": "works", "supplies": "supplies", "services": "services"}
    own = wanted[tender.nature]
    return (own,) if own != main else ()


def places_of(lots: Sequence[Lot], tender: Tender) -> tuple[Place, ...]:
    """Return where lots are performed: their own region, else those of their buyers."""
    regions = {lot.nuts for lot in lots if lot.nuts}
    for lot in lots:
        if not lot.nuts:
            regions |= {
                share.organisation.nuts3
                for item in lot.items
                for share in item.shares
                if share.organisation.nuts3
            }
    regions = regions or {b.organisation.nuts3 for b in tender.buyers if b.organisation.nuts3}
    return tuple(Place(nuts=code) for code in sorted(regions))


def shortened(text: str, *, page: str, maximum: int = LONGEST) -> str:
    """Return a text that fits; a longer one ends with the address where all of it stands."""
    if len(text) <= maximum:
        return text
    rest = f" … (vollständig: {page})"
    return text[: maximum - len(rest)].rstrip() + rest


def _lot(tender: Tender, lot: Lot, facts: Facts, shared: Terms, *, page: str) -> eforms.Lot:
    own = facts.lots[lot.number]
    nature = nature_of(lot.cpv)
    is_only = len(tender.lots) == 1
    return eforms.Lot(
        number=lot.number,
        reference=f"{tender.reference}-L{lot.number}",
        title=Text.german(lot.title),
        description=Text.german(shortened(_description(tender, lot), page=page)),
        nature=nature,
        natures_additional=other_natures(tender, nature),
        cpv=lot.cpv,
        estimated_value=(
            Amount(value, tender.currency)
            if (value := later.public_lot_value(tender, lot))
            else None
        ),
        framework_maximum=(
            Amount(tender.framework_maximum_net_cents, tender.currency)
            if is_only and tender.is_framework and tender.framework_maximum_net_cents
            else None
        ),
        places=places_of([lot], tender),
        period=_period(tender, lot),
        renewal=_renewal(own),
        options=_text(own.options),
        goals=_goals(facts),
        is_sme_suitable=own.is_sme_suitable,
        further=_text(own.further),
        terms=replace(
            shared,
            clean_vehicles=own.clean_vehicles,
            vehicles_contract=_vehicles_contract(lot) if own.clean_vehicles else None,
        ),
    )


def _description(tender: Tender, lot: Lot) -> str:
    """Return what a lot is, its items, and for which buyers: no field of eForms ties them to it."""
    parts = [lot.description.strip() or lot.title, _items(lot)]
    if len(tender.buyers) > 1:
        order = {row.organisation_id: row.position for row in tender.buyers}
        buying = {s.organisation_id: s.organisation for i in lot.items for s in i.shares}
        names = [
            buying[key].official_name or buying[key].name
            for key in sorted(buying, key=lambda key: order.get(key, 0))
        ]
        if names:
            parts.append(f"Auftraggeber dieses Loses: {', '.join(names)}.")
    return "\n\n".join(part for part in parts if part)


def _items(lot: Lot) -> str:
    """Return the items with their quantities, in one line each."""
    lines = []
    for item in lot.items:
        if item.quantity is None:
            lines.append(item.text)
            continue
        number = f"{item.quantity.normalize():f}".replace(".", ",")
        unit = codes.unit(item.unit_code) if item.unit_code else None
        lines.append(" ".join(filter(None, (number, unit.symbol if unit else "", item.text))))
    return "\n".join(lines)


def _period(tender: Tender, lot: Lot) -> Period:
    """Return when the contract runs: the lot's days, else the months of the tender."""
    months = Duration(tender.duration_months) if tender.duration_months else None
    if lot.starts_on and lot.ends_on and lot.starts_on < lot.ends_on:
        return Period(starts_on=lot.starts_on, ends_on=lot.ends_on)
    if lot.starts_on:
        return Period(starts_on=lot.starts_on, duration=months, other=None if months else "UNKNOWN")
    if lot.ends_on:
        return Period(ends_on=lot.ends_on, duration=months, other=None if months else "UNKNOWN")
    return Period(duration=months) if months else Period(other="UNKNOWN")


def _renewal(own: LotFacts) -> Renewal | None:
    if not own.renewal_maximum:
        return None
    return Renewal(maximum=own.renewal_maximum, description=_text(own.renewal_description))


def _goals(facts: Facts) -> tuple[StrategicGoal, ...]:
    text = _text(facts.goals_text)
    chosen = (
        ("env-imp", facts.goals_environment),
        ("soc-obj", facts.goals_social),
        ("inn-pur", facts.goals_innovation),
    )
    goals = tuple(
        StrategicGoal(code=code, details=details, description=text)
        for code, details in chosen
        if details
    )
    return goals or (StrategicGoal(code="none"),)


def _vehicles_contract(lot: Lot) -> str:
    if nature_of(lot.cpv) != "services":
        return "veh-acq"
    return "pass-tran-serv" if lot.cpv.startswith(("6011", "6013", "6014")) else "oth-serv-contr"


def terms_of(
    tender: Tender, facts: Facts, known: Known, timing: Timing | None, *, page: str
) -> Terms:
    """Return the terms that all lots share."""
    is_open = tender.procurement_method in ("open", "nat-open")
    return Terms(
        submission="required",
        submission_url=page,
        bid_languages=GERMAN,
        submission_deadline=timing.submission_deadline if timing and is_open else None,
        enquiries_deadline=timing.enquiries_deadline if timing else None,
        answer_deadline=facts.answer_deadline,
        validity=_validity(tender, known, timing) if timing and is_open else None,
        opening=_opening(facts) if timing and is_open else None,
        documents=Documents(url=f"{page}/unterlagen", languages=GERMAN),
        reserved=(facts.reserved,),
        reserved_execution=facts.reserved_execution,
        selection_source=facts.selection_source,
        selection_criteria=_selection(facts, known, page),
        late_documents=_late_documents(facts),
        award_criteria=_criteria(tender, page),
        eu_funds="eu-funds" if facts.eu_funds else "no-eu-funds",
        funds=(
            (Fund(programme=facts.eu_programme),) if facts.eu_funds and facts.eu_programme else ()
        ),
        variants=tender.variants,
        several_bids=facts.several_bids,
        guarantee=(
            Coded("true", _text(facts.guarantee_text)) if facts.guarantee else Coded("false")
        ),
        einvoicing=facts.einvoicing,
        ecatalogue="not-allowed",
        eordering=facts.eordering,
        epayment=facts.epayment,
        conditions=_text(facts.conditions),
        gpa=known.is_above and not known.is_social,
        has_auction=False,
        framework=_framework(tender, facts),
        dynamic_purchasing="none",
        tender_receiver=contact_key(tender),
        information_provider=contact_key(tender),
        review=_review(tender, facts, known),
    )


def _validity(tender: Tender, known: Known, timing: Timing) -> Duration:
    """Return for how many days after the end of the tender period bids bind (BT-98)."""
    last_day = last_day_before(timing.submission_deadline)
    if tender.bid_validity_until is not None:
        return Duration(max((tender.bid_validity_until - last_day).days, 1), "DAY")
    found = longest_without_reason(
        known.rule_set, timing.submission_deadline, known.land, started_on=known.on
    )
    if found is not None:
        return Duration(max((found.value.last_day - last_day).days, 1), "DAY")
    return Duration(VALID_DAYS, "DAY")


def _opening(facts: Facts) -> Opening | None:
    if facts.opening_at is None:
        return None
    return Opening(at=facts.opening_at, description=_text(facts.opening_description))


def _selection(facts: Facts, known: Known, page: str) -> tuple[SelectionCriterion, ...]:
    if facts.selection_source != "epo-notice":
        return ()
    pieces = selection.pieces_of(known.selection_text)
    return tuple(
        SelectionCriterion(code=code, text=Text.german(shortened(text, page=page)))
        for code, text in selection.grouped(pieces, facts.selection_codes)
    )


def _late_documents(facts: Facts) -> Coded:
    if facts.late_documents == "late-none":
        return Coded("late-none")
    return Coded(facts.late_documents, _text(facts.late_documents_text))


def _criteria(tender: Tender, page: str) -> tuple[AwardCriterion, ...]:
    """Return the award criteria; a name may only stand beside a description (BT-734, BT-540)."""
    return tuple(
        AwardCriterion(
            kind=_KINDS[row.kind],
            name=Text.german(row.name),
            description=Text.german(shortened(row.description.strip() or row.name, page=page)),
            weight_basis_points=row.weight_basis_points,
        )
        for row in tender.criteria
    )


def _framework(tender: Tender, facts: Facts) -> Framework:
    if not tender.is_framework:
        return Framework(technique="none")
    return Framework(
        technique=facts.framework_technique,
        participants_maximum=facts.framework_participants,
        duration_reason=_text(tender.duration_reason),
        buyer_categories=_text(facts.framework_buyers),
    )


def _review(tender: Tender, facts: Facts, known: Known) -> Review:
    return Review(
        body=review_key(tender) if known.is_above else None,
        information=lead_key(tender) if known.is_above else None,
        deadlines=_text(facts.review_deadlines),
    )


def _text(text: str) -> Text | None:
    stripped = text.strip()
    return Text.german(stripped[:LONGEST]) if stripped else None
