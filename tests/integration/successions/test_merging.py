"""A municipality merges with another: the successor takes over, sums agree, the past stays."""

import datetime as dt
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, tasks
from tests.factories import demands as demand_factory
from tests.factories import pools as pool_factory
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission, Role
from vergabe.audit import queries as audit
from vergabe.audit import service as streams
from vergabe.cooperations import queries
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.cooperations.task_rules import Performer, Step
from vergabe.demands.model import Demand
from vergabe.errors import Forbidden, InvalidInput, Refused
from vergabe.files import current
from vergabe.notices import service as notices
from vergabe.notices.model import NoticeDocument
from vergabe.pools import queries as pool_queries
from vergabe.pools import withdrawing
from vergabe.pools.model import Joining
from vergabe.successions.service import MergeReport, merge
from vergabe.tenders import gates
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import ItemShare, Tender, TenderVersion

DAY = dt.date(2026, 11, 23)
OPERATOR = Actor.operator("Kommandozeile")


@pytest.fixture(autouse=True)
def monday(moving_clock: MovableClock) -> MovableClock:
    return moving_clock


def merged(
    session: Session, old: Organisation, new: Organisation, on: dt.date = DAY
) -> MergeReport:
    found = merge(session, OPERATOR, old, new, on=on, now=clock.now())
    session.expire_all()
    return found


def new_town(session: Session) -> Organisation:
    return access.organisation(session, "Neustadt", ags="05358999", inhabitants=None)


def closed(session: Session, tender: Tender) -> list[str]:
    return [r.message for r in gates.reasons(gates.all_gates(session, tender, now=clock.now()))]


def test_a_new_municipality_stands_where_the_old_one_stood(session: Session) -> None:
    tender = factory.ready(session, current.store())
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    person = access.person(session, old, Role.RELEASER)
    before = tenders.totals_by_buyer(session, tender.id)[old.id]
    report = merged(session, old, new)
    assert (report.demands, report.pools, report.tenders, report.cooperations) == (1, 1, 1, 1)
    ids = queries.member_ids(session, tender.cooperation_id, clock.now())
    assert new.id in ids
    assert old.id not in ids
    assert ids.index(new.id) == 1
    assert tenders.totals_by_buyer(session, tender.id)[new.id] == before
    assert closed(session, tender) == []
    here = people.actor_for(session, person, new.id, now=clock.now())
    there = people.actor_for(session, person, old.id, now=clock.now())
    assert here.holds(Permission.RELEASE_DEMANDS)
    assert not there.holds(Permission.RELEASE_DEMANDS)
    notices.publish_tender(
        session,
        factory.officer(session, tender),
        tender.id,
        now=clock.now(),
        store=current.store(),
        base_url=factory.BASE_URL,
    )
    assert {buyer.organisation.name for buyer in tender.buyers} == {
        "Merzenich",
        "Neustadt",
        "Kerpen",
    }


def test_two_participants_become_one_and_every_sum_agrees(session: Session) -> None:
    lines = {
        "Merzenich": ((("Jacke"), Decimal(3), "H87", 10_001),),
        "Jülich": ((("Jacke"), Decimal(5), "H87", 10_003),),
        "Kerpen": ((("Jacke"), Decimal(7), "H87", 10_007),),
    }
    tender = factory.small_draft(session, lines=lines)
    total = tender.estimated_value_net_cents
    shares = tenders.totals_by_buyer(session, tender.id)
    old, new = cooperations.town(session, "Jülich"), cooperations.town(session, "Kerpen")
    both = shares[old.id] + shares[new.id]
    inhabitants = (old.inhabitants or 0) + (new.inhabitants or 0)
    merged(session, old, new)
    after = tenders.totals_by_buyer(session, tender.id)
    assert after == {tender.lead_organisation_id: shares[tender.lead_organisation_id], new.id: both}
    assert sum(after.values()) == total
    assert len(tender.buyers) == 2
    facts = pool_queries.pool_facts(session, tender.pool)
    assert {p.organisation_id for p in facts.participants} == {tender.lead_organisation_id, new.id}
    bound = pool_queries.bound_demands(session, tender.pool_id)
    assert len(bound) == 3
    assert sum(each.value_net_cents or 0 for each in bound) == total
    (gate,) = [
        g for g in gates.all_gates(session, tender, now=clock.now()) if g.key == "sums_agree"
    ]
    assert gate.reasons == []
    assert new.inhabitants == inhabitants
    assert session.scalar(select(func.count()).select_from(Joining)) == 2


def test_a_member_merges_into_the_lead_which_needs_no_mandate_from_itself(
    session: Session,
) -> None:
    tender = factory.ready(session, current.store())
    old, lead = cooperations.town(session, "Jülich"), cooperations.town(session, "Merzenich")
    merged(session, old, lead)
    assert closed(session, tender) == []
    valid = queries.valid_mandates(session, tender.cooperation_id, DAY)
    assert {mandate.grantor.name for mandate in valid} == {"Kerpen"}


def test_the_lead_merges_and_its_successor_leads_with_all_mandates(session: Session) -> None:
    tender = factory.ready(session, current.store())
    lead, new = cooperations.town(session, "Merzenich"), new_town(session)
    merged(session, lead, new)
    assert tender.cooperation.lead_organisation_id == new.id
    assert tender.lead_organisation_id == new.id
    assert closed(session, tender) == []
    officer = access.actor(session, new, Role.PROCUREMENT_OFFICER)
    notices.publish_tender(
        session,
        officer,
        tender.id,
        now=clock.now(),
        store=current.store(),
        base_url=factory.BASE_URL,
    )


def test_the_lead_merges_into_a_member_that_had_empowered_it(session: Session) -> None:
    tender = factory.ready(session, current.store())
    lead, kerpen = cooperations.town(session, "Merzenich"), cooperations.town(session, "Kerpen")
    merged(session, lead, kerpen)
    assert tender.cooperation.lead_organisation_id == kerpen.id
    assert [buyer.organisation.name for buyer in tender.buyers if buyer.is_lead] == ["Kerpen"]
    assert closed(session, tender) == []


def test_what_was_published_keeps_its_words_and_the_next_version_names_the_successor(
    session: Session,
) -> None:
    tender = factory.published(session, current.store())
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    snapshot = session.scalars(select(TenderVersion.snapshot)).one()
    documents = set(session.scalars(select(NoticeDocument.file_sha256)))
    merged(session, old, new)
    assert session.scalars(select(TenderVersion.snapshot)).one() == snapshot
    assert set(session.scalars(select(NoticeDocument.file_sha256))) == documents
    assert "Jülich" in str(snapshot)
    for stream in (
        streams.stream_of("tender", tender.id),
        streams.stream_of("pool", tender.pool_id),
        streams.stream_of("cooperation", tender.cooperation_id),
        streams.stream_of("organisation", old.id),
    ):
        assert audit.breaks(session, stream) == []
    from vergabe.tenders.amending import Amendment

    notices.publish_amendment(
        session,
        factory.officer(session, tender),
        tender.id,
        Amendment("Jülich ist in Neustadt aufgegangen.", title=f"{tender.title} (neu)"),
        now=clock.now(),
        store=current.store(),
        base_url=factory.BASE_URL,
    )
    newest = session.scalars(select(TenderVersion).order_by(TenderVersion.number.desc())).all()[0]
    assert "Neustadt" in str(newest.snapshot)
    assert "Jülich" not in str(newest.snapshot["buyers"])


def test_what_has_ended_stays_under_the_old_name(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    stages = ("draft", "submitted", "released", "withdrawn", "rejected", "settled")
    made = {
        stage: demand_factory.demand(session, cooperation, old, stage=stage) for stage in stages
    }
    merged(session, old, new)
    owners = {stage: demand.organisation_id for stage, demand in made.items()}
    assert {stage for stage, owner in owners.items() if owner == old.id} == {
        "withdrawn",
        "rejected",
        "settled",
    }


def test_the_word_of_one_does_not_bind_the_demand_of_the_other(session: Session) -> None:
    cooperation, wanted = pool_factory.towns_with_engines(session)
    pool = pool_factory.joining_pool(session, cooperation, wanted)
    old, new = cooperations.town(session, "Jülich"), cooperations.town(session, "Kerpen")
    demand = next(each for each in wanted if each.organisation_id == old.id)
    session.add(
        Joining(
            pool_id=pool.id,
            organisation_id=old.id,
            decision="joined",
            decided_by_name="Erika Muster",
            decided_at=clock.now(),
            quantities=[
                {
                    "demand": demand.reference,
                    "line_id": str(item.id),
                    "text": item.text,
                    "quantity": str(item.quantity),
                    "unit_code": item.unit_code,
                }
                for item in demand.items
            ],
            mandate_reference="Ratsbeschluss",
        )
    )
    session.flush()
    merged(session, old, new)
    assert [b.demand.id for b in pool_queries.bound_demands(session, pool.id)] == [demand.id]
    other = next(each for each in wanted if each.id != demand.id and each.organisation_id == new.id)
    assert other.stage == "released"


@pytest.mark.parametrize("leaver", ["Jülich", "Inden"])
def test_who_waited_for_the_consent_of_the_old_one_alone_may_go(
    session: Session, leaver: str
) -> None:
    towns = ("Merzenich", "Jülich", "Kerpen", "Inden")
    cooperation, demands = pool_factory.towns_with_engines(session, towns)
    pool = pool_factory.binding_pool(session, cooperation, demands)
    who = {
        d.organisation.name: access.actor(session, d.organisation, Role.RELEASER) for d in demands
    }
    now = clock.now()
    request = withdrawing.ask_to_withdraw(session, who[leaver], pool.id, "Kein Geld.", now=now)
    old = "Kerpen" if leaver == "Inden" else "Inden"
    for name in set(towns) - {leaver, old}:
        withdrawing.consent(session, who[name], pool.id, request.id, is_given=True, now=now)
    new = "Merzenich" if leaver == "Inden" else "Kerpen"
    merged(session, cooperations.town(session, old), cooperations.town(session, new))
    session.refresh(request)
    assert request.effective_at is not None
    bound = {each.demand.organisation_name for each in pool_queries.bound_demands(session, pool.id)}
    assert bound == set(towns) - {leaver, old}


def test_both_limits_stand_and_the_greater_share_needs_a_new_mandate(session: Session) -> None:
    tender = factory.ready(session, current.store())
    old, new = cooperations.town(session, "Jülich"), cooperations.town(session, "Kerpen")
    for mandate in session.scalars(select(Mandate)):
        mandate.limit_net_cents = 50_000_000
    session.flush()
    assert closed(session, tender) == []
    merged(session, old, new)
    (reason,) = closed(session, tender)
    assert "Kerpen" in reason
    assert "Höchstbetrag" in reason


def test_the_same_merger_twice_changes_nothing_and_another_one_is_refused(
    session: Session,
) -> None:
    cooperation = cooperations.dlz(session)
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    merged(session, old, new)
    count = session.scalar(select(func.count()).select_from(Mandate))
    assert not merged(session, old, new).is_new
    assert session.scalar(select(func.count()).select_from(Mandate)) == count
    with pytest.raises(Refused):
        merged(session, old, cooperation.lead)
    with pytest.raises(Refused):
        merged(session, cooperation.lead, old)


def test_a_merger_is_for_the_operator_and_never_for_a_coming_day(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    actor = access.actor(session, old, Role.ADMINISTRATOR)
    with pytest.raises(Forbidden):
        merge(session, actor, old, new, on=DAY, now=clock.now())
    with pytest.raises(InvalidInput):
        merged(session, old, new, DAY + dt.timedelta(days=1))
    with pytest.raises(InvalidInput):
        merged(session, old, old)
    assert old.id in queries.member_ids(session, cooperation.id, clock.now())


def test_tasks_substitutes_and_roles_pass_too(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    line = tasks.task(session, cooperation, Step.PUBLISH, Performer.MEMBER, old)
    kerpen = cooperations.town(session, "Kerpen")
    person = tasks.substitute(session, cooperation, kerpen, old)
    auditor = access.person(session, old, Role.AUDITOR)
    merged(session, old, new)
    assert line.organisation_id == new.id
    assert people.actor_for(session, person, new.id, now=clock.now()).is_substitute(cooperation.id)
    places = people.organisations_of(session, auditor.id, now=clock.now())
    assert {place.id for place in places} == {old.id, new.id}


def test_the_page_of_the_cooperation_says_what_happened(
    session: Session, client: FlaskClient
) -> None:
    cooperation: Cooperation = cooperations.dlz(session)
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    merged(session, old, new)
    user = access.person(session, cooperation.lead, Role.COORDINATOR)
    session.commit()
    access.log_in(client, user)
    page = client.get("/zusammenarbeit/dlz").get_data(as_text=True)
    assert "Jülich ist am 23.11.2026 in Neustadt aufgegangen" in page


def test_nothing_of_the_old_one_is_left_in_what_runs(session: Session) -> None:
    factory.ready(session, current.store())
    old, new = cooperations.town(session, "Jülich"), new_town(session)
    merged(session, old, new)
    left = [
        session.scalar(select(func.count()).where(column == old.id))
        for column in (Demand.organisation_id, ItemShare.organisation_id, Joining.organisation_id)
    ]
    assert left == [0, 0, 0]
