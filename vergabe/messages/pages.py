"""The mailbox. Opening is a POST, because the first reading is kept and no GET writes."""

import uuid
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.messages import bounces, queries, reading, rules
from vergabe.messages.queries import MailboxFilter
from vergabe.texts import gettext as _
from vergabe.texts import ngettext
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("messages", __name__)

UNREAD_SHOWN: Final = 25
_STATES: Final = {"ungelesen": "unread", "gelesen": "read"}
_FILTERS: Final = ("nur", "q", "verfahren")


@pages.get("/postfach")
@requires(Permission.VIEW_MESSAGES)
def mailbox() -> ResponseReturnValue:
    session, actor = db.session(), current_actor()
    wanted, cursor = _wanted(), request.args.get("ab")
    asked: dict[str, Any] = {k: v for k in _FILTERS if (v := request.args.get(k))}
    # Unread ones come first, whatever their day; below them all that was read, in pages.
    is_split = not wanted.state and not cursor
    unread = queries.unread_of(session, actor, wanted, limit=UNREAD_SHOWN + 1) if is_split else ()
    shown = wanted if wanted.state else replace(wanted, state="read")
    page = queries.messages_of(session, actor, shown, cursor=cursor)
    user = session.get(User, actor.user_id) if actor.user_id else None
    return render_template(
        "messages/index.html",
        page=page,
        unread=unread[:UNREAD_SHOWN],
        has_more_unread=len(unread) > UNREAD_SHOWN,
        is_split=is_split,
        shows_unread=wanted.state == "unread",
        asked=asked,
        tenders=[
            (str(i), f"{ref} {title}") for i, ref, title in queries.tenders_of(session, actor)
        ],
        important=rules.IMPORTANT,
        next_url=url_for(".mailbox", ab=page.next_cursor, **asked) if page.next_cursor else None,
        first_url=url_for(".mailbox", **asked) if cursor else None,
        email=user.email if user else None,
        dead=bounces.dead_address(session, user.email) if user else None,
        wants_mail=user is not None and queries.wants_mail(session, user.id),
        has_opt_outs=user is not None and bool(queries.opt_out_scopes_of(session, user.email)),
    )


def _wanted() -> MailboxFilter:
    """Return what the address asks for; what is no filter narrows nothing."""
    only = request.args.get("nur", "")
    try:
        tender_id = uuid.UUID(request.args.get("verfahren", ""))
    except ValueError:
        tender_id = None
    return MailboxFilter(
        text=request.args.get("q", "").replace("\0", "")[:200].strip(),
        state=_STATES.get(only, ""),
        important=only == "wichtig",
        tender_id=tender_id,
    )


@pages.get("/postfach/<uuid:message_id>")
@requires(Permission.VIEW_MESSAGES)
def show(message_id: uuid.UUID) -> ResponseReturnValue:
    message = queries.message_of(db.session(), current_actor(), message_id)
    return render_template(
        "messages/show.html", message=message, is_important=message.kind in rules.IMPORTANT
    )


@pages.post("/postfach/<uuid:message_id>/lesen")
@requires(Permission.VIEW_MESSAGES)
@commits
def open_message(message_id: uuid.UUID) -> ResponseReturnValue:
    reading.open_message(db.session(), current_actor(), message_id, now=clock.now())
    return redirect(url_for(".show", message_id=message_id), code=303)


@pages.post("/postfach/gelesen")
@requires(Permission.VIEW_MESSAGES)
@commits
def mark_read() -> ResponseReturnValue:
    chosen = [found for text in request.form.getlist("message_id")[:200] if (found := _id(text))]
    count = reading.mark_read(db.session(), current_actor(), chosen, now=clock.now())
    if count:
        told = ngettext(
            "Eine Nachricht ist als gelesen vermerkt.",
            "%(count)s Nachrichten sind als gelesen vermerkt.",
            count,
        )
        flash(told, "success")
    else:
        flash(_("Kreuzen Sie zuerst Nachrichten an, die noch ungelesen sind."), "info")
    return redirect(url_for(".mailbox"), code=303)


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@pages.post("/postfach/e-mail")
@requires(Permission.VIEW_MESSAGES)
@commits
def choose_mail() -> ResponseReturnValue:
    wants_mail = request.form.get("wants_mail") == "1"
    reading.choose_mail(db.session(), current_actor(), wants_mail=wants_mail)
    flash(
        _("Neue Nachrichten bekommen Sie jetzt auch als E-Mail.")
        if wants_mail
        else _("Sie bekommen keine E-Mails mehr. Neue Nachrichten liegen weiter im Postfach."),
        "success",
    )
    return redirect(url_for(".mailbox"), code=303)


@pages.post("/postfach/adresse")
@requires(Permission.VIEW_MESSAGES)
@commits
def use_address_again() -> ResponseReturnValue:
    bounces.use_again(db.session(), current_actor())
    flash(_("Neue Nachrichten gehen wieder an Ihre E-Mail-Adresse."), "success")
    return redirect(url_for(".mailbox"), code=303)
