"""A chart as the two pictures that a page shows: for wide screens and paper, and for phones."""

from vergabe.charts.bars import BarChart
from vergabe.charts.bars_drawing import draw_bars
from vergabe.charts.drawing import NARROW, WIDE
from vergabe.charts.timeline import Timeline
from vergabe.charts.timeline_drawing import draw

Pictures = tuple[str, str]
"""Two `svg` elements, wide and narrow; only one of them is ever shown."""


def pictures_of(chart: BarChart | Timeline, name: str) -> Pictures:
    """Return a chart drawn twice; name: prefix of its ids, one for each chart on a page.

    Raises ValueError for a timeline without any day.
    """
    if isinstance(chart, Timeline):
        return (
            draw(chart, name=f"{name}-wide", width=WIDE),
            draw(chart, name=f"{name}-narrow", width=NARROW),
        )
    return (
        draw_bars(chart, name=f"{name}-wide", width=WIDE),
        draw_bars(chart, name=f"{name}-narrow", width=NARROW),
    )
