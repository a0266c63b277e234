"""Light or dark: follows the system until somebody chooses; a choice is remembered in a cookie."""

from typing import Final

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from vergabe.web.posting import own_path
from vergabe.web.rights import public
from vergabe.web.shell import APPEARANCE_COOKIE, THEMES, settings
from vergabe.web.transactions import commits

pages = Blueprint("appearance", __name__)

_YEAR_SECONDS: Final = 31_536_000


@pages.post("/darstellung")
@public
@commits
def choose() -> ResponseReturnValue:
    """Keep light or dark, or forget the choice. Harmless, so it needs no session and no token."""
    wanted = request.form.get("darstellung", "")
    answer = redirect(own_path(request.form.get("next", "")) or "/", code=303)
    if wanted in THEMES:
        answer.set_cookie(
            APPEARANCE_COOKIE,
            wanted,
            max_age=_YEAR_SECONDS,
            secure=settings().is_https,
            httponly=True,
            samesite="Lax",
        )
    else:
        answer.delete_cookie(APPEARANCE_COOKIE, samesite="Lax", httponly=True)
    return answer
