"""When a vote carries: tables for each rule, and what must hold for any votes."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.cooperations.voting import MajorityOf, Rule, VotingTerms
from vergabe.pools.stages import Stage
from vergabe.votes import rules
from vergabe.votes.rules import Choice, Closing, State, VoteFacts, Voter

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
YES, NO, ABSTAIN = Choice.YES, Choice.NO, Choice.ABSTAIN
WORDS = {"y": YES, "n": NO, "a": ABSTAIN, "-": None}


def voters(choices: str, inhabitants: tuple[int, ...] = ()) -> list[Voter]:
    """Return voters by a word such as `yyn-`: yes, yes, no, not voted."""
    return [
        Voter(
            uuid.UUID(int=place + 1),
            f"Ort {place + 1}",
            inhabitants[place] if inhabitants else None,
            WORDS[letter],
        )
        for place, letter in enumerate(choices)
    ]


UNANIMOUS = VotingTerms(rule=Rule.UNANIMOUS)
LENIENT = VotingTerms(rule=Rule.UNANIMOUS, abstention_blocks=False)
MAJORITY = VotingTerms(rule=Rule.MAJORITY)
OF_CAST = VotingTerms(rule=Rule.MAJORITY, majority_of=MajorityOf.CAST)
TWO_THIRDS = VotingTerms(rule=Rule.MAJORITY, quorum_basis_points=6_666)
WEIGHTED = VotingTerms(rule=Rule.WEIGHTED)
WEIGHTED_OF_CAST = VotingTerms(rule=Rule.WEIGHTED, majority_of=MajorityOf.CAST)


@pytest.mark.parametrize(
    ("terms", "choices", "carries"),
    [
        (UNANIMOUS, "yyy", True),
        (UNANIMOUS, "y", True),
        (UNANIMOUS, "yyn", False),
        (UNANIMOUS, "yy-", False),
        (UNANIMOUS, "yya", False),
        (UNANIMOUS, "---", False),
        (UNANIMOUS, "", False),
        (LENIENT, "yya", True),
        (LENIENT, "aaa", False),
        (LENIENT, "yyan", False),
        (LENIENT, "yya-", False),
        (MAJORITY, "yyn", True),
        (MAJORITY, "yyy---", False),
        (MAJORITY, "yyyy--", True),
        (MAJORITY, "yynn", False),
        (MAJORITY, "yyaa", False),
        (MAJORITY, "yynn-", False),
        (MAJORITY, "", False),
        (OF_CAST, "y---", True),
        (OF_CAST, "yaaa", True),
        (OF_CAST, "yn", False),
        (OF_CAST, "yynaa-", True),
        (OF_CAST, "aaa", False),
        (OF_CAST, "---", False),
        (TWO_THIRDS, "yyn", True),
        (TWO_THIRDS, "yyynn", False),
        (TWO_THIRDS, "yyyynn", True),
    ],
)
def test_the_rule_decides(terms: VotingTerms, choices: str, carries: bool) -> None:
    assert rules.is_carried(terms, voters(choices)) is carries


@pytest.mark.parametrize(
    ("terms", "choices", "inhabitants", "carries"),
    [
        (WEIGHTED, "ynn", (67_239, 33_158, 10_302), True),
        (WEIGHTED, "nyy", (67_239, 33_158, 10_302), False),
        (WEIGHTED, "yn", (10_000, 10_000), False),
        (WEIGHTED, "yn", (10_001, 10_000), True),
        (WEIGHTED, "y-", (10_001, 10_000), True),
        (WEIGHTED, "y-", (9_999, 10_000), False),
        (WEIGHTED_OF_CAST, "y-a", (1, 10_000, 10_000), True),
        (WEIGHTED_OF_CAST, "ynaa", (1, 1, 10_000, 10_000), False),
    ],
)
def test_inhabitants_weigh(
    terms: VotingTerms, choices: str, inhabitants: tuple[int, ...], carries: bool
) -> None:
    assert rules.is_carried(terms, voters(choices, inhabitants)) is carries


def test_the_weighted_rule_needs_every_figure() -> None:
    with pytest.raises(ValueError, match="Ort 1"):
        rules.is_carried(WEIGHTED, voters("y"))


all_terms = st.builds(
    VotingTerms,
    rule=st.sampled_from(Rule),
    quorum_basis_points=st.integers(5_000, 9_999),
    majority_of=st.sampled_from(MajorityOf),
    abstention_blocks=st.booleans(),
)
many_voters = st.lists(
    st.tuples(st.sampled_from([*Choice, None]), st.integers(1, 1_000_000)), min_size=1, max_size=12
).map(
    lambda rows: [
        Voter(uuid.UUID(int=place + 1), f"Ort {place}", inhabitants, choice)
        for place, (choice, inhabitants) in enumerate(rows)
    ]
)


@given(terms=all_terms, them=many_voters, random=st.randoms(use_true_random=False))
def test_the_order_of_voters_does_not_matter(terms, them, random) -> None:
    shuffled = list(them)
    random.shuffle(shuffled)
    assert rules.is_carried(terms, them) == rules.is_carried(terms, shuffled)


@given(terms=all_terms, them=many_voters, place=st.integers(0, 11))
def test_one_more_yes_never_turns_adopted_into_rejected(terms, them, place) -> None:
    place %= len(them)
    more = [*them]
    more[place] = dataclasses.replace(them[place], choice=YES)
    assert rules.is_carried(terms, more) >= rules.is_carried(terms, them)


@given(them=many_voters, quorum=st.integers(5_000, 9_999), of=st.sampled_from(MajorityOf))
def test_what_all_want_any_rule_adopts(them, quorum, of) -> None:
    if rules.is_carried(UNANIMOUS, them):
        for rule in (Rule.MAJORITY, Rule.WEIGHTED):
            terms = VotingTerms(rule=rule, quorum_basis_points=quorum, majority_of=of)
            assert rules.is_carried(terms, them)


@given(them=many_voters, rule=st.sampled_from([Rule.MAJORITY, Rule.WEIGHTED]))
def test_of_all_entitled_is_never_laxer_than_of_votes_cast(them, rule) -> None:
    strict, lax = VotingTerms(rule=rule), VotingTerms(rule=rule, majority_of=MajorityOf.CAST)
    assert rules.is_carried(strict, them) <= rules.is_carried(lax, them)


@given(them=many_voters, rule=st.sampled_from([Rule.MAJORITY, Rule.WEIGHTED]))
def test_yes_and_no_cannot_both_win(them, rule) -> None:
    swap = {YES: NO, NO: YES}
    other = [dataclasses.replace(v, choice=swap.get(v.choice, v.choice)) for v in them]
    for of in MajorityOf:
        terms = VotingTerms(rule=rule, majority_of=of)
        assert not (rules.is_carried(terms, them) and rules.is_carried(terms, other))


@given(terms=all_terms, them=many_voters)
def test_the_tally_adds_up(terms, them) -> None:
    counted = rules.tally(terms, them)
    whole = sum(v.inhabitants or 0 for v in them) if terms.rule is Rule.WEIGHTED else len(them)
    assert counted.entitled == whole


def vote(choices: str = "yy", **more: Any) -> VoteFacts:
    facts = {"terms": UNANIMOUS, "voters": voters(choices), "opened_at": NOW - SECOND} | more
    return VoteFacts(**facts)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (vote("yy"), State.OPEN),
        (vote("y-", deadline=NOW + SECOND), State.OPEN),
        (vote("yy", deadline=NOW), State.ADOPTED),
        (vote("y-", deadline=NOW), State.REJECTED),
        (vote("yy", deadline=NOW - SECOND), State.ADOPTED),
        (vote("yy", closed_at=NOW, closed_because=Closing.ALL_VOTED), State.ADOPTED),
        (vote("yn", closed_at=NOW, closed_because=Closing.ALL_VOTED), State.REJECTED),
        (vote("y-", closed_at=NOW, closed_because=Closing.COORDINATOR), State.REJECTED),
        (vote("yy", closed_at=NOW, closed_because=Closing.REPLACED), State.REPLACED),
    ],
)
def test_the_state_follows_from_ballots_and_clock(facts: VoteFacts, state: State) -> None:
    assert rules.state_of(facts, NOW) is state


@pytest.mark.parametrize(("offset", "codes"), [(-SECOND, []), (SECOND * 0, ["vote_closed"])])
def test_the_deadline_is_the_first_instant_too_late(offset: dt.timedelta, codes: list[str]) -> None:
    facts = vote("--", deadline=NOW)
    found = rules.reasons_against_casting(
        facts, facts.voters[0].organisation_id, YES, "", NOW + offset, is_current=True
    )
    assert [reason.code for reason in found] == codes


@pytest.mark.parametrize(
    ("choice", "reason", "current", "codes"),
    [
        (YES, "", True, []),
        (ABSTAIN, "", True, []),
        (NO, "Zu teuer.", True, []),
        (NO, " ", True, ["reason_missing"]),
        (YES, "", False, ["subject_changed"]),
    ],
)
def test_reasons_against_a_ballot(
    choice: Choice, reason: str, current: bool, codes: list[str]
) -> None:
    facts = vote("--")
    found = rules.reasons_against_casting(
        facts, facts.voters[0].organisation_id, choice, reason, NOW, is_current=current
    )
    assert [each.code for each in found] == codes


def test_who_is_not_entitled_hears_only_that() -> None:
    found = rules.reasons_against_casting(
        vote("--"), uuid.UUID(int=99), NO, "", NOW, is_current=False
    )
    assert [reason.code for reason in found] == ["not_entitled"]


@pytest.mark.parametrize("stage", Stage)
def test_a_vote_opens_from_consultation_to_tendering(stage: Stage) -> None:
    found = rules.reasons_against_opening(stage, UNANIMOUS, voters("-"), [None], None, NOW)
    assert bool(found) is (stage not in rules.VOTED_ON_IN)


@pytest.mark.parametrize(
    ("deadline", "code"),
    [
        (NOW, "deadline_passed"),
        (NOW - SECOND, "deadline_passed"),
        (NOW + dt.timedelta(days=367), "deadline_too_far"),
    ],
)
def test_senseless_ends_are_refused(deadline: dt.datetime, code: str) -> None:
    found = rules.reasons_against_opening(
        Stage.BINDING, UNANIMOUS, voters("-"), [None], deadline, NOW
    )
    assert [reason.code for reason in found] == [code]


def test_weighing_needs_official_figures_of_one_day() -> None:
    day, other = dt.date(2022, 12, 31), dt.date(2023, 12, 31)

    def codes(them: list[Voter], days: list[dt.date | None]) -> list[str]:
        found = rules.reasons_against_opening(Stage.BINDING, WEIGHTED, them, days, None, NOW)
        return [reason.code for reason in found]

    assert codes(voters("--"), [None, None]) == ["inhabitants_missing"]
    assert codes(voters("--", (1, 2)), [day, other]) == ["key_dates_differ"]
    assert codes(voters("--", (1, 2)), [day, day]) == []


def test_reminders_end_with_the_vote() -> None:
    deadline = NOW + dt.timedelta(days=5)
    instants = rules.reminder_instants(NOW, deadline)
    assert instants == [deadline - dt.timedelta(days=3), deadline - dt.timedelta(days=1), deadline]
    assert rules.next_tick(NOW, deadline, deadline) is None
    assert rules.next_tick(NOW, None, NOW + dt.timedelta(days=28)) is None
    assert rules.next_tick(NOW, None, NOW) == NOW + dt.timedelta(days=7)
