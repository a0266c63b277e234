"""From a binding pool to a draft: who takes part, with what, under which law."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import demands as demand_factory
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations.model import Cooperation
from vergabe.errors import Forbidden, NotFound, Refused
from vergabe.pools.model import Pool
from vergabe.tenders import drafting
from vergabe.tenders.facts import current_assessment
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of


def officer_of(session: Session, town: str = "Merzenich", *roles: Role) -> Actor:
    organisation = cooperations.town(session, town)
    return access.actor(session, organisation, *(roles or (Role.PROCUREMENT_OFFICER,)))


def pool_of(session: Session, *towns: str, **more: object) -> Pool:
    cooperation = session.scalars(select(Cooperation)).first() or cooperations.dlz(session)
    demands = [
        demand_factory.demand(session, cooperation, cooperations.town(session, town))
        for town in towns or factory.THREE_TOWNS
    ]
    return factory.binding_pool(session, cooperation, demands, **more)


def test_a_binding_pool_becomes_a_draft_with_lots_and_shares(session: Session) -> None:
    tender = factory.draft(session)
    assert tender.reference == "DLZ-2026-0001"
    assert tender.stage == "draft"
    assert tender.pool.stage == "tendering"
    assert [buyer.organisation.name for buyer in tender.buyers] == list(factory.THREE_TOWNS)
    assert [buyer.is_lead for buyer in tender.buyers] == [True, False, False]
    (lot,) = tender.lots
    (item,) = lot.items
    assert item.quantity == 3
    assert [share.value_net_cents for share in item.shares] == [45_000_000] * 3
    assert tender.estimated_value_net_cents == 135_000_000
    assert tender.regime == "GWB-4/VgV"
    assert tender.procurement_method == "open"
    assert tender.law_result["reaches_threshold"] is True
    entry = audit.entries(session, stream_of(tender.id))[0]
    assert entry.action == "tender_drafted"
    assert len(entry.details["demands"]) == 3


def test_the_second_click_gives_the_same_draft(session: Session) -> None:
    tender = factory.draft(session)
    again = drafting.draft_tender(
        session, factory.officer(session, tender), tender.pool_id, now=clock.now()
    )
    assert again is tender
    assert session.scalar(select(func.count(Tender.id))) == 1


def test_what_members_bound_themselves_to_is_what_counts(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    suits = [("Einsatzjacke", 50, "H87", 60_000)]
    demands = [
        demand_factory.demand(session, cooperation, cooperations.town(session, town), items=suits)
        for town in factory.THREE_TOWNS
    ]
    line = demands[1].items[0]
    pool = factory.binding_pool(session, cooperation, demands, quantities={line.id: Decimal(20)})
    tender = drafting.draft_tender(session, officer_of(session), pool.id, now=clock.now())
    (item,) = tender.lots[0].items
    assert item.quantity == 120
    assert item.value_net_cents == 120 * 60_000


def test_who_did_not_join_takes_no_part(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    towns = [cooperations.town(session, name) for name in factory.THREE_TOWNS]
    demands = [demand_factory.demand(session, cooperation, town) for town in towns]
    pool = factory.binding_pool(session, cooperation, demands, joined=towns[1:])
    tender = drafting.draft_tender(session, officer_of(session), pool.id, now=clock.now())
    assert [(b.organisation.name, b.is_lead, b.buys) for b in tender.buyers] == [
        ("Merzenich", True, False),
        ("Jülich", False, True),
        ("Kerpen", False, True),
    ]
    assert tender.estimated_value_net_cents == 90_000_000


@pytest.mark.parametrize("stage", ["proposed", "consultation", "dissolved", "rejected"])
def test_only_a_binding_pool_becomes_a_tender(session: Session, stage: str) -> None:
    pool = pool_of(session, stage=stage, stage_reason="so")
    with pytest.raises(Refused):
        drafting.draft_tender(session, officer_of(session), pool.id, now=clock.now())
    assert session.scalar(select(func.count(Tender.id))) == 0


def test_while_the_joining_window_is_open_nobody_starts(
    session: Session, monday: MovableClock
) -> None:
    pool = pool_of(session, stage="joining", joining_deadline=clock.now())
    monday.pass_(seconds=-1)
    with pytest.raises(Refused):
        drafting.draft_tender(session, officer_of(session), pool.id, now=clock.now())
    monday.pass_(seconds=2)
    assert drafting.draft_tender(session, officer_of(session), pool.id, now=clock.now()).id


def test_only_the_officer_of_the_lead_may(session: Session) -> None:
    pool = pool_of(session)
    for actor in (
        officer_of(session, "Jülich"),
        officer_of(session, "Merzenich", Role.COORDINATOR),
        officer_of(session, "Merzenich", Role.AUDITOR),
    ):
        with pytest.raises(Forbidden):
            drafting.draft_tender(session, actor, pool.id, now=clock.now())
    access.organisation(session, "Inden")
    with pytest.raises(NotFound):
        drafting.draft_tender(session, officer_of(session, "Inden"), pool.id, now=clock.now())


def test_an_estimate_above_the_lines_is_not_lost_in_the_lots(session: Session) -> None:
    tender = factory.draft(
        session, lines=[("Fahrzeug", 1, "H87", 20_000_000), ("Zubehör", 1, "H87", 5_000_000)],
        value=30_000_001,
    )  # fmt: skip
    assert tender.estimated_value_net_cents == 3 * 30_000_001
    assert tender.law_result["value_net_cents"] == 3 * 30_000_001
    assert sum(i.value_net_cents for i in tender.lots[0].items) == 3 * 30_000_001


def test_a_demand_without_lines_is_a_line_itself(session: Session) -> None:
    tender = factory.draft(session, lines=[], value=1_000_000, title="Brandschutzbedarfsplan")
    items = [item for lot in tender.lots for item in lot.items]
    assert {item.text for item in items} == {"Brandschutzbedarfsplan"}
    assert sum(item.value_net_cents for item in items) == 3_000_000
    assert all(item.quantity is None for item in items)


def test_below_the_threshold_the_law_of_the_land_applies(session: Session) -> None:
    tender = factory.small_draft(session)
    assert tender.regime == "NW-GO-75a"
    assert tender.procurement_method == "nat-open"
    assert tender.law_result["value_net_cents"] == 9_000_000


def test_across_laender_the_strictest_rules_count(session: Session) -> None:
    cooperation = cooperations.dlz(session, towns=("Merzenich",))
    mosel = access.organisation(
        session, "Cochem", ags="07135020", ars="071350020020", land="RP", nuts3="DEB1C"
    )
    cooperations.member(session, cooperation, mosel, position=2)
    cooperations.mandate(session, cooperation, mosel)
    cooperations.resolution(session, cooperation, mosel)
    tender = factory.draft(
        session, towns=("Merzenich", "Cochem"), cooperation=cooperation,
        lines=[("Jacke", 10, "H87", 60_000)], cpv="35811100",
    )  # fmt: skip
    assert tender.regime == "MIXED-NW-RP"
    assert tender.law_result["rule_set"] == "UVgO"
    found = current_assessment(session, tender, clock.berlin_day(clock.now()))
    assert found.rule_set == "UVgO"


@pytest.mark.parametrize(
    ("split", "titles"),
    [
        (Split.TRADE, ["Feuerwehrfahrzeuge"]),
        (
            Split.MEMBER,
            [
                "Feuerwehrfahrzeuge, Jülich",
                "Feuerwehrfahrzeuge, Kerpen",
                "Feuerwehrfahrzeuge, Merzenich",
            ],
        ),
        (
            Split.REGION,
            ["Feuerwehrfahrzeuge, Düren", "Feuerwehrfahrzeuge, Rhein-Erft-Kreis"],
        ),
        (Split.SINGLE, ["Feuerwehrfahrzeuge"]),
    ],
)
def test_lots_are_cut_as_asked_and_cut_anew(
    session: Session, split: Split, titles: list[str]
) -> None:
    tender = factory.draft(session)
    actor = factory.officer(session, tender)
    drafting.recut(session, actor, tender.id, split, now=clock.now(), version=tender.version)
    assert [lot.title for lot in tender.lots] == titles
    assert [lot.number for lot in tender.lots] == list(range(1, len(titles) + 1))
    assert sum(lot.estimated_value_net_cents for lot in tender.lots) == 135_000_000
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.details["new"] == titles


def test_a_role_for_another_cooperation_shows_nothing(session: Session) -> None:
    from vergabe.access import queries as access_queries
    from vergabe.tenders import queries

    tender = factory.draft(session)
    other = Cooperation(
        key="other", name="Andere", reference_prefix="AND",
        lead_organisation_id=tender.lead_organisation_id, cost_key={}, contact={}, review_body={},
        file_sha256="0" * 64, created_at=clock.now(),
    )  # fmt: skip
    session.add(other)
    session.flush()
    lead = cooperations.town(session, "Merzenich")
    user = access.person(session, lead, Role.AUDITOR, cooperation_id=other.id)
    actor = access_queries.actor_for(session, user, lead.id, now=clock.now())
    assert list(queries.tenders_page(session, actor).items) == []
    with pytest.raises(NotFound):
        queries.visible_tender(session, actor, tender.id)
