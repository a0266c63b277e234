import datetime as dt
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access, cooperations, demands, messages
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations.model import Cooperation, Participation
from vergabe.demands import drafts, releasing, rules, service
from vergabe.demands.conversion import as_input
from vergabe.demands.drafts import Place
from vergabe.demands.model import Demand
from vergabe.demands.recording import stream_of
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.exchange.demand_input import DemandInput, ItemInput
from vergabe.outbox import OutboxRow

ENGINE = DemandInput(
    title="Löschgruppenfahrzeug LF 20",
    cpv_main="34144210",
    description="Ersatz für das Fahrzeug von 1998",
    nature="supplies",
    items=(ItemInput("LF 20", Decimal(1), "H87", 45_000_000),),
    needed_from=dt.date(2027, 6, 1),
    needed_until=dt.date(2027, 12, 31),
    nuts="DEA26",
    place_city="Jülich",
    external_reference="4711",
)


@dataclass(frozen=True)
class Town:
    """Jülich in the DLZ, with somebody who writes demands and somebody who releases them."""

    cooperation: Cooperation
    organisation: Organisation
    place: Place
    requester: Actor
    releaser: Actor


@pytest.fixture
def town(session: Session) -> Town:
    dlz = cooperations.dlz(session)
    julich = cooperations.town(session, "Jülich")
    return Town(
        dlz,
        julich,
        Place(dlz.id, demands.area_of(session, dlz).id, julich.id),
        access.actor(session, julich, Role.REQUESTER),
        access.actor(session, julich, Role.RELEASER, name="Karl Kämmerer"),
    )


def written(session: Session, town: Town, values: DemandInput = ENGINE) -> Demand:
    return drafts.create_demand(session, town.requester, town.place, values, now=NOON)


def submitted(session: Session, town: Town, values: DemandInput = ENGINE) -> Demand:
    demand = written(session, town, values)
    return service.submit_demand(session, town.requester, demand.id, now=NOON)


def test_demand_goes_from_draft_to_released_and_every_step_is_on_record(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    releasing.release_demand(
        session, town.releaser, demand.id, budget_line="12.60.01/0831100", now=NOON
    )
    assert (demand.reference, demand.stage) == ("B-DLZ-2026-00001", "released")
    assert demand.released_net_cents == demand.value_net_cents == 45_000_000
    assert (demand.submitted_by_id, demand.released_by_id) == (
        town.requester.user_id,
        town.releaser.user_id,
    )
    stream = stream_of(town.cooperation.id, town.organisation.id)
    entries = audit.entries(session, stream)
    assert [entry.action for entry in entries] == [
        "demand_created",
        "demand_submitted",
        "demand_released",
    ]
    assert entries[2].details["four_eyes"] is True
    assert audit.breaks(session, stream) == []
    names = session.scalars(select(OutboxRow.name).where(OutboxRow.kind == "event")).all()
    assert names == ["demands.submitted", "demands.released"]


def test_whoever_writes_at_a_wrong_place_hears_what_is_wrong_with_it(
    session: Session, town: Town
) -> None:
    """First what nobody may see, then the right, then the area, then the part in it."""
    other = cooperations.dlz(
        session, ["Bedburg"], key="other", name="Erft", reference_prefix="ERFT"
    )
    empty = cooperations.area(session, town.cooperation, "it", "Informationstechnik")
    places: dict[str, tuple[Place, type[Exception]]] = {
        "Die Zusammenarbeit": (
            replace(town.place, cooperation_id=other.id, organisation_id=uuid.uuid4()),
            NotFound,
        ),
        "Ihre Rollen": (replace(town.place, organisation_id=uuid.uuid4()), Forbidden),
        "Das Aufgabengebiet": (
            replace(town.place, area_id=demands.area_of(session, other).id),
            NotFound,
        ),
        "Informationstechnik": (replace(town.place, area_id=empty.id), Refused),
    }
    heard = {}
    for word, (place, error) in places.items():
        with pytest.raises(error) as caught:
            drafts.create_demand(session, town.requester, place, ENGINE, now=NOON)
        heard[word] = str(caught.value)
    assert {word: word in said for word, said in heard.items()} == dict.fromkeys(heard, True), heard


def test_releaser_is_told_of_the_submission_and_requester_of_the_release(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    releasing.release_demand(session, town.releaser, demand.id, now=NOON)
    asked, told = messages.all_messages(session)
    assert asked.user_id == town.releaser.user_id
    assert "Freigabe nötig" in asked.subject
    assert told.user_id == town.requester.user_id
    assert told.link == f"/bedarfe/{demand.id}"


def test_numbers_run_on_per_cooperation_and_year(session: Session, town: Town) -> None:
    references = [
        written(session, town, replace(ENGINE, external_reference=None)).reference for _ in range(2)
    ]
    later = dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight in Berlin
    place, values = town.place, replace(ENGINE, external_reference=None)
    new_year = drafts.create_demand(session, town.requester, place, values, now=later)
    assert references == ["B-DLZ-2026-00001", "B-DLZ-2026-00002"]
    assert new_year.reference == "B-DLZ-2027-00001"


def test_second_click_on_submit_is_refused_and_changes_nothing(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    with pytest.raises(Refused, match="ist eingereicht"):
        service.submit_demand(session, town.requester, demand.id, now=NOON)
    assert len(messages.all_messages(session)) == 1


def test_who_submitted_does_not_release_while_another_could(session: Session, town: Town) -> None:
    both = access.actor(session, town.organisation, Role.REQUESTER, Role.RELEASER)
    demand = drafts.create_demand(session, both, town.place, ENGINE, now=NOON)
    service.submit_demand(session, both, demand.id, now=NOON)
    with pytest.raises(Refused) as caught:
        releasing.release_demand(session, both, demand.id, now=NOON)
    assert [reason.code for reason in caught.value.violations] == ["four_eyes"]


def test_who_changed_what_another_submitted_does_not_release_it_either(
    session: Session, town: Town
) -> None:
    both = access.actor(session, town.organisation, Role.REQUESTER, Role.RELEASER)
    demand = drafts.create_demand(session, both, town.place, ENGINE, now=NOON)
    service.submit_demand(session, town.requester, demand.id, now=NOON)
    dearer = replace(ENGINE, items=(ItemInput("LF 20", Decimal(9), "H87", 45_000_000),))
    drafts.update_demand(session, both, demand.id, dearer, now=NOON)
    with pytest.raises(Refused) as caught:
        releasing.release_demand(session, both, demand.id, now=NOON)
    assert [reason.code for reason in caught.value.violations] == ["four_eyes"]
    releasing.release_demand(session, town.releaser, demand.id, now=NOON)
    assert demand.released_net_cents == 405_000_000


def test_only_releaser_may_release_their_own_and_the_record_says_so(session: Session) -> None:
    dlz = cooperations.dlz(session)
    inden = cooperations.town(session, "Kerpen")
    alone = access.actor(session, inden, Role.REQUESTER, Role.RELEASER)
    place = Place(dlz.id, demands.area_of(session, dlz).id, inden.id)
    demand = drafts.create_demand(session, alone, place, ENGINE, now=NOON)
    service.submit_demand(session, alone, demand.id, now=NOON)
    releasing.release_demand(session, alone, demand.id, now=NOON)
    last = audit.entries_about(session, demand.id)[-1]
    assert last.details["four_eyes"] is False
    assert "ohne Vier-Augen-Prinzip" in last.summary


def test_several_demands_are_released_together_or_not_at_all(session: Session, town: Town) -> None:
    first = submitted(session, town)
    draft = written(session, town, replace(ENGINE, external_reference=None))
    with pytest.raises(Refused, match="Entwurf"):
        releasing.release_demands(session, town.releaser, [first.id, draft.id], now=NOON)
    assert first.stage == "submitted"
    service.submit_demand(session, town.requester, draft.id, now=NOON)
    released = releasing.release_demands(session, town.releaser, [draft.id, first.id], now=NOON)
    assert [demand.id for demand in released] == [draft.id, first.id]


def test_demand_without_value_needs_an_amount(session: Session, town: Town) -> None:
    values = replace(ENGINE, items=(), external_reference=None)
    demand = submitted(session, town, values)
    with pytest.raises(InvalidInput, match="keinen geschätzten Wert"):
        releasing.release_demand(session, town.releaser, demand.id, now=NOON)
    releasing.release_demand(
        session, town.releaser, demand.id, released_net_cents=5_000_00, now=NOON
    )
    assert (demand.value_net_cents, demand.released_net_cents) == (None, 5_000_00)


def test_rejected_demand_is_told_with_its_reason_and_can_be_reopened(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    with pytest.raises(InvalidInput, match="Grund"):
        service.reject_demand(session, town.releaser, demand.id, "", now=NOON)
    service.reject_demand(session, town.releaser, demand.id, "Haushaltssperre", now=NOON)
    assert (demand.stage, demand.stage_reason) == ("rejected", "Haushaltssperre")
    assert "Haushaltssperre" in messages.all_messages(session)[-1].body
    service.reopen_demand(session, town.requester, demand.id, now=NOON)
    assert demand.stage == "draft"


def test_release_can_be_taken_back_before_a_pool_holds_the_demand(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    releasing.release_demand(session, town.releaser, demand.id, now=NOON)
    service.revoke_release(session, town.releaser, demand.id, "Mittel anders gebunden", now=NOON)
    assert (demand.stage, demand.released_net_cents, demand.released_at) == (
        "submitted",
        None,
        None,
    )
    releasing.release_demand(session, town.releaser, demand.id, now=NOON)
    service.mark_pooled(session, town.releaser, [demand.id], "P-DLZ-2026-0001", now=NOON)
    with pytest.raises(Refused, match="Bündelung"):
        service.revoke_release(session, town.releaser, demand.id, "zu spät", now=NOON)


def test_pool_and_tender_mark_demands_of_several_members_in_the_records_of_each(
    session: Session, town: Town
) -> None:
    other = cooperations.town(session, "Kerpen")
    both = [
        demands.demand(session, town.cooperation, organisation)
        for organisation in (town.organisation, other)
    ]
    demand_ids = [demand.id for demand in both]
    operator = Actor.operator("Test")
    service.mark_pooled(session, operator, demand_ids, "P-1", now=NOON)
    with pytest.raises(Refused) as caught:
        service.mark_pooled(session, operator, demand_ids, "P-2", now=NOON)
    assert len(caught.value.violations) == 2
    service.mark_tendered(session, operator, demand_ids, "DLZ-2026-0001", now=NOON)
    service.untender(session, operator, demand_ids, "DLZ-2026-0001", reason="aufgehoben", now=NOON)
    service.unpool(session, operator, demand_ids, "P-1", reason="aufgelöst", now=NOON)
    assert {demand.stage for demand in both} == {"released"}
    for organisation in (town.organisation, other):
        entries = audit.entries(session, stream_of(town.cooperation.id, organisation.id))
        assert [entry.action for entry in entries] == [
            "demand_pooled",
            "demand_tendered",
            "demand_untendered",
            "demand_unpooled",
        ]
        assert "P-1" in entries[0].summary


def test_unknown_demand_among_many_stops_a_step_of_the_flow(session: Session, town: Town) -> None:
    demand = demands.demand(session, town.cooperation, town.organisation)
    with pytest.raises(NotFound):
        service.mark_pooled(session, town.releaser, [demand.id, uuid.uuid4()], "P-1", now=NOON)


def test_change_counts_up_the_version_even_when_only_a_line_changes(
    session: Session, town: Town
) -> None:
    demand = written(session, town)
    before = demand.version
    line = replace(ENGINE.items[0], text="LF 20 mit Allrad")
    drafts.update_demand(
        session, town.requester, demand.id, replace(ENGINE, items=(line,)), version=before, now=NOON
    )
    assert demand.version == before + 1
    changes = audit.entries_about(session, demand.id)[-1].details["changes"]
    assert changes == [["items", "LF 20 1 H87 45000000", "LF 20 mit Allrad 1 H87 45000000"]]
    with pytest.raises(Stale):
        drafts.update_demand(session, town.requester, demand.id, ENGINE, version=before, now=NOON)


def test_lines_can_be_added_removed_and_reordered(session: Session, town: Town) -> None:
    demand = written(session, town)
    lines = tuple(ItemInput(text, Decimal(2), "H87", 10_00) for text in ("eins", "zwei", "drei"))
    for items in (lines, lines[::-1][:2], ()):
        drafts.update_demand(
            session, town.requester, demand.id, replace(ENGINE, items=items), now=NOON
        )
        session.expire_all()
        assert as_input(demand).items == items
        assert demand.value_net_cents == rules.value_net_cents(demand)


def test_colleague_reopens_a_submitted_demand_before_changing_it(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    colleague = access.actor(session, town.organisation, Role.REQUESTER)
    with pytest.raises(Refused, match="jemand anders"):
        drafts.update_demand(session, colleague, demand.id, ENGINE, now=NOON)
    service.reopen_demand(session, colleague, demand.id, now=NOON)
    drafts.update_demand(session, colleague, demand.id, replace(ENGINE, title="Neu"), now=NOON)
    assert demand.title == "Neu"


def test_zero_is_no_value_and_a_number_without_unit_is_kept_as_such(
    session: Session, town: Town
) -> None:
    line = ItemInput("Helme", Decimal(40))
    values = replace(ENGINE, items=(line,), estimated_value_net_cents=0)
    demand = written(session, town, values)
    assert (demand.estimated_value_net_cents, demand.value_net_cents) == (None, None)
    assert demand.items[0].unit_code == "C62"


def test_copy_moves_the_need_on_and_leaves_the_old_number_behind(
    session: Session, town: Town
) -> None:
    year_ago = replace(ENGINE, needed_from=dt.date(2024, 2, 29), needed_until=dt.date(2025, 1, 31))
    earlier = written(session, town, year_ago)
    copy = drafts.copy_demand(session, town.requester, earlier.id, now=NOON)
    assert (copy.stage, copy.external_reference) == ("draft", None)
    assert (copy.needed_from, copy.needed_until) == (dt.date(2027, 2, 28), dt.date(2028, 1, 31))
    assert as_input(copy).items == ENGINE.items
    assert earlier.reference in audit.entries_about(session, copy.id)[-1].summary


def test_same_number_of_another_system_is_refused_at_its_field(
    session: Session, town: Town
) -> None:
    demand = written(session, town)
    with pytest.raises(InvalidInput) as caught:
        written(session, town)
    assert caught.value.field == "external_reference"
    assert demand.reference in caught.value.message


def test_other_member_and_stranger_reach_nothing(session: Session, town: Town) -> None:
    demand = submitted(session, town)
    neighbour = cooperations.town(session, "Kerpen")
    actor = access.actor(session, neighbour, Role.REQUESTER, Role.RELEASER)
    for command in (
        lambda: drafts.update_demand(session, actor, demand.id, ENGINE, now=NOON),
        lambda: drafts.copy_demand(session, actor, demand.id, now=NOON),
        lambda: service.submit_demand(session, actor, demand.id, now=NOON),
        lambda: releasing.release_demand(session, actor, demand.id, now=NOON),
        lambda: service.reject_demand(session, actor, demand.id, "nein", now=NOON),
        lambda: service.withdraw_demand(session, actor, demand.id, "nein", now=NOON),
        lambda: service.reopen_demand(session, actor, demand.id, now=NOON),
    ):
        with pytest.raises(NotFound):
            command()
    with pytest.raises(Forbidden):
        drafts.create_demand(session, actor, town.place, ENGINE, now=NOON)


def test_role_for_another_cooperation_does_not_reach_these_demands(
    session: Session, town: Town
) -> None:
    demand = submitted(session, town)
    other = cooperations.dlz(
        session, towns=("Jülich", "Linnich"), key="andere", reference_prefix="AND"
    )
    user = access.person(session, town.organisation)
    access.grant(session, user, town.organisation, Role.RELEASER, cooperation_id=other.id)
    actor = queries.actor_for(session, user, town.organisation.id, now=NOON)
    with pytest.raises(NotFound):
        releasing.release_demand(session, actor, demand.id, now=NOON)


def test_requester_cannot_release_and_releaser_cannot_write(session: Session, town: Town) -> None:
    demand = submitted(session, town)
    with pytest.raises(Forbidden):
        releasing.release_demand(session, town.requester, demand.id, now=NOON)
    with pytest.raises(Forbidden):
        drafts.create_demand(session, town.releaser, town.place, ENGINE, now=NOON)


def test_member_that_takes_part_for_information_only_brings_no_demand(
    session: Session, town: Town
) -> None:
    for participation in session.scalars(select(Participation)):
        participation.depth = "information"
    session.flush()
    with pytest.raises(Refused, match="nicht mit Bedarfen"):
        written(session, town)


def test_bad_values_are_refused_together_and_nothing_is_stored(
    session: Session, town: Town
) -> None:
    bad = replace(
        ENGINE,
        title="x" * 600,
        cpv_main="00000000",
        items=(ItemInput("", Decimal(-1), "H87", -1),),
        needed_until=dt.date(2020, 1, 1),
    )
    with pytest.raises(InvalidInput) as caught:
        written(session, town, bad)
    assert {violation.field for violation in caught.value.violations} >= {
        "title",
        "cpv_main",
        "items.0.text",
        "items.0.quantity",
        "items.0.unit_price_net_cents",
        "needed_until",
    }
    assert session.scalars(select(Demand)).all() == []


def test_what_was_changed_since_it_was_read_is_not_released(session: Session, town: Town) -> None:
    demand = submitted(session, town)
    read = demand.version
    dearer = replace(ENGINE, items=(ItemInput("LF 20", Decimal(9), "H87", 45_000_000),))
    drafts.update_demand(session, town.requester, demand.id, dearer, now=NOON)
    with pytest.raises(Refused) as caught:
        releasing.release_demands(
            session, town.releaser, [demand.id], seen={demand.id: read}, now=NOON
        )
    assert [reason.code for reason in caught.value.violations] == ["changed_since"]
    seen = {demand.id: demand.version}
    (released,) = releasing.release_demands(
        session, town.releaser, [demand.id], seen=seen, now=NOON
    )
    assert released.released_net_cents == 405_000_000
