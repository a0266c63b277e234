"""Two workers at once, on true connections: each notice leaves once and becomes public once."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders as factory
from tests.factories.doe_server import Doe
from tests.integration.notices import outside
from vergabe import clock, stopping, sweeps
from vergabe.access.actor import Actor
from vergabe.db import db, unit_of_work
from vergabe.errors import DomainError
from vergabe.files import current
from vergabe.notices import delivering, releasing, service
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.events import NoticePublished
from vergabe.notices.model import Notice
from vergabe.outbox import OutboxRow
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet

WORKERS = 4


def _published(app: Flask, outlet: Outlet, count: int = 1) -> None:
    with app.app_context():
        for number in range(count):
            with unit_of_work() as session:
                tender = factory.ready(session, current.store(), title=f"Fahrzeuge {number}")
            with unit_of_work() as session:
                service.publish_tender(
                    session,
                    Actor.operator("Betrieb"),
                    tender.id,
                    now=clock.now(),
                    store=current.store(),
                    base_url=outside.BASE_URL,
                    outlet=outlet,
                )
        db.session.remove()


def _all_at_once(jobs: list[Callable[[], object]]) -> list[object]:
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        barrier.wait(timeout=120)
        return contextvars.Context().run(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(run, job) for job in jobs]]


def _sweeps(app: Flask) -> None:
    _all_at_once([lambda: sweeps.send_notices(app) for _ in range(WORKERS)])


def _read(app: Flask, question: Callable[[Session], object]) -> object:
    with app.app_context():
        answer = question(db.session())
        db.session.remove()
        return answer


def test_rival_workers_send_each_notice_once(
    own_app: Flask, doe: Doe, moving_clock: MovableClock
) -> None:
    outlet = outside.use_doe(own_app, doe)
    _published(own_app, outlet, count=3)
    _sweeps(own_app)
    assert sorted(doe.posted) == sorted(doe.deliveries)
    assert len(doe.deliveries) == 3
    states = _read(own_app, lambda s: set(s.scalars(select(NoticeDelivery.state))))
    assert states == {"sent"}


def test_rival_workers_publish_what_has_waited_once(
    own_app: Flask, doe: Doe, moving_clock: MovableClock
) -> None:
    outlet = outside.use_doe(own_app, doe)
    _published(own_app, outlet)
    sweeps.send_notices(own_app)
    doe.only().ted, doe.only().doe = "ACCEPTED", "PENDING"
    moving_clock.pass_(minutes=10)
    sweeps.send_notices(own_app)
    moving_clock.pass_(hours=50)
    _sweeps(own_app)

    def found(session: Session) -> object:
        events = select(func.count(OutboxRow.id)).where(OutboxRow.name == NoticePublished.name)
        return session.scalar(events), list(session.scalars(select(Notice.stage)))

    assert _read(own_app, found) == (1, ["published"])


def test_notice_that_cannot_be_published_holds_up_none_of_those_that_have_waited_with_it(
    own_app: Flask, doe: Doe, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = outside.use_doe(own_app, doe)
    _published(own_app, outlet, count=3)
    sweeps.send_notices(own_app)
    for parcel in doe.deliveries.values():
        parcel.ted, parcel.doe = "ACCEPTED", "PENDING"
    moving_clock.pass_(minutes=10)
    sweeps.send_notices(own_app)
    moving_clock.pass_(hours=50)
    release, tried = releasing.release_held, []

    def fail_for_the_first(
        session: Session, actor: Actor, delivery: NoticeDelivery, **more: Any
    ) -> None:
        tried.append(delivery.id)
        if delivery.id == tried[0]:
            raise AttributeError("nobody foresaw this")
        release(session, actor, delivery, **more)

    monkeypatch.setattr(releasing, "release_held", fail_for_the_first)
    with pytest.raises(AttributeError):
        sweeps.send_notices(own_app)
    stages = _read(own_app, lambda s: sorted(s.scalars(select(Notice.stage))))
    assert stages == ["published", "published", "sent"]


def test_worker_asked_to_end_sends_no_further_notice(
    own_app: Flask, doe: Doe, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet = outside.use_doe(own_app, doe)
    _published(own_app, outlet, count=2)
    monkeypatch.setattr(stopping, "is_asked", lambda: bool(doe.posted))
    sweeps.send_notices(own_app)
    assert len(doe.posted) == 1


def test_stopping_and_sending_at_once_end_in_one_truth(
    own_app: Flask, doe: Doe, moving_clock: MovableClock
) -> None:
    outlet = outside.use_doe(own_app, doe)
    _published(own_app, outlet)

    def stop() -> None:
        with own_app.app_context(), unit_of_work() as session:
            tender_id, delivery_id = session.execute(
                select(Notice.tender_id, NoticeDelivery.id).join(
                    Notice, Notice.id == NoticeDelivery.notice_id
                )
            ).one()
            delivering.stop(
                session, Actor.operator("Betrieb"), tender_id, delivery_id, now=clock.now()
            )

    def stop_or_be_refused() -> None:
        try:
            stop()
        except DomainError:
            pytest.fail("a notice that is not public can be stopped at any moment")

    _all_at_once([stop_or_be_refused, lambda: sweeps.send_notices(own_app)])
    sweeps.send_notices(own_app)
    state, stage = _read(
        own_app,
        lambda s: (
            s.scalars(select(NoticeDelivery.state)).one(),
            s.scalars(select(Tender.stage)).one(),
        ),
    )
    if doe.posted:
        assert (state, stage) == ("stopping", "published")
        assert doe.only().stop_asked
    else:
        assert (state, stage) == ("stopped", "ready")
