"""Each gate, open in turn: while one is closed nothing is published, and the list names it."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from tests.factories import cooperations
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations.model import (
    Agreement,
    Mandate,
    Participation,
    Resolution,
    TaskArea,
)
from vergabe.demands.model import Demand
from vergabe.errors import Refused
from vergabe.files.store import FileStore
from vergabe.pools.model import Joining
from vergabe.tenders import gates, publishing, queries
from vergabe.tenders.gate_lists import common_gates, member_lists
from vergabe.tenders.model import AwardCriterion, ItemShare, Tender, TenderDocument

Break = Callable[[Session, Tender], None]


def no_agreement(session: Session, tender: Tender) -> None:
    session.execute(update(Tender).values(agreement_id=None))
    session.execute(delete(Agreement))


def informal(session: Session, tender: Tender) -> None:
    session.execute(update(Agreement).values(stage="informal", legal_form="informal_arrangement"))


def not_in_area(session: Session, tender: Tender) -> None:
    session.execute(update(Participation).values(depth="information"))


def no_mandate(session: Session, tender: Tender) -> None:
    session.execute(
        delete(Mandate).where(Mandate.grantor_id == cooperations.town(session, "Kerpen").id)
    )


def mandate_too_small(session: Session, tender: Tender) -> None:
    session.execute(update(Mandate).values(limit_net_cents=44_999_999))


def mandate_revoked(session: Session, tender: Tender) -> None:
    session.execute(update(Mandate).values(revoked_on=dt.date(2026, 11, 23)))


def no_resolution(session: Session, tender: Tender) -> None:
    session.execute(
        delete(Resolution).where(
            Resolution.organisation_id == cooperations.town(session, "Kerpen").id
        )
    )


def no_resolution_on_this_tender(session: Session, tender: Tender) -> None:
    session.execute(update(TaskArea).values(required_resolutions=["joining", "tender"]))


def not_released(session: Session, tender: Tender) -> None:
    session.execute(
        update(Demand)
        .where(Demand.organisation_id == cooperations.town(session, "Kerpen").id)
        .values(stage="withdrawn")
    )


def budget_too_small(session: Session, tender: Tender) -> None:
    session.execute(
        update(Demand)
        .where(Demand.organisation_id == cooperations.town(session, "Kerpen").id)
        .values(released_net_cents=44_999_999)
    )


def not_joined(session: Session, tender: Tender) -> None:
    session.execute(
        update(Joining)
        .where(Joining.organisation_id == cooperations.town(session, "Kerpen").id)
        .values(decision="declined")
    )


def share_is_a_cent_short(session: Session, tender: Tender) -> None:
    share = tender.lots[0].items[0].shares[0]
    share.value_net_cents -= 1


def everything_is_a_cent_short(session: Session, tender: Tender) -> None:
    """Sums agree with each other, but no longer with what the member asked for."""
    lot = tender.lots[0]
    lot.items[0].shares[0].value_net_cents -= 1
    lot.items[0].value_net_cents -= 1
    lot.estimated_value_net_cents -= 1
    tender.estimated_value_net_cents -= 1


def a_share_is_gone(session: Session, tender: Tender) -> None:
    item = tender.lots[0].items[0]
    gone = item.shares[2]
    for thing, name in (
        (item, "value_net_cents"),
        (item.lot, "estimated_value_net_cents"),
        (tender, "estimated_value_net_cents"),
    ):
        setattr(thing, name, getattr(thing, name) - gone.value_net_cents)
    session.execute(delete(ItemShare).where(ItemShare.id == gone.id))


def no_document(session: Session, tender: Tender) -> None:
    session.execute(delete(TenderDocument))


def no_description(session: Session, tender: Tender) -> None:
    tender.description = ""


def weights_do_not_add_up(session: Session, tender: Tender) -> None:
    session.execute(update(AwardCriterion).values(weight_basis_points=9_999))


def method_of_another_law(session: Session, tender: Tender) -> None:
    tender.procurement_method = "nat-open"


def method_without_notice(session: Session, tender: Tender) -> None:
    tender.procurement_method = "restricted"


def deadline_too_short(session: Session, tender: Tender) -> None:
    # Sent on 23 November: 30 days end with 23 December; 24 December, 0:00 is the first instant.
    tender.submission_deadline = dt.datetime(2026, 12, 23, 22, 59, 59, tzinfo=dt.UTC)


def deadline_in_the_past(session: Session, tender: Tender) -> None:
    tender.submission_deadline = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def questions_after_the_end(session: Session, tender: Tender) -> None:
    tender.submission_deadline = dt.datetime(2027, 1, 8, 9, tzinfo=dt.UTC)
    tender.enquiries_deadline = dt.datetime(2027, 1, 8, 9, 0, 1, tzinfo=dt.UTC)


def wished_day_too_near(session: Session, tender: Tender) -> None:
    tender.requested_publication_on = dt.date(2026, 11, 24)


def validity_before_the_end(session: Session, tender: Tender) -> None:
    tender.bid_validity_until = dt.date(2026, 12, 1)


CASES: list[tuple[Break, str, str]] = [
    (no_agreement, "agreement", "agreement_missing"),
    (informal, "agreement", "agreement_not_in_force"),
    (not_in_area, "participation", "participation_not_deep_enough"),
    (no_mandate, "mandates", "mandate_missing"),
    (mandate_too_small, "mandates", "mandate_limit_exceeded"),
    (mandate_revoked, "mandates", "mandate_not_valid"),
    (no_resolution, "resolutions", "resolution_missing"),
    (no_resolution_on_this_tender, "resolutions", "resolution_missing"),
    (not_released, "demands_released", "demand_not_released"),
    (budget_too_small, "demands_released", "budget_too_small"),
    (not_joined, "joinings_recorded", "joining_missing"),
    (share_is_a_cent_short, "sums_agree", "sum_wrong"),
    (everything_is_a_cent_short, "sums_agree", "demands_do_not_match"),
    (a_share_is_gone, "sums_agree", "demands_do_not_match"),
    (no_document, "content_complete", "documents_missing"),
    (no_description, "content_complete", "description_missing"),
    (weights_do_not_add_up, "content_complete", "weights_do_not_add_up"),
    (method_of_another_law, "method_permitted", "method_not_permitted"),
    (method_without_notice, "method_permitted", "method_without_public_notice"),
    (deadline_too_short, "deadlines_lawful", "deadline_too_short"),
    (deadline_in_the_past, "deadlines_lawful", "deadline_in_past"),
    (questions_after_the_end, "deadlines_lawful", "enquiries_deadline_out_of_range"),
    (wished_day_too_near, "deadlines_lawful", "requested_publication_day"),
    (validity_before_the_end, "deadlines_lawful", "validity_before_deadline"),
]


def test_a_ready_tender_of_the_factory_has_every_gate_open(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    found = gates.all_gates(session, tender, now=clock.now())
    assert [gate.key for gate in found] == [
        "agreement",
        "participation",
        "mandates",
        "resolutions",
        "funding",
        "demands_released",
        "joinings_recorded",
        "vote",
        "declarations",
        "in_house",
        "sums_agree",
        "content_complete",
        "method_permitted",
        "bylaws_settled",
        "deadlines_lawful",
        "notice_complete",
    ]
    assert gates.reasons(found) == []


@pytest.mark.parametrize(("break_it", "key", "code"), CASES, ids=[c[0].__name__ for c in CASES])
def test_one_closed_gate_blocks_publishing_and_is_listed(
    session: Session, store: FileStore, break_it: Break, key: str, code: str
) -> None:
    tender = factory.ready(session, store)
    break_it(session, tender)
    session.flush()
    session.expire_all()
    found = {gate.key: gate for gate in gates.all_gates(session, tender, now=clock.now())}
    assert code in [reason.code for reason in found[key].reasons]
    assert all(reason.message for reason in found[key].reasons)
    actor = factory.officer(session, tender)
    with pytest.raises(Refused) as caught:
        publishing.mark_published(session, actor, tender.id, now=clock.now())
    assert code in [reason.code for reason in caught.value.violations]
    session.refresh(tender)
    assert tender.stage == "ready"
    assert tender.published_at is None


def test_everything_that_is_missing_is_listed_at_once(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    for break_it in (no_mandate, no_resolution, budget_too_small, not_joined, no_description):
        break_it(session, tender)
    deadline_too_short(session, tender)
    session.flush()
    session.expire_all()
    with pytest.raises(Refused) as caught:
        publishing.mark_published(
            session, factory.officer(session, tender), tender.id, now=clock.now()
        )
    assert caught.value.code == "gates_closed"
    codes = {reason.code for reason in caught.value.violations}
    assert codes >= {
        "mandate_missing",
        "resolution_missing",
        "budget_too_small",
        "joining_missing",
        "description_missing",
        "deadline_too_short",
    }


def test_the_operator_meets_the_same_gates(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    no_mandate(session, tender)
    with pytest.raises(Refused, match="Kerpen"):
        publishing.mark_published(
            session, Actor.operator("Kommandozeile"), tender.id, now=clock.now()
        )


def test_the_checklist_names_the_member_and_who_can_supply_it(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    for break_it in (no_mandate, no_resolution, budget_too_small, not_joined):
        break_it(session, tender)
    session.flush()
    session.expire_all()
    found = gates.all_gates(session, tender, now=clock.now())
    lists = {member.name: member for member in member_lists(tender, found)}
    assert lists["Merzenich"].reasons == []
    assert lists["Jülich"].reasons == []
    assert {reason.code for reason in lists["Kerpen"].reasons} == {
        "mandate_missing",
        "resolution_missing",
        "budget_too_small",
        "joining_missing",
    }
    assert all("Kerpen" in (reason.who or "") for reason in lists["Kerpen"].reasons)
    shown = {check.title for check in common_gates(found)}
    assert "Die Vereinbarung ist in Kraft" in shown
    assert "Jeder Bedarf ist freigegeben" not in shown


def test_a_lead_that_buys_nothing_needs_neither_joining_nor_mandate(
    session: Session, store: FileStore
) -> None:
    cooperations.dlz(session)
    lines = {
        "Jülich": factory.demand_factory.ONE_ENGINE,
        "Kerpen": factory.demand_factory.ONE_ENGINE,
    }
    tender = factory.ready(session, store, lines=lines)
    assert [buyer.buys for buyer in tender.buyers] == [False, True, True]
    found = gates.all_gates(session, tender, now=clock.now())
    assert gates.reasons(found) == []
    assert [member.name for member in member_lists(tender, found)] == ["Jülich", "Kerpen"]


def test_gates_of_many_lines_take_few_statements(
    session: Session, store: FileStore, count_queries: Callable[[], int]
) -> None:
    def counted(lines: int) -> int:
        tender = factory.ready(
            session, store, title=f"Teile {lines}",
            lines=[(f"Teil {n}", 1, "H87", 100_000) for n in range(lines)],
        )  # fmt: skip
        actor = factory.officer(session, tender)
        session.commit()
        session.expire_all()
        count_queries()
        found = queries.visible_tender(session, actor, tender.id)
        gates.all_gates(session, found, now=clock.now())
        return count_queries()

    few = counted(1)
    assert counted(60) <= few + 2
