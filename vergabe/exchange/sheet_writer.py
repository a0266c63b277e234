"""Tables as XLSX and CSV for people: exports that no program takes for formulas.

Texts go into workbooks as texts, never as formulas. CSV knows no types, so a text that begins like
a formula gets an apostrophe before it (spreadsheets show it, `csv_reader` takes it away again).
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from vergabe.clock import BERLIN
from vergabe.exchange.german import format_decimal
from vergabe.exchange.german_dates import format_date

# None is an empty cell; an aware datetime is shown in Europe/Berlin; amounts come as Decimal euros.
TableValue = str | bool | int | Decimal | dt.date | None

# What the workbook format allows in one cell and on one sheet.
CELL_CHARS_MAX: Final = 32_767
SHEET_ROWS_MAX: Final = 1_048_576
_CUT: Final = " … (gekürzt)"
_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r")
_WIDTH_MIN: Final = 10
_WIDTH_MAX: Final = 60
# Stands in every workbook as its day of creation, so that the same rows give the same bytes.
_CREATED: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - the file format has no zone here


def write_table_xlsx(
    headers: Sequence[str], rows: Iterable[Sequence[TableValue]], *, sheet_name: str = "Tabelle"
) -> bytes:
    """Return a workbook with one sheet: bold headers, frozen, with filters; values by their type.

    Raises ValueError for more rows than a sheet has. Texts above 32,767 characters are cut visibly.
    """
    buffer, workbook = new_workbook()
    sheet = workbook.add_worksheet(sheet_name_for(sheet_name))
    formats = _Formats(workbook)
    widths = [len(header) for header in headers]
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, formats.header)
    count = 0
    for count, row in enumerate(rows, start=1):
        if count >= SHEET_ROWS_MAX:
            raise ValueError(f"a sheet has at most {SHEET_ROWS_MAX} rows")
        for column, value in enumerate(row):
            shown = write_value(sheet, count, column, value, formats)
            widths[column] = max(widths[column], min(shown, _WIDTH_MAX))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, max(width + 2, _WIDTH_MIN))
    sheet.freeze_panes(1, 0)
    if headers:
        sheet.autofilter(0, 0, count, len(headers) - 1)
    workbook.close()
    return buffer.getvalue()


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, workbook: Any) -> None:
        self.header = workbook.add_format({"bold": True, "bg_color": "#E6ECF2", "bottom": 1})
        self.text = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.decimal = workbook.add_format({"num_format": "#,##0.00##", "valign": "top"})
        self.whole = workbook.add_format({"num_format": "#,##0", "valign": "top"})
        self.day = workbook.add_format({"num_format": "dd.mm.yyyy", "valign": "top"})
        self.instant = workbook.add_format({"num_format": "dd.mm.yyyy hh:mm", "valign": "top"})


def new_workbook() -> tuple[io.BytesIO, Any]:
    """Return a buffer and an XlsxWriter workbook that writes into it when it is closed."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    # Loaded with the first table: most processes write none.
    import xlsxwriter

    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.set_properties({"created": _CREATED})
    return buffer, workbook


def sheet_name_for(text: str) -> str:
    """Return a text as a sheet may be called: 31 characters, without the forbidden ones."""
    return re.sub(r"[\[\]:*?/\\]", " ", text).strip(" '")[:31] or "Tabelle"


def write_value(sheet: Any, row: int, column: int, value: TableValue, formats: _Formats) -> int:
    """Write one value by its type and return about how many characters wide it is."""
    if value is None:
        return 0
    if isinstance(value, str):
        text = _fitting(value)
        sheet.write_string(row, column, text, formats.text)
        return max((len(line) for line in text.splitlines()), default=0)
    if isinstance(value, bool):
        sheet.write_string(row, column, _yes_no(value), formats.text)
        return 4
    if isinstance(value, dt.datetime):
        # Without its fraction, which would be rounded: up to the next day, or past a deadline.
        shown = _berlin(value).replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(row, column, shown, formats.instant)
        return 16
    if isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, formats.day)
        return 10
    is_whole = isinstance(value, int)
    sheet.write_number(row, column, value, formats.whole if is_whole else formats.decimal)
    return len(format_decimal(Decimal(value)))


def _fitting(text: str) -> str:
    return text if len(text) <= CELL_CHARS_MAX else text[: CELL_CHARS_MAX - len(_CUT)] + _CUT


def _yes_no(value: bool) -> str:
    return "ja" if value else "nein"


def _berlin(instant: dt.datetime) -> dt.datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(BERLIN)


def write_table_csv(headers: Sequence[str], rows: Iterable[Sequence[TableValue]]) -> bytes:
    """Return a CSV file as German spreadsheets open it: UTF-8 with BOM, `;`, CRLF, `1234,5`.

    Texts that begin like a formula get an apostrophe before them; numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_guarded(header) for header in headers])
    for row in rows:
        writer.writerow([_as_csv(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _as_csv(value: TableValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _guarded(value)
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, dt.datetime):
        instant = _berlin(value)
        return f"{format_date(instant.date())} {instant:%H:%M}"
    if isinstance(value, dt.date):
        return format_date(value)
    return format_decimal(Decimal(value)).replace(".", "")


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_START) else text
