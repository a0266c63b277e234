"""Drawing bars: from plain data to one SVG element (see charts.bars).

Wide pictures have labels at the left and figures behind the bars; narrow ones have both above the
bar, so that a phone shows them at a readable size.
"""

from dataclasses import dataclass, field
from typing import Final

from vergabe.charts.bars import Bar, BarChart, BarRow, Piece
from vergabe.charts.drawing import (
    NARROW_BELOW,
    Number,
    element,
    fitted,
    label_text,
    picture,
    text_width,
    words,
    wrapped,
)

_SIZE: Final = 15
_SMALL: Final = 13
_LINE: Final = 20
_BAR: Final = 18
_EDGE: Final = 2
_GAP: Final = 8
_BETWEEN_BARS: Final = 4
_ROW_GAP: Final = 14
_LABEL_SHARE: Final = 0.3
_INK: Final = "#171a5a"
# Fill of each series where there is no style sheet; hatched and dotted are drawn over the fill.
_FILLS: Final = ("#171a5a", "#e4e7ee", "#8d929c", "#ffffff")
_PATTERNED: Final = (2, 3)


@dataclass
class _Canvas:
    """How far down it goes, and the markup so far."""

    chart: BarChart
    name: str
    width: int
    left: float
    right: float
    y: float = _EDGE
    parts: list[str] = field(default_factory=list)

    @property
    def is_narrow(self) -> bool:
        return self.width < NARROW_BELOW

    def length(self, value: int) -> float:
        return (self.right - self.left) * value / self.chart.longest


def draw_bars(chart: BarChart, *, name: str, width: int) -> str:
    """Return the picture as an `svg` element.

    name: prefix of the ids, one for each picture on a page; width in pixels. The same chart gives
    the same bytes.
    """
    canvas = _canvas(chart, name, width)
    for row in chart.rows:
        (_narrow_row if canvas.is_narrow else _wide_row)(canvas, row)
        canvas.y += _ROW_GAP
    legend = _legend(canvas) if len(chart.series) > 1 else ""
    return picture(
        name,
        chart.title,
        chart.description,
        element("defs", *_patterns(name)),
        *canvas.parts,
        legend,
        width=width,
        height=canvas.y,
    )


def _canvas(chart: BarChart, name: str, width: int) -> _Canvas:
    if width < NARROW_BELOW:
        return _Canvas(chart, name, width, _EDGE, width - _EDGE)
    texts = [text_width(bar.text, _SIZE) for row in chart.rows for bar in row.bars]
    labels = [text_width(row.label, _SIZE) for row in chart.rows]
    left = min(max(labels, default=0), width * _LABEL_SHARE) + _GAP
    right = width - min(max(texts, default=0), width * _LABEL_SHARE) - _GAP - 1
    return _Canvas(chart, name, width, left, right)


def _wide_row(canvas: _Canvas, row: BarRow) -> None:
    lines = wrapped(row.label, canvas.left - _GAP, _SIZE)
    high = max(len(lines) * _LINE, len(row.bars) * (_BAR + _BETWEEN_BARS))
    first = canvas.y + (high - len(lines) * _LINE) / 2
    for place, line in enumerate(lines, start=1):
        canvas.parts.append(label_text(line, 0, first + place * _LINE - 5, size=_SIZE))
    top = canvas.y + (high - len(row.bars) * (_BAR + _BETWEEN_BARS)) / 2
    for bar in row.bars:
        end = _bar(canvas, bar, top + _BETWEEN_BARS / 2)
        text = fitted(bar.text, canvas.width - end - _GAP, _SIZE)
        canvas.parts.append(label_text(text, end + _GAP, top + _BAR - 2, size=_SIZE))
        top += _BAR + _BETWEEN_BARS
    canvas.y += high


def _narrow_row(canvas: _Canvas, row: BarRow) -> None:
    """Write the label, and with a single bar its figure beside it where both have room."""
    wide = canvas.width - 2 * _EDGE
    single = row.bars[0].text if len(row.bars) == 1 else ""
    beside = text_width(single, _SIZE) + 2 * _GAP
    fits = bool(single) and text_width(row.label, _SIZE) + beside <= wide
    for line in wrapped(row.label, wide, _SIZE):
        canvas.y += _LINE
        canvas.parts.append(label_text(line, _EDGE, canvas.y - 5, size=_SIZE))
    if fits:
        x = canvas.width - _EDGE
        canvas.parts.append(label_text(single, x, canvas.y - 5, size=_SIZE, anchor="end"))
    for bar in row.bars:
        if not fits:
            canvas.y += _LINE
            text = fitted(bar.text, wide, _SIZE)
            canvas.parts.append(label_text(text, _EDGE, canvas.y - 5, size=_SIZE))
        _bar(canvas, bar, canvas.y)
        canvas.y += _BAR + _BETWEEN_BARS


def _bar(canvas: _Canvas, bar: Bar, top: float) -> float:
    """Draw a bar and return where it ends."""
    x = canvas.left
    if bar.full is not None:
        frame = {"x": x, "y": top, "width": canvas.length(bar.full), "height": _BAR}
        canvas.parts.append(
            element("rect", class_="app-chart__frame", fill="none", stroke="#8d929c", **frame)
        )
    for piece in bar.pieces:
        wide = canvas.length(piece.value)
        if piece.value:
            canvas.parts.append(_piece(canvas.name, piece, x, max(wide, 1), top))
        x += wide
    return max(x, canvas.left + canvas.length(bar.full or 0))


def _piece(name: str, piece: Piece, x: float, width: float, top: float) -> str:
    box: dict[str, Number] = {"x": x, "y": top, "width": width, "height": _BAR}
    told = element("title", words(piece.note)) if piece.note else ""
    shape = element(
        "rect",
        class_=f"app-chart__series app-chart__series--{piece.series + 1}",
        fill=_FILLS[piece.series],
        stroke=_INK,
        **box,
    )
    if piece.series in _PATTERNED:
        shape += element("rect", fill=f"url(#{name}-pattern-{piece.series + 1})", **box)
    return element("g", told, shape)


def _patterns(name: str) -> tuple[str, str]:
    """Return what is drawn over the third series (stripes) and over the fourth (dots)."""
    stripes = element(
        "pattern",
        element("path", class_="app-chart__hatch", d="M0 0V8", stroke="#fff", stroke_width=3),
        id=f"{name}-pattern-3",
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    dots = element(
        "pattern",
        element("circle", class_="app-chart__dot", cx=3, cy=3, r=1.5, fill=_INK),
        id=f"{name}-pattern-4",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return stripes, dots


def _legend(canvas: _Canvas) -> str:
    """Draw what the looks stand for, wrapped to the width of the picture."""
    swatch = 28
    parts = []
    x, y = float(_EDGE), canvas.y
    for series, label in enumerate(canvas.chart.series):
        wide = swatch + 6 + text_width(label, _SMALL) + 16
        if x > _EDGE and x + wide > canvas.width:
            x, y = float(_EDGE), y + _BAR + 6
        parts.append(_piece(canvas.name, Piece(1, series), x, swatch, y))
        shown = fitted(label, canvas.width - swatch - 12, _SMALL)
        parts.append(label_text(shown, x + swatch + 6, y + _BAR - 4, size=_SMALL))
        x += wide
    canvas.y = y + _BAR + 2
    return element("g", *parts, class_="app-chart__legend")
