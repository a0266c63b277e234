"""JSON API of notices: public reading, publishing by the lead's officers."""

import uuid
from typing import Any

from flask import Response

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.files import current, handing_out
from vergabe.notices import queries, service
from vergabe.notices.model import Notice
from vergabe.notices.queries import Search
from vergabe.notices.schema import (
    AmendmentSchema,
    CancellationSchema,
    CancelledSchema,
    ChangeListSchema,
    ChangeQuery,
    NoticeListSchema,
    NoticeQuery,
    NoticeSchema,
    TenderNoticesSchema,
)
from vergabe.tenders import queries as tenders
from vergabe.tenders.amending import Amendment
from vergabe.tenders.outlet import Outlet
from vergabe.web import shell
from vergabe.web.api import ApiBlueprint, require_version
from vergabe.web.lagging import may_lag
from vergabe.web.rights import current_actor, public, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("notices", __name__, description="Bekanntmachungen, öffentlich")


@api.get("/notices")
@public
@may_lag
@api.arguments(NoticeQuery, location="query")
@api.response(200, NoticeListSchema)
def search(query: dict[str, Any]) -> Any:
    """Bekanntmachungen suchen, ohne Anmeldung."""
    wanted = Search(
        text=query["q"],
        cpv="".join(filter(str.isdecimal, query["cpv"].split("-")[0])),
        nuts=query["nuts"],
        only_open=query["open_only"],
    )
    return queries.search(
        db.session(), wanted, now=clock.now(), cursor=query["cursor"], limit=query["limit"]
    )


@api.get("/notices/changes")
@public
@may_lag
@api.arguments(ChangeQuery, location="query")
@api.response(200, ChangeListSchema)
def changes(query: dict[str, Any]) -> Any:
    """Alle veröffentlichten Bekanntmachungen in ihrer Reihenfolge, zum Weiterlesen."""
    found = queries.changes_since(db.session(), query["after"], limit=query["limit"])
    last = found[-1].feed_sequence if found else query["after"]
    return {"items": found, "next_after": last}


@api.get("/notices/<reference>")
@public
@api.response(200, TenderNoticesSchema)
def notices_of(reference: str) -> Any:
    """Alle Bekanntmachungen eines Verfahrens, die neueste zuerst."""
    tender = queries.published_tender(db.session(), reference)
    return {"items": queries.notices_of(db.session(), tender.id)}


@api.get("/notices/<reference>/<uuid:notice_id>/<any('xvergabe','eforms','pdf','ocds'):format_>")
@public
@api.response(200, content_type="*/*")
def document(reference: str, notice_id: uuid.UUID, format_: str) -> Response:
    """Ein Dokument einer Bekanntmachung."""
    found = queries.notice_document(db.session(), notice_id, format_)
    return handing_out.stored(current.store(), found.file_sha256, found.media_type)


@api.post("/tenders/<uuid:tender_id>/publication")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.response(201, NoticeSchema)
def publish(tender_id: uuid.UUID) -> Notice:
    """Ein Verfahren veröffentlichen; verlangt If-Match und alle offenen Tore."""
    version = _seen_version(tender_id)
    return service.publish_tender(
        db.session(),
        current_actor(),
        tender_id,
        now=clock.now(),
        store=current.store(),
        base_url=shell.settings().base_url,
        version=version,
        outlet=Outlet.of(shell.settings().notice_sender),
    )


@api.post("/tenders/<uuid:tender_id>/amendments")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(AmendmentSchema)
@api.response(201, NoticeSchema)
def amend(body: dict[str, Any], tender_id: uuid.UUID) -> Notice:
    """Eine Änderung veröffentlichen; verlangt If-Match."""
    version = _seen_version(tender_id)
    return service.publish_amendment(
        db.session(),
        current_actor(),
        tender_id,
        Amendment(**body),
        now=clock.now(),
        store=current.store(),
        base_url=shell.settings().base_url,
        version=version,
        outlet=Outlet.of(shell.settings().notice_sender),
    )


@api.post("/tenders/<uuid:tender_id>/cancellation")
@requires(Permission.PUBLISH_TENDERS)
@commits
@api.arguments(CancellationSchema)
@api.response(201, CancelledSchema)
def cancel(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Ein Verfahren aufheben; verlangt If-Match."""
    version = _seen_version(tender_id)
    notice = service.publish_cancellation(
        db.session(),
        current_actor(),
        tender_id,
        body["reason"],
        code=body["code"],
        now=clock.now(),
        store=current.store(),
        base_url=shell.settings().base_url,
        version=version,
        outlet=Outlet.of(shell.settings().notice_sender),
    )
    return {"notice": notice}


def _seen_version(tender_id: uuid.UUID) -> int:
    """Return the version that `If-Match` names; the tender is locked from here on."""
    found = tenders.locked_tender(db.session(), current_actor(), tender_id)
    require_version(found.version)
    return found.version
