"""JSON logs with ids of requests and procedures; never content, names, addresses or secrets.

What a log line says is a fixed sentence with ids beside it. As foreign code writes lines too, and
errors quote what they stumble over, every text is cleared of what looks personal, and of an error
only its kind and its places in the code are kept. What it was about stands in the database.
"""

import json
import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final

from flask import Flask, Response, g, has_request_context, request

from vergabe import clock

logger = logging.getLogger(__name__)

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
PROCEDURE: Final = (
    "tender_id",
    "pool_id",
    "demand_id",
    "call_id",
    "notice_id",
    "delivery_id",
    "reference",
    "key",
)
"""Arguments of routes, and fields of events, that say which procedure a line is about."""
_SILENT: Final = frozenset({"static", "health.health", "health.ready", "metrics.metrics"})
_ABOUT_CODE: Final = (AttributeError, TypeError, NameError, ImportError, AssertionError)
"""Errors whose text is about the program, not about what somebody has entered."""
_CLEARED: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*"), "<address>"),
    (re.compile(r"\b(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b"), r"\1.x.x"),
    (re.compile(r"(?<![\w:])((?:[0-9a-fA-F]{1,4}:){2})[0-9a-fA-F:]*:[0-9a-fA-F:.]+"), r"\1x"),
    (re.compile(r"\)=\(.*\)"), ")=(…)"),
    (re.compile(r"(input syntax for type [\w ]+: ).*"), r"\1…"),
    (re.compile(r"(?<![\w-])(?!0{8})(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{40,}"), "<secret>"),
)
_WORDS: Final = re.compile(r"[A-Za-z_. -]*")
"""What none of those can be found in: each needs a digit, a colon, an @ or a bracket."""
_LONGEST: Final = 1000
_about: ContextVar[dict[str, str] | None] = ContextVar("vergabe_log_about", default=None)


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at, level, logger, message, request, procedure, and the `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": clock.read().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": cleared(record.getMessage()),
        }
        if has_request_context():
            line["request"] = request_id()
            line |= _procedure(request.view_args or {})
        line |= _about.get() or {}
        line |= {k: _plain(v) for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = kind_of(record.exc_info[1])
            line["places"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def cleared(text: str) -> str:
    """Return a text without e-mail addresses, whole network addresses, values and secrets."""
    if _WORDS.fullmatch(text):
        return text[:_LONGEST]
    for pattern, instead in _CLEARED:
        text = pattern.sub(instead, text)
    return text[:_LONGEST]


def kind_of(error: BaseException) -> str:
    """Return what kind of error it is; with its text only where that is about the program."""
    name = type(error).__name__
    if isinstance(error, _ABOUT_CODE):
        return f"{name}: {cleared(str(error))}"
    code = getattr(getattr(error, "orig", None), "sqlstate", None) or getattr(error, "code", None)
    return f"{name} ({code})" if isinstance(code, str) else name


def _places(trace: TracebackType | None) -> list[str]:
    """Return where an error came from, outermost first: file, line and function."""
    return [
        f"{frame.filename.rpartition('/vergabe/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def _plain(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    first_line, _newline, _rest = str(value).partition("\n")
    return cleared(first_line)


def _procedure(arguments: dict[str, Any]) -> dict[str, str]:
    # Of a request it is what somebody typed, until something is found under it.
    return {name: cleared(str(arguments[name])) for name in PROCEDURE if arguments.get(name)}


@contextmanager
def about(arguments: dict[str, Any]) -> Iterator[None]:
    """Let the lines of a job say which procedure they are about; other fields are left out."""
    token = _about.set(_procedure(arguments))
    try:
        yield
    finally:
        _about.reset(token)


def request_id() -> str:
    """Return the id of the current request: the proxy's `X-Request-ID` if sane, else a new one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
    return str(g.request_id)


class LoggingFlask(Flask):
    """Flask whose line about an unforeseen error names the route: an address may be a secret."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view or hook as it is: all are ordinary functions, and twenty a request."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        logger.error(
            "request failed", exc_info=exc_info, extra={"endpoint": request.endpoint or "unknown"}
        )


def init_app(app: Flask) -> None:
    """Write a line about each request of `app`: route, status and time, no address of anybody."""

    @app.before_request
    def begin() -> None:
        g.log_began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint not in _SILENT:
            logger.info(
                "request",
                extra={
                    "endpoint": request.endpoint or "unknown",
                    "method": request.method if request.url_rule else "ANY",
                    "status": response.status_code,
                    "milliseconds": round(
                        (time.perf_counter() - g.pop("log_began", time.perf_counter())) * 1000
                    ),
                },
            )
        return response


def handler() -> logging.Handler:
    """Return where lines of any logger go: standard error, as JSON."""
    made = logging.StreamHandler(sys.stderr)
    made.setFormatter(JsonFormatter())
    return made


def configure(level: int) -> None:
    """Send all logs of this process to standard error as JSON lines (once)."""
    root = logging.getLogger("vergabe")
    if root.handlers:
        return
    here = handler()
    root.addHandler(here)
    root.setLevel(level)
    root.propagate = False
    # Libraries: only what is wrong, and in the same form.
    for name in ("apscheduler", "sqlalchemy", "alembic", "urllib3", "flask_security"):
        library = logging.getLogger(name)
        library.addHandler(here)
        library.setLevel(logging.WARNING)
        library.propagate = False
    # A tick that finds the one before it at work is left out as intended; metrics say what is late.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
