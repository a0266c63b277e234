import pytest

from vergabe.errors import InvalidInput
from vergabe.suppliers import rules


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("34144210", "3414421"),
        ("34000000", "34"),
        ("30000000", "30"),
        ("09000000", "09"),
        ("90900000", "909"),
    ],
)
def test_zeros_at_the_end_of_a_cpv_code_say_nothing(code: str, expected: str) -> None:
    assert rules.significant(code) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("34144210-3, 34144210; 90", ["3414421", "90"]),
        ("34\n341 3414", ["34", "341", "3414"]),
        ("0912", ["0912"]),
        ("", []),
        (" , ;\n", []),
    ],
)
def test_cpv_codes_are_taken_as_people_write_them(text: str, expected: list[str]) -> None:
    assert rules.cpv_prefixes(text, field="cpv") == expected


@pytest.mark.parametrize(
    "text",
    ["34144210-9", "99999999", "00", "1", "00000000", "Feuerwehr", "34\x00", "9" * 500, "３４"],
)
def test_cpv_code_that_does_not_exist_is_named(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        rules.cpv_prefixes(text, field="cpv")
    assert {violation.field for violation in error.value.violations} == {"cpv"}


def test_every_wrong_code_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as error:
        rules.cpv_prefixes("34, 99, 98765432, 45", field="cpv")
    assert len(error.value.violations) == 2


def test_too_many_codes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="höchstens 100"):
        rules.cpv_prefixes(" ".join(_many_codes(101)), field="cpv")


def _many_codes(count: int) -> list[str]:
    from vergabe.exchange import codes

    found = [entry.code for entry in codes.cpv_search("3", limit=5000)]
    assert len(found) >= count
    return found[:count]


def test_regions_are_checked() -> None:
    assert rules.nuts_prefixes("dea26, DEA\nDE", field="nuts") == ["DEA26", "DEA", "DE"]
    with pytest.raises(InvalidInput):
        rules.nuts_prefixes("DEA26 DEQ9", field="nuts")


def test_keywords_stay_as_typed_and_single() -> None:
    assert rules.keywords("Löschfahrzeug\nLOESCHFAHRZEUG, digitale  Akte", field="k") == [
        "Löschfahrzeug",
        "digitale Akte",
    ]


@pytest.mark.parametrize("text", ["x", "w" * 61, "a\x00b", "a, bb"])
def test_keyword_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.keywords(text, field="k")


@pytest.mark.parametrize(
    ("keyword", "text", "is_found"),
    [
        ("Löschfahrzeug", "Zwei Hilfeleistungslöschfahrzeuge (HLF 20)", True),
        ("LOESCHFAHRZEUG", "Lo\u0308schfahrzeug", True),
        ("amt", "Gesamtschule", False),
        ("amt", "Amt für Brandschutz", True),
        ("IT", "IT-Dienstleistungen", True),
        ("IT", "Arbeiten mit Kran", False),
        ("digitale Akte", "Einführung: Digitale\nAkte", True),
        ("Straße", "STRASSE", True),
        ("Reinigung", "", False),
    ],
)
def test_long_keywords_are_found_inside_words_and_short_ones_alone(
    keyword: str, text: str, is_found: bool
) -> None:
    assert rules.has_keyword(rules.folded(text), rules.folded(keyword)) is is_found


@pytest.mark.parametrize("text", ["", "it", "Löschfahrzeuge für die Feuerwehr, IT und Bau 12345"])
def test_all_keywords_at_once_are_found_like_each_alone(text: str) -> None:
    folded = rules.folded(text)
    parts = {folded[a:b] for a in range(len(folded)) for b in range(a + 1, len(folded) + 1)}
    words = sorted(parts | {"fahrt", "feuerwehren", "a", "bauer", "12346", " "})
    found = [word for word in words if rules.has_keyword(folded, word)]
    assert rules.keywords_in(folded, words) == found
