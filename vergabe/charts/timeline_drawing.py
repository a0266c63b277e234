"""Drawing a timeline: from plain data to one SVG element (see charts.timeline)."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from vergabe.charts.drawing import (
    INK,
    NARROW_BELOW,
    WIDE,
    element,
    fitted,
    label_text,
    number,
    picture,
    text_width,
    wrapped,
)
from vergabe.charts.time_scale import Scale, Tick, spaced, ticks
from vergabe.charts.timeline import (
    BAR_NAMES,
    MARK_NAMES,
    Bar,
    BarKind,
    DayLine,
    MarkKind,
    Row,
    Timeline,
)
from vergabe.charts.timeline_shapes import BAR, bar_shape, hatch, mark_shape

_SIZE: Final = 14
_SMALL: Final = 13
_LINE: Final = 18
_EDGE: Final = 6
_ROW_GAP: Final = 10
# Below this many pixels a day, stripes for weekends or holidays would be a grey haze.
_WEEKEND_PIXELS: Final = 2.2
_HOLIDAY_PIXELS: Final = 0.9
_STRIPES: Final = {"weekend": "#eef0f3", "holiday": "#c9ced8"}


@dataclass
class _Canvas:
    """Where things go: the scale, the lower end of what is drawn so far, and the markup."""

    scale: Scale
    width: int
    name: str
    y: float
    parts: list[str]
    lower: list[Tick] = field(default_factory=list)

    @property
    def is_narrow(self) -> bool:
        return self.width < NARROW_BELOW

    @property
    def title_width(self) -> float:
        return self.width - 2 * _EDGE if self.is_narrow else self.scale.left - 2 * _EDGE


def draw(timeline: Timeline, *, name: str, width: int = WIDE) -> str:
    """Return the picture as an `svg` element.

    name: prefix of the ids, one for each picture on a page; width: in pixels, WIDE or NARROW. The
    same timeline gives the same bytes. Raises ValueError for a timeline without any day.
    """
    first, last = timeline.span()
    left = _EDGE if width < NARROW_BELOW else round(width * 0.31)
    scale = Scale(first, last, left, width - _EDGE)
    canvas = _Canvas(scale, width, name, 0, [])
    _draw_line_labels(canvas, timeline.lines)
    _draw_axis(canvas)
    top = canvas.y
    for row in timeline.rows:
        _draw_row(canvas, row)
    bottom = canvas.y
    behind = [
        *_stripes(timeline, scale, top, bottom),
        *_grid(canvas.lower, scale, top, bottom),
        *(_day_line(line, scale, top, bottom) for line in timeline.lines),
    ]
    legend = _legend(canvas, timeline)
    return picture(
        name,
        timeline.title,
        timeline.description,
        element("defs", hatch(name)),
        *behind,
        *canvas.parts,
        legend,
        width=width,
        height=canvas.y + _EDGE,
    )


def _draw_line_labels(canvas: _Canvas, lines: tuple[DayLine, ...]) -> None:
    """Write the labels of the lines above the axis, each in the first band where it has room."""
    bands: list[list[tuple[float, float]]] = []
    right = canvas.scale.right
    for line in sorted(lines, key=lambda line: line.day):
        label = fitted(line.label, canvas.width - 2 * _EDGE, _SMALL)
        wide = text_width(label, _SMALL)
        x = min(canvas.scale.middle_of(line.day), right - wide)
        box = (x - _EDGE, x + wide + _EDGE)
        free = next((i for i, band in enumerate(bands) if _is_free(band, box)), len(bands))
        if free == len(bands):
            bands.append([])
        bands[free].append(box)
        canvas.parts.append(
            label_text(label, x, free * _LINE + 15, class_="app-chart__flag", size=_SMALL)
        )
    canvas.y += len(bands) * _LINE + 4


def _is_free(band: list[tuple[float, float]], box: tuple[float, float]) -> bool:
    return all(box[1] <= start or end <= box[0] for start, end in band)


def _draw_axis(canvas: _Canvas) -> None:
    canvas.lower, upper = ticks(canvas.scale, _SMALL)
    if upper:
        canvas.y += _LINE
        for tick in upper:
            x = canvas.scale.start_of(tick.day)
            canvas.parts.append(label_text(tick.label, x, canvas.y - 4, size=_SMALL, bold=True))
    canvas.y += _LINE
    for tick in spaced(canvas.lower, canvas.scale, _SMALL):
        x = canvas.scale.start_of(tick.day)
        canvas.parts.append(
            label_text(tick.label, x, canvas.y - 4, class_="app-chart__muted", size=_SMALL)
        )


def _draw_row(canvas: _Canvas, row: Row) -> None:
    top = canvas.y + _ROW_GAP / 2
    scale = canvas.scale
    titles = wrapped(row.title, canvas.title_width, _SIZE)
    y = top
    for line in titles:
        y += _LINE
        canvas.parts.append(label_text(line, _EDGE, y - 4, bold=row.is_heading, size=_SIZE))
    if row.subtitle:
        y += _LINE
        subtitle = fitted(row.subtitle, canvas.title_width, _SMALL)
        canvas.parts.append(
            label_text(subtitle, _EDGE, y - 4, class_="app-chart__muted", size=_SMALL)
        )
    if row.bars or row.marks:
        middle = y + BAR / 2 + 2 if canvas.is_narrow else (top + y) / 2
        y = max(y, middle + BAR / 2)
        canvas.parts += [_bar(canvas, bar, middle) for bar in row.bars]
        canvas.parts += [
            mark_shape(mark.kind, scale.middle_of(mark.day), middle, mark.note)
            for mark in row.marks
        ]
    canvas.y = y + _ROW_GAP / 2
    canvas.parts.append(
        element(
            "line",
            class_="app-chart__rule",
            x1=0,
            x2=canvas.width,
            y1=canvas.y,
            y2=canvas.y,
            stroke="#d0d4dc",
        )
    )


def _bar(canvas: _Canvas, bar: Bar, middle: float) -> str:
    start, end = canvas.scale.start_of(bar.first), canvas.scale.end_of(bar.last)
    return bar_shape(canvas.name, bar.kind, start, max(end - start, 2), middle, bar.note)


def _stripes(timeline: Timeline, scale: Scale, top: float, bottom: float) -> Iterator[str]:
    free = _holidays_in(timeline, scale)
    if scale.pixels_per_day >= _WEEKEND_PIXELS:
        days = (scale.first.fromordinal(scale.first.toordinal() + i) for i in range(scale.days))
        weekend = [day for day in days if day.weekday() >= 5 and day not in free]
        yield from _stripe("weekend", [scale.start_of(day) for day in weekend], scale, top, bottom)
    if scale.pixels_per_day >= _HOLIDAY_PIXELS:
        starts = [scale.start_of(day) for day in sorted(free)]
        yield from _stripe("holiday", starts, scale, top, bottom)


def _holidays_in(timeline: Timeline, scale: Scale) -> set[dt.date]:
    return {day for day in timeline.holidays if scale.first <= day <= scale.last}


def _stripe(
    kind: str, starts: list[float], scale: Scale, top: float, bottom: float
) -> Iterator[str]:
    wide, high = number(scale.pixels_per_day), number(bottom - top)
    path = "".join(f"M{number(x)} {number(top)}h{wide}v{high}h-{wide}Z" for x in starts)
    if path:
        yield element("path", class_=f"app-chart__{kind}", d=path, fill=_STRIPES[kind])


def _grid(lower: list[Tick], scale: Scale, top: float, bottom: float) -> Iterator[str]:
    path = "".join(
        f"M{number(scale.start_of(tick.day))} {number(top)}V{number(bottom)}" for tick in lower
    )
    if path:
        yield element("path", class_="app-chart__grid", d=path, stroke="#d0d4dc", fill="none")


def _day_line(line: DayLine, scale: Scale, top: float, bottom: float) -> str:
    x = scale.middle_of(line.day)
    return element(
        "line",
        class_=f"app-chart__line app-chart__line--{line.kind}",
        x1=x,
        x2=x,
        y1=top - 2 * _LINE,
        y2=bottom,
        stroke=INK,
        stroke_width=2,
        stroke_dasharray="6 4" if line.kind == "wish" else None,
    )


def _legend(canvas: _Canvas, timeline: Timeline) -> str:
    """Draw what the patterns mean, wrapped to the width of the picture."""
    swatch = 34
    parts = []
    x, y = float(_EDGE), canvas.y + _LINE
    for label, shape in _legend_entries(canvas.name, timeline, canvas.scale):
        wide = swatch + 6 + text_width(label, _SMALL) + 14
        if x > _EDGE and x + wide > canvas.width:
            x, y = float(_EDGE), y + _LINE + 4
        parts += [shape(x, y), label_text(label, x + swatch + 6, y + 5, size=_SMALL)]
        x += wide
    canvas.y = y + _LINE / 2 if parts else canvas.y
    return element("g", *parts, class_="app-chart__legend") if parts else ""


def _legend_entries(
    name: str, timeline: Timeline, scale: Scale
) -> Iterator[tuple[str, Callable[[float, float], str]]]:
    for kind in timeline.bar_kinds():
        yield BAR_NAMES[kind], _bar_swatch(name, kind)
    for mark in timeline.mark_kinds():
        yield MARK_NAMES[mark], _mark_swatch(mark)
    if scale.pixels_per_day >= _WEEKEND_PIXELS:
        yield "Wochenende", _stripe_swatch("weekend")
    if scale.pixels_per_day >= _HOLIDAY_PIXELS and _holidays_in(timeline, scale):
        yield "Feiertag", _stripe_swatch("holiday")


def _stripe_swatch(kind: str) -> Callable[[float, float], str]:
    return lambda x, y: element(
        "rect",
        class_=f"app-chart__{kind}",
        x=x,
        y=y - BAR / 2,
        width=34,
        height=BAR,
        fill=_STRIPES[kind],
    )


def _bar_swatch(name: str, kind: BarKind) -> Callable[[float, float], str]:
    return lambda x, y: bar_shape(name, kind, x, 34, y)


def _mark_swatch(kind: MarkKind) -> Callable[[float, float], str]:
    return lambda x, y: mark_shape(kind, x + 17, y)
