"""The mailbox. Opening is a POST, because the first reading is kept and no GET writes."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.messages import queries, reading
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("messages", __name__)


@pages.get("/postfach")
@requires(Permission.VIEW_MESSAGES)
def mailbox() -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    only_unread = request.args.get("nur") == "ungelesen"
    cursor = request.args.get("ab")
    page = queries.messages_of(session, actor, only_unread=only_unread, cursor=cursor)
    shown = "ungelesen" if only_unread else None
    user = session.get(User, actor.user_id) if actor.user_id else None
    return render_template(
        "messages/index.html",
        page=page,
        only_unread=only_unread,
        next_url=url_for(".mailbox", ab=page.next_cursor, nur=shown) if page.next_cursor else None,
        first_url=url_for(".mailbox", nur=shown) if cursor else None,
        email=user.email if user else None,
        wants_mail=user is not None and queries.wants_mail(session, user.id),
        has_opt_outs=user is not None and bool(queries.opt_out_scopes_of(session, user.email)),
    )


@pages.get("/postfach/<uuid:message_id>")
@requires(Permission.VIEW_MESSAGES)
def show(message_id: uuid.UUID) -> ResponseReturnValue:
    message = queries.message_of(db.session(), current_actor(), message_id)
    return render_template("messages/show.html", message=message)


@pages.post("/postfach/<uuid:message_id>/lesen")
@requires(Permission.VIEW_MESSAGES)
@commits
def open_message(message_id: uuid.UUID) -> ResponseReturnValue:
    reading.open_message(db.session(), current_actor(), message_id, now=clock.now())
    return redirect(url_for(".show", message_id=message_id), code=303)


@pages.post("/postfach/e-mail")
@requires(Permission.VIEW_MESSAGES)
@commits
def choose_mail() -> ResponseReturnValue:
    wants_mail = request.form.get("wants_mail") == "1"
    reading.choose_mail(db.session(), current_actor(), wants_mail=wants_mail)
    flash(
        "Neue Nachrichten bekommen Sie jetzt auch als E-Mail."
        if wants_mail
        else "Sie bekommen keine E-Mails mehr. Neue Nachrichten liegen weiter im Postfach.",
        "success",
    )
    return redirect(url_for(".mailbox"), code=303)
