"""Papers as PDF/A and text: whatever stands in them, both are made and say the same."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from typst import TypstError

from vergabe.exchange import pdf
from vergabe.exchange.report import Figures, Report, Section, as_pdf, as_text

AT = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
HOSTILE = '#emph[x] $a$ = Über „Maß“ \\ * _ <b>&amp;</b> @ref `code` "'


def report(**more: Any) -> Report:
    facts: dict[str, Any] = {
        "title": "Gemeinsame Beschaffung",
        "sections": [
            Section("Sachverhalt", paragraphs=["Erster Absatz.\nZweiter Absatz."]),
            Section("Liste", bullets=["eins", "zwei"], numbered=["a"]),
            Section("Tabelle", table=Figures(["Kommune", "Betrag"], [["Jülich", "1,00 €"]])),
        ],
    }
    return Report(**(facts | more))


def test_a_pdf_is_tagged_archivable_and_the_same_every_time() -> None:
    first = as_pdf(report(), at=AT)
    assert first.startswith(b"%PDF-")
    assert b"/MarkInfo" in first
    assert b"pdfaid:part" in first
    assert b"pdfuaid:part" in first
    assert first == as_pdf(report(), at=AT)


@pytest.mark.parametrize("text", [HOSTILE, "x" * 600, "Ä" * 400, "", "漢字 \uf020 👩\u200d🚒 \x9f"])
def test_no_text_breaks_or_changes_the_paper(text: str) -> None:
    hostile = report(
        title=text or "–",
        mark=text,
        footer=text,
        kind=text,
        facts=[(text, text)],
        sections=[
            Section(
                text or "–",
                facts=[(text, text)],
                paragraphs=[text],
                bullets=[text],
                table=Figures([text, "B"], [[text, text]], [text, text]),
            )
        ],
    )
    assert as_pdf(hostile, at=AT).startswith(b"%PDF-")
    if text:
        assert text[:40] in as_text(hostile)


def test_a_character_that_no_font_has_stands_as_its_code() -> None:
    text = "Preis: a\u20dd ≥ 5 €, 👩\u200d🚒 fährt, Größe \uf020 漢"
    paper = as_pdf(report(title=text, sections=[]), at=AT)
    (page,) = PdfReader(io.BytesIO(paper)).pages
    assert "Preis: a[U+20DD] ≥ 5 €, [U+1F469][U+1F692] fährt, Größe [U+F020] [U+6F22]" in " ".join(
        page.extract_text().split()
    )


def test_a_character_that_stands_in_no_text_of_ours_is_an_error_and_no_endless_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = []

    def refused(*_given: Any) -> bytes:
        tries.append(1)
        assert len(tries) < 5
        error = TypstError("compilation failed")
        error.diagnostic = 'error: the text `"\\u{f020}"` could not be displayed'
        raise error

    monkeypatch.setattr(pdf, "_compiled", refused)
    with pytest.raises(TypstError):
        as_pdf(report(sections=[]), at=AT)


def test_a_paper_without_anything_is_still_a_paper() -> None:
    empty = Report("Leer", [])
    assert as_pdf(empty, at=AT).startswith(b"%PDF-")
    assert as_text(empty) == "Leer\n====\n"


def test_text_aligns_figures_and_wraps_words() -> None:
    table = Figures(["Kommune", "Betrag"], [["Jülich", "1,00"], ["Inden", "10,00"]], ["", "11,00"])
    text = as_text(
        Report("T", [Section("S", paragraphs=["wort " * 40], table=table)], footer="Ende")
    )
    lines = text.splitlines()
    assert all(len(line) <= 90 for line in lines)
    assert "Jülich     1,00" in lines
    assert "Inden     10,00" in lines
    assert re.search(r"^ +11,00$", text, re.MULTILINE)
    assert text.endswith("Ende\n")
