"""The public search as a page: what it shows, and the filters its templates use."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, Final

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from vergabe import texts
from vergabe.catalogue import addresses, labels, presenting, queries
from vergabe.law.zone import last_day_before
from vergabe.web import languages

PAGE_SIZE: Final = 25


def answer(session: Session, endpoint: str, *, now: dt.datetime) -> ResponseReturnValue:
    """Return the page of the search that the address of this request asks for.

    endpoint: of the page; a reference typed into the one field leads straight to its procedure.
    """
    asked = addresses.read(request.args)
    cursor = request.args.get(addresses.CURSOR) or None
    if asked.pairs == [("q", asked.wish.text)] and cursor is None:
        known = queries.by_reference(session, asked.wish.text)
        if known is not None:
            return redirect(in_language(known.path), code=302)
    found = queries.search(session, asked.wish, now=now, cursor=cursor, limit=PAGE_SIZE)
    page = render_template(
        "catalogue/search.html",
        found=found,
        view=presenting.view(asked, found, endpoint, cursor=cursor),
        text=request.args.get("q", "")[: addresses.TEXT_MAX],
        days=asked.days,
        ignored=asked.ignored,
        violations=asked.violations,
        is_narrowed=asked.wish.is_narrowed or cursor is not None,
        labels=labels,
    )
    return page, 422 if asked.violations else 200


def in_language(path: str) -> str:
    """Return a path that keeps the language that was asked for."""
    is_german = texts.language() == texts.SOURCE
    return path if is_german else f"{path}?{languages.ARGUMENT}={texts.language()}"


def _slug(text: str) -> str:
    """Return a text as part of an id in a page."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "x"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "in_language": in_language,
    "last_day": last_day_before,
    "slug": _slug,
    "source_name": labels.source,
}
"""Filters of the templates of the search."""
