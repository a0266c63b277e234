"""How long a login waits: nobody at first, longer each time, never long enough to be a weapon."""

import datetime as dt

import pytest

from tests.conftest import NOON
from vergabe.accounts import lockout_rules as rules
from vergabe.accounts.lockout_rules import FREE, Scope


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (11, 900), (10_000, 900)],
)
def test_wait_at_a_strange_address(failures: int, seconds: int) -> None:
    until = rules.waits_until(Scope.ADDRESS, failures, NOON)
    assert until == NOON + dt.timedelta(seconds=seconds)


def test_a_known_browser_has_more_patience_and_all_strangers_together_the_most() -> None:
    assert FREE[Scope.ADDRESS] < FREE[Scope.DEVICE] < FREE[Scope.ACCOUNT]
    assert rules.waits_until(Scope.ACCOUNT, 49, NOON) == NOON


def test_failures_are_forgotten_after_a_day() -> None:
    assert not rules.is_forgotten(NOON, NOON + dt.timedelta(hours=23, minutes=59))
    assert rules.is_forgotten(NOON, NOON + dt.timedelta(hours=24))
