"""What may be uploaded, by whom, and how large: one row per purpose, registered at the start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask, current_app

from vergabe.access.permissions import Permission
from vergabe.errors import InvalidInput
from vergabe.uploads.rules import size_in_words

_KEY: Final = "vergabe_uploads"


@dataclass(frozen=True)
class Purpose:
    """What a file is uploaded for.

    check_name: returns the name as it is kept, raises InvalidInput in German for a kind of file
    that this purpose does not take; accepts_empty: whether a file without a byte makes sense.
    """

    key: str
    permission: Permission
    limit_bytes: int
    check_name: Callable[[str], str]
    accepts_empty: bool = False


def set_purposes(app: Flask, purposes: tuple[Purpose, ...]) -> None:
    """Set what may be uploaded (done once by the registry)."""
    app.extensions[_KEY] = {purpose.key: purpose for purpose in purposes}
    app.jinja_env.globals["upload_limit_bytes"] = lambda key: find(key).limit_bytes
    app.jinja_env.globals["upload_limit_words"] = lambda key: size_in_words(find(key).limit_bytes)


def find(key: str) -> Purpose:
    """Return a purpose; InvalidInput if there is none of this key."""
    known = cast(Mapping[str, Purpose], current_app.extensions[_KEY])
    if key not in known:
        raise InvalidInput(
            "purpose_unknown",
            f"Wofür ist die Datei? Möglich sind: {', '.join(sorted(known))}.",
            field="purpose",
        )
    return known[key]
