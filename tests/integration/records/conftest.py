import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders
from vergabe.files import current
from vergabe.tenders.model import Tender


@pytest.fixture
def tender(app: Flask, session: Session, moving_clock: MovableClock) -> Tender:
    """A published tender of Merzenich, Jülich and Kerpen."""
    found = tenders.published(session, current.store())
    session.commit()
    return found
