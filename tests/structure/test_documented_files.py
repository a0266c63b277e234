"""docs/cooperation-file.md knows every key of the file, and its smallest file loads."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from marshmallow import Schema, fields
from sqlalchemy.orm import Session

from tests.conftest import NOON
from vergabe.access.actor import Actor
from vergabe.cooperations import loading, queries
from vergabe.cooperations.configuration_schema import CooperationSchema

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "cooperation-file.md"
TABLES = ROOT / "vergabe" / "law" / "tables"


def keys(schema: Schema) -> Iterator[str]:
    """Yield every key that a file may hold, tables within tables included."""
    for name, field in schema.fields.items():
        yield field.data_key or name
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from keys(inner.schema)


def test_every_key_of_the_file_is_documented() -> None:
    text = PAGE.read_text("utf-8").split("## The group", 1)[1]
    # equal_, inhabitants_ and demand_value_basis_points are written as one.
    known = set(re.findall(r"[a-z][a-z0-9_]*", text.replace("_, ", "_basis_points, ")))
    named = set(keys(CooperationSchema()))
    assert len(named) > 100
    assert named - known == set()


def test_the_smallest_file_loads(session: Session) -> None:
    (content,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    operator = Actor.operator("Betrieb")
    report = loading.load(session, operator, content.encode(), now=NOON)
    assert report.is_new
    assert not loading.load(session, operator, content.encode(), now=NOON).is_changed
    found = queries.cooperation_by_key(session, operator, "moor")
    assert len(queries.members(session, found.id, dt.date(2026, 11, 23))) == 2


def test_the_page_of_the_law_counts_the_rows_as_they_are() -> None:
    text = (ROOT / "docs" / "law.md").read_text("utf-8")
    counted = {}
    for line in text.splitlines():
        names = re.findall(r"`(\w+\.toml)`", line.split("|")[1]) if line.startswith("|") else []
        if names:
            counted |= dict(zip(names, map(int, line.split("|")[2].split("·")), strict=True))
    stored = {
        file.name: len(re.findall(r"^\[\[row\]\]", file.read_text("utf-8"), re.MULTILINE))
        for file in TABLES.glob("*.toml")
    }
    assert counted == stored
