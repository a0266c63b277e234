"""Public pages of notices, without login; and the officer's last click."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock, texts
from vergabe.access.permissions import Permission
from vergabe.catalogue import addresses, feeds
from vergabe.catalogue import pages as catalogue_pages
from vergabe.catalogue import queries as catalogue
from vergabe.db import db
from vergabe.enquiries import queries as enquiries
from vergabe.errors import DomainError, InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.exchange import codes
from vergabe.files import current, handing_out
from vergabe.notices import bundles, presenting, queries, service
from vergabe.tenders import deadline_picture, notice_forms, rules
from vergabe.tenders import presenting as tender_presenting
from vergabe.tenders import queries as tender_queries
from vergabe.tenders.forms import FormReader
from vergabe.tenders.outlet import Outlet
from vergabe.tenders.snapshots import visible_documents
from vergabe.texts import _
from vergabe.web import languages, shell
from vergabe.web.downloads import content_disposition
from vergabe.web.lagging import may_lag
from vergabe.web.rights import current_actor, public, requires
from vergabe.web.transactions import commits

pages = Blueprint("notices", __name__)
for _name, _filter in catalogue_pages.FILTERS.items():
    pages.add_app_template_filter(_filter, _name)

FORMATS = {"xml": "xvergabe", "pdf": "pdf", "ocds.json": "ocds", "eforms.xml": "eforms"}


@pages.get("/bekanntmachungen")
@public
@may_lag
def search() -> ResponseReturnValue:
    """All procedures, ours and those of others."""
    return catalogue_pages.answer(db.session(), "notices.search", now=clock.now())


@pages.get("/bekanntmachungen/<reference>")
@public
def show(reference: str) -> ResponseReturnValue:
    tender = queries.published_tender(db.session(), reference, queries.WHO_MAY_CALL_OFF)
    # Its words are German; pages in English name the same days in their list.
    is_drawn = texts.language() == "de" and tender.cancelled_at is None
    return render_template(
        "notices/show.html",
        tender=tender,
        picture=deadline_picture.picture_of(db.session(), tender, now=clock.now())
        if is_drawn
        else None,
        notices=queries.notices_of(db.session(), tender.id),
        documents=visible_documents(tender, tender.published_version),
        answers=enquiries.published_answers(db.session(), tender.id),
        is_open=rules.is_open_for_bids(
            rules.Stage(tender.stage), tender.submission_deadline, clock.now()
        ),
        stage=rules.shown_stage(rules.Stage(tender.stage), tender.submission_deadline, clock.now()),
        facts=presenting.facts_of(
            tender,
            now=clock.now(),
            url=shell.settings().base_url + languages.address(texts.language()),
        ),
        unit=codes.unit,
    )


@pages.get(
    "/bekanntmachungen/<reference>/<uuid:notice_id>"
    ".<any('xml','eforms.xml','pdf','ocds.json'):ending>"
)
@public
def document(reference: str, notice_id: uuid.UUID, ending: str) -> ResponseReturnValue:
    """A document of one notice; its address never changes and neither do its bytes."""
    found = queries.notice_document(db.session(), notice_id, FORMATS[ending])
    response = handing_out.stored(
        current.store(),
        found.file_sha256,
        found.media_type,
        size_bytes=found.size_bytes,
        disposition=content_disposition(f"{reference}.{ending}", inline=True),
    )
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@pages.get("/bekanntmachungen/<reference>/unterlagen/<uuid:document_id>")
@public
def tender_document(reference: str, document_id: uuid.UUID) -> ResponseReturnValue:
    tender = queries.published_tender(db.session(), reference)
    found = queries.public_document(tender, document_id)
    return tender_presenting.sent_document(current.store(), found)


@pages.get("/bekanntmachungen/<reference>/unterlagen")
@public
def documents_zip(reference: str) -> ResponseReturnValue:
    """All procurement documents of the version in force, in one ZIP."""
    tender = queries.published_tender(db.session(), reference)
    found = visible_documents(tender, tender.published_version)
    if not found:
        raise NotFound("Die Vergabeunterlagen")
    return bundles.answer(current.store(), found, f"{tender.reference}-Unterlagen.zip")


@pages.get("/bekanntmachungen/atom.xml")
@public
@may_lag
def atom() -> ResponseReturnValue:
    """A search as a feed; its address is that of the search."""
    asked = addresses.read(request.args)
    wish = asked.wish.with_("sort", "neu")
    found = catalogue.search(db.session(), wish, now=clock.now(), limit=50, with_counts=False)
    content = feeds.atom(found.items, base_url=shell.settings().base_url, query=asked.pairs)
    response = Response(content, content_type="application/atom+xml; charset=utf-8")
    response.add_etag()
    return response.make_conditional(request)


@pages.post("/vergabeverfahren/<uuid:tender_id>/veroeffentlichen")
@requires(Permission.PUBLISH_TENDERS)
@commits
def publish_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    try:
        notice = service.publish_tender(
            db.session(), current_actor(), tender_id, version=_version(), **_surroundings()
        )
    except (InvalidInput, Refused, Stale) as error:
        told = _told(tender_id, error)
        return notice_forms.publishing_page(tender_id, told, status=error.status)
    if notice.must_wait:
        flash(
            _(
                "Die Bekanntmachung wird geprüft und gesendet. Öffentlich wird sie "
                "hier nach der EU."
            ),
            "success",
        )
        return redirect(url_for("deliveries.index", tender_id=tender_id), code=303)
    flash(
        _("Das Verfahren ist veröffentlicht. Passende Unternehmen werden benachrichtigt."),
        "success",
    )
    return redirect(url_for(".show", reference=notice.tender.reference), code=303)


@pages.post("/vergabeverfahren/<uuid:tender_id>/aenderung")
@requires(Permission.PUBLISH_TENDERS)
@commits
def amend_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    try:
        tender = tender_queries.visible_tender(session, actor, tender_id)
        notice = service.publish_amendment(
            session,
            actor,
            tender_id,
            notice_forms.amendment_in(request.form, tender),
            version=_version(),
            **_surroundings(),
        )
    except Stale:
        db.session.rollback()
        return notice_forms.amending_overtaken(tender_id, request.form)
    except (InvalidInput, Refused) as error:
        told = _told(tender_id, error)
        return notice_forms.amending_page(tender_id, request.form, told, status=error.status)
    flash(
        _("Die Änderung ist veröffentlicht. Alle Registrierten werden benachrichtigt."), "success"
    )
    return redirect(url_for(".show", reference=notice.tender.reference), code=303)


@pages.post("/vergabeverfahren/<uuid:tender_id>/aufhebung")
@requires(Permission.PUBLISH_TENDERS)
@commits
def cancel_tender(tender_id: uuid.UUID) -> ResponseReturnValue:
    reason, code = request.form.get("reason", ""), request.form.get("code", "")
    try:
        service.publish_cancellation(
            db.session(),
            current_actor(),
            tender_id,
            reason,
            code=code,
            version=_version(),
            **_surroundings(),
        )
    except (InvalidInput, Refused, Stale) as error:
        told = _told(tender_id, error)
        return notice_forms.cancelling_page(tender_id, reason, told, code=code, status=error.status)
    flash(_("Das Verfahren ist aufgehoben."), "success")
    return redirect(url_for("tenders.show", tender_id=tender_id), code=303)


def _surroundings() -> dict[str, Any]:
    return {
        "now": clock.now(),
        "store": current.store(),
        "base_url": shell.settings().base_url,
        "outlet": Outlet.of(shell.settings().notice_sender),
    }


def _version() -> int:
    return FormReader(request.form).version()


def _told(tender_id: uuid.UUID, error: DomainError) -> Sequence[Violation]:
    """Return why a step was refused, for its form: nothing that was typed is lost."""
    db.session.rollback()
    tender = tender_queries.visible_tender(db.session(), current_actor(), tender_id)
    return tender_presenting.told(db.session(), tender, error)
