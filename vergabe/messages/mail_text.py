"""A mail as bytes: built from ready parts, because thousands differ in address and link alone.

Whatever stands in a subject, a name or an address, no header can be added by it: subjects are one
line (`rules.one_line`), encoded words hold everything that is not plain ASCII, and an address with
a blank or a control character is refused.
"""

import binascii
import datetime as dt
import re
import uuid
from dataclasses import dataclass
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Final

import idna

from vergabe.messages import rules

DEFAULT_SENDER_NAME: Final = "Vergabe"
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_HEADER_WIDTH: Final = 76


class UnusableAddress(ValueError):
    """Nothing can be sent to this address, now or later."""


@dataclass(frozen=True)
class Sender:
    """Who sends: envelope address, ready From header, and the host in Message-IDs."""

    address: str
    header: str
    host: str

    @classmethod
    def of(cls, mail_from: str, host: str) -> "Sender":
        """Return the sender for `name@host` or `Name <name@host>`; UnusableAddress otherwise."""
        name, address = parseaddr(mail_from)
        address = envelope_address(address)
        shown = formataddr((name or DEFAULT_SENDER_NAME, address), charset="utf-8")
        return cls(address, rules.one_line(shown), host)


@dataclass(frozen=True)
class Letter:
    """What one mail says to whom; `id` makes its Message-ID, the same at every attempt."""

    id: uuid.UUID
    to: str
    subject: str
    body: str
    unsubscribe_url: str | None = None


def envelope_address(address: str) -> str:
    """Return an address as SMTP takes it (host in ASCII); UnusableAddress if it is none."""
    local, at, host = address.strip().rpartition("@")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise UnusableAddress(address) from error
    if not at or not _LOCAL_PART.fullmatch(local) or not _HOST.fullmatch(host):
        raise UnusableAddress(address)
    return f"{local}@{host}"


def message_id(letter_id: uuid.UUID, host: str) -> str:
    """Return the Message-ID of a letter, with its angle brackets."""
    return f"<{letter_id.hex}@{host}>"


def mail_bytes(letter: Letter, sender: Sender, *, to: str, at: dt.datetime) -> bytes:
    """Return the whole mail (RFC 5322, lines end in CRLF); `to` as `envelope_address` gives it.

    Plain text in UTF-8 as quoted-printable, which every server passes on unchanged. With an
    unsubscribe address it can be left in one click (RFC 8058).
    """
    head = [
        f"Date: {_date(at.replace(microsecond=0))}",
        f"From: {sender.header}",
        f"To: {to}",
        _subject_header(letter.subject),
        f"Message-ID: {message_id(letter.id, sender.host)}",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "Auto-Submitted: auto-generated",
    ]
    tail = b""
    if letter.unsubscribe_url:
        head += [
            f"List-Unsubscribe: <{letter.unsubscribe_url}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ]
        tail = _quoted_printable(_unsubscribe_text(letter.unsubscribe_url))
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + _body(letter.body) + tail


def _unsubscribe_text(url: str) -> str:
    return f"\n\n-- \nSie möchten solche E-Mails nicht mehr bekommen? Hier abbestellen:\n{url}\n"


@lru_cache(maxsize=4)
def _date(second: dt.datetime) -> str:
    return format_datetime(second.astimezone(dt.UTC))


@lru_cache(maxsize=256)
def _subject_header(text: str) -> str:
    subject = rules.one_line(text)
    # What looks like an encoded word already would be decoded by the reader's program.
    charset = "us-ascii" if subject.isascii() and "=?" not in subject else "utf-8"
    header = Header(subject, charset, maxlinelen=_HEADER_WIDTH, header_name="Subject")
    return f"Subject: {header.encode(linesep=chr(13) + chr(10))}"


@lru_cache(maxsize=256)
def _body(text: str) -> bytes:
    return _quoted_printable(text)


def _quoted_printable(text: str) -> bytes:
    unix = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    return binascii.b2a_qp(unix, istext=True).replace(b"\n", b"\r\n")
