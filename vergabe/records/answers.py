"""The exported file as an answer, the same for page and API."""

import datetime as dt
import uuid

from flask import Response
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.files import current
from vergabe.records import queries
from vergabe.records.export import export_zip


def export(session: Session, actor: Actor, tender_id: uuid.UUID, *, now: dt.datetime) -> Response:
    """Return the file of a tender as a ZIP to download; NotFound or Forbidden as for the record."""
    tender = queries.tender_for_record(session, actor, tender_id)
    pieces = export_zip(session, current.store(), actor, tender, now=now)
    response = Response(pieces, mimetype="application/zip")
    name = f"akte-{tender.reference}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
