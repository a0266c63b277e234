"""Sentences in two languages: every wrapped one has English, and what is left open stays German."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from babel.messages.catalog import Catalog

from tools import texts as tool
from vergabe import texts
from vergabe.web import formatting

NOON = dt.datetime(2026, 12, 31, 11, 0, tzinfo=dt.UTC)
PLACES = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def catalogues() -> dict[str, Catalog]:
    return tool.read_catalogues()


def test_every_wrapped_sentence_has_english(catalogues: dict[str, Catalog]) -> None:
    assert tool.check(catalogues, tool.updated(catalogues)) == []


def test_english_fills_the_same_places_as_german(catalogues: dict[str, Catalog]) -> None:
    wrong = []
    for catalogue in catalogues.values():
        for message in catalogue:
            german = message.id if isinstance(message.id, str) else " ".join(message.id)
            english = (
                message.string if isinstance(message.string, str) else " ".join(message.string)
            )
            if german and set(PLACES.findall(german)) != set(PLACES.findall(english)):
                wrong.append(german)
    assert wrong == []


def _joined(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else " ".join(text)


def test_a_sentence_without_english_is_told(tmp_path, monkeypatch) -> None:
    package = tmp_path / "vergabe"
    (package / "templates" / "parts").mkdir(parents=True)
    (package / "templates" / "parts" / "a.html").write_text(
        "{% trans %}\n  Zwei\n  Zeilen\n{% endtrans %}{{ _('Noch eine') }}"
    )
    (package / "b.py").write_text("x = _('Aus Python')\ny = ngettext('Ein', 'Viele', 2)\n")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "PACKAGE", package)
    new = tool.updated({})
    assert {m.id for m in new["parts"] if m.id} == {"Zwei Zeilen", "Noch eine"}
    assert len(tool.check({}, new)) == 4


def test_german_is_the_source_and_the_fallback() -> None:
    assert texts.gettext("Das steht nirgends. 100 %") == "Das steht nirgends. 100 %"
    with texts.in_language("en"):
        assert texts.gettext("Das steht nirgends, %(name)s.", name="Frau Ü") == (
            "Das steht nirgends, Frau Ü."
        )
        assert texts.language() == "en"
    assert texts.language() == "de"


def test_formats_follow_the_language() -> None:
    german = (
        formatting.day(NOON.date()),
        formatting.weekday_moment(NOON),
        formatting.euro(123450),
        formatting.quantity(Decimal("1234.50")),
        formatting.percent(3050),
        formatting.file_size(1_500_000),
        formatting.whole(12345),
    )
    assert german == (
        "31.12.2026",
        "Donnerstag, 31.12.2026, 12:00 Uhr",
        "1.234,50\N{NO-BREAK SPACE}€",
        "1.234,5",
        "30,5\N{NO-BREAK SPACE}%",
        "1,5 MB",
        "12.345",
    )
    with texts.in_language("en"):
        english = (
            formatting.day(NOON.date()),
            formatting.weekday_moment(NOON),
            formatting.euro(-123450),
            formatting.quantity(Decimal("1234.50")),
            formatting.percent(3050),
            formatting.file_size(1_500_000),
            formatting.whole(12345),
        )
    assert english == (
        "31 December 2026",
        "Thursday, 31 December 2026, 12:00 CET",
        "-€1,234.50",
        "1,234.5",
        "30.5%",
        "1.5 MB",
        "12,345",
    )


def test_an_end_at_midnight_is_the_day_before_in_english_too() -> None:
    with texts.in_language("en"):
        midnight = dt.datetime(2026, 12, 30, 23, 0, tzinfo=dt.UTC)
        assert formatting.weekday_moment(midnight) == ("Wednesday, 30 December 2026, 24:00 CET")
