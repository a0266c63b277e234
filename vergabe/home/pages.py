"""The start pages."""

from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.home import first_steps, running, tasks
from vergabe.notices import queries as notices
from vergabe.supplier_area import overview
from vergabe.web import time_words
from vergabe.web.rights import current_actor, optional_actor, public, requires

pages = Blueprint("home", __name__)

NEAREST: Final = 3
"""So many tasks with an end stand out as cards."""


@pages.get("/")
@public
def index() -> ResponseReturnValue:
    if optional_actor() is not None:
        return redirect(url_for(".start"), code=303)
    latest = notices.latest(db.session(), now=clock.now(), limit=5)
    return render_template("home/index.html", latest=latest)


@pages.get("/start")
@requires(Permission.USE_OWN_ACCOUNT)
def start() -> ResponseReturnValue:
    session, actor, now = db.session(), current_actor(), clock.now()
    if actor.holds(Permission.USE_SUPPLIER_AREA):
        return overview.page(actor)
    waiting = tasks.waiting(session, actor, now=now)
    return render_template(
        "home/start.html",
        nearest=[task for task in waiting if task.due_at][:NEAREST],
        later=[task for task in waiting if task.due_at][NEAREST:]
        + [task for task in waiting if not task.due_at],
        elsewhere=tasks.elsewhere(session, actor, now=now),
        groups=running.under_way(session, actor, now=now),
        first_step=first_steps.first_step(actor),
        until=time_words.until,
    )
