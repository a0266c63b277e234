"""Public pages of other authorities' notices, without login."""

import uuid
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.db import db
from vergabe.files import current
from vergabe.market import queries, serving, sources
from vergabe.market.queries import STATES, Search
from vergabe.web.rights import public

pages = Blueprint("market", __name__)

_STATE_NAMES = {"open": "offen", "awarded": "vergeben", "planned": "angekündigt"}


@pages.get("/bekanntmachungen/andere")
@public
def search() -> ResponseReturnValue:
    page = queries.search(
        db.session(), _wanted(), now=clock.now(), cursor=request.args.get("cursor"), limit=25
    )
    return render_template(
        "market/search.html",
        page=page,
        wanted=request.args,
        states=_STATE_NAMES,
        next_url=_next_url(page.next_cursor),
        serving=serving,
        source_name=sources.name,
    )


def _wanted() -> Search:
    text, cpv = request.args.get("q", "")[:200], request.args.get("cpv", "").strip()[:10]
    bare = text.strip()
    if not cpv and bare.replace("-", "").isdecimal() and len(bare) >= 4:
        # Somebody typed a CPV code into the one field there is.
        text, cpv = "", bare
    state = request.args.get("stand", "")
    return Search(
        text=text,
        cpv=serving.cpv_digits(cpv),
        nuts=request.args.get("region", "").strip()[:5],
        state=state if state in STATES else "",
    )


def _next_url(cursor: str | None) -> str | None:
    filters: dict[str, Any] = {k: v for k, v in request.args.items() if k != "cursor" and v}
    return url_for(".search", **filters, cursor=cursor) if cursor else None


@pages.get("/bekanntmachungen/andere/<uuid:foreign_id>")
@public
def show(foreign_id: uuid.UUID) -> ResponseReturnValue:
    shown = serving.shown(db.session(), foreign_id)
    return render_template(
        "market/show.html",
        shown=shown,
        notice=shown.notice,
        group=shown.row.group,
        serving=serving,
        source_name=sources.name,
    )


@pages.get("/bekanntmachungen/andere/<uuid:foreign_id>/ansicht")
@public
def whole(foreign_id: uuid.UUID) -> ResponseReturnValue:
    shown = serving.shown(db.session(), foreign_id)
    return render_template(
        "market/whole.html",
        shown=shown,
        notice=shown.notice,
        view=serving.view(shown.row, current.store()),
        source_name=sources.name,
    )


@pages.get("/bekanntmachungen/andere/<uuid:foreign_id>.xml")
@public
def document(foreign_id: uuid.UUID) -> Response:
    return serving.xml(db.session(), foreign_id, current.store())
