"""The shape of notices in the JSON API."""

from marshmallow import fields, validate

from vergabe.tenders.limits import DESCRIPTION_MAX, REASON_MAX, TEXT_MAX, TITLE_MAX
from vergabe.tenders.rules import CANCELLATION_CODES
from vergabe.web.api import PageQuery
from vergabe.web.schema import Instant, Schema, text


class NoticeQuery(PageQuery):
    """What to look for; empty fields do not narrow."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    cpv = fields.String(load_default="", validate=validate.Length(max=10))
    nuts = fields.String(load_default="", validate=validate.Length(max=5))
    open_only = fields.Boolean(load_default=False)


class NoticeDocumentSchema(Schema):
    """A document of a notice; its bytes never change."""

    format = fields.String()
    media_type = fields.String()
    sha256 = fields.String(attribute="file_sha256")
    size_bytes = fields.Integer()


class NoticeShortSchema(Schema):
    """A published notice, as lists show it."""

    id = fields.UUID()
    notice_uuid = fields.UUID()
    kind = fields.String()
    reference = fields.String(attribute="tender.reference")
    tender_version = fields.Integer()
    title = fields.String()
    buyer_names = fields.List(fields.String())
    cpv = fields.String()
    nature = fields.String()
    published_at = Instant()
    submission_deadline = Instant(allow_none=True)


class NoticeSchema(NoticeShortSchema):
    """A published notice with its documents."""

    documents = fields.List(fields.Nested(NoticeDocumentSchema))


class NoticeListSchema(Schema):
    """A page of notices."""

    items = fields.List(fields.Nested(NoticeShortSchema))
    next_cursor = fields.String(allow_none=True)


class ChangeQuery(Schema):
    """Where to go on in the feed of changes."""

    after = fields.Integer(load_default=0, strict=False, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=200))


class TenderNoticesSchema(Schema):
    """All notices of one tender."""

    items = fields.List(fields.Nested(NoticeSchema))


class ChangeListSchema(Schema):
    """Published notices in the order of the feed; none is ever missed."""

    items = fields.List(fields.Nested(NoticeSchema))
    next_after = fields.Integer()


class AmendmentSchema(Schema):
    """What an amendment changes; absent fields stay."""

    summary = text(REASON_MAX, minimum=1, required=True)
    title = text(TITLE_MAX, load_default=None, allow_none=True)
    description = text(DESCRIPTION_MAX, load_default=None, allow_none=True)
    selection_criteria = text(TEXT_MAX, load_default=None, allow_none=True)
    submission_deadline = Instant(load_default=None, allow_none=True)
    enquiries_deadline = Instant(load_default=None, allow_none=True)
    is_substantial = fields.Boolean(load_default=True)


class CancellationSchema(Schema):
    """Why a tender is cancelled: in words, and by its code (BT-144)."""

    reason = text(REASON_MAX, minimum=1, required=True)
    code = fields.String(load_default="other", validate=validate.OneOf(list(CANCELLATION_CODES)))


class CancelledSchema(Schema):
    """The notice of a cancellation; none for a draft."""

    notice = fields.Nested(NoticeSchema, allow_none=True)
