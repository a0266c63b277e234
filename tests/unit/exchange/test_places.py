import pytest

from vergabe.exchange import places


@pytest.mark.parametrize(
    ("text", "code", "town"),
    [
        ("Jülich", "DEA26", "Jülich"),
        ("juelich", "DEA26", "Jülich"),
        ("Düren", "DEA26", ""),
        ("Nordrhein-Westfalen", "DEA", ""),
        ("rhein-erft", "DEA27", ""),
        ("Kerpen", "DEA27", "Kerpen"),
        ("deutschland", "DE", ""),
    ],
)
def test_region_is_found_by_any_name(text: str, code: str, town: str) -> None:
    first = places.regions(text)[0]
    assert (first.code, first.town) == (code, town)


@pytest.mark.parametrize("text", ["", "x", "Entenhausen", "\0", "%", "9" * 500])
def test_what_is_no_place_finds_nothing(text: str) -> None:
    assert places.regions(text) == ()


def test_many_names_are_cut_and_each_region_stands_once() -> None:
    found = places.regions("neu", limit=12)
    assert len(found) == 12
    assert len({each.code for each in found}) == 12
