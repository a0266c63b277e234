"""JSON Lines: one JSON object a line, every broken line named by its number."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO, Final

from vergabe.errors import TooLarge, Violation
from vergabe.exchange.sheet_source import MAX_ROWS, damaged

MAX_LINE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class JsonLine:
    """One line: its object, or why there is none. Numbers with a fraction are Decimal."""

    number: int
    record: dict[str, Any]
    problem: Violation | None = None


def read_json_lines(stream: BinaryIO, *, max_rows: int = MAX_ROWS) -> Iterator[JsonLine]:
    """Yield the objects of a JSON Lines file (UTF-8, with or without BOM); blank lines are skipped.

    A line that is no object has a `problem` and an empty record. Raises InvalidInput if the file
    as a whole is something else, TooLarge beyond `max_rows` lines or MAX_LINE_BYTES in one.
    """
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
            _check_start(raw)
        if len(raw) > MAX_LINE_BYTES:
            raise TooLarge(
                "line_too_long",
                f"Zeile {number} ist länger als 1 Megabyte. Jeder Datensatz steht in einer "
                "eigenen Zeile.",
            )
        if number > max_rows:
            raise TooLarge(
                "too_many_rows",
                f"Die Datei hat mehr als {max_rows} Zeilen. Bitte teilen Sie sie auf.",
            )
        if raw.strip():
            yield _line(number, raw)


def _check_start(raw: bytes) -> None:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise damaged("Die Datei ist in UTF-16 gespeichert. Bitte speichern Sie sie als UTF-8.")
    if raw.lstrip().startswith(b"["):
        raise damaged(
            "Die Datei beginnt mit einer JSON-Liste. Erwartet wird JSON Lines: je Zeile ein Objekt "
            "in geschweiften Klammern, ohne Kommas dazwischen."
        )


def _line(number: int, raw: bytes) -> JsonLine:
    try:
        record = json.loads(raw.decode(), parse_float=Decimal, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        return _broken(
            number, f"enthält an Stelle {error.start + 1} ein Zeichen, das kein UTF-8 ist"
        )
    except json.JSONDecodeError as error:
        return _broken(number, f"ist kein gültiges JSON (Stelle {error.pos + 1})")
    except (ValueError, RecursionError, ArithmeticError):
        return _broken(number, "enthält eine unmögliche Zahl oder ist zu tief verschachtelt")
    if not isinstance(record, dict):
        return _broken(number, "ist kein JSON-Objekt in geschweiften Klammern")
    return JsonLine(number, record)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _broken(number: int, what: str) -> JsonLine:
    message = f"Zeile {number} {what}. Bitte berichtigen Sie die Zeile."
    return JsonLine(number, {}, Violation("broken_line", message))
