"""A tender that is ready, and the outside as it answers in tests."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import doe_server
from tests.factories import tenders as factory
from tests.factories.doe_server import Doe
from tests.integration.notices import outside
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet


@pytest.fixture
def doe() -> Iterator[Doe]:
    """The service outside, on a server of its own."""
    with doe_server.serving() as found:
        yield found


@pytest.fixture
def outlet(app: Flask, doe: Doe) -> Iterator[Outlet]:
    """The way to the service outside, which notices take from now on."""
    yield outside.use_doe(app, doe)
    outside.use_nothing(app)


@pytest.fixture
def tender(app: Flask, session: Session, moving_clock: MovableClock) -> Tender:
    found = factory.ready(session, current.store())
    session.commit()
    return found


@pytest.fixture
def notice(app: Flask, session: Session, tender: Tender, outlet: Outlet) -> Notice:
    """The notice of the tender, published and taken by the service outside."""
    found = outside.publish(session, tender, outlet)
    outside.sweep(app)
    return found
