import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from vergabe.charts.bars import Bar, BarChart, BarRow, Piece, plain_row, rate_row
from vergabe.charts.bars_drawing import draw_bars
from vergabe.charts.drawing import NARROW, WIDE, text_width
from vergabe.charts.pictures import pictures_of
from vergabe.exchange import parser

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: BarChart, width: int) -> etree._Element:
    return parser.parse(draw_bars(chart, name="rates", width=width).encode())


def boxes(picture: etree._Element) -> list[tuple[str, float, float, float, float]]:
    """Return text, left, right, top and bottom of everything that is written."""
    found = []
    for text in picture.iter(f"{SVG}text"):
        x, y, size = (float(text.get(name, "0")) for name in ("x", "y", "font-size"))
        content = text.text or ""
        wide = text_width(content, size)
        left = x - wide if text.get("text-anchor") == "end" else x
        found.append((content, left, left + wide, y - size, y + 3))
    return found


amounts = st.integers(min_value=0, max_value=10**12)
names = st.text(st.characters(categories=["L", "Nd", "Zs"]), min_size=1, max_size=60)


@st.composite
def charts(draw: st.DrawFn) -> BarChart:
    series = tuple(draw(st.lists(names, min_size=1, max_size=4)))
    piece = st.builds(Piece, amounts, st.integers(0, len(series) - 1), names)
    bar = st.builds(
        Bar,
        st.lists(piece, min_size=1, max_size=4).map(tuple),
        names,
        st.none() | amounts,
    )
    row = st.builds(BarRow, names, st.lists(bar, min_size=1, max_size=3).map(tuple))
    rows = draw(st.lists(row, max_size=6).map(tuple))
    return BarChart(draw(names), draw(names), rows, series)


@settings(max_examples=80, deadline=None)
@given(charts(), st.sampled_from([WIDE, NARROW]))
def test_nothing_written_overlaps_or_leaves_the_picture(chart: BarChart, width: int) -> None:
    picture = drawn(chart, width)
    written = [box for box in boxes(picture) if box[0].strip()]
    for one, other in itertools.combinations(written, 2):
        apart = one[2] <= other[1] or other[2] <= one[1] or one[4] <= other[3] or other[4] <= one[3]
        assert apart, (one, other)
    height = float(picture.get("height", "0"))
    for text, left, right, top, bottom in written:
        assert left >= -0.1, text
        # A text behind the longest bar of a wide picture has a third of it at most.
        assert right <= width + 0.5, (text, right)
        assert top >= -3, text
        assert bottom <= height + 3, text
    for box in picture.iter(f"{SVG}rect"):
        x, wide = float(box.get("x", "0")), float(box.get("width", "0"))
        assert x >= 0
        assert x + wide <= width + 0.5


@settings(max_examples=40, deadline=None)
@given(charts())
def test_policy_for_inline_code_is_kept(chart: BarChart) -> None:
    for width in (WIDE, NARROW):
        for part in drawn(chart, width).iter():
            names = [str(name) for name in part.attrib]
            assert not [name for name in names if name == "style" or name.startswith("on")]
            assert etree.QName(part).localname not in ("style", "script", "foreignObject")


def test_lengths_are_to_scale() -> None:
    chart = BarChart("Werte", "Drei.", tuple(plain_row(f"{v}", v, f"{v} €") for v in (25, 50, 100)))
    bars = [float(box.get("width", "0")) for box in drawn(chart, WIDE).iter(f"{SVG}rect")]
    assert bars[1] == pytest.approx(2 * bars[0], abs=0.2)
    assert bars[2] == pytest.approx(4 * bars[0], abs=0.2)


def test_rate_of_nobody_asked_is_an_empty_frame() -> None:
    row = rate_row("Linnich", 0, 0)
    assert row.bars[0].text == "0 von 0"
    picture = drawn(BarChart("Quote", "Keine.", (row,)), NARROW)
    assert len(list(picture.iter(f"{SVG}rect"))) == 1


def test_two_thirds_are_rounded_down() -> None:
    assert rate_row("Jülich", 2, 3).bars[0].text == "2 von 3 (66\N{NO-BREAK SPACE}%)"


def test_screen_readers_are_told_title_and_description() -> None:
    picture = drawn(BarChart("Antwortquote", "Sechs Mitglieder.", ()), WIDE)
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "rates-title rates-desc"
    assert picture.findtext(f"{SVG}title") == "Antwortquote"
    assert picture.findtext(f"{SVG}desc") == "Sechs Mitglieder."


def test_markup_in_labels_stays_text() -> None:
    chart = BarChart("<b>", "&amp;", (plain_row("<script>x</script>", 1, '"1"'),))
    texts = [text.text for text in drawn(chart, WIDE).iter(f"{SVG}text")]
    assert "<script>x</script>" in texts


def test_both_pictures_have_ids_of_their_own() -> None:
    wide, narrow = pictures_of(BarChart("Quote", "Keine.", ()), "rates")
    assert 'id="rates-wide-title"' in wide
    assert 'id="rates-narrow-title"' in narrow


@pytest.mark.parametrize(
    "rows",
    [
        (BarRow("A", (Bar((Piece(-1),), ""),)),),
        (BarRow("A", (Bar((Piece(1, series=1),), ""),)),),
    ],
)
def test_impossible_bars_are_refused(rows: tuple[BarRow, ...]) -> None:
    with pytest.raises(ValueError, match=r"bars|piece"):
        BarChart("Werte", "", rows)


def test_more_looks_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="series"):
        BarChart("Werte", "", (), ("a", "b", "c", "d", "e"))
