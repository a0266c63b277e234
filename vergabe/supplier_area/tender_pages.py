"""A tender as a firm works with it: how long it still is, what is new, its questions."""

import datetime as dt

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries import rules as enquiry_rules
from vergabe.errors import InvalidInput, NotFound
from vergabe.files import current
from vergabe.notices import bundles
from vergabe.notices import queries as notices
from vergabe.supplier_area import news
from vergabe.suppliers import following, membership, seeing
from vergabe.tenders import rules
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.tenders.snapshots import visible_documents
from vergabe.texts import gettext as _
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("supplier_tenders", __name__)


@pages.get("/unternehmen/verfahren/<reference>")
@requires(Permission.USE_SUPPLIER_AREA)
def show(reference: str) -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    tender = notices.published_tender(session, reference)
    firm = membership.own_firm(session, actor)
    found = news.news_of(session, actor, tender)
    documents = visible_documents(tender, tender.published_version)
    return render_template(
        "supplier_area/tender.html",
        tender=tender,
        news=found,
        documents=documents,
        fresh={document.id for document in _new_documents(documents, found.since_version)},
        own=enquiries.own_enquiries(session, tender.id, firm.id),
        answers=enquiries.published_answers(session, tender.id),
        is_following=following.is_following(session, firm.id, tender.id),
        is_open=_is_open(tender, now),
        stage=rules.shown_stage(rules.Stage(tender.stage), tender.submission_deadline, now),
        asks_in_time=enquiry_rules.is_timely(tender.enquiries_deadline, now),
        drawn_at=now.isoformat(),
    )


def _is_open(tender: Tender, now: dt.datetime) -> bool:
    return rules.is_open_for_bids(rules.Stage(tender.stage), tender.submission_deadline, now)


def _new_documents(documents: list[TenderDocument], since_version: int) -> list[TenderDocument]:
    return [
        document
        for document in documents
        if document.published_in_version is not None
        and document.published_in_version > since_version
    ]


@pages.post("/unternehmen/verfahren/<reference>/gesehen")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def mark_seen(reference: str) -> ResponseReturnValue:
    tender = notices.published_tender(db.session(), reference)
    seeing.mark_seen(
        db.session(),
        current_actor(),
        tender.id,
        version_number=min(_number("version"), tender.published_version),
        drawn_at=_instant("drawn_at"),
        now=clock.now(),
    )
    flash(_("Gemerkt. Als neu zeigen wir Ihnen, was ab jetzt dazukommt."), "success")
    return redirect(url_for(".show", reference=tender.reference), code=303)


def _number(name: str) -> int:
    text = request.values.get(name, "").strip()
    if not text.isdecimal() or len(text) > 6:
        raise _stale()
    return int(text)


def _instant(name: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(request.form.get(name, ""))
    except ValueError as error:
        raise _stale() from error
    if found.tzinfo is None:
        raise _stale()
    return found


def _stale() -> InvalidInput:
    return InvalidInput("page_outdated", _("Bitte laden Sie die Seite neu."))


@pages.get("/unternehmen/verfahren/<reference>/neue-unterlagen")
@requires(Permission.USE_SUPPLIER_AREA)
def new_documents(reference: str) -> ResponseReturnValue:
    """Only the procurement documents that came after a version (`seit`), in one ZIP."""
    tender = notices.published_tender(db.session(), reference)
    since = _number("seit")
    found = _new_documents(visible_documents(tender, tender.published_version), since)
    if not found:
        raise NotFound(_("Eine neue Unterlage"))
    name = f"{tender.reference}-neu-seit-Fassung-{since}.zip"
    return bundles.answer(current.store(), found, name)
