"""For each of our own checks a notice that breaks it, made from the good ones."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.factories import eforms as make
from tests.factories import eforms_award as award
from vergabe.clock import BERLIN
from vergabe.exchange.eforms.changes import Change
from vergabe.exchange.eforms.datatypes import Amount, Coded, Duration, Period, Place, Text
from vergabe.exchange.eforms.lots import (
    AwardCriterion,
    Documents,
    Framework,
    Renewal,
    SelectionCriterion,
    StrategicGoal,
)
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.procedure import DirectAward
from vergabe.exchange.eforms.results import TenderingParty

T = Text.german
Spoil = Callable[[], Notice]


def notice(**changes: Any) -> Notice:
    return replace(make.contract_notice(), **changes)


def whole(**changes: Any) -> Notice:
    return notice(procedure=replace(make.procedure(), **changes))


def lot(**changes: Any) -> Notice:
    first, *others = make.lots()
    return notice(lots=(replace(first, **changes), *others))


def terms(**changes: Any) -> Notice:
    return lot(terms=replace(make.terms(), **changes))


def of_subtype(subtype: str, found: Notice) -> Notice:
    return replace(found, subtype=subtype)


def buyers(*changes: dict[str, Any]) -> Notice:
    return notice(
        buyers=tuple(replace(b, **c) for b, c in zip(make.buyers(), changes, strict=False))
    )


def lead(part: str = "", **changes: Any) -> Notice:
    first, *others = make.organisations()
    if part:
        changes = {part: replace(getattr(first, part), **changes)}
    return notice(organisations=(replace(first, **changes), *others))


def criteria(*weights: int | None, **changes: Any) -> Notice:
    names = ("Preis", "Lieferzeit", "Umwelt")
    made = [
        AwardCriterion(kind="price", name=T(n), description=T(n), weight_basis_points=w)
        for n, w in zip(names, weights, strict=False)
    ]
    return terms(award_criteria=(replace(made[0], **changes), *made[1:]))


def documents(url: str, **changes: Any) -> Notice:
    return terms(documents=Documents(url=url, languages=("DEU",), **changes))


def results(number: int = 0, **changes: Any) -> Notice:
    found = award.award_notice()
    assert found.result is not None
    told = list(found.result.lot_results)
    told[number] = replace(told[number], **changes)
    return replace(found, result=replace(found.result, lot_results=tuple(told)))


def result(**changes: Any) -> Notice:
    found = award.award_notice()
    assert found.result is not None
    return replace(found, result=replace(found.result, **changes))


def contracts(**changes: Any) -> Notice:
    first, second = award.result().contracts
    return result(contracts=(replace(first, **changes), second))


def counts(**numbers: int) -> Notice:
    told = dict(award.COUNTS) | {code.replace("_", "-"): n for code, n in numbers.items()}
    return results(statistics=tuple(told.items()))


def change(**changes: Any) -> Notice:
    found = award.change_notice()
    assert found.changes is not None
    return replace(found, changes=replace(found.changes, **changes))


def one_change(**changes: Any) -> Notice:
    made = {"description": T("Neu."), "sections": ("LOT-0001",)} | changes
    return change(changes=(Change(**made),))


def modified(**changes: Any) -> Notice:
    found = award.modification_notice()
    assert found.modification is not None
    return replace(found, modification=replace(found.modification, **changes))


def single(**changes: Any) -> Notice:
    return notice(lots=make.lots()[:1], procedure=replace(make.procedure(), **changes))


GAP = dt.datetime(2027, 3, 28, 2, 30, tzinfo=BERLIN)
TWICE = dt.datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN)
SECOND = make.lots()[1]
GROUNDS = make.procedure().exclusion_grounds
HTML = T("Es <b>eilt</b> &amp; zwar sehr, deshalb bitte bald.")

SPOILED: dict[str, Spoil] = {
    # who and what the notice is
    "notice_id_wrong": lambda: notice(notice_id=uuid.uuid5(uuid.NAMESPACE_DNS, "a")),
    "procedure_id_wrong": lambda: notice(procedure_id=uuid.uuid5(uuid.NAMESPACE_DNS, "a")),
    "version_out_of_range": lambda: notice(version=100),
    "language_unknown": lambda: notice(languages=("XXX",)),
    "language_twice": lambda: notice(languages=("DEU", "DEU")),
    "previous_notice_wrong": lambda: whole(previous_notice="irgendwas"),
    "previous_notice_is_itself": lambda: whole(previous_notice=f"{make.NOTICE_ID}-01"),
    "lot_number_twice": lambda: lot(number=2),
    "lot_number_out_of_range": lambda: lot(number=10_000),
    "reference_twice": lambda: lot(reference=SECOND.reference),
    "reference_of_procedure": lambda: lot(reference=make.procedure().reference),
    # what must be told
    "lots_missing": lambda: notice(lots=()),
    "national_basis_missing": lambda: of_subtype("E3", whole(legal_documents=())),
    "procedure_id_missing": lambda: notice(procedure_id=None),
    "planned_on_missing": lambda: of_subtype("4", notice(planned_on=None)),
    "title_missing": lambda: whole(title=T(" ")),
    "description_missing": lambda: whole(description=T("")),
    "nature_missing": lambda: whole(nature=""),
    "cpv_missing": lambda: whole(cpv=""),
    "method_missing": lambda: whole(type=None),
    "exclusion_source_missing": lambda: whole(exclusion_source=None),
    "lot_title_missing": lambda: lot(title=T("")),
    "lot_description_missing": lambda: lot(description=T("")),
    "lot_nature_missing": lambda: lot(nature=""),
    "lot_cpv_missing": lambda: lot(cpv=""),
    "framework_missing": lambda: terms(framework=None),
    "dynamic_purchasing_missing": lambda: terms(dynamic_purchasing=None),
    "submission_missing": lambda: terms(submission=None),
    "bid_languages_missing": lambda: terms(bid_languages=()),
    "documents_missing": lambda: terms(documents=None),
    "reserved_missing": lambda: terms(reserved=()),
    "selection_source_missing": lambda: terms(selection_source=None),
    "eu_funds_missing": lambda: terms(eu_funds=None),
    "reserved_execution_missing": lambda: terms(reserved_execution=None),
    "einvoicing_missing": lambda: terms(einvoicing=None),
    "ecatalogue_missing": lambda: terms(ecatalogue=None),
    "eordering_missing": lambda: terms(eordering=None),
    "epayment_missing": lambda: terms(epayment=None),
    "gpa_missing": lambda: terms(gpa=None),
    "auction_missing": lambda: terms(has_auction=None),
    "review_body_missing": lambda: terms(review=replace(make.terms().review, body=None)),
    "information_provider_missing": lambda: of_subtype("7", terms(information_provider=None)),
    "award_criteria_missing": lambda: of_subtype("29", terms(award_criteria=())),
    "answer_deadline_missing": lambda: of_subtype("E1", notice()),
    # what law asks for
    "variants_not_told": lambda: terms(variants=None),
    "late_documents_not_told": lambda: terms(late_documents=None),
    "documents_not_told": lambda: terms(documents=None),
    "documents_not_told_nationally": lambda: of_subtype("E3", terms(documents=None)),
    "documents_language_not_told": lambda: terms(documents=Documents(url="https://a.example/x")),
    "review_deadlines_not_told": lambda: terms(review=None),
    "award_criteria_not_told": lambda: terms(award_criteria=()),
    "validity_not_told": lambda: terms(validity=None),
    "sme_not_told": lambda: lot(is_sme_suitable=None),
    "several_bids_not_told": lambda: terms(several_bids=None),
    # who takes part
    "buyers_missing": lambda: notice(buyers=()),
    "no_lead": lambda: buyers({"is_lead": False}, {}, {}),
    "two_leads": lambda: buyers({}, {"is_lead": True}, {}),
    "buyer_unknown": lambda: buyers({"organisation": "niemand"}, {}, {}),
    "buyer_twice": lambda: buyers({}, {}, {"organisation": "eifeltal"}),
    "central_purchasing_incomplete": lambda: buyers({"is_cpb_awarding": True}, {}, {}),
    "buyer_kind_missing": lambda: buyers({"legal_type": None}, {}, {}),
    "organisation_twice": lambda: lead(key="eifeltal"),
    "role_unknown": lambda: terms(information_provider="niemand"),
    "organisation_without_role": lambda: notice(
        organisations=(*make.organisations(), award.winner())
    ),
    "organisation_name_missing": lambda: lead(name=" "),
    "registration_number_missing": lambda: lead(registration_number=None),
    "contact_of_buyer_missing": lambda: lead("contact", email=None),
    "city_missing": lambda: lead("address", city=None),
    "postcode_missing": lambda: lead("address", postcode=None),
    "postcode_wrong": lambda: lead("address", postcode="5234"),
    "region_of_organisation_missing": lambda: lead("address", nuts=None),
    "region_of_organisation_wrong": lambda: lead("address", nuts="DEA2"),
    "phone_wrong": lambda: lead("contact", phone="02421/22-0"),
    "email_wrong": lambda: lead("contact", email="vergabe(at)kreis"),
    "website_wrong": lambda: lead("contact", website="kreis-rurland"),
    "country_wrong": lambda: lead("address", country="DE"),
    # the procedure
    "urgency_not_possible": lambda: whole(
        type="innovation", is_accelerated=True, accelerated_reason=T("Eile")
    ),
    "urgency_reason_missing": lambda: whole(is_accelerated=True),
    "features_missing": lambda: of_subtype("20", notice()),
    "lot_limit_without_lots": lambda: single(max_lots_per_bid=1),
    "lot_limit_missing": lambda: whole(max_lots_per_bid=None, max_lots_per_winner=None),
    "lot_limit_too_high": lambda: whole(max_lots_per_bid=4),
    "award_limit_too_high": lambda: whole(max_lots_per_bid=2),
    "lot_limits_contradict": lambda: whole(must_bid_for_all=True),
    "exclusion_grounds_missing": lambda: whole(exclusion_grounds=()),
    "exclusion_grounds_elsewhere": lambda: whole(exclusion_source="espd"),
    "exclusion_ground_twice": lambda: whole(
        exclusion_grounds=make.procedure().exclusion_grounds * 2
    ),
    "exclusion_ground_without_text": lambda: whole(exclusion_grounds=(Coded("exg-crim-fraud"),)),
    "direct_award_reason_missing": lambda: of_subtype("25", award.award_notice()),
    "direct_award_text_missing": lambda: replace(
        award.award_notice(),
        procedure=replace(
            make.procedure(), direct_award=DirectAward(reason="technical", text=T(" "))
        ),
    ),
    "nature_twice": lambda: whole(natures_additional=("supplies",)),
    # what is bought
    "cpv_unknown": lambda: lot(cpv="00000000"),
    "cpv_does_not_suit_nature": lambda: lot(nature="works"),
    "place_missing": lambda: lot(places=()),
    "place_without_region": lambda: lot(places=(Place(),)),
    "region_of_place_wrong": lambda: lot(places=(Place(nuts="DEA2"),)),
    "place_contradicts": lambda: lot(places=(Place(nuts="DEA26", anywhere="anyw"),)),
    "period_missing": lambda: lot(period=None),
    "period_ends_before_start": lambda: lot(
        period=Period(starts_on=dt.date(2027, 3, 1), ends_on=dt.date(2027, 3, 1))
    ),
    "period_told_twice": lambda: lot(period=Period(duration=Duration(3), other="UNLIMITED")),
    "amount_negative": lambda: lot(estimated_value=Amount(-1)),
    # terms
    "framework_too_long": lambda: lot(period=Period(duration=Duration(49))),
    "framework_maximum_missing": lambda: replace(
        lot(framework_maximum=None),
        procedure=replace(make.procedure(), framework_maximum=None),
    ),
    "framework_maximum_without_framework": lambda: terms(framework=Framework(technique="none")),
    "framework_maximum_too_low": lambda: lot(framework_maximum=Amount(1_00)),
    "goal_twice": lambda: lot(goals=(StrategicGoal(code="none"), StrategicGoal(code="inn-pur"))),
    "goal_detail_missing": lambda: lot(goals=(StrategicGoal(code="env-imp"),)),
    "goal_text_missing": lambda: lot(goals=(StrategicGoal(code="soc-obj", details=("other",)),)),
    "einvoicing_excluded": lambda: terms(einvoicing="not-allowed"),
    "renewal_text_missing": lambda: lot(renewal=Renewal(maximum=2)),
    "submission_reason_missing": lambda: terms(submission="not-allowed", submission_url=None),
    "submission_url_missing": lambda: terms(submission_url=None),
    "guarantee_text_missing": lambda: terms(guarantee=Coded("true")),
    # criteria
    "weights_do_not_add_up": lambda: criteria(8000, 1999),
    "weight_of_some_missing": lambda: criteria(8000, None),
    "weights_missing": lambda: criteria(None, None),
    "weight_out_of_range": lambda: criteria(-1, 10_001),
    "price_missing": lambda: criteria(10_000, kind="quality"),
    "award_criterion_text_missing": lambda: criteria(10_000, description=None),
    "award_criterion_name_missing": lambda: criteria(10_000, name=None),
    "award_criterion_twice": lambda: criteria(5000, 5000, name=T("lieferzeit")),
    "selection_criteria_missing": lambda: terms(selection_criteria=()),
    "selection_criteria_not_in_notice": lambda: terms(
        selection_source="espd", selection_criteria=()
    ),
    "selection_criteria_elsewhere": lambda: terms(selection_source="espd"),
    "selection_criterion_text_missing": lambda: terms(
        selection_criteria=(SelectionCriterion(code="slc-suit-reg-trade"),)
    ),
    "late_documents_text_missing": lambda: terms(late_documents=Coded("late-some")),
    # documents
    "documents_url_wrong": lambda: documents("unterlagen.example"),
    "documents_not_reachable": lambda: documents("https://localhost:8000/unterlagen"),
    "documents_need_login": lambda: documents("https://stadt.example/vergabeverfahren/7"),
    "documents_url_not_encrypted": lambda: documents("http://stadt.example/unterlagen"),
    "documents_url_not_direct": lambda: documents("https://stadt.example/"),
    "documents_restriction_reason_missing": lambda: documents(
        "https://stadt.example/unterlagen", is_restricted=True
    ),
    # days and times
    "time_without_zone": lambda: terms(submission_deadline=dt.datetime(2027, 1, 8, 10)),  # noqa: DTZ001  # the mistake
    "time_does_not_exist": lambda: terms(submission_deadline=GAP),
    "time_exists_twice": lambda: terms(submission_deadline=TWICE),
    "submission_deadline_missing": lambda: terms(submission_deadline=None),
    "submission_deadline_missing_nationally": lambda: of_subtype(
        "E3", terms(submission_deadline=None)
    ),
    "participation_deadline_missing": lambda: whole(type="restricted"),
    "deadline_of_other_procedure": lambda: whole(type="restricted"),
    "deadline_before_dispatch": lambda: terms(submission_deadline=make.at("2026-11-23T20:00")),
    "deadline_before_publication": lambda: terms(submission_deadline=make.at("2026-11-25T10:00")),
    "publication_day_out_of_range": lambda: notice(requested_publication_on=dt.date(2027, 1, 22)),
    "planned_in_the_past": lambda: of_subtype("4", notice(planned_on=dt.date(2026, 11, 23))),
    "enquiries_after_deadline": lambda: terms(enquiries_deadline=make.at("2027-01-08T10:01")),
    "opening_before_deadline": lambda: terms(submission_deadline=make.at("2027-01-08T10:06")),
    "validity_too_short": lambda: terms(validity=Duration(0, "DAY")),
    "deadline_shorter_than_law": lambda: terms(submission_deadline=make.at("2026-12-22T10:00")),
    "change_after_deadline": lambda: replace(
        award.change_notice(), issued_at=make.at("2027-01-09T09:00")
    ),
    # results
    "result_missing": lambda: result(lot_results=award.result().lot_results[:2]),
    "result_twice": lambda: results(1, lot=1),
    "result_of_unknown_lot": lambda: results(1, lot=7),
    "not_awarded_reason_missing": lambda: results(1, not_awarded_reason=None),
    "not_awarded_reason_needless": lambda: results(not_awarded_reason="other"),
    "statistics_missing": lambda: results(statistics=award.COUNTS[1:]),
    "statistics_twice": lambda: results(statistics=(*award.COUNTS, ("tenders", 5))),
    "statistics_of_sizes_wrong": lambda: counts(t_small=1),
    "statistics_needless": lambda: results(outcome="open-nw", tenders=(), contracts=()),
    "statistics_parts_exceed_whole": lambda: counts(t_sme=6),
    "statistics_without_bids": lambda: counts(tenders=0),
    "statistics_negative": lambda: counts(t_sme=-1),
    "lowest_above_highest": lambda: results(2, lowest=Amount(60_000_00)),
    "framework_value_missing": lambda: results(framework_maximum=None),
    "contract_after_dispatch": lambda: contracts(concluded_on=dt.date(2027, 3, 2)),
    "award_after_contract": lambda: contracts(awarded_on=dt.date(2027, 2, 21)),
    "award_notice_late": lambda: contracts(concluded_on=dt.date(2027, 1, 29)),
    "results_refer_wrongly": lambda: results(tenders=("TEN-0009",)),
    "bid_without_result": lambda: results(tenders=()),
    "winner_without_bid": lambda: results(tenders=()),
    "winner_without_contract": lambda: results(contracts=()),
    "bid_reference_twice": lambda: result(
        tenders=tuple(replace(bid, reference="A") for bid in award.result().tenders)
    ),
    "contract_reference_twice": lambda: contracts(reference="V-3"),
    "tenderer_missing": lambda: result(parties=(TenderingParty(key="TPA-0001", tenderers=()),)),
    "tenderer_unknown": lambda: result(parties=(TenderingParty(key="TPA-0001", tenderers=("x",)),)),
    "buyer_is_tenderer": lambda: result(
        parties=(TenderingParty(key="TPA-0001", tenderers=("rurland",)),)
    ),
    "winner_with_contact_point": lambda: result(
        parties=(TenderingParty(key="TPA-0001", tenderers=("rurland",)),)
    ),
    "winner_size_missing": lambda: replace(
        award.award_notice(),
        organisations=(*make.organisations(), replace(award.winner(), size=None)),
    ),
    "signatory_wrong": lambda: contracts(signatories=("salz",)),
    "call_off_without_framework": lambda: contracts(is_call_off=True),
    # changes
    "changed_notice_wrong": lambda: change(changed_notice="vorige"),
    "change_has_same_id": lambda: replace(award.change_notice(), notice_id=make.NOTICE_ID),
    "change_reason_missing": lambda: change(reason=""),
    "change_missing": lambda: change(changes=()),
    "cancelled_and_changed": lambda: change(reason="cancel"),
    "change_text_missing": lambda: one_change(description=T("")),
    "change_section_wrong": lambda: one_change(sections=("LOT-0009",)),
    "change_of_documents_incomplete": lambda: one_change(documents_changed=True),
    "modification_missing": lambda: award.award_notice("38"),
    "modification_text_missing": lambda: modified(reason_text=T("")),
    "modified_notice_wrong": lambda: modified(modified_notice="vorige"),
    "modified_contract_unknown": lambda: modified(contract="CON-0099"),
    # texts
    "text_too_long": lambda: terms(conditions=T("x" * 1001)),
    "name_too_long": lambda: lead(name="x" * 401),
    "text_language_missing": lambda: notice(languages=("DEU", "ENG")),
    "text_language_extra": lambda: whole(title=Text((("DEU", "Salz"), ("ENG", "salt")))),
    "text_language_twice": lambda: whole(title=Text((("DEU", "Salz"), ("DEU", "Salz")))),
    "text_with_markup": lambda: whole(description=HTML),
    "text_with_control_characters": lambda: whole(description=T("Salz\x07 im Winter")),
}
