"""A published tender as a fixture; a folder whose tests begin with it names it in its conftest."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders
from vergabe.files import current
from vergabe.tenders.model import Tender


@pytest.fixture
def tender(app: Flask, session: Session, moving_clock: MovableClock) -> Tender:
    """A published tender, committed."""
    found = tenders.published(session, current.store())
    session.commit()
    return found
