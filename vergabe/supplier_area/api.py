"""JSON API of what concerns a firm: tenders that fit its profile, and what is new in one."""

import datetime as dt
from typing import Any

from marshmallow import fields

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.notices import queries as notices
from vergabe.supplier_area import news, preview
from vergabe.suppliers import profiles, seeing
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.schema import Instant, Schema
from vergabe.web.transactions import commits

api = ApiBlueprint("supplier_area", __name__, description="Unternehmen: passende Verfahren, Neues")


class FittingSchema(Schema):
    """A running tender that fits the profile, and why."""

    reference = fields.String(attribute="tender.reference")
    title = fields.String(attribute="tender.title")
    submission_deadline = Instant(attribute="tender.submission_deadline")
    reasons = fields.List(fields.String())


class PreviewSchema(Schema):
    """What the stored profile brings now, and brought in twelve months (at least)."""

    running = fields.List(fields.Nested(FittingSchema))
    is_cut = fields.Boolean()
    own_in_year = fields.Integer()
    elsewhere_in_year = fields.Integer()


class DifferenceSchema(Schema):
    """One thing that changed; empty: nothing stood or stands there."""

    label = fields.String()
    old = fields.String()
    new = fields.String()


class DocumentChangeSchema(Schema):
    """A document that is `new`, `changed` or `removed`."""

    kind = fields.String()
    title = fields.String()
    version = fields.Integer()
    document_id = fields.String()


class NewAnswerSchema(Schema):
    """An answer that everybody can read."""

    question_text = fields.String()
    text = fields.String()
    published_at = Instant()


class NewsSchema(Schema):
    """What came since the person last took note; `since` is null before the first time."""

    since = Instant(allow_none=True)
    since_version = fields.Integer()
    differences = fields.List(fields.Nested(DifferenceSchema))
    documents = fields.List(fields.Nested(DocumentChangeSchema))
    answers = fields.List(fields.Nested(NewAnswerSchema))


class SeenInSchema(Schema):
    """What the person had before them: version of the tender, and when it was read."""

    version_number = fields.Integer(required=True, strict=True)
    read_at = Instant(required=True)


@api.get("/supplier/matches")
@requires(Permission.USE_SUPPLIER_AREA)
@api.response(200, PreviewSchema)
def matches() -> Any:
    """Laufende Verfahren, die zum Profil passen, und wie viele es in zwölf Monaten waren."""
    session = db.session()
    wish = profiles.wish_of(profiles.profile_of(session, current_actor()))
    return preview.preview(session, wish, now=clock.now())


@api.get("/supplier/tenders/<reference>/news")
@requires(Permission.USE_SUPPLIER_AREA)
@api.response(200, NewsSchema)
def news_of(reference: str) -> Any:
    """Was in einem Verfahren neu ist, seit die Person es zuletzt zur Kenntnis nahm."""
    session = db.session()
    return news.news_of(session, current_actor(), notices.published_tender(session, reference))


@api.post("/supplier/tenders/<reference>/seen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
@api.arguments(SeenInSchema)
@api.response(204)
def mark_seen(body: dict[str, Any], reference: str) -> None:
    """Zur Kenntnis nehmen, was bis zu einem Zeitpunkt veröffentlicht war."""
    session = db.session()
    tender = notices.published_tender(session, reference)
    read_at: dt.datetime = body["read_at"]
    seeing.mark_seen(
        session,
        current_actor(),
        tender.id,
        version_number=max(1, min(body["version_number"], tender.published_version)),
        drawn_at=read_at,
        now=clock.now(),
    )
