"""A list as a file: all rows that the filters leave, in the list's order, by type."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

from flask import Response
from sqlalchemy.orm import Session

from vergabe.clock import berlin_day
from vergabe.errors import InvalidInput, Refused
from vergabe.exchange import sheet_writer
from vergabe.texts import gettext as _
from vergabe.web import list_pages
from vergabe.web.downloads import content_disposition
from vergabe.web.lists import Asked

AT_ONCE: Final = 3_000
"""So many rows are a file within a second; more of them are written in the background."""
ROWS_MAX: Final = 100_000
MEDIA_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
KIND_NAMES: Final = {"xlsx": "Excel", "csv": "CSV"}

Noted = Callable[[int], None]


def check(asked: Asked[Any], kind: str) -> None:
    """Raise InvalidInput for filters that are wrong or another kind than `xlsx` and `csv`."""
    if asked.violations:
        raise InvalidInput.of(asked.violations)
    if kind not in MEDIA_TYPES:
        message = _("Listen gibt es als Excel-Datei (xlsx) und als CSV-Datei (csv).")
        raise InvalidInput("format_unknown", message, field="als")


def is_large(session: Session, asked: Asked[Any]) -> bool:
    """Return whether the file had better be written in the background."""
    return list_pages.is_longer_than(session, asked, AT_ONCE)


def content(
    session: Session, asked: Asked[Any], kind: str, *, noted: Noted = lambda _count: None
) -> bytes:
    """Return the file; `noted` is told every now and then how many rows it has.

    Raises Refused for more than ROWS_MAX: half a list looks like a whole one.
    """
    if list_pages.is_longer_than(session, asked, ROWS_MAX):
        raise Refused(
            "list_too_long",
            f"Diese Liste hat mehr als {ROWS_MAX:,} Zeilen.".replace(",", ".")
            + " Grenzen Sie sie mit den Filtern ein und laden Sie die Teile einzeln herunter.",
        )
    columns = [(str(each.label), each.value) for each in asked.listing.columns if each.value]
    headers, title = [label for label, _value in columns], str(asked.listing.title)

    def rows() -> Iterator[list[sheet_writer.TableValue]]:
        every = list_pages.every_row(session, asked, most=ROWS_MAX)
        for count, row in enumerate(every, start=1):
            if count % 500 == 0:
                noted(count)
            yield [_plain(value(row)) for _label, value in columns]

    if kind == "xlsx":
        return sheet_writer.write_table_xlsx(headers, rows(), sheet_name=title)
    return sheet_writer.write_table_csv(headers, rows())


def _plain(value: sheet_writer.TableValue) -> sheet_writer.TableValue:
    # Words of a table made once are translated where they are shown: here.
    return str(value) if isinstance(value, str) else value


def name_of(asked: Asked[Any], kind: str, *, now: dt.datetime) -> str:
    """Return the name of the file: the list and the German day of `now`."""
    name = f"{asked.listing.title} {berlin_day(now).isoformat()}.{kind}"
    return name.replace("/", "-").replace(" ", "-")


def answer(session: Session, asked: Asked[Any], kind: str, *, now: dt.datetime) -> Response:
    """Return the list as `xlsx` or `csv` to keep; errors as `check` and `content`."""
    check(asked, kind)
    response = Response(content(session, asked, kind), content_type=MEDIA_TYPES[kind])
    response.headers["Content-Disposition"] = content_disposition(name_of(asked, kind, now=now))
    return response
