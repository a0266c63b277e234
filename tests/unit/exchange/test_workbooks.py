"""XLSX: what is read from workbooks, what is refused before a reader sees it, what we write."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from vergabe import money
from vergabe.errors import DomainError, InvalidInput, TooLarge
from vergabe.exchange.demand_columns import EXAMPLE_REFERENCE
from vergabe.exchange.demand_input import ItemInput
from vergabe.exchange.demand_template import demand_template_xlsx
from vergabe.exchange.sheet_writer import write_table_csv, write_table_xlsx
from vergabe.exchange.sheets import DemandSheet, read_demand_rows

TODAY = dt.date(2026, 11, 23)
HEADERS = ["Titel", "CPV", "Menge", "Einheit", "Bedarf ab", "PLZ", "Kostenstelle"]


def read(content: bytes, name: str = "bedarfe.xlsx") -> DemandSheet:
    return read_demand_rows(io.BytesIO(content), name, today=TODAY)


def workbook(fill: Callable[[Any, Any], None]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    fill(book, book.add_worksheet("Bedarfe"))
    book.close()
    return buffer.getvalue()


def with_headers(*rows: list[Any]) -> bytes:
    def fill(_: Any, sheet: Any) -> None:
        for number, row in enumerate([HEADERS, *rows]):
            sheet.write_row(number, 0, row)

    return workbook(fill)


def repacked(content: bytes, changes: dict[str, bytes | None]) -> bytes:
    """Return the archive with parts replaced, added or (None) taken out."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()} | changes
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return buffer.getvalue()


def sheet_xml(cells: str) -> bytes:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


def refusal(content: bytes, name: str = "bedarfe.xlsx") -> DomainError:
    with pytest.raises((InvalidInput, TooLarge)) as refused:
        read(content, name)
    return refused.value


def test_typed_cells_keep_their_type_and_addresses() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write(1, 1, "Bedarfsmeldung")
        for column, header in enumerate(HEADERS, start=2):
            sheet.write(4, column, header)
        sheet.write_row(5, 2, ["Büromöbel", 39130000, 1.234, "Stk."])
        sheet.write_datetime(5, 6, dt.datetime.fromisoformat("2027-03-01"), day)
        sheet.write_row(5, 7, [1067, 4711])
        sheet.write_row(6, 2, ["Salz", "00000000", -1, "t", 46387])

    sheet = read(workbook(fill))
    demand = sheet.demands[0].demand
    assert demand.items == (ItemInput("Büromöbel", Decimal("1.234"), "H87"),)
    assert demand.needed_from == dt.date(2027, 3, 1)
    assert (demand.place_postcode, demand.cost_centre) == ("01067", "4711")
    assert sheet.demands[0].rows == (6,)
    assert [(finding.row, finding.address, finding.code) for finding in sheet.errors] == [
        (7, "D7", "cpv_unknown"),
        (7, "E7", "quantity_not_positive"),
    ]


def test_formulas_with_errors_or_without_result_are_told_not_taken_for_empty() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["Salz", "14410000"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")

    content = workbook(fill)
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        sheet = source.read("xl/worksheets/sheet1.xml").decode()
    unsaved = sheet.replace("<v>#DIV/0!</v>", "").replace(' t="e"', "")
    assert [(e.address, e.code) for e in read(content).errors] == [("C2", "formula_error")]
    unsaved_book = repacked(content, {"xl/worksheets/sheet1.xml": unsaved.encode()})
    assert [(e.address, e.code) for e in read(unsaved_book).errors] == [
        ("C2", "formula_without_result")
    ]


def test_hidden_sheets_and_sheets_without_header_are_passed_over() -> None:
    def fill(book: Any, first: Any) -> None:
        first.write(0, 0, "Deckblatt")
        hidden = book.add_worksheet("Alt")
        hidden.write_row(0, 0, HEADERS)
        hidden.write_row(1, 0, ["Altes", "14410000"])
        hidden.hide()
        demands = book.add_worksheet("Neu")
        demands.write_row(0, 0, HEADERS)
        demands.write_row(1, 0, ["Neues", "14410000"])

    assert [found.demand.title for found in read(workbook(fill)).demands] == ["Neues"]


def test_workbooks_of_another_writer_are_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADERS)
    sheet.append(["Salz", "14410000-4", 5, "to", dt.date(2027, 1, 1), "52399", "7"])
    buffer = io.BytesIO()
    book.save(buffer)
    found = read(buffer.getvalue())
    assert found.demands == () or found.demands[0].demand.items[0].unit_code == "TNE"
    assert {finding.code for finding in found.errors} <= {"cpv_check_digit"}


def test_a_workbook_under_another_name_is_still_a_workbook() -> None:
    assert len(read(with_headers(["Salz", "14410000"]), "bedarfe.csv").demands) == 1


def test_macros_are_refused_whatever_the_file_is_called() -> None:
    plain = with_headers(["Salz", "14410000"])
    types = zipfile.ZipFile(io.BytesIO(plain)).read("[Content_Types].xml")
    enabled = types.replace(b"sheet.main+xml", b"x").replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.x",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    for changes in (
        {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"},
        {"[Content_Types].xml": enabled},
        {"xl/macrosheets/sheet1.xml": sheet_xml("")},
    ):
        assert refusal(repacked(plain, dict(changes))).code == "file_with_macros"


def test_two_far_cells_in_five_kilobytes_are_refused_before_they_fill_the_memory() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write(1_048_575, 16_383, "x")

    content = workbook(fill)
    assert len(content) < 10_000
    assert refusal(content).code == "sheet_too_large"


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c><v>1</v></c></row>',
        '<x:row xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" r="1">'
        "<x:c r='XFD1'><x:v>1</x:v></x:c></x:row>",
        '<row r="1"><c r="&#88;FD1"><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 201 + "</row>",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="20000"><c r="CV20000"><v>1</v></c></row>',
    ],
)
def test_no_spelling_of_a_far_cell_gets_through(cells: str) -> None:
    content = repacked(
        with_headers(["Salz", "14410000"]), {"xl/worksheets/sheet1.xml": sheet_xml(cells)}
    )
    assert refusal(content).code == "sheet_too_large"


def test_cells_that_are_only_formatted_do_not_count() -> None:
    rows = "".join(f'<row r="{n}"><c r="ZZ{n}" s="0"/></row>' for n in range(2, 1_000))
    content = repacked(with_headers(), {"xl/worksheets/sheet1.xml": sheet_xml(rows)})
    assert refusal(content).code == "no_header"


def test_a_long_text_named_by_many_cells_is_refused() -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        for row in range(1, 4_000):
            sheet.write_string(row, 0, "x" * 30_000)

    assert refusal(workbook(fill)).code == "unpacked_too_large"


def test_a_part_that_unpacks_to_a_flood_is_refused() -> None:
    content = repacked(
        with_headers(["Salz", "14410000"]),
        {"xl/worksheets/sheet2.xml": b"<a>" + b" " * 140_000_000},
    )
    assert len(content) < 200_000
    assert refusal(content).code == "unpacked_too_large"


def test_archives_with_lying_sizes_or_too_many_entries_are_refused() -> None:
    content = bytearray(repacked(with_headers(), {"xl/worksheets/a.xml": b" " * 140_000_000}))
    size = (140_000_000).to_bytes(4, "little")
    assert content.count(size) >= 1
    lying = bytes(content).replace(size, (100).to_bytes(4, "little"))
    assert refusal(lying).code in ("file_unreadable", "unpacked_too_large")
    many = repacked(with_headers(), {f"xl/media/{n}.png": b"" for n in range(1_100)})
    assert refusal(many).code == "too_many_entries"
    more = repacked(with_headers(), {f"xl/media/{n}.png": b"" for n in range(30_000)})
    assert refusal(more).code == "too_many_entries"


@pytest.mark.parametrize("count", ["999999999999", "+00018446744073709551615", "9" * 5_000])
def test_a_claim_of_endless_texts_or_formats_is_refused(count: str) -> None:
    """The reader would reserve memory for so many, and end the process that has not got it."""
    content = with_headers(["Streusalz", "34927100", 5, "t"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = archive.read("xl/sharedStrings.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    claims = {
        "xl/sharedStrings.xml": re.sub(r'uniqueCount="\d+"', f'uniqueCount="{count}"', texts),
        "xl/styles.xml": re.sub(r'<cellXfs count="\d+"', f'<cellXfs count="{count}"', styles),
    }
    for name, claim in claims.items():
        with pytest.raises(InvalidInput, match="beschädigt"):
            read(repacked(content, {name: claim.encode()}))


def test_a_day_billions_of_years_away_is_refused() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, HEADERS)
        sheet.write_row(1, 0, ["Streusalz", "34927100", 5, "t"])
        sheet.write_number(1, 4, -1e20, book.add_format({"num_format": "dd.mm.yyyy"}))

    with pytest.raises(InvalidInput, match="nicht gelesen"):
        read(workbook(fill))


def test_document_types_entities_and_damage_are_refused() -> None:
    plain = with_headers(["Salz", "14410000"])
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
    )
    for changes in (
        {"xl/worksheets/sheet1.xml": laughs},
        {"xl/worksheets/sheet1.xml": b"<worksheet>"},
        {"xl/worksheets/sheet1.xml": sheet_xml('<row><c t="s"><v>99</v></c></row>')},
        {"xl/worksheets/sheet1.xml": sheet_xml('<row><c r="A0B"><v>9</v></c></row>')},
        {"xl/sharedStrings.xml": b"<sst"},
        {"XL/workbook.xml": b"<a/>"},
        {
            "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/'
            b'package/2006/relationships"><Relationship Id="rId1" Type="x" Target="a.png"/>'
            b"</Relationships>"
        },
        {"xl/worksheets/sheet1.xml": None},
    ):
        assert refusal(repacked(plain, dict(changes))).code == "file_unreadable", changes
    assert refusal(plain[: len(plain) // 2]).code == "file_unreadable"
    assert refusal(b"PK\x03\x04" + b"\0" * 100).code == "file_unreadable"
    assert refusal(repacked(plain, {"xl/workbook.xml": None})).code == "not_xlsx"


def test_archives_with_a_password_are_refused() -> None:
    content = bytearray(with_headers(["Salz", "14410000"]))
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert refusal(bytes(content)).code == "file_encrypted"


def test_the_template_with_its_example_is_a_valid_demand() -> None:
    sheet = read(demand_template_xlsx(TODAY))
    assert sheet.errors == ()
    assert [warning.code for warning in sheet.warnings] == ["template_example"]
    demand = sheet.demands[0].demand
    assert demand.external_reference == EXAMPLE_REFERENCE
    assert len(demand.items) == 2
    assert demand.needed_from == dt.date(2027, 3, 1)
    assert read(demand_template_xlsx()).demands[0].demand.needed_from is None


def test_the_template_offers_lists_for_unit_and_nature() -> None:
    book = openpyxl.load_workbook(io.BytesIO(demand_template_xlsx(TODAY)))
    assert book.sheetnames == ["Bedarfe", "Erläuterungen", "Listen"]
    rules = {rule.formula1 for rule in book["Bedarfe"].data_validations.dataValidation}
    assert '"Lieferung,Dienstleistung,Bau"' in rules
    assert any(rule.startswith("Listen!$A$2:$A$") for rule in rules)


ROWS: list[list[Any]] = [
    ["=1+1", money.euros(114_215_350), dt.date(2026, 12, 31), True],
    ["+49 2421", -5, dt.datetime(2026, 7, 1, 10, 0, tzinfo=dt.UTC), None],
    ["@SUM(A1)", Decimal("-1.5"), None, False],
    ["-x\ny", 7, None, None],
]


def test_exports_hold_no_formulas_and_typed_values() -> None:
    content = write_table_xlsx(["=Kopf", "Betrag", "Tag", "Ja?"], ROWS, sheet_name="Liste: [alle]")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet.title == "Liste   alle"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert [cell.value for cell in sheet[2]] == [
        "=1+1",
        1142153.5,
        dt.datetime.fromisoformat("2026-12-31"),
        "ja",
    ]
    assert sheet["C3"].value == dt.datetime.fromisoformat("2026-07-01T12:00")


def test_csv_exports_are_german_and_guarded_against_formulas() -> None:
    content = write_table_csv(["=Kopf", "Betrag", "Tag", "Ja?"], ROWS)
    assert content.startswith(b"\xef\xbb\xbf'=Kopf;Betrag;Tag;Ja?\r\n")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [
        ["'=1+1", "1142153,5", "31.12.2026", "ja"],
        ["'+49 2421", "-5", "01.07.2026 12:00", ""],
        ["'@SUM(A1)", "-1,5", "", "nein"],
        ["'-x\ny", "7", "", ""],
    ]


def test_what_we_export_as_csv_we_read_back_unchanged() -> None:
    content = write_table_csv(
        ["Titel", "CPV", "Menge", "Einheit"], [["=Salz", "14410000", Decimal("1234.5"), "t"]]
    )
    demand = read(content, "a.csv").demands[0].demand
    assert demand.title == "=Salz"
    assert demand.items[0].quantity == Decimal("1234.5")


def test_the_last_part_of_a_second_does_not_move_an_instant_to_the_next_day() -> None:
    late = dt.datetime(2026, 11, 23, 22, 59, 59, 999_900, tzinfo=dt.UTC)
    sheet = openpyxl.load_workbook(io.BytesIO(write_table_xlsx(["Eingang"], [[late]]))).active
    assert sheet is not None
    assert str(sheet["A2"].value) == "2026-11-23 23:59:59"
    assert b"23.11.2026 23:59" in write_table_csv(["Eingang"], [[late]])


def test_long_texts_are_cut_visibly_and_instants_need_a_zone() -> None:
    content = write_table_xlsx(["Text"], [["x" * 40_000]])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert str(sheet["A2"].value).endswith("(gekürzt)")
    naive = dt.datetime.fromisoformat("2026-07-01T10:00")
    for write in (write_table_xlsx, write_table_csv):
        with pytest.raises(ValueError, match="time zone"):
            write(["Zeit"], [[naive]])


def test_an_export_without_rows_still_opens() -> None:
    assert openpyxl.load_workbook(io.BytesIO(write_table_xlsx([], []))).sheetnames == ["Tabelle"]
