"""Open items: the oldest demand is paid first, nothing is lost, interest by the day."""

import datetime as dt
import uuid

from hypothesis import given
from hypothesis import strategies as st

from vergabe.cost_shares.items import Movement, account
from vergabe.cost_shares.rules import effort_cost_cents

DAY = dt.date(2026, 3, 1)


def claim(number: int, cents: int, due: int, *, is_interest: bool = False) -> Movement:
    return Movement(
        entry_id=uuid.UUID(int=number),
        number=number,
        day=DAY,
        cents=cents,
        due_on=DAY + dt.timedelta(days=due),
        is_interest=is_interest,
    )


def paid(number: int, cents: int, after: int = 0) -> Movement:
    day = DAY + dt.timedelta(days=after)
    return Movement(entry_id=uuid.UUID(int=number), number=number, day=day, cents=-cents)


def test_a_payment_goes_to_the_claim_due_first_whenever_it_was_booked() -> None:
    found = account([claim(1, 100, due=60), claim(2, 50, due=30), paid(3, 70)])
    assert [(i.movement.number, i.open_cents) for i in found.items] == [(2, 0), (1, 80)]
    assert found.credit_cents == 0
    assert found.balance_cents == 80
    assert [item.movement.number for item in found.open_items] == [1]


def test_a_payment_before_its_demand_is_credit_and_settles_it_later() -> None:
    assert account([paid(1, 70)]).credit_cents == 70
    found = account([paid(1, 70), claim(2, 50, due=30)])
    assert (found.items[0].open_cents, found.credit_cents) == (0, 20)
    assert found.balance_cents == -20


def test_days_overdue_count_from_the_day_after_the_due_day() -> None:
    item = account([claim(1, 100, due=30)]).items[0]
    due = DAY + dt.timedelta(days=30)
    assert item.days_overdue(due) == 0
    assert item.days_overdue(due + dt.timedelta(days=1)) == 1


def test_interest_counts_each_part_until_it_was_paid() -> None:
    movements = [claim(1, 365_00, due=0), paid(2, 100_00, after=10), paid(3, 265_00, after=20)]
    item = account(movements).items[0]
    # 100 for 10 days and 265 for 20 days at 10 % a year.
    expected = (100_00 * 10 + 265_00 * 20) * 1000 // (10_000 * 365)
    for later in (20, 500):
        assert item.interest_cents(DAY + dt.timedelta(days=later), 1000) == expected
    assert item.interest_cents(DAY + dt.timedelta(days=10), 1000) == 365_00 * 10 // 3650
    assert item.interest_cents(DAY + dt.timedelta(days=500), 0) == 0


def test_interest_bears_no_interest() -> None:
    item = account([claim(1, 100_00, due=0, is_interest=True)]).items[0]
    assert item.interest_cents(DAY + dt.timedelta(days=365), 1000) == 0


@given(
    st.lists(st.tuples(st.integers(-10_000, 10_000).filter(bool), st.integers(0, 90)), max_size=25),
    st.randoms(use_true_random=False),
)
def test_items_and_credit_always_amount_to_all_that_was_moved(
    facts: list[tuple[int, int]], chance: object
) -> None:
    movements = [
        claim(number, cents, due=days) if cents > 0 else paid(number, -cents, after=days)
        for number, (cents, days) in enumerate(facts)
    ]
    found = account(movements)
    assert found.balance_cents == sum(cents for cents, _days in facts)
    assert all(item.open_cents >= 0 for item in found.items)
    # Nobody has both an open item and a credit.
    assert not (found.credit_cents and found.open_items)
    chance.shuffle(movements)
    assert account(movements) == found


def test_the_cost_of_minutes_is_rounded_to_the_cent() -> None:
    assert effort_cost_cents(90, 60_00) == 90_00
    assert effort_cost_cents(1, 50_00) == 83
    assert effort_cost_cents(-1, 50_00) == -83
