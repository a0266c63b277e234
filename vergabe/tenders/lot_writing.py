"""Lots of a draft as rows: written from the lines of demands, and settled after every change."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.demands.model import Demand
from vergabe.demands.queries import ReleasedDemand
from vergabe.exchange import codes
from vergabe.money import line_total_cents
from vergabe.tenders import lotting
from vergabe.tenders.lotting import Item, Line, LotDraft, Split
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender

# Numbers and positions are unique: rows step aside here before they take their new places.
_ASIDE = 100_000


def lines_of(needed: Sequence[ReleasedDemand]) -> list[Line]:
    """Return the lines of demands, each with its value; a demand without lines is one itself."""
    lines: list[Line] = []
    for demand in needed:
        if not demand.lines:
            value = demand.value_net_cents
            lines.append(_line(demand, None, demand.title, None, None, value))
            continue
        prices = [
            line_total_cents(line.quantity, line.unit_price_net_cents)
            if line.quantity is not None and line.unit_price_net_cents is not None
            else None
            for line in demand.lines
        ]
        values = lotting.line_values(prices, demand.value_net_cents)
        lines += [
            _line(demand, line.id, line.text, line.quantity, line.unit_code, value)
            for line, value in zip(demand.lines, values, strict=True)
        ]
    return lines


def _line(
    demand: ReleasedDemand,
    item_id: uuid.UUID | None,
    text: str,
    quantity: Decimal | None,
    unit_code: str | None,
    value: int | None,
) -> Line:
    return Line(
        demand_id=demand.id,
        demand_item_id=item_id,
        organisation_id=demand.organisation_id,
        organisation_name=demand.organisation_name,
        cpv=demand.cpv,
        nuts=demand.nuts,
        region_name=region_name(demand.nuts),
        text=text,
        quantity=quantity,
        unit_code=unit_code,
        value_net_cents=value or 0,
    )


def region_name(nuts: str | None) -> str:
    """Return the name of a region; empty where there is none."""
    known = codes.nuts(nuts) if nuts else None
    return known.name if known else ""


def cpv_label(code: str) -> str:
    """Return the German name of a CPV code; the code itself where there is none."""
    known = codes.cpv(code)
    return known.label_de if known else code


def write_lots(session: Session, tender: Tender, lines: Sequence[Line], split: Split) -> None:
    """Replace the lots of a draft by those cut from `lines`, and add everything up."""
    remove_lots(session, tender.lots)
    drafts = cut(lines, split)
    tender.estimated_value_net_cents = value_of(drafts)
    session.flush()
    insert_lots(session, tender, drafts, split)


def cut(lines: Sequence[Line], split: Split) -> list[LotDraft]:
    """Return the lots that are cut from `lines`, with titles in German."""
    return lotting.cut(lines, split, cpv_label=cpv_label)


def value_of(drafts: Iterable[LotDraft]) -> int:
    """Return what the lots of a tender are worth together, net in cents."""
    return sum(draft.value_net_cents for draft in drafts)


def insert_lots(session: Session, tender: Tender, drafts: Sequence[LotDraft], split: Split) -> None:
    """Write lots below a tender that has none and stands in the database; three statements."""
    kind = Split.SINGLE if len(drafts) == 1 else split
    lots: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    for number, draft in enumerate(drafts, start=1):
        lot = _lot(tender, number, kind, draft)
        lots.append(lot)
        for position, item in enumerate(draft.items, start=1):
            row = _item(lot["id"], position, item)
            items.append(row)
            shares += _shares(row["id"], item)
    for model, rows in ((Lot, lots), (LotItem, items), (ItemShare, shares)):
        if rows:
            session.execute(insert(cast(Table, model.__table__)), rows)
    session.expire(tender, ["lots"])


def remove_lots(session: Session, lots: Iterable[Lot]) -> None:
    """Delete lots with their items and shares."""
    for lot in list(lots):
        session.delete(lot)
    session.flush()


def _lot(tender: Tender, number: int, kind: Split, draft: LotDraft) -> dict[str, Any]:
    return {
        "id": ids.new_id(),
        "tender_id": tender.id,
        "number": number,
        "kind": kind.value,
        "title": draft.title[:400],
        "description": "",
        "cpv": draft.cpv,
        "nuts": draft.nuts,
        "estimated_value_net_cents": draft.value_net_cents,
    }


def _item(lot_id: uuid.UUID, position: int, item: Item) -> dict[str, Any]:
    return {
        "id": ids.new_id(),
        "lot_id": lot_id,
        "position": position,
        "text": item.text,
        "quantity": item.quantity,
        "unit_code": item.unit_code,
        "value_net_cents": item.value_net_cents,
    }


def _shares(item_id: uuid.UUID, item: Item) -> Iterator[dict[str, Any]]:
    for rank, share in enumerate(item.shares, start=1):
        yield {
            "id": ids.new_id(),
            "item_id": item_id,
            "organisation_id": share.line.organisation_id,
            "demand_id": share.line.demand_id,
            "demand_item_id": share.line.demand_item_id,
            "position": rank,
            "quantity": share.quantity,
            "value_net_cents": share.value_net_cents,
        }


def settle_lots(session: Session, tender: Tender) -> None:
    """Put the lots of a draft in order after items have moved.

    Items without shares and lots without items go; positions and numbers run from 1 without gaps;
    quantities, values, CPV and region follow the shares.
    """
    lots = list(tender.lots)
    for lot in lots:
        lot.items = [item for item in lot.items if item.shares]
    session.flush()
    empty = [lot for lot in lots if not lot.items]
    remove_lots(session, empty)
    session.expire(tender, ["lots"])
    kept = [lot for lot in lots if lot.items]
    _renumber(session, kept)
    origins = _origins(session, kept)
    for lot in kept:
        _add_up(lot, origins)
        if len(kept) == 1:
            lot.kind = Split.SINGLE
        elif lot.kind == Split.SINGLE:
            # It was the only one: beside others it is one of them.
            lot.kind = Split.TRADE
    tender.estimated_value_net_cents = sum(lot.estimated_value_net_cents for lot in kept)
    session.flush()


def _renumber(session: Session, lots: Sequence[Lot]) -> None:
    ordered = {lot: sorted(lot.items, key=lambda item: item.position) for lot in lots}
    for number, (lot, items) in enumerate(ordered.items(), start=1):
        lot.number = _ASIDE + number
        for position, item in enumerate(items, start=1):
            item.position = _ASIDE + position
    session.flush()
    for number, (lot, items) in enumerate(ordered.items(), start=1):
        lot.number = number
        for position, item in enumerate(items, start=1):
            item.position = position
    session.flush()


def _origins(session: Session, lots: Sequence[Lot]) -> dict[uuid.UUID, tuple[str, str | None]]:
    """Return demand id → CPV and region of everything in these lots."""
    wanted = {share.demand_id for lot in lots for item in lot.items for share in item.shares}
    rows = session.scalars(select(Demand).where(Demand.id.in_(wanted)))
    return {demand.id: (demand.cpv, demand.nuts or demand.organisation.nuts3) for demand in rows}


def _add_up(lot: Lot, origins: dict[uuid.UUID, tuple[str, str | None]]) -> None:
    shares = [share for item in lot.items for share in item.shares]
    for item in lot.items:
        quantities = [share.quantity for share in item.shares]
        known = [quantity for quantity in quantities if quantity is not None]
        item.quantity = sum(known, Decimal(0)) if len(known) == len(quantities) else None
        item.value_net_cents = sum(share.value_net_cents for share in item.shares)
    lot.estimated_value_net_cents = sum(item.value_net_cents for item in lot.items)
    lot.cpv = lotting.common_cpv((origins[s.demand_id][0], s.value_net_cents) for s in shares)
    regions = {origins[share.demand_id][1] for share in shares}
    lot.nuts = regions.pop() if len(regions) == 1 else None
