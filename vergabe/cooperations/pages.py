"""Pages of cooperations."""

from typing import Any, Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import documents, member_map, queries, wording
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.overview import overview
from vergabe.db import db
from vergabe.web.rights import current_actor, requires

pages = Blueprint("cooperations", __name__)


@pages.context_processor
def words() -> dict[str, Any]:
    """Give templates the German names of what rules call by code."""
    return {"words": wording}


def visible(key: str) -> Cooperation:
    """Return the cooperation of an address; NotFound unless the actor may see it."""
    return queries.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


@pages.get("/zusammenarbeit")
@requires(Permission.VIEW_COOPERATION)
def index() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    day = clock.berlin_day(now)
    rows = []
    for cooperation in queries.cooperations_of(session, actor, now=now):
        agreement = queries.current_agreement(session, cooperation.id, day)
        stage = queries.stage_of(agreement, day) if agreement else None
        rows.append((cooperation, len(queries.member_ids(session, cooperation.id, now)), stage))
    return render_template("cooperations/index.html", rows=rows)


@pages.get("/zusammenarbeit/<key>")
@requires(Permission.VIEW_COOPERATION)
def show(key: str) -> ResponseReturnValue:
    view = overview(
        db.session(),
        current_actor(),
        visible(key),
        area_key=request.args.get("gebiet"),
        now=clock.now(),
    )
    picture = member_map.picture_of(view.cooperation, view.members)
    return render_template("cooperations/show.html", view=view, picture=picture)


DOCUMENT_FIELD: Final = {
    "accept": ",".join(documents.SUFFIXES),
    "limit": f"{documents.LIMIT_MEGABYTES} Megabyte",
}


def with_document(template: str, status: int, **values: Any) -> ResponseReturnValue:
    """Return a page that has a field for a document."""
    return render_template(template, document_field=DOCUMENT_FIELD, **values), status
