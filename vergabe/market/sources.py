"""Where notices of others stand: names for people, and addresses of their pages."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from vergabe.exchange.foreign_notice import ForeignNotice

NAMES: Final[Mapping[str, str]] = {
    "ted": "TED (Tenders Electronic Daily)",
    "doe": "Datenservice Öffentlicher Einkauf",
    "eforms": "Datei",
    "cosinex:dtvp": "Deutsches Vergabeportal (DTVP)",
    "cosinex:niedersachsen": "Vergabeportal Niedersachsen",
    "cosinex:nrw": "Vergabemarktplatz NRW",
    "cosinex:rheinland": "Vergabemarktplatz Rheinland",
}
_PAGES: Final[Mapping[str, str]] = {
    "ted": "https://ted.europa.eu/de/notice/-/detail/{}",
    "doe": "https://oeffentlichevergabe.de/ui/de/search/details?noticeId={}",
}


def name(source: str) -> str:
    """Return the name of a source; unknown ones keep their key."""
    return NAMES.get(source, source)


def page(notice: ForeignNotice) -> str | None:
    """Return the address of a notice at its source, None if nobody knows it."""
    if notice.url is not None:
        return notice.url
    pattern = _PAGES.get(notice.source)
    return pattern.format(quote(notice.source_id, safe="")) if pattern else None
