"""What the operator is told before an update: no maintenance within 24 hours before a deadline."""

import datetime as dt

from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import cooperations, deadlines
from vergabe import clock
from vergabe.commands import checks


def maintenance(session: Session) -> tuple[str, str]:
    found = checks.maintenance(session, now=clock.now())
    return found.level, found.message


def test_doctor_warns_within_24_hours_before_a_deadline(
    session: Session, moving_clock: MovableClock
) -> None:
    cooperation = cooperations.dlz(session)
    due_at = clock.now() + dt.timedelta(days=10)
    found = deadlines.deadline(session, cooperation, due_at=due_at)
    session.flush()
    assert maintenance(session)[0] == "ok"
    moving_clock.at(due_at - dt.timedelta(hours=24, seconds=1))
    assert maintenance(session)[0] == "ok"
    moving_clock.at(due_at - dt.timedelta(hours=24))
    level, message = maintenance(session)
    assert level == "warning"
    assert "„Angebotsfrist“ (DLZ-2026-0001)" in message
    assert f"{due_at.astimezone(clock.BERLIN):%d.%m.%Y, %H:%M} Uhr" in message
    found.met_at = clock.now()
    session.flush()
    assert maintenance(session)[0] == "ok"
