"""Security headers of every answer; a content security policy without `unsafe-inline`."""

from typing import Final

from flask import Flask, Response, request

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
        is_personal = "Cookie" in request.headers or "Authorization" in request.headers
        if is_personal and request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response
