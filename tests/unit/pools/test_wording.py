from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.pool_facts import demand
from vergabe.pools import reading
from vergabe.pools import subjects as tables
from vergabe.pools.vocabulary import EMPTY_WORDS
from vergabe.pools.wording import (
    compared_cpv,
    is_place_word,
    plain,
    stem,
    subjects,
    words,
)


class Said(NamedTuple):
    """What one demand says, by name: weights of stems, subjects with how surely they are meant."""

    terms: dict[str, float]
    head: dict[str, float]
    said: dict[str, float]
    title_stems: set[str]
    subjects: dict[str, float]
    names_site: bool


def read(title: str, description: str = "", town: str = "Stadt Jülich", **other: str) -> Said:
    facts = demand(title, description=description, organisation_name=town)
    found = reading.read([facts], [other.get("cpv", "90911200")], lambda _: other.get("label", ""))
    in_title = found.said.indices[found.in_title]
    kind = found.kinds[found.kind[0]]
    return Said(
        terms=by_stem(found.terms, found.stems),
        head=by_stem(found.head, found.stems),
        said=by_stem(found.said, found.stems),
        title_stems={found.stems[i] for i in in_title},
        subjects=dict.fromkeys(kind.subjects, kind.certainty),
        names_site=bool(found.names_site[0]),
    )


def by_stem(weights: Any, stems: Sequence[str]) -> dict[str, float]:
    return {stems[i]: float(w) for i, w in zip(weights.indices, weights.data, strict=True)}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ökostromlieferung", "Oekostrom"),
        ("Reinigungsarbeiten", "Reinigung"),
        ("Schulbuchausschreibung", "Schulbuch"),
        ("Löschgruppenfahrzeuges", "Löschgruppenfahrzeug"),
        ("Straßen", "STRASSE"),
    ],
)
def test_forms_and_spellings_of_one_word_have_one_stem(first: str, second: str) -> None:
    assert stem(plain(first)) == stem(plain(second))


@given(st.text(max_size=60))
def test_stem_is_never_empty_and_never_longer(text: str) -> None:
    word = plain(text)
    assert len(stem(word)) <= len(word)
    assert bool(stem(word)) == bool(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schüler_innen, Lehrer:innen und Bürger/innen", ["Schülerinnen", "Lehrerinnen"]),
        ("&amp;quot;Anbau&amp;quot; der Fahrzeughalle", ["Anbau", "der", "Fahrzeughalle"]),
        ("Scho\u0308ffenwahl", ["Schöffenwahl"]),
        ("Schul\u00admöbel", ["Schulmöbel"]),
        ("DL(A)K 23/12", ["DLAK"]),
        ("LF20, 16 t, 12.000 €", ["LF", "t"]),
        ("Unterhalts- und Glasreinigung", ["Unterhalts-", "und", "Glasreinigung"]),
    ],
)
def test_words_are_read_out_of_odd_texts(text: str, expected: list[str]) -> None:
    assert words(text)[: len(expected)] == expected


ODD_SIGNS = "aäi\u0308\u0301\xad-‑_:innen()A&amp;#x26;3lt; \n\t\xa0\x1e\u2003\u3000"


@given(st.text(ODD_SIGNS, max_size=60) | st.text(max_size=60))
def test_words_of_a_text_are_those_of_what_stands_between_its_blanks(text: str) -> None:
    assert [word for piece in text.split() for word in words(piece)] == words(text)


def test_what_a_description_names_is_looked_for_in_its_beginning_alone() -> None:
    filler = "Wort " * 56
    named = read("Los 2", description=f"{filler}Streusalz und Splitt", cpv="90911200")
    assert named.subjects == {"streusalz": pytest.approx(0.7)}
    late = read("Los 2", description=f"{filler}{filler}Streusalz und Splitt", cpv="90911200")
    assert late.subjects == {}


def test_words_of_procurement_say_nothing() -> None:
    said = read("Rahmenvereinbarung über die Lieferung und Beschaffung von Leistungen in 2 Losen")
    assert said.terms == {}


def test_town_of_the_buyer_is_left_out_and_other_towns_stay() -> None:
    own = read("Schulbücher für Dormagener Schulen, Stadt Dormagen", town="Stadt Dormagen")
    assert "dormagen" not in " ".join(own.terms)
    other = read("Gemeinsame Drehleiter mit Biebesheim", town="Stadt Riedstadt")
    assert "biebesheim" in other.terms


def test_a_town_named_like_a_thing_hides_the_thing_only_for_itself() -> None:
    assert "ess" in "".join(read("Essen auf Rädern", town="Stadt Jülich").terms)
    assert read("Essen auf Rädern", town="Stadt Essen").terms.keys() == {stem("raedern")}


def test_title_weighs_more_than_description() -> None:
    said = read("Streusalz", description="Es geht um Auftaumittel.")
    assert said.terms[stem("streusalz")] > said.terms[stem("auftaumittel")]


def test_description_that_repeats_the_title_counts_once() -> None:
    assert read("Streusalz", description="Streusalz ").terms == read("Streusalz").terms


def test_place_of_use_weighs_little() -> None:
    said = read("Innentüren Grundschule")
    assert said.terms["innentuer"] > 3 * said.terms["grundschul"]
    assert is_place_word("grundschul")


@pytest.mark.parametrize(
    ("title", "cpv", "subject"),
    [
        ("Werther - HLF 10", "34144210", "loeschfahrzeug"),
        ("Lieferung von 2 MTW / MTF", "34144210", "mannschaftstransport"),
        ("Beschaffung zweier Drehleitern DLAK 23/12", "34144210", "drehleiter"),
        ("Elektrische Energie für die Kliniken", "09310000", "strom"),
        ("Ökostrombelieferung 2027", "09310000", "strom"),
        ("Lieferung von E-PKW", "34110000", "pkw"),
        ("Dienstrad-Leasing", "34430000", "fahrradleasing"),
        ("OGS-Modulanlage", "44211100", "raumcontainer"),
        ("Kanal-TV-Inspektion 2026", "90491000", "kanalinspektion"),
        ("Kanal TV Inspektionen im Stadtgebiet", "90491000", "kanalinspektion"),
        ("Unterhalts- und Glasreinigung", "90911200", "gebaeudereinigung"),
        ("Beförderung von Schulkindern im Schülerspezialverkehr", "60130000", "befoerderung"),
    ],
)
def test_titles_name_their_subject(title: str, cpv: str, subject: str) -> None:
    assert subject in subjects(words(title), cpv[:2])


def test_subject_counts_only_where_its_word_means_it() -> None:
    software = words("Software zur Schülerbeförderung")
    assert "schuelerbefoerderung" not in subjects(software, "48")
    assert "schuelerbefoerderung" in subjects(software, "60")


def test_cleaning_of_clothes_is_no_cleaning_of_buildings() -> None:
    found = subjects(words("Reinigung von Dienst- und Schutzkleidung"), "90")
    assert found == {"schutzkleidung"}


def test_titles_of_lots_leave_the_word_to_the_description_then_to_the_code() -> None:
    described = read("Los 2", description="Baumpflegearbeiten im Stadtgebiet", cpv="77211500")
    assert described.subjects == {"baumpflege": pytest.approx(0.7)}
    labelled = read("Nord-Ost", cpv="90911200", label="Gebäudereinigung")
    assert labelled.subjects["gebaeudereinigung"] == pytest.approx(0.9)
    general = read("Nord-Ost", cpv="09300000", label="Elektrizität, Heizung, Sonnenenergie")
    assert general.subjects == {}


def test_same_thing_from_two_branches_of_cpv_is_compared_under_one_code() -> None:
    assert compared_cpv("15894210", {"verpflegung"}) == "55524000"
    assert compared_cpv("15894210", set()) == "15894210"
    assert compared_cpv("55524000", {"verpflegung"}) == "55524000"


def test_building_sites_are_recognised() -> None:
    assert read("Heizungsarbeiten am Neubau der Rettungswache").names_site
    assert not read("Heizungsarbeiten in städtischen Gebäuden").names_site


@settings(deadline=None)  # the first case loads scipy
@given(title=st.text(max_size=300), description=st.text(max_size=800))
def test_any_text_can_be_read(title: str, description: str) -> None:
    said = read(title, description)
    assert all(weight > 0 for weight in said.terms.values())
    assert said.title_stems <= said.said.keys()
    assert said.head.keys() <= said.terms.keys()


def test_long_text_is_read_to_a_limit() -> None:
    said = read("Streusalz", description="Wort " * 100 + "Geheimnis")
    assert stem("geheimnis") not in said.terms


def test_tables_of_subjects_agree_with_each_other() -> None:
    keys = {key for key, _, _ in tables.SUBJECTS}
    assert len(keys) == len(tables.SUBJECTS)
    assert {key for key, _, _ in tables.SUBJECT_PAIRS} <= keys
    assert tables.WIDER.keys() <= keys
    assert tables.SUBJECT_NAMES.keys() >= set(tables.WIDER.values()) | keys
    assert tables.SUBJECT_DIVISIONS.keys() <= keys
    assert {subject for subject, _, _ in tables.TWIN_CODES} <= keys
    assert all(len(twin) == 8 for _, _, twin in tables.TWIN_CODES)


def test_word_lists_are_plain_and_distinct() -> None:
    assert all(word == plain(word) for word in EMPTY_WORDS)
