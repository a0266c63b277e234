"""The Atom feed of a search."""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from vergabe.catalogue.model import CatalogueEntry
from vergabe.exchange.text import clean_line, clean_text
from vergabe.texts import _
from vergabe.web.formatting import weekday_moment

_CPV: Final = "http://publications.europa.eu/resource/authority/cpv"
_EPOCH: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def atom(
    entries: Sequence[CatalogueEntry], *, base_url: str, query: Sequence[tuple[str, str]]
) -> bytes:
    """Return an Atom feed (RFC 4287) of procedures, the latest first.

    query: the search that the feed repeats; it is part of the feed's id and address.
    """
    suffix = f"?{urlencode(query)}" if query else ""
    # Loaded with the first feed.
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(f"{base_url}/bekanntmachungen{suffix}")
    feed.title("Bekanntmachungen")
    feed.language("de")
    feed.link(href=f"{base_url}/bekanntmachungen/atom.xml{suffix}", rel="self")
    feed.link(href=f"{base_url}/bekanntmachungen{suffix}", rel="alternate")
    feed.author(name="Vergabe")
    feed.updated(max((entry.changed_at for entry in entries), default=_EPOCH))
    for one in entries:
        entry = feed.add_entry(order="append")
        entry.id(one.feed_id)
        entry.title(clean_line(one.title))
        entry.link(href=f"{base_url}{one.path}")
        entry.updated(one.changed_at)
        entry.summary(clean_text(f"{_summary(one)}\n\n{one.summary}"))
        for code in one.cpv[:3]:
            entry.category(term=code, scheme=_CPV)
    content: bytes = feed.atom_str(pretty=True)
    return content


def _summary(entry: CatalogueEntry) -> str:
    buyers = ", ".join(entry.buyer_names)
    if entry.stage == "cancelled":
        return _("%(buyers)s. Aufgehoben.", buyers=buyers)
    if entry.deadline is None:
        return f"{buyers}."
    due = weekday_moment(entry.deadline)
    return _("%(buyers)s. Angebote bis %(due)s.", buyers=buyers, due=due)
