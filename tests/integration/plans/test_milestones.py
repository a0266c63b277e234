"""Milestones from entry to end, their deadlines, and the plan of a cooperation."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, demands, plans, pools, tenders
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.audit import service as record
from vergabe.cooperations.model import Cooperation
from vergabe.deadlines import service as deadlines
from vergabe.deadlines.model import Deadline
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused, Stale
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.plans import measures, overview, queries, service
from vergabe.plans.model import Milestone
from vergabe.plans.rules import Kind, MilestoneEntry, State

AGREED = dt.date(2027, 2, 10)


@pytest.fixture
def cooperation(session: Session, moving_clock: MovableClock) -> Cooperation:
    return cooperations.dlz(session)


def actor(session: Session, town: str = "Merzenich", role: Role = Role.COORDINATOR) -> Actor:
    return access.actor(session, cooperations.town(session, town), role)


def entry(session: Session, town: str = "Jülich", **more: Any) -> MilestoneEntry:
    facts: dict[str, Any] = {
        "title": "Vereinbarung unterzeichnet",
        "organisation_id": cooperations.town(session, town).id,
        "kind": Kind.SIGNING,
        "agreed_on": AGREED,
    }
    return MilestoneEntry(**(facts | more))


def add(session: Session, cooperation: Cooperation, **more: Any) -> Milestone:
    return service.add_milestone(
        session, actor(session), cooperation.key, entry(session, **more), now=clock.now()
    )


def deadline_of(session: Session, milestone: Milestone) -> Deadline | None:
    query = select(Deadline).where(
        Deadline.subject_id == milestone.id, Deadline.lifted_at.is_(None)
    )
    return session.scalars(query).one_or_none()


def test_the_same_milestone_sent_twice_is_one(session: Session, cooperation: Cooperation) -> None:
    milestone = add(session, cooperation)
    assert add(session, cooperation).id == milestone.id
    assert deadline_of(session, milestone) is not None
    assert add(session, cooperation, title="Vereinbarung bekannt gemacht").id != milestone.id


def test_an_agreed_day_is_a_deadline_of_the_member_that_is_responsible(
    session: Session, cooperation: Cooperation, moving_clock: MovableClock
) -> None:
    milestone = add(session, cooperation)
    found = deadline_of(session, milestone)
    assert found is not None
    assert found.due_at == clock.start_of_day(dt.date(2027, 2, 11))
    assert found.organisation_id == cooperations.town(session, "Jülich").id
    assert (found.subject_kind, found.kind) == ("milestone", "milestone")
    access.person(session, cooperations.town(session, "Jülich"), Role.PROCUREMENT_OFFICER)
    session.flush()
    moving_clock.at("2027-02-09T09:00+01:00")
    assert deadlines.send_due_reminders(session, now=clock.now()) == 1
    told = session.scalars(select(Message).where(Message.kind == "deadline_reminder")).all()
    assert len(told) == 1
    assert "Vereinbarung unterzeichnet" in told[0].subject


def test_a_wish_alone_reminds_nobody(session: Session, cooperation: Cooperation) -> None:
    milestone = add(session, cooperation, agreed_on=None, wished_on=AGREED)
    assert deadline_of(session, milestone) is None


def test_a_moved_day_moves_the_deadline_and_a_taken_back_one_ends_it(
    session: Session, cooperation: Cooperation
) -> None:
    milestone, now = add(session, cooperation), clock.now()
    later = entry(session, agreed_on=dt.date(2027, 3, 1), town="Kerpen")
    service.change_milestone(
        session, actor(session), "dlz", milestone.id, later, version=1, now=now
    )
    found = deadline_of(session, milestone)
    assert found is not None
    assert found.due_at == clock.start_of_day(dt.date(2027, 3, 2))
    assert found.organisation_id == cooperations.town(session, "Kerpen").id
    open_ = entry(session, agreed_on=None, wished_on=AGREED)
    service.change_milestone(
        session, actor(session), "dlz", milestone.id, open_, version=2, now=now
    )
    assert deadline_of(session, milestone) is None
    entries = audit.entries(session, record.stream_of("cooperation", cooperation.id))
    assert [e.action for e in entries][-3:] == [
        "add_milestone",
        "change_milestone",
        "change_milestone",
    ]
    assert entries[-1].details["before"]["agreed_on"] == "2027-03-01"


def test_two_coordinators_at_once(session: Session, cooperation: Cooperation) -> None:
    milestone, now = add(session, cooperation), clock.now()
    first = entry(session, title="Erster")
    service.change_milestone(
        session, actor(session), "dlz", milestone.id, first, version=1, now=now
    )
    same = service.change_milestone(
        session, actor(session), "dlz", milestone.id, first, version=1, now=now
    )
    assert same.version == 2
    with pytest.raises(Stale):
        service.change_milestone(
            session,
            actor(session),
            "dlz",
            milestone.id,
            entry(session, title="Zweiter"),
            version=1,
            now=now,
        )


def test_the_responsible_member_says_that_it_is_done_and_no_other(
    session: Session, cooperation: Cooperation
) -> None:
    milestone, now = add(session, cooperation), clock.now()
    today = clock.berlin_day(now)
    with pytest.raises(Forbidden):
        service.complete_milestone(
            session, actor(session, "Kerpen"), "dlz", milestone.id, done_on=today, now=now
        )
    own = actor(session, "Jülich", Role.RELEASER)
    for _ in range(2):
        done = service.complete_milestone(session, own, "dlz", milestone.id, done_on=today, now=now)
        assert done.done_on == today
    found = deadline_of(session, milestone)
    assert found is not None
    assert found.met_at == now
    with pytest.raises(Refused):
        service.drop_milestone(
            session, actor(session), "dlz", milestone.id, reason="doch nicht", now=now
        )
    tomorrow = today + dt.timedelta(days=1)
    with pytest.raises(InvalidInput):
        service.complete_milestone(session, own, "dlz", milestone.id, done_on=tomorrow, now=now)


def test_dropping_needs_a_reason_and_lifts_the_deadline(
    session: Session, cooperation: Cooperation
) -> None:
    milestone, now = add(session, cooperation), clock.now()
    for reason in ("", "x" * 1001):
        with pytest.raises(InvalidInput):
            service.drop_milestone(
                session, actor(session), "dlz", milestone.id, reason=reason, now=now
            )
    for _ in range(2):
        service.drop_milestone(
            session, actor(session), "dlz", milestone.id, reason="nicht mehr nötig", now=now
        )
    assert deadline_of(session, milestone) is None
    with pytest.raises(Refused):
        service.complete_milestone(
            session,
            actor(session),
            "dlz",
            milestone.id,
            done_on=clock.berlin_day(now),
            now=now,
        )


def test_members_and_strangers_do_not_keep_the_plan(
    session: Session, cooperation: Cooperation
) -> None:
    with pytest.raises(Forbidden):
        service.add_milestone(
            session, actor(session, "Jülich"), "dlz", entry(session), now=clock.now()
        )
    milestone = add(session, cooperation)
    for town in ("Linnich", "Inden"):
        with pytest.raises(NotFound):
            service.complete_milestone(
                session,
                actor(session, town),
                "dlz",
                milestone.id,
                done_on=AGREED,
                now=clock.now(),
            )


def test_what_does_not_belong_to_the_cooperation_is_refused(
    session: Session, cooperation: Cooperation
) -> None:
    other = cooperations.dlz(
        session, ("Inden", "Linnich"), key="fremd", reference_prefix="FRE", name="Andere"
    )
    towns = [cooperations.town(session, name) for name in ("Inden", "Linnich")]
    foreign = pools.proposed_pool(
        session, other, [demands.demand(session, other, town) for town in towns]
    )
    with pytest.raises(InvalidInput) as caught:
        add(session, cooperation, town="Inden", pool_id=foreign.id, area_id=other.areas[0].id)
    fields = {violation.field for violation in caught.value.violations}
    assert fields == {"organisation_id", "pool_id", "area_id"}


def test_an_informal_group_plans(session: Session, moving_clock: MovableClock) -> None:
    cooperation = cooperations.dlz(session, agreement_stage="informal")
    assert add(session, cooperation).title == "Vereinbarung unterzeichnet"


def test_a_milestone_before_a_step_has_its_latest_day(
    session: Session, moving_clock: MovableClock
) -> None:
    cooperation, needed = pools.towns_with_engines(session, needed_from=dt.date(2027, 7, 1))
    pool = pools.joining_pool(session, cooperation, needed)
    add(session, cooperation, pool_id=pool.id, before_step="published", title="LV fertig")
    add(session, cooperation, title="Unterzeichnung")
    view = overview.plan_of(session, actor(session), cooperation, now=clock.now())
    lines = {line.milestone.title: line for line in view.milestones}
    planned = view.projects[0].planned
    assert planned is not None
    assert planned.backward is not None
    assert lines["LV fertig"].latest_on == planned.backward.day("published")
    assert "Wird „LV fertig“ bis" in lines["LV fertig"].slips
    assert lines["Unterzeichnung"].latest_on is None
    assert lines["Unterzeichnung"].state is State.AGREED
    assert view.may_edit
    drawn = overview.timeline_of(view)
    assert drawn is not None
    assert [row.title for row in drawn.rows].count("LV fertig") == 1


def test_nothing_planned_is_nothing_to_draw(session: Session, cooperation: Cooperation) -> None:
    view = overview.plan_of(session, actor(session, "Jülich"), cooperation, now=clock.now())
    assert overview.timeline_of(view) is None
    assert not view.may_edit


def test_days_from_the_invitation_to_the_first_joint_notice(
    session: Session, moving_clock: MovableClock
) -> None:
    tender = tenders.published(session, current.store())
    cooperation, now = tender.cooperation, clock.now()
    assert measures.of_cooperation(session, cooperation.id, now=now).days is None
    plans.milestone(
        session, cooperation, kind="invitation", title="Einladung", done_on=dt.date(2026, 6, 23)
    )
    found = measures.of_cooperation(session, cooperation.id, now=now)
    assert found.invited_on == dt.date(2026, 6, 23)
    assert found.noticed_on == clock.berlin_day(now)
    assert found.is_final
    assert found.days == 153
    plans.milestone(
        session,
        cooperation,
        kind="invitation",
        pool_id=tender.pool_id,
        done_on=dt.date(2026, 11, 13),
    )
    assert measures.of_pool(session, tender.pool_id, now=now).days == 10
    assert measures.of_cooperation(session, cooperation.id, now=now).days == 153


def test_a_call_for_demands_counts_as_the_invitation_where_no_other_is_noted(
    session: Session, cooperation: Cooperation, moving_clock: MovableClock
) -> None:
    demands.call(session, cooperation)
    moving_clock.pass_(days=30)
    found = measures.of_cooperation(session, cooperation.id, now=clock.now())
    assert found.invited_by == measures.BY_CALL
    assert found.days is not None
    assert found.days >= 29
    assert not found.is_final


def test_the_plan_shows_all_that_is_open_and_the_latest_of_what_has_ended(
    session: Session, cooperation: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_ENDED", 2)
    made = [add(session, cooperation, title=f"Schritt {number}") for number in range(4)]
    for each in made[:3]:
        each.done_on = AGREED
    session.flush()
    found, has_more = queries.standing(session, cooperation.id)
    assert ({each.title for each in found}, has_more) == (
        {"Schritt 1", "Schritt 2", "Schritt 3"},
        True,
    )
