import json
import subprocess
import sys

import pytest

from vergabe.cpv import packaged
from vergabe.cpv.suggesting import checked_text, suggest
from vergabe.cpv.texts import TEXT_MAX
from vergabe.errors import InvalidInput
from vergabe.exchange import codes

# What people of a town hall write, and the class they mean.
EVERYDAY = [
    ("Feuerwehrfahrzeug", "3414"),
    ("Löschgruppenfahrzeug LF 20", "3414"),
    ("Streusalz für den Winterdienst", "3492"),
    ("Mittagessen für die Grundschule", "5552"),
    ("Kopierpapier", "3019"),
    ("Reinigung der Schulgebäude", "9091"),
    ("Glasreinigung Rathaus", "9091"),
    ("Notebooks für die Verwaltung", "3021"),
    ("Tablets für die Schüler", "3021"),
    ("Büromöbel für das Rathaus", "3913"),
    ("Schulmöbel", "3916"),
    ("Stühle für die Grundschule", "3911"),
    ("Strom für alle Liegenschaften", "0931"),
    ("Erdgas", "0912"),
    ("Heizöl", "0913"),
    ("Schülerbeförderung mit Bussen", "6013"),
    ("Müllabfuhr", "9051"),
    ("Klärschlamm entsorgen", "9051"),
    ("Spielgeräte für den Spielplatz", "3753"),
    ("Rasen mähen und Grünflächenpflege", "7731"),
    ("Baumpflegearbeiten", "7721"),
    ("Straßenbeleuchtung mit LED", "3499"),
    ("Verkehrsschilder", "3499"),
    ("Winterdienst auf Gehwegen", "9062"),
    ("Einsatzkleidung für die Feuerwehr", "3581"),
    ("Atemschutzgeräte", "3511"),
    ("Drucker und Kopierer mieten", "3012"),
    ("Telefonanlage", "3255"),
    ("Software für die Finanzbuchhaltung", "4844"),
    ("Versicherung für die Gebäude", "6651"),
    ("Wachdienst für die Flüchtlingsunterkunft", "7971"),
    ("Briefversand und Postdienste", "6411"),
    ("Bagger für den Bauhof", "4326"),
    ("Traktor mit Frontlader", "1670"),
    ("Kehrmaschine", "3414"),
    ("Asphaltarbeiten an der Gemeindestraße", "4523"),
    ("Dachdeckerarbeiten", "4526"),
    ("Malerarbeiten im Kindergarten", "4544"),
    ("Elektroinstallation in der Turnhalle", "4531"),
    ("Bücher für die Stadtbibliothek", "2211"),
    ("Gabelstapler", "4241"),
    ("Toilettenpapier und Handtücher", "3376"),
    ("Defibrillatoren", "3318"),
    ("Aufzug warten", "5075"),
]


def found(text: str) -> list[str]:
    return [each.code for each in suggest(packaged.model(), text)]


@pytest.mark.parametrize(("text", "expected"), EVERYDAY)
def test_everyday_words_lead_to_the_class_that_is_meant(text: str, expected: str) -> None:
    assert expected in [code[:4] for code in found(text)]


def test_most_everyday_words_find_their_class_at_once() -> None:
    at_once = sum(found(text)[0].startswith(expected) for text, expected in EVERYDAY)
    assert at_once >= 33


@pytest.mark.parametrize("text", [text for text, _ in EVERYDAY[:12]])
def test_five_codes_of_five_classes_with_path_and_check_digit(text: str) -> None:
    suggestions = suggest(packaged.model(), text)
    assert len({each.code[:4] for each in suggestions}) == 5
    for each in suggestions:
        assert codes.cpv_with_check_digit(each.code) == each.cpv
        assert list(each.path) == [above.label_de for above in codes.cpv_path(each.code)[:-1]]
    assert [each.score for each in suggestions] == sorted(
        (each.score for each in suggestions), reverse=True
    )


def test_an_example_says_what_others_bought() -> None:
    first = suggest(packaged.model(), "Streusalz für den Winterdienst")
    assert any("salz" in each.example.casefold() for each in first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müllfahrzeuge für Straßen", "Muellfahrzeuge fuer Strassen"),
        ("Müllfahrzeuge für Straßen", "MÜLLFAHRZEUGE FÜR STRASSEN"),
        ("Müllfahrzeuge", "Mu\u0308llfahrzeuge"),
        ("Müllfahrzeuge", "Müll\u00adfahr\u200bzeuge"),
        ("Papier & Stifte", "Papier &amp;amp; Stifte"),
        ("Salz für den Winterdienst", "für den Winterdienst: Salz!"),
        ("20 Notebooks", "Notebooks"),
    ],
)
def test_spelling_and_order_of_words_do_not_count(one: str, other: str) -> None:
    assert found(one) == found(other)


@pytest.mark.parametrize(
    ("compound", "parts"),
    [
        ("Schulhofreinigung", "Reinigung"),
        ("Feuerwehrdrehleiterfahrzeug", "Feuerwehrfahrzeug"),
        ("Rathausbüromöbel", "Büromöbel"),
    ],
)
def test_compounds_are_understood_by_their_parts(compound: str, parts: str) -> None:
    assert {code[:4] for code in found(compound)} & {code[:4] for code in found(parts)[:1]}


def test_the_first_line_counts_most() -> None:
    assert found("Streusalz\nGeliefert wird mit Fahrzeugen an das Rathaus")[0][:4] in (
        "3492",
        "1440",
    )


def test_what_nobody_understands_has_no_suggestion() -> None:
    assert found("Quxbarfoo xyzzy") == []


def test_another_process_gives_the_same_answer() -> None:
    text = "Möbel und Stühle für den Sitzungssaal"
    script = (
        "import json;from vergabe.cpv import packaged;from vergabe.cpv.suggesting import suggest;"
        f"print(json.dumps([s.as_dict() for s in suggest(packaged.model(), {text!r})]))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
    assert json.loads(said) == [each.as_dict() for each in suggest(packaged.model(), text)]


@pytest.mark.parametrize(
    "text", ["", " \n", "🙂🙂", "123 456", "a", "x" * 100_000, "Salz\0", 7, None]
)
def test_what_is_no_description_is_refused_with_a_sentence(text: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_text(text)
    assert caught.value.reasons[0].field == "text"
    assert caught.value.message.endswith(".")


def test_the_longest_description_is_answered() -> None:
    assert found(checked_text(("Salz und Splitt für Straßen\n" * 2000)[:TEXT_MAX]))
    assert found("Salz 🙂 für den Winterdienst") == found("Salz für den Winterdienst")
