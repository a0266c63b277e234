"""Pages of the record."""

import uuid

import orjson
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit.model import RecordEntry
from vergabe.db import db
from vergabe.records import answers, queries
from vergabe.web.rights import current_actor, requires

pages = Blueprint("records", __name__)


@pages.get("/akte/verfahren/<uuid:tender_id>")
@requires(Permission.VIEW_RECORD)
def show_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    record = queries.record_of(db.session(), current_actor(), tender_id)
    return render_template("records/show.html", record=record, details_of=_details)


def _details(entry: RecordEntry) -> str:
    if not entry.details:
        return ""
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return orjson.dumps(entry.details, option=option).decode()


@pages.get("/akte/verfahren/<uuid:tender_id>/akte.zip")
@requires(Permission.VIEW_RECORD)
def export(tender_id: uuid.UUID) -> ResponseReturnValue:
    return answers.export(db.session(), current_actor(), tender_id, now=clock.now())
