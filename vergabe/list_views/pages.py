"""Pages of saved views: saving one from a list, and keeping them in order."""

import uuid
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import DomainError, Violation
from vergabe.list_views import queries, rules, service
from vergabe.list_views.addresses import page_of_ours
from vergabe.list_views.service import NewView
from vergabe.texts import _
from vergabe.web.posting import attempt
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("list_views", __name__)


@pages.get("/ansichten")
@requires(Permission.USE_OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    found = queries.all_views(db.session(), current_actor())
    groups = [
        (rules.LISTS.get(key, key), list(views))
        for key, views in groupby(found, attrgetter("list_key"))
    ]
    return render_template("list_views/index.html", groups=sorted(groups, key=lambda g: g[0]))


@pages.post("/ansichten")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def save() -> ResponseReturnValue:
    """Save the view of a list and lead back to it."""
    new = NewView(
        request.form.get("list", ""),
        request.form.get("name", ""),
        page_of_ours(request.form.get("path", "")),
        request.form.get("query", ""),
        request.form.get("is_default") == "1",
    )

    def run() -> str:
        view = service.save_view(db.session(), current_actor(), new, now=clock.now())
        usual = " Die Liste öffnet sich jetzt so." if view.is_default else ""
        return f"Die Ansicht „{view.name}“ ist gespeichert.{usual}"

    query = rules.kept_query(new.query)
    back = f"{new.path}?{query}" if query else new.path
    return attempt(run, lambda error: _save_again(new, error, back), to=back)


def _save_again(new: NewView, error: DomainError, back: str) -> ResponseReturnValue:
    html = render_template(
        "list_views/save.html",
        new=new,
        back=back,
        list_title=rules.LISTS.get(new.list_key, "Liste"),
        violations=error.reasons,
    )
    return html, error.status


@pages.get("/ansichten/<uuid:view_id>")
@requires(Permission.USE_OWN_ACCOUNT)
def edit(view_id: uuid.UUID) -> ResponseReturnValue:
    return _edit_page(view_id)


def _edit_page(
    view_id: uuid.UUID, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    view = queries.own_view(db.session(), current_actor(), view_id)
    html = render_template(
        "list_views/edit.html",
        view=view,
        name=request.form.get("name", view.name),
        violations=violations,
    )
    return html, status


@pages.post("/ansichten/<uuid:view_id>")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def rename(view_id: uuid.UUID) -> ResponseReturnValue:
    def run() -> str:
        name = request.form.get("name", "")
        view = service.rename_view(db.session(), current_actor(), view_id, name)
        return f"Die Ansicht heißt jetzt „{view.name}“."

    return attempt(
        run,
        lambda error: _edit_page(view_id, error.reasons, status=error.status),
        to=url_for(".index"),
    )


@pages.post("/ansichten/<uuid:view_id>/loeschen")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def delete(view_id: uuid.UUID) -> ResponseReturnValue:
    view = service.delete_view(db.session(), current_actor(), view_id)
    flash(_("Die Ansicht „%(name)s“ ist gelöscht.", name=view.name), "success")
    return redirect(url_for(".index"), code=303)


@pages.post("/ansichten/<uuid:view_id>/standard")
@requires(Permission.USE_OWN_ACCOUNT)
@commits
def choose_default(view_id: uuid.UUID) -> ResponseReturnValue:
    is_default = request.form.get("is_default") == "1"
    view = service.choose_default(db.session(), current_actor(), view_id, is_default=is_default)
    title = rules.LISTS.get(view.list_key, "Liste")
    flash(
        _("„%(title)s“ öffnet sich jetzt in der Ansicht „%(name)s“.", title=title, name=view.name)
        if is_default
        else _("„%(title)s“ öffnet sich wieder ganz.", title=title),
        "success",
    )
    return redirect(url_for(".index"), code=303)
