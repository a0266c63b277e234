"""Lots as tables that show every sum and each member's share of it. Pure, over loaded rows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from vergabe.tenders.model import Lot, LotItem, Tender


@dataclass(frozen=True)
class Buyer:
    """A member that has a share."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True)
class Part:
    """What one member has of an item; value net in cents, quantity None where none is named."""

    quantity: Decimal | None
    value_net_cents: int


@dataclass(frozen=True)
class ItemRow:
    """An item with each buyer's part in the order of the buyers; None: no part."""

    item: LotItem
    parts: Sequence[Part | None]


@dataclass(frozen=True)
class LotTable:
    """A lot with its items; sums per buyer and in all, net in cents."""

    lot: Lot
    rows: Sequence[ItemRow]
    sums: Sequence[int]
    total: int


def buyers_of(tender: Tender) -> list[Buyer]:
    """Return the members that buy, in their fixed order."""
    return [
        Buyer(buyer.organisation_id, buyer.organisation.name)
        for buyer in tender.buyers
        if buyer.buys
    ]


def lot_tables(tender: Tender) -> list[LotTable]:
    """Return each lot of a tender as a table; columns follow `buyers_of`."""
    buyers = buyers_of(tender)
    return [_lot_table(lot, buyers) for lot in tender.lots]


def column_sums(tables: Sequence[LotTable]) -> tuple[list[int], int]:
    """Return the sum of each buyer's column over all lots, and the sum of everything."""
    columns = zip(*(table.sums for table in tables), strict=True)
    return [sum(column) for column in columns], sum(table.total for table in tables)


def _lot_table(lot: Lot, buyers: Sequence[Buyer]) -> LotTable:
    rows = [ItemRow(item, [_part(item, buyer) for buyer in buyers]) for item in lot.items]
    sums = [
        sum(part.value_net_cents for row in rows if (part := row.parts[column]) is not None)
        for column in range(len(buyers))
    ]
    return LotTable(lot, rows, sums, sum(sums))


def _part(item: LotItem, buyer: Buyer) -> Part | None:
    own = [share for share in item.shares if share.organisation_id == buyer.id]
    if not own:
        return None
    known = [share.quantity for share in own if share.quantity is not None]
    return Part(
        quantity=sum(known, Decimal(0)) if len(known) == len(own) else None,
        value_net_cents=sum(share.value_net_cents for share in own),
    )
