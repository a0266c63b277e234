"""The web's unit of work: one clock and one commit per request, before the answer leaves."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, Final, ParamSpec, cast

from flask import Flask, Response, current_app, g, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import RequestEntityTooLarge

from vergabe import clock
from vergabe.connections import writing
from vergabe.db import db, reading_singly
from vergabe.disturbances import Disturbance, disturbance_in, leaves_doubt
from vergabe.errors import DomainError, Refused
from vergabe.web import crowding, idempotency
from vergabe.web.marks import View, mark

logger = logging.getLogger(__name__)

P = ParamSpec("P")
# JSON is text that somebody wrote; files come as forms and are spooled to disk.
MOST_BYTES_IN_MEMORY: Final = 8 * 1024 * 1024
FORM_TYPES: Final = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# Two that wait for each other: the one that is rolled back comes again, a moment later.
MOST_ATTEMPTS: Final = 3
FIRST_PAUSE_SECONDS: Final = 0.05
_jitter = random.SystemRandom()


class Uncertain(Exception):
    """The connection was lost during the commit: it may have taken effect or not."""


def commits(view: View) -> View:
    """Commit once when the view has answered with success; roll back on 4xx, 5xx or an exception.

    Outermost below the route, so that the answer is complete before the commit. A POST of the API
    with an `Idempotency-Key` gets the stored answer of its first success again. What the database
    rolled back in favour of a rival (deadlock) is done again from the start, twice at most.
    """

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        before = dict(session)
        for attempt in range(MOST_ATTEMPTS - 1):
            try:
                return _attempt(view, args, kwargs)
            except DBAPIError as error:
                if disturbance_in(error) is not Disturbance.REPEATABLE:
                    raise
                logger.info("again after a rival", extra={"error": str(error.orig)[:200]})
            _undo(before)
            time.sleep(_jitter.uniform(0.5, 1.5) * FIRST_PAUSE_SECONDS * 2**attempt)
        return _attempt(view, args, kwargs)

    mark(wrapped, "commits")
    return cast(View, wrapped)


def _attempt(view: Callable[..., Any], args: Any, kwargs: Any) -> Response:
    key = idempotency.key_of_request()
    if key is not None and (stored := idempotency.stored_answer(db.session(), key)):
        return stored
    try:
        response: Response = current_app.make_response(view(*args, **kwargs))
    except (DomainError, IntegrityError, StaleDataError):
        if key is not None and (stored := _answer_of_rival(key)):
            return stored
        raise
    if response.status_code >= 400:
        db.session.rollback()
        return response
    # What must not be kept anywhere is not kept here either: it is answered anew.
    if key is not None and not response.cache_control.no_store:
        try:
            idempotency.store(db.session(), key, response, now=clock.now())
        except IntegrityError as error:
            if stored := _answer_of_rival(key):
                return stored
            raise Refused(
                "conflict",
                "Dieselbe Anfrage läuft gerade noch. Bitte senden Sie sie gleich noch einmal.",
            ) from error
    _commit()
    return response


def _commit() -> None:
    """Commit; raises Uncertain when the connection was lost before the answer came."""
    try:
        db.session.commit()
    except DBAPIError as error:
        if leaves_doubt(error):
            raise Uncertain from error
        raise


def _undo(before: dict[str, Any]) -> None:
    """Bring the request back to its beginning: what was changed, said and read so far is undone."""
    db.session.rollback()
    session.clear()
    session.update(before)
    for files in request.files.listvalues():
        for file in files:
            file.stream.seek(0)


def commits_posts(view: Callable[..., Any]) -> Callable[..., Any]:
    """Commit where a view that is not ours answers a POST; its GET stays a read."""
    posted = commits(view)

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        chosen = view if request.method in SAFE_METHODS else posted
        answer: ResponseReturnValue = chosen(*args, **kwargs)
        return answer

    return wrapped


def commits_itself(view: View) -> View:
    """Declare that a view opens units of work of its own, as its body is read piece by piece.

    Its body is left to it unread, no clock is fixed, and no transaction is begun as a writing one:
    nothing may stay locked while bytes come over a slow line.
    """
    mark(view, "commits")
    mark(view, "reads_itself")
    return view


@contextmanager
def at_once() -> Iterator[Session]:
    """Commit something now, whatever becomes of the request: an attempt that has to be counted.

    Nothing that the request has written so far is kept.
    """
    session: Session = db.session()
    session.rollback()
    with writing():
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def stores_nothing(view: View) -> View:
    """Declare that a view is a POST only because what it shows is made of a long form."""
    mark(view, "stores_nothing")
    return view


def answers_always(view: View) -> View:
    """Declare that a view is answered at once, however many requests wait for a place at work."""
    mark(view, "answers_always")
    return view


def _answer_of_rival(key: idempotency.Key) -> Response | None:
    """Return what the same request got that was at work at the same time; what we did is undone.

    It may be the very reason why this one was refused. None if there was no such request.
    """
    db.session.rollback()
    return idempotency.stored_answer(db.session(), key)


def _read_whole() -> None:
    """Read a body that is no form into memory, up to a limit that memory can bear."""
    limit = min(MOST_BYTES_IN_MEMORY, current_app.config["MAX_CONTENT_LENGTH"])
    request.max_content_length = limit
    # A body of unknown length is cut at the limit without a word; one that fills it was longer.
    if len(request.get_data(cache=True)) >= limit:
        raise RequestEntityTooLarge


def init_app(app: Flask) -> None:
    """Fix the clock for each request once its body is here, and say whether it will write."""

    @app.before_request
    def begin() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if hasattr(view, "vergabe_reads_itself"):
            return
        # A bid, or any act, happens when its last byte is here: read the body, then look at the
        # clock. Uploads are spooled to disk by the form parser, not held in memory.
        if request.method not in SAFE_METHODS:
            if request.mimetype in FORM_TYPES:
                _ = request.form
            else:
                _read_whole()
        crowding.body_is_here()
        if not hasattr(view, "vergabe_answers_always"):
            crowding.take_place()
        stack = ExitStack()
        stack.enter_context(clock.fixed())
        is_reading = request.method in SAFE_METHODS or hasattr(view, "vergabe_stores_nothing")
        stack.enter_context(writing(not is_reading))
        if request.method in SAFE_METHODS:
            stack.enter_context(reading_singly())
        g.request_stack = stack

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        stack: ExitStack | None = g.pop("request_stack", None)
        if stack is not None:
            db.session.remove()
            stack.close()
        crowding.leave_place()
