"""Everything in the product that reads files of people or answers of machines, and good files.

A reader raises what it says it raises, or nothing. What else comes out of it is a finding.
"""

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.factories import bounces
from tests.fuzzing import documents, lines, packages
from tests.fuzzing.values import Spoil, in_bytes
from vergabe.commands import cpv_files
from vergabe.cooperations import configuration_parser
from vergabe.errors import DomainError
from vergabe.exchange import doe, sheet_writer, validate
from vergabe.exchange.demand_template import demand_template_xlsx
from vergabe.exchange.eforms import reading as eforms_reading
from vergabe.exchange.eforms import view as eforms_view
from vergabe.exchange.eforms.foreign import read_foreign
from vergabe.exchange.sheets import read_demand_rows
from vergabe.exchange.xvergabe import codec
from vergabe.exchange.xvergabe import service as xvergabe_service
from vergabe.exchange.xvergabe import view as xvergabe_view
from vergabe.market import reading as market_reading
from vergabe.messages.bounce_reading import bounces_in
from vergabe.resources import folder
from vergabe.suppliers import importing as suppliers
from vergabe.tenders import document_files

TODAY: Final = dt.date(2026, 11, 23)
_EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "cooperations"

Read = Callable[[bytes, Path], object]
"""Takes a file's content, and a folder of its own where a reader wants a path."""


@dataclass(frozen=True)
class Reader:
    """read: raises only `refusals`; seeds: good files, made once; spoils: with how often each."""

    name: str
    read: Read
    seeds: Callable[[], Sequence[bytes]]
    spoils: Mapping[Spoil, int]
    refusals: tuple[type[Exception], ...] = (DomainError,)
    share: int = 1
    """How many of the files it gets, compared with the others."""


XML: Final[Mapping[Spoil, int]] = {documents.in_tree: 14, in_bytes: 7, documents.whole: 1}


def _xml_below(*names: str) -> Sequence[bytes]:
    base = folder("xml")
    return [path.read_bytes() for name in names for path in sorted((base / name).rglob("*.xml"))]


@cache
def eforms() -> Sequence[bytes]:
    """Notices that the product has written: one of each kind."""
    return _xml_below("eforms/examples")


@cache
def xvergabe() -> Sequence[bytes]:
    """Documents and messages of the profile."""
    return _xml_below("xvergabe/1/documents", "xvergabe/1/messages")


@cache
def _envelopes() -> Sequence[bytes]:
    bare = _xml_below("xvergabe/1/service")
    wrapped = [
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        + content[content.index(b"?>") + 2 :]
        + b"</s:Body></s:Envelope>"
        for content in bare
    ]
    return [*bare, *wrapped]


@cache
def _receipts() -> Sequence[bytes]:
    receipt = (
        b'<delivery status="REJECTED" created="2023-06-25T23:47:46.470Z" tedStatus="PUBLISHED">'
        b"<tracking-code>3446e1ee-5917-4d31-b623-81ddfb038d82</tracking-code>"
        b"<notice-id>3fa85f64-5717-4562-b3fc-2c963f66afa6</notice-id>"
        b"<ted-accepted-timestamp>2026-08-05T08:00:00Z</ted-accepted-timestamp>"
        b"<ted-publication-link>https://ted.europa.eu/x</ted-publication-link></delivery>"
    )
    report = (
        b'<svrl:schematron-output xmlns:svrl="http://purl.oclc.org/dsdl/svrl">'
        b'<svrl:failed-assert id="BR-1" role="ERROR" location="/*/x" test="y">'
        b"<svrl:text>rule|text|BR-1</svrl:text></svrl:failed-assert></svrl:schematron-output>"
    )
    return [receipt, report]


_HEADERS: Final = (
    "Bedarf-Nr.;Titel;Beschreibung;CPV;Weitere CPV;Art;Position;Menge;Einheit;Einzelpreis netto;"
    "Geschätzter Wert netto;Bedarf ab;Bedarf bis;NUTS;Straße;PLZ;Ort;Muss-Kriterien"
)


@cache
def csv_sheets() -> Sequence[bytes]:
    """Demands as people write them."""
    rows = [
        "1;Streusalz;Lose geliefert;34927100-2;;Lieferung;Salz;1.200,5;t;89,90;107.000;01.03.2027;"
        "31.03.2028;DEA26;Bahnhofstr. 1;52428;Jülich;RAL-GZ 710",
        "2;Kopierpapier;A4;30197642-8;30197630-1;Lieferung;Papier;500;Karton;22;;;;;;;;",
        "2;Kopierpapier;;;;;Papier A3;20;Stck.;41,5;;;;;;;;",
        ";Reinigung;Rathaus;90919200-4;;Dienstleistung;Fläche;2.400 qm;qm;;48000;2027-01-01;;;;;;",
    ]
    return ["\n".join([_HEADERS, *rows]).encode(), "\n".join([_HEADERS, *rows[:1]]).encode()]


@cache
def workbooks() -> Sequence[bytes]:
    """The template as it is downloaded, and a smaller one with numbers, dates and texts."""
    buffer, book = sheet_writer.new_workbook()
    sheet = book.add_worksheet("Bedarfe")
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for column, header in enumerate(("Titel", "CPV", "Menge", "Einheit", "Wert", "Bedarf ab")):
        sheet.write_string(0, column, header)
    for row in range(1, 4):
        sheet.write_string(row, 0, f"Streusalz {row}")
        sheet.write_string(row, 1, "34927100-2")
        sheet.write_number(row, 2, 12.5 * row)
        sheet.write_string(row, 3, "t")
        sheet.write_formula(row, 4, f"=C{row + 1}*90", None, 1125 * row)
        sheet.write_datetime(row, 5, dt.date(2027, 3, row), day)
    book.close()
    small = buffer.getvalue()
    return [small, small, small, demand_template_xlsx(TODAY)]


def _json(*records: Mapping[str, Any]) -> bytes:
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in records).encode()


_DEMAND: Final = {
    "external_reference": "1",
    "title": "Streusalz",
    "description": "Lose geliefert",
    "cpv_main": "34927100",
    "cpv_additional": ["44113910"],
    "nature": "supplies",
    "items": [{"text": "Salz", "quantity": "12.5", "unit_code": "TNE", "unit_price_net_cents": 9}],
    "estimated_value_net_cents": 10_700_000,
    "needed_from": "2027-03-01",
}
_RECORD: Final = {
    "id": "1",
    "source": "ted",
    "seen": "2026-05-01",
    "published_utc": "2026-04-30",
    "notice_type": "cn-standard",
    "nature": "supplies",
    "title": "Lieferung von Streusalz",
    "description": "Los 1: 500 t, lose",
    "buyer": "Stadt Jülich",
    "nuts": "DEA26",
    "cpv": ["34927100", "44113910"],
    "value_min": 1000,
    "value_max": 2000,
    "quantities": [{"raw": "500 t", "value": 500, "unit_raw": "t", "unit_code": "TNE"}],
    "municipality": {"level": "gemeinde", "key": "05358024", "name": "Jülich"},
    "lots": [{"id": "LOT-1", "title": "Salz", "cpv_main": "34927100", "deadline": "2026-06-01"}],
    "buyers": [{"name": "Stadt Jülich", "nuts": "DEA26"}],
    "deadline": "2026-06-01T10:00:00+02:00",
    "value": {"amount": 1000, "currency": "EUR"},
}
_FIRM: Final = {
    "name": "Salz GmbH",
    "city": "Jülich",
    "postcode": "52428",
    "size": "small",
    "cpv": ["34927100"],
    "regions": ["DEA26"],
    "email": "info@example.org",
}


@cache
def json_demands() -> Sequence[bytes]:
    """Demands as JSON Lines, in the product's form and in that of the published records."""
    return [_json(_DEMAND, _DEMAND | {"external_reference": "2"}), _json(_DEMAND, _RECORD)]


@cache
def _records() -> Sequence[bytes]:
    return [_json(_RECORD), _json(_RECORD, _RECORD | {"id": 2})]


@cache
def _firms() -> Sequence[bytes]:
    return [_json(_FIRM), _json(_FIRM, _FIRM | {"city": None, "name": "Streu AG"})]


@cache
def _tomls() -> Sequence[bytes]:
    return [path.read_bytes() for path in sorted(_EXAMPLES.glob("*.toml"))]


@cache
def _reports() -> Sequence[bytes]:
    letter = uuid.UUID(int=7)
    return [
        bounces.report(letter, "a@example.org"),
        bounces.report(letter, "a@example.org", headers_only=True),
    ]


def _sheet(name: str) -> Read:
    return lambda content, _folder: read_demand_rows(io.BytesIO(content), name, today=TODAY)


def _in_file(name: str, read: Callable[[Path], Iterable[object]]) -> Read:
    def of_file(content: bytes, place: Path) -> object:
        path = place / name
        path.write_bytes(content)
        try:
            return sum(1 for _ in read(path))
        finally:
            path.unlink()

    return of_file


def _firms_of(path: Path) -> Iterable[object]:
    with suppliers.open_lines(path) as found:
        return suppliers.read_rows(found, suppliers.ImportReport())


def _receipt(content: bytes, _folder: Path) -> object:
    return doe.read_findings(content), doe.read_report(content)


def _document(content: bytes, _folder: Path) -> object:
    name = ("leistung.docx", "plan.xlsx", "anlage.pdf", "text.txt")[len(content) % 4]
    return document_files.media_type(name, io.BytesIO(content), field="file")


def _call(content: bytes, _folder: Path) -> object:
    return xvergabe_service.parse_request(content)


def _records_in(name: str) -> Read:
    return _in_file(name, market_reading.read_file)


def _checked(content: bytes, _folder: Path) -> object:
    return validate.validate_bytes(content)


def _cooperation(content: bytes, _folder: Path) -> object:
    return configuration_parser.parse(content, TODAY)


_SHEETS: Final[Mapping[Spoil, int]] = {packages.in_sheet: 10, packages.in_parts: 6, in_bytes: 4}
_ROWS: Final[Mapping[Spoil, int]] = {lines.in_rows: 14, in_bytes: 6}
_OBJECTS: Final[Mapping[Spoil, int]] = {lines.in_objects: 14, in_bytes: 5, lines.whole: 1}
_BYTES: Final[Mapping[Spoil, int]] = {in_bytes: 1}
_PARTS: Final[Mapping[Spoil, int]] = {packages.in_parts: 1, in_bytes: 1}
_TAR: Final[Mapping[Spoil, int]] = {packages.as_tar: 1}
_ZIP: Final[Mapping[Spoil, int]] = {packages.as_zip: 1}

READERS: Final = (
    Reader("eForms notices", lambda c, _: eforms_reading.read(c), eforms, XML, share=3),
    Reader("notices of others", lambda c, _: read_foreign(c), eforms, XML, (), share=3),
    Reader("view of a notice", lambda c, _: eforms_view.html(c), eforms, XML),
    Reader("checks of eForms", _checked, eforms, XML, (), share=2),
    Reader("checks of XVergabe", _checked, xvergabe, XML, (), share=3),
    Reader("checks of calls", _checked, _envelopes, XML, ()),
    Reader("XVergabe documents", lambda c, _: codec.parse_document(c), xvergabe, XML, share=3),
    Reader("XVergabe view", lambda c, _: xvergabe_view.notice_html(c), xvergabe, XML),
    Reader("XVergabe calls", _call, _envelopes, XML, share=2),
    Reader("receipts of the service", _receipt, _receipts, XML, (DomainError, ValueError)),
    Reader("demands, CSV", _sheet("bedarfe.csv"), csv_sheets, _ROWS, share=5),
    Reader("demands, XLSX", _sheet("bedarfe.xlsx"), workbooks, _SHEETS, share=6),
    Reader("demands, JSON Lines", _sheet("bedarfe.jsonl"), json_demands, _OBJECTS, share=4),
    Reader("demands, packed", _sheet("bedarfe.csv.gz"), csv_sheets, packages.GZIP),
    Reader("firms", _in_file("firmen.jsonl", _firms_of), _firms, _OBJECTS, share=2),
    Reader("firms, packed", _in_file("firmen.jsonl.gz", _firms_of), _firms, packages.GZIP),
    Reader("records of others", _records_in("x.jsonl"), _records, _OBJECTS, (), share=2),
    Reader("archives, tar", _records_in("x.tar"), eforms, _TAR, ()),
    Reader("archives, zip", _records_in("x.zip"), eforms, _ZIP, ()),
    Reader("archives, gzip", _records_in("x.gz"), eforms, packages.GZIP, ()),
    Reader("CPV to learn", _in_file("x.jsonl", cpv_files.read), _records, _OBJECTS, ()),
    Reader("cooperations", _cooperation, _tomls, _BYTES),
    Reader("documents", _document, workbooks, _PARTS),
    Reader("returned mails", lambda c, _: bounces_in(c), _reports, _BYTES, ()),
)
