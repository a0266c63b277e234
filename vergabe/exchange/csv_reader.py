"""CSV as spreadsheets and administrations write it: character set and separator found out."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from vergabe.errors import InvalidInput, TooLarge, Violation
from vergabe.exchange.sheet_rows import (
    HEADER_SEARCHED_ROWS,
    Cell,
    HeaderScore,
    Row,
    Table,
    header_row,
    named_headers,
    no_header,
)
from vergabe.exchange.sheet_source import MAX_COLUMNS, MAX_ROWS, damaged

_SEPARATORS: Final = (";", ",", "\t", "|")
_SAMPLE_CHARS: Final = 200_000
# A German letter in UTF-8; in a file that is not UTF-8 as a whole it shows that two are mixed.
_UTF8_UMLAUT: Final = re.compile(rb"\xc3[\x84\x96\x9c\x9f\xa4\xb6\xbc]")
# Our own exports put an apostrophe before these, so that no program takes a text for a formula.
_GUARDED: Final = re.compile(r"\A'(?=[=+\-@\t\r])")


def read_csv(stream: BinaryIO, score: HeaderScore) -> Table:
    """Return the table of a CSV file: UTF-8 with or without BOM, UTF-16 with BOM or Windows-1252.

    The separator (`;`, `,`, tab or `|`) is the one with which a header row scores best; a first
    line `sep=;` is obeyed. Raises InvalidInput if character set, header or quoting cannot be made
    out, and TooLarge beyond MAX_ROWS and MAX_COLUMNS; quoting and size only while rows are read.
    """
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), errors="strict", newline="")
    try:
        sample = text.read(_SAMPLE_CHARS)
    except UnicodeDecodeError:
        raise _unknown_encoding(1) from None
    text.seek(0)
    separator, header_number = _layout(sample, score)
    records = _records(text, separator)
    for number, record in records:
        if number == header_number:
            # First, because names are compared with each other.
            _check_width(len(record))
            names = named_headers(record)
            headers = {
                name: f"Zeile {number}, Feld {position}"
                for position, name in enumerate(names, start=1)
                if name
            }
            return Table(headers, _rows(records, names))
    raise no_header()


def _encoding(stream: BinaryIO) -> str:
    start = stream.read(4)
    stream.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    bad_line = _first_line_not_utf8(stream)
    if bad_line is None:
        return "utf-8-sig"
    if any(_UTF8_UMLAUT.search(line) for line in stream):
        raise damaged(
            "Die Datei mischt zwei Zeichensätze: In Zeile "
            f"{bad_line} steht kein UTF-8, an anderen Stellen schon. Bitte speichern Sie sie als "
            "„CSV UTF-8“."
        )
    stream.seek(0)
    return "cp1252"


def _first_line_not_utf8(stream: BinaryIO) -> int | None:
    found = None
    for number, line in enumerate(stream, start=1):
        try:
            line.decode()
        except UnicodeDecodeError:
            found = number
            break
    stream.seek(0)
    return found


def _layout(sample: str, score: HeaderScore) -> tuple[str, int]:
    """Return the separator and the number of the header row; InvalidInput if there is none."""
    told = re.match(r"sep=(.)\r?\n", sample)
    best: tuple[int, str, int] | None = None
    for separator in (told[1],) if told else _SEPARATORS:
        first = _first_records(sample, separator)
        number = header_row(first, score)
        if number is None:
            continue
        found = score(next(texts for position, texts in first if position == number))
        if best is None or found > best[0]:
            best = (found, separator, number)
    if best is None:
        raise no_header()
    return best[1], best[2]


def _first_records(sample: str, separator: str) -> list[tuple[int, list[str]]]:
    first: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    try:
        for number, record in enumerate(reader, start=1):
            if number > HEADER_SEARCHED_ROWS:
                break
            first.append((number, record))
    except csv.Error:
        # With a wrong separator the quotes may not fit; what was read so far is enough to judge.
        return first
    return first


def _records(text: io.TextIOWrapper, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield records with their numbers, counted as spreadsheets count rows: blank ones too."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    number = 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError:
            raise _unknown_encoding(reader.line_num + 1) from None
        except csv.Error:
            raise InvalidInput(
                "csv_quoting",
                f"Bei Zeile {reader.line_num} passen die Anführungszeichen nicht. Ein Text mit "
                "Anführungszeichen steht in Anführungszeichen, die inneren sind verdoppelt: "
                '"19"" Monitor". Tabellenprogramme speichern das von selbst richtig.',
            ) from None
        number += 1
        if number > MAX_ROWS + HEADER_SEARCHED_ROWS:
            raise TooLarge(
                "too_many_rows",
                f"Die Tabelle hat mehr als {MAX_ROWS} Zeilen. Bitte teilen Sie sie auf.",
            )
        yield number, record


def _unknown_encoding(line: int) -> InvalidInput:
    return damaged(
        f"Ab Zeile {line} stehen Zeichen, die weder UTF-8 noch Windows-1252 sind. "
        "Bitte speichern Sie die Datei als „CSV UTF-8“."
    )


def _check_width(columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise TooLarge(
            "too_many_columns",
            f"Die Tabelle hat {columns} Spalten, höchstens {MAX_COLUMNS} sind möglich.",
        )


def _rows(records: Iterator[tuple[int, list[str]]], names: Sequence[str]) -> Iterator[Row]:
    for number, record in records:
        cells = {
            name: Cell(_GUARDED.sub("", value), f"Zeile {number}, Feld {name}")
            for name, value in zip(names, record, strict=False)
            if name
        }
        yield Row(number, cells, _problem(record, names))


def _problem(record: Sequence[str], names: Sequence[str]) -> Violation | None:
    surplus = [value for value in record[len(names) :] if value.strip()]
    if surplus:
        message = (
            f"Die Zeile hat {len(record)} Felder, die Kopfzeile {len(names)}. Wahrscheinlich steht "
            "ein Trennzeichen in einem Text; solche Texte müssen in Anführungszeichen stehen."
        )
        return Violation("too_many_fields", message)
    if len(record) == 1 and len(names) > 2 and any(record[0].count(s) >= 2 for s in _SEPARATORS):
        message = (
            "Die Zeile besteht aus einem einzigen Feld: Sie benutzt wohl ein anderes Trennzeichen "
            "als die Kopfzeile. Bitte benutzen Sie in der ganzen Datei dasselbe."
        )
        return Violation("other_separator", message)
    return None
