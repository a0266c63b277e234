"""The shapes of a timeline: bars told apart by pattern, marks told apart by form."""

from collections.abc import Callable
from typing import Final

from vergabe.charts.drawing import INK, Number, element, number, words
from vergabe.charts.timeline import BarKind, MarkKind

BAR: Final = 16
_FILLS: Final = {
    BarKind.STATUTORY: ("#171a5a", INK),
    BarKind.CHOSEN: ("#e4e7ee", "#171a5a"),
    BarKind.DONE: ("#8d929c", "#5b616b"),
}


def bar_shape(
    name: str, kind: BarKind, x: float, width: float, middle: float, note: str = ""
) -> str:
    """Return a bar around the height `middle`; name: of the picture, whose hatching it uses."""
    told = element("title", words(note)) if note else ""
    class_ = f"app-chart__bar app-chart__bar--{kind}"
    if kind in (BarKind.SLACK, BarKind.LATE):
        return element(
            "line",
            told,
            class_=class_,
            x1=x,
            x2=x + width,
            y1=middle,
            y2=middle,
            stroke=INK,
            stroke_width=3 if kind is BarKind.LATE else 2,
            stroke_dasharray="8 3" if kind is BarKind.LATE else "2 4",
        )
    fill, stroke = _FILLS[kind]
    box: dict[str, Number] = {"x": x, "y": middle - BAR / 2, "width": width, "height": BAR}
    shapes = element("rect", class_=class_, fill=fill, stroke=stroke, rx=2, **box)
    if kind is BarKind.STATUTORY:
        shapes += element("rect", fill=f"url(#{name}-hatch)", **box)
    return element("g", told, shapes)


def hatch(name: str) -> str:
    """Return the pattern that marks statutory bars in a picture of this name."""
    return element(
        "pattern",
        element("path", class_="app-chart__hatch", d="M0 0V8", stroke="#fff", stroke_width=3),
        id=f"{name}-hatch",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )


_FILLED: Final = (MarkKind.REACHED, MarkKind.DEADLINE)


def mark_shape(kind: MarkKind, x: float, middle: float, note: str = "") -> str:
    """Return a mark around a point."""
    told = element("title", words(note)) if note else ""
    return element(
        "path",
        told,
        class_=f"app-chart__mark app-chart__mark--{kind}",
        d=_MARKS[kind](x, middle),
        fill=INK if kind in _FILLED else "#fff",
        stroke=INK,
        stroke_width=2,
    )


def _bracket(x: float, y: float) -> str:
    return f"M{number(x - 5)} {number(y - 9)}H{number(x)}V{number(y + 9)}H{number(x - 5)}"


def _triangle(x: float, y: float) -> str:
    return f"M{number(x - 7)} {number(y - 6)}H{number(x + 7)}L{number(x)} {number(y + 7)}Z"


def _diamond(x: float, y: float) -> str:
    return (
        f"M{number(x)} {number(y - 8)}L{number(x + 7)} {number(y)}"
        f"L{number(x)} {number(y + 8)}L{number(x - 7)} {number(y)}Z"
    )


def _disc(x: float, y: float) -> str:
    return f"M{number(x - 7)} {number(y)}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0Z"


_MARKS: Final[dict[MarkKind, Callable[[float, float], str]]] = {
    MarkKind.LATEST: _bracket,
    MarkKind.COUNCIL: _triangle,
    MarkKind.MILESTONE: _diamond,
    MarkKind.REACHED: _diamond,
    MarkKind.DEADLINE: _disc,
}
