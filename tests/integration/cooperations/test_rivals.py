import datetime as dt
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import cooperations as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit import queries as audit
from vergabe.cooperations import (
    agreement_queries,
    agreement_versions,
    area_exclusions,
    gates,
    planning,
    queries,
    resolutions,
)
from vergabe.cooperations.area_exclusions import ExclusionEntry
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.gates import PublicationFacts
from vergabe.cooperations.planning import PlanEntry
from vergabe.cooperations.rules import Subject
from vergabe.db import reading, unit_of_work
from vergabe.errors import Refused

OPERATOR = Actor.operator("Test")


def both(app: Flask, first: Callable[[], None], second: Callable[[], None]) -> None:
    """Run two pieces of work at once, each with an application context of its own."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            with app.app_context():
                work()
        except BaseException as error:  # handed to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []


def test_revocation_waits_until_a_publication_under_way_is_decided(own_app: Flask) -> None:
    happened: list[str] = []
    checked = threading.Event()
    with own_app.app_context(), unit_of_work() as session:
        cooperation = factory.dlz(session)
        today = clock.berlin_day(clock.now())
        ids = queries.member_ids(session, cooperation.id, clock.now())
        area = queries.area_by_key(session, cooperation.id, "procurement")
        facts = PublicationFacts(
            cooperation.id, area.id, None, ids, dict.fromkeys(ids, 1_00), today
        )
        resolution_id = queries.resolutions(session, cooperation.id)[0].id
        cooperation_id = cooperation.id

    def publish() -> None:
        with unit_of_work() as session:
            found = gates.publication_gates(session, facts, is_decision=True)
            assert all(gate.is_open for gate in found)
            checked.set()
            time.sleep(0.4)
            happened.append("published")

    def revoke() -> None:
        assert checked.wait(timeout=120)
        with unit_of_work() as session:
            resolutions.revoke_resolution(
                session,
                OPERATOR,
                cooperation_id,
                resolution_id,
                revoked_on=today,
                reason="Neu entschieden",
                now=clock.now(),
            )
            happened.append("revoked")

    both(own_app, publish, revoke)
    assert happened == ["published", "revoked"]
    with own_app.app_context(), reading() as session:
        closed = [g.key for g in gates.publication_gates(session, facts) if not g.is_open]
        assert closed == ["resolutions"]


def test_two_clicks_at_once_record_one_resolution(own_app: Flask) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)
    with own_app.app_context(), unit_of_work() as session:
        cooperation = factory.dlz(session, with_resolutions=False)
        cooperation_id, town_id = cooperation.id, cooperation.lead_organisation_id
    entry = ResolutionEntry(Subject.JOINING, "Rat", dt.date(2026, 10, 1), is_adopted=True)

    def click() -> None:
        start.wait(timeout=120)
        try:
            with unit_of_work() as session:
                resolutions.record_resolution(
                    session,
                    OPERATOR,
                    cooperation_id,
                    entry,
                    organisation_id=town_id,
                    now=clock.now(),
                )
            outcomes.append("recorded")
        except Refused:
            outcomes.append("refused")

    both(own_app, click, click)
    assert sorted(outcomes) == ["recorded", "refused"]
    with own_app.app_context(), reading() as session:
        assert len(queries.resolutions(session, cooperation_id)) == 1


def _outcomes(
    app: Flask, first: Callable[[Session], object], second: Callable[[Session], object]
) -> list[str]:
    """Run two commands at once; return in any order whether each was done or refused."""
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def run(command: Callable[[Session], object]) -> None:
        start.wait(timeout=120)
        try:
            with unit_of_work() as session:
                command(session)
            outcomes.append("done")
        except Refused:
            outcomes.append("refused")

    both(app, lambda: run(first), lambda: run(second))
    return sorted(outcomes)


def test_two_officers_revoke_at_once_and_it_is_recorded_once(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation = factory.dlz(session)
        cooperation_id = cooperation.id
        resolution_id = queries.resolutions(session, cooperation.id)[0].id

    def revoke(session: Session) -> None:
        resolutions.revoke_resolution(
            session,
            OPERATOR,
            cooperation_id,
            resolution_id,
            revoked_on=clock.berlin_day(clock.now()),
            reason="Neu entschieden",
            now=clock.now(),
        )

    assert _outcomes(own_app, revoke, revoke) == ["done", "refused"]
    with own_app.app_context(), reading() as session:
        entries = audit.entries(session, f"cooperation:{cooperation_id}")
        assert [entry.action for entry in entries] == ["resolution_revoked"]


def test_two_officers_plan_the_same_decision_and_one_day_stands(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation = factory.dlz(session)
        cooperation_id, town_id = cooperation.id, cooperation.lead_organisation_id

    def planner(day: dt.date) -> Callable[[Session], object]:
        entry = PlanEntry(Subject.AGREEMENT, "Rat", day)
        return lambda session: planning.plan_decision(
            session, OPERATOR, cooperation_id, entry, organisation_id=town_id, now=clock.now()
        )

    days = (dt.date(2027, 3, 18), dt.date(2027, 4, 22))
    assert _outcomes(own_app, planner(days[0]), planner(days[1])) == ["done", "done"]
    with own_app.app_context(), reading() as session:
        (found,) = planning.planned_decisions(session, cooperation_id)
        assert found.planned_on in days


def test_two_coordinators_at_once_begin_one_draft(own_app: Flask) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)
    with own_app.app_context(), unit_of_work() as session:
        cooperation_id = factory.dlz(session).id

    def draft() -> None:
        start.wait(timeout=120)
        try:
            with unit_of_work() as session:
                agreement_versions.draft_version(
                    session, OPERATOR, cooperation_id, "Neue Fassung", now=clock.now()
                )
            outcomes.append("drafted")
        except Refused:
            outcomes.append("refused")

    both(own_app, draft, draft)
    assert sorted(outcomes) == ["drafted", "refused"]
    with own_app.app_context(), reading() as session:
        numbers = [each.number for each in agreement_queries.versions(session, cooperation_id)]
        assert numbers == [2, 1]


def test_area_is_left_out_after_a_publication_under_way_is_decided(own_app: Flask) -> None:
    happened: list[str] = []
    checked = threading.Event()
    with own_app.app_context(), unit_of_work() as session:
        cooperation = factory.dlz(session)
        today = clock.berlin_day(clock.now())
        ids = queries.member_ids(session, cooperation.id, clock.now())
        area = queries.area_by_key(session, cooperation.id, "procurement")
        facts = PublicationFacts(
            cooperation.id, area.id, None, ids, dict.fromkeys(ids, 1_00), today
        )
        cooperation_id = cooperation.id

    def publish() -> None:
        with unit_of_work() as session:
            found = gates.publication_gates(session, facts, is_decision=True)
            assert all(gate.is_open for gate in found)
            checked.set()
            time.sleep(0.4)
            happened.append("published")

    def exclude() -> None:
        assert checked.wait(timeout=120)
        with unit_of_work() as session:
            area_exclusions.exclude_area(
                session,
                OPERATOR,
                cooperation_id,
                ExclusionEntry("procurement", today, "Rechnet sich nicht"),
                organisation_id=None,
                now=clock.now(),
            )
            happened.append("excluded")

    both(own_app, publish, exclude)
    assert happened == ["published", "excluded"]
    with own_app.app_context(), reading() as session:
        codes = {r.code for g in gates.publication_gates(session, facts) for r in g.reasons}
        assert codes == {"area_excluded"}
