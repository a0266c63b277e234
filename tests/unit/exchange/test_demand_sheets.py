"""Demand sheets as CSV and JSON Lines: what is understood, and the report on what is not."""

import codecs
import datetime as dt
import gzip
import io
import json
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vergabe.errors import DomainError, InvalidInput, TooLarge
from vergabe.exchange.demand_input import ItemInput
from vergabe.exchange.notice_records import demand_from_notice_record
from vergabe.exchange.sheet_source import MAX_FILE_BYTES
from vergabe.exchange.sheets import CellFinding, DemandSheet, read_demand_rows

TODAY = dt.date(2026, 11, 23)
HEADER = "Titel;CPV;Menge;Einheit;Geschätzter Wert netto;Bedarf ab"


def read(content: str | bytes, name: str = "bedarfe.csv") -> DemandSheet:
    raw = content.encode() if isinstance(content, str) else content
    return read_demand_rows(io.BytesIO(raw), name, today=TODAY)


def brief(findings: tuple[CellFinding, ...]) -> list[tuple[int, str, str]]:
    return [(finding.row, finding.address, finding.code) for finding in findings]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(";", "\t").encode(),
        lambda text: text.replace(",50", ".50").replace(";", ",").encode("cp1252"),
        lambda text: ("sep=;\r\n" + text).encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: gzip.compress(text.encode()),
        lambda text: text.replace("ü", "u\u0308").replace("ä", "a\u0308").encode(),
        lambda text: ("Bedarfsmeldung der Stadt Jülich\n\n" + text).encode(),
    ],
    ids=[
        "utf8",
        "bom",
        "cp1252",
        "utf16",
        "tab",
        "comma",
        "sep",
        "crlf",
        "gzip",
        "decomposed",
        "title-above",
    ],
)
def test_encodings_and_separators_are_found_out(encode: Any) -> None:
    sheet = read(encode(f"{HEADER}\nBüromöbel für Jülich;39130000-2;12;Stck.;4321,50;31.12.2026\n"))
    assert sheet.findings == ()
    demand = sheet.demands[0].demand
    assert demand.title == "Büromöbel für Jülich"
    assert demand.estimated_value_net_cents == 432_150
    assert demand.needed_from == dt.date(2026, 12, 31)
    assert demand.items == (ItemInput("Büromöbel für Jülich", Decimal(12), "H87"),)


def test_every_error_of_every_row_is_reported_with_its_cell() -> None:
    sheet = read(
        f"{HEADER}\n"
        "Salz;00000000;1.234;Bananen;-5;31.12.26\n"
        ";34144210;-3;Stk.;1;30.02.2026\n"
        "Gut;30213100;4;Stk.;5000;\n"
    )
    assert brief(sheet.errors) == [
        (2, "Zeile 2, Feld CPV", "cpv_unknown"),
        (2, "Zeile 2, Feld Menge", "number_ambiguous"),
        (2, "Zeile 2, Feld Einheit", "unit_unknown"),
        (2, "Zeile 2, Feld Bedarf ab", "two_digit_year"),
        (2, "Zeile 2, Feld Geschätzter Wert netto", "negative_amount"),
        (3, "Zeile 3, Feld Bedarf ab", "no_such_day"),
        (3, "Zeile 3, Feld Titel", "title_missing"),
        (3, "Zeile 3", "item_text_missing"),
        (3, "Zeile 3, Feld Menge", "quantity_not_positive"),
    ]
    assert brief(sheet.warnings) == [
        (3, "Zeile 3, Feld Geschätzter Wert netto", "placeholder_value")
    ]
    assert [found.rows for found in sheet.demands] == [(4,)]
    assert sheet.has_errors


def test_rows_with_one_number_are_one_demand_with_several_lines() -> None:
    sheet = read(
        "Bedarf-Nr.;Titel;CPV;Position;Menge;Einheit;Einzelpreis netto\n"
        "B-1;Möbel;39130000;Tisch;10;Stk.;200\n"
        "B-1;Möbel;;Stuhl;40;St.;80,50\n"
        ";;;Schrank;5;Stück;300\n"
        "B-2;Salz;14410000;;7,5 to;;\n"
    )
    assert sheet.findings == ()
    first, second = sheet.demands
    assert (first.rows, second.rows) == ((2, 3, 4), (5,))
    assert [item.text for item in first.demand.items] == ["Tisch", "Stuhl", "Schrank"]
    assert first.demand.items[1].unit_price_net_cents == 8_050
    assert second.demand.items == (ItemInput("Salz", Decimal("7.5"), "TNE"),)


def test_rows_of_one_demand_must_not_contradict_each_other_or_lie_apart() -> None:
    sheet = read(
        "Bedarf-Nr.;Titel;CPV;Menge\nB-1;Möbel;39130000;\nB-1;Stühle;39130000;\n"
        "B-2;Salz;14410000;\nB-1;Möbel;39130000;\n"
    )
    assert brief(sheet.errors) == [
        (3, "Zeile 3, Feld Titel", "rows_contradict"),
        (5, "Zeile 5, Feld Bedarf-Nr.", "reference_twice"),
    ]


def test_a_list_of_goods_needs_only_one_text_column() -> None:
    sheet = read("Bezeichnung;CPV;Anzahl;ME\nToner;30125100;12;Stk.\nPapier;30197630;400;Ries\n")
    assert sheet.findings == ()
    assert [found.demand.title for found in sheet.demands] == ["Toner", "Papier"]
    assert sheet.demands[1].demand.items[0].unit_code == "RM"


def test_the_same_demand_twice_is_a_warning() -> None:
    row = "Salz;14410000;10;t;5000;01.01.2027\n"
    assert brief(read(f"{HEADER}\n{row}{row}").warnings) == [
        (3, "Zeile 3, Feld Titel", "duplicate_row")
    ]


def test_unknown_doubled_and_gross_columns_are_told() -> None:
    sheet = read("Titel;CPV;Farbe;Beschreibung;Langtext;Wert brutto\nSalz;14410000;rot;a;b;5\n")
    assert brief(sheet.errors) == [
        (0, "Zeile 1, Feld 5", "column_twice"),
        (0, "Zeile 1, Feld 6", "gross_amounts"),
    ]
    assert brief(sheet.warnings) == [(0, "Zeile 1, Feld 3", "column_unknown")]


def test_a_header_of_endless_columns_is_refused_at_once() -> None:
    begun = time.process_time()
    with pytest.raises(TooLarge, match="70002 Spalten"):
        read("Titel;CPV" + ";" * 70_000)
    assert time.process_time() - begun < 5


def test_quoted_line_breaks_and_quotes_belong_to_the_text() -> None:
    sheet = read(
        'Titel;CPV;Beschreibung\n"19"" Monitor";30231000;"eins\nzwei; drei"\nSalz;14410000;\n'
    )
    assert sheet.demands[0].demand.title == '19" Monitor'
    assert sheet.demands[0].demand.description == "eins\nzwei; drei"
    # Rows are counted as a spreadsheet shows them.
    assert sheet.demands[1].rows == (3,)


def test_html_and_double_escapes_stay_text_and_formulas_stay_harmless() -> None:
    sheet = read('Titel;CPV;Beschreibung\n"<b>Sanit&amp;amp;r</b>";14410000;\'=HYPERLINK("x")\n')
    demand = sheet.demands[0].demand
    assert demand.title == "<b>Sanit&amp;amp;r</b>"
    assert demand.description == '=HYPERLINK("x")'


def test_only_the_apostrophe_that_our_exports_put_before_a_text_is_taken_away() -> None:
    sheet = read("Titel;CPV\n'=Salz;14410000\nKabel '+5V' und '-12V';31300000\n")
    assert [each.demand.title for each in sheet.demands] == ["=Salz", "Kabel '+5V' und '-12V'"]


def test_bad_texts_are_reported_with_their_cell() -> None:
    long = "x" * 16_000
    sheet = read(
        f"Titel;CPV;Beschreibung\na\0b;14410000;{long}\n{'y' * 600};14410000;{'z' * 20_001}\n"
    )
    assert brief(sheet.errors) == [
        (2, "Zeile 2, Feld Titel", "control_character"),
        (3, "Zeile 3, Feld Titel", "too_long"),
        (3, "Zeile 3, Feld Beschreibung", "too_long"),
    ]


def test_rows_with_other_separators_or_too_many_fields_are_named() -> None:
    sheet = read(f"{HEADER}\nA,14410000,5,t,100,\nB;14410000;5;t;100;;;mehr\n")
    assert (2, "Zeile 2", "other_separator") in brief(sheet.errors)
    assert (3, "Zeile 3", "too_many_fields") in brief(sheet.errors)


def test_formula_errors_of_a_spreadsheet_are_no_values() -> None:
    sheet = read(f"{HEADER}\n#NAME?;14410000;#DIV/0!;t;#BEZUG!;\n")
    assert [finding.code for finding in sheet.errors].count("formula_error") == 3


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "file_unreadable"),
        (b"%PDF-1.7 ...", "a.csv", "file_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "old_excel_format"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "file_encrypted",
        ),
        (b"Titel;CPV\nx;14410000\n", "a.xlsx", "file_unreadable"),
        (b"Name;Ort\nx;y\n", "a.csv", "no_header"),
        (
            "Titel;CPV\nSalz für Jülich;14410000\n".encode() + b"\xe4;14410000\n",
            "a.csv",
            "file_unreadable",
        ),
        (b"Titel;CPV\nSalz \x81\x8d;14410000\n", "a.csv", "file_unreadable"),
        (b'Titel;CPV\n"Salz;14410000\n', "a.csv", "csv_quoting"),
        (b'Titel;CPV\n"Salz" grob;14410000\n', "a.csv", "csv_quoting"),
        (b'[{"title": "x"}]', "a.json", "file_unreadable"),
        ('{"title": "x"}'.encode("utf-16"), "a.jsonl", "file_unreadable"),
        (b"\x1f\x8b\x08garbage", "a.jsonl.gz", "file_unreadable"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "a.csv", "no_header"),
    ],
)
def test_files_of_other_kinds_are_refused_with_a_sentence(
    content: bytes, name: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(content, name)
    assert refused.value.code == code
    assert refused.value.message.endswith((".", "?"))


def test_an_empty_sheet_is_an_error() -> None:
    assert brief(read(HEADER + "\n").errors) == [(0, "Datei", "no_rows")]


class _Endless(io.RawIOBase):
    """A stream of 200 MB that is never held in memory."""

    def __init__(self) -> None:
        self.left = 200 * 1024 * 1024

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.left)
        self.left -= count
        buffer[:count] = b"x" * count
        return count


def test_an_upload_of_200_megabytes_is_refused_after_the_limit() -> None:
    stream = _Endless()
    with pytest.raises(TooLarge, match="32 Megabyte"):
        read_demand_rows(io.BufferedReader(stream), "gross.csv", today=TODAY)
    assert stream.left >= 200 * 1024 * 1024 - MAX_FILE_BYTES - 2**20


def test_a_packed_flood_is_refused() -> None:
    with pytest.raises(TooLarge, match="ausgepackt"):
        read(gzip.compress(b" " * (200 * 1024 * 1024)), "bombe.jsonl.gz")


def test_a_sheet_with_too_many_rows_is_refused() -> None:
    with pytest.raises(TooLarge, match="20000 Zeilen"):
        read("Titel;CPV\n" + "\n" * 21_000)


def test_a_file_full_of_errors_is_given_up() -> None:
    sheet = read("Titel;CPV\n" + "x;1\n" * 5_000)
    assert sheet.findings[-1].code == "too_many_errors"
    assert len(sheet.findings) == 2_002


def test_json_lines_name_every_broken_line() -> None:
    lines = [
        b'\xef\xbb\xbf{"title": "Salz", "cpv_main": "14410000"}',
        b'{"title": "Salz"',
        b'{"title": "S\xe4lz", "cpv_main": "14410000"}',
        b"",
        b"[1]",
        b'{"title": NaN}',
        b"[" * 200_000,
        b'{"title": 1' + b"0" * 5_000 + b"}",
        b'{"title": "a\\u0000b", "cpv_main": "14410000"}',
        b'{"title": "\\ud800", "cpv_main": "14410000"}',
        b'{"title": "x", "cpv_main": "14410000", "estimated_value_net": 1e999999999}',
    ]
    sheet = read(b"\n".join(lines), "a.jsonl")
    assert brief(sheet.errors) == [
        (2, "Zeile 2", "broken_line"),
        (3, "Zeile 3", "broken_line"),
        (5, "Zeile 5", "broken_line"),
        (6, "Zeile 6", "broken_line"),
        (7, "Zeile 7", "broken_line"),
        (8, "Zeile 8", "broken_line"),
        (9, "Zeile 9, Feld title", "control_character"),
        (10, "Zeile 10, Feld title", "control_character"),
        (11, "Zeile 11, Feld estimated_value_net_cents", "number_out_of_range"),
    ]
    assert [found.demand.title for found in sheet.demands] == ["Salz"]


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(b'{"title": "' + b"x" * 2_000_000 + b'"}', "a.jsonl")


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.xlsx", "a"]))
def test_no_bytes_break_the_reading(content: bytes, name: str) -> None:
    for start in (b"", b"Titel;CPV;Menge\n", b'{"title": "x"}\n', b"PK\x03\x04", b"\x1f\x8b\x08"):
        try:
            sheet = read(start + content, name)
        except DomainError as refused:
            message = refused.message
        else:
            message = "".join(finding.message for finding in sheet.findings)
        assert message or sheet.demands


def test_all_real_demands_are_read_with_their_municipality(shared: Path) -> None:
    path = shared / "data/demands/demands_municipal_de.jsonl.gz"
    sheet = read_demand_rows(path, path.name, today=TODAY)
    assert sheet.errors == ()
    assert len(sheet.demands) == 1_423
    assert {len(found.municipality.key) for found in sheet.demands if found.municipality} == {
        5,
        8,
        9,
    }
    assert all(found.municipality and found.demand.cpv_main for found in sheet.demands)
    assert {finding.code for finding in sheet.warnings} == {
        "duplicate_row",
        "placeholder_value",
        "value_left_out",
    }


_MEASURED = """
import datetime, sys, time
from pathlib import Path
from vergabe.exchange.sheets import read_demand_rows

started = time.process_time()
sheet = read_demand_rows(Path(sys.argv[1]), sys.argv[1], today=datetime.date(2026, 11, 23))
assert len(sheet.demands) == 10_000, sheet.errors[:3]
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(time.process_time() - started, int(status["VmHWM"].split()[0]) / 1024)
"""


def test_ten_thousand_demands_are_read_in_time_and_memory(shared: Path, tmp_path: Path) -> None:
    content = gzip.decompress((shared / "data/demands/demands_municipal_de.jsonl.gz").read_bytes())
    records = [json.loads(line) for line in content.splitlines()]
    path = tmp_path / "viele.jsonl"
    with path.open("w") as target:
        for number in range(10_000):
            record = records[number % len(records)] | {"id": f"r{number}"}
            target.write(json.dumps(record, ensure_ascii=False) + "\n")
    # In a process of its own, so that only this reading is measured.
    command = [sys.executable, "-c", _MEASURED, str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seconds, megabytes = map(float, printed.split())
    assert seconds < 60
    assert megabytes < 150


def test_only_plausible_numbers_of_a_notice_become_lines() -> None:
    def quantity(raw: str, value: float, unit: str, code: str, **more: Any) -> dict[str, Any]:
        entry = {"raw": raw, "value": value, "unit_raw": unit, "unit_code": code, "context": raw}
        return {"kind": "number and unit"} | entry | more

    record = {
        "id": "doe:1",
        "buyer": "Stadt Jülich",
        "municipality": {
            "level": "gemeinde",
            "key": "05358024",
            "name": "Jülich",
            "nuts3": "DEA26",
        },
        "title": "Zwei Löschfahrzeuge",
        "cpv": ["34144210-3", "50", "99999999"],
        "quantities": [
            quantity("zwei Löschfahrzeuge", 2, "Löschfahrzeuge", "H87", kind="counted noun"),
            quantity("16 t", 16, "t", "TNE"),
            quantity("ca. 10 m", 10, "m", "MTR", approx=True),
            quantity("5 Jahre", 5, "Jahre", "ANN"),
            quantity("optional 1 Anhänger", 1, "Anhänger", "H87", kind="counted noun"),
        ],
        "value": {"amount": 800_000, "currency": "EUR"},
        "published": "2026-04-17",
    }
    found = demand_from_notice_record(record)
    assert found.errors == ()
    assert [warning.code for warning in found.warnings] == ["cpv_left_out"]
    assert found.published_on == dt.date(2026, 4, 17)
    assert found.municipality is not None
    assert (found.municipality.level, found.municipality.key) == ("gemeinde", "05358024")
    demand = found.demand
    assert demand.items == (ItemInput("Löschfahrzeuge", Decimal(2), "H87"),)
    assert demand.cpv_additional == ("50000000",)
    assert demand.estimated_value_net_cents == 80_000_000
    assert demand.nuts == "DEA26"
    assert demand.remarks is not None
    assert "16 t; ca. 10 m; 5 Jahre; optional 1 Anhänger" in demand.remarks


def test_the_same_file_is_known_by_its_hash() -> None:
    content = "Titel;CPV\nSalz;14410000\n"
    assert read(content).sha256 == read(content, "anders.csv").sha256
    assert read(content).sha256 != read(content + "\n").sha256


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"items": [{"text": "Salz", "quantity": 5, "unit_price_net_cents": 10**40}]}, "price"),
        ({"items": [{"text": "Salz", "quantity": 10**12, "unit_price_net_cents": 1}]}, "quantity"),
    ],
)
def test_lines_beyond_every_amount_are_refused_and_not_added_up(
    more: dict[str, Any], code: str
) -> None:
    record = {"title": "Salz", "cpv_main": "34927100", "estimated_value_net_cents": 5_000}
    sheet = read_demand_rows(
        io.BytesIO(json.dumps(record | more).encode()), "a.jsonl", today=dt.date(2026, 11, 23)
    )
    assert [error.code.partition("_")[0] for error in sheet.errors] == [code]


def test_a_number_found_without_its_words_is_read() -> None:
    found = {"raw": "", "context": "bis zu 5 t", "value": 5, "unit_code": "TNE"}
    record = {"title": "Salz", "cpv": ["34927100"], "quantities": [found]}
    assert demand_from_notice_record(record).demand.title == "Salz"
