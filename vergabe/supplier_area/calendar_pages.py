"""The calendar of a tender for everybody, and the secret calendar link of a person of a firm."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.deadlines import calendar_link
from vergabe.exchange import ical
from vergabe.notices import queries as notices
from vergabe.supplier_area import calendars
from vergabe.texts import gettext as _
from vergabe.web.downloads import content_disposition
from vergabe.web.rights import current_actor, public, requires
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("supplier_calendar", __name__)


@pages.get("/bekanntmachungen/<reference>/fristen.ics")
@public
def of_tender(reference: str) -> ResponseReturnValue:
    """The deadlines of one tender, to be taken over once."""
    tender = notices.published_tender(db.session(), reference)
    content = calendars.of_tender(tender, base_url=settings().base_url)
    response = Response(content, content_type=ical.MEDIA_TYPE)
    name = f"{tender.reference}.ics"
    response.headers["Content-Disposition"] = content_disposition(name)
    response.add_etag()
    return response.make_conditional(request)


@pages.get("/unternehmen/kalender")
@requires(Permission.USE_SUPPLIER_AREA)
def show() -> ResponseReturnValue:
    return _page()


def _page(secret_url: str | None = None, *, status: int = 200) -> ResponseReturnValue:
    html = render_template(
        "supplier_area/calendar.html",
        has_link=calendar_link.has_link(db.session(), current_actor()),
        secret_url=secret_url,
    )
    return html, status


@pages.post("/unternehmen/kalender")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def renew() -> ResponseReturnValue:
    secret = calendar_link.renew(db.session(), current_actor())
    path = url_for("deadlines.calendar", secret=secret)
    # The link is shown in this answer alone, so there is no redirect to a page that shows it.
    return _page(settings().base_url + path, status=201)


@pages.post("/unternehmen/kalender/widerruf")
@requires(Permission.USE_SUPPLIER_AREA)
@commits
def revoke() -> ResponseReturnValue:
    calendar_link.revoke(db.session(), current_actor())
    flash(_("Die Kalenderadresse gilt nicht mehr."), "success")
    return redirect(url_for(".show"), code=303)
