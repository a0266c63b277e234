"""A list as data: its columns, filters and orders, and what an address asks of it.

`list_pages` reads the rows; `list_views.answers` makes the page of it; docs/lists.md has examples.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.datastructures import MultiDict

from vergabe import money
from vergabe.errors import Violation
from vergabe.exchange.sheet_writer import TableValue
from vergabe.texts import gettext as _
from vergabe.texts import lazy
from vergabe.web import paging
from vergabe.web.list_filters import Chip, Filter

Row = TypeVar("Row")
Args = MultiDict[str, str]
Conditions = Sequence[ColumnElement[bool]]
Sortable = ColumnElement[Any] | InstrumentedAttribute[Any]

ORDER: Final = "ordnung"
AFTER: Final = "ab"
BEFORE: Final = "vor"
FORMAT: Final = "als"
EVERYTHING: Final = "alle"
"""Set by "Zurücksetzen": the whole list, although a saved view is the default."""


@dataclass(frozen=True)
class Order:
    """An order in which a list can be read, both ways.

    by: the expression sorted by, None for the id, which is the time of creation; nullable: rows may
    have no value there, and stand at the end; names: what a person calls the two ways, ascending
    first; falls_first: the first choice of a heading is descending.
    """

    key: str
    label: str
    by: Sortable | None = None
    nullable: bool = False
    names: tuple[str, str] = (lazy("aufsteigend"), lazy("absteigend"))
    falls_first: bool = False


NEWEST: Final = Order(
    "neu",
    lazy("Angelegt"),
    names=(lazy("älteste zuerst"), lazy("neueste zuerst")),
    falls_first=True,
)


def by_text(key: str, label: str, by: Sortable, *, nullable: bool = False) -> Order:
    """Return an order by a text; `by` is a column of `db.german_order` or `db.german(…)`."""
    return Order(key, label, by, nullable, (lazy("A bis Z"), lazy("Z bis A")))


def by_day(key: str, label: str, by: Sortable, *, nullable: bool = False) -> Order:
    """Return an order by a day or an instant."""
    return Order(key, label, by, nullable, (lazy("früheste zuerst"), lazy("späteste zuerst")))


def by_amount(key: str, label: str, by: Sortable, *, nullable: bool = False) -> Order:
    """Return an order by an amount or another number."""
    return Order(
        key, label, by, nullable, (lazy("kleinste zuerst"), lazy("größte zuerst")), falls_first=True
    )


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: on the page, in the exported file, or both.

    key: also that of its order, if it has one; value: the cell in the file, None if it has none.
    """

    key: str
    label: str
    value: Callable[[Row], TableValue] | None = None
    kind: Literal["text", "numeric", "action"] = "text"
    on_page: bool = True


def _as_it_is(query: Select[Any]) -> Select[Any]:
    return query


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A list. `key` names it for saved views.

    id: unique column of the rows, ties are broken by it; branches: conditions of the parts that the
    list is made of, each of which an index serves (they may overlap; none means an empty list);
    rows: the rows of these ids, in any order; join: adds tables that filters and orders need;
    orders: the first one is the usual one, its names say which way; title: of page and file.
    """

    key: str
    title: str
    id: InstrumentedAttribute[uuid.UUID]
    columns: Sequence[Column[Row]]
    orders: Sequence[Order]
    rows: Callable[[Session, Sequence[uuid.UUID]], Sequence[Row]]
    branches: Sequence[Conditions] = ((),)
    filters: Sequence[Filter] = ()
    join: Callable[[Select[Any]], Select[Any]] = _as_it_is
    row_id: Callable[[Row], uuid.UUID] = attrgetter("id")
    page_size: int = paging.DEFAULT_LIMIT


@dataclass(frozen=True)
class Asked(Generic[Row]):
    """What an address asks of a list. With violations nothing is shown."""

    listing: Listing[Row]
    path: str
    entry: Mapping[str, Sequence[str]]
    """Filters as typed, by name of the field."""
    conditions: Conditions
    chips: Sequence[Chip]
    violations: Sequence[Violation]
    order: Order
    falls: bool
    after: str | None = None
    before: str | None = None

    @property
    def order_name(self) -> str:
        """Return the order as the address has it: `wert`, or `-wert` for descending."""
        return f"-{self.order.key}" if self.falls else self.order.key

    @property
    def is_usual_order(self) -> bool:
        return self.order_name == _usual(self.listing)

    @property
    def is_narrowed(self) -> bool:
        return any(self.entry.values())

    @property
    def query(self) -> str:
        """Return filters and order as the query of an address: what a saved view keeps."""
        return urlencode(self._pairs(), doseq=True)

    def _pairs(self, *, without: Sequence[str] = (), order: str | None = None) -> dict[str, Any]:
        pairs: dict[str, Any] = {k: v for k, v in self.entry.items() if v and k not in without}
        name = order or self.order_name
        return pairs | ({} if name == _usual(self.listing) else {ORDER: name})

    def address(self, **more: str) -> str:
        """Return the address of the list with the same filters and order."""
        return _address(self.path, self._pairs() | more)

    def without(self, chip: Chip) -> str:
        """Return the address without one filter; a list left without any says that it is whole."""
        pairs = self._pairs(without=chip.names)
        return _address(self.path, pairs or {EVERYTHING: "1"})

    def ordered(self, order: str) -> str:
        """Return the address of the first page in another order."""
        return _address(self.path, self._pairs(order=order) or {EVERYTHING: "1"})

    @property
    def first_url(self) -> str:
        """Return the address of the first page; it asks for something, so no default stands in."""
        return self.address() if self.query else self.everything_url

    @property
    def everything_url(self) -> str:
        return _address(self.path, {EVERYTHING: "1"})

    @property
    def heads(self) -> list[dict[str, str | None]]:
        """Return the headings of the columns on the page, as the macro `table` takes them."""
        return [self._head(column) for column in self.listing.columns if column.on_page]

    def _head(self, column: Column[Row]) -> dict[str, str | None]:
        head: dict[str, str | None] = {"label": column.label, "kind": column.kind}
        order = next((each for each in self.listing.orders if each.key == column.key), None)
        if order is None:
            return head
        is_current = order is self.order
        falls = not self.falls if is_current else order.falls_first
        return head | {
            "sort_url": self.ordered(f"-{order.key}" if falls else order.key),
            "id": f"ordnung-{order.key}",
            "sorted": ("descending" if self.falls else "ascending") if is_current else None,
        }

    @property
    def swaps(self) -> dict[str, str]:
        """Return the attributes with which htmx exchanges the list alone."""
        region = f"#liste-{self.listing.key}"
        return {
            "hx-boost": "true",
            "hx-target": region,
            "hx-select": region,
            "hx-select-oob": f"#stand-{self.listing.key}:innerHTML",
            "hx-swap": "outerHTML show:none",
        }

    @property
    def order_choices(self) -> list[tuple[str, str]]:
        """Return every order, both ways, as a select shows them."""
        return [
            (sign + order.key, f"{order.label}: {name}")
            for order in self.listing.orders
            for sign, name in sorted(
                zip(("", "-"), order.names, strict=True), reverse=order.falls_first
            )
        ]


def euros(cents: int | None) -> Decimal | None:
    """Return cents as a cell of a file has them: euros, None for no amount."""
    return None if cents is None else money.euros(cents)


def _usual(listing: Listing[Any]) -> str:
    order = listing.orders[0]
    return f"-{order.key}" if order.falls_first else order.key


def _address(path: str, pairs: Mapping[str, Any]) -> str:
    query = urlencode(pairs, doseq=True)
    return f"{path}?{query}" if query else path


def read(listing: Listing[Row], args: Args, path: str) -> Asked[Row]:
    """Return what an address asks of a list; what is wrong stands in `violations` by field."""
    entry: dict[str, list[str]] = {}
    conditions: list[ColumnElement[bool]] = []
    chips: list[Chip] = []
    violations: list[Violation] = []
    for each in listing.filters:
        reading = each.read(args)
        entry |= reading.entry
        conditions += reading.conditions
        chips += reading.chips
        violations += reading.violations
    order, falls = _order(listing, args.get(ORDER, ""), violations)
    return Asked(
        listing,
        path,
        entry,
        conditions,
        chips,
        violations,
        order,
        falls,
        after=args.get(AFTER) or None,
        before=args.get(BEFORE) or None,
    )


def _order(listing: Listing[Any], wanted: str, violations: list[Violation]) -> tuple[Order, bool]:
    name = wanted or _usual(listing)
    for order in listing.orders:
        if name.removeprefix("-") == order.key:
            return order, name.startswith("-")
    # Where there is one order alone there is no field to lead to.
    field = ORDER if len(listing.orders) > 1 else None
    violations.append(
        Violation("order_unknown", _("Diese Sortierung gibt es hier nicht."), field=field)
    )
    return listing.orders[0], listing.orders[0].falls_first


def is_bare(args: Args) -> bool:
    """Return whether an address asks for nothing: there a default view stands in."""
    return not any(args.values())
