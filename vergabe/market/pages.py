"""Public pages of other authorities' notices, without login."""

import uuid
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe.catalogue import labels
from vergabe.catalogue.service import plain
from vergabe.db import db
from vergabe.files import current
from vergabe.market import serving
from vergabe.web.lagging import may_lag
from vergabe.web.rights import public

pages = Blueprint("market", __name__)


@pages.get("/bekanntmachungen/andere")
@public
@may_lag
def search() -> ResponseReturnValue:
    """The address that the search in others' notices had before there was one for all."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    arguments.pop("cursor", None)
    return redirect(url_for("notices.search", **arguments), code=301)


@pages.get("/bekanntmachungen/andere/<uuid:foreign_id>")
@public
@may_lag
def show(foreign_id: uuid.UUID) -> ResponseReturnValue:
    shown = serving.shown(db.session(), foreign_id)
    return render_template(
        "market/show.html",
        shown=shown,
        notice=shown.notice,
        group=shown.row.group,
        serving=serving,
        source_name=labels.source,
        plain=plain,
    )


@pages.get("/bekanntmachungen/andere/<uuid:foreign_id>/ansicht")
@public
@may_lag
def whole(foreign_id: uuid.UUID) -> ResponseReturnValue:
    shown = serving.shown(db.session(), foreign_id)
    return render_template(
        "market/whole.html",
        shown=shown,
        notice=shown.notice,
        view=serving.view(shown.row, current.store()),
        source_name=labels.source,
        plain=plain,
    )


@pages.get("/bekanntmachungen/andere/<uuid:foreign_id>.xml")
@public
@may_lag
def document(foreign_id: uuid.UUID) -> Response:
    return serving.xml(db.session(), foreign_id, current.store())
