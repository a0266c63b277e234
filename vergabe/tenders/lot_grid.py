"""Lots against municipalities in one grid: quantities, values, sums and what may be edited there.

Pure, over loaded rows. A quantity is a field where the same thing lies in several lots: only there
can it move, for what a member needs over all lots is what it joined with.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vergabe.tenders.distributing import Thing, field_of
from vergabe.tenders.model import LotItem
from vergabe.tenders.shares import Buyer, ItemRow, LotTable
from vergabe.web.formatting import quantity

_BASIS: Decimal = Decimal(10_000)


@dataclass(frozen=True)
class GridCell:
    """What one member has of an item in a lot; value net in cents, None where it has nothing.

    field: name of the field, None where nothing can be entered; typed: what stands in it; group:
    names all cells that share one need; needed: what the member needs over all lots; all_cents:
    what that is worth.
    """

    buyer: str
    quantity: Decimal | None
    value_net_cents: int | None
    field: str | None = None
    typed: str = ""
    group: str = ""
    needed: Decimal = Decimal(0)
    all_cents: int = 0


@dataclass(frozen=True)
class GridRow:
    """An item with a cell for each member."""

    item: LotItem
    cells: Sequence[GridCell]

    @property
    def is_split(self) -> bool:
        """The thing lies in other lots as well."""
        return any(cell.field for cell in self.cells)


@dataclass(frozen=True)
class GridLot:
    """A lot with its rows and sums; share_basis_points: of the value of all lots."""

    table: LotTable
    rows: Sequence[GridRow]
    share_basis_points: int


@dataclass(frozen=True)
class Grid:
    """All lots; sums and shares per member over all of them, values net in cents."""

    buyers: Sequence[Buyer]
    lots: Sequence[GridLot]
    sums: Sequence[int]
    total: int
    share_basis_points: Sequence[int]

    @property
    def is_editable(self) -> bool:
        return any(row.is_split for lot in self.lots for row in lot.rows)


def grid_of(
    buyers: Sequence[Buyer],
    tables: Sequence[LotTable],
    things: Mapping[uuid.UUID, Thing],
    *,
    typed: Mapping[str, str],
) -> Grid:
    """Return the grid of a tender; columns follow `buyers`; typed: what was entered, by field."""
    needs = _needs(buyers, tables, things)
    lots_of: dict[Thing, set[uuid.UUID]] = {}
    for table in tables:
        for row in table.rows:
            lots_of.setdefault(things[row.item.id], set()).add(table.lot.id)
    ranks = {thing: rank for rank, thing in enumerate(lots_of)}
    sums = [sum(table.sums[column] for table in tables) for column in range(len(buyers))]
    total = sum(sums)

    def cell(row: ItemRow, column: int) -> GridCell:
        thing, part, buyer = things[row.item.id], row.parts[column], buyers[column]
        amount = part.quantity if part else None
        value = part.value_net_cents if part else None
        need = needs.get((thing, column))
        if need is None or len(lots_of[thing]) < 2 or row.item.quantity is None:
            return GridCell(buyer.name, amount, value)
        name = field_of(row.item.id, buyer.id)
        return GridCell(
            buyer.name,
            amount,
            value,
            field=name,
            typed=typed.get(name, quantity(amount or Decimal(0))),
            group=f"{ranks[thing]}-{column}",
            needed=need[0],
            all_cents=need[1],
        )

    lots = [
        GridLot(
            table,
            [GridRow(row.item, [cell(row, c) for c in range(len(buyers))]) for row in table.rows],
            _share(table.total, total),
        )
        for table in tables
    ]
    return Grid(buyers, lots, sums, total, [_share(value, total) for value in sums])


def _needs(
    buyers: Sequence[Buyer], tables: Sequence[LotTable], things: Mapping[uuid.UUID, Thing]
) -> dict[tuple[Thing, int], tuple[Decimal, int]]:
    """Return (thing, column) → quantity and value that a member needs over all lots."""
    found: dict[tuple[Thing, int], tuple[Decimal, int]] = {}
    for table in tables:
        for row in table.rows:
            for column in range(len(buyers)):
                part = row.parts[column]
                if part is not None and part.quantity is not None:
                    known = found.get((things[row.item.id], column), (Decimal(0), 0))
                    found[things[row.item.id], column] = (
                        known[0] + part.quantity,
                        known[1] + part.value_net_cents,
                    )
    return found


def _share(part: int, whole: int) -> int:
    return int((Decimal(part) * _BASIS / whole).to_integral_value()) if whole else 0
