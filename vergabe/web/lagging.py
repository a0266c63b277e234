"""Which reads may ask the copy of the database, and who may be shown what is some seconds old.

Views that say `@may_lag` (public search, feeds, exports), asked by somebody without login, token or
session: whoever has sent us anything has one of them, and is shown what they have sent. Whatever
decides never stands in such a view.
"""

from functools import wraps
from typing import Any, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from vergabe.db import asking_replica, db
from vergabe.disturbances import disturbance_in
from vergabe.web.marks import View, mark
from vergabe.web.replica import FROM_PRIMARY, copy_of_app
from vergabe.web.rights import optional_actor


def may_lag(view: View) -> View:
    """Declare that a GET shows only what is public anyway and may be some seconds old."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        copy = copy_of_app()
        if copy is None or not _is_stranger() or not copy.is_fit():
            return cast(ResponseReturnValue, view(*args, **kwargs))
        try:
            with asking_replica():
                return cast(ResponseReturnValue, view(*args, **kwargs))
        except (DBAPIError, NoFreeConnection) as error:
            if disturbance_in(error) is None:
                raise
            copy.leave_alone()
        finally:
            # What was read there must not be looked up here.
            db.session.rollback()
            db.session.expunge_all()
        return cast(ResponseReturnValue, view(*args, **kwargs))

    mark(wrapped, "may_lag")
    return cast(View, wrapped)


def _is_stranger() -> bool:
    if request.method not in ("GET", "HEAD") or "Authorization" in request.headers:
        return False
    if FROM_PRIMARY in request.environ:
        return False
    # A form needs a session: whoever has none has sent none.
    has_session = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return not has_session and optional_actor() is None
