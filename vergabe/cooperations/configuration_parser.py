"""Reading a cooperation's TOML file: bytes in, checked plain facts out."""

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import marshmallow as ma

from vergabe.cooperations import configuration_checks, configuration_schema
from vergabe.cooperations.configuration import CooperationFile
from vergabe.errors import InvalidInput, TooLarge, Violation
from vergabe.web.schema import violations_in

LIMIT_BYTES: Final = 1024 * 1024


def parse(content: bytes, today: dt.date) -> CooperationFile:
    """Return the cooperation that a TOML file describes.

    Raises InvalidInput with a violation for each mistake, its field being the place in the file
    (`members[05358024].inhabitants`; without a key by its number: `members[#2].ags`), and TooLarge
    beyond LIMIT_BYTES. A byte order mark is skipped; other encodings than UTF-8 are refused.
    """
    raw = _toml(content)
    try:
        file = configuration_schema.read(raw)
    except ma.ValidationError as error:
        found = violations_in(error.messages)
        raise InvalidInput.of([_in_place(violation, raw) for violation in found]) from error
    found = list(configuration_checks.violations_of(file, today))
    if found:
        raise InvalidInput.of([_in_place(violation, raw) for violation in found])
    return replace(file, sha256=hashlib.sha256(content).hexdigest())


def _toml(content: bytes) -> dict[str, Any]:
    if len(content) > LIMIT_BYTES:
        raise TooLarge(
            "file_too_large",
            "Die Datei ist größer als 1 MB. Eine Zusammenarbeit braucht nur wenige Kilobyte; bitte "
            "prüfen Sie, ob es die richtige Datei ist.",
        )
    if not content.strip():
        raise InvalidInput("file_empty", "Die Datei ist leer.")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInput(
            "file_not_utf8",
            "Die Datei ist nicht in UTF-8 gespeichert. Speichern Sie sie im Texteditor mit der "
            "Kodierung „UTF-8“ und laden Sie sie noch einmal.",
        ) from None
    except RecursionError:
        raise InvalidInput("file_too_deep", "Die Datei ist zu tief verschachtelt.") from None
    except ValueError as error:
        raise InvalidInput("file_not_toml", _sentence(error)) from None


def _sentence(error: ValueError) -> str:
    text = str(error)
    place = re.search(r"line (\d+), column (\d+)", text)
    if place:
        where = f"in Zeile {place[1]}, Spalte {place[2]}"
    else:
        where = "am Ende der Datei" if "end of document" in text else "an einer zu großen Zahl"
    why = (
        "Dort wird etwas zum zweiten Mal angegeben."
        if re.search(r"Cannot (?:overwrite|declare)", text)
        else "Texte und Schlüssel wie 05358040 stehen in Anführungszeichen, Tage als 2026-12-31, "
        "und unsichtbare Steuerzeichen sind nicht erlaubt."
    )
    return f"Die Datei ist kein gültiges TOML: Fehler {where}. {why}"


def _in_place(violation: Violation, raw: Mapping[str, Any]) -> Violation:
    """Return a violation whose field names entries of lists by their key instead of an index."""
    place = ""
    here: Any = raw
    for part in (violation.field or "").split("."):
        if isinstance(here, list) and part.isdecimal() and int(part) < len(here):
            here = here[int(part)]
            place += f"[{_name_of(here) or '#' + str(int(part) + 1)}]"
            continue
        if not isinstance(here, Mapping) or (part in ("key", "value") and part not in here):
            continue  # marshmallow tells keys and values of a mapping apart; people need not
        here = here.get(part)
        place += f".{part}" if place else part
    return Violation(violation.code, violation.message, law=violation.law, field=place or None)


def _name_of(entry: Any) -> str | None:
    if not isinstance(entry, Mapping):
        return None
    for name in ("ags", "ars", "key", "email"):
        value = entry.get(name)
        if isinstance(value, str) and re.fullmatch(r"[\w@.+-]{1,60}", value):
            return value
    return None
