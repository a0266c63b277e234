import datetime as dt
from dataclasses import replace

import pytest

from tests.factories.pool_facts import (
    DEADLINE,
    NOW,
    key,
    member,
    participant,
    pool,
    with_participant,
)
from vergabe.errors import Violation
from vergabe.pools import rules
from vergabe.pools.stages import Stage

PROPOSED = pool(Stage.PROPOSED)
BINDING = pool(Stage.BINDING)


def codes(reasons: list[Violation]) -> list[str]:
    return [reason.code for reason in reasons]


def of(*towns: str) -> frozenset:
    return frozenset(key(f"demand of {town}") for town in towns)


def test_proposal_goes_into_consultation() -> None:
    assert rules.reasons_against_starting_consultation(PROPOSED, NOW) == []


def test_demands_of_one_town_are_no_pool() -> None:
    alone = pool(
        Stage.PROPOSED, (participant("Jülich", demand_ids=frozenset({key("a"), key("b")})),)
    )
    assert codes(rules.reasons_against_starting_consultation(alone, NOW)) == ["too_few_members"]


def test_one_of_three_can_be_taken_out() -> None:
    assert rules.reasons_against_splitting(PROPOSED, of("Inden"), NOW) == []
    assert not rules.forms_pool(PROPOSED, of("Inden"))


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        (frozenset(), "nothing_selected"),
        (of("Jülich", "Inden"), "rest_too_small"),
        (of("Jülich", "Inden", "Linnich"), "rest_too_small"),
        (of("Kerpen"), "foreign_demand"),
        (of("Kerpen", "Inden"), "foreign_demand"),
    ],
)
def test_split_that_leaves_no_pool_is_refused(taken: frozenset, code: str) -> None:
    assert codes(rules.reasons_against_splitting(PROPOSED, taken, NOW)) == [code]


def test_split_in_two_pools_of_two_is_possible() -> None:
    four = pool(
        Stage.CONSULTATION,
        tuple(participant(town) for town in ("Jülich", "Inden", "Kerpen", "Linnich")),
    )
    taken = of("Jülich", "Kerpen")
    assert rules.reasons_against_splitting(four, taken, NOW) == []
    assert rules.forms_pool(four, taken)
    assert rules.forms_pool(four, four.demand_ids - taken)


def test_split_while_members_join_is_refused() -> None:
    joining = pool(Stage.JOINING)
    assert codes(rules.reasons_against_splitting(joining, of("Inden"), NOW)) == ["wrong_stage"]


def test_pools_of_one_area_and_stage_merge() -> None:
    other = pool(Stage.PROPOSED, (participant("Kerpen"), participant("Titz")), id=key("other"))
    assert rules.reasons_against_merging(PROPOSED, other, NOW) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": key("pool")}, "same_pool"),
        ({"stage": Stage.CONSULTATION}, "stages_differ"),
        ({"area_key": "gebuehren"}, "areas_differ"),
        ({"cooperation_id": key("rkn")}, "cooperations_differ"),
    ],
)
def test_pools_that_do_not_match_do_not_merge(change: dict, code: str) -> None:
    other = replace(pool(Stage.PROPOSED, id=key("other")), **change)
    assert codes(rules.reasons_against_merging(PROPOSED, other, NOW)) == [code]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_rejecting_and_dissolving_need_a_reason(reason: str) -> None:
    assert codes(rules.reasons_against_rejecting(PROPOSED, reason, NOW)) == ["reason_missing"]
    joining = pool(Stage.JOINING)
    assert codes(rules.reasons_against_dissolving(joining, reason, NOW)) == ["reason_missing"]


def test_proposal_is_rejected_with_a_reason() -> None:
    assert rules.reasons_against_rejecting(PROPOSED, "Verträge laufen bis 2029.", NOW) == []


def test_binding_pool_is_dissolved_only_when_all_want_out() -> None:
    some = with_participant(BINDING, member("Inden", asks_to_withdraw=True))
    reasons = rules.reasons_against_dissolving(some, "Kein Bedarf mehr.", NOW)
    assert codes(reasons) == ["consent_missing", "consent_missing"]
    assert [reason.who for reason in reasons] == ["Jülich", "Linnich"]
    everyone = pool(
        Stage.BINDING,
        tuple(member(town, asks_to_withdraw=True) for town in ("Jülich", "Linnich", "Inden")),
    )
    assert rules.reasons_against_dissolving(everyone, "Kein Bedarf mehr.", NOW) == []


def test_window_that_only_one_joined_binds_nobody() -> None:
    lonely = pool(Stage.JOINING, (member("Jülich"), participant("Inden")))
    assert rules.reasons_against_dissolving(lonely, "Nur ein Beitritt.", DEADLINE) == []
    assert codes(rules.reasons_against_starting_tender(lonely, DEADLINE)) == ["too_few_members"]


def test_tender_starts_from_a_binding_pool_and_from_a_window_that_has_ended() -> None:
    assert rules.reasons_against_starting_tender(BINDING, NOW) == []
    assert rules.reasons_against_starting_tender(pool(Stage.JOINING), DEADLINE) == []


def test_tender_cannot_start_while_the_window_is_open() -> None:
    (reason,) = rules.reasons_against_starting_tender(
        pool(Stage.JOINING), DEADLINE - dt.timedelta(seconds=1)
    )
    assert reason.code == "joining_still_open"
    assert "14.12.2026, 24:00 Uhr" in reason.message


def test_tender_needs_a_lead_and_a_mandate_of_every_member() -> None:
    facts = with_participant(BINDING, member("Linnich", mandate_reference=" "))
    facts = replace(facts, lead_organisation_id=None)
    reasons = rules.reasons_against_starting_tender(facts, NOW)
    assert codes(reasons) == ["lead_missing", "mandate_missing"]
    assert reasons[1].who == "Linnich"


def test_whoever_did_not_join_needs_no_mandate() -> None:
    facts = with_participant(BINDING, participant("Linnich"))
    assert rules.reasons_against_starting_tender(facts, NOW) == []


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (DEADLINE, "14.12.2026, 24:00 Uhr"),
        (dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.UTC), "01.07.2026, 10:30 Uhr"),
    ],
)
def test_end_of_a_window_reads_as_in_germany(instant: dt.datetime, text: str) -> None:
    assert rules.moment(instant) == text
