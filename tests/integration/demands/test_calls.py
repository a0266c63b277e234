import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import NOON, MovableClock
from tests.factories import access, cooperations, demands, messages
from vergabe import clock, sweeps
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import queries as cooperation_queries
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.model import Cooperation, Member
from vergabe.cooperations.rules import BRINGS_DEMANDS
from vergabe.demands import call_queries, call_rules, calls, drafts, importing, service
from vergabe.demands.call_rules import AnswerKind
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportWish
from vergabe.demands.model import CallAnswer, CallForDemands, Demand
from vergabe.demands.stages import Stage
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.exchange.demand_input import DemandInput

CLOSES = dt.datetime(2026, 12, 18, 11, tzinfo=dt.UTC)  # 12:00 in Berlin, 25 days after NOON
HELMETS = DemandInput("40 Feuerwehrhelme", "35113410", estimated_value_net_cents=12_000_00)


@dataclass(frozen=True)
class Group:
    """Merzenich (lead), Jülich and Kerpen, with a coordinator and a requester in each town."""

    cooperation: Cooperation
    coordinator: Actor
    requesters: dict[str, Actor]

    def place(self, session: Session, name: str, call: CallForDemands) -> Place:
        town = cooperations.town(session, name)
        return Place(self.cooperation.id, call.area_id, town.id, call.id)


@pytest.fixture
def group(session: Session) -> Group:
    dlz = cooperations.dlz(session)
    towns = {name: cooperations.town(session, name) for name in ("Merzenich", "Jülich", "Kerpen")}
    return Group(
        dlz,
        access.actor(session, towns["Merzenich"], Role.COORDINATOR),
        {name: access.actor(session, town, Role.REQUESTER) for name, town in towns.items()},
    )


def opened(session: Session, group: Group, **more: Any) -> CallForDemands:
    values: dict[str, Any] = {
        "title": "Feuerwehrhelme 2027",
        "text": "Bitte melden Sie Ihren Bedarf.",
        "closes_at": CLOSES,
    } | more
    return calls.open_call(
        session,
        group.coordinator,
        cooperation_id=group.cooperation.id,
        area_id=demands.area_of(session, group.cooperation).id,
        now=NOON,
        **values,
    )


def kinds(session: Session, call: CallForDemands) -> dict[str, AnswerKind]:
    return {answer.name: answer.kind for answer in call_queries.answers(session, call, now=NOON)}


def test_the_same_call_sent_twice_asks_once(session: Session, group: Group) -> None:
    call = opened(session, group)
    told = len(messages.all_messages(session))
    assert opened(session, group).id == call.id
    assert len(messages.all_messages(session)) == told
    assert opened(session, group, title="Feuerwehrhelme 2028").id != call.id
    later = NOON + dt.timedelta(days=1)
    assert opened(session, group, opens_at=later).id != call.id


def test_opening_tells_everybody_who_may_answer(session: Session, group: Group) -> None:
    opened(session, group)
    told = messages.all_messages(session, kind="call_for_demands")
    assert {message.user_id for message in told} == {
        actor.user_id for actor in group.requesters.values()
    }
    assert "18.12.2026" in told[0].subject


def test_planned_call_tells_when_it_opens_and_only_once(session: Session, group: Group) -> None:
    opens_at = NOON + dt.timedelta(days=2)
    opened(session, group, opens_at=opens_at)
    assert calls.send_call_reminders(session, now=opens_at - dt.timedelta(seconds=1)) == 0
    assert calls.send_call_reminders(session, now=opens_at) == 3
    assert calls.send_call_reminders(session, now=opens_at) == 0


def test_demand_answers_from_its_submission_on_and_no_demand_at_once(
    session: Session, group: Group
) -> None:
    call = opened(session, group)
    place = group.place(session, "Jülich", call)
    draft = drafts.create_demand(session, group.requesters["Jülich"], place, HELMETS, now=NOON)
    calls.answer_no_demand(session, group.requesters["Kerpen"], call.id, "Haben genug.", now=NOON)
    assert kinds(session, call) == {
        "Merzenich": AnswerKind.NONE,
        "Jülich": AnswerKind.NONE,
        "Kerpen": AnswerKind.NO_DEMAND,
    }
    service.submit_demand(session, group.requesters["Jülich"], draft.id, now=NOON)
    answers = call_queries.answers(session, call, now=NOON)
    julich = answers[1]
    assert (julich.kind, julich.demand_count, julich.value_net_cents) == (
        AnswerKind.DEMANDS,
        1,
        12_000_00,
    )
    assert call_rules.rate(answer.kind for answer in answers).basis_points == 6666


def test_reminders_go_to_the_silent_exactly_once_each(session: Session, group: Group) -> None:
    call = opened(session, group)
    calls.answer_no_demand(session, group.requesters["Kerpen"], call.id, "", now=NOON)
    before = len(messages.all_messages(session))
    sent = [
        calls.send_call_reminders(session, now=CLOSES - dt.timedelta(days=days))
        for days in (8, 7, 7, 3, 2, 1, 0)
    ]
    assert sent == [0, 2, 0, 2, 0, 2, 0]
    reminders = messages.all_messages(session)[before:]
    assert {message.user_id for message in reminders} == {
        group.requesters[name].user_id for name in ("Merzenich", "Jülich")
    }


def test_worker_that_stood_still_sends_the_latest_reminder_only(
    session: Session, group: Group
) -> None:
    opened(session, group)
    before = len(messages.all_messages(session))
    calls.send_call_reminders(session, now=CLOSES - dt.timedelta(hours=30))
    assert len(messages.all_messages(session)) == before + 3
    assert "3 Tage" in messages.all_messages(session)[-1].body


def test_closing_can_be_moved_and_reminders_follow(session: Session, group: Group) -> None:
    call = opened(session, group)
    calls.send_call_reminders(session, now=CLOSES - dt.timedelta(days=1))
    later = CLOSES + dt.timedelta(days=14)
    at = CLOSES - dt.timedelta(hours=1)
    calls.move_closing(session, group.coordinator, call.id, later, now=at)
    assert calls.send_call_reminders(session, now=later - dt.timedelta(days=1)) == 3
    entries = audit.entries(session, f"cooperation:{group.cooperation.id}")
    assert [entry.action for entry in entries] == ["call_opened", "call_moved"]
    with pytest.raises(Refused, match="geschlossen"):
        calls.move_closing(session, group.coordinator, call.id, later, now=later)


def test_no_demand_twice_is_one_answer(session: Session, group: Group) -> None:
    call = opened(session, group)
    first = calls.answer_no_demand(session, group.requesters["Jülich"], call.id, "x", now=NOON)
    again = calls.answer_no_demand(session, group.requesters["Jülich"], call.id, "y", now=NOON)
    assert (again.id, again.note) == (first.id, "x")
    assert len(session.scalars(select(CallAnswer)).all()) == 1


def test_last_second_counts_and_the_instant_of_closing_does_not(
    session: Session, group: Group
) -> None:
    call = opened(session, group)
    second = dt.timedelta(seconds=1)
    actor = group.requesters["Jülich"]
    calls.answer_no_demand(session, actor, call.id, "", now=CLOSES - second)
    with pytest.raises(Refused, match="geschlossen"):
        calls.answer_no_demand(session, group.requesters["Kerpen"], call.id, "", now=CLOSES)


def test_demand_for_a_closed_call_is_submitted_without_it_only(
    session: Session, group: Group
) -> None:
    call = opened(session, group)
    actor = group.requesters["Jülich"]
    place = group.place(session, "Jülich", call)
    demand = drafts.create_demand(session, actor, place, HELMETS, now=NOON)
    with pytest.raises(Refused, match="Bedarfsabfrage ist geschlossen"):
        service.submit_demand(session, actor, demand.id, now=CLOSES)
    drafts.update_demand(session, actor, demand.id, HELMETS, call_id=None, now=CLOSES)
    service.submit_demand(session, actor, demand.id, now=CLOSES)
    assert demand.stage == "submitted"


def test_what_is_submitted_already_is_not_moved_into_a_closed_call(
    session: Session, group: Group
) -> None:
    call = opened(session, group)
    actor = group.requesters["Jülich"]
    place = replace(group.place(session, "Jülich", call), call_id=None)
    demand = drafts.create_demand(session, actor, place, HELMETS, now=NOON)
    service.submit_demand(session, actor, demand.id, now=NOON)
    with pytest.raises(Refused, match="Bedarfsabfrage ist geschlossen") as refusal:
        drafts.update_demand(session, actor, demand.id, HELMETS, call_id=call.id, now=CLOSES)
    assert [reason.field for reason in refusal.value.reasons] == ["call_id"]
    drafts.update_demand(session, actor, demand.id, HELMETS, call_id=call.id, now=NOON)
    # What answered in time stays an answer, whatever is changed later.
    drafts.update_demand(session, actor, demand.id, HELMETS, call_id=call.id, now=CLOSES)
    assert demand.call_id == call.id


def test_a_file_answers_a_closed_call_no_more_than_a_form_does(
    session: Session, group: Group
) -> None:
    call = opened(session, group)
    place = group.place(session, "Jülich", call)

    def submit(place: Place) -> int:
        source = io.BytesIO(b"Titel;CPV;Menge\nHelme;35113410;40\n")
        actor, wish = group.requesters["Jülich"], ImportWish(Stage.SUBMITTED)
        report = importing.import_demands(
            session, actor, place, source, "helme.csv", wish=wish, now=CLOSES
        )
        return report.demand_count

    with pytest.raises(Refused, match="Bedarfsabfrage ist geschlossen") as refusal:
        submit(place)
    assert [reason.field for reason in refusal.value.reasons] == ["call_id"]
    assert submit(replace(place, call_id=None)) == 1
    assert session.scalars(select(Demand.call_id)).all() == [None]


def test_member_with_demands_cannot_answer_no_demand(session: Session, group: Group) -> None:
    call = opened(session, group)
    actor = group.requesters["Jülich"]
    place = group.place(session, "Jülich", call)
    demand = drafts.create_demand(session, actor, place, HELMETS, now=NOON)
    service.submit_demand(session, actor, demand.id, now=NOON)
    with pytest.raises(Refused, match="schon 1 Bedarf"):
        calls.answer_no_demand(session, actor, call.id, "", now=NOON)


def test_rates_over_all_calls_and_per_member(session: Session, group: Group) -> None:
    for title in ("Helme", "Möbel"):
        call = opened(session, group, title=title)
        calls.answer_no_demand(session, group.requesters["Jülich"], call.id, "", now=NOON)
    calls.answer_no_demand(session, group.requesters["Kerpen"], call.id, "", now=NOON)
    opened(session, group, title="später", opens_at=NOON + dt.timedelta(days=1))
    total, members = call_queries.rates(session, group.cooperation.id, now=NOON)
    assert (total.asked, total.answered) == (6, 3)
    assert {member.name: member.rate.basis_points for member in members} == {
        "Merzenich": 0,
        "Jülich": 10_000,
        "Kerpen": 5_000,
    }


def test_rates_ask_on_each_day_whom_a_call_asks(session: Session, group: Group) -> None:
    """One who left, one who is left out for a while: the same for one call and for all of them."""
    call, day = opened(session, group), clock.berlin_day(NOON)
    members = {
        member.organisation.name: member
        for member in session.scalars(
            select(Member).where(Member.cooperation_id == group.cooperation.id)
        )
    }
    members["Kerpen"].left_on = day + dt.timedelta(days=1)
    session.add(
        AreaExclusion(
            area_id=call.area_id,
            member_id=members["Jülich"].id,
            valid_from=day + dt.timedelta(days=1),
            valid_to=day + dt.timedelta(days=2),
            reason="Umbau",
            recorded_at=NOON,
        )
    )
    session.flush()
    asked = [
        call_queries.asked(session, call, now=NOON + dt.timedelta(days=days)) for days in range(4)
    ]
    depths = [
        cooperation_queries.depths(session, call.area_id, day + dt.timedelta(days=days))
        for days in range(4)
    ]
    assert [
        [each for each, depth in found.items() if depth in BRINGS_DEMANDS] for found in depths
    ] == asked
    assert [len(found) for found in asked] == [3, 2, 1, 2]


def test_call_of_another_cooperation_is_not_found(session: Session, group: Group) -> None:
    call = opened(session, group)
    stranger = access.actor(
        session, cooperations.town(session, "Linnich"), Role.COORDINATOR, Role.REQUESTER
    )
    with pytest.raises(NotFound):
        call_queries.visible_call(session, stranger, call.id, now=NOON)
    with pytest.raises(NotFound):
        calls.answer_no_demand(session, stranger, call.id, "", now=NOON)
    with pytest.raises(NotFound):
        calls.move_closing(session, stranger, call.id, CLOSES, now=NOON)
    page = call_queries.calls_page(session, stranger, now=NOON)
    assert list(page.items) == []


def test_only_coordinators_make_calls(session: Session, group: Group) -> None:
    with pytest.raises(Forbidden):
        calls.open_call(
            session,
            group.requesters["Jülich"],
            cooperation_id=group.cooperation.id,
            area_id=demands.area_of(session, group.cooperation).id,
            title="Helme",
            text="",
            closes_at=CLOSES,
            now=NOON,
        )


def test_wrong_call_names_every_field(session: Session, group: Group) -> None:
    with pytest.raises(InvalidInput) as caught:
        opened(session, group, title="", closes_at=NOON, reminder_days=[0])
    assert {found.field for found in caught.value.violations} == {
        "title",
        "closes_at",
        "reminder_days",
    }


def test_open_calls_are_those_that_ask_the_organisation(session: Session, group: Group) -> None:
    call = opened(session, group)
    actor = group.requesters["Jülich"]
    assert [found.id for found in call_queries.open_calls(session, actor, now=NOON)] == [call.id]
    assert call_queries.open_calls(session, actor, now=CLOSES) == []


def test_of_many_open_calls_those_that_close_first_are_shown_for_the_same_price(
    session: Session, group: Group, count_queries: Callable[[], int]
) -> None:
    actor = group.requesters["Jülich"]
    taken = []
    for number in range(2):
        for days in range(10, 13):
            demands.call(session, group.cooperation, open_days=days + 10 * number)
        count_queries()
        found = call_queries.open_calls(session, actor, now=clock.now(), limit=2)
        taken.append(count_queries())
        assert [(call.closes_at - call.opens_at).days for call in found] == [10, 11]
    assert taken[0] == taken[1]


def test_sweep_of_the_worker_sends_what_is_due(
    app: Flask, session: Session, group: Group, moving_clock: MovableClock
) -> None:
    opened(session, group)
    session.commit()
    before = len(messages.all_messages(session))
    moving_clock.at(CLOSES - dt.timedelta(days=7, seconds=1))
    assert sweeps.send_reminders(app) == 0
    moving_clock.at(CLOSES - dt.timedelta(days=7))
    assert sweeps.send_reminders(app) == 3
    assert sweeps.send_reminders(app) == 0
    assert len(messages.all_messages(session)) == before + 3
