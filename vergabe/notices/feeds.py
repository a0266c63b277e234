"""The Atom feed of current notices."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from feedgen.feed import FeedGenerator

from vergabe.exchange.text import clean_line, clean_text
from vergabe.notices.model import Notice
from vergabe.web.formatting import weekday_moment

_CPV: Final = "http://publications.europa.eu/resource/authority/cpv"
_EPOCH: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def atom(notices: Sequence[Notice], *, base_url: str, query: Mapping[str, str]) -> bytes:
    """Return an Atom feed (RFC 4287) of notices, the latest first.

    query: the search that the feed repeats; it is part of the feed's id and address.
    """
    suffix = f"?{urlencode(sorted(query.items()))}" if query else ""
    feed = FeedGenerator()
    feed.id(f"{base_url}/bekanntmachungen{suffix}")
    feed.title("Bekanntmachungen gemeinsamer Vergaben")
    feed.language("de")
    feed.link(href=f"{base_url}/bekanntmachungen/atom.xml{suffix}", rel="self")
    feed.link(href=f"{base_url}/bekanntmachungen{suffix}", rel="alternate")
    feed.author(name="Vergabe")
    feed.updated(max((n.published_at for n in notices if n.published_at), default=_EPOCH))
    for notice in notices:
        entry = feed.add_entry(order="append")
        entry.id(f"urn:uuid:{notice.notice_uuid}")
        entry.title(clean_line(notice.title))
        entry.link(href=f"{base_url}/bekanntmachungen/{notice.tender.reference}")
        entry.published(notice.tender.public_since)
        entry.updated(notice.published_at)
        buyers = ", ".join(notice.buyer_names)
        due = weekday_moment(notice.submission_deadline)
        entry.summary(clean_text(f"{buyers}. Angebote bis {due}.\n\n{notice.summary}"))
        entry.category(term=notice.cpv, scheme=_CPV)
    content: bytes = feed.atom_str(pretty=True)
    return content
