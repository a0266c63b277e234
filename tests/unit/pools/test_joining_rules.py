import datetime as dt
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.pool_facts import (
    DEADLINE,
    NOW,
    key,
    line,
    member,
    participant,
    pool,
    with_participant,
)
from vergabe.clock import BERLIN
from vergabe.errors import Violation
from vergabe.pools import joining_rules as rules
from vergabe.pools.pool_facts import Joining, PoolFacts
from vergabe.pools.stages import Stage

SECOND = dt.timedelta(seconds=1)
TOWNS = ("Jülich", "Linnich", "Inden")
JOINING = pool(Stage.JOINING, tuple(participant(town) for town in TOWNS))
BINDING = pool(Stage.BINDING)
SALT = line("Streusalz", 40)
SAND = line("Sand nach Bedarf", None)


def codes(reasons: list[Violation]) -> list[str]:
    return [reason.code for reason in reasons]


def joining(mandate: str = "Beschluss VII/12", **quantities: Decimal | None) -> Joining:
    lines = {"salt": SALT.id, "sand": SAND.id, "other": key("other")}
    found = {lines[name]: value for name, value in quantities.items()}
    return Joining(key("Inden"), found, mandate)


def with_lines() -> PoolFacts:
    return with_participant(JOINING, participant("Inden", lines=(SALT, SAND)))


# The window


def test_window_lasts_21_whole_days_after_the_day_it_was_opened() -> None:
    assert rules.default_joining_deadline(NOW) == DEADLINE
    assert rules.default_joining_deadline(NOW.replace(hour=22, minute=59)) == DEADLINE


@given(minutes=st.integers(0, 40 * 365 * 24 * 60), days=st.integers(1, 60))
def test_window_ends_at_midnight_in_berlin_across_clock_changes(minutes: int, days: int) -> None:
    opened_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    deadline = rules.default_joining_deadline(opened_at, days)
    local = deadline.astimezone(BERLIN)
    assert local.time() == dt.time()
    assert (local.date() - opened_at.astimezone(BERLIN).date()).days == days + 1


def test_window_opens_for_two_towns_with_a_lead() -> None:
    facts = pool(Stage.CONSULTATION)
    assert rules.reasons_against_opening_joining(facts, DEADLINE, NOW) == []


@pytest.mark.parametrize(
    ("deadline", "code"),
    [
        (NOW, "deadline_passed"),
        (NOW - SECOND, "deadline_passed"),
        (NOW + dt.timedelta(days=367), "deadline_too_far"),
    ],
)
def test_window_with_a_senseless_end_does_not_open(deadline: dt.datetime, code: str) -> None:
    facts = pool(Stage.CONSULTATION)
    assert codes(rules.reasons_against_opening_joining(facts, deadline, NOW)) == [code]


def test_window_needs_a_lead_and_two_towns() -> None:
    facts = pool(Stage.CONSULTATION, (participant("Inden"),), lead_organisation_id=None)
    found = codes(rules.reasons_against_opening_joining(facts, DEADLINE, NOW))
    assert found == ["too_few_members", "lead_missing"]


def test_window_can_only_be_made_longer_and_only_while_it_is_open() -> None:
    later = DEADLINE + dt.timedelta(days=7)
    assert rules.reasons_against_extending_joining(JOINING, later, NOW) == []
    same = rules.reasons_against_extending_joining(JOINING, DEADLINE, NOW)
    assert codes(same) == ["deadline_not_later"]
    closed = rules.reasons_against_extending_joining(JOINING, later, DEADLINE)
    assert codes(closed) == ["joining_closed"]


# Joining


def test_town_joins_with_quantities_and_a_mandate() -> None:
    accepted = joining(salt=Decimal("37.5"), sand=None)
    assert rules.reasons_against_joining(with_lines(), accepted, NOW) == []


def test_demand_without_lines_is_joined_as_a_whole() -> None:
    assert rules.reasons_against_joining(JOINING, joining(), NOW) == []


def test_joining_again_replaces_the_quantities() -> None:
    facts = with_participant(JOINING, member("Inden", lines=(SALT,)))
    assert rules.reasons_against_joining(facts, joining(salt=Decimal(30)), NOW) == []


def test_joining_is_possible_one_second_before_the_end_and_not_at_the_end() -> None:
    assert rules.reasons_against_joining(JOINING, joining(), DEADLINE - SECOND) == []
    (reason,) = rules.reasons_against_joining(JOINING, joining(), DEADLINE)
    assert reason.code == "joining_closed"
    assert "14.12.2026, 24:00 Uhr" in reason.message


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sand": None}, "quantity_missing"),
        ({"salt": None, "sand": None}, "quantity_missing"),
        ({"salt": Decimal(-1)}, "quantity_absurd"),
        ({"salt": Decimal("NaN")}, "quantity_absurd"),
        ({"salt": Decimal("Infinity")}, "quantity_absurd"),
        ({"salt": Decimal(10) ** 13}, "quantity_absurd"),
        ({"salt": Decimal(0), "sand": Decimal(0)}, "nothing_wanted"),
        ({"salt": Decimal(1), "other": Decimal(1)}, "unknown_line"),
        ({"salt": Decimal(1), "mandate": "  "}, "mandate_missing"),
    ],
)
def test_joining_with_bad_input_names_the_field(given: dict, code: str) -> None:
    reasons = rules.reasons_against_joining(with_lines(), joining(**given), NOW)
    assert codes(reasons) == [code]
    assert reasons[0].field


def test_part_of_the_lines_can_be_left_at_zero() -> None:
    accepted = joining(salt=Decimal(0), sand=Decimal(5))
    assert rules.reasons_against_joining(with_lines(), accepted, NOW) == []


def test_only_who_has_a_demand_in_the_pool_can_join() -> None:
    stranger = Joining(key("Kerpen"), {}, "Beschluss")
    assert codes(rules.reasons_against_joining(JOINING, stranger, NOW)) == ["not_a_participant"]


# Staying out, leaving


def test_town_declines_unless_it_has_joined() -> None:
    assert rules.reasons_against_declining(JOINING, key("Inden"), NOW) == []
    joined = with_participant(JOINING, member("Inden"))
    assert codes(rules.reasons_against_declining(joined, key("Inden"), NOW)) == ["already_joined"]
    found = rules.reasons_against_declining(JOINING, key("Kerpen"), NOW)
    assert codes(found) == ["not_a_participant"]


def test_town_takes_its_joining_back_while_the_window_is_open() -> None:
    joined = with_participant(JOINING, member("Inden"))
    assert rules.reasons_against_leaving(joined, key("Inden"), DEADLINE - SECOND) == []
    assert codes(rules.reasons_against_leaving(joined, key("Inden"), DEADLINE)) == [
        "joining_closed"
    ]
    assert codes(rules.reasons_against_leaving(JOINING, key("Inden"), NOW)) == ["not_joined"]


# Withdrawing from a binding pool


def leaving(*consenting: str) -> PoolFacts:
    consents = frozenset({key("Inden")})
    return pool(
        Stage.BINDING,
        (
            member("Inden", asks_to_withdraw=True),
            *(
                member(town, consents_to=consents if town in consenting else frozenset())
                for town in ("Jülich", "Linnich")
            ),
        ),
    )


def test_member_leaves_a_binding_pool_when_all_others_consent() -> None:
    found = rules.reasons_against_withdrawing(leaving("Jülich", "Linnich"), key("Inden"), NOW)
    assert found == []


def test_every_missing_consent_is_named() -> None:
    reasons = rules.reasons_against_withdrawing(leaving(), key("Inden"), NOW)
    assert [(r.code, r.who) for r in reasons] == [
        ("consent_missing", "Jülich"),
        ("consent_missing", "Linnich"),
    ]
    (last,) = rules.reasons_against_withdrawing(leaving("Jülich"), key("Inden"), NOW)
    assert last.who == "Linnich"


def test_consent_to_another_one_does_not_count() -> None:
    found = rules.reasons_against_withdrawing(leaving("Jülich", "Linnich"), key("Jülich"), NOW)
    assert {reason.who for reason in found} == {"Inden", "Linnich"}


def test_who_withdrew_earlier_is_not_asked_any_more() -> None:
    facts = with_participant(leaving("Jülich"), member("Linnich", withdrawn_at=NOW))
    assert rules.reasons_against_withdrawing(facts, key("Inden"), NOW) == []


def test_asking_to_withdraw_needs_a_reason_and_is_done_once() -> None:
    ask = rules.reasons_against_asking_to_withdraw
    assert ask(BINDING, key("Inden"), "Fahrzeug gestiftet.", NOW) == []
    assert codes(ask(BINDING, key("Inden"), " ", NOW)) == ["reason_missing"]
    assert codes(ask(leaving(), key("Inden"), "Noch einmal.", NOW)) == ["already_asked"]
    assert codes(ask(BINDING, key("Kerpen"), "Irrtum.", NOW)) == ["not_a_participant"]


def test_others_consent_only_to_what_was_asked() -> None:
    consent = rules.reasons_against_consenting
    assert consent(leaving(), key("Jülich"), key("Inden"), NOW) == []
    assert codes(consent(BINDING, key("Jülich"), key("Inden"), NOW)) == ["withdrawal_not_asked"]
    assert codes(consent(leaving(), key("Inden"), key("Inden"), NOW)) == ["own_withdrawal"]
    assert codes(consent(leaving(), key("Kerpen"), key("Inden"), NOW)) == ["not_a_participant"]


@given(data=st.data())
def test_nobody_leaves_a_binding_pool_against_the_will_of_one(data: st.DataObject) -> None:
    towns = [f"Ort {number}" for number in range(data.draw(st.integers(2, 6)))]
    consents = {
        town: data.draw(st.sets(st.sampled_from([key(other) for other in towns]))) for town in towns
    }
    facts = pool(
        Stage.BINDING,
        tuple(member(town, consents_to=frozenset(consents[town])) for town in towns),
    )
    for leaver in towns:
        free = all(key(leaver) in consents[other] for other in towns if other != leaver)
        assert (rules.reasons_against_withdrawing(facts, key(leaver), NOW) == []) == free


def test_unknown_ids_are_refused_not_a_fault() -> None:
    nobody = uuid.UUID(int=0)
    assert rules.reasons_against_leaving(JOINING, nobody, NOW)
    assert rules.reasons_against_withdrawing(BINDING, nobody, NOW)
