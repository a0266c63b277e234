"""Security headers of every answer; a content security policy without `unsafe-inline`."""

from typing import Final

from flask import Flask, Response, request, session

_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_SECRETS: Final = frozenset({"token", "secret"})
"""Arguments of routes that are as good as a login."""
_ALWAYS: Final = (
    ("Content-Security-Policy", _POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def init_app(app: Flask) -> None:
    """Set the headers after each request."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        # Looked through once: each question to the headers is a walk along all of them.
        there = {name.lower() for name, _value in response.headers}
        for name, value in _ALWAYS:
            if name.lower() not in there:
                response.headers.add(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static" and (_is_of_somebody() or _begins_a_session(there)):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _is_of_somebody() -> bool:
    """Return whether the request names a person, be it by a secret in its address."""
    if "Cookie" in request.headers or "Authorization" in request.headers:
        return True
    return not _SECRETS.isdisjoint(request.view_args or ())


def _begins_a_session(headers: set[str]) -> bool:
    """Return whether the answer carries a cookie; that of the session is put on it last."""
    return session.modified or "set-cookie" in headers
