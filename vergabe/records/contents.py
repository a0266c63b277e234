"""What goes into the exported file of a tender, in order, each with its place in the ZIP."""

import datetime as dt
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.audit import queries as audit
from vergabe.audit import rules
from vergabe.audit.model import RecordChain
from vergabe.cooperations.confidentiality import Classification
from vergabe.notices.model import Notice
from vergabe.records import plain, queries
from vergabe.records.queries import ChainRef
from vergabe.tenders.model import Tender
from vergabe.web.formatting import moment

_ENDINGS: Final = {
    "xvergabe": "xml",
    "eforms": "eforms.xml",
    "ocds": "ocds.json",
    "pdf": "pdf",
}
_NOTICES: Final = {
    "contract_notice": "bekanntmachung",
    "change_notice": "aenderung",
    "cancellation_notice": "aufhebung",
}
_IN_MEMORY: Final = 1024 * 1024
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_LONGEST_NAME: Final = 120
"""Bytes in UTF-8: file systems count up to 255 of them, or as many characters."""
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
"""Names that Windows takes for a device, with any ending."""


@dataclass(frozen=True)
class StoredPart:
    """A file that lies in the store under its SHA-256."""

    sha256: str


@dataclass(frozen=True)
class Part:
    """One file of the ZIP: its path, what it is in German, and where its bytes come from."""

    path: str
    section: str
    title: str
    source: bytes | IO[bytes] | StoredPart


@dataclass(frozen=True)
class ChainPart:
    """A chain as it was written: its file, its length, and the hash of its last entry."""

    path: str
    ref: ChainRef
    entry_count: int
    last_hash: str


def parts_of(
    session: Session, actor: Actor, tender: Tender, *, now: dt.datetime
) -> tuple[list[Part], list[ChainPart]]:
    """Return all files of a tender that the actor may have, and which of them are chains."""
    parts, chains = _chains(session, actor, tender)
    parts += _notices(session, tender)
    parts += _documents(tender)
    parts += _versions(tender)
    parts += _data(session, actor, tender, now=now)
    parts += _evidence(session, actor, tender)
    script = Path(__file__).with_name("verification_script.txt").read_bytes()
    parts.append(Part("pruefen.py", "Prüfung", "Skript, das diese Akte prüft", script))
    return _with_free_names(parts), chains


def _chains(session: Session, actor: Actor, tender: Tender) -> tuple[list[Part], list[ChainPart]]:
    parts, chains = [], []
    for ref in queries.chains_of(session, actor, tender):
        path = f"akte/{ref.slug}.jsonl"
        # The head first: an entry appended meanwhile belongs to the next export.
        head = session.get(RecordChain, ref.stream, populate_existing=True)
        count = head.last_sequence if head else 0
        parts.append(Part(path, "Vergabeakte", ref.title, _lines(session, ref.stream, count)))
        last_hash = head.last_hash if head else rules.GENESIS
        chains.append(ChainPart(path, ref, count, last_hash))
    return parts, chains


def _lines(session: Session, stream: str, last_sequence: int) -> IO[bytes]:
    """Return the entries of a chain as JSON lines, on disk if they are many."""
    lines = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when read
    for entry in audit.exported(session, stream):
        if entry["sequence"] <= last_sequence:
            lines.write(orjson.dumps(entry) + b"\n")
    lines.seek(0)
    return lines


def _notices(session: Session, tender: Tender) -> Iterator[Part]:
    notices = session.scalars(
        select(Notice)
        .where(Notice.tender_id == tender.id)
        .options(selectinload(Notice.documents))
        .order_by(Notice.id)
    )
    for number, notice in enumerate(notices, start=1):
        folder = f"bekanntmachungen/{number:02d}-{_NOTICES[notice.kind]}"
        for document in sorted(notice.documents, key=lambda each: each.format):
            path = f"{folder}/{notice.notice_uuid}.{_ENDINGS[document.format]}"
            source = StoredPart(document.file_sha256)
            yield Part(path, "Bekanntmachungen", f"{notice.title} ({document.format})", source)


def _documents(tender: Tender) -> Iterator[Part]:
    for document in tender.documents:
        folder = f"unterlagen/{safe_name(document.title)}/fassung-{document.document_version}"
        title = f"{document.title}, Fassung {document.document_version}"
        if document.published_in_version is None:
            title += " (nicht veröffentlicht)"
        path = f"{folder}/{safe_name(document.file_name)}"
        yield Part(path, "Vergabeunterlagen", title, StoredPart(document.file_sha256))


def _versions(tender: Tender) -> Iterator[Part]:
    for version in tender.versions:
        title = f"Fassung {version.number}, veröffentlicht {moment(version.published_at)}"
        yield _json(f"fassungen/{version.number:03d}.json", "Fassungen", title, plain.row(version))


def _data(session: Session, actor: Actor, tender: Tender, *, now: dt.datetime) -> list[Part]:
    resolutions = plain.resolutions(session, tender)
    mandates = plain.mandates(session, actor, tender)
    told: Sequence[tuple[str, str, Any]] = (
        ("verfahren", "Verfahren mit Losen, Anteilen und Kriterien", plain.tender(tender)),
        ("buendelung", "Bündelung, Anhörung und Beitritte", plain.pool(session, tender)),
        (
            "freigaben",
            "Voraussetzungen der Veröffentlichung",
            plain.gates_now(session, tender, now=now),
        ),
        ("beschluesse", "Beschlüsse", [plain.resolution(actor, each) for each in resolutions]),
        ("vollmachten", "Vollmachten", [plain.mandate(each) for each in mandates]),
        ("fristen", "Fristen mit Rechenweg", plain.deadlines(session, tender)),
        ("fragen", "Bieterfragen und Antworten", plain.questions(session, actor, tender)),
        ("nachrichten", "Versandte Nachrichten", plain.messages(session, actor, tender)),
    )
    return [_json(f"daten/{name}.json", "Daten", title, data) for name, title, data in told]


def _evidence(session: Session, actor: Actor, tender: Tender) -> Iterator[Part]:
    """Yield the public papers of resolutions, and the files of mandates that the actor may read."""
    for resolution in plain.resolutions(session, tender):
        # The file goes to outsiders, and whoever opens a paper that is not public is noted: such
        # papers are named in daten/beschluesse.json and opened on their page.
        for paper in resolution.papers:
            if paper.classification == Classification.PUBLIC:
                yield Part(
                    f"nachweise/beschluesse/{safe_name(paper.file_name)}",
                    "Nachweise",
                    f"Beschluss {resolution.organisation.name} vom "
                    f"{resolution.decided_on:%d.%m.%Y}",
                    StoredPart(paper.file_sha256),
                )
    for mandate in plain.mandates(session, actor, tender):
        if mandate.file_sha256:
            yield Part(
                f"nachweise/vollmachten/{safe_name(mandate.file_name or 'vollmacht')}",
                "Nachweise",
                f"Vollmacht {mandate.grantor.name}",
                StoredPart(mandate.file_sha256),
            )


def _json(path: str, section: str, title: str, data: Any) -> Part:
    return Part(path, section, title, orjson.dumps(data, option=orjson.OPT_INDENT_2))


def safe_name(name: str) -> str:
    """Return a name that every file system takes and that leads nowhere else."""
    cleaned = _UNSAFE.sub("_", name).strip(" .")
    if len(cleaned.encode()) > _LONGEST_NAME:
        stem, dot, ending = cleaned.rpartition(".")
        size = len(ending.encode()) + 1
        keeps = dot and size <= 11
        cleaned = f"{_cut(stem, _LONGEST_NAME - size)}.{ending}" if keeps else _cut(cleaned)
    if _RESERVED.fullmatch(cleaned):
        cleaned = f"_{cleaned}"
    return cleaned or "ohne-namen"


def _cut(name: str, size: int = _LONGEST_NAME) -> str:
    """Return the beginning of a name, whole characters, without what Windows drops at an end."""
    return name.encode()[:size].decode(errors="ignore").rstrip(" .")


def _with_free_names(parts: Sequence[Part]) -> list[Part]:
    used: set[str] = set()
    free: list[Part] = []
    for part in parts:
        path, count = part.path, 1
        while path.casefold() in used:
            count += 1
            folder, _, name = part.path.rpartition("/")
            stem, dot, ending = name.rpartition(".")
            name = f"{stem} ({count}).{ending}" if dot and stem else f"{name} ({count})"
            path = f"{folder}/{name}" if folder else name
        used.add(path.casefold())
        free.append(Part(path, part.section, part.title, part.source))
    return free
