"""JSON logs with request ids, ids only, never content or personal data."""

import json
import logging
import re
import sys
import uuid
from typing import Final

from flask import g, has_request_context, request

from vergabe import clock

_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class JsonFormatter(logging.Formatter):
    """One JSON object per line: at, level, logger, message, request id, and the `extra` given."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": clock.read().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request"] = request_id()
        line |= {k: str(v) for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def request_id() -> str:
    """Return the id of the current request: the proxy's `X-Request-ID` if sane, else a new one."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
    return str(g.request_id)


def configure(level: int) -> None:
    """Send all logs of this process to standard error as JSON lines (once)."""
    root = logging.getLogger("vergabe")
    if root.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    root.setLevel(level)
    root.propagate = False
