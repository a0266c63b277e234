"""From words on suitability to coded criteria: no word is lost, every code stands once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vergabe.notice_facts import selection
from vergabe.notice_facts.choices import SELECTION_CRITERIA, WITH_THE_FIRST

CODES = [code for code in SELECTION_CRITERIA if code != WITH_THE_FIRST]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("  \n ", []),
        ("Eine Zeile.", ["Eine Zeile."]),
        ("- Umsatz\n\n- Referenzen", ["Umsatz", "Referenzen"]),
        ("1. Umsatz\n2) Referenzen", ["Umsatz", "Referenzen"]),
        (
            "Eigenerklärung zu §§ 123, 124 GWB. Drei Referenzen; mind. 100.000 Euro Umsatz.",
            [
                "Eigenerklärung zu §§ 123, 124 GWB.",
                "Drei Referenzen; mind. 100.000 Euro Umsatz.",
            ],
        ),
        ("Nachweis nach Nr. 5 der Liste.", ["Nachweis nach Nr. 5 der Liste."]),
        ("Zertifikat z. B. Blauer Engel.", ["Zertifikat z. B. Blauer Engel."]),
    ],
)
def test_pieces(text: str, pieces: list[str]) -> None:
    assert selection.pieces_of(text) == pieces


@pytest.mark.parametrize(
    ("piece", "nature", "code"),
    [
        ("Zwei vergleichbare Lieferungen", "supplies", "slc-abil-ref-supply"),
        ("Drei Referenzen", "services", "slc-abil-ref-services"),
        ("Drei Referenzen", "works", "slc-abil-ref-work"),
        ("Eintragung im Handelsregister", "supplies", "slc-suit-reg-trade"),
        ("Jahresumsätze der letzten drei Jahre", "supplies", "slc-stand-to-gen"),
        ("Betriebshaftpflicht über 2 Mio. Euro", "supplies", "slc-stand-ins"),
        ("Zertifizierung nach ISO 9001", "supplies", "slc-sche-qu-cert-indep"),
        ("Informationssicherheit nach ISO 27001", "services", "slc-sec-inf"),
    ],
)
def test_words_tell_the_code(piece: str, nature: str, code: str) -> None:
    assert selection.guessed_codes([piece], nature) == (code,)


def test_without_a_hint_the_first_is_an_other_requirement() -> None:
    assert selection.guessed_codes(["Eigenerklärung", "Formblatt"], "supplies") == (
        "slc-stand-other",
        WITH_THE_FIRST,
    )
    assert selection.guessed_codes([], "supplies") == ()


def test_what_has_no_code_stands_with_the_first() -> None:
    found = selection.grouped(
        ["Umsatz", "Formblatt 1", "Referenz A", "Mindestumsatz"],
        ["slc-stand-to-gen", WITH_THE_FIRST, "slc-abil-ref-supply", "slc-stand-to-gen"],
    )
    assert found == [
        ("slc-stand-to-gen", "Formblatt 1\nUmsatz\nMindestumsatz"),
        ("slc-abil-ref-supply", "Referenz A"),
    ]


@given(st.text(max_size=400))
def test_every_guessed_code_is_known(text: str) -> None:
    pieces = selection.pieces_of(text)
    codes = selection.guessed_codes(pieces, "supplies")
    assert len(codes) == len(pieces)
    assert set(codes) <= set(SELECTION_CRITERIA)
    grouped = selection.grouped(pieces, codes)
    assert len({code for code, _ in grouped}) == len(grouped)
    assert sorted("\n".join(text for _, text in grouped).split("\n")) == sorted(pieces or [""])


@given(st.lists(st.tuples(st.text("abc", min_size=1), st.sampled_from([*CODES, WITH_THE_FIRST]))))
def test_grouping_loses_no_word(rows: list[tuple[str, str]]) -> None:
    grouped = selection.grouped([piece for piece, _ in rows], [code for _, code in rows])
    words = "\n".join(text for _, text in grouped).split("\n")
    assert sorted(words) == sorted([piece for piece, _ in rows] or [""])
