"""What an address of the search asks for, and the address of a wish."""

import datetime as dt

import pytest
from werkzeug.datastructures import MultiDict

from vergabe.catalogue import addresses
from vergabe.catalogue.addresses import Asked
from vergabe.catalogue.wishes import Wish


def read(*pairs: tuple[str, str]) -> Asked:
    return addresses.read(MultiDict(pairs))


def test_an_address_says_what_the_wish_says_both_ways() -> None:
    pairs = [
        ("q", "Schulmöbel"),
        ("stand", "offen"),
        ("frist", "14"),
        ("cpv", "3916"),
        ("cpv", "34"),
        ("region", "DEA"),
        ("art", "supplies"),
        ("wert", "25-100"),
        ("verfahren", "offen"),
        ("gemeinsam", "ja"),
        ("quelle", "ted"),
        ("auftraggeber", "Stadt Köln"),
        ("frist_bis", "2026-12-24"),
        ("ordnung", "frist"),
    ]
    asked = read(*pairs)

    assert asked.pairs == pairs
    assert asked.wish.due_until == dt.datetime(2026, 12, 24, 23, tzinfo=dt.UTC)
    assert not asked.ignored
    assert not asked.violations


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [("31127000-2", "31127"), ("31127000", "31127"), ("3112", "3112"), ("30000000", "30")],
)
def test_a_code_in_the_one_field_is_a_code(typed: str, prefix: str) -> None:
    assert read(("q", typed)).wish == Wish(cpv=(prefix,))


@pytest.mark.parametrize("typed", ["2026", "12345678-99", "99999999", "112", "DLZ-2026-0007"])
def test_other_numbers_are_words(typed: str) -> None:
    assert read(("q", typed)).wish == Wish(text=typed)


def test_old_addresses_mean_what_they_meant() -> None:
    assert read(("offen", "1")).wish.states == ("offen",)
    assert read(("stand", "open")).wish.states == ("offen",)
    assert read(("stand", "awarded"), ("cpv", "31127000-2")).wish == Wish(
        states=("vergeben",), cpv=("31127",)
    )


def test_what_means_nothing_is_left_out_and_named() -> None:
    asked = read(
        ("stand", "irgendwas"),
        ("cpv", "xyz"),
        ("cpv", "99999999"),
        ("region", "'%"),
        ("wert", "-1"),
        ("frist", "8"),
        ("unbekannt", "1"),
    )

    assert asked.wish == Wish()
    assert asked.ignored == ("irgendwas", "8", "xyz", "99999999", "'%", "-1")


def test_a_wrong_day_is_told_at_its_field() -> None:
    asked = read(("frist_ab", "31.12."), ("frist_bis", "9999-12-31"))

    assert [v.field for v in asked.violations] == ["frist_ab", "frist_bis"]
    assert asked.days == {"frist_ab": "31.12.", "frist_bis": "9999-12-31"}


def test_endless_input_is_cut() -> None:
    asked = read(("q", "a\x00b" * 5000), *(("auftraggeber", f"Amt {n}") for n in range(500)))

    assert len(asked.wish.text) == addresses.TEXT_MAX
    assert "\x00" not in asked.wish.text
    assert len(asked.wish.buyers) == 20
