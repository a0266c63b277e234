"""What the tus protocol 1.0 says about heads, and what we refuse. Pure."""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Final

from vergabe.errors import DomainError, InvalidInput, Refused, TooLarge

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,termination,checksum"
CHECKSUMS: Final[Mapping[str, Callable[[], Any]]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
BODY_TYPE: Final = "application/offset+octet-stream"

KEEP: Final = dt.timedelta(days=3)
"""How long an upload waits for its next piece, and a complete one for its use."""
MOST_OPEN: Final = 500
"""Uploads under way at once for one organisation."""
_DIGITS: Final = re.compile(r"\d{1,15}", re.ASCII)
_MOST_METADATA: Final = 2000
MEGABYTE: Final = 1024 * 1024
GIGABYTE: Final = 1024 * MEGABYTE


class Locked(DomainError):
    """Another request writes to the same upload right now (423)."""

    status = 423
    title = "Wird gerade übertragen"


class ChecksumWrong(DomainError):
    """The bytes that came are not those that were sent (460, as the protocol has it)."""

    status = 460
    title = "Übertragungsfehler"


def size_in_words(size_bytes: int) -> str:
    """Return a limit as people say it: `100 Megabyte`, `4 Gigabyte`."""
    if size_bytes >= GIGABYTE:
        return f"{size_bytes / GIGABYTE:.1f} Gigabyte".replace(".0 ", " ").replace(".", ",")
    return f"{max(1, size_bytes // MEGABYTE)} Megabyte"


def whole_number(text: str | None, header: str) -> int:
    """Return the number in a head; InvalidInput if it is missing or none."""
    if text is None or not _DIGITS.fullmatch(text.strip()):
        raise InvalidInput(
            "header_invalid", f"Der Kopf {header} muss eine ganze Zahl ab 0 sein.", field=header
        )
    return int(text)


def metadata(header: str | None) -> dict[str, str]:
    """Return the pairs of `Upload-Metadata`; InvalidInput for anything but base64 of UTF-8."""
    if header is None or not header.strip():
        return {}
    if len(header) > _MOST_METADATA:
        raise _bad_metadata(f"ist länger als {_MOST_METADATA} Zeichen")
    found: dict[str, str] = {}
    for pair in header.split(","):
        key, _, coded = pair.strip().partition(" ")
        try:
            value = base64.b64decode(coded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise _bad_metadata("ist kein Base64 von UTF-8") from error
        if not key or key in found:
            raise _bad_metadata("hat einen leeren oder doppelten Schlüssel")
        found[key] = value
    return found


def _bad_metadata(what: str) -> InvalidInput:
    return InvalidInput(
        "metadata_invalid", f"Der Kopf Upload-Metadata {what}.", field="Upload-Metadata"
    )


@dataclass(frozen=True)
class Checksum:
    """What the client says about the bytes of one request."""

    algorithm: str
    digest: bytes

    def check(self, found: bytes) -> None:
        """Raise ChecksumWrong unless the digest of what came is the one that was sent."""
        if not hmac.compare_digest(found, self.digest):
            raise ChecksumWrong(
                "checksum_mismatch",
                "Beim Übertragen ist etwas verfälscht worden. Das Stück wird verworfen; bitte "
                "senden Sie es noch einmal.",
            )


def checksum(header: str | None) -> Checksum | None:
    """Return what `Upload-Checksum` says; InvalidInput for an algorithm that we do not know."""
    if header is None:
        return None
    algorithm, _, coded = header.strip().partition(" ")
    try:
        digest = base64.b64decode(coded.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm not in CHECKSUMS or not digest:
        raise InvalidInput(
            "checksum_invalid",
            f"Der Kopf Upload-Checksum muss eines von {', '.join(CHECKSUMS)} und Base64 nennen.",
            field="Upload-Checksum",
        )
    return Checksum(algorithm, digest)


def check_size(size_bytes: int, limit_bytes: int, name: str) -> None:
    """Raise TooLarge before a byte has come if the file will be larger than allowed."""
    if size_bytes > limit_bytes:
        raise TooLarge(
            "file_too_large",
            f"„{name}“ hat {size_in_words(size_bytes)}; erlaubt sind höchstens "
            f"{size_in_words(limit_bytes)} je Datei. Bitte teilen oder verkleinern Sie sie.",
            field="Upload-Length",
        )


def check_quota(open_bytes: int, open_count: int, size_bytes: int, quota_bytes: int) -> None:
    """Raise Refused when an organisation has too much under way."""
    if open_bytes + size_bytes > quota_bytes or open_count >= MOST_OPEN:
        raise Refused(
            "upload_quota",
            f"Ihre Organisation hat schon {open_count} Dateien mit zusammen "
            f"{size_in_words(open_bytes)} hochgeladen, die noch nirgends übernommen sind; erlaubt "
            f"sind {size_in_words(quota_bytes)}. Übernehmen oder verwerfen Sie zuerst einige. Was "
            "liegen bleibt, wird nach drei Tagen gelöscht.",
        )


def check_offset(given: int, current: int) -> None:
    """Raise Refused (409) unless a piece goes on where the last one ended."""
    if given != current:
        raise Refused(
            "offset_conflict",
            f"Es geht bei Byte {current} weiter, gesendet wurde ab Byte {given}.",
        )


def expires(at: dt.datetime) -> str:
    """Return an instant as `Upload-Expires` has it (RFC 9110)."""
    return format_datetime(at.astimezone(dt.UTC), usegmt=True)
