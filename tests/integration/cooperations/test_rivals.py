import datetime as dt
import threading
import time
from collections.abc import Callable

from flask import Flask

from tests.factories import cooperations as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.cooperations import gates, queries, resolutions
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.gates import PublicationFacts
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
        assert checked.wait(timeout=20)
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
        start.wait(timeout=20)
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
