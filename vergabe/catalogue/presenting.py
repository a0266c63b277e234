"""The page of a search as plain values: facets with counts and addresses, chips, the map."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import url_for

from vergabe.catalogue import labels, wishes
from vergabe.catalogue.addresses import CURSOR, Around, Asked, address, pairs_of
from vergabe.catalogue.queries import Found
from vergabe.catalogue.wishes import Wish
from vergabe.maps import pictures
from vergabe.maps.pictures import Picture

_SHOWN: Final = 8
_OPEN_AT_FIRST: Final = frozenset({"states", "due", "cpv", "regions"})
_ABROAD: Final = "DE"


@dataclass(frozen=True)
class Choice:
    """A value of a facet: how many it has, and the address with it added or taken away."""

    value: str
    label: str
    count: int
    url: str
    is_chosen: bool
    children: Sequence["Choice"] = ()


@dataclass(frozen=True)
class Facet:
    """A facet with its values; more: those that are folded away at first."""

    key: str
    title: str
    choices: Sequence[Choice]
    more: Sequence[Choice] = ()
    is_open: bool = False


@dataclass(frozen=True)
class Chip:
    """Something that narrows the search, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True)
class View:
    """All that the page shows beside the hits."""

    facets: Sequence[Facet]
    chips: Sequence[Chip]
    sorts: Sequence[Choice]
    hidden: Sequence[tuple[str, str]]
    """Fields of the form that keep what is chosen."""
    picture: Picture | None
    picture_title: str
    next_url: str | None
    first_url: str | None
    reset_url: str
    feed_url: str
    narrowed_count: int = field(default=0)


def view(asked: Asked, found: Found, endpoint: str, *, cursor: str | None) -> View:
    """Return what the page of a search shows; endpoint: of the page itself."""
    return _Writer(asked, found, endpoint).view(cursor)


class _Writer:
    def __init__(self, asked: Asked, found: Found, endpoint: str) -> None:
        self._wish, self._days, self._found = asked.wish, asked.days, found
        self._base = url_for(endpoint)
        self._around = Around(self._base, asked.wish, asked.days)

    def view(self, cursor: str | None) -> View:
        chips = self._chips()
        picture, title = self._picture()
        following = self._found.next_cursor
        return View(
            facets=[facet for key in wishes.FACETS if (facet := self._facet(key)).choices],
            chips=chips,
            sorts=self._sorts(),
            hidden=[p for p in pairs_of(self._wish, {}) if p[0] != "q"],
            picture=picture,
            picture_title=title,
            next_url=self._url(self._wish, **{CURSOR: following}) if following else None,
            first_url=self._url(self._wish) if cursor else None,
            reset_url=self._base,
            feed_url=address(
                url_for("notices.atom"), pairs_of(self._wish.with_("sort", None), self._days)
            ),
            narrowed_count=len(chips),
        )

    def _url(self, wish: Wish, **more: str) -> str:
        return address(self._base, [*pairs_of(wish, self._days), *more.items()])

    def _choice(
        self, facet: str, value: str, count: int, children: Sequence[Choice] = ()
    ) -> Choice:
        return Choice(
            value,
            labels.of(facet, value),
            count,
            self._toggled_url(facet, value),
            value in getattr(self._wish, facet),
            children,
        )

    def _toggled_url(self, facet: str, value: str) -> str:
        """Return the address with a value changed; below and above it nothing stays chosen."""
        values = self._wish.values_toggled(facet, value)
        if facet in ("cpv", "regions") and value in values:
            values = tuple(
                one
                for one in values
                if one == value or not (one.startswith(value) or value.startswith(one))
            )
        return self._around.with_(facet, values)

    def _facet(self, key: str) -> Facet:
        if key == "cpv":
            return self._tree(key, self._cpv_children("", 2))
        if key == "regions":
            return self._tree(key, self._lands())
        counts, chosen = self._found.counts.get(key, {}), getattr(self._wish, key)
        choices = [
            self._choice(key, value, count)
            for value, count in counts.items()
            if count or value in chosen
        ]
        choices += [self._choice(key, value, 0) for value in chosen if value not in counts]
        return self._tree(key, choices)

    def _tree(self, key: str, choices: Sequence[Choice]) -> Facet:
        """Return a facet; of many values only the most frequent and the chosen stand unfolded."""
        is_chosen = bool(getattr(self._wish, key))
        shown, more = list(choices), []
        if len(choices) > _SHOWN + 2:
            first = sorted(choices, key=lambda choice: -choice.count)[:_SHOWN]
            shown = [c for c in choices if c in first or c.is_chosen or c.children]
            more = [c for c in choices if c not in shown]
        is_open = is_chosen or key in _OPEN_AT_FIRST
        return Facet(key, labels.title(key), shown, more, is_open)

    def _cpv_children(self, parent: str, digits: int) -> list[Choice]:
        counts = self._found.counts.get("cpv", {})
        chosen = self._wish.cpv
        found = {v for v in counts if len(v) == digits and v.startswith(parent)}
        if digits == 2:
            found |= {v[:2] for v in chosen}
        else:
            found |= {v[:digits] for v in chosen if len(v) >= digits and v.startswith(parent)}
        return [
            self._choice(
                "cpv",
                value,
                counts.get(value, 0),
                self._cpv_children(value, digits + 1)
                if digits < 4 and any(one.startswith(value) for one in chosen)
                else self._longer(value)
                if digits == 4
                else (),
            )
            for value in sorted(found)
        ]

    def _longer(self, parent: str) -> list[Choice]:
        """Return chosen codes below a class: the tree does not go further, but they show."""
        return [
            self._choice("cpv", value, self._found.total)
            for value in self._wish.cpv
            if len(value) > len(parent) and value.startswith(parent)
        ]

    def _lands(self) -> list[Choice]:
        counts = self._found.counts.get("regions", {})
        chosen = self._wish.regions
        lands = {v for v in counts if len(v) == 3} | {v[:3] for v in chosen if len(v) >= 3}
        lands |= {v for v in chosen if len(v) == 2}
        german_first = sorted(lands, key=lambda v: (not v.startswith(_ABROAD), labels.region(v)))
        return [
            self._choice("regions", land, counts.get(land, 0), self._counties(land, counts))
            for land in german_first
        ]

    def _counties(self, land: str, counts: Mapping[str, int]) -> list[Choice]:
        chosen = [v for v in self._wish.regions if v.startswith(land)]
        if not chosen:
            return []
        found = {v for v in counts if len(v) == 5 and v.startswith(land)}
        found |= {v for v in chosen if len(v) > 3}
        by_name: Callable[[str], str] = labels.region
        return [self._choice("regions", v, counts.get(v, 0)) for v in sorted(found, key=by_name)]

    def _picture(self) -> tuple[Picture | None, str]:
        """Return the map to choose from: of one Land where one is chosen, else of all."""
        counts = self._found.counts.get("regions", {})
        lands = {v[:3] for v in self._wish.regions if v.startswith(_ABROAD) and len(v) >= 3}
        if len(lands) == 1:
            (land,) = lands
            found = pictures.of_counties(land, self._regions(5, counts))
            if found is not None and len(found.areas) > 1:
                return found, labels.region(land)
        return pictures.of_lands(self._regions(3, counts)), labels.region(_ABROAD)

    def _regions(self, digits: int, counts: Mapping[str, int]) -> list[pictures.Region]:
        chosen = self._wish.regions
        found = {v for v in counts if len(v) == digits} | {v for v in chosen if len(v) == digits}
        return [
            pictures.Region(
                v,
                labels.region(v),
                counts.get(v, 0),
                self._toggled_url("regions", v),
                v in chosen,
            )
            for v in sorted(found)
        ]

    def _chips(self) -> list[Chip]:
        found = []
        if self._wish.text.strip():
            found.append(Chip(f"„{self._wish.text.strip()}“", self._url(self._without_text())))
        for facet in wishes.FACETS:
            for value in getattr(self._wish, facet):
                label = f"{labels.title(facet)}: {labels.of(facet, value)}"
                found.append(Chip(label, self._url(self._wish.toggled(facet, value))))
        for name, text in self._days.items():
            if text:
                rest = {key: value for key, value in self._days.items() if key != name}
                url = address(self._base, pairs_of(self._wish, rest))
                found.append(Chip(f"{labels.day_field(name)} {text}", url))
        return found

    def _without_text(self) -> Wish:
        wish = self._wish.with_("text", "")
        return wish.with_("sort", None) if wish.sort == "relevanz" else wish

    def _sorts(self) -> list[Choice]:
        known = [sort for sort in wishes.SORTS if sort != "relevanz" or self._wish.text.strip()]
        return [
            Choice(
                sort,
                labels.sort(sort),
                0,
                self._url(self._wish.with_("sort", sort)),
                sort == self._wish.order,
            )
            for sort in known
        ]
