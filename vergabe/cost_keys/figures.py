"""What a cost key looks at: the figures of each member, and what is missing in them."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vergabe.cost_keys.keys import CostKey, KeyKind
from vergabe.errors import Violation


@dataclass(frozen=True, kw_only=True)
class MemberFigures:
    """A member and what may decide on its share.

    key: AGS, else ARS. position: place in the cooperation's fixed order, by which ties are
    broken. usage: any whole measure (calls, cases, cents called off), the same for all members;
    None while unknown. takes_part False: the member bears only what a key names it for
    (a county that pays from its budget without a demand of its own).
    """

    member_id: uuid.UUID
    key: str
    name: str
    position: int
    inhabitants: int | None = None
    inhabitants_on: dt.date | None = None
    demand_value_net_cents: int | None = None
    usage: int | None = None
    takes_part: bool = True

    def __post_init__(self) -> None:
        for value in (self.inhabitants, self.demand_value_net_cents, self.usage):
            if value is not None and value < 0:
                raise ValueError("a figure of a member must not be negative")


def missing_figures(key: CostKey, members: Sequence[MemberFigures]) -> Iterator[Violation]:
    """Yield what the key asks for and a member does not have, with the member's name."""
    sharing = [member for member in members if member.takes_part]
    if not sharing and key.kind is not KeyKind.ONE_BEARER:
        yield Violation("no_members", "Es gibt kein Mitglied, auf das zu verteilen wäre.")
    if len({member.member_id for member in members}) != len(members):
        yield Violation("member_repeated", "Ein Mitglied steht mehrfach in der Verteilung.")
    if (key.kind is KeyKind.ONE_BEARER or key.bearer_basis_points) and key.bearer not in {
        member.key for member in members
    }:
        yield Violation(
            "bearer_not_member",
            f"Der Kostenträger mit dem Schlüssel {key.bearer or '(keiner)'} ist kein Mitglied.",
        )
    if key.asks_for_inhabitants:
        yield from _of_inhabitants(key, sharing)
    if _asks_for_demands(key, sharing):
        yield from _of_demands(sharing)
    if _asks_for_usage(key) and any(member.usage is not None for member in sharing):
        yield from _of_usage(sharing)


def _asks_for_usage(key: CostKey) -> bool:
    return key.kind in (KeyKind.USAGE, KeyKind.BASE_PLUS_VARIABLE)


def _asks_for_demands(key: CostKey, sharing: Sequence[MemberFigures]) -> bool:
    if key.kind is KeyKind.MIXED:
        return key.demand_value_basis_points > 0
    stands_in = _asks_for_usage(key) and all(member.usage is None for member in sharing)
    return key.kind is KeyKind.DEMAND_VALUE or stands_in


def _of_inhabitants(key: CostKey, sharing: Sequence[MemberFigures]) -> Iterator[Violation]:
    for member in sharing:
        if member.inhabitants is None:
            yield Violation(
                "inhabitants_missing",
                f"{member.name}: Die Einwohnerzahl fehlt.",
                who=member.name,
            )
        elif key.inhabitants_on is not None and member.inhabitants_on != key.inhabitants_on:
            yield Violation(
                "inhabitants_of_other_day",
                f"{member.name}: Der Kostenschlüssel verlangt die Einwohnerzahl vom "
                f"{key.inhabitants_on:%d.%m.%Y}.",
                who=member.name,
            )


def _of_demands(sharing: Sequence[MemberFigures]) -> Iterator[Violation]:
    for member in sharing:
        if member.demand_value_net_cents is None:
            yield Violation(
                "demand_value_missing",
                f"{member.name}: Der Wert der Bedarfe fehlt.",
                who=member.name,
            )


def _of_usage(sharing: Sequence[MemberFigures]) -> Iterator[Violation]:
    for member in sharing:
        if member.usage is None:
            yield Violation(
                "usage_missing",
                f"{member.name}: Die Nutzung fehlt; von anderen Mitgliedern ist sie bekannt.",
                who=member.name,
            )
