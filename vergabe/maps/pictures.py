"""Maps as plain values that a template draws: areas with what they count and where they lead."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.maps import shapes
from vergabe.maps.shapes import Shape

LEVELS: Final = 4
"""Shades from the second on; none at all for nothing."""
_MARGIN: Final = 40
_LABEL_SHARE: Final = 0.045


@dataclass(frozen=True)
class Area:
    """An area of a map. level: 0 (nothing) to LEVELS (most); url: None for background."""

    key: str
    name: str
    path: str
    count: int = 0
    level: int = 0
    url: str | None = None
    is_chosen: bool = False


@dataclass(frozen=True)
class Label:
    """A text on a map and where it stands."""

    text: str
    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    """A map: areas in the order of drawing, labels above them; box: for `viewBox`."""

    box: tuple[int, int, int, int]
    areas: Sequence[Area]
    labels: Sequence[Label] = ()

    @property
    def view_box(self) -> str:
        return " ".join(map(str, self.box))

    @property
    def label_size(self) -> int:
        return round(max(self.box[2:]) * _LABEL_SHARE)


@dataclass(frozen=True)
class Region:
    """A region that a map can show, by its NUTS code."""

    code: str
    name: str
    count: int
    url: str
    is_chosen: bool = False


def of_lands(regions: Sequence[Region]) -> Picture:
    """Return the map of all Länder; those that are not among the regions are background."""
    return _of_regions(shapes.lands(), regions)


def of_counties(land: str, regions: Sequence[Region]) -> Picture | None:
    """Return the map of the counties of one Land (NUTS 1); None if there is no such Land."""
    known = {code: shape for code, shape in shapes.counties().items() if code.startswith(land)}
    return _of_regions(known, regions) if known and len(land) == 3 else None


def _of_regions(known: Mapping[str, Shape], regions: Sequence[Region]) -> Picture:
    by_code = {region.code: region for region in regions}
    most = max((region.count for region in regions if region.code in known), default=0)
    areas = []
    for code, shape in known.items():
        region = by_code.get(code)
        if region is None:
            areas.append(Area(code, "", shape.path))
            continue
        areas.append(
            Area(
                code,
                region.name,
                shape.path,
                region.count,
                level_of(region.count, most),
                region.url,
                region.is_chosen,
            )
        )
    # What is chosen is drawn last, so that its border lies above its neighbours'.
    areas.sort(key=lambda area: (area.url is not None, area.is_chosen, area.name))
    return Picture(shapes.box_around(list(known.values()), _MARGIN), areas)


def level_of(count: int, most: int) -> int:
    """Return the shade for a count: by square root, so that few do not vanish beside many."""
    if count <= 0 or most <= 0:
        return 0
    return min(LEVELS, 1 + int(math.sqrt(count / most) * LEVELS * 0.999))


@dataclass(frozen=True)
class Place:
    """A member on a map: by its AGS, a county by its NUTS 3 code; number: as in the table."""

    number: int
    name: str
    ags: str | None
    nuts3: str | None
    is_county: bool = False
    is_lead: bool = False


def of_members(places: Sequence[Place]) -> Picture | None:
    """Return the map of members with their numbers and the counties around; None without any.

    Who has no area on the map (associations, towns younger than the map) is only in the table.
    """
    found = [(place, shape) for place in places if (shape := _shape(place)) is not None]
    if not found:
        return None
    box = shapes.box_around([shape for _, shape in found], _MARGIN)
    around = [
        Area(code, "", shape.path)
        for code, shape in shapes.counties().items()
        if _overlap(shape.box, box)
    ]
    # The largest first: a town in its county stays visible.
    found.sort(key=lambda pair: -_extent(pair[1]))
    members = [
        Area(str(place.number), place.name, shape.path, level=LEVELS if place.is_lead else 2)
        for place, shape in found
    ]
    labels = [Label(str(place.number), *shape.middle) for place, shape in found]
    return Picture(box, [*around, *members], labels)


def on_map(place: Place) -> bool:
    """Return whether a member has an area on the map."""
    return _shape(place) is not None


def _shape(place: Place) -> Shape | None:
    if place.is_county or (place.ags is not None and len(place.ags) == 5):
        return shapes.counties().get(place.nuts3 or "")
    if place.ags is None:
        return None
    found = shapes.municipality(place.ags)
    if found is None and place.ags.endswith("000"):
        # A city without a county is one of its own.
        return shapes.counties().get(place.nuts3 or "")
    return found


def _overlap(area: tuple[int, int, int, int], box: tuple[int, int, int, int]) -> bool:
    left, top, width, height = box
    return area[0] < left + width and area[2] > left and area[1] < top + height and area[3] > top


def _extent(shape: Shape) -> int:
    left, top, right, bottom = shape.box
    return (right - left) * (bottom - top)
