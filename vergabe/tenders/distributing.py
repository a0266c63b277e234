"""What each member needs, distributed over the lots: quantities are moved, never made or lost.

A member's quantity of a thing (the same wording, unit and trade) may lie in several lots; over all
lots it stays what the member joined with, and so does its value, to the cent.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe import ids, money
from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.exchange import codes
from vergabe.tenders import lotting
from vergabe.tenders.changing import tender_to_change, touch
from vergabe.tenders.facts import trades_of
from vergabe.tenders.lot_editing import item_of, lot_of, new_lot, short
from vergabe.tenders.lot_writing import settle_lots
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender
from vergabe.tenders.recording import record
from vergabe.web.formatting import quantity

Thing = tuple[str, ...]
Cell = tuple[uuid.UUID, Thing, uuid.UUID]
"""Lot, thing and member."""
MOST: Final = Decimal(10_000_000_000)
_FOUR_DECIMALS: Final = Decimal("0.0001")


@dataclass
class _DemandLine:
    """A line of a demand that is given out lot by lot; value net in cents."""

    demand_id: uuid.UUID
    demand_item_id: uuid.UUID | None
    quantity: Decimal
    value_net_cents: int
    left: Decimal


@dataclass(frozen=True)
class _Portion:
    lot_id: uuid.UUID
    line: _DemandLine
    quantity: Decimal


def field_of(item_id: uuid.UUID, organisation_id: uuid.UUID) -> str:
    """Return the name of the field that holds a member's quantity of an item."""
    return f"quantities.{item_id}.{organisation_id}"


def things_of(session: Session, tender: Tender) -> dict[uuid.UUID, Thing]:
    """Return item id → what it is: items of the same wording, unit and trade are one thing."""
    trades = trades_of(session, tender)
    return {
        item.id: lotting.thing_key(item.text, item.unit_code, _trades_in(item, trades))
        for lot in tender.lots
        for item in lot.items
    }


def _trades_in(item: LotItem, trades: Mapping[uuid.UUID, str]) -> list[str]:
    return sorted({trades[share.demand_id] for share in item.shares})


def is_countable(item: LotItem) -> bool:
    """Return whether an item can be distributed: every member names a quantity."""
    return all(share.quantity is not None for share in item.shares)


def distribute(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    wanted: Mapping[tuple[uuid.UUID, uuid.UUID], Decimal],
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Set how much of an item each member has in its lot, and return the tender.

    wanted: (item id, organisation id) → quantity; what is not named stays. Raises InvalidInput with
    the difference at the field wherever a member's sum over all lots is not what it joined with,
    NotFound for a foreign item, Refused and Stale.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    things = things_of(session, tender)
    items = {item.id: item for lot in tender.lots for item in lot.items}
    before = _cells(tender, things)
    after = dict(before)
    fields: dict[Cell, str] = {}
    for (item_id, organisation_id), amount in wanted.items():
        if item_id not in items:
            raise NotFound("Die Position")
        cell = (items[item_id].lot_id, things[item_id], organisation_id)
        fields[cell] = field_of(item_id, organisation_id)
        after[cell] = amount
    against = _reasons_against(tender, items, things, before, after, fields)
    if against:
        raise InvalidInput.of(against)
    return _written(session, actor, tender, things, before, after, now=now)


def split_item(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    item_id: uuid.UUID,
    to_lot_id: uuid.UUID | None,
    quantities: Mapping[uuid.UUID, Decimal],
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Move a part of an item into another lot (None: a new one) and return the tender.

    quantities: organisation id → how much of its share goes. Raises InvalidInput when a member has
    less than that or nothing goes, NotFound for a foreign item or lot, Refused and Stale.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    item = item_of(tender, item_id)
    things = things_of(session, tender)
    before = _cells(tender, things)
    going = {member: amount for member, amount in quantities.items() if amount}
    against = _reasons_against_going(tender, item, going, before, things)
    if to_lot_id == item.lot_id:
        message = "Wählen Sie ein anderes Los als das, in dem die Position schon steht."
        against.append(Violation("same_lot", message, field="to_lot_id"))
    if against:
        raise InvalidInput.of(against)
    target = lot_of(tender, to_lot_id) if to_lot_id is not None else new_lot(tender, item)
    session.flush()
    after = dict(before)
    for member, amount in going.items():
        source = (item.lot_id, things[item_id], member)
        goal = (target.id, things[item_id], member)
        after[source] -= amount
        after[goal] = after.get(goal, Decimal(0)) + amount
    return _written(session, actor, tender, things, before, after, now=now)


def _cells(tender: Tender, things: Mapping[uuid.UUID, Thing]) -> dict[Cell, Decimal]:
    found: dict[Cell, Decimal] = {}
    for lot in tender.lots:
        for item in lot.items:
            for share in item.shares:
                if share.quantity is not None:
                    cell = (lot.id, things[item.id], share.organisation_id)
                    found[cell] = found.get(cell, Decimal(0)) + share.quantity
    return found


def _sums(cells: Mapping[Cell, Decimal]) -> dict[tuple[Thing, uuid.UUID], Decimal]:
    found: dict[tuple[Thing, uuid.UUID], Decimal] = {}
    for (_, thing, member), amount in cells.items():
        found[thing, member] = found.get((thing, member), Decimal(0)) + amount
    return found


def _reasons_against(
    tender: Tender,
    items: Mapping[uuid.UUID, LotItem],
    things: Mapping[uuid.UUID, Thing],
    before: Mapping[Cell, Decimal],
    after: Mapping[Cell, Decimal],
    fields: Mapping[Cell, str],
) -> list[Violation]:
    wrong = [
        Violation("quantity_out_of_range", _OUT_OF_RANGE, field=field)
        for cell, field in fields.items()
        if not _is_quantity(after[cell])
    ]
    if wrong:
        return wrong
    names = {buyer.organisation_id: buyer.organisation.name for buyer in tender.buyers}
    texts = {things[item.id]: item for item in items.values()}
    asked, given = _sums(before), _sums(after)
    return [
        _difference(texts[thing], names.get(member, ""), needed, amount, field)
        for (thing, member), amount in given.items()
        if (needed := asked.get((thing, member), Decimal(0))) != amount
        for field in [next((f for c, f in fields.items() if c[1:] == (thing, member)), None)]
    ]


_OUT_OF_RANGE: Final = "Geben Sie eine Menge ab 0 mit höchstens vier Nachkommastellen an."


def _is_quantity(amount: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount < MOST and amount == amount.quantize(_FOUR_DECIMALS)


def _difference(
    item: LotItem, name: str, needed: Decimal, given: Decimal, field: str | None
) -> Violation:
    off = f"{quantity(given - needed)} zu viel" if given > needed else ""
    off = off or f"{quantity(needed - given)} zu wenig"
    return Violation(
        "demand_not_met",
        f"{name} braucht {_amount(needed, item)} „{short(item.text)}“, verteilt sind "
        f"{quantity(given)}: {off}.",
        field=field,
    )


def _amount(number: Decimal, item: LotItem) -> str:
    unit = codes.unit(item.unit_code) if item.unit_code else None
    return f"{quantity(number)} {unit.symbol}" if unit else quantity(number)


def _reasons_against_going(
    tender: Tender,
    item: LotItem,
    going: Mapping[uuid.UUID, Decimal],
    cells: Mapping[Cell, Decimal],
    things: Mapping[uuid.UUID, Thing],
) -> list[Violation]:
    if not is_countable(item):
        message = "Diese Position hat keine Mengen. Sie lässt sich nur als Ganzes verschieben."
        raise Refused("item_without_quantity", message)
    if not going:
        message = "Geben Sie bei mindestens einer Kommune an, wie viel in das andere Los kommt."
        return [Violation("nothing_goes", message, field="item_id")]
    names = {buyer.organisation_id: buyer.organisation.name for buyer in tender.buyers}
    wrong = []
    for member, amount in going.items():
        has = cells.get((item.lot_id, things[item.id], member), Decimal(0))
        if not _is_quantity(amount):
            wrong.append(Violation("quantity_out_of_range", _OUT_OF_RANGE, field=f"part.{member}"))
        elif amount > has:
            name = names.get(member, "Diese Kommune")
            message = f"{name} hat hier {_amount(has, item)}, mehr lässt sich nicht verschieben."
            wrong.append(Violation("more_than_there", message, field=f"part.{member}"))
    return wrong


def _written(
    session: Session,
    actor: Actor,
    tender: Tender,
    things: dict[uuid.UUID, Thing],
    before: Mapping[Cell, Decimal],
    after: Mapping[Cell, Decimal],
    *,
    now: dt.datetime,
) -> Tender:
    """Write the cells that changed, settle the lots and note what moved."""
    moved = [cell for cell in after if after[cell] != before.get(cell, Decimal(0))]
    if not moved:
        return tender
    changes = _recorded(tender, things, moved, before, after)
    for thing, member in dict.fromkeys(cell[1:] for cell in moved):
        _place(session, tender, things, after, thing, member)
    _order_shares(tender)
    settle_lots(session, tender)
    touch(session, tender)
    record(
        session,
        actor,
        tender,
        "quantities_distributed",
        "Mengen wurden zwischen den Losen verteilt; was jede Kommune braucht, blieb gleich.",
        now=now,
        changes=changes,
    )
    return tender


def _place(
    session: Session,
    tender: Tender,
    things: dict[uuid.UUID, Thing],
    after: Mapping[Cell, Decimal],
    thing: Thing,
    member: uuid.UUID,
) -> None:
    """Give a member's lines of one thing to the lots anew, each line to the cent."""
    items = [item for lot in tender.lots for item in lot.items if things.get(item.id) == thing]
    lines = _lines(items, member)
    portions = _portions(tender.lots, lines, after, thing, member)
    for item in items:
        # A share of nothing stays where it is: it is what the member joined with.
        item.shares = [s for s in item.shares if s.organisation_id != member or not s.quantity]
    session.flush()
    values = _values(portions, lines)
    by_lot: dict[uuid.UUID, LotItem] = {item.lot_id: item for item in items}
    for portion, value in zip(portions, values, strict=True):
        if portion.lot_id not in by_lot:
            by_lot[portion.lot_id] = new = _new_item(tender, items[0], portion.lot_id)
            things[new.id] = thing
        item = by_lot[portion.lot_id]
        item.shares.append(
            ItemShare(
                organisation_id=member,
                demand_id=portion.line.demand_id,
                demand_item_id=portion.line.demand_item_id,
                position=max((s.position for s in item.shares), default=0) + 1,
                quantity=portion.quantity,
                value_net_cents=value,
            )
        )
    session.flush()


def _order_shares(tender: Tender) -> None:
    """Give the shares of every item the fixed order of the members again."""
    ranks = {buyer.organisation_id: buyer.position for buyer in tender.buyers}
    for lot in tender.lots:
        for item in lot.items:
            ordered = sorted(item.shares, key=lambda s: (ranks[s.organisation_id], s.position))
            for position, share in enumerate(ordered, start=1):
                share.position = position


def _lines(items: Iterable[LotItem], member: uuid.UUID) -> list[_DemandLine]:
    """Return what a member asked for of one thing, over all lots, line by line."""
    found: dict[tuple[uuid.UUID, uuid.UUID | None], _DemandLine] = {}
    for item in items:
        for share in item.shares:
            if share.organisation_id != member or not share.quantity:
                continue
            key = (share.demand_id, share.demand_item_id)
            line = found.setdefault(key, _DemandLine(*key, Decimal(0), 0, Decimal(0)))
            line.quantity += share.quantity
            line.left += share.quantity
            line.value_net_cents += share.value_net_cents
    return sorted(found.values(), key=lambda line: (line.demand_id, str(line.demand_item_id)))


def _portions(
    lots: Sequence[Lot],
    lines: Sequence[_DemandLine],
    after: Mapping[Cell, Decimal],
    thing: Thing,
    member: uuid.UUID,
) -> list[_Portion]:
    """Return what each lot takes from each line: the first lines go first."""
    found = []
    for lot in lots:
        open_amount = after.get((lot.id, thing, member), Decimal(0))
        for line in lines:
            taken = min(open_amount, line.left)
            if taken > 0:
                found.append(_Portion(lot.id, line, taken))
                line.left -= taken
                open_amount -= taken
    return found


def _values(portions: Sequence[_Portion], lines: Sequence[_DemandLine]) -> list[int]:
    """Return the value of each portion: those of a line add up to the line."""
    values = [0] * len(portions)
    for line in lines:
        own = [rank for rank, portion in enumerate(portions) if portion.line is line]
        weights = {rank: portions[rank].quantity for rank in own}
        for rank, value in money.split(line.value_net_cents, weights, own).items():
            values[rank] = value
    return values


def _new_item(tender: Tender, like: LotItem, lot_id: uuid.UUID) -> LotItem:
    lot = lot_of(tender, lot_id)
    item = LotItem(
        id=ids.new_id(),
        position=max((other.position for other in lot.items), default=0) + 1,
        text=like.text,
        quantity=None,
        unit_code=like.unit_code,
        value_net_cents=0,
    )
    lot.items.append(item)
    return item


def _recorded(
    tender: Tender,
    things: Mapping[uuid.UUID, Thing],
    moved: Sequence[Cell],
    before: Mapping[Cell, Decimal],
    after: Mapping[Cell, Decimal],
) -> list[dict[str, Any]]:
    numbers = {lot.id: lot.number for lot in tender.lots}
    names = {buyer.organisation_id: buyer.organisation.name for buyer in tender.buyers}
    items = [item for lot in tender.lots for item in lot.items if item.id in things]
    texts = {things[item.id]: item.text for item in items}
    return [
        {
            "lot": numbers[lot_id],
            "item": short(texts[thing]),
            "member": names.get(member, ""),
            "old": str(before.get((lot_id, thing, member), Decimal(0))),
            "new": str(after[lot_id, thing, member]),
        }
        for lot_id, thing, member in moved
    ]
