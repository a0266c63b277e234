"""The outlines of Länder (NUTS 1), counties (NUTS 3) and municipalities (AGS)."""

import functools
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from vergabe.resources import folder

Ring = tuple[int, ...]
"""x and y of the first point, then the steps to each following one; units of 100 metres."""

METRES_PER_UNIT: Final = 100


@dataclass(frozen=True)
class Shape:
    """Outlines of an area, the largest part first; holes are outlines too (even-odd rule)."""

    rings: tuple[Ring, ...]

    @functools.cached_property
    def path(self) -> str:
        """Return the outlines as the `d` of an SVG path."""
        return "".join(_path(ring) for ring in self.rings)

    @functools.cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom."""
        points = [point for ring in self.rings for point in points_of(ring)]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)

    @functools.cached_property
    def middle(self) -> tuple[int, int]:
        """Return the centre of gravity of the largest part: where a label goes."""
        points = points_of(self.rings[0])
        double = x = y = 0
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
            cross = x1 * y2 - x2 * y1
            double += cross
            x += (x1 + x2) * cross
            y += (y1 + y2) * cross
        if not double:
            return points[0]
        return round(x / (3 * double)), round(y / (3 * double))


def lands() -> Mapping[str, Shape]:
    """Return the sixteen Länder by NUTS 1 code, coarse: for a map of all of Germany."""
    return _file("lands")


def counties() -> Mapping[str, Shape]:
    """Return all counties and cities without one by NUTS 3 code."""
    return _file("counties")


def municipality(ags: str) -> Shape | None:
    """Return a municipality by its AGS (8 digits); None where the maps do not know it."""
    if len(ags) != 8 or not ags.isdecimal() or not _municipalities_file(ags[:2]):
        return None
    return _file(f"municipalities-{ags[:2]}").get(ags)


def _municipalities_file(land: str) -> bool:
    return (folder("schemas") / "maps" / f"municipalities-{land}.json.gz").is_file()


@functools.lru_cache(maxsize=6)
def _file(name: str) -> Mapping[str, Shape]:
    content = (folder("schemas") / "maps" / f"{name}.json.gz").read_bytes()
    areas = orjson.loads(gzip.decompress(content))
    return {key: Shape(tuple(tuple(ring) for ring in rings)) for key, rings in areas.items()}


def points_of(ring: Ring) -> list[tuple[int, int]]:
    """Return the corners of an outline."""
    points, x, y = [], 0, 0
    for place in range(0, len(ring), 2):
        x, y = x + ring[place], y + ring[place + 1]
        points.append((x, y))
    return points


def _path(ring: Ring) -> str:
    steps = " ".join(map(str, ring[2:]))
    return f"M{ring[0]} {ring[1]}l{steps}z"


def box_around(shapes: Sequence[Shape], margin: int) -> tuple[int, int, int, int]:
    """Return left, top, width and height of what holds all shapes and a margin."""
    boxes = [shape.box for shape in shapes]
    left, top = min(b[0] for b in boxes) - margin, min(b[1] for b in boxes) - margin
    right, bottom = max(b[2] for b in boxes) + margin, max(b[3] for b in boxes) + margin
    return left, top, right - left, bottom - top
