import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.errors import InvalidInput
from vergabe.plans import forms, rules, wishes
from vergabe.plans.rules import MilestoneEntry, State
from vergabe.plans.wishes import Wishes

TODAY = dt.date(2026, 11, 23)


def test_wishes_survive_being_kept_and_read() -> None:
    given_ = Wishes(performance_on=dt.date(2027, 4, 1), tender_days=45, urgent=True)
    kept = given_.as_dict()
    assert kept == {"performance_on": "2027-04-01", "tender_days": 45, "urgent": True}
    assert wishes.from_dict(kept | {"forgotten": 1}) == given_
    assert wishes.from_dict({}) == Wishes()


def test_a_length_of_zero_is_a_wish() -> None:
    assert Wishes(lead_time_days=0).as_dict() == {"lead_time_days": 0}
    assert Wishes(lead_time_days=0).lengths() == {"lead_time_days": 0}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wishes(performance_on=dt.date(2026, 11, 22)), "performance_on"),
        (Wishes(begins_on=dt.date(2020, 1, 1)), "begins_on"),
        (Wishes(council_on=dt.date(2050, 1, 1)), "council_on"),
        (Wishes(performance_on=dt.date(2099, 1, 1)), "performance_on"),
        (Wishes(tender_days=731), "tender_days"),
        (
            Wishes(performance_on=dt.date(2027, 1, 1), begins_on=dt.date(2027, 1, 2)),
            "performance_on",
        ),
    ],
)
def test_wishes_that_cannot_be_planned(wish: Wishes, field: str) -> None:
    assert [reason.field for reason in wishes.reasons_against(wish, TODAY)] == [field]


def test_today_and_six_hundred_days_can_be_planned() -> None:
    fine = Wishes(performance_on=TODAY, begins_on=TODAY, tender_days=600)
    assert wishes.reasons_against(fine, TODAY) == []


def test_an_address_is_read_whole() -> None:
    found = forms.wishes_in(
        {"performance_on": "01.04.2027", "tender_days": " 45 ", "urgent": "1", "procedure": "open"}
    )
    assert found == Wishes(
        performance_on=dt.date(2027, 4, 1), tender_days=45, urgent=True, procedure="open"
    )
    assert forms.has_wishes({"tender_days": ""})
    assert not forms.has_wishes({"direction": "forward"})


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        forms.wishes_in(
            {"performance_on": "31.02.2027", "begins_on": "9999-01-01", "tender_days": "-1"}
        )
    fields = {violation.field for violation in caught.value.violations}
    assert fields == {"performance_on", "begins_on", "tender_days"}


@given(st.dictionaries(st.sampled_from(forms.NAMES), st.text(max_size=30), max_size=8))
def test_no_address_breaks_the_reader(address: dict[str, str]) -> None:
    with contextlib.suppress(InvalidInput):
        found = forms.wishes_in(address)
        assert wishes.from_dict(found.as_dict()) == found


@pytest.mark.parametrize(
    ("agreed", "done", "is_dropped", "expected"),
    [
        (None, None, False, State.OPEN),
        (TODAY, None, False, State.AGREED),
        (dt.date(2026, 11, 22), None, False, State.OVERDUE),
        (dt.date(2026, 11, 22), dt.date(2026, 11, 23), False, State.DONE),
        (TODAY, None, True, State.DROPPED),
    ],
)
def test_where_a_milestone_stands(
    agreed: dt.date | None, done: dt.date | None, is_dropped: bool, expected: State
) -> None:
    found = rules.state(agreed_on=agreed, done_on=done, is_dropped=is_dropped, today=TODAY)
    assert found is expected


def test_every_state_and_kind_has_a_name() -> None:
    assert set(rules.STATE_NAMES) == set(State)
    assert set(rules.KIND_NAMES) == set(rules.Kind)


def test_what_speaks_against_a_milestone() -> None:
    entry = MilestoneEntry(title="", organisation_id=None, before_step="lunch", note="x" * 3000)
    found = rules.reasons_against_entry(entry, member_ids=[], area_ids=[], today=TODAY)
    assert {reason.field for reason in found} == {
        "title",
        "note",
        "organisation_id",
        "pool_id",
        "before_step",
        "wished_on",
    }


def test_done_is_what_has_happened() -> None:
    later = rules.reasons_against_done(
        State.OPEN, dt.date(2026, 11, 24), created_on=TODAY, today=TODAY
    )
    assert [reason.field for reason in later] == ["done_on"]
    long_ago = rules.reasons_against_done(
        State.OPEN, dt.date(1990, 1, 1), created_on=TODAY, today=TODAY
    )
    assert long_ago
    dropped = rules.reasons_against_done(State.DROPPED, TODAY, created_on=TODAY, today=TODAY)
    assert dropped[0].code == "milestone_dropped"
    before = dt.date(2018, 3, 1)
    assert not rules.reasons_against_done(State.OPEN, before, created_on=TODAY, today=TODAY)


@pytest.mark.parametrize("state", [State.DONE, State.DROPPED])
def test_what_has_ended_stays(state: State) -> None:
    assert rules.reasons_against_change(state)
    assert not rules.reasons_against_change(State.OVERDUE)
