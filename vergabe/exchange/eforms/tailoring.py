"""Profiles: what the EU's form and the German one differ in, as data (profiles/*.toml).

No field moves from one profile to another; what differs is ids, code lists, what is mandatory and
what is forbidden. Each row names its evidence: [R] rule of the EU's SDK, [D] official
documentation, [2] second-hand, to be confirmed before it is relied on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from vergabe.exchange.eforms.grammar import Grammar, grammar_for
from vergabe.exchange.eforms.notice import Notice


@dataclass(frozen=True)
class Row:
    """One statement of a profile with its evidence (`R`, `D`, `2`) and what is open about it."""

    about: str
    evidence: str
    open_question: str = ""


@dataclass(frozen=True)
class CodeRow(Row):
    """Codes of a field: what our code becomes, and which codes the profile's list has.

    allowed: empty if the list is that of the SDK.
    """

    field_id: str = ""
    becomes: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldRow(Row):
    """Fields that are mandatory, or forbidden, in some subtypes (empty: in all)."""

    fields: tuple[str, ...] = ()
    subtypes: frozenset[str] = frozenset()

    def holds_in(self, subtype: str) -> bool:
        """Whether the row speaks of a subtype."""
        return not self.subtypes or subtype in self.subtypes


@dataclass(frozen=True, eq=False)
class Tailoring:
    """A profile. sme_note: what BT-300 begins with where a lot suits small enterprises."""

    key: str
    title: str
    customization_id: str
    profile_id: str | None
    subtypes: frozenset[str]
    codes: tuple[CodeRow, ...]
    mandatory: tuple[FieldRow, ...]
    forbidden: tuple[FieldRow, ...]
    statements: tuple[Row, ...]
    rules_not_applied: frozenset[str]
    legal_basis_codes: frozenset[str]
    sme_note: str | None
    sme_note_start: str

    def legal_basis(self, notice: Notice) -> str:
        """Return BT-01: the EU's act, or the national law where a profile's list has laws."""
        if not self.legal_basis_codes:
            return notice.kind.legal_basis
        laws = [document.code for document in notice.procedure.legal_documents]
        return next((law for law in laws if law in self.legal_basis_codes), "other")

    def forbidden_fields(self, subtype: str) -> frozenset[str]:
        """Return the ids of the fields that the profile forbids in a subtype."""
        return frozenset(
            name for row in self.forbidden if row.holds_in(subtype) for name in row.fields
        )

    def mandatory_fields(self, subtype: str) -> frozenset[str]:
        """Return the ids of the fields that the profile wants in a subtype, besides the EU's."""
        return frozenset(
            name for row in self.mandatory if row.holds_in(subtype) for name in row.fields
        )


@lru_cache(maxsize=64)
def tailored_grammar(tailoring: Tailoring, subtype: str, languages: tuple[str, ...]) -> Grammar:
    """Return what may be written in a subtype under a profile; made once for each."""
    return grammar_for(
        subtype,
        languages,
        tailoring.forbidden_fields(subtype),
        {row.field_id: row.becomes for row in tailoring.codes if row.becomes},
    )


def read_profile(key: str) -> Tailoring:
    """Return the profile of `profiles/<key>.toml`."""
    source = resources.files(__package__) / "profiles" / f"{key}.toml"
    raw = tomllib.loads(source.read_text(encoding="utf-8"))
    profile = raw["profile"]
    return Tailoring(
        key=key,
        title=profile["title"],
        customization_id=profile["customization_id"],
        profile_id=profile.get("profile_id"),
        subtypes=frozenset(profile["subtypes"]),
        codes=tuple(_code_row(row) for row in raw.get("codes", ())),
        mandatory=tuple(_field_row(row) for row in raw.get("mandatory", ())),
        forbidden=tuple(_field_row(row) for row in raw.get("forbidden", ())),
        statements=tuple(Row(**_statement(row)) for row in raw.get("statement", ())),
        rules_not_applied=frozenset(raw.get("rules_not_applied", {}).get("ids", ())),
        legal_basis_codes=frozenset(profile.get("legal_basis_codes", ())),
        sme_note=profile.get("sme_note"),
        sme_note_start=profile.get("sme_note_start", ""),
    )


def _statement(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "about": row["about"],
        "evidence": row["evidence"],
        "open_question": row.get("open", ""),
    }


def _code_row(row: Mapping[str, Any]) -> CodeRow:
    return CodeRow(
        **_statement(row),
        field_id=row["field"],
        becomes=row.get("becomes", {}),
        allowed=tuple(row.get("allowed", ())),
    )


def _field_row(row: Mapping[str, Any]) -> FieldRow:
    return FieldRow(
        **_statement(row),
        fields=tuple(row["fields"]),
        subtypes=frozenset(row.get("subtypes", ())),
    )


EU: Final = read_profile("eu")
DE: Final = read_profile("de")
