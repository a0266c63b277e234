"""The arithmetic of the chain, in a form that a stranger can repeat with a short script."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

GENESIS: Final = "0" * 64


def canonical(fields: Mapping[str, Any]) -> bytes:
    """Return the bytes that are hashed: JSON, sorted keys, no blanks, UTF-8, no escapes."""
    return json.dumps(
        fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def refuse_floats(value: object) -> None:
    """Raise TypeError for a float anywhere in the details of an act.

    A database may write one down otherwise than JSON does (1e16); the hash would not hold then.
    """
    if isinstance(value, float):
        raise TypeError("details of the record hold no floats")
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for each in value:
        refuse_floats(each)


def entry_hash(previous_hash: str, fields: Mapping[str, Any]) -> str:
    """Return SHA-256 (hex) over the previous hash (as text) and the canonical fields."""
    return hashlib.sha256(previous_hash.encode() + canonical(fields)).hexdigest()


def hashed_fields(
    *,
    stream: str,
    sequence: int,
    at: dt.datetime,
    actor_name: str,
    actor_user_id: uuid.UUID | None,
    organisation_id: uuid.UUID | None,
    organisation_name: str,
    action: str,
    subject_kind: str,
    subject_id: uuid.UUID | None,
    summary: str,
    reason: str | None,
    details: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the fields of an entry in the form in which they are hashed and exported.

    `at` becomes ISO 8601 in UTC with microseconds; ids become text.
    """
    return {
        "stream": stream,
        "sequence": sequence,
        "at": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor_name": actor_name,
        "actor_user_id": str(actor_user_id) if actor_user_id else None,
        "organisation_id": str(organisation_id) if organisation_id else None,
        "organisation_name": organisation_name,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": str(subject_id) if subject_id else None,
        "summary": summary,
        "reason": reason,
        "details": dict(details),
    }


def breaks(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a German sentence for each place where a chain of exported entries does not hold.

    entries: in order of `sequence`; each has the hashed fields and `previous_hash`, `entry_hash`.
    """
    previous, expected_sequence = GENESIS, 1
    for entry in entries:
        fields = {k: v for k, v in entry.items() if k not in ("previous_hash", "entry_hash")}
        sequence = entry["sequence"]
        if sequence != expected_sequence:
            yield f"Eintrag {expected_sequence} fehlt, es folgt Eintrag {sequence}."
        if entry["previous_hash"] != previous:
            yield f"Eintrag {sequence} schließt nicht an seinen Vorgänger an."
        if entry_hash(entry["previous_hash"], fields) != entry["entry_hash"]:
            yield f"Eintrag {sequence} wurde nachträglich verändert."
        previous, expected_sequence = entry["entry_hash"], sequence + 1
