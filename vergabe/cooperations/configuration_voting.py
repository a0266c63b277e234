"""How a cooperation's file says that members vote on projects.

`[votes]` counts for the whole cooperation; `votes = { … }` of an area replaces what it names.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from vergabe.access.permissions import Role
from vergabe.cooperations.voting import (
    HALF,
    HIGHEST_QUORUM,
    VOTER_ROLES,
    Electorate,
    MajorityOf,
    Required,
    Rule,
    VotingTerms,
)
from vergabe.errors import Violation
from vergabe.web.schema import Schema


class Word(fields.Field[Any]):
    """One of a few words."""

    def __init__(self, words: Sequence[Any], **more: Any) -> None:
        super().__init__(**more)
        self._words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        for word in self._words:
            if isinstance(value, str) and value == str(word):
                return word
        raise ma.ValidationError(f"Möglich sind: {', '.join(map(str, self._words))}.")


class _TrueOrFalse(fields.Field[bool]):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError("Hier wird true oder false erwartet.")
        return value


class VotesSchema(Schema):
    """The keys of `[votes]`; what is left out keeps its default."""

    rule = Word(list(Rule))
    required = Word(list(Required))
    electorate = Word(list(Electorate))
    quorum_basis_points = fields.Integer(
        strict=True,
        validate=validate.Range(
            HALF,
            HIGHEST_QUORUM,
            error=f"Hier wird eine ganze Zahl von {HALF} bis {HIGHEST_QUORUM} erwartet "
            "(5000: mehr als die Hälfte).",
        ),
    )
    majority_of = Word(list(MajorityOf))
    abstention_blocks = _TrueOrFalse()
    voters = fields.List(
        Word(list(VOTER_ROLES)),
        validate=validate.Length(1, len(VOTER_ROLES), error="Nennen Sie mindestens eine Rolle."),
    )

    @ma.post_load
    def _unique(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "voters" in data:
            data["voters"] = tuple(role for role in VOTER_ROLES if role in data["voters"])
        return data


def terms(*said: Mapping[str, Any] | None) -> VotingTerms:
    """Return the terms that tables of the file give; a later table replaces an earlier one."""
    merged: dict[str, Any] = {}
    for table in said:
        merged |= dict(table or {})
    return VotingTerms(**merged)


def violations_of(
    areas: Sequence[Mapping[str, Any] | None],
    votes: Mapping[str, Any] | None,
    key_dates: Sequence[Any],
) -> Iterator[Violation]:
    """Yield what cannot be true.

    areas: the votes table of each area; key_dates: of each member's inhabitants, None without one.
    """
    weighted = ["votes"] if terms(votes).rule is Rule.WEIGHTED else []
    weighted += [
        f"areas.{index}.votes"
        for index, own in enumerate(areas)
        if own is not None and terms(votes, own).rule is Rule.WEIGHTED
    ]
    if None not in key_dates and len(set(key_dates)) == 1:
        return
    for place in weighted:
        yield Violation(
            "inhabitants_not_comparable",
            "Wer nach Einwohnern abstimmt, braucht für jedes Mitglied die amtliche Zahl desselben "
            "Stichtags (inhabitants, inhabitants_on).",
            field=f"{place}.rule",
        )


def shown(found: VotingTerms) -> dict[str, Any]:
    """Return terms as columns of a row."""
    return {
        "rule": found.rule.value,
        "required": found.required.value,
        "electorate": found.electorate.value,
        "quorum_basis_points": found.quorum_basis_points,
        "majority_of": found.majority_of.value,
        "abstention_blocks": found.abstention_blocks,
        "voters": [Role(role).value for role in found.voters],
    }
