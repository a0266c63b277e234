"""Bad files by page, API and as documents: refused in a German sentence, nothing stored."""

import html
import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import connection_of, supposing
from tests.factories import world as worlds
from tests.factories.world import World
from tests.integration.test_bad_input import complaint, row_counts
from vergabe import sweeps

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def _workbook(**more: bytes) -> bytes:
    """Return an XLSX with a header and further parts by path."""
    import openpyxl

    book, content = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Titel", "CPV-Code"])
    book.save(content)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        for path, part in more.items():
            archive.writestr(path, part)
    return content.getvalue()


def _with_macros() -> bytes:
    return _workbook(**{"xl/vbaProject.bin": b"x"})


def _zip_bomb() -> bytes:
    return _workbook(**{"xl/media/flood.xml": b" " * 140_000_000})


def _with_password() -> bytes:
    # Workbooks with a password are compound files (OLE2) that hold a stream of this name.
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")


FILES: Final[dict[str, tuple[Callable[[], bytes], str, str]]] = {
    "macros": (_with_macros, "bedarfe.xlsm", "Makros"),
    "macros under another name": (_with_macros, "bedarfe.xlsx", "Makros"),
    "a zip bomb": (_zip_bomb, "bedarfe.xlsx", "128 Megabyte"),
    "a password": (_with_password, "bedarfe.xlsx", "Kennwort"),
    "empty": (lambda: b"", "bedarfe.csv", "leer"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "bedarfe.csv", "Kopfzeile"),
    "a program": (lambda: b"MZ" + bytes(100), "bedarfe.exe", "Kopfzeile"),
    "JSON nested deeply": (lambda: b'{"a":' + b"[" * 90_000, "bedarfe.jsonl", "verschachtelt"),
    "a NUL in the name": (lambda: b"", "bed\0arfe.csv", "leer"),
}


LARGE: Final = ("a zip bomb",)


def _refused_by_the_worker(app: Flask, world: World, answer: TestResponse, word: str) -> None:
    sweeps.run_jobs(app)
    if answer.status_code == 303:
        told = html.unescape(world.buyer.open("GET", answer.headers["Location"]).text)
    else:
        job = f"/api/v1/jobs/{answer.get_json()['id']}"
        told = str(world.buyer.open("GET", job).get_json())
    assert word in told, told


@pytest.fixture(scope="module")
def standing_world(session_app: Flask) -> Iterator[World]:
    with worlds.standing(session_app) as found:
        yield found


@pytest.fixture
def app(session_app: Flask, standing_world: World) -> Iterator[Flask]:
    """The application with the standing world; what a test changes in it is taken back."""
    with supposing(session_app):
        yield session_app


@pytest.fixture
def world(app: Flask, standing_world: World) -> World:
    return standing_world


@pytest.mark.parametrize("address", ["/bedarfe/einlesen", "/api/v1/demands/import"])
def test_no_bad_file_becomes_a_demand(
    app: Flask, world: World, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    connection = connection_of(app)
    before = row_counts(connection)
    for what, (make, name, word) in FILES.items():
        data = {**world.names, "file": (io.BytesIO(make()), name)}
        answer = world.buyer.open("POST", address, data=data)
        if answer.status_code in (202, 303) and what in LARGE:
            # Large files are read by the worker; what is wrong stands in the report of the job.
            _refused_by_the_worker(app, world, answer, word)
            before = row_counts(connection) | {"demand": before["demand"]}
            continue
        assert answer.status_code in (413, 415, 422), (what, answer.status_code)
        assert complaint(answer) is None, what
        told = (
            html.unescape(answer.text) if answer.mimetype == "text/html" else str(answer.get_json())
        )
        assert word in told, (what, told)
        assert row_counts(connection) == before, what


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "leer.pdf"),
        (b"MZ" + bytes(100), "rechnung.pdf.exe"),
        (b"%PDF-1.7 x", "x" * 600 + ".pdf"),
        (b"%PDF-1.7 x", "../../etc/passwd"),
        (b"%PDF-1.7 x", ".."),
    ],
)
def test_no_bad_file_becomes_a_document_of_a_tender(
    app: Flask, world: World, content: bytes, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    connection = connection_of(app)
    before = row_counts(connection)
    address = f"/vergabeverfahren/{world.values['tender_id'][0]}/unterlagen"
    data = {"title": "Leistungsbeschreibung", "file": (io.BytesIO(content), name)}
    answer = world.buyer.open("POST", address, data=data)
    assert answer.status_code in (409, 422), answer.status_code
    assert complaint(answer) is None
    assert row_counts(connection) == before
