"""Notices of other authorities: records as portals give them, XML, and both stored."""

import datetime as dt
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.eforms import contract_notice
from vergabe.exchange.eforms.writing import build
from vergabe.exchange.foreign_notice import ForeignNotice, Money, Party
from vergabe.files.store import FileStore
from vergabe.market import service
from vergabe.market.model import StoredNotice
from vergabe.market.service import Incoming

NOW = dt.datetime(2026, 8, 22, 10, 0, tzinfo=dt.UTC)


def foreign(**changes: Any) -> ForeignNotice:
    """Return a notice of a town that buys an emergency generator."""
    facts: dict[str, Any] = {
        "source": "doe",
        "source_id": "25702776",
        "origin": "record",
        "title": "Lieferung einer stationären Netzersatzanlage am Hochbehälter Happerschoß",
        "summary": "Geliefert, montiert und in Betrieb gesetzt wird eine Netzersatzanlage.",
        "buyers": (Party(name="Stadt Hennef (Sieg)", town="Hennef", nuts="DEA2C"),),
        "cpv": ("31127000",),
        "nuts": ("DEA2C",),
        "nature": "supplies",
        "value": Money(cents=250_000_00),
        "deadline": dt.datetime(2026, 9, 18, 10, 0, tzinfo=dt.UTC),
        "deadline_kind": "bids",
        "published_on": dt.date(2026, 8, 11),
    }
    return ForeignNotice(**facts | changes)


def record(**changes: Any) -> dict[str, Any]:
    """Return a record as collected from a portal; a value of None leaves the member out."""
    members: dict[str, Any] = {
        "portal": "cosinex:nrw",
        "portal_id": "1126661",
        "title": "Lieferung einer stationären Netzersatzanlage am Hochbehälter Happerschoß",
        "buyer": "Stadt Hennef (Sieg)",
        "cpv": ["31127000"],
        "procedure": "UVgO",
        "notice_type": "notice",
        "published": "2026-08-11",
        "deadline": "2026-09-18T12:00:00",
        "url": "https://www.evergabe.nrw.de/VMPCenter/public/company/projectForwarding.do?pid=1126661",
        "seen": "2026-08-22",
    }
    return {name: value for name, value in (members | changes).items() if value is not None}


def notice_xml() -> bytes:
    """Return the XML of a valid joint contract notice."""
    return build(contract_notice())


def stored(session: Session, kept: FileStore, *notices: ForeignNotice) -> list[StoredNotice]:
    """Store notices one after the other; return their rows, the latest current one of each."""
    rows = []
    for one in notices:
        xml = notice_xml() if one.origin == "xml" else None
        service.store(session, kept, [Incoming(one, xml)], now=NOW)
        rows.append(
            session.scalars(
                select(StoredNotice).filter_by(
                    source=one.source, source_id=one.source_id, version=one.version
                )
            ).one()
        )
    return rows


def lines(path: Path, *records: Mapping[str, Any] | bytes) -> Path:
    """Write records as JSON Lines, packed if the name ends in .gz; bytes are lines as they are."""
    content = b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in records
    )
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def tar_gz(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a packed tar archive."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path
