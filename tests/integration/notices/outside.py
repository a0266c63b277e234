"""What tests of a notice's life outside share: an outlet, a sweep, and what became of it."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders as factory
from tests.factories.doe_server import TOKEN, Doe
from vergabe import clock, sweeps, worker
from vergabe.db import db
from vergabe.files import current
from vergabe.notices import service
from vergabe.notices.answering import House
from vergabe.notices.delivery_model import NoticeDelivery
from vergabe.notices.model import Notice
from vergabe.notices.senders.doe_http import DoeHttp, Patience
from vergabe.settings import Settings
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import OWN_ONLY, Outlet, OutletKind

BASE_URL = "https://vergabe.example"
"""Where everybody can reach the documents: the service would not take a notice without."""
PATIENT = Patience(connect=30, read=30, total=60)
QUICK = Patience(connect=1, read=1, total=2)


def use_folder(app: Flask, folder: Path) -> Outlet:
    """Let notices of an application go to a folder from now on."""
    return _use(app, str(folder))


def use_doe(app: Flask, doe: Doe, *, patience: Patience = PATIENT) -> Outlet:
    """Let notices of an application go to the service from now on, however busy the machine is."""
    outlet = _use(app, doe.url, base_url=BASE_URL)
    app.extensions["vergabe_notice_sender"] = DoeHttp(doe.url, TOKEN, patience=patience)
    return outlet


def sweep_hurriedly(app: Flask, doe: Doe) -> None:
    """Sweep once, with a second's patience for an answer that may never come."""
    use_doe(app, doe, patience=QUICK)
    sweep(app)
    use_doe(app, doe)


def _use(app: Flask, setting: str, *, base_url: str = factory.BASE_URL) -> Outlet:
    settings: Settings = app.extensions["vergabe_settings"]
    used = replace(settings, notice_sender=setting, base_url=base_url)
    app.extensions["vergabe_settings"] = used
    app.extensions.pop("vergabe_notice_sender", None)
    return Outlet.of(setting)


def use_nothing(app: Flask) -> None:
    """Let notices stay in the house, as in all other tests."""
    _use(app, "none")


def house() -> House:
    return House(current.store(), BASE_URL)


def publish(session: Session, tender: Tender, outlet: Outlet) -> Notice:
    """Publish a ready tender as its officer would, and commit."""
    notice = service.publish_tender(
        session,
        factory.officer(session, tender),
        tender.id,
        now=clock.now(),
        store=current.store(),
        base_url=factory.BASE_URL if outlet.kind is OutletKind.FOLDER else BASE_URL,
        outlet=outlet,
    )
    session.commit()
    return notice


def amend(session: Session, tender: Tender, change: Amendment, outlet: Outlet = OWN_ONLY) -> Notice:
    """Publish a change of a published tender as its officer would, and commit."""
    notice = service.publish_amendment(
        session,
        factory.officer(session, tender),
        tender.id,
        change,
        now=clock.now(),
        store=current.store(),
        base_url=BASE_URL,
        outlet=outlet,
    )
    session.commit()
    return notice


def prolong(session: Session, tender: Tender, outlet: Outlet) -> Notice:
    """Publish that bids may come a week later."""
    assert tender.submission_deadline is not None
    later = tender.submission_deadline + dt.timedelta(days=7)
    change = Amendment("Die Frist wird verlängert.", submission_deadline=later)
    return amend(session, tender, change, outlet)


def let_the_hours_pass(app: Flask, doe: Doe, moving_clock: MovableClock) -> None:
    """Let TED confirm the only notice and not publish it until everybody may do so."""
    moving_clock.pass_(minutes=10)
    doe.only().ted, doe.only().doe = "ACCEPTED", "PENDING"
    sweep(app)
    moving_clock.pass_(hours=50)
    sweep(app)


def sweep(app: Flask, *, rounds: int = 1) -> None:
    """Let a worker look at notices; then at events, so that messages are written."""
    for _ in range(rounds):
        sweeps.send_notices(app)
    worker.deliver_events(app)
    worker.deliver_events(app)
    db.session().expire_all()


def delivery_of(session: Session, notice: Notice) -> NoticeDelivery:
    """Return the newest delivery of a notice, read anew."""
    session.expire_all()
    return session.scalars(
        select(NoticeDelivery)
        .where(NoticeDelivery.notice_id == notice.id)
        .order_by(NoticeDelivery.version_number.desc())
        .limit(1)
    ).one()


def zulu(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
