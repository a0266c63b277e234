"""The page of a list: its default view, the file that was asked for, or one page of rows."""

from typing import Any, TypeVar

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from vergabe import clock
from vergabe.db import db
from vergabe.list_views import asking, queries, rules
from vergabe.web import list_files, list_pages, lists
from vergabe.web.lists import FORMAT, Asked, Listing
from vergabe.web.rights import current_actor

Row = TypeVar("Row")


def list_answer(
    listing: Listing[Row],
    template: str,
    *,
    status: int = 200,
    beside: str | None = None,
    **context: Any,
) -> ResponseReturnValue:
    """Answer a request for a list.

    An address that asks for nothing leads to the person's default view; `als=xlsx` or `als=csv`
    gives the whole filtered list as a file. The template gets `listing` (a page of rows, see
    macros/listing.html), `views` and `violations`, and the context.

    beside: address of the list, where its page answers something else (a refused form on it): the
    request then asks nothing of the list.
    """
    assert listing.key in rules.LISTS, listing.key
    session, actor = db.session(), current_actor()
    views = queries.views_of(session, actor, listing.key)
    args = request.args if beside is None else MultiDict[str, str]()
    if request.method == "GET" and beside is None and lists.is_bare(args):
        for view in views:
            if view.is_default:
                return redirect(f"{request.path}?{view.query}", code=302)
    asked = lists.read(listing, args, beside or request.path)
    if asking.note(asked):
        return ""
    if args.get(FORMAT):
        return _file(asked, args[FORMAT])
    shown = list_pages.show(session, asked)
    violations = [*context.pop("violations", ()), *asked.violations]
    html = render_template(template, listing=shown, views=views, violations=violations, **context)
    return html, 422 if asked.violations else status


def _file(asked: Asked[Any], kind: str) -> ResponseReturnValue:
    """Answer with the file; where it takes long, with the page that has it written."""
    session = db.session()
    list_files.check(asked, kind)
    if not list_files.is_large(session, asked):
        return list_files.answer(session, asked, kind, now=clock.now())
    return render_template(
        "list_views/file.html",
        title=asked.listing.title,
        path=asked.path,
        query=asked.query,
        kind=kind,
        kind_name=list_files.KIND_NAMES[kind],
        back=asked.first_url,
        at_once=list_files.AT_ONCE,
    )
