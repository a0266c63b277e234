"""Public view of a published eForms notice: the XML as people read it, and as PDF."""

import uuid

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from vergabe.db import db
from vergabe.files import current
from vergabe.notices import eforms_view, queries
from vergabe.notices.model import NoticeDocument
from vergabe.web.downloads import content_disposition
from vergabe.web.rights import public

pages = Blueprint("notice_view", __name__)


@pages.get("/bekanntmachungen/<reference>/<uuid:notice_id>/ansicht")
@public
def show(reference: str, notice_id: uuid.UUID) -> ResponseReturnValue:
    """The notice as it was sent, with German names for every field and code."""
    tender = queries.published_tender(db.session(), reference)
    found = queries.notice_document(db.session(), notice_id, "eforms")
    return render_template(
        "notices/view.html",
        tender=tender,
        notice_id=notice_id,
        view=eforms_view.html_of(_content(found)),
    )


@pages.get("/bekanntmachungen/<reference>/<uuid:notice_id>/ansicht.pdf")
@public
def as_pdf(reference: str, notice_id: uuid.UUID) -> ResponseReturnValue:
    tender = queries.published_tender(db.session(), reference)
    found = queries.notice_document(db.session(), notice_id, "eforms")
    content = eforms_view.pdf_of(_content(found), at=found.created_at)
    response = Response(content, content_type="application/pdf")
    name = f"{tender.reference}-Bekanntmachung.pdf"
    response.headers["Content-Disposition"] = content_disposition(name, inline=True)
    return response


def _content(found: NoticeDocument) -> bytes:
    return current.store().read(found.file_sha256)
