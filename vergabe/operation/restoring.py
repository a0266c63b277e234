"""Restoring a backup into an empty place, and proving that nothing is missing."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.audit import queries as audit
from vergabe.audit.model import RecordChain
from vergabe.db import reading, unit_of_work
from vergabe.files.store import FileStore
from vergabe.migrating import knows, upgrade_database
from vergabe.operation import checking_files, dumping, keys
from vergabe.operation.snapshots import (
    FILES,
    KEYS,
    BackupError,
    Manifest,
    fingerprint,
    hash_of_file,
    hash_of_list,
    place_of_file,
)
from vergabe.settings import Settings
from vergabe.uploads import service as uploads


@dataclass(frozen=True)
class Restored:
    """What was restored and looked at: record chains and stored files, all of them."""

    taken_at: dt.datetime
    chains: int
    entries: int
    files: int
    file_bytes: int


def secret_key_of(snapshot: Path, passphrase: str) -> str:
    """Return the secret key that a snapshot keeps; BackupError if it keeps none."""
    path = snapshot / KEYS
    if not path.is_file():
        raise BackupError(
            "no_keys",
            "Diese Sicherung enthält keine Schlüssel. Nehmen Sie VERGABE_SECRET_KEY aus Ihrem "
            "Tresor.",
        )
    return keys.opened(path.read_text(encoding="utf-8"), passphrase)


def restore(app: Flask, place: Path, snapshot: Path) -> Restored:
    """Fill the empty place of `app` from a snapshot, bring it up to date, and verify all of it.

    Files come first and the database last, so that a broken-off restore can be begun again. Uploads
    that nothing had taken over are forgotten: their bytes are in no backup. Raises BackupError if
    the place is not empty, the key is another one, or anything is damaged.
    """
    settings: Settings = app.extensions["vergabe_settings"]
    store: FileStore = app.extensions["vergabe_files"]
    manifest = Manifest.read(snapshot)
    _require(settings, manifest, snapshot)
    for sha256 in _hashes(place, snapshot, manifest):
        _put_back(store, place, sha256)
    dumping.restore(settings.database_url, snapshot / manifest.database)
    upgrade_database(app)
    with app.app_context(), unit_of_work() as session:
        uploads.forget_all(session)
    with app.app_context(), reading() as session:
        return verified(session, store, dt.datetime.fromisoformat(manifest.taken_at))


def _require(settings: Settings, manifest: Manifest, snapshot: Path) -> None:
    engine = dumping.engine_name(settings.database_url)
    if engine != manifest.engine:
        raise BackupError(
            "other_engine",
            f"Die Sicherung ist von {manifest.engine}, VERGABE_DATABASE_URL nennt {engine}. "
            "Nehmen Sie dieselbe Art von Datenbank.",
        )
    if not knows(manifest.revision):
        raise BackupError(
            "other_revision",
            f"Die Datenbank der Sicherung hat den Stand {manifest.revision or 'ohne Migrationen'}, "
            "den dieses Programm nicht kennt. Nehmen Sie die Fassung des Programms, das die "
            "Sicherung geschrieben hat, oder eine neuere.",
        )
    if not dumping.is_empty(settings.database_url):
        raise BackupError(
            "not_empty",
            "Die Datenbank in VERGABE_DATABASE_URL ist nicht leer. Eine Sicherung wird nur in eine "
            "leere eingespielt, damit sie nichts überschreibt. Hat ein abgebrochenes Einspielen "
            "sie gefüllt, legen Sie sie leer neu an und beginnen Sie noch einmal. Bei SQLite "
            "zählen auch die Dateien mit den Endungen -wal und -journal daneben; legen Sie sie "
            "beiseite.",
        )
    if fingerprint(settings.secret_key) != manifest.secret:
        raise BackupError(
            "other_key",
            "VERGABE_SECRET_KEY ist nicht der Schlüssel dieser Sicherung; damit ließe sich kein "
            "zweiter Faktor mehr prüfen. Geben Sie den alten Schlüssel an (vergabe backup-key).",
        )
    if hash_of_file(snapshot / manifest.database) != manifest.database_sha256:
        raise BackupError(
            "dump_damaged",
            f"{snapshot / manifest.database} ist beschädigt. Nehmen Sie eine andere Sicherung.",
        )


def _hashes(place: Path, snapshot: Path, manifest: Manifest) -> list[str]:
    """Return the hashes of the files that the snapshot needs, as its list says."""
    hashes = (snapshot / FILES).read_text(encoding="ascii").split()
    if hash_of_list(hashes) != manifest.files_sha256:
        raise BackupError(
            "list_damaged",
            f"Die Liste der Dateien in {snapshot} ist beschädigt. Nehmen Sie eine andere "
            "Sicherung.",
        )
    lost = [each for each in hashes if not place_of_file(place, each).is_file()]
    if lost:
        raise BackupError(
            "file_lost", f"In der Sicherung fehlen {len(lost)} Dateien, zuerst {lost[0]}."
        )
    return hashes


def _put_back(store: FileStore, place: Path, sha256: str) -> None:
    path = place_of_file(place, sha256)
    with path.open("rb") as source:
        kept = store.keep(source, limit_bytes=path.stat().st_size)
    if kept.sha256 != sha256:
        raise BackupError("file_damaged", f"Die Datei {sha256} ist in der Sicherung beschädigt.")


def verified(session: Session, store: FileStore, taken_at: dt.datetime) -> Restored:
    """Return what is there after every chain and every file was read; BackupError if broken."""
    chains = session.scalars(select(RecordChain)).all()
    for chain in chains:
        for sentence in audit.breaks(session, chain.stream):
            raise BackupError(
                "chain_broken", f"Die Kette {chain.stream} der Akte ist gebrochen: {sentence}"
            )
    files = checking_files.known(session)
    for file in checking_files.lost(store, files):
        raise BackupError("file_damaged", f"Die Datei {file.sha256} fehlt oder ist beschädigt.")
    return Restored(
        taken_at,
        chains=len(chains),
        entries=sum(chain.last_sequence for chain in chains),
        files=len(files),
        file_bytes=sum(file.size_bytes for file in files),
    )
