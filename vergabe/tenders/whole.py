"""A tender with everything below it as the JSON API answers: read by columns, without entities.

Entities are for rules. Whoever only shows a tender reads as few statements, and each at half of
their price.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Row, Select, Table, Uuid, bindparam, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.errors import NotFound
from vergabe.tenders import as_json, queries
from vergabe.tenders.as_json import decimal_text, money
from vergabe.tenders.model import (
    AwardCriterion,
    ItemShare,
    Lot,
    LotItem,
    Tender,
    TenderBuyer,
    TenderDocument,
)
from vergabe.tenders.queries import Limits
from vergabe.together import Together

_AMOUNTS: Final = ("estimated_value_net_cents", "framework_maximum_net_cents")


def _table(model: Any) -> Any:
    """Return the columns of a table; in a statement of these alone no entity is looked for."""
    return cast(Table, model.__table__).c


_tender, _buyer, _organisation = _table(Tender), _table(TenderBuyer), _table(Organisation)
_lot, _item, _share = _table(Lot), _table(LotItem), _table(ItemShare)
_criterion, _document = _table(AwardCriterion), _table(TenderDocument)
_OF_TENDER: Final = bindparam("tender", type_=Uuid)
_HEAD: Final = select(*(_tender[name] for name in (*as_json.IN_FULL, *_AMOUNTS)))
_LOT_NAMES: Final = (
    *("id", "number", "kind", "title", "description", "cpv", "nuts", "starts_on", "ends_on"),
    "estimated_value_net_cents",
)
_ITEM_NAMES: Final = ("id", "position", "text", "quantity", "unit_code", "value_net_cents")
_SHARE_NAMES: Final = ("organisation_id", "demand_id", "quantity", "value_net_cents")
_LOTS: Final = (
    select(
        *(_lot[name] for name in _LOT_NAMES),
        *(_item[name] for name in _ITEM_NAMES),
        *(_share[name] for name in _SHARE_NAMES),
        _organisation.name,
    )
    .select_from(Lot.__table__)
    .outerjoin(LotItem.__table__, _item.lot_id == _lot.id)
    .outerjoin(ItemShare.__table__, _share.item_id == _item.id)
    .outerjoin(Organisation.__table__, _organisation.id == _share.organisation_id)
    .where(_lot.tender_id == _OF_TENDER)
    .order_by(_lot.number, _item.position, _share.position)
)
_BESIDE_LOTS: Final = Together(
    (
        select(_buyer.organisation_id, _organisation.name, _buyer.is_lead, _buyer.buys)
        .join(Organisation.__table__, _organisation.id == _buyer.organisation_id)
        .where(_buyer.tender_id == _OF_TENDER),
        [_buyer.position],
    ),
    (
        select(*(_criterion[name] for name in as_json.CRITERION)).where(
            _criterion.tender_id == _OF_TENDER
        ),
        [_criterion.position],
    ),
    (
        select(*(_document[name] for name in (*as_json.DOCUMENT, "file_sha256"))).where(
            _document.tender_id == _OF_TENDER
        ),
        [_document.title, _document.document_version],
    ),
)
_DOCUMENT_NAMES: Final = (*as_json.DOCUMENT, "sha256")
_FIRST_OF_ITEM: Final = len(_LOT_NAMES)
_FIRST_OF_SHARE: Final = _FIRST_OF_ITEM + len(_ITEM_NAMES)


def visible(session: Session, actor: Actor, tender_id: uuid.UUID) -> dict[str, Any]:
    """Return a tender with everything below it; NotFound if the actor does not see it."""
    if actor.is_operator:
        return read(session, tender_id)
    today = clock.berlin_day(clock.now())
    wanted = _visible_head(actor.organisation_id, queries.limits_of(actor), today)
    return _whole(session, session.execute(wanted, {"tender": tender_id}).one_or_none())


def read(session: Session, tender_id: uuid.UUID) -> dict[str, Any]:
    """Return a tender with everything below it, as it stands after the last flush."""
    wanted = _HEAD.where(_tender.id == _OF_TENDER)
    return _whole(session, session.execute(wanted, {"tender": tender_id}).one_or_none())


# A statement is as dear to make as to ask the database; it is the same all day.
@lru_cache(maxsize=512)
def _visible_head(organisation_id: uuid.UUID | None, limits: Limits, today: dt.date) -> Select[Any]:
    narrowed = queries.conditions(organisation_id, limits, today)
    return _HEAD.where(_tender.id == _OF_TENDER, *narrowed)


def _whole(session: Session, row: Row[Any] | None) -> dict[str, Any]:
    if row is None:
        raise NotFound("Das Vergabeverfahren")
    same, (estimated, maximum) = row[: -len(_AMOUNTS)], row[-len(_AMOUNTS) :]
    found: dict[str, Any] = dict(zip(as_json.IN_FULL, same, strict=True))
    asked = {"tender": found["id"]}
    found["estimated_value_net"] = money(estimated)
    found["framework_maximum"] = money(maximum)
    buyers, criteria, documents = _BESIDE_LOTS.read(session, asked)
    found["buyers"] = [
        {"organisation_id": organisation_id, "name": name, "is_lead": is_lead, "buys": buys}
        for organisation_id, name, is_lead, buys in buyers
    ]
    found["lots"] = _lots(session.execute(_LOTS, asked))
    found["criteria"] = [dict(zip(as_json.CRITERION, each, strict=True)) for each in criteria]
    found["documents"] = [dict(zip(_DOCUMENT_NAMES, each, strict=True)) for each in documents]
    return found


def _lots(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[dict[str, Any]]:
    """Return lots with their items from rows that hold lot, item and share side by side."""
    lots = []
    for _id, of_lot in groupby(rows, key=itemgetter(0)):
        together = list(of_lot)
        *same, estimated = together[0][:_FIRST_OF_ITEM]
        found = dict(zip(_LOT_NAMES, same, strict=False))
        found["estimated_value_net"] = money(estimated)
        found["items"] = _items(together)
        lots.append(found)
    return lots


def _items(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    items = []
    for item_id, of_item in groupby(rows, key=itemgetter(_FIRST_OF_ITEM)):
        if item_id is None:  # a lot without items
            continue
        together = list(of_item)
        _same, position, text, quantity, unit, value = together[0][_FIRST_OF_ITEM:_FIRST_OF_SHARE]
        items.append(
            {
                "id": item_id,
                "position": position,
                "text": text,
                "quantity": decimal_text(quantity),
                "unit_code": unit,
                "value_net": money(value),
                "shares": [_share_of(row[_FIRST_OF_SHARE:]) for row in together if _has_share(row)],
            }
        )
    return items


def _has_share(row: Sequence[Any]) -> bool:
    return row[_FIRST_OF_SHARE] is not None


def _share_of(row: Sequence[Any]) -> dict[str, Any]:
    organisation_id, demand_id, quantity, value, name = row
    return {
        "organisation_id": organisation_id,
        "organisation_name": name,
        "demand_id": demand_id,
        "quantity": decimal_text(quantity),
        "value_net": money(value),
    }
