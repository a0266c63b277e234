"""A notice as people read it: the stylesheet `xml/xvergabe/1/notice.xsl` applied to its XML."""

import functools
import threading
from typing import Final

from lxml import etree

from vergabe.exchange import parser
from vergabe.resources import folder

# A compiled stylesheet keeps the messages of its last run.
_lock: Final = threading.Lock()


@functools.cache
def _stylesheet() -> etree.XSLT:
    source = folder("xml") / "xvergabe" / "1" / "notice.xsl"
    # The stylesheet needs no file and no address, so it may open none.
    return etree.XSLT(
        parser.parse(source.read_bytes()),
        access_control=etree.XSLTAccessControl.DENY_ALL,  # type: ignore[attr-defined]  # not in the stubs
    )


def notice_html(xml: bytes) -> bytes:
    """Return a German HTML page (UTF-8) for a Notice, ChangeNotice or CancellationNotice.

    Times are shown in Europe/Berlin. Text of the notice stays text. Raises InvalidInput if `xml`
    cannot be parsed.
    """
    root = parser.parse(xml)
    with _lock:
        page = _stylesheet()(root)
    return bytes(page)
