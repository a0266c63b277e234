"""Choosing facts of a notice: defaults, what is kept, rivals, the record."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tenders
from vergabe import clock, ids
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.files import current
from vergabe.funding.model import FundingCase
from vergabe.notice_facts import queries, service
from vergabe.notice_facts.choices import EXCLUSION_GROUNDS
from vergabe.notice_facts.model import LotNoticeFacts, NoticeFacts
from vergabe.tenders import drafting
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]


def edit(session: Session, tender: Tender, version: int | None = None, **values: Any) -> None:
    officer = tenders.officer(session, tender)
    service.edit_facts(session, officer, tender.id, values, version=version, now=clock.now())


def values(session: Session, tender: Tender) -> dict[str, Any]:
    known = queries.known_of(session, tender, now=clock.now())
    return queries.values_of(session, tender, known)


def test_everything_has_a_lawful_default(session: Session) -> None:
    tender = tenders.complete(session, current.store(), tenders.draft(session))
    facts = queries.facts_of(session, tender, now=clock.now())
    assert facts.legal_basis_code == "vgv"
    assert list(facts.exclusion_grounds) == list(EXCLUSION_GROUNDS)
    assert facts.late_documents == "late-all"
    assert "§ 56 Abs. 2 VgV" in facts.late_documents_text
    assert "TVgG NRW" in facts.conditions
    assert "833/2014" in facts.conditions
    assert "§ 160 Abs. 3 GWB" in facts.review_deadlines
    assert facts.review_number == "05315-03002-81"
    assert facts.opening_at is not None
    assert not facts.eu_funds


def test_below_the_threshold_other_texts_stand(session: Session) -> None:
    facts = queries.facts_of(session, tenders.small_draft(session), now=clock.now())
    assert facts.legal_basis_code == "LocalLegalBasis"
    assert "§ 75a" in facts.legal_basis
    assert "833/2014" not in facts.conditions
    assert "Kommunalaufsicht" in facts.review_deadlines


def test_only_what_differs_is_kept_and_recorded(session: Session) -> None:
    tender = tenders.draft(session)
    edit(session, tender, several_bids="not-allowed", late_documents="late-all")
    assert queries.row_of(session, tender.id) is None
    edit(session, tender, several_bids="allowed", late_documents="late-all")
    row = queries.row_of(session, tender.id)
    assert row is not None
    assert row.chosen == {"several_bids": "allowed"}
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.action == "notice_facts_changed"
    assert entry.details["changes"] == {"several_bids": {"old": None, "new": "allowed"}}
    edit(session, tender, several_bids="not-allowed")
    assert row.chosen == {}


def test_two_officers_at_once_notice_each_other(session: Session) -> None:
    tender = tenders.draft(session)
    edit(session, tender, version=0, several_bids="allowed")
    with pytest.raises(Stale):
        edit(session, tender, version=0, reserved="res-ws")
    edit(session, tender, version=1, reserved="res-ws")
    assert values(session, tender)["several_bids"] == "allowed"


def test_a_change_of_a_lot_counts_as_well(session: Session) -> None:
    tender = tenders.draft(session)
    officer, now = tenders.officer(session, tender), clock.now()
    wanted = {"options": "Zwei weitere Fahrzeuge."}
    service.edit_lot_facts(session, officer, tender.id, 1, wanted, version=0, now=now)
    with pytest.raises(Stale):
        edit(session, tender, version=0, reserved="res-ws")
    facts = queries.facts_of(session, tender, now=now)
    assert facts.lots[1].options == "Zwei weitere Fahrzeuge."
    service.edit_lot_facts(session, officer, tender.id, 1, {"options": ""}, version=1, now=now)
    assert queries.facts_of(session, tender, now=now).lots[1].options == ""
    with pytest.raises(NotFound):
        service.edit_lot_facts(session, officer, tender.id, 9, wanted, version=None, now=now)


def test_lots_that_are_cut_anew_lose_their_facts(session: Session) -> None:
    tender = tenders.draft(session)
    officer, now = tenders.officer(session, tender), clock.now()
    wanted = {"options": "Zwei weitere Fahrzeuge."}
    service.edit_lot_facts(session, officer, tender.id, 1, wanted, version=None, now=now)
    drafting.recut(session, officer, tender.id, Split.MEMBER, now=now)
    session.expire_all()
    assert session.scalar(select(func.count(LotNoticeFacts.id))) == 0
    assert [
        facts.options for facts in queries.facts_of(session, tender, now=now).lots.values()
    ] == [
        "",
        "",
        "",
    ]


def test_codes_belong_to_the_words_they_were_chosen_for(session: Session) -> None:
    tender = tenders.complete(session, current.store(), tenders.draft(session))
    edit(session, tender, selection_codes=["slc-stand-ins", "slc-abil-ref-supply"])
    assert values(session, tender)["selection_codes"][0] == "slc-stand-ins"
    tender.selection_criteria = (
        "Eintragung in das Handelsregister.\nJahresumsatz der letzten Jahre."
    )
    session.flush()
    assert values(session, tender)["selection_codes"] == [
        "slc-suit-reg-trade",
        "slc-stand-to-gen",
    ]


def test_an_opening_before_the_deadline_is_refused_and_forgotten(session: Session) -> None:
    tender = tenders.draft(session)
    known = queries.known_of(session, tender, now=clock.now())
    assert known.opens_at is not None
    with pytest.raises(InvalidInput) as error:
        edit(session, tender, opening_at=known.opens_at - dt.timedelta(seconds=1))
    assert error.value.violations[0].field == "opening_at"
    later = known.opens_at + dt.timedelta(hours=2)
    edit(session, tender, opening_at=later)
    assert values(session, tender)["opening_at"] == later
    tender.submission_deadline = later + dt.timedelta(days=1)
    session.flush()
    assert values(session, tender)["opening_at"] > tender.submission_deadline


def test_money_of_the_union_is_known_from_the_funding_case(session: Session) -> None:
    tender = tenders.draft(session)
    session.add(
        FundingCase(
            id=ids.new_id(),
            cooperation_id=tender.cooperation_id,
            pool_id=tender.pool_id,
            programme="NW-IKZ",
            authority="Bezirksregierung Köln",
            purpose="Gefördert aus Mitteln des EFRE",
            award_rules=[],
            participants=[],
            created_by_name="Erika Muster",
            created_at=clock.now(),
        )
    )
    session.flush()
    facts = queries.facts_of(session, tender, now=clock.now())
    assert facts.eu_funds
    assert facts.eu_programme == "ERDF_2021"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"exclusion_grounds": []}, "exclusion_grounds"),
        ({"exclusion_grounds": ["exg-nix"]}, "exclusion_grounds"),
        ({"selection_codes": ["slc-stand-ins"]}, "selection_codes"),
        ({"selection_codes": "slc"}, "selection_codes"),
        ({"late_documents": "late"}, "late_documents"),
        ({"late_documents_text": ""}, "late_documents_text"),
        ({"guarantee": True}, "guarantee_text"),
        ({"guarantee": "ja"}, "guarantee"),
        ({"conditions": "x" * 1001}, "conditions"),
        ({"review_deadlines": "a\x00b"}, "review_deadlines"),
        ({"goals_social": ["acc-all"]}, "goals_text"),
        ({"planned_on": dt.date(2020, 1, 1)}, "planned_on"),
        ({"planned_on": "morgen"}, "planned_on"),
        ({"opening_at": dt.datetime(2027, 1, 1)}, "opening_at"),  # noqa: DTZ001  # naive on purpose
        ({"framework_participants": 101}, "framework_participants"),
        ({"eu_programme": "Mars"}, "eu_programme"),
        ({"review_region": "DEA2"}, "review_region"),
        ({"review_region": "XX999"}, "review_region"),
        ({"nix": 1}, "nix"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    session: Session, wanted: dict[str, Any], field: str
) -> None:
    tender = tenders.draft(session)
    with pytest.raises(InvalidInput) as error:
        edit(session, tender, **wanted)
    assert {violation.field for violation in error.value.violations} == {field}
    assert session.scalar(select(func.count(NoticeFacts.id))) == 0


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"renewal_maximum": 2}, "renewal_description"),
        ({"renewal_maximum": -1}, "renewal_maximum"),
        ({"clean_vehicles": None}, "clean_vehicles"),
    ],
)
def test_wrong_facts_of_a_lot(session: Session, wanted: dict[str, Any], field: str) -> None:
    tender = tenders.draft(session)
    officer = tenders.officer(session, tender)
    with pytest.raises(InvalidInput) as error:
        service.edit_lot_facts(
            session, officer, tender.id, 1, wanted, version=None, now=clock.now()
        )
    assert error.value.violations[0].field == field


def test_after_publication_nothing_is_changed_here(session: Session) -> None:
    tender = tenders.published(session, current.store())
    with pytest.raises(Refused):
        edit(session, tender, several_bids="allowed")


def test_only_officers_of_the_lead_choose(session: Session) -> None:
    tender = tenders.draft(session)
    kerpen = tenders.officer(session, tender, town="Kerpen")
    with pytest.raises(Forbidden):
        service.edit_facts(session, kerpen, tender.id, {}, version=None, now=clock.now())
    stranger = access.actor(
        session, cooperations.town(session, "Linnich"), Role.PROCUREMENT_OFFICER
    )
    with pytest.raises(NotFound):
        service.edit_facts(session, stranger, tender.id, {}, version=None, now=clock.now())
