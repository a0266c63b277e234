"""Voting rules come and go with the cooperation's file; the same file changes nothing."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations import loading, queries, voting_queries
from vergabe.cooperations.voting import Required, Rule, VotingTerms
from vergabe.cooperations.voting_model import VotingRule

pytestmark = pytest.mark.usefixtures("moving_clock")
OPERATOR = Actor.operator("Test")
RKN = (Path(__file__).resolve().parents[3] / "examples" / "cooperations" / "rkn.toml").read_text(
    encoding="utf-8"
)
VOTES = RKN[RKN.index("[votes]") : RKN.index("[[agreement.parties]]")]


def loaded(session: Session, text: str) -> list[str]:
    report = loading.load(session, OPERATOR, text.encode(), now=clock.now())
    return [change.path for change in report.changes if "votes" in change.path]


def terms(session: Session, area: str) -> VotingTerms:
    cooperation = queries.cooperation_by_key(session, OPERATOR, "rkn", now=clock.now())
    found = queries.area_by_key(session, cooperation.id, area)
    return voting_queries.voting_terms(session, cooperation.id, found.id)


def test_the_rule_of_the_conference(session: Session) -> None:
    assert loaded(session, RKN) == ["votes"]
    assert loaded(session, RKN) == []
    assert loaded(session, RKN + "\n# noch einmal") == []
    found = terms(session, "procurement")
    assert (found.rule, found.required) == (Rule.UNANIMOUS, Required.BEFORE_JOINING)
    assert found.voters == (Role.CHIEF_OFFICER,)


def test_an_area_can_say_otherwise_and_stop_saying_so(session: Session) -> None:
    own = RKN.replace('name = "Fortbildung"', 'name = "Fortbildung"\nvotes = { rule = "majority" }')
    assert loaded(session, own) == ["votes", "areas[training].votes"]
    assert terms(session, "training").rule is Rule.MAJORITY
    assert terms(session, "training").required is Required.BEFORE_JOINING
    changed = own.replace('{ rule = "majority" }', '{ required = "never" }')
    assert set(loaded(session, changed)) == {
        "areas[training].votes.rule",
        "areas[training].votes.required",
    }
    assert loaded(session, RKN + "\n# ohne eigene Regel") == ["votes"]
    assert terms(session, "training").rule is Rule.UNANIMOUS


def test_without_the_table_no_vote_is_needed(session: Session) -> None:
    loaded(session, RKN)
    assert loaded(session, RKN.replace(VOTES, "")) == ["votes"]
    assert terms(session, "procurement") == VotingTerms()
    assert session.scalars(select(VotingRule)).all() == []
