"""A list as a file: all rows that the filters leave, in the list's order, by type."""

import datetime as dt
from typing import Any, Final

from flask import Response
from sqlalchemy.orm import Session

from vergabe.clock import berlin_day
from vergabe.errors import InvalidInput, Refused
from vergabe.exchange import sheet_writer
from vergabe.web import list_pages
from vergabe.web.downloads import content_disposition
from vergabe.web.lists import Asked

ROWS_MAX: Final = 20_000
MEDIA_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def answer(session: Session, asked: Asked[Any], kind: str, *, now: dt.datetime) -> Response:
    """Return the list as `xlsx` or `csv` to keep, named after it and the German day of `now`.

    Raises InvalidInput for filters that are wrong or another kind, and Refused for more rows than
    ROWS_MAX: half a list looks like a whole one.
    """
    if asked.violations:
        raise InvalidInput.of(asked.violations)
    if kind not in MEDIA_TYPES:
        message = "Listen gibt es als Excel-Datei (xlsx) und als CSV-Datei (csv)."
        raise InvalidInput("format_unknown", message, field="als")
    if list_pages.is_longer_than(session, asked, ROWS_MAX):
        raise Refused(
            "list_too_long",
            f"Diese Liste hat mehr als {ROWS_MAX:,} Zeilen.".replace(",", ".")
            + " Grenzen Sie sie mit den Filtern ein und laden Sie die Teile einzeln herunter.",
        )
    columns = [(each.label, each.value) for each in asked.listing.columns if each.value]
    rows = (
        [value(row) for _, value in columns]
        for row in list_pages.every_row(session, asked, most=ROWS_MAX)
    )
    headers, title = [label for label, _ in columns], asked.listing.title
    content = (
        sheet_writer.write_table_xlsx(headers, rows, sheet_name=title)
        if kind == "xlsx"
        else sheet_writer.write_table_csv(headers, rows)
    )
    response = Response(content, content_type=MEDIA_TYPES[kind])
    name = f"{title} {berlin_day(now).isoformat()}.{kind}".replace("/", "-").replace(" ", "-")
    response.headers["Content-Disposition"] = content_disposition(name)
    return response
