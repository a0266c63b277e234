"""The start pages and the pages that law asks every service for."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.home import tasks
from vergabe.notices import queries as notices
from vergabe.web.rights import current_actor, optional_actor, public, requires

pages = Blueprint("home", __name__)


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
    actor = current_actor()
    waiting = tasks.waiting(db.session(), actor, now=clock.now())
    return render_template("home/start.html", waiting=waiting)


@pages.get("/impressum")
@public
def imprint() -> ResponseReturnValue:
    return render_template("home/imprint.html")


@pages.get("/datenschutz")
@public
def privacy() -> ResponseReturnValue:
    return render_template("home/privacy.html")


@pages.get("/barrierefreiheit")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("home/accessibility.html")
