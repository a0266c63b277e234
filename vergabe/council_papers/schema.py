"""The shape of council papers in the JSON API."""

from typing import Any

from marshmallow import fields, post_load

from vergabe.council_papers.service import (
    LINE_LENGTH,
    SHORT_LENGTH,
    TEXT_LENGTH,
    MemberEntry,
    ProjectEntry,
)
from vergabe.web.schema import MoneySchema, Schema, text


class PaperInSchema(Schema):
    """What the own municipality adds to its paper; it replaces what was there."""

    is_public = fields.Boolean(required=True)
    paper_number = text(SHORT_LENGTH, load_default="")
    department = text(LINE_LENGTH, load_default="")
    body = text(200, load_default="")
    meeting_on = fields.Date(load_default=None, allow_none=True)
    item_number = text(SHORT_LENGTH, load_default="")
    budget_line = text(LINE_LENGTH, load_default="")
    maximum_net = fields.Nested(MoneySchema, load_default=None, allow_none=True)
    facts = text(TEXT_LENGTH, load_default="")
    vat_remark = text(TEXT_LENGTH, load_default="")
    strategy = text(TEXT_LENGTH, load_default="")
    inclusion = text(TEXT_LENGTH, load_default="")
    resolution = text(TEXT_LENGTH, load_default="")
    annexes = text(TEXT_LENGTH, load_default="")

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> MemberEntry:
        maximum = data.pop("maximum_net")
        cents = maximum["amount_cents"] if maximum else None
        return MemberEntry(maximum_net_cents=cents, **data)


class ProjectTextsInSchema(Schema):
    """What stands in the papers of all members."""

    facts = text(TEXT_LENGTH, load_default="")
    strategy = text(TEXT_LENGTH, load_default="")
    inclusion = text(TEXT_LENGTH, load_default="")
    annexes = text(TEXT_LENGTH, load_default="")

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ProjectEntry:
        return ProjectEntry(**data)


class PaperSchema(Schema):
    """The paper of the own municipality, made from the facts of today."""

    pool_id = fields.UUID()
    municipality = fields.String()
    is_public = fields.Boolean()
    stamp_on = fields.Date()
    resolution = fields.List(fields.String())
    text = fields.String()
    version = fields.Integer()


class ProjectTextsSchema(Schema):
    """What stands in the papers of all members."""

    facts = fields.String()
    strategy = fields.String()
    inclusion = fields.String()
    annexes = fields.String()
    version = fields.Integer()
