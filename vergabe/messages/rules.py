"""What a message is made of: a subject on one line, a hash over its content, its own key."""

import hashlib
import uuid
from typing import Final

SUBJECT_LENGTH: Final = 400
KEY_LENGTH: Final = 200
INVITATION: Final = "invitation"
"""Kind of the messages that tell suppliers of a new notice that matches their profile."""

IMPORTANT: Final = frozenset({"change_notice", "cancellation_notice", "answer"})
"""Kinds on which a bid may hang: what is asked for, until when, and whether at all."""


def one_line(subject: str) -> str:
    """Return a subject on one line without control characters, at most 400 characters."""
    clean = subject if subject.isprintable() else _printable(subject)
    line = " ".join(clean.split())
    return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def content_sha256(subject: str, body: str) -> str:
    """Return SHA-256 (hex) over subject, line feed, body in UTF-8: the evidence of the content."""
    return hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()


def fitting_key(key: str) -> str:
    """Return the key itself if it fits its column, else its hash."""
    return key if len(key) <= KEY_LENGTH else f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def opt_out_scope(kind: str, tender_id: uuid.UUID | None) -> str:
    """Return what somebody no longer gets who unsubscribes from a mail.

    News of one tender end for that tender; everything else (invitations to new tenders as well)
    ends for its kind.
    """
    return tender_scope(tender_id) if tender_id and kind != INVITATION else f"kind:{kind}"


def tender_scope(tender_id: uuid.UUID) -> str:
    """Return the scope of all news of one tender."""
    return f"tender:{tender_id}"


def opt_out_scopes(kind: str, tender_id: uuid.UUID | None) -> list[str]:
    """Return the scopes of opting out that keep a message of this kind from being mailed."""
    scopes = [f"kind:{kind}"]
    if tender_id:
        scopes.append(tender_scope(tender_id))
    return scopes
