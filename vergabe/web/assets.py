"""Styles and scripts: addresses that change with the content; compressed for whoever takes it."""

import functools
import hashlib
import mimetypes
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.security import safe_join

FOLDER: Final = Path(__file__).resolve().parents[1] / "static"
_YEAR_SECONDS: Final = 31_536_000
_DAY_SECONDS: Final = 86_400


def asset(path: str, *, versioned: bool = True) -> str:
    """Return the address of a file below `static/`; it changes with the content unless told not to.

    A file that is not there (assets not yet fetched) gets its plain address: pages work without.
    """
    file = FOLDER / path
    if versioned and file.is_file():
        return url_for("static", filename=path, v=_version(file, file.stat().st_mtime_ns))
    return url_for("static", filename=path)


@functools.lru_cache(maxsize=64)
def _version(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def send_asset(filename: str) -> Response:
    """Send a file of `static/`, as its `.gz` twin if there is one and the client takes it.

    An address with a version never changes its content, so it may be kept for a year.
    """
    keep = _YEAR_SECONDS if "v" in request.args else _DAY_SECONDS
    twin = f"{filename}.gz"
    twin_path = safe_join(str(FOLDER), twin)
    takes_gzip = request.accept_encodings.quality("gzip") > 0
    if takes_gzip and twin_path is not None and Path(twin_path).is_file():
        kind = mimetypes.guess_type(filename)[0]
        response = send_from_directory(
            FOLDER, twin, mimetype=kind, download_name=Path(filename).name, max_age=keep
        )
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = send_from_directory(FOLDER, filename, max_age=keep)
    response.vary.add("Accept-Encoding")
    if keep == _YEAR_SECONDS:
        response.cache_control.immutable = True
    return response


def init_app(app: Flask) -> None:
    """Give templates `asset()` and serve `static/` through `send_asset`."""
    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = send_asset
