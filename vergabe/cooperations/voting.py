"""By which rule members vote on a project (Abstimmungsregel): plain values of the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.access.permissions import Permission, Role, roles_with
from vergabe.texts import lazy

HALF: Final = 5_000
"""More than this share (basis points) must agree, unless the cooperation asks for more."""
HIGHEST_QUORUM: Final = 9_999


class Rule(StrEnum):
    """What carries a vote."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    WEIGHTED = "weighted"  # by inhabitants, official figures of one key date


class Required(StrEnum):
    """Before which step a project must have been adopted by a vote."""

    NEVER = "never"
    BEFORE_JOINING = "before_joining"
    BEFORE_PUBLICATION = "before_publication"


class Electorate(StrEnum):
    """Which members vote."""

    PARTICIPANTS = "participants"  # those whose demands are in the pool
    MEMBERS = "members"  # all members of the cooperation on the day the vote opens


class MajorityOf(StrEnum):
    """Of what more than the quorum must say yes."""

    ENTITLED = "entitled"  # of all that may vote: who is silent has not agreed
    CAST = "cast"  # of yes and no votes


RULE_NAMES: Final[Mapping[Rule, str]] = {
    Rule.UNANIMOUS: lazy("einstimmig"),
    Rule.MAJORITY: lazy("Mehrheit der Mitglieder"),
    Rule.WEIGHTED: lazy("Mehrheit nach Einwohnern"),
}
VOTER_ROLES: Final = tuple(role for role in Role if role in roles_with(Permission.CAST_VOTES))


@dataclass(frozen=True)
class VotingTerms:
    """How a vote is decided and who casts it.

    quorum_basis_points: more than this share must say yes (majority and weighted rule);
    majority_of: of what that share is taken; abstention_blocks: under unanimity, whether an
    abstention stands against it; voters: roles that cast a member's vote.
    """

    rule: Rule = Rule.UNANIMOUS
    required: Required = Required.NEVER
    electorate: Electorate = Electorate.PARTICIPANTS
    quorum_basis_points: int = HALF
    majority_of: MajorityOf = MajorityOf.ENTITLED
    abstention_blocks: bool = True
    voters: Sequence[Role] = (Role.CHIEF_OFFICER, Role.COORDINATOR)

    def decides_like(self, other: "VotingTerms") -> bool:
        """Return whether both decide by the same rule; when it is required makes no difference."""
        names = ("rule", "electorate", "quorum_basis_points", "majority_of", "abstention_blocks")
        return all(getattr(self, name) == getattr(other, name) for name in names)
