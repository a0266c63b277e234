"""What the file says about votes: shapes, defaults, and what cannot be true."""

import datetime as dt
from pathlib import Path

import pytest

from vergabe.access.permissions import Role
from vergabe.cooperations import configuration_parser, configuration_voting
from vergabe.cooperations.voting import Electorate, MajorityOf, Required, Rule, VotingTerms
from vergabe.errors import InvalidInput

TODAY = dt.date(2026, 11, 23)
FILES = Path(__file__).resolve().parents[3] / "examples" / "cooperations"
RKN = (FILES / "rkn.toml").read_text(encoding="utf-8")
VOTES = RKN[RKN.index("[votes]") : RKN.index("[[agreement.parties]]")]


def parsed(votes: str) -> VotingTerms:
    text = RKN.replace(VOTES, votes)
    return configuration_voting.terms(configuration_parser.parse(text.encode("utf-8"), TODAY).votes)


def test_the_conference_decides_unanimously_before_anybody_joins() -> None:
    assert parsed(VOTES) == VotingTerms(
        rule=Rule.UNANIMOUS,
        required=Required.BEFORE_JOINING,
        electorate=Electorate.MEMBERS,
        voters=(Role.CHIEF_OFFICER,),
    )


def test_what_is_left_out_is_the_cautious_choice() -> None:
    found = parsed("[votes]\nrule = 'majority'\n")
    assert (found.required, found.majority_of) == (Required.NEVER, MajorityOf.ENTITLED)
    assert (found.quorum_basis_points, found.abstention_blocks) == (5_000, True)
    assert parsed("") == VotingTerms()


def test_an_area_replaces_only_what_it_names() -> None:
    found = configuration_voting.terms(
        {"rule": Rule.MAJORITY, "required": Required.BEFORE_PUBLICATION},
        {"required": Required.NEVER},
    )
    assert (found.rule, found.required) == (Rule.MAJORITY, Required.NEVER)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("rule = 'loudest'", "votes.rule"),
        ("rule = 7", "votes.rule"),
        ("required = 'later'", "votes.required"),
        ("electorate = 'all'", "votes.electorate"),
        ("majority_of = 'some'", "votes.majority_of"),
        ("quorum_basis_points = 4999", "votes.quorum_basis_points"),
        ("quorum_basis_points = 10000", "votes.quorum_basis_points"),
        ("quorum_basis_points = '5000'", "votes.quorum_basis_points"),
        ("abstention_blocks = 'yes'", "votes.abstention_blocks"),
        ("voters = []", "votes.voters"),
        ("voters = ['auditor']", "votes.voters"),
        ("voters = 'coordinator'", "votes.voters"),
        ("loud = true", "votes.loud"),
    ],
)
def test_mistakes_are_named_with_their_place(line: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parsed(f"[votes]\n{line}\n")
    assert (refused.value.violations[0].field or "").startswith(field)


def test_votes_by_inhabitants_need_comparable_figures() -> None:
    assert parsed("[votes]\nrule = 'weighted'\n").rule is Rule.WEIGHTED
    text = RKN.replace(VOTES, "[votes]\nrule = 'weighted'\n").replace(
        "inhabitants_on = 2022-12-31", "inhabitants_on = 2021-12-31", 1
    )
    with pytest.raises(InvalidInput) as refused:
        configuration_parser.parse(text.encode("utf-8"), TODAY)
    codes = {violation.code for violation in refused.value.violations}
    assert "inhabitants_not_comparable" in codes
