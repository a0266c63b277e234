"""JSON API of CPV suggestions: codes for a description in one's own words."""

from typing import Any

from marshmallow import fields

from vergabe.access.permissions import Permission
from vergabe.cpv import packaged
from vergabe.cpv.suggesting import checked_text, suggest
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import requires
from vergabe.web.schema import Schema
from vergabe.web.shell import settings

api = ApiBlueprint("cpv", __name__, description="CPV-Codes")


class DescriptionQuery(Schema):
    """What is needed, in one's own words."""

    text = fields.String(required=True)


class CpvSuggestionSchema(Schema):
    """A code that may be meant, with what somebody bought under it."""

    code = fields.String(metadata={"description": "8 Ziffern"})
    check_digit = fields.String()
    label = fields.String()
    path = fields.List(fields.String(), metadata={"description": "Bezeichnungen von oben her"})
    example = fields.String(metadata={"description": "Titel einer Bekanntmachung, oder leer"})
    score = fields.Float(metadata={"description": "Nur zum Ordnen der Vorschläge"})


class CpvSuggestionsSchema(Schema):
    """Up to five codes of different classes, the likeliest first."""

    items = fields.List(fields.Nested(CpvSuggestionSchema))


@api.get("/cpv/suggestions")
@requires(Permission.VIEW_DEMANDS)
@api.arguments(DescriptionQuery, location="query")
@api.response(200, CpvSuggestionsSchema)
def suggestions(query: dict[str, Any]) -> Any:
    """Die besten fünf CPV-Codes zu einer Beschreibung in eigenen Worten."""
    text = checked_text(query["text"])
    return {"items": suggest(packaged.model(settings().data), text)}
