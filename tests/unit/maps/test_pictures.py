"""Maps: every region of today's statistics is on them, and counts become shades."""

import pytest

from vergabe.exchange import codes
from vergabe.maps import pictures, shapes
from vergabe.maps.pictures import Place, Region


def test_every_land_and_every_county_has_its_area() -> None:
    lands = {land.nuts1 for land in codes.lands()}
    counties = {n.code for n in codes.nuts_all() if n.level == 3 and n.code.startswith("DE")}

    assert set(shapes.lands()) == lands
    assert set(shapes.counties()) == {code for code in counties if "Z" not in code}


def test_areas_lie_where_they_lie() -> None:
    def middle(ags: str) -> tuple[int, int]:
        shape = shapes.municipality(ags)
        assert shape is not None
        return shape.middle

    flensburg, juelich, munich = middle("01001000"), middle("05358024"), middle("09162000")
    assert flensburg[1] < juelich[1] < munich[1]
    assert juelich[0] < flensburg[0] < munich[0]
    # As the crow flies from Jülich to Munich it is some 475 km.
    apart = ((juelich[0] - munich[0]) ** 2 + (juelich[1] - munich[1]) ** 2) ** 0.5
    assert 450 < apart * shapes.METRES_PER_UNIT / 1000 < 500


def test_neighbours_share_their_border() -> None:
    def points(code: str) -> set[tuple[int, int]]:
        return {point for ring in shapes.counties()[code].rings for point in shapes.points_of(ring)}

    # Düren and Rhein-Erft-Kreis.
    assert len(points("DEA26") & points("DEA27")) > 5


@pytest.mark.parametrize(
    ("count", "most", "level"), [(0, 100, 0), (1, 100, 1), (25, 100, 2), (100, 100, 4), (5, 0, 0)]
)
def test_counts_become_shades(count: int, most: int, level: int) -> None:
    assert pictures.level_of(count, most) == level


def test_regions_are_links_and_the_rest_is_background() -> None:
    found = pictures.of_lands([Region("DEA", "NRW", 3, "/x", is_chosen=True)])

    assert [area.key for area in found.areas if area.url] == ["DEA"]
    assert found.areas[-1].is_chosen
    assert pictures.of_counties("XX1", []) is None


def test_members_without_an_area_are_left_to_the_table() -> None:
    places = [
        Place(1, "Merzenich", "05358044", "DEA26", is_lead=True),
        Place(2, "Kreis Düren", "05358", "DEA26", is_county=True),
        Place(3, "Zweckverband", None, None),
        Place(4, "Neue Stadt", "05358999", "DEA26"),
    ]
    found = pictures.of_members(places)

    assert found is not None
    assert [label.text for label in found.labels] == ["2", "1"]
    assert not pictures.on_map(places[2])
    assert pictures.of_members(places[2:]) is None


@pytest.mark.parametrize("ags", ["", "x", "99999999", "../../etc", "05358"])
def test_odd_keys_have_no_area(ags: str) -> None:
    assert shapes.municipality(ags) is None
