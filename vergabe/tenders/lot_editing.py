"""Lots of a draft: described, items moved between them, two put together.

Whatever moves, quantities and values stay with the members they belong to.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, NotFound, Refused, Violation, gather
from vergabe.exchange.plain_text import many_lines, one_line
from vergabe.tenders import lotting
from vergabe.tenders.changing import tender_to_change, touch
from vergabe.tenders.facts import trades_of
from vergabe.tenders.limits import DESCRIPTION_MAX, TITLE_MAX
from vergabe.tenders.lot_writing import settle_lots
from vergabe.tenders.model import ItemShare, Lot, LotItem, Tender
from vergabe.tenders.recording import record


@dataclass(frozen=True)
class LotEdit:
    """What a lot is called and when it is performed; days legal, the last one included."""

    title: str
    description: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


def edit_lot(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    lot_id: uuid.UUID,
    edit: LotEdit,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Rename and describe a lot of a draft, and say when it is performed; return the tender."""
    tender = tender_to_change(session, actor, tender_id, version=version)
    lot = lot_of(tender, lot_id)
    title, description = _checked(edit, clock.berlin_day(now))
    wanted = {
        "title": title,
        "description": description,
        "starts_on": edit.starts_on,
        "ends_on": edit.ends_on,
    }
    old = {name: getattr(lot, name) for name in wanted if getattr(lot, name) != wanted[name]}
    if not old:
        return tender
    for name in old:
        setattr(lot, name, wanted[name])
    touch(session, tender)
    record(
        session,
        actor,
        tender,
        "lot_edited",
        f"Los {lot.number} „{lot.title}“ wurde geändert.",
        now=now,
        lot=lot.number,
        changes={
            name: {"old": _recorded(value), "new": _recorded(wanted[name])}
            for name, value in old.items()
        },
    )
    return tender


def _checked(edit: LotEdit, today: dt.date) -> tuple[str, str]:
    """Return title and description, clean; InvalidInput names every field that is wrong."""
    wrong: list[Violation] = []
    title = gather(wrong, lambda: one_line(edit.title, max_length=TITLE_MAX, field="title"))
    if title == "":
        wrong.append(Violation("title_missing", "Benennen Sie das Los.", field="title"))
    description = gather(
        wrong,
        lambda: many_lines(edit.description, max_length=DESCRIPTION_MAX, field="description"),
    )
    wrong += [
        Violation("day_in_past", "Dieser Tag liegt in der Vergangenheit.", field=field)
        for field, day in (("starts_on", edit.starts_on), ("ends_on", edit.ends_on))
        if day is not None and day < today
    ]
    if edit.starts_on and edit.ends_on and edit.ends_on < edit.starts_on:
        message = "Das Ende liegt vor dem Beginn."
        wrong.append(Violation("days_out_of_order", message, field="ends_on"))
    if wrong or title is None or description is None:
        raise InvalidInput.of(wrong)
    return title, description


def move_item(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    item_id: uuid.UUID,
    to_lot_id: uuid.UUID | None,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Move an item of a draft into another lot (None: into a new one) and return the tender.

    It joins an item of the same wording and unit there. A lot that is empty then goes.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    item = item_of(tender, item_id)
    source = item.lot
    if to_lot_id == source.id or (to_lot_id is None and len(source.items) == 1):
        return tender
    text, from_number = item.text, source.number
    target = lot_of(tender, to_lot_id) if to_lot_id is not None else new_lot(tender, item)
    trades = trades_of(session, tender)
    session.flush()
    _place(item, target, trades)
    settle_lots(session, tender)
    touch(session, tender)
    record(
        session,
        actor,
        tender,
        "item_moved",
        f"Die Position „{short(text)}“ kam von Los {from_number} in Los {target.number}.",
        now=now,
        item=short(text),
        from_lot=from_number,
        to_lot=target.number,
        to_title=target.title,
    )
    return tender


def merge_lots(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    lot_id: uuid.UUID,
    into_lot_id: uuid.UUID,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Put all items of one lot of a draft into another and return the tender.

    Items of the same wording and unit become one with the shares of both; the emptied lot goes.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    lot, target = lot_of(tender, lot_id), lot_of(tender, into_lot_id)
    if lot is target:
        reason = Violation(
            "same_lot", "Wählen Sie ein anderes Los, in das dieses aufgeht.", field="into_lot_id"
        )
        raise Refused.because("same_lot", reason.message, [reason])
    merged = {"number": lot.number, "title": lot.title}
    trades = trades_of(session, tender)
    for item in list(lot.items):
        _place(item, target, trades)
    settle_lots(session, tender)
    touch(session, tender)
    record(
        session,
        actor,
        tender,
        "lots_merged",
        f"Los {merged['number']} „{merged['title']}“ ging in Los {target.number} auf.",
        now=now,
        merged=merged,
        into={"number": target.number, "title": target.title},
    )
    return tender


def lot_of(tender: Tender, lot_id: uuid.UUID) -> Lot:
    """Return a lot of a tender; NotFound if it has none with this id."""
    for lot in tender.lots:
        if lot.id == lot_id:
            return lot
    raise NotFound("Das Los")


def item_of(tender: Tender, item_id: uuid.UUID) -> LotItem:
    """Return an item of a tender; NotFound if it has none with this id."""
    for lot in tender.lots:
        for item in lot.items:
            if item.id == item_id:
                return item
    raise NotFound("Die Position")


def new_lot(tender: Tender, item: LotItem) -> Lot:
    """Return a new lot at the end of a tender, named for an item that comes into it."""
    source = item.lot
    lot = Lot(
        id=ids.new_id(),
        number=max(lot.number for lot in tender.lots) + 1,
        kind=source.kind if source.kind != lotting.Split.SINGLE else lotting.Split.TRADE,
        title=short(item.text),
        description="",
        cpv=source.cpv,
        nuts=source.nuts,
        estimated_value_net_cents=0,
    )
    tender.lots.append(lot)
    return lot


def _place(item: LotItem, target: Lot, trades: dict[uuid.UUID, str]) -> None:
    """Move an item into a lot: its shares join the same thing there, else it goes along whole."""
    same = next(
        (other for other in target.items if _key(other, trades) == _key(item, trades)), None
    )
    if same is not None and item.quantity is not None and same.quantity is not None:
        for share in list(item.shares):
            _join_share(share, same)
        for position, share in enumerate(same.shares, start=1):
            share.position = position
        return
    item.position = max((other.position for other in target.items), default=0) + 1
    target.items.append(item)


def _join_share(share: ItemShare, item: LotItem) -> None:
    """Move a share into an item; parts of one line of a demand become whole again."""
    line = (share.demand_id, share.demand_item_id)
    for other in item.shares:
        if (other.demand_id, other.demand_item_id) == line:
            assert other.quantity is not None
            assert share.quantity is not None
            other.quantity += share.quantity
            other.value_net_cents += share.value_net_cents
            share.item.shares.remove(share)
            return
    item.shares.append(share)


def _key(item: LotItem, trades: dict[uuid.UUID, str]) -> tuple[str, ...]:
    classes = sorted({trades[share.demand_id] for share in item.shares})
    return lotting.thing_key(item.text, item.unit_code, classes)


def short(text: str) -> str:
    """Return a text in one line of at most 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"


def _recorded(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
