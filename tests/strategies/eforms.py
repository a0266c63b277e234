"""Random tenders, and each of them as a notice of every subtype, changed and called off too.

`tenders()` draws a Tender; `as_subtype(tender, "29")` tells it as that notice would, at its point
of the procedure; `changed(...)` is a change notice. Lots share a few drawn patterns, so that forty
of them stay quick.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any, Final

from hypothesis import strategies as st

from tests.strategies import eforms_terms as terms_of
from tests.strategies.eforms_lots import lot_patterns, lots, planning, roles
from tests.strategies.eforms_results import Results, results
from tests.strategies.eforms_values import (
    CPV,
    amounts,
    buyers,
    days,
    identifiers,
    instants,
    organisations,
    places,
    texts,
    touch_points,
)
from vergabe.exchange.eforms.changes import Change, Changes, Modification
from vergabe.exchange.eforms.datatypes import Coded, Duration, Period, Text
from vergabe.exchange.eforms.lots import AwardCriterion, CriterionNumber, Lot
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.parties import Organisation
from vergabe.exchange.eforms.procedure import DirectAward, LegalDocument, Procedure
from vergabe.exchange.eforms.writing.summing import is_framework, with_totals

TYPES: Final = (
    "open",
    "open",
    "open",
    "restricted",
    "neg-w-call",
    "comp-dial",
    "innovation",
    "oth-single",
    "oth-mult",
)
GROUNDS: Final = (
    "exg-crim-corrpt",
    "exg-crim-fraud",
    "exg-pmt-bre-tax",
    "exg-sitn-insolvency",
    "exg-natl-bre-nat-law",
)
CHANGE_REASONS: Final = ("update-add", "cor-buy", "info-release", "susp-review", "cancel-intent")
RESULT_SUBTYPES: Final = ("25", "29", "33", "38", "E4")


@dataclass(frozen=True)
class Tender:
    """A tender with all that any of its notices may say; `outcome` after the decision."""

    base: Notice
    outcome: Results
    annulment: Results
    awarded: Results
    change: Change
    reason_text: Text
    modification: Modification
    direct_award: DirectAward
    is_direct: bool
    features: Text


@st.composite
def procedures(
    draw: st.DrawFn, procedure_type: str, of: tuple[Lot, ...], languages: tuple[str, ...]
) -> Procedure:
    """The whole procedure around the lots."""
    nature = draw(st.sampled_from(sorted(CPV)))
    others = [other for other in sorted(CPV) if other != nature]
    source = draw(st.sampled_from(terms_of.SOURCES))
    grounds = draw(st.lists(st.sampled_from(GROUNDS), unique=True, min_size=1))
    may_hurry = procedure_type in ("open", "restricted", "neg-w-call")
    hurries = draw(st.none() | st.booleans()) if procedure_type != "open" else draw(st.booleans())
    several = len(of) > 1
    limit = draw(st.integers(1, len(of)))
    for_all = several and draw(st.booleans())
    local = LegalDocument(
        code="LocalLegalBasis", text=Text.german("§ 25 Kommunalhaushaltsverordnung")
    )
    laws = (LegalDocument(code="vgv", text=Text.german("Vergabeverordnung (VgV)")),)
    return Procedure(
        title=draw(texts(languages, 400)),
        description=draw(texts(languages)),
        nature=nature,
        natures_additional=tuple(draw(st.lists(st.sampled_from(others), unique=True, max_size=1))),
        cpv=draw(st.sampled_from(CPV[nature])),
        cpv_additional=draw(st.sampled_from(((), ("98000000",)))),
        reference=draw(identifiers("2026")),
        estimated_value=draw(st.none() | amounts),
        framework_maximum=draw(st.none() | amounts) if any(map(is_framework, of)) else None,
        places=tuple(draw(st.lists(places(languages), min_size=1, max_size=2))),
        further=draw(st.none() | texts(languages)),
        legal_documents=(*laws, local) if draw(st.booleans()) else laws,
        type=procedure_type,
        is_accelerated=bool(hurries) if may_hurry else None,
        accelerated_reason=draw(texts(languages, 4000)) if may_hurry and hurries else None,
        features=draw(st.none() | texts(languages)),
        exclusion_source=source,
        exclusion_grounds=tuple(Coded(code, draw(texts(languages))) for code in grounds)
        if source == "epo-notice"
        else (),
        max_lots_per_bid=limit if several and not for_all else None,
        max_lots_per_winner=draw(st.none() | st.integers(1, limit))
        if several and not for_all
        else None,
        must_bid_for_all=for_all,
        previous_notice=draw(planning),
    )


@st.composite
def tenders(draw: st.DrawFn) -> Tender:
    """A random tender of 1 to 12 buyers and 1 to 40 lots, with all its possible ends."""
    languages = draw(st.sampled_from((("DEU",), ("DEU",), ("DEU", "ENG"), ("DEU", "FRA", "NLD"))))
    procedure_type = draw(st.sampled_from(TYPES))
    sent = draw(days)
    who = draw(roles())
    has_cpb = draw(st.integers(0, 3)) == 0
    patterns = draw(
        st.lists(
            lot_patterns(procedure_type, sent, languages, who, has_cpb=has_cpb),
            min_size=1,
            max_size=3,
        )
    )
    of = draw(lots(patterns, languages))
    keys = [f"buyer-{number}" for number in range(draw(st.integers(1, 12)))]
    provider = "provider" if draw(st.booleans()) else None
    base = Notice(
        subtype="16",
        notice_id=draw(st.uuids(version=4)),
        version=draw(st.integers(1, 99)),
        procedure_id=draw(st.uuids(version=4)),
        issued_at=draw(instants(sent, 0, 0)),
        # Before every deadline that may be drawn: our own rules ask for it.
        requested_publication_on=draw(
            st.none() | st.just(sent + dt.timedelta(days=draw(st.integers(0, 12))))
        ),
        planned_on=sent + dt.timedelta(days=draw(st.integers(3, 300))),
        languages=languages,
        organisations=draw(_organisations(keys)),
        buyers=draw(buyers(keys, provider, has_cpb=has_cpb)),
        procedure=draw(procedures(procedure_type, of, languages)),
        lots=of,
    )
    two_stages = procedure_type in terms_of.TWO_STAGES
    web = {"lots": of, "buyers": tuple(keys), "sent": sent, "languages": languages}
    ends = ("selec-w", "selec-w", "clos-nw", "open-nw")
    return Tender(
        base=base,
        outcome=draw(results(**web, outcomes=ends, two_stages=two_stages)),
        annulment=draw(results(**web, outcomes=("clos-nw",), two_stages=two_stages)),
        awarded=draw(results(**web, outcomes=("selec-w",))),
        change=draw(_changes(of, languages, sent)),
        reason_text=draw(texts(languages)),
        modification=draw(_modifications(languages)),
        direct_award=draw(_direct_awards(languages)),
        is_direct=draw(st.integers(0, 4)) == 0,
        features=draw(texts(languages)),
    )


@st.composite
def _direct_awards(draw: st.DrawFn, languages: tuple[str, ...]) -> DirectAward:
    reason = draw(st.sampled_from(("char-imp", "urgency", "repetition", "additional")))
    earlier = str(draw(st.uuids(version=4))) if reason in ("repetition", "additional") else None
    return DirectAward(reason=reason, text=draw(texts(languages)), earlier_procedure=earlier)


@st.composite
def _organisations(draw: st.DrawFn, keys: list[str]) -> tuple[Organisation, ...]:
    points = (draw(touch_points("desk")), draw(touch_points("office")))
    lead = draw(organisations(keys[0], points, is_buyer=True))
    # Many small buyers are alike; a few drawn ones stand for all.
    few = [draw(organisations(key, is_buyer=True)) for key in keys[1:4]]
    more = [replace(few[at % 3], key=key) for at, key in enumerate(keys[4:])]
    others = [draw(organisations(key)) for key in ("chamber", "mediator", "provider")]
    return (lead, *few, *more, *others)


@st.composite
def _changes(
    draw: st.DrawFn, of: tuple[Lot, ...], languages: tuple[str, ...], sent: dt.date
) -> Change:
    documents_changed = draw(st.booleans())
    return Change(
        description=draw(texts(languages)),
        sections=tuple(
            draw(st.lists(st.sampled_from(("PROCEDURE", "BUYER", "lot")), min_size=1, unique=True))
        ),
        documents_changed=documents_changed,
        documents_changed_on=sent if documents_changed else None,
    )


@st.composite
def _modifications(draw: st.DrawFn, languages: tuple[str, ...]) -> Modification:
    return Modification(
        modified_notice=f"{draw(st.uuids(version=4))}-01",
        contract="CON-0001",
        reason=draw(st.sampled_from(("add-wss", "mod-cir", "mod-minv", "mod-nons", "mod-rev"))),
        reason_text=draw(texts(languages)),
        summary=draw(texts(languages)),
        sections=draw(st.sampled_from((("RESULT",), ("RES-0001", "TEN-0001")))),
    )


def as_subtype(tender: Tender, subtype: str, *, annulled: bool = False) -> Notice:
    """Return the tender as a notice of a subtype tells it."""
    base = replace(tender.base, subtype=subtype)
    if not SUBTYPES[subtype].has_procedure_id:
        base = replace(base, procedure_id=None)
    if subtype not in RESULT_SUBTYPES:
        if subtype in ("4", "7", "E1", "E2"):
            # Two kinds of procedures cannot be announced with shorter periods.
            is_known = base.procedure.type not in ("comp-dial", "innovation")
            return base if is_known else _without_type(base)
        if subtype == "20":
            return _with(base, features=tender.features)
        return base
    if subtype == "25":
        return _with_result(_direct(base, tender), tender.awarded)
    if subtype == "38":
        return replace(_with_result(base, tender.awarded), modification=tender.modification)
    if annulled:
        return _with(_with_result(base, tender.annulment), is_relaunched=True)
    if not tender.is_direct:
        return _with_result(base, tender.outcome)
    # Some contracts were awarded without any call: nobody asked to take part.
    return _with_result(_direct(base, tender), _without_requests(tender.outcome))


def changed(notice: Notice, tender: Tender, reason: str) -> Notice:
    """Return a change notice: new id, the whole content again, what changed; `cancel`: stopped."""
    prefix = "PAR" if notice.kind.division == "Part" else "LOT"
    lot = f"{prefix}-{notice.lots[0].number:04d}"
    change = replace(
        tender.change,
        sections=tuple(lot if each == "lot" else each for each in tender.change.sections),
    )
    return replace(
        notice,
        notice_id=uuid.UUID(int=notice.notice_id.int ^ 1),
        version=1,
        changes=Changes(
            changed_notice=notice.reference,
            reason=reason,
            reason_text=tender.reason_text,
            changes=() if reason == "cancel" else (change,),
        ),
    )


def _with(notice: Notice, **facts: Any) -> Notice:
    return replace(notice, procedure=replace(notice.procedure, **facts))


def _without_requests(outcome: Results) -> Results:
    lot_results = tuple(
        replace(each, statistics=tuple(row for row in each.statistics if row[0] != "part-req"))
        for each in outcome.result.lot_results
    )
    return replace(outcome, result=replace(outcome.result, lot_results=lot_results))


def _without_type(notice: Notice) -> Notice:
    """Before the kind of procedure is chosen nobody speaks of a second stage."""
    return replace(
        _with(notice, type=None),
        lots=tuple(
            replace(
                lot,
                terms=replace(
                    lot.terms,
                    second_stage=None,
                    selection_criteria=tuple(
                        replace(each, is_for_second_stage=None, numbers=())
                        for each in lot.terms.selection_criteria
                    ),
                ),
            )
            for lot in notice.lots
        ),
    )


def _direct(notice: Notice, tender: Tender) -> Notice:
    """Without competition there is neither hurry nor a first stage."""
    return _with(
        notice,
        type="neg-wo-call",
        direct_award=tender.direct_award,
        is_accelerated=None,
        accelerated_reason=None,
    )


def _with_result(notice: Notice, outcome: Results) -> Notice:
    awarded = {each.lot for each in outcome.result.lot_results if each.outcome == "selec-w"}
    return with_totals(
        replace(
            notice,
            organisations=(*notice.organisations, *outcome.suppliers),
            result=outcome.result,
            lots=tuple(_decided(lot, lot.number in awarded) for lot in notice.lots),
        )
    )


def _decided(lot: Lot, is_awarded: bool) -> Lot:
    """After the decision weights are exact and a contract's term is known."""
    period = lot.period
    if is_awarded and period is not None and period.other == "UNKNOWN":
        period = Period(duration=Duration(12))
    criteria = tuple(
        replace(each, numbers=tuple(_exact(number) for number in each.numbers))
        for each in lot.terms.award_criteria
    )
    is_weighed = any(each.numbers or each.weight_basis_points for each in criteria)
    if not is_weighed and lot.terms.formula is None:
        # What stood in the documents alone, or went without saying, is said now.
        price = AwardCriterion(kind="price", description=lot.description)
        criteria = (replace((criteria or (price,))[0], weight_basis_points=100_00),)
    return replace(lot, period=period, terms=replace(lot.terms, award_criteria=criteria))


def _exact(number: CriterionNumber) -> CriterionNumber:
    return replace(number, kind=number.kind.replace("-mid", "-exa"))
