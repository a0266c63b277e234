"""Whether this process lives, and whether it can do its work. For load balancers and operators."""

import time
from typing import Final

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from vergabe.db import db
from vergabe.files import current
from vergabe.files.reaching import StoreUnreachable
from vergabe.uptime import guard
from vergabe.web import crowding
from vergabe.web.rights import public
from vergabe.web.transactions import answers_always

PROBE_SECONDS: Final = 2.0
"""So long the store is not asked again: anybody may ask us, and each time a file is written."""
_PROBED: Final = "vergabe_store_probed"

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
@answers_always
def health() -> ResponseReturnValue:
    """Answer as long as the process can answer at all; asks nothing else."""
    return jsonify(status="ok")


@pages.get("/readyz")
@public
@answers_always
def ready() -> ResponseReturnValue:
    """Answer 200 only when database and file store work and we go on; 503 names what does not.

    Maintenance counts: a balancer shall send nobody here, and show the static copy instead.
    """
    problems = ["stopping"] if crowding.is_stopping() else []
    if guard.is_on(current_app):
        problems.append("maintenance")
    try:
        db.session.execute(text("SELECT 1 FROM organisation LIMIT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        problems.append("database")
    if not _store_works():
        problems.append("files")
    if problems:
        return jsonify(status="unavailable", problems=problems), 503
    return jsonify(status="ok")


def _store_works() -> bool:
    at, works = current_app.extensions.get(_PROBED, (float("-inf"), False))
    if not current_app.testing and time.monotonic() - at < PROBE_SECONDS:
        return bool(works)
    try:
        current.store().probe()
        works = True
    except StoreUnreachable:
        works = False
    current_app.extensions[_PROBED] = time.monotonic(), works
    return works
