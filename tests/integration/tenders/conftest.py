"""What tests of tenders share: a clock that stands on a Monday, the store, the officer."""

import pytest
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from vergabe.files import current
from vergabe.files.store import FileStore


@pytest.fixture(autouse=True)
def monday(moving_clock: MovableClock) -> MovableClock:
    """Monday, 23 November 2026, 12:00 in Berlin."""
    return moving_clock


@pytest.fixture
def store(session: Session) -> FileStore:
    """The store of the application; `session` gives the context it needs."""
    assert session
    return current.store()
