"""Open data: the record of a procedure, and the feed of all releases, from the stored packages.

Nothing is written anew here: a release says for ever what was public at its instant.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from vergabe.errors import NotFound
from vergabe.exchange.ocds import packages
from vergabe.exchange.ocds.packages import Stored
from vergabe.files.store import FileStore
from vergabe.notices import queries
from vergabe.notices.model import Notice

FORMAT: Final = "ocds"
RECORD_PATH: Final = "/bekanntmachungen/{reference}/ocds.json"
FEED_PATH: Final = "/bekanntmachungen/ocds.json"


def record(session: Session, store: FileStore, reference: str, *, base_url: str) -> bytes:
    """Return the record package of a published tender, UTF-8 JSON; NotFound before publication."""
    tender = queries.published_tender(session, reference)
    oldest_first = reversed(queries.notices_of(session, tender.id))
    stored = _stored(store, oldest_first, base_url=base_url)
    if not stored:
        raise NotFound("Die OCDS-Daten")
    return packages.record_package(
        stored,
        uri=base_url + RECORD_PATH.format(reference=tender.reference),
        publisher=tender.lead.official_name or tender.lead.name,
    )


def feed(
    session: Session, store: FileStore, *, after: int, limit: int, base_url: str, now: dt.datetime
) -> bytes:
    """Return the releases behind a place of the feed as one package, UTF-8 JSON.

    `links.next` is where to go on: behind the last notice of this page, whether it has a release
    or not. While nothing is new it is this page's own address.
    """
    found = queries.changes_since(session, after, limit=limit)
    last = found[-1].feed_sequence if found else after
    own = f"{base_url}{FEED_PATH}"
    return packages.page_of_feed(
        _stored(store, found, base_url=base_url),
        uri=f"{own}?after={after}&limit={limit}",
        next_uri=f"{own}?after={last}&limit={limit}",
        publisher=urlsplit(base_url).hostname or base_url,
        now=now,
    )


def _stored(store: FileStore, notices: Iterable[Notice], *, base_url: str) -> list[Stored]:
    return [
        Stored(
            f"{base_url}/bekanntmachungen/{notice.tender.reference}/{notice.id}.ocds.json",
            store.read(document.file_sha256),
        )
        for notice in notices
        for document in notice.documents
        if document.format == FORMAT
    ]
