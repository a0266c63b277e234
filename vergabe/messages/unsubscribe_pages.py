"""Leaving mails without login. Mail programs post here by themselves (RFC 8058)."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.db import db
from vergabe.messages import unsubscribing
from vergabe.web.rights import public
from vergabe.web.shell import settings
from vergabe.web.transactions import commits

pages = Blueprint("unsubscribe", __name__)


@pages.get("/abbestellen/<token>")
@public
def ask(token: str) -> ResponseReturnValue:
    found = unsubscribing.subscription_of(db.session(), token, settings().secret_key)
    return render_template("messages/unsubscribe.html", subscription=found, is_done=False)


@pages.post("/abbestellen/<token>")
@public
@commits
def unsubscribe(token: str) -> ResponseReturnValue:
    session = db.session()
    found = unsubscribing.subscription_of(session, token, settings().secret_key)
    unsubscribing.unsubscribe(session, found, now=clock.now())
    # No redirect: mail programs that post here in one click do not follow one.
    return render_template("messages/unsubscribe.html", subscription=found, is_done=True)
