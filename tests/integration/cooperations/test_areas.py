"""Depths of participation over time, and areas that are left out on purpose."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session

from tests.browser_forms import form_of
from tests.conftest import NOON, MovableClock
from tests.factories import access, tenders
from tests.factories import cooperations as factory
from tests.factories import demands as demand_factory
from tests.factories import pools as pool_factory
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import area_exclusions, area_queries, areas, queries
from vergabe.cooperations.area_exclusions import ExclusionEntry
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.areas import DepthEntry
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.rules import Depth, Phase
from vergabe.demands import calls, drafts
from vergabe.demands import service as demands
from vergabe.demands.conversion import as_input
from vergabe.demands.drafts import Place
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.notices import service as notices
from vergabe.pools import changing, proposing
from vergabe.tenders import gates as tender_gates
from vergabe.tenders.amending import Amendment

TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)
TOWNS = ("Merzenich", "Jülich", "Kerpen")

pytestmark = pytest.mark.usefixtures("moving_clock")


@pytest.fixture
def cooperation(session: Session, moving_clock: MovableClock) -> Cooperation:
    return factory.dlz(session)


def actor(session: Session, town: str = "Merzenich", *roles: Role) -> Actor:
    return access.actor(session, factory.town(session, town), *(roles or [Role.COORDINATOR]))


def area_of(session: Session, cooperation: Cooperation) -> TaskArea:
    return queries.area_by_key(session, cooperation.id, "procurement")


def change(
    session: Session,
    cooperation: Cooperation,
    depth: Depth,
    day: dt.date = TODAY,
    by: Actor | None = None,
    town: str = "Jülich",
    **more: Any,
) -> None:
    entry = DepthEntry("procurement", depth, day, more.pop("reason", "Ratsbeschluss"), **more)
    areas.change_depth(
        session,
        by or actor(session, town),
        cooperation.id,
        entry,
        organisation_id=factory.town(session, town).id,
        now=NOON,
    )


def exclude(
    session: Session,
    cooperation: Cooperation,
    town: str | None = None,
    day: dt.date = TODAY,
    by: Actor | None = None,
    **more: Any,
) -> AreaExclusion:
    facts = {"reason": "Rechnet sich nicht", "business_case": "412.000 gegen 380.000 Euro"} | more
    return area_exclusions.exclude_area(
        session,
        by or actor(session),
        cooperation.id,
        ExclusionEntry("procurement", day, **facts),
        organisation_id=factory.town(session, town).id if town else None,
        now=NOON,
    )


def depths(session: Session, cooperation: Cooperation, day: dt.date) -> list[str]:
    found = queries.depths(session, area_of(session, cooperation).id, day)
    matrix = queries.depth_matrix(session, cooperation.id, day)
    assert {key[0]: depth for key, depth in matrix.items()} == {
        organisation_id: depth for organisation_id, depth in found.items() if depth != Depth.NONE
    }
    return [depth.value for depth in found.values()]


def test_depth_changes_from_a_day_on_and_the_past_stays(
    session: Session, cooperation: Cooperation
) -> None:
    change(session, cooperation, Depth.MANDATE, TODAY + 10 * DAY)
    assert depths(session, cooperation, TODAY + 9 * DAY) == ["full", "full", "full"]
    assert depths(session, cooperation, TODAY + 10 * DAY) == ["full", "mandate", "full"]
    # A planned change is replaced by another one before it.
    change(session, cooperation, Depth.NONE, TODAY + 2 * DAY)
    assert depths(session, cooperation, TODAY + DAY) == ["full", "full", "full"]
    assert depths(session, cooperation, TODAY + 20 * DAY) == ["full", "none", "full"]
    change(session, cooperation, Depth.DEMAND, TODAY + 30 * DAY)
    assert depths(session, cooperation, TODAY + 30 * DAY) == ["full", "demand", "full"]
    rows = area_queries.history(session, cooperation.id)
    assert len(rows) == 5
    actions = [e.action for e in audit.entries(session, f"cooperation:{cooperation.id}")]
    assert actions == ["participation_changed"] * 3
    # The lead is told of what a member decides for itself.
    told = session.query(Message).all()
    assert {message.organisation_id for message in told} == {cooperation.lead_organisation_id}


def test_change_that_begins_on_the_same_day_replaces_the_one_before(
    session: Session, cooperation: Cooperation
) -> None:
    change(session, cooperation, Depth.INFORMATION)
    change(session, cooperation, Depth.DEMAND)
    assert depths(session, cooperation, TODAY) == ["full", "demand", "full"]
    assert depths(session, cooperation, TODAY - DAY) == ["full", "full", "full"]
    assert len(area_queries.history(session, cooperation.id)) == 4


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"day": TODAY - DAY}, "valid_from"),
        ({"day": dt.date(226, 1, 1)}, "valid_from"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"reason": "x\x00"}, "reason"),
    ],
)
def test_wrong_change_is_refused_at_its_field(
    session: Session, cooperation: Cooperation, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        change(session, cooperation, Depth.DEMAND, **more)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert len(area_queries.history(session, cooperation.id)) == 3


def test_second_click_changes_nothing(session: Session, cooperation: Cooperation) -> None:
    change(session, cooperation, Depth.DEMAND)
    with pytest.raises(Refused, match="schon mit der Tiefe"):
        change(session, cooperation, Depth.DEMAND)
    assert len(area_queries.history(session, cooperation.id)) == 4


def test_member_decides_for_itself_and_the_leads_coordination_for_all(
    session: Session, cooperation: Cooperation
) -> None:
    with pytest.raises(Forbidden):
        change(session, cooperation, Depth.DEMAND, by=actor(session, "Kerpen"))
    with pytest.raises(Forbidden):
        change(session, cooperation, Depth.DEMAND, by=actor(session, "Jülich", Role.REQUESTER))
    with pytest.raises(NotFound):
        change(session, cooperation, Depth.DEMAND, by=actor(session, "Inden"))
    with pytest.raises(Forbidden):
        exclude(session, cooperation, by=actor(session, "Jülich"))
    change(session, cooperation, Depth.DEMAND, by=actor(session))
    exclude(session, cooperation, "Jülich", by=actor(session, "Jülich", Role.RELEASER))


def test_pilots_begin_and_later_members_have_their_day(
    session: Session, cooperation: Cooperation
) -> None:
    area = area_of(session, cooperation)
    change(session, cooperation, Depth.NONE, town="Kerpen")
    change(session, cooperation, Depth.FULL, phase=Phase.PILOT)
    first_day = dt.date(2027, 3, 1)
    change(session, cooperation, Depth.FULL, first_day, town="Kerpen", phase=Phase.LATER)
    kerpen, julich = factory.town(session, "Kerpen"), factory.town(session, "Jülich")
    assert area_queries.phases(session, area.id, TODAY)[julich.id] is Phase.PILOT
    assert area_queries.later_joiners(session, area.id, TODAY) == {kerpen.id: first_day}
    assert area_queries.later_joiners(session, area.id, first_day) == {}
    place = Place(cooperation.id, area.id, kerpen.id)
    requester = actor(session, "Kerpen", Role.REQUESTER)
    values = as_input(demand_factory.demand(session, cooperation, julich))
    with pytest.raises(Refused, match=r"erst ab 01\.03\.2027"):
        drafts.create_demand(session, requester, place, values, now=NOON)


def test_excluded_area_refuses_what_begins_with_its_reason(
    session: Session, cooperation: Cooperation
) -> None:
    area = area_of(session, cooperation)
    julich = factory.town(session, "Jülich")
    known = [
        demand_factory.demand(session, cooperation, factory.town(session, name), "released")
        for name in TOWNS
    ]
    proposal = pool_factory.proposed_pool(session, cooperation, known)
    draft = demand_factory.demand(session, cooperation, julich, "draft", title="Schläuche")
    exclude(session, cooperation)
    reason = "Rechnet sich nicht"
    requester = actor(session, "Jülich", Role.REQUESTER)
    place = Place(cooperation.id, area.id, julich.id)
    with pytest.raises(Refused, match=reason):
        drafts.create_demand(session, requester, place, as_input(draft), now=NOON)
    with pytest.raises(Refused, match=reason):
        demands.submit_demands(session, requester, [draft.id], now=NOON)
    with pytest.raises(Refused, match=reason):
        calls.open_call(
            session,
            actor(session),
            cooperation_id=cooperation.id,
            area_id=area.id,
            title="Bedarfe 2027",
            text="",
            closes_at=NOON + 10 * DAY,
            now=NOON,
        )
    with pytest.raises(Refused, match=reason):
        changing.start_consultation(session, actor(session), proposal.id, now=NOON)
    assert proposing.propose_pools(session, actor(session), cooperation.id, now=NOON) == []


def test_joining_does_not_open_for_an_excluded_participant(
    session: Session, cooperation: Cooperation
) -> None:
    known = [
        demand_factory.demand(session, cooperation, factory.town(session, name)) for name in TOWNS
    ]
    pool = pool_factory.pool_in_consultation(session, cooperation, known)
    exclude(session, cooperation, "Jülich")
    with pytest.raises(Refused, match="Jülich"):
        changing.open_joining(session, actor(session), pool.id, now=NOON)


def test_excluding_is_reversible_and_the_depths_count_again(
    session: Session, cooperation: Cooperation
) -> None:
    found = exclude(session, cooperation, "Jülich", TODAY + 5 * DAY)
    assert depths(session, cooperation, TODAY + 4 * DAY) == ["full", "full", "full"]
    assert depths(session, cooperation, TODAY + 5 * DAY) == ["full", "none", "full"]
    with pytest.raises(Refused, match="schon ab"):
        exclude(session, cooperation, "Jülich", TODAY + 6 * DAY)
    area_exclusions.lift_exclusion(
        session,
        actor(session, "Jülich"),
        cooperation.id,
        found.id,
        counts_from=TODAY + 20 * DAY,
        reason="Neue Zahlen",
        now=NOON,
    )
    assert depths(session, cooperation, TODAY + 19 * DAY) == ["full", "none", "full"]
    assert depths(session, cooperation, TODAY + 20 * DAY) == ["full", "full", "full"]
    actions = [e.action for e in audit.entries(session, f"cooperation:{cooperation.id}")]
    assert actions == ["area_excluded", "area_included"]


def test_wrong_lifting_is_told_at_its_own_exclusion(
    session: Session, cooperation: Cooperation, client: FlaskClient
) -> None:
    found = [exclude(session, cooperation, town) for town in ("Jülich", "Kerpen")]
    lead = factory.town(session, "Merzenich")
    access.log_in(client, access.person(session, lead, Role.COORDINATOR))
    page = "/zusammenarbeit/dlz/gebiete"
    token = form_of(client.get(page).get_data(as_text=True)).data["csrf_token"]
    for one in found:
        url = f"{page}/ausnahmen/{one.id}/aufhebung"
        answer = client.post(url, data={"csrf_token": token})
        assert answer.status_code == 422
        (field,) = html.fromstring(answer.get_data(as_text=True)).xpath("//*[@id='counts_from']")
        assert field.xpath("ancestor::form/@action") == [url]


def test_all_that_is_wrong_with_a_form_of_areas_is_told_at_once(
    session: Session, cooperation: Cooperation, client: FlaskClient
) -> None:
    found = exclude(session, cooperation)
    lead = factory.town(session, "Merzenich")
    access.log_in(client, access.person(session, lead, Role.COORDINATOR))
    page = "/zusammenarbeit/dlz/gebiete"
    token = form_of(client.get(page).get_data(as_text=True)).data["csrf_token"]
    area, late, reason = "Wählen Sie das Aufgabengebiet.", "01.01.2025", "Nennen Sie den Grund"
    for path, typed, sentences in (
        ("beteiligung", {"valid_from": late}, (area, "Wählen Sie die Tiefe", "Was war", reason)),
        ("beteiligung", {}, (area, "ab wann es gilt", reason)),
        ("ausnahmen", {"valid_from": late}, (area, "für wen das Gebiet", "rückwirkend", reason)),
        (
            "ausnahmen",
            {"business_case": "x" * 20_000},
            ("ab wann es gilt", reason, "erlaubt sind 10.000"),
        ),
        (f"ausnahmen/{found.id}/aufhebung", {}, ("wieder zählt", reason)),
        (f"ausnahmen/{found.id}/aufhebung", {"counts_from": late}, ("rückwirkend", reason)),
    ):
        answer = client.post(f"{page}/{path}", data={"csrf_token": token} | typed)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        for sentence in sentences:
            assert sentence in text, (path, typed, sentence)


def test_exclusion_lifted_before_its_first_day_never_counts(
    session: Session, cooperation: Cooperation
) -> None:
    found = exclude(session, cooperation, day=TODAY + 5 * DAY)
    area_exclusions.lift_exclusion(
        session,
        actor(session),
        cooperation.id,
        found.id,
        counts_from=TODAY,
        reason="Doch nicht",
        now=NOON,
    )
    for days in (4, 5, 6):
        assert depths(session, cooperation, TODAY + days * DAY) == ["full", "full", "full"]
    with pytest.raises(Refused, match="endet schon"):
        area_exclusions.lift_exclusion(
            session,
            actor(session),
            cooperation.id,
            found.id,
            counts_from=TODAY + DAY,
            reason="x",
            now=NOON,
        )
    exclude(session, cooperation, day=TODAY + 5 * DAY)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"day": TODAY - DAY}, "valid_from"),
        ({"reason": ""}, "reason"),
        ({"business_case": "x" * 10_001}, "business_case"),
    ],
)
def test_area_is_not_left_out_without_reason_or_looking_back(
    session: Session, cooperation: Cooperation, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        exclude(session, cooperation, **more)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert area_queries.exclusions(session, cooperation.id) == []


def closed(session: Session, tender: Any) -> list[str]:
    found = tender_gates.all_gates(session, tender, now=NOON, is_decision=True)
    return [reason.code for gate in found for reason in gate.reasons if gate.key == "participation"]


def test_tender_of_members_that_are_bound_is_completed(session: Session) -> None:
    tender = tenders.ready(session, current.store())
    cooperation = session.get_one(Cooperation, tender.cooperation_id)
    exclude(session, cooperation)
    change(session, cooperation, Depth.INFORMATION)
    assert closed(session, tender) == []
    notices.publish_tender(
        session,
        tenders.officer(session, tender),
        tender.id,
        now=NOON,
        store=current.store(),
        base_url="https://vergabe.example",
    )


def test_tender_of_members_that_were_not_bound_in_time_is_refused(session: Session) -> None:
    tender = tenders.ready(session, current.store())
    cooperation = session.get_one(Cooperation, tender.cooperation_id)
    area = area_of(session, cooperation)
    # It was left out before their joining became binding.
    factory.exclusion(session, area, None, TODAY - 200 * DAY)
    assert closed(session, tender) == ["area_excluded"] * 3


def test_running_procedure_goes_on_after_the_agreement_has_ended(session: Session) -> None:
    tender = tenders.published(session, current.store())
    other = tenders.ready(session, current.store(), title="Drehleitern")
    cooperation = session.get_one(Cooperation, tender.cooperation_id)
    agreement = cooperation.agreements[0]
    agreement.stage, agreement.terminated_on = "terminated", TODAY
    session.flush()
    changed = notices.publish_amendment(
        session,
        tenders.officer(session, tender),
        tender.id,
        Amendment(summary="Klarstellung", title="Löschfahrzeuge LF 20", is_substantial=False),
        now=NOON,
        store=current.store(),
        base_url="https://vergabe.example",
    )
    assert changed.kind == "change_notice"
    with pytest.raises(Refused) as caught:
        notices.publish_tender(
            session,
            tenders.officer(session, other),
            other.id,
            now=NOON,
            store=current.store(),
            base_url="https://vergabe.example",
        )
    assert "agreement_not_in_force" in [reason.code for reason in caught.value.violations]
