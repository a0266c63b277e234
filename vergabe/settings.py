"""Settings: `VERGABE_*` read once into a frozen dataclass; no secret has a default."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from vergabe.engines import PATIENCE, DatabaseSettings, Patience, Process


class SettingsError(Exception):
    """A setting is missing or wrong; the text says in German what to set."""


Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MINIMUM_SECRET_LENGTH = 32
MINIMUM_KEPT_DAYS = 30
"""Beyond the last try of anything, so that no repetition meets an outbox that has forgotten."""
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """Everything the service needs to know about its place. Secrets do not show in `repr`.

    data: folder for database and files; database_url: SQLAlchemy URL; files: folder or `s3://…`;
    base_url: public address without trailing slash; smtp_url: `smtp://`, `smtps://` or
    `smtp+starttls://` with optional user and password, None: mail stays in the outbox;
    mail_from: sender address; eforms_sdk: folder or zip of the eForms SDK, if there is one;
    notice_sender: where notices go besides our own pages: `none`, a folder, or the address of the
    Datenservice Öffentlicher Einkauf; notice_sender_token: what it knows us by;
    metrics_token: who may read /metrics from elsewhere, None: this machine alone;
    law_tables: folder with the operator's own rows of the law, which replace packaged ones;
    operator_file: TOML file with the facts of imprint, privacy and accessibility statement;
    static_copy: folder into which workers write a copy of what is public, None: none;
    document_limit_bytes: largest single document in an ordinary form; request_limit_bytes: largest
    request body; upload_limit_bytes: largest file that is uploaded in pieces; upload_quota_bytes:
    what one organisation may have uploaded before it is used; database: time-outs, connections and
    the copy for reading; trusted_proxies: whose X-Forwarded-For counts; rate_limits, mail_rate: as
    `limits.rules` reads them, empty: its numbers; webhook_networks: own networks to which webhooks
    may go; bounce_folder: Maildir with the answers of mail servers; keep_done_days: how long done
    rows of the outbox and calls of webhooks stay, 0: for ever.
    """

    data: Path
    database_url: str = field(repr=False)
    files: str
    base_url: str
    secret_key: str = field(repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "vergabe@localhost"
    eforms_sdk: Path | None = None
    notice_sender: str = "none"
    notice_sender_token: str | None = field(default=None, repr=False)
    metrics_token: str | None = field(default=None, repr=False)
    law_tables: Path | None = None
    operator_file: Path | None = None
    static_copy: Path | None = None
    document_limit_bytes: int = 100 * MEGABYTE
    request_limit_bytes: int = 120 * MEGABYTE
    upload_limit_bytes: int = 4096 * MEGABYTE
    upload_quota_bytes: int = 20480 * MEGABYTE
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    trusted_proxies: tuple[Network, ...] = (
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("::1/128"),
    )
    rate_limits: str = "off"
    mail_rate: str = "off"
    webhook_networks: tuple[Network, ...] = ()
    bounce_folder: Path | None = None
    keep_done_days: int = 400
    is_demo: bool = False
    is_testing: bool = False

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Return the settings of the environment.

        Raises SettingsError with a German sentence that names the variable and a good value.
        """
        data = data_folder(environment)
        secret_key = environment.get("VERGABE_SECRET_KEY", "")
        if len(secret_key) < MINIMUM_SECRET_LENGTH:
            raise SettingsError(
                "VERGABE_SECRET_KEY fehlt oder ist kürzer als 32 Zeichen. Erzeugen Sie einen Wert "
                'mit: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        base_url = environment.get("VERGABE_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        if urlsplit(base_url).scheme not in ("http", "https"):
            raise SettingsError(
                "VERGABE_BASE_URL muss mit https:// beginnen (http:// nur zur Probe), "
                f"angegeben ist {base_url!r}."
            )
        host = urlsplit(base_url).hostname or "localhost"
        database_url = (
            environment.get("VERGABE_DATABASE_URL") or f"sqlite:///{data / 'vergabe.sqlite'}"
        )
        return cls(
            data=data,
            database_url=database_url,
            database=_database(environment, database_url),
            files=environment.get("VERGABE_FILES") or str(data / "files"),
            base_url=base_url,
            secret_key=secret_key,
            smtp_url=environment.get("VERGABE_SMTP_URL") or None,
            mail_from=environment.get("VERGABE_MAIL_FROM") or f"vergabe@{host}",
            eforms_sdk=eforms_sdk_place(environment),
            notice_sender=_notice_sender(environment, data),
            notice_sender_token=environment.get("VERGABE_NOTICE_SENDER_TOKEN") or None,
            metrics_token=environment.get("VERGABE_METRICS_TOKEN") or None,
            law_tables=law_folder(environment),
            operator_file=_file(environment, "VERGABE_OPERATOR"),
            static_copy=_static_copy(environment),
            document_limit_bytes=_megabytes(environment, "VERGABE_DOCUMENT_LIMIT_MB", 100),
            request_limit_bytes=_megabytes(environment, "VERGABE_REQUEST_LIMIT_MB", 120),
            upload_limit_bytes=_megabytes(environment, "VERGABE_UPLOAD_LIMIT_MB", 4096),
            upload_quota_bytes=_megabytes(environment, "VERGABE_UPLOAD_QUOTA_MB", 20480),
            trusted_proxies=_networks(environment, "VERGABE_TRUSTED_PROXIES", "127.0.0.0/8, ::1"),
            rate_limits=environment.get("VERGABE_RATE_LIMITS", ""),
            mail_rate=environment.get("VERGABE_MAIL_RATE", ""),
            webhook_networks=_networks(environment, "VERGABE_WEBHOOK_NETWORKS", ""),
            bounce_folder=_maildir(environment),
            keep_done_days=_days(environment, "VERGABE_KEEP_DONE_DAYS", 400),
        )


def eforms_sdk_place(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder or zip of the eForms SDK that the operator named, None if none."""
    place = environment.get("VERGABE_EFORMS_SDK")
    return Path(place).expanduser() if place else None


def data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of database, files and whatever else this place keeps."""
    return Path(environment.get("VERGABE_DATA") or _default_data(environment)).expanduser()


def _default_data(environment: Mapping[str, str]) -> str:
    base = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return f"{base}/vergabe"


def _notice_sender(environment: Mapping[str, str], data: Path) -> str:
    """Return `none`, a folder, or the address of the service that takes notices, made sure of."""
    text = environment.get("VERGABE_NOTICE_SENDER", "").strip()
    if not text:
        return str(data / "notices-out")
    if text == "none":
        return text
    parts = urlsplit(text)
    if "://" not in text:
        folder = Path(text).expanduser()
        if folder.exists() and not folder.is_dir():
            raise SettingsError(
                f"VERGABE_NOTICE_SENDER nennt eine Datei statt eines Ordners: {text!r}. Geben Sie "
                "einen Ordner an, in den Bekanntmachungen gelegt werden, eine https-Adresse oder "
                "none."
            )
        return str(folder)
    is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise SettingsError(
            "VERGABE_NOTICE_SENDER muss mit https:// beginnen, einen Ordner nennen oder none sein "
            f"(http:// nur auf diesem Rechner), angegeben ist {parts.scheme}://{parts.hostname}."
        )
    if parts.password is not None:
        raise SettingsError(
            "VERGABE_NOTICE_SENDER darf kein Passwort enthalten. Setzen Sie es in "
            "VERGABE_NOTICE_SENDER_TOKEN."
        )
    if not environment.get("VERGABE_NOTICE_SENDER_TOKEN"):
        raise SettingsError(
            "VERGABE_NOTICE_SENDER_TOKEN fehlt. Setzen Sie das Zugangs-Token des Datenservice; "
            "steht in VERGABE_NOTICE_SENDER ein Benutzer (https://name%40stadt.de@…), dann dessen "
            "Passwort."
        )
    return text.rstrip("/")


def law_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder of the operator's own law tables, or None; SettingsError if not there."""
    text = environment.get("VERGABE_LAW_TABLES")
    if not text:
        return None
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise SettingsError(
            f"VERGABE_LAW_TABLES nennt keinen Ordner: {text!r}. Geben Sie den Ordner an, in dem "
            "Ihre Tabellen liegen (Namen wie thresholds.toml), oder lassen Sie die Angabe weg."
        )
    return folder


def _static_copy(environment: Mapping[str, str]) -> Path | None:
    """Return the folder for the copy of what is public, None: none is written."""
    text = environment.get("VERGABE_STATIC_COPY")
    return Path(text).expanduser() if text else None


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    """Return the file that a setting names, or None; SettingsError if it is not there."""
    text = environment.get(name)
    if not text:
        return None
    file = Path(text).expanduser()
    if not file.is_file():
        raise SettingsError(f"{name} nennt keine Datei: {text!r}. Geben Sie ihren ganzen Pfad an.")
    return file


def _megabytes(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name} muss eine ganze Zahl von Megabyte ab 1 sein, nicht {text!r}.")
    return int(text) * MEGABYTE


def _days(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or not (text == "0" or int(text) >= MINIMUM_KEPT_DAYS):
        raise SettingsError(
            f"{name} muss eine ganze Zahl von Tagen ab {MINIMUM_KEPT_DAYS} sein, oder 0 für "
            f"unbegrenzt, nicht {text!r}."
        )
    return int(text)


def _database(environment: Mapping[str, str], database_url: str) -> DatabaseSettings:
    """Return time-outs per kind of process, the pool, and the copy for reading."""
    usual = DatabaseSettings()
    replica = environment.get("VERGABE_REPLICA_URL") or None
    if replica is not None and not database_url.startswith("postgresql"):
        raise SettingsError(
            "VERGABE_REPLICA_URL gilt nur mit PostgreSQL. Lassen Sie die Angabe weg, oder nennen "
            "Sie in VERGABE_DATABASE_URL die PostgreSQL-Datenbank, deren Kopie sie ist."
        )
    return DatabaseSettings(
        pool_size=_count(environment, "VERGABE_POOL_SIZE", usual.pool_size, least=1),
        pool_overflow=_count(environment, "VERGABE_POOL_OVERFLOW", usual.pool_overflow),
        pool_wait_seconds=_count(
            environment, "VERGABE_POOL_WAIT_SECONDS", usual.pool_wait_seconds, least=1
        ),
        pool_recycle_seconds=_count(
            environment, "VERGABE_POOL_RECYCLE_SECONDS", usual.pool_recycle_seconds, least=10
        ),
        patience={process: _patience(environment, process) for process in Process},
        replica_url=replica,
        replica_lag_seconds=_count(
            environment, "VERGABE_REPLICA_LAG_SECONDS", usual.replica_lag_seconds, least=1
        ),
    )


def _patience(environment: Mapping[str, str], process: Process) -> Patience:
    usual, prefix = PATIENCE[process], f"VERGABE_{process.upper()}"
    return Patience(
        _count(environment, f"{prefix}_LOCK_SECONDS", usual.lock_seconds),
        _count(environment, f"{prefix}_STATEMENT_SECONDS", usual.statement_seconds),
        _count(environment, f"{prefix}_IDLE_SECONDS", usual.idle_seconds),
    )


def _count(environment: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    text = environment.get(name, str(default)).strip()
    if not text.isdecimal() or int(text) < least:
        raise SettingsError(f"{name} muss eine ganze Zahl ab {least} sein, nicht {text!r}.")
    return int(text)


def _networks(environment: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    """Return the networks of a setting, addresses and networks with commas between them."""
    words = environment.get(name, default).replace(",", " ").split()
    try:
        return tuple(ipaddress.ip_network(word) for word in words)
    except ValueError as error:
        raise SettingsError(
            f"{name} muss Adressen oder Netze nennen, etwa 10.1.2.3, 10.20.0.0/16 ({error})."
        ) from error


def _maildir(environment: Mapping[str, str]) -> Path | None:
    text = environment.get("VERGABE_BOUNCES")
    if not text:
        return None
    folder = Path(text).expanduser()
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise SettingsError(
            f"VERGABE_BOUNCES nennt kein Maildir (Ordner mit new und cur): {text!r}."
        )
    return folder
