"""One chain as a ZIP with the script that verifies it anywhere, without this service."""

import datetime as dt
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy.orm import Session

from vergabe.audit import queries as audit
from vergabe.clock import BERLIN
from vergabe.records.export import FORMAT
from vergabe.records.plain import value
from vergabe.records.subjects import Subject

_IN_MEMORY: Final = 8 * 1024 * 1024


def chain_zip(
    session: Session,
    subject: Subject,
    *,
    now: dt.datetime,
    noted: Callable[[int], None] = lambda _count: None,
) -> IO[bytes]:
    """Return the ZIP of a chain as an open file at its start: entries, script, index.

    noted: is told every now and then how many entries are written.

    The index has the form of a tender's file, so the same script checks both.
    """
    path = f"akte/{subject.chain.slug}.jsonl"
    # The answer reads it after this function is done, and closes it.
    out = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    count, last_hash, digest, size = 0, "", hashlib.sha256(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(path, now), "w", force_zip64=True) as lines:
            for entry in audit.exported(session, subject.chain.stream):
                line = orjson.dumps(entry) + b"\n"
                lines.write(line)
                digest.update(line)
                count, last_hash, size = count + 1, entry["entry_hash"], size + len(line)
                if count % 500 == 0:
                    noted(count)
        script = Path(__file__).with_name("verification_script.txt").read_bytes()
        archive.writestr(_entry("pruefen.py", now), script)
        index: dict[str, Any] = {
            "format": FORMAT,
            "reference": subject.reference,
            "title": subject.chain.title,
            "exported_at": value(now),
            "files": [
                _listed(path, size, digest.hexdigest()),
                _listed("pruefen.py", len(script), hashlib.sha256(script).hexdigest()),
            ],
            "chains": [
                {
                    "path": path,
                    "stream": subject.chain.stream,
                    "title": subject.chain.title,
                    "entry_count": count,
                    "last_hash": last_hash or "0" * 64,
                }
            ],
            # A chain that was never begun is none; one that lost all its entries has its head.
            "problems": list(audit.breaks(session, subject.chain.stream))
            if count or audit.length(session, subject.chain.stream)
            else [],
        }
        archive.writestr(_entry("index.json", now), orjson.dumps(index, option=orjson.OPT_INDENT_2))
    out.seek(0, io.SEEK_SET)
    return out


def _entry(path: str, now: dt.datetime) -> zipfile.ZipInfo:
    local = now.astimezone(BERLIN)
    found = zipfile.ZipInfo(path, local.timetuple()[:6])
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _listed(path: str, size_bytes: int, sha256: str) -> dict[str, Any]:
    return {"path": path, "size_bytes": size_bytes, "sha256": sha256}
