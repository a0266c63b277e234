"""Words as people write them, and what a typed word may mean."""

import pytest

from vergabe.catalogue.vocabulary import BEGINNING, EXACT, INSIDE, STEM, Vocabulary
from vergabe.catalogue.words import in_order, stem, words


def vocabulary(*known: str) -> Vocabulary:
    return Vocabulary().extended((word, number) for number, word in enumerate(known, 1))


def weights(known: Vocabulary, typed: str) -> list[int]:
    return [int(weight) for weight in known.weights(typed)[1:]]


def test_words_are_folded_and_stand_once() -> None:
    assert words("Straße  STRASSE", "Ju\u0308lich & Café") == ["cafe", "juelich", "strasse"]
    assert in_order("Zaun, a Amt Zaun") == ["zaun", "amt"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("fahrzeuge", "fahrzeug"),
        ("fahrzeugen", "fahrzeug"),
        ("reinigungen", "reinigung"),
        ("zaun", "zaun"),
        ("lf20", "lf20"),
    ],
)
def test_endings_that_change_are_dropped(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_the_word_itself_counts_most_then_its_forms_beginnings_and_compounds() -> None:
    known = vocabulary("fahrzeuge", "fahrzeug", "fahrzeughalle", "loeschfahrzeug", "rad")

    assert weights(known, "fahrzeuge") == [EXACT, STEM, BEGINNING, INSIDE, 0]


def test_short_words_are_not_looked_for_inside_others() -> None:
    assert weights(vocabulary("it", "item", "arbeit"), "it") == [EXACT, BEGINNING, 0]


def test_a_compound_is_taken_apart_only_into_known_words() -> None:
    known = vocabulary("feuerwehr", "fahrzeug", "schule", "moebel")

    assert ("feuerwehr", "fahrzeug") in known.parts_of("feuerwehrfahrzeug")
    assert ("schul", "moebel") in known.parts_of("schulmoebel")
    assert known.parts_of("unbekanntes") == []


def test_a_grown_vocabulary_leaves_the_old_one_as_it_was() -> None:
    old = vocabulary("zaun")
    new = old.extended([("zaunbau", 7)])

    assert weights(old, "zaun") == [EXACT]
    assert new.weights("zaun")[7] == BEGINNING
    assert new.missing([1, 7, 9]) == [9]
