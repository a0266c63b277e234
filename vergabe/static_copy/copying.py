"""Refreshing the copy: what has changed since the last time, and the list of all.

Pages are those that the public gets, asked of the application itself without session or cookie, so
that nothing can enter that a login protects. Safe to repeat and to be killed at any instant.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import logging
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flask import Flask, render_template
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from vergabe import clock
from vergabe.catalogue import feeds
from vergabe.catalogue import queries as catalogue
from vergabe.catalogue.wishes import Wish
from vergabe.db import reading
from vergabe.errors import DomainError
from vergabe.files.reaching import StoreUnreachable
from vergabe.files.store import FileStore
from vergabe.home import statements
from vergabe.notices import queries as notices
from vergabe.notices.pages import FORMATS
from vergabe.settings import Settings
from vergabe.static_copy import selecting
from vergabe.static_copy.marking import main_of
from vergabe.static_copy.place import Place
from vergabe.static_copy.selecting import Since
from vergabe.tenders.model import Tender
from vergabe.uptime.guard import FOR_COPY
from vergabe.web import assets
from vergabe.web.replica import FROM_PRIMARY

logger = logging.getLogger(__name__)

LIST: Final = "/bekanntmachungen"
STATEMENTS: Final = ("/impressum", "/datenschutz", "/barrierefreiheit")
_STYLES: Final = ("app.css", "icon.svg")
_LAYOUT: Final = "1"
"""Raised when pages of the copy look different: all of them are then written anew."""


@dataclass(frozen=True)
class Report:
    """What a refresh did: procedures looked at, files written, files that were right already."""

    procedures: int
    written: int
    kept: int


def refresh(app: Flask, root: Path, *, is_whole: bool = False) -> Report:
    """Write what has become public since the last time into `root`; is_whole: write all anew.

    Needs no application context. Does nothing while another process refreshes the same folder. A
    procedure that cannot be written keeps no other out: it is named in a DomainError at the end
    and tried again the next time.
    """
    place = Place(root)
    place.make()
    with _alone(root) as is_ours:
        if not is_ours:
            return Report(0, 0, 0)
        with app.app_context():
            return _Copying(app, place).run(is_whole=is_whole)


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[bool]:
    """Give whether no other process refreshes this folder now."""
    handle = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


class _Copying:
    """One refresh of one place."""

    def __init__(self, app: Flask, place: Place) -> None:
        self._app, self._place = app, place
        self._settings: Settings = app.extensions["vergabe_settings"]
        self._store: FileStore = app.extensions["vergabe_files"]
        self._now = clock.now()

    def run(self, *, is_whole: bool) -> Report:
        state = self._place.state()
        print_ = self._fingerprint()
        since = None if is_whole or state.get("layout") != print_ else _since(state)
        with reading() as session:
            # Asked before the pages are: what comes later is found the next time.
            feed, notice = selecting.last_place(session)
            if since is not None and not selecting.goes_on(session, since):
                since = None
            wanted = (
                set(selecting.everything(session))
                if since is None
                else selecting.changed(session, since, now=self._now)
                | set(selecting.named(session, state.get("failed", [])))
            )
        if since is None:
            self._place.sweep_passing()
            self._write_frame()
        failed = self._write_procedures(wanted)
        if wanted or since is None:
            self._write_list()
        self._write_state_page()
        self._place.keep_state(
            {
                "layout": print_,
                "feed": feed,
                "notice": notice,
                "refreshed_at": self._now.isoformat(),
                "failed": failed,
            }
        )
        if failed:
            raise DomainError(
                "copy_incomplete",
                f"In der Kopie fehlt, was sich nicht lesen ließ: {', '.join(failed[:10])}. "
                "„vergabe audit verify --files“ nennt fehlende und beschädigte Dateien.",
            )
        return Report(len(wanted), self._place.written, self._place.kept)

    def _fingerprint(self) -> str:
        """Return what changes when all pages have to be written anew."""
        styles = [assets.FOLDER / name for name in _STYLES]
        told = (_LAYOUT, self._settings.base_url, statements.facts())
        digest = hashlib.sha256(repr(told).encode())
        for file in styles:
            digest.update(file.read_bytes())
        return digest.hexdigest()[:16]

    def _write_frame(self) -> None:
        """Write styles, fonts, the first page and the statements that law asks for."""
        self._place.copy_folder(assets.FOLDER, "static", _STYLES)
        fonts = assets.FOLDER / "vendor" / "kern"
        if fonts.is_dir():
            names = [file.name for file in fonts.iterdir() if file.suffix in (".css", ".woff2")]
            self._place.copy_folder(fonts, "static/vendor/kern", names)
        self._place.write("robots.txt", b"User-agent: *\nDisallow: /\n")
        self._page("", "static_copy/start.html", is_start=True)
        for address in STATEMENTS:
            self._copied_page(address, lambda path: path in STATEMENTS)

    def _write_state_page(self) -> None:
        """Write when the copy was compared with the service for the last time."""
        self._page("/kopie", "static_copy/state.html")

    def _page(self, place: str, template: str, **more: Any) -> None:
        """Write a page of our own template at an address."""
        with self._app.test_request_context(base_url=self._settings.base_url):
            page = render_template(template, copied_at=self._now, **more)
        self._place.write_page(place, page.encode())

    def _get(self, address: str) -> TestResponse:
        """Ask the application as anybody would; the guard of maintenance lets the copy through.

        Only that it must not be told what a lagging copy of the database says.
        """
        client = self._app.test_client(use_cookies=False)
        answer = client.get(
            address,
            base_url=self._settings.base_url,
            environ_overrides={FOR_COPY: True, FROM_PRIMARY: True},
        )
        if answer.status_code != 200:
            raise DomainError("copy_failed", f"{address} antwortet {answer.status_code}.")
        return answer

    def _copied_page(self, address: str, leads: Any, names: dict[str, str] | None = None) -> None:
        content = main_of(
            self._get(address).get_data(as_text=True),
            leads_somewhere=leads,
            base_url=self._settings.base_url,
            names=names or {},
        )
        self._page(address, "static_copy/page.html", content=content, address=address)

    def _write_procedures(self, wanted: Iterable[uuid.UUID]) -> list[str]:
        """Write procedures; return the references of those with which that is not possible."""
        failed = []
        for tender_id in sorted(wanted):
            with reading() as session:
                reference = session.get_one(Tender, tender_id).reference
            try:
                self._write_procedure(reference)
            except StoreUnreachable:
                raise
            except (DomainError, FileNotFoundError):
                logger.exception("procedure not copied", extra={"reference": reference})
                failed.append(reference)
        return failed

    def _write_procedure(self, reference: str) -> None:
        with reading() as session:
            tender = notices.published_tender(session, reference)
            home = f"{LIST}/{reference}"
            addresses = self._write_documents(session, tender, home)
            self._page(
                f"{home}/unterlagen",
                "static_copy/documents.html",
                tender=tender,
                documents=[d for d in tender.documents if d.published_in_version is not None],
                home=home,
            )
        # Documents first, then the page that leads to them.
        self._place.write(f"{home}/ocds.json", self._get(f"{home}/ocds.json").data)
        known = {LIST, home, f"{home}/unterlagen", f"{home}/ocds.json", *STATEMENTS, *addresses}
        for view in [address for address in addresses if address.endswith("/ansicht")]:
            if not self._place.has(f"{view}.pdf"):
                self._place.write(f"{view}.pdf", self._get(f"{view}.pdf").data)
            self._copied_page(view, known.__contains__)
        self._copied_page(home, known.__contains__, addresses)

    def _write_documents(self, session: Session, tender: Tender, home: str) -> dict[str, str]:
        """Place all public documents; return their addresses with the names to keep them under."""
        found: dict[str, str] = {}
        for document in tender.documents:
            if document.published_in_version is not None:
                address = f"{home}/unterlagen/{document.id}"
                self._place_stored(address, document.file_sha256, document.size_bytes)
                found[address] = document.file_name
        endings = {format_: ending for ending, format_ in FORMATS.items()}
        for notice in notices.notices_of(session, tender.id):
            for stored in notice.documents:
                ending = endings[stored.format]
                address = f"{home}/{notice.id}.{ending}"
                self._place_stored(address, stored.file_sha256, stored.size_bytes)
                found[address] = f"{tender.reference}.{ending}"
                if stored.format == "eforms":
                    view = f"{home}/{notice.id}/ansicht"
                    found |= {view: "", f"{view}.pdf": f"{tender.reference}-Bekanntmachung.pdf"}
        return found

    def _place_stored(self, address: str, sha256: str, size_bytes: int) -> None:
        self._place.write_stored(
            address,
            lambda: self._store.chunks(sha256),
            size_bytes=size_bytes,
            source=self._store.local_file(sha256),
        )

    def _write_list(self) -> None:
        with reading() as session:
            opened, others = selecting.listed(session, now=self._now)
            self._page(LIST, "static_copy/list.html", opened=opened, others=others)
            entries = catalogue.search(
                session,
                Wish(origins=("own",), sort="neu"),
                now=self._now,
                limit=50,
                with_counts=False,
            )
            feed = feeds.atom(entries.items, base_url=self._settings.base_url, query=())
        self._place.write(f"{LIST}/atom.xml", feed)


def _since(state: dict[str, Any]) -> Since | None:
    """Return how far the copy is, None if its state says nothing that can be used."""
    try:
        at = dt.datetime.fromisoformat(state["refreshed_at"])
        return (
            Since(int(state["feed"]), str(state["notice"]), at) if at.tzinfo is not None else None
        )
    except (KeyError, TypeError, ValueError):
        return None
