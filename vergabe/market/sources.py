"""Where notices of others stand: addresses of their pages."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from vergabe.exchange.foreign_notice import ForeignNotice

_PAGES: Final[Mapping[str, str]] = {
    "ted": "https://ted.europa.eu/de/notice/-/detail/{}",
    "doe": "https://oeffentlichevergabe.de/ui/de/search/details?noticeId={}",
}


def page(notice: ForeignNotice) -> str | None:
    """Return the address of a notice at its source, None if nobody knows it."""
    if notice.url is not None:
        return notice.url
    pattern = _PAGES.get(notice.source)
    return pattern.format(quote(notice.source_id, safe="")) if pattern else None
