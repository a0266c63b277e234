"""The page behind the search field of the frame."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.db import db
from vergabe.home import search
from vergabe.web.rights import optional_actor, public

pages = Blueprint("search", __name__)


@pages.get("/suche")
@public
def find() -> ResponseReturnValue:
    """Show what was found for everybody; a reference typed exactly goes straight there."""
    text = request.args.get("q", "").replace("\0", "").strip()[: search.LONGEST]
    wanted = search.Search(db.session(), optional_actor(), text, clock.now())
    found = search.find(wanted)
    hit = search.exact(text, found)
    if hit is not None:
        return redirect(hit.url, code=303)
    return render_template(
        "home/search.html",
        found=found,
        q=text,
        frame_query=text,
        looked_through=search.LOOKED_THROUGH,
    )
