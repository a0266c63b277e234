import datetime as dt

import pytest
from sqlalchemy.orm import Session

from tests.factories import cooperations, deadlines
from vergabe import clock
from vergabe.deadlines import picture

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def test_running_deadlines_are_drawn_and_ended_ones_are_not(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    now = clock.now()
    deadline = deadlines.deadline(session, cooperation, title="Angebotsfrist")
    pictures = picture.picture_of([deadline], now=now)
    assert pictures is not None
    assert "Angebotsfrist" in pictures[0]
    assert "heute" in pictures[0]
    assert picture.picture_of([deadline], now=deadline.due_at) is None
    deadline.met_at = now
    assert picture.picture_of([deadline], now=now) is None


def test_end_at_midnight_is_one_of_the_day_before(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    day = clock.berlin_day(clock.now()) + dt.timedelta(days=5)
    deadline = deadlines.deadline(session, cooperation, due_at=clock.berlin_instant(day, dt.time()))
    pictures = picture.one_by_one([deadline], now=clock.now())
    assert pictures is not None
    assert f"{day - dt.timedelta(days=1):%d.%m.}, 24:00 Uhr" in pictures[0]


def test_far_ends_do_not_press_the_near_ones_together(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    now = clock.now()
    far = deadlines.deadline(session, cooperation, due_at=now + dt.timedelta(days=4_000))
    assert picture.picture_of([far], now=now) is None
