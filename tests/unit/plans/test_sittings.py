import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from vergabe.law.working_days import is_working_day
from vergabe.plans.sittings import (
    BodyCalendar,
    Sitting,
    after_missing,
    latest_decisions,
    next_decisions,
)

NW = is_working_day("NW")


def body(name: str, *days: dt.date, papers: int | None = None) -> BodyCalendar:
    return BodyCalendar(
        name,
        tuple(Sitting(day, day - dt.timedelta(days=papers) if papers else None) for day in days),
    )


COMMITTEE = body("Kreisausschuss", dt.date(2026, 11, 5), dt.date(2027, 1, 14), papers=14)
COUNCIL = body("Kreistag", dt.date(2026, 11, 19), dt.date(2027, 1, 28), papers=7)
CHAIN = (COMMITTEE, COUNCIL)


def test_backwards_each_body_meets_as_late_as_it_can() -> None:
    found = latest_decisions(CHAIN, dt.date(2027, 2, 1), NW)
    assert found is not None
    assert [(step.body, step.day) for step in found] == [
        ("Kreisausschuss", dt.date(2027, 1, 14)),
        ("Kreistag", dt.date(2027, 1, 28)),
    ]
    assert found[0].papers_due_on == dt.date(2026, 12, 31)


def test_the_day_itself_is_too_late() -> None:
    found = latest_decisions(CHAIN, dt.date(2027, 1, 28), NW)
    assert found is not None
    assert found[-1].day == dt.date(2026, 11, 19)
    assert found[0].day == dt.date(2026, 11, 5)


def test_no_meeting_early_enough() -> None:
    assert latest_decisions(CHAIN, dt.date(2026, 11, 10), NW) is None
    assert latest_decisions((BodyCalendar("Rat"),), dt.date(2027, 1, 1), NW) is None


def test_forwards_papers_that_are_due_are_too_late() -> None:
    found = next_decisions(CHAIN, dt.date(2026, 10, 20), NW)
    assert found is not None
    assert [step.day for step in found] == [dt.date(2026, 11, 5), dt.date(2026, 11, 19)]
    # On 30 October the papers for 5 November had to be in already.
    late = next_decisions(CHAIN, dt.date(2026, 10, 30), NW)
    assert late is not None
    assert [step.day for step in late] == [dt.date(2027, 1, 14), dt.date(2027, 1, 28)]
    assert next_decisions(CHAIN, dt.date(2027, 2, 1), NW) is None


def test_a_missed_committee_moves_the_council_too() -> None:
    assert after_missing(CHAIN, 0, dt.date(2026, 11, 5), NW) == dt.date(2027, 1, 28)
    assert after_missing(CHAIN, 1, dt.date(2026, 11, 19), NW) == dt.date(2027, 1, 28)
    assert after_missing(CHAIN, 1, dt.date(2027, 1, 28), NW) is None


def test_an_office_decides_on_any_working_day() -> None:
    chain = (BodyCalendar("Bürgermeister", is_office=True),)
    assert chain[0].is_known
    latest = latest_decisions(chain, dt.date(2026, 11, 23), NW)
    assert latest is not None
    assert latest[0].day == dt.date(2026, 11, 20)
    first = next_decisions(chain, dt.date(2026, 11, 21), NW)
    assert first is not None
    assert first[0].day == dt.date(2026, 11, 23)


days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
calendars = st.lists(
    st.lists(days, min_size=1, max_size=8, unique=True).map(sorted), min_size=1, max_size=3
).map(lambda found: tuple(body(f"G{i}", *own) for i, own in enumerate(found)))


@given(calendars, days)
def test_a_chain_is_in_order_and_before_its_day(
    chain: tuple[BodyCalendar, ...], before: dt.date
) -> None:
    found = latest_decisions(chain, before, NW)
    if found is None:
        return
    assert [step.day for step in found] == sorted(step.day for step in found)
    assert found[-1].day < before
    # Nothing later would do: the next meeting of the last body comes too late.
    assert not [s for s in chain[-1].sittings if found[-1].day < s.day < before]
    # The greedy way forward from the first of these days is never later than the latest chain.
    forward = next_decisions(chain, found[0].day, NW)
    assert forward is not None
    assert all(one.day <= other.day for one, other in zip(forward, found, strict=True))
