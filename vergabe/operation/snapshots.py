"""The shape of a backup: one folder for all files by content, one folder per snapshot.

A backup place holds `files/ab/cdef…`, shared by all its snapshots, and `snapshots/<instant>/` with
the database, the manifest and, if there was a passphrase, the keys. A snapshot counts only when its
manifest is there: it is written last.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from vergabe.errors import DomainError

SHAPE: Final = 1
MANIFEST: Final = "manifest.json"
KEYS: Final = "keys.json"
FILES: Final = "files.txt"
CHUNK: Final = 1024 * 1024


class BackupError(DomainError):
    """A backup cannot be made, read or restored; the sentence says what the operator can do."""

    title = "Sicherung"


@dataclass(frozen=True)
class Manifest:
    """What a snapshot holds.

    taken_at: instant (UTC, ISO 8601) at which the database was read; engine: `sqlite` or
    `postgresql`; revision: of the migrations; database: file name and SHA-256 of the dump;
    files: number and bytes of the stored files the database knows at that instant; files_sha256:
    SHA-256 of their sorted hashes, a line each; secret: fingerprint of VERGABE_SECRET_KEY.
    """

    taken_at: str
    engine: str
    revision: str
    database: str
    database_sha256: str
    file_count: int
    file_bytes: int
    files_sha256: str
    secret: str
    has_keys: bool
    shape: int = SHAPE

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the manifest of a snapshot; BackupError if there is none that we understand."""
        try:
            fields = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            manifest = cls(**fields)
        except (OSError, ValueError, TypeError) as error:
            raise BackupError(
                "backup_unreadable",
                f"{folder} ist keine vollständige Sicherung: {MANIFEST} fehlt oder ist nicht "
                "lesbar. Nehmen Sie eine andere Sicherung.",
            ) from error
        if manifest.shape != SHAPE:
            raise BackupError(
                "backup_shape",
                f"Die Sicherung {folder} hat die Form {manifest.shape}; dieses Programm liest die "
                f"Form {SHAPE}. Nehmen Sie das Programm, das sie geschrieben hat.",
            )
        return manifest

    def write(self, folder: Path) -> None:
        """Write the manifest, complete or not at all."""
        passing = folder / f"{MANIFEST}.incoming"
        passing.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        passing.replace(folder / MANIFEST)


def name_of(taken_at: dt.datetime) -> str:
    """Return the name of the snapshot taken at an instant, in the order of time."""
    return taken_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H%M%SZ")


def all_snapshots(place: Path) -> list[Path]:
    """Return the complete snapshots of a backup place, the newest first."""
    found = place.glob(f"snapshots/*/{MANIFEST}")
    return sorted((path.parent for path in found), reverse=True)


def chosen(place: Path, name: str | None) -> Path:
    """Return the snapshot of that name, or the newest; BackupError if there is none."""
    snapshots = all_snapshots(place)
    for snapshot in snapshots:
        if name in (None, snapshot.name):
            return snapshot
    if not snapshots:
        raise BackupError(
            "backup_missing", f"In {place} liegt keine Sicherung. Bitte prüfen Sie den Ordner."
        )
    known = ", ".join(snapshot.name for snapshot in snapshots)
    raise BackupError(
        "backup_missing", f"In {place} gibt es die Sicherung {name} nicht. Vorhanden: {known}."
    )


def place_of_file(place: Path, sha256: str) -> Path:
    """Return where a stored file lies in a backup place."""
    return place / "files" / sha256[:2] / sha256[2:]


def hash_of_list(hashes: Sequence[str]) -> str:
    """Return the SHA-256 of sorted hashes, a line each."""
    return hashlib.sha256("".join(f"{each}\n" for each in sorted(hashes)).encode()).hexdigest()


def hash_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fingerprint(secret_key: str) -> str:
    """Return what tells two secret keys apart without giving either away."""
    return hashlib.sha256(f"fingerprint of the key {secret_key}".encode()).hexdigest()[:16]
