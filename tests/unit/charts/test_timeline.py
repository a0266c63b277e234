import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from vergabe.charts.drawing import NARROW, WIDE, element, fitted, number, text_width, words, wrapped
from vergabe.charts.time_scale import Scale, ticks
from vergabe.charts.timeline import Bar, BarKind, DayLine, Mark, MarkKind, Row, Timeline
from vergabe.charts.timeline_drawing import draw
from vergabe.exchange import parser

SVG = "{http://www.w3.org/2000/svg}"
TODAY = dt.date(2026, 11, 23)


def days_after(count: int) -> dt.date:
    return TODAY + dt.timedelta(days=count)


def chain(length: int, steps: int = 8) -> Timeline:
    """Return a plan of so many days in so many steps, with lines at both ends."""
    cuts = [days_after(length * i // steps) for i in range(steps + 1)]
    kinds = itertools.cycle([BarKind.CHOSEN, BarKind.STATUTORY])
    rows = tuple(
        Row(
            "Ende der Angebotsfrist für das gemeinsame Verfahren",
            f"bis {last:%d.%m.%Y}, 10:00 Uhr",
            (Bar(first, last, kind, "Mindestens 30 Tage."),),
            (Mark(last, MarkKind.LATEST),),
        )
        for first, last, kind in zip(cuts, cuts[1:], kinds, strict=False)
    )
    lines = (
        DayLine(TODAY, "heute, 23.11.2026"),
        DayLine(days_after(length), "gewünschter Beginn, 06.04.2027", "wish"),
    )
    holidays = tuple(dt.date(year, 1, 1) for year in range(2026, 2040))
    return Timeline("Zeitplan", "Acht Schritte.", rows, lines, holidays)


def drawn(timeline: Timeline, width: int = WIDE) -> etree._Element:
    return parser.parse(draw(timeline, name="plan", width=width).encode())


def boxes(picture: etree._Element) -> list[tuple[str, float, float, float, float]]:
    """Return text, left, right, top and bottom of everything that is written."""
    found = []
    for text in picture.iter(f"{SVG}text"):
        x, y, size = (float(text.get(name, "0")) for name in ("x", "y", "font-size"))
        content = text.text or ""
        found.append((content, x, x + text_width(content, size), y - size, y + 3))
    return found


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("length", [1, 10, 45, 120, 400, 1_500, 7_300])
def test_no_labels_overlap_or_leave_the_picture(length: int, width: int) -> None:
    picture = drawn(chain(length), width)
    written = boxes(picture)
    assert len(written) > 10
    for one, other in itertools.combinations(written, 2):
        apart = one[2] <= other[1] or other[2] <= one[1] or one[4] <= other[3] or other[4] <= one[3]
        assert apart, (one, other)
    height = float(picture.get("height", "0"))
    for text, left, right, top, bottom in written:
        assert left >= 0, text
        assert right <= width, (text, right)
        assert top >= -3, text
        assert bottom <= height, text


@settings(max_examples=60, deadline=None)
@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    st.integers(0, 20_000),
    st.sampled_from([WIDE, NARROW]),
)
def test_ticks_stand_in_order_and_never_touch(first: dt.date, length: int, width: int) -> None:
    scale = Scale(first, first + dt.timedelta(days=length), 6, width - 6)
    lower, upper = ticks(scale, 13)
    for found in (lower, upper):
        assert [tick.day for tick in found] == sorted({tick.day for tick in found})
        assert all(scale.first <= tick.day <= scale.last for tick in found)
    for one, following in itertools.pairwise(upper):
        assert scale.start_of(one.day) + text_width(one.label, 13) <= scale.start_of(following.day)


def test_months_are_german() -> None:
    lower, upper = ticks(Scale(dt.date(2026, 1, 1), dt.date(2027, 3, 31), 300, 950), 13)
    assert [tick.label for tick in lower][:4] == ["Jan", "Feb", "März", "Apr"]
    assert [tick.label for tick in upper] == ["2026", "2027"]
    lower, upper = ticks(Scale(dt.date(2026, 11, 20), dt.date(2026, 12, 5), 300, 950), 13)
    assert lower[0].label == "20."
    assert [tick.label for tick in upper] == ["Nov 2026", "Dez 2026"]


def test_the_picture_says_what_it_shows_without_a_style_attribute() -> None:
    markup = draw(chain(120), name="plan")
    picture = drawn(chain(120))
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "plan-title plan-desc"
    assert picture.findtext(f"{SVG}title") == "Zeitplan"
    assert picture.findtext(f"{SVG}desc") == "Acht Schritte."
    assert "style=" not in markup
    assert "<script" not in markup


def test_statutory_bars_are_hatched_so_that_nobody_needs_colours() -> None:
    picture = drawn(chain(120))
    hatched = [each for each in picture.iter() if each.get("fill") == "url(#plan-hatch)"]
    assert len(hatched) == 5  # four bars and the legend
    assert picture.find(f"{SVG}defs/{SVG}pattern") is not None
    legend = {text for text, *_ in boxes(picture)}
    assert {"gesetzliche Frist", "gewählte Dauer", "spätester Tag", "Wochenende"} <= legend


def test_text_of_others_never_becomes_markup() -> None:
    row = Row('<script>alert("x")</script> & "Rat"', "a<b", (), (Mark(TODAY, MarkKind.COUNCIL),))
    markup = draw(Timeline("<b>", "&\x00", (row,)), name="plan")
    picture = parser.parse(markup.encode())
    assert picture.findtext(f"{SVG}title") == "<b>"
    assert picture.findtext(f"{SVG}desc") == "&"
    assert "<script" not in markup


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert draw(chain(90), name="a") == draw(chain(90), name="a")


def test_nothing_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        draw(Timeline("leer", "", ()), name="a")


def test_a_mark_far_away_is_drawn_within_the_picture() -> None:
    rows = (Row("Rat", "", (), (Mark(days_after(0), MarkKind.COUNCIL),)),)
    timeline = Timeline("t", "d", rows, (DayLine(days_after(7_000), "spät"),))
    assert len(boxes(drawn(timeline, NARROW))) >= 2


def test_long_texts_are_cut_and_broken() -> None:
    assert fitted("kurz", 100, 14) == "kurz"
    cut = fitted("Donaudampfschifffahrtsgesellschaft", 60, 14)
    assert cut.endswith("…")
    assert text_width(cut, 14) <= 60
    assert wrapped("eins zwei drei vier", 80, 14) == ["eins zwei", "drei vier"]
    assert wrapped("", 70, 14) == []
    assert len(wrapped("eins zwei drei vier fünf sechs", 50, 14)) == 2


def test_elements_are_written_plainly() -> None:
    assert element("g") == "<g/>"
    assert element("a", words("x < y"), class_="b", font_size=1.25) == (
        '<a class="b" font-size="1.2">x &lt; y</a>'
    )
    assert number(3.0) == "3"
    assert number(3.14) == "3.1"
