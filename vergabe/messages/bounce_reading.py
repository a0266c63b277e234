"""Reading what mail servers answer when they cannot deliver (RFC 3464). Pure.

What comes in at the sender's address is written by strangers: nothing in it is believed but the
fields of the standard, and those only for a mail that we have sent (`bounces`).
"""

import email
import email.policy
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Final

MOST_BYTES: Final = 1024 * 1024
# Not a part of a network address, which many a refusal names.
_STATUS: Final = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_OURS: Final = re.compile(r"<([0-9a-f]{32})@[^<>\s]{1,255}>")
_ADDRESS_IS_DEAD: Final = frozenset(
    {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
)
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True)
class Bounce:
    """One mail that will never arrive at one address.

    letter_id: of the mail, read from its Message-ID; address: as the server names it, in lower
    case, None: not named; status: of RFC 3463, such as 5.1.1, or 4.4.1 where a server has tried
    for days; text: the server's own words.
    """

    letter_id: uuid.UUID
    address: str | None
    status: str
    text: str

    @property
    def is_address_dead(self) -> bool:
        return is_address_dead(self.status)


def is_address_dead(status: str) -> bool:
    """Return whether a status says that nothing will ever arrive at the address.

    Not so where a mailbox is full or one mail was taken for spam: the next may arrive.
    """
    return status in _ADDRESS_IS_DEAD


def status_in(text: str) -> str | None:
    """Return the first enhanced status (RFC 3463) that stands in a server's answer."""
    found = _STATUS.search(text)
    return found[0] if found else None


def bounces_in(content: bytes) -> list[Bounce]:
    """Return what a mail reports; empty for anything that is no report about a mail of ours.

    Delays and successes are reported in the same form and are left out.
    """
    try:
        parsed = email.message_from_bytes(content[:MOST_BYTES], policy=email.policy.compat32)
        if parsed.get_content_type() != "multipart/report":
            return []
        letter_id = _letter_id(parsed)
        return [] if letter_id is None else list(_failures(parsed, letter_id))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The standard library stumbles over some mails; such a one reports nothing to us.
        return []


def _failures(report: Message, letter_id: uuid.UUID) -> Iterator[Bounce]:
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.get_payload():
            if not isinstance(fields, Message) or "Action" not in fields:
                continue
            status = status_in(str(fields.get("Status", "")))
            if str(fields["Action"]).strip().lower() != "failed" or status is None:
                continue
            yield Bounce(letter_id, _address(fields), status, _text(fields))


def _letter_id(report: Message) -> uuid.UUID | None:
    """Return the id of the mail that is reported about, from the copy of its head."""
    for part in report.walk():
        if part.get_content_type() == "message/rfc822":
            copies = part.get_payload()
            copy = copies[0] if isinstance(copies, list) and copies else None
            head = copy.get("Message-ID", "") if isinstance(copy, Message) else ""
        elif part.get_content_type() == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            text = raw.decode("ascii", "replace") if isinstance(raw, bytes) else ""
            head = email.message_from_string(text).get("Message-ID", "")
        else:
            continue
        found = _OURS.search(str(head))
        if found:
            return uuid.UUID(found[1])
    return None


def _address(fields: Message) -> str | None:
    """Return the address that the mail was written to; a forwarder names another as final."""
    for name in ("Original-Recipient", "Final-Recipient"):
        kind, _separator, given = str(fields.get(name, "")).partition(";")
        address = given.strip().strip("<>")
        if kind.strip().lower() == "rfc822" and "@" in address and address.isprintable():
            return address.lower()[:254]
    return None


def _text(fields: Message) -> str:
    _kind, _separator, text = str(fields.get("Diagnostic-Code", "")).partition(";")
    return " ".join(text.split()).replace("\x00", "")[:_LONGEST_TEXT]
