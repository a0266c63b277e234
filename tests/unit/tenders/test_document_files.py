"""Names and kinds of uploaded files: what the name says must be possible, nothing is trusted."""

import io
import unicodedata
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.errors import InvalidInput
from vergabe.tenders import document_files


def office(*entries: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for entry in entries:
            archive.writestr(entry, "x")
    return packed.getvalue()


def kind_of(name: str, content: bytes) -> str:
    return document_files.media_type(name, io.BytesIO(content), field="file")


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        kind_of(name, content)
    assert caught.value.violations[0].field == "file"
    return caught.value.code


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Leistungsverzeichnis (Entwurf) [2].pdf", "Leistungsverzeichnis (Entwurf) [2].pdf"),
        (unicodedata.normalize("NFD", "Übersicht Straßen.pdf"), "Übersicht Straßen.pdf"),
        ("C:\\Users\\erika\\Pläne.pdf", "Pläne.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"),
        ("  Plan.pdf ", "Plan.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
    ],
)
def test_names_are_kept_without_path_and_tricks(given_name: str, kept: str) -> None:
    assert document_files.file_name(given_name, field="file") == kept


@pytest.mark.parametrize("name", ["", None, "..", "/", "a/", "\x00", " . "])
def test_what_is_no_name_is_refused(name: str | None) -> None:
    with pytest.raises(InvalidInput):
        document_files.file_name(name, field="file")


def test_a_long_name_is_refused_with_the_limit() -> None:
    with pytest.raises(InvalidInput, match="180"):
        document_files.file_name("x" * 177 + ".pdf", field="file")


@given(st.text(max_size=300))
def test_whatever_the_name_nothing_breaks(name: str) -> None:
    try:
        kept = document_files.file_name(name, field="file")
    except InvalidInput:
        return
    assert not set(kept) & set("/\\\x00\r\n")
    assert kept == unicodedata.normalize("NFC", kept)


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("Plan.PDF", b"%PDF-1.7 ...", "application/pdf"),
        ("LV.x83", b"<GAEB/>", "application/octet-stream"),
        ("liste.csv", "Stück;Straße".encode("cp1252"), "text/csv"),
        ("liste.txt", b"\xff\xfeS\x00t\x00", "text/plain"),
        ("plan.dwg", b"AC1032\x00\x00", "image/vnd.dwg"),
        ("alles.zip", office("a.txt"), "application/zip"),
        ("foto.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ],
)
def test_kinds_that_are_taken(name: str, content: bytes, media: str) -> None:
    assert kind_of(name, content) == media


def test_office_files_are_taken_without_macros_only() -> None:
    assert kind_of("lv.docx", office("word/document.xml")).endswith("document")
    assert refusal("lv.docx", office("word/document.xml", "word/vbaProject.bin")) == (
        "file_with_macros"
    )
    assert refusal("lv.odt", office("content.xml", "Basic/script-lb.xml")) == "file_with_macros"
    assert refusal("lv.xlsx", b"PK\x03\x04 broken") == "file_damaged"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("programm.exe", b"MZ", "file_kind_unknown"),
        ("makro.docm", office("word/document.xml"), "file_kind_unknown"),
        ("alt.doc", b"\xd0\xcf\x11\xe0", "file_kind_unknown"),
        ("seite.html", b"<script>", "file_kind_unknown"),
        ("bild.svg", b"<svg onload=x>", "file_kind_unknown"),
        ("ohne", b"%PDF-", "file_kind_unknown"),
        ("plan.pdf", b"MZ\x90\x00", "file_content_other"),
        ("plan.pdf", b"", "file_empty"),
        ("liste.csv", b"a;b\x00c", "file_content_other"),
        ("foto.png", b"\xff\xd8\xff", "file_content_other"),
    ],
)
def test_kinds_that_are_refused(name: str, content: bytes, code: str) -> None:
    assert refusal(name, content) == code


@given(st.binary(max_size=300), st.sampled_from(sorted(document_files.KINDS)))
def test_whatever_the_content_nothing_breaks(content: bytes, ending: str) -> None:
    stream = io.BytesIO(content)
    try:
        document_files.media_type(f"x.{ending}", stream, field="file")
    except InvalidInput:
        return
    assert stream.tell() == 0
