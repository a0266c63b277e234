"""From minutes to outages, and when maintenance may be."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.uptime import rules
from vergabe.uptime.rules import Faults, Gap, NearDeadline, OutsideFacts

NOON = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("signed", "until", "planned", "found"),
    [
        ([], 20, [], []),
        ([10, 11, 12], 12, [], []),
        ([10, 11, 14], 14, [], [Gap(12, 13)]),
        ([10, 12], 15, [], [Gap(11, 11), Gap(13, None)]),
        ([10, 20], 20, [(11, 19)], []),
        ([10, 20], 20, [(9, 15)], [Gap(16, 19)]),
        ([10, 20], 20, [(13, 14), (17, 30)], [Gap(11, 12), Gap(15, 16)]),
        ([10], 20, [(11, 19)], [Gap(20, None)]),
        ([10], 20, [(11, 21)], []),
    ],
)
def test_gaps_are_the_minutes_nobody_signed_but_those_of_maintenance(
    signed: list[int], until: int, planned: list[tuple[int, int]], found: list[Gap]
) -> None:
    assert rules.gaps(signed, until=until, planned=planned) == found


@given(st.sets(st.integers(1, 60), min_size=1), st.integers(1, 61))
def test_every_silent_minute_is_in_one_gap_and_no_signed_one(signed: set[int], more: int) -> None:
    until = max(signed) + more
    covered = [
        minute
        for gap in rules.gaps(sorted(signed), until=until)
        for minute in range(gap.first, (gap.last or until) + 1)
    ]
    assert sorted(covered) == [m for m in range(min(signed), until + 1) if m not in signed]


def test_a_gap_is_taken_wide_for_signs_stand_anywhere_in_their_minute() -> None:
    gap = Gap(rules.minute_of(NOON), rules.minute_of(NOON) + 2)
    assert gap.began_at == NOON - dt.timedelta(minutes=1)
    assert gap.ended_at == NOON + dt.timedelta(minutes=4)


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        ([Faults(5, 10, 9, False)], []),  # a lone minute of errors
        ([Faults(5, 10, 9, False), Faults(6, 10, 4, False)], []),  # fewer than half
        ([Faults(5, 4, 2, False), Faults(6, 4, 2, False)], []),  # too few to say anything
        ([Faults(5, 10, 9, False), Faults(7, 10, 9, False)], [Gap(5, 7)]),
        ([Faults(5, 0, 0, True)], [Gap(5, 5)]),
        ([Faults(9, 0, 0, True), Faults(5, 0, 0, True)], [Gap(5, 5), Gap(9, 9)]),
    ],
)
def test_errors_are_an_outage_when_the_service_could_hardly_be_used(
    minutes: list[Faults], found: list[Gap]
) -> None:
    assert rules.faulty_runs(minutes) == found


@pytest.mark.parametrize(
    ("due_in", "is_refused"),
    [(0, False), (1, True), (26 * 60, True), (26 * 60 + 1, False)],
)
def test_no_maintenance_until_a_day_before_the_end_of_a_deadline(
    due_in: int, is_refused: bool
) -> None:
    """Two hours from now on; a deadline ends `due_in` minutes after its beginning."""
    due_at = NOON + dt.timedelta(minutes=due_in)
    near = [NearDeadline("Angebotsfrist", "DLZ-2026-0007", due_at)]
    found = rules.reasons_against_maintenance(NOON, NOON + 2 * HOUR, near)
    assert bool(found) is is_refused
    assert all("DLZ-2026-0007" in reason.message for reason in found)


@pytest.mark.parametrize(
    ("began", "ended", "source", "evidence", "fields"),
    [
        (-2, -1, "proxy", "access.log zeigt 502 von 8 bis 9 Uhr", []),
        (-2, None, "network", "Störungsmeldung 4711 des Rechenzentrums", []),
        (1, None, "proxy", "access.log zeigt 502 von 8 bis 9 Uhr", ["began_at"]),
        (-1, -2, "wetter", "kurz", ["ended_at", "source", "evidence"]),
        (-1, 1, "ted", "TED antwortet nicht, Bildschirmfoto", ["ended_at"]),
    ],
)
def test_a_record_from_outside_needs_time_source_and_evidence(
    began: int, ended: int | None, source: str, evidence: str, fields: list[str]
) -> None:
    facts = OutsideFacts(
        NOON + began * HOUR, None if ended is None else NOON + ended * HOUR, source, evidence
    )
    assert [r.field for r in rules.reasons_against_recording(facts, now=NOON)] == fields
