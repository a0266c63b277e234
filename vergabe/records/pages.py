"""Pages of the record."""

import functools
import uuid
from typing import Any

import orjson
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit.model import RecordEntry
from vergabe.db import db
from vergabe.records import answers, checks, export_jobs, queries, timeline
from vergabe.records.checks import Of, Which
from vergabe.records.timeline import Told
from vergabe.tenders.model import Tender
from vergabe.web.rights import current_actor, requires

pages = Blueprint("records", __name__)


@pages.get("/akte/verfahren/<uuid:tender_id>")
@requires(Permission.VIEW_RECORD)
def show_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    tender = queries.tender_for_record(session, actor, tender_id)
    refs = queries.chains_of(session, actor, tender)
    topic, cursor = request.args.get("thema", ""), request.args.get("ab")
    is_newest_first = request.args.get("folge") != "alt"
    page = timeline.page_of(session, refs, topic=topic, cursor=cursor, newest_first=is_newest_first)
    chosen: dict[str, Any] = {
        name: request.args[name] for name in ("thema", "folge") if request.args.get(name)
    }
    address = functools.partial(url_for, ".show_tender", tender_id=tender_id)
    next_url = address(**chosen, ab=page.next_cursor) if page.next_cursor else None
    return render_template(
        "records/show.html",
        tender=tender,
        # Verified where it begins: a chain is long, and nobody reads the result on every page.
        report=None
        if cursor
        else checks.report(session, actor, Which(Of.TENDER, str(tender_id)), refs, now=clock.now()),
        zip_url=url_for(".export", tender_id=tender_id),
        is_large=export_jobs.size_of(tender) > export_jobs.LARGE_BYTES,
        days=timeline.days_of(page.items),
        topics=[(key, found.label) for key, found in timeline.TOPICS.items()],
        wanted=request.args,
        is_newest_first=is_newest_first,
        next_url=next_url,
        first_url=address(**chosen) if cursor else None,
        reset_url=address(),
        details_of=_details,
        link_of=lambda told: _link(tender, told),
    )


def _link(tender: Tender, told: Told) -> tuple[str, str] | None:
    """Return label and address of what an entry is about, for whoever may see it."""
    actor = current_actor()
    match told.topic:
        case "lose":
            return "Lose ansehen", url_for("tender_lots.index", tender_id=tender.id)
        case "unterlagen":
            return "Unterlagen ansehen", url_for("tender_documents.index", tender_id=tender.id)
        case "fragen" if actor.holds(Permission.ANSWER_ENQUIRIES):
            return "Fragen ansehen", url_for("enquiries.officer_list", tender_id=tender.id)
        case "bekanntmachung" if tender.public_since is not None:
            return "Bekanntmachung ansehen", url_for("notices.show", reference=tender.reference)
        case "buendelung":
            return "Bündelung ansehen", url_for("pools.show", pool_id=tender.pool_id)
        case "bedarfe" if told.entry.subject_id is not None and actor.organisation_id:
            return "Bedarf ansehen", url_for("demands.show", demand_id=told.entry.subject_id)
        case _:
            return None


def _details(entry: RecordEntry) -> str:
    if not entry.details:
        return ""
    option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    return orjson.dumps(entry.details, option=option).decode()


@pages.get("/akte/verfahren/<uuid:tender_id>/akte.zip")
@requires(Permission.VIEW_RECORD)
def export(tender_id: uuid.UUID) -> ResponseReturnValue:
    return answers.export(db.session(), current_actor(), tender_id, now=clock.now())
