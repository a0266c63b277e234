"""A form that comes too late: the session is over, or its guard against forged requests is old.

What somebody typed is not lost: the answer keeps every entry and sends it again, after a login in
another tab if that is needed. Passwords and files are not kept, and the page says so.
"""

from typing import Final

from flask import Response, render_template, request
from flask_security import current_user

from vergabe.web.transactions import FORM_TYPES

_OURS: Final = frozenset({"csrf_token"})
_SECRET: Final = ("password", "passwort", "code", "secret")
LONGEST_SHOWN: Final = 2000


def may_keep() -> bool:
    """Return whether the entries may be offered again: a form of our own pages, no password.

    A form that another site sent (a forged request) is never offered for sending.
    """
    if request.method != "POST" or request.mimetype not in FORM_TYPES:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    is_own = (
        site == "same-origin"
        if site is not None
        else origin == request.host_url.rstrip("/") or origin.startswith(request.host_url)
    )
    return is_own and not (request.endpoint or "").startswith("security.")


def answer(status: int) -> Response:
    """Return the page that keeps the entries, with a button that sends them again."""
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _OURS and not _is_secret(name)
    ]
    html = render_template(
        "errors/expired.html",
        kept=kept,
        shown=[(name, value[:LONGEST_SHOWN]) for name, value in kept if " " in value.strip()],
        files=[file.filename for file in request.files.values() if file.filename],
        is_known=current_user.is_authenticated,
        target=request.full_path.rstrip("?"),
    )
    return Response(html, status=status, content_type="text/html; charset=utf-8")


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET[:2]) or name.lower() in _SECRET[2:]
