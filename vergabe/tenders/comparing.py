"""An amendment side by side: what is public, what would be, and what that means for bidders."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from vergabe.law import german
from vergabe.law.zone import last_day_before
from vergabe.tenders import timing
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.tenders.snapshots import dropping_documents, pending_documents
from vergabe.web.formatting import file_size, weekday_moment


@dataclass(frozen=True)
class Difference:
    """One thing that changes: how it is, how it would be, and what bidders have to do about it."""

    label: str
    old: str
    new: str
    meaning: str
    is_long: bool = False


_TEXTS = (
    ("title", "Titel", "Der Auftrag heißt anders; am Angebot ändert das nichts."),
    (
        "description",
        "Beschreibung",
        "Bieter müssen prüfen, ob ihr Angebot noch passt. Wer schon abgegeben hat, kann es bis zum "
        "Ende der Angebotsfrist ersetzen.",
    ),
    (
        "selection_criteria",
        "Eignung",
        "Bieter müssen prüfen, ob sie die verlangten Nachweise haben. Neue Forderungen können "
        "jemanden ausschließen, der schon arbeitet.",
    ),
)


def differences(tender: Tender, amendment: Amendment) -> list[Difference]:
    """Return everything that an amendment changes, documents uploaded meanwhile included."""
    return [*_texts(tender, amendment), *_deadlines(tender, amendment), *_documents(tender)]


def _texts(tender: Tender, amendment: Amendment) -> Iterator[Difference]:
    for name, label, meaning in _TEXTS:
        new, old = getattr(amendment, name), getattr(tender, name)
        if new is not None and new != old:
            yield Difference(label, old, new, meaning, is_long=name != "title")


def _deadlines(tender: Tender, amendment: Amendment) -> Iterator[Difference]:
    for name, label in (
        ("submission_deadline", "Angebote bis"),
        ("enquiries_deadline", "Fragen bis"),
    ):
        new, old = getattr(amendment, name), getattr(tender, name)
        if new is not None and new != old:
            yield Difference(label, weekday_moment(old), weekday_moment(new), _more(old, new))
    until, due = tender.bid_validity_until, tender.submission_deadline
    moved = timing.moved_validity(until, due, amendment.submission_deadline or due)
    if until is not None and moved is not None and moved != until:
        yield Difference(
            "Bindefrist",
            f"bis {german.date(until)}",
            f"bis {german.date(moved)}",
            "Angebote binden nach der neuen Angebotsfrist so lange, wie es angekündigt war.",
        )


def _more(old: dt.datetime | None, new: dt.datetime) -> str:
    if old is None:
        return "Es gibt jetzt eine Frist."
    days = (last_day_before(new) - last_day_before(old)).days
    if new < old:
        return f"Bieter haben {german.count(-days, 'Tag', 'Tage')} weniger Zeit."
    if days == 0:
        return "Bieter haben am selben Tag mehr Zeit."
    return f"Bieter haben {german.count(days, 'Tag', 'Tage')} mehr Zeit."


def _documents(tender: Tender) -> Iterator[Difference]:
    new = {document.document_key: document for document in pending_documents(tender)}
    gone = {document.document_key: document for document in dropping_documents(tender)}
    for key, document in new.items():
        if key in gone:
            yield Difference(
                f"Unterlage „{document.title}“",
                _file(gone[key]),
                _file(document),
                "Bieter müssen die neue Fassung laden und ihr Angebot danach richten.",
            )
        else:
            yield Difference(
                f"Unterlage „{document.title}“",
                "gab es nicht",
                _file(document),
                "Bieter müssen das neue Dokument laden und beachten.",
            )
    for key, document in gone.items():
        if key not in new:
            yield Difference(
                f"Unterlage „{document.title}“",
                _file(document),
                "entfällt",
                "Was darin stand, gilt nicht mehr.",
            )


def _file(document: TenderDocument) -> str:
    size = file_size(document.size_bytes)
    return f"Fassung {document.document_version}: {document.file_name} ({size})"
