"""Every table carries, or reaches, the key by which the database can be cut."""

from pathlib import Path

from sqlalchemy import Table

from vergabe import registry
from vergabe.db import Base

KEYS = ("cooperation_id", "organisation_id")
# Who there is and what all share: not on the way from a row to its owner.
SHARED = {"user_account", "stored_file"}
SCALE = Path(__file__).parents[2] / "docs" / "scale.md"


def _reaches_key(table: Table, seen: frozenset[str] = frozenset()) -> bool:
    if any(name in table.columns for name in KEYS):
        return True
    parents = {key.column.table for key in table.foreign_keys}
    return any(
        parent.name not in seen | SHARED | {table.name}
        and _reaches_key(parent, seen | {table.name})
        for parent in parents
    )


def test_every_table_has_a_key_to_be_cut_by_or_is_explained() -> None:
    assert registry.MODELS
    text = SCALE.read_text(encoding="utf-8")
    explained = {name for name in text.replace("catalogue_*", _directory()).split("`") if name}
    missing = [
        table.name
        for table in Base.metadata.sorted_tables
        if not _reaches_key(table) and table.name not in explained
    ]
    assert missing == []


def _directory() -> str:
    return "`, `".join(name for name in Base.metadata.tables if name.startswith("catalogue_"))
