"""What is read by columns is what the entities hold, in their order."""

import uuid
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.factories import access, tenders
from vergabe.access.permissions import Role
from vergabe.errors import NotFound
from vergabe.tenders import whole
from vergabe.tenders.lot_writing import write_lots
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Lot, Tender

LINES: tenders.Lines = (
    ("Löschgruppenfahrzeug LF 20", 2, "H87", 45_000_000),
    ("Kopierpapier A4", None, None, None),
)


def as_entities_say(tender: Tender) -> list[Any]:
    """Return lots, items and shares of a tender, one within the other."""
    return [
        (
            lot.id,
            lot.number,
            lot.title,
            lot.estimated_value_net_cents,
            [
                (
                    item.position,
                    item.text,
                    None if item.quantity is None else f"{item.quantity:f}",
                    [
                        (share.organisation.name, share.demand_id, share.value_net_cents)
                        for share in item.shares
                    ],
                )
                for item in lot.items
            ],
        )
        for lot in tender.lots
    ]


def as_read(found: dict[str, Any]) -> list[Any]:
    return [
        (
            lot["id"],
            lot["number"],
            lot["title"],
            lot["estimated_value_net"]["amount_cents"],
            [
                (
                    item["position"],
                    item["text"],
                    item["quantity"],
                    [
                        (
                            share["organisation_name"],
                            share["demand_id"],
                            share["value_net"]["amount_cents"],
                        )
                        for share in item["shares"]
                    ],
                )
                for item in lot["items"]
            ],
        )
        for lot in found["lots"]
    ]


@pytest.mark.parametrize("split", Split)
def test_lots_items_and_shares(session: Session, split: Split) -> None:
    tender = tenders.draft(session, lines=LINES, split=split)
    session.expire_all()
    found = whole.read(session, tender.id)
    assert as_read(found) == as_entities_say(tender)
    assert [buyer["name"] for buyer in found["buyers"]] == [
        buyer.organisation.name for buyer in tender.buyers
    ]
    assert [each["id"] for each in found["criteria"]] == [each.id for each in tender.criteria]
    assert all(found[name] == getattr(tender, name) for name in ("id", "contact", "version"))


def test_a_tender_without_lots_and_a_lot_without_items(session: Session) -> None:
    tender = tenders.draft(session, lines=LINES)
    write_lots(session, tender, [], Split.TRADE)
    session.flush()
    assert whole.read(session, tender.id)["lots"] == []
    session.add(
        Lot(
            id=uuid.uuid4(),
            tender_id=tender.id,
            number=1,
            kind="trade",
            title="Ohne Positionen",
            description="",
            cpv=tender.cpv,
            estimated_value_net_cents=0,
        )
    )
    session.flush()
    (lot,) = whole.read(session, tender.id)["lots"]
    assert (lot["title"], lot["items"]) == ("Ohne Positionen", [])


def test_strangers_find_nothing(session: Session) -> None:
    tender = tenders.draft(session, lines=LINES)
    town = access.organisation(session, "Anderswo")
    actor = access.actor(session, town, Role.PROCUREMENT_OFFICER)
    with pytest.raises(NotFound):
        whole.visible(session, actor, tender.id)
    with pytest.raises(NotFound):
        whole.read(session, uuid.uuid4())
