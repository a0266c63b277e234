import pytest

from vergabe.suppliers.fitting import Subject, Wish, hits

NOTICE = Subject(
    cpv_codes=["34144210"],
    nuts_codes=["DEA26"],
    text="Zwei Hilfeleistungslöschfahrzeuge",
    nature="supplies",
    value_net_cents=50_000_00,
)


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (Wish(), []),
        (Wish(cpv_prefixes=["34144"]), [("cpv", "34144")]),
        (Wish(cpv_prefixes=["34144210"]), [("cpv", "34144210")]),
        (Wish(cpv_prefixes=["39"]), []),
        (Wish(keywords=["Löschfahrzeug"]), [("keyword", "Löschfahrzeug")]),
        (Wish(keywords=["Fahr"]), []),
        (Wish(cpv_prefixes=["34"], nuts_prefixes=["DEA"]), [("cpv", "34")]),
        (Wish(cpv_prefixes=["34"], nuts_prefixes=["DE2"]), []),
        (Wish(cpv_prefixes=["34"], natures=["supplies"]), [("cpv", "34")]),
        (Wish(cpv_prefixes=["34"], natures=["works"]), []),
        (Wish(cpv_prefixes=["34"], value_from_net_cents=50_000_00), [("cpv", "34")]),
        (Wish(cpv_prefixes=["34"], value_from_net_cents=50_000_01), []),
        (Wish(cpv_prefixes=["34"], value_until_net_cents=50_000_00), [("cpv", "34")]),
        (Wish(cpv_prefixes=["34"], value_until_net_cents=49_999_99), []),
    ],
)
def test_wish_fits_by_code_or_word_within_place_kind_and_value(
    wish: Wish, found: list[tuple[str, str]]
) -> None:
    assert hits(wish, NOTICE) == found


def test_what_a_notice_does_not_say_excludes_nobody() -> None:
    silent = Subject(["34144210"], [], "")
    wish = Wish(
        cpv_prefixes=["34"],
        nuts_prefixes=["DE2"],
        natures=["works"],
        value_from_net_cents=1,
    )
    assert hits(wish, silent) == [("cpv", "34")]
