"""The cost key in a cooperation's TOML file, with the clauses on money that belong to it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

import marshmallow as ma

from vergabe.cooperations.configuration_fields import Choice, Day, Euro, whole
from vergabe.cost_keys.keys import ALL_BASIS_POINTS, KeyKind, NoAward
from vergabe.errors import Violation
from vergabe.web.schema import Schema, text

_LONGEST_DUE_DAYS: Final = 365
_HIGHEST_INTEREST: Final = 2_000


class CostKeySchema(Schema):
    kind = Choice(tuple(kind.value for kind in KeyKind), required=True)
    inhabitants_on = Day()
    base_euro = Euro()
    equal_basis_points = whole(0, ALL_BASIS_POINTS)
    inhabitants_basis_points = whole(0, ALL_BASIS_POINTS)
    demand_value_basis_points = whole(0, ALL_BASIS_POINTS)
    bearer = text(12, minimum=5)
    bearer_basis_points = whole(1, ALL_BASIS_POINTS - 1)
    no_award = Choice(tuple(rule.value for rule in NoAward))
    vat_clause = text(2000, minimum=1)
    due_days = whole(1, _LONGEST_DUE_DAYS)
    interest_basis_points = whole(0, _HIGHEST_INTEREST)
    note = text(2000)

    @ma.post_load
    def _as_json(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "base_euro" in data:
            data["base_cents"] = data.pop("base_euro")
        return {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in sorted(data.items())
        }


def violations_of(
    key: Mapping[str, Any], names: Mapping[str, str], days: Mapping[str, dt.date | None]
) -> Iterator[Violation]:
    """Yield what in a cost key does not agree with itself or with the members.

    names: key of each member → its name; days: key of each member → the day of its inhabitants.
    What is merely not agreed yet (no_award, vat_clause) is no mistake in a file: the agreement
    cannot become ready without it.
    """
    shares = [name for name in _WEIGHTS if name in key]
    if key["kind"] == KeyKind.MIXED and sum(key[name] for name in shares) != ALL_BASIS_POINTS:
        yield Violation(
            "shares_incomplete",
            "Die Anteile eines gemischten Schlüssels (…_basis_points) ergeben zusammen 10000.",
            field="cost_key",
        )
    if key["kind"] != KeyKind.MIXED and shares:
        yield Violation(
            "shares_not_expected",
            "Anteile gibt es nur beim gemischten Schlüssel (mixed).",
            field=f"cost_key.{shares[0]}",
        )
    if (key["kind"] == KeyKind.BASE_PLUS_VARIABLE) != bool(key.get("base_cents", 0) > 0):
        yield Violation(
            "base_fee",
            "Der feste Betrag (base_euro) gehört zum Schlüssel base_plus_variable, und nur dazu.",
            field="cost_key.base_euro",
        )
    yield from _of_bearer(key, names)
    yield from _of_inhabitants(key, names, days)


_WEIGHTS: Final = (
    "equal_basis_points",
    "inhabitants_basis_points",
    "demand_value_basis_points",
)


def _of_bearer(key: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Violation]:
    bearer, is_all = key.get("bearer"), key["kind"] == KeyKind.ONE_BEARER
    if bearer is not None and bearer not in names:
        yield Violation(
            "bearer_unknown",
            f"Ein Mitglied mit dem Schlüssel „{bearer}“ steht nicht unter members.",
            field="cost_key.bearer",
        )
    if (bearer is not None) != (is_all or "bearer_basis_points" in key):
        yield Violation(
            "bearer_incomplete",
            "Zum Kostenträger (bearer) gehört, was er trägt: alles (kind = one_bearer) oder einen "
            "Anteil (bearer_basis_points). Ohne Kostenträger gibt es keines von beiden.",
            field="cost_key.bearer",
        )
    if is_all and "bearer_basis_points" in key:
        yield Violation(
            "bearer_bears_all",
            "Bei kind = one_bearer trägt ein Mitglied alles; einen Anteil gibt es dann nicht.",
            field="cost_key.bearer_basis_points",
        )


def _of_inhabitants(
    key: Mapping[str, Any], names: Mapping[str, str], days: Mapping[str, dt.date | None]
) -> Iterator[Violation]:
    asks = (
        key["kind"] == KeyKind.INHABITANTS
        or key.get("inhabitants_basis_points", 0) > 0
        or key.get("no_award") == NoAward.INHABITANTS
    )
    if not asks:
        return
    wanted = key.get("inhabitants_on")
    if wanted is None:
        yield Violation(
            "key_day_missing",
            "Ein Schlüssel nach Einwohnern braucht den Stichtag der Zahlen.",
            field="cost_key.inhabitants_on",
        )
        return
    for index, (member, day) in enumerate(days.items()):
        if day is None or day.isoformat() != wanted:
            yield Violation(
                "inhabitants_of_other_day",
                f"{names[member]}: Der Kostenschlüssel verlangt die Einwohnerzahl vom {wanted}.",
                field=f"members.{index}.inhabitants_on",
            )
