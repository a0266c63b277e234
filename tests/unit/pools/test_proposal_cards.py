"""The few reasons that a card shows, and its comparison in words."""

import pytest

from vergabe.pools.proposal_cards import strongest


@pytest.mark.parametrize(
    ("codes", "shown"),
    [
        (["members", "one_procedure", "total_value", "in_time"], ["in_time"]),
        (["members", "one_procedure", "total_value"], ["members"]),
        (["threshold_reached", "unvalued", "dominant_member", "several_units", "lots"], 3),
        (["lots"], ["lots"]),
        ([], []),
    ],
)
def test_a_card_shows_the_weightiest_reasons_that_it_does_not_tell_elsewhere(
    codes: list[str], shown: list[str] | int
) -> None:
    found = [reason["code"] for reason in strongest([{"code": code} for code in codes])]
    assert found == (codes[:shown] if isinstance(shown, int) else shown)
