"""Public addresses of open data: record, feed, and the extension that our packages name."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.db import db
from vergabe.errors import InvalidInput
from vergabe.exchange.ocds import extension
from vergabe.files import current
from vergabe.notices import open_data
from vergabe.web import shell
from vergabe.web.lagging import may_lag
from vergabe.web.rights import public

pages = Blueprint("open_data", __name__)

MOST: dict[str, int] = {"after": 10**18, "limit": 200}


@pages.get("/bekanntmachungen/<reference>/ocds.json")
@public
@may_lag
def record(reference: str) -> ResponseReturnValue:
    """Everything that was ever published in one procedure."""
    content = open_data.record(
        db.session(), current.store(), reference, base_url=shell.settings().base_url
    )
    return _conditional(Response(content, content_type="application/json"))


@pages.get("/bekanntmachungen/ocds.json")
@public
@may_lag
def feed() -> ResponseReturnValue:
    """All releases in the order in which they became public."""
    content = open_data.feed(
        db.session(),
        current.store(),
        after=_number("after", 0),
        limit=max(1, _number("limit", 100)),
        base_url=shell.settings().base_url,
        now=clock.now(),
    )
    return Response(content, content_type="application/json")


@pages.get("/schemas/ocds/joint_purchase/1.0/<path:name>")
@public
def extension_file(name: str) -> ResponseReturnValue:
    """A file of our extension, for whoever reads or checks our packages."""
    content, media_type = extension.file(name, base_url=shell.settings().base_url)
    response = Response(content, content_type=media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return _conditional(response)


def _conditional(response: Response) -> ResponseReturnValue:
    response.add_etag()
    return response.make_conditional(request)


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not text.isascii() or len(text) > 19 or int(text) > MOST[name]:
        raise InvalidInput(
            f"{name}_invalid",
            f"„{name}“ muss eine ganze Zahl von 0 bis {MOST[name]} sein.",
            field=name,
        )
    return int(text)
