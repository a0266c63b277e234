"""From tenders to eForms: official rules find nothing to object to, whatever the tender."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests import sdk
from tests.factories import tenders
from vergabe import clock
from vergabe.exchange import parser
from vergabe.exchange.eforms import checks, writing
from vergabe.exchange.eforms.datatypes import Duration
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.official import schema
from vergabe.files import current
from vergabe.notice_facts import service as facts
from vergabe.notices import eforms_documents, eforms_mapping
from vergabe.notices.eforms_mapping import ChangeFacts, Stamp
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender

BASE_URL = "https://vergabe.dlz.example"


pytestmark = pytest.mark.usefixtures("moving_clock")


def stamp() -> Stamp:
    return Stamp(notice_uuid=uuid.uuid4(), version=1, issued_at=clock.now(), base_url=BASE_URL)


def errors(notice: Notice) -> list[tuple[str, str]]:
    """Return what our own checks, the schema and the official rules object to."""
    content = writing.build(notice)
    own = [(f.rule, f.message) for f in checks.findings(notice) if f.severity == "error"]
    found = [*schema.findings(parser.parse(content), sdk.sdk()), *sdk.checker().findings(content)]
    return own + [(raw.rule, raw.text) for raw in found if raw.severity == "error"]


def mapped(session: Session, tender: Tender) -> Notice:
    case = eforms_documents.case_of(session, tender, now=clock.now())
    return eforms_mapping.contract_notice(case, stamp())


def drafted(session: Session, **more: Any) -> Tender:
    return tenders.complete(session, current.store(), tenders.draft(session, **more))


def test_a_joint_tender_above_the_threshold_is_valid(session: Session) -> None:
    notice = mapped(session, drafted(session))
    assert notice.subtype == "16"
    assert [buyer.is_lead for buyer in notice.buyers] == [True, False, False]
    assert "Auftraggeber dieses Loses: Gemeinde Merzenich, Gemeinde Jülich" in str(
        notice.lots[0].description
    )
    assert errors(notice) == []


def test_below_the_threshold_it_is_a_national_notice(session: Session) -> None:
    tender = tenders.complete(session, current.store(), tenders.small_draft(session))
    notice = mapped(session, tender)
    assert notice.subtype == "E3"
    assert errors(notice) == []


def test_without_words_on_suitability_the_documents_have_them(session: Session) -> None:
    tender = tenders.complete(session, current.store(), tenders.small_draft(session))
    tender.selection_criteria = ""
    notice = mapped(session, tender)
    assert notice.lots[0].terms.selection_source == "epo-procurement-document"
    assert errors(notice) == []


def test_a_framework_agreement_with_a_lot_for_each_member(session: Session) -> None:
    tender = drafted(session, split=Split.MEMBER)
    tender.is_framework, tender.duration_months = True, 36
    tender.framework_maximum_net_cents = 200_000_000
    tender.max_lots_per_bid, tender.max_lots_per_winner = 2, 1
    notice = mapped(session, tender)
    assert len(notice.lots) == 3
    assert errors(notice) == []


@pytest.mark.parametrize(
    ("end", "days"),
    [("2026-12-17T12:00", 30), ("2026-12-17T23:59", 30), ("2026-12-18T00:00", 30)],
)
def test_bids_bind_for_the_days_after_the_last_one_for_bids(
    session: Session, end: str, days: int
) -> None:
    tender = drafted(session)
    tender.submission_deadline = dt.datetime.fromisoformat(end).replace(tzinfo=clock.BERLIN)
    tender.bid_validity_until = dt.date(2027, 1, 16)
    for lot in mapped(session, tender).lots:
        assert lot.terms.validity == Duration(days, "DAY")


def test_social_services_have_a_subtype_of_their_own(session: Session) -> None:
    tender = drafted(session, cpv="80500000", nature="services", title="Schulungen")
    notice = mapped(session, tender)
    assert notice.subtype == "20"
    assert errors(notice) == []


def test_software_is_supply_and_the_tender_says_what_else_it_is(session: Session) -> None:
    tender = drafted(session, cpv="48000000", nature="services", title="Fachanwendung")
    notice = mapped(session, tender)
    assert (notice.procedure.nature, notice.procedure.natures_additional) == (
        "supplies",
        ("services",),
    )
    assert errors(notice) == []


def test_everything_an_officer_can_choose_is_valid(session: Session) -> None:
    tender = drafted(session, split=Split.MEMBER, cpv="34121000", title="Busse")
    officer = tenders.officer(session, tender)
    edit: dict[str, Any] = {
        "late_documents": "late-some",
        "late_documents_text": "Nachgefordert werden Referenzen und Versicherungsnachweise.",
        "several_bids": "allowed",
        "reserved": "res-ws",
        "reserved_execution": "yes",
        "guarantee": True,
        "guarantee_text": "Bürgschaft über fünf Prozent der Auftragssumme.",
        "einvoicing": "allowed",
        "eordering": False,
        "epayment": False,
        "eu_funds": True,
        "eu_programme": "ERDF_2021",
        "publishes_value": False,
        "goals_environment": ["clim-mitig", "other"],
        "goals_social": ["acc-all"],
        "goals_innovation": ["prod-innov"],
        "goals_text": "Die Busse fahren elektrisch und sind barrierefrei.",
        "is_sme_suitable": False,
        "exclusion_grounds": ["exg-crim-corrpt", "exg-natl-bre-nat-law"],
        "features": "",
    }
    facts.edit_facts(session, officer, tender.id, edit, version=0, now=clock.now())
    lot = {
        "renewal_maximum": 2,
        "renewal_description": "Zweimal um zwölf Monate.",
        "options": "Bis zu zwei weitere Busse.",
        "further": "Übergabe am Betriebshof.",
        "clean_vehicles": True,
    }
    facts.edit_lot_facts(session, officer, tender.id, 2, lot, version=1, now=clock.now())
    notice = mapped(session, tender)
    assert notice.lots[1].terms.vehicles_contract == "veh-acq"
    assert notice.procedure.estimated_value is None
    assert errors(notice) == []


def test_a_change_says_what_changed_of_which_notice(session: Session) -> None:
    tender = drafted(session)
    case = eforms_documents.case_of(session, tender, now=clock.now())
    change = ChangeFacts(
        changed_notice=f"{uuid.uuid4()}-01",
        summary="Die Frist ist länger.",
        changes=[("Die Angebotsfrist wurde geändert.", ("LOT-0001",))],
        documents_changed_on=clock.berlin_day(clock.now()),
    )
    notice = eforms_mapping.change_notice(case, stamp(), change)
    assert errors(notice) == []


@pytest.mark.parametrize("reason", ["chan-need", "ins-fund", "no-rece", "other"])
def test_a_cancellation_is_a_result_without_award(session: Session, reason: str) -> None:
    case = eforms_documents.case_of(session, drafted(session), now=clock.now())
    notice = eforms_mapping.cancellation_notice(
        case, stamp(), reason=reason, previous=f"{uuid.uuid4()}-01"
    )
    assert notice.subtype == "29"
    assert errors(notice) == []


@pytest.mark.parametrize("subtype", ["4", "7", "E1", "E2"])
def test_planning_notices_of_a_draft(session: Session, subtype: str) -> None:
    tender = drafted(session)
    officer = tenders.officer(session, tender)
    edit = {"answer_deadline": clock.now() + dt.timedelta(days=21)}
    facts.edit_facts(session, officer, tender.id, edit, version=None, now=clock.now())
    case = eforms_documents.case_of(session, tender, now=clock.now())
    notice = eforms_mapping.planning_notice(case, stamp(), subtype)
    assert errors(notice) == []


def test_an_unknown_planning_notice_is_refused(session: Session) -> None:
    case = eforms_documents.case_of(session, drafted(session), now=clock.now())
    with pytest.raises(ValueError, match="16"):
        eforms_mapping.planning_notice(case, stamp(), "16")


def test_the_independent_judge_agrees(session: Session, tmp_path: Path) -> None:
    for notice in (
        mapped(session, drafted(session, split=Split.MEMBER)),
        mapped(session, tenders.complete(session, current.store(), tenders.small_draft(session))),
    ):
        assert sdk.judged(writing.build(notice), tmp_path)["valid"]
