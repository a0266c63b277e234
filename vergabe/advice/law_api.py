"""JSON API of the stored law, public like the page: rows with sources, and changes."""

import datetime as dt
from typing import Any

from marshmallow import fields

from vergabe.law import overview
from vergabe.law.tables import Row
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import public
from vergabe.web.schema import Schema

api = ApiBlueprint("law", __name__, description="Hinterlegtes Recht")


class DayQuery(Schema):
    """Rows in force on this legal day; all of them without."""

    day = fields.Date()


class ChangesQuery(Schema):
    """Two days on which procedures may begin."""

    first = fields.Date(required=True)
    second = fields.Date(required=True)


class TableSchema(Schema):
    """A table; each row with id, in_force_from, in_force_to, law, source, evidence and its own."""

    name = fields.String()
    title = fields.String()
    rows = fields.List(fields.Dict())


class TablesSchema(Schema):
    """All tables."""

    items = fields.List(fields.Nested(TableSchema))


class ChangeSchema(Schema):
    """A row that counts on one of two days only, or in another version."""

    table = fields.String()
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)


class ChangesSchema(Schema):
    """All differences between two days."""

    items = fields.List(fields.Nested(ChangeSchema))


@api.get("/law/tables")
@public
@api.arguments(DayQuery, location="query")
@api.response(200, TablesSchema)
def tables(query: dict[str, dt.date]) -> Any:
    """Alle Rechtstabellen, auf Wunsch nur das an einem Tag Geltende."""
    day = query.get("day")
    return {
        "items": [
            {
                "name": table.name,
                "title": table.title,
                "rows": [r.as_dict() for r in table.rows if day is None or r.is_in_force(day)],
            }
            for table in overview.all_tables()
        ]
    }


@api.get("/law/changes")
@public
@api.arguments(ChangesQuery, location="query")
@api.response(200, ChangesSchema)
def changes(query: dict[str, dt.date]) -> Any:
    """Was sich zwischen dem Recht zweier Tage unterscheidet."""
    return {
        "items": [
            {
                "table": change.table,
                "before": _row(change.before),
                "after": _row(change.after),
            }
            for change in overview.changes_between(query["first"], query["second"])
        ]
    }


def _row(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else row.as_dict()
