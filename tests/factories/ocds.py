"""Releases of the OCDS with everything in them; a test states only what matters to it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from vergabe.exchange.ocds.parts import (
    Amendment,
    BuyerShare,
    CallOff,
    Document,
    ItemLine,
    LotPart,
    Milestone,
    Party,
)
from vergabe.exchange.ocds.release import Release
from vergabe.exchange.ocds.results import (
    Award,
    Contract,
    Implementation,
    Planning,
    Transaction,
)

AT = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)
PROCEDURE = "0c4ab1e5-1f9b-4f7e-9a53-6f4f0f5f2c11"
LEAD, JUELICH, KERPEN, SUPPLIER = "05358044", "05358024", "05362032", "supplier-1"


def parties() -> list[Party]:
    """The lead, a second buyer, an announced later joiner and a supplier."""
    maximum = CallOff(dt.date(2027, 12, 31), 600_000, [("Jacke", Decimal(10), "H87")])
    return [
        Party(LEAD, "Gemeinde Merzenich", is_lead=True, buys=True, city="Merzenich"),
        Party(
            JUELICH, "Stadt Jülich", buys=True, call_off=CallOff(None, None, [("J", None, None)])
        ),
        Party(KERPEN, "Kolpingstadt Kerpen", joins_later=True, call_off=maximum),
        Party(SUPPLIER, "Muster & Söhne <GmbH>", other_roles=["supplier", "tenderer"]),
    ]


def line(**more: Any) -> ItemLine:
    facts: dict[str, Any] = {
        "number": "1.1",
        "text": "Jacke",
        "lot": "LOT-0001",
        "cpv": "18110000",
        "quantity": Decimal(80),
        "unit_code": "H87",
        "unit_name": "Stück",
        "buyers": [
            BuyerShare(LEAD, Decimal(50), 6250),
            BuyerShare(JUELICH, Decimal("30"), 3750),
        ],
    }
    return ItemLine(**(facts | more))


def release(number: int = 1, *tags: str, **more: Any) -> Release:
    """The `number`th release of one procedure, an hour after the one before."""
    at = AT + dt.timedelta(hours=number)
    facts: dict[str, Any] = {
        "procedure": PROCEDURE,
        "release_key": f"release-{number}",
        "at": at,
        "tags": tags or ("tender",),
        "reference": "DLZ-2026-0007",
        "title": "Einsatzkleidung",
        "description": "Jacken für zwei Feuerwehren",
        "status": "active",
        "method": "open",
        "nature": "supplies",
        "value_net_cents": 4_800_000,
        "currency": "EUR",
        "parties": parties(),
        "lots": [LotPart("LOT-0001", "Kleidung", "", 4_800_000)],
        "items": [line()],
        "documents": [document(at)],
        "started_at": AT,
        "submission_deadline": AT + dt.timedelta(days=35),
        "enquiries_deadline": AT + dt.timedelta(days=25),
        "criteria": [("Preis", 7000), ("Tragekomfort", 3000)],
        "legal_basis": "VgV",
    }
    return Release(**(facts | more))


def document(at: dt.datetime) -> Document:
    return Document("d-1", "Leistungsverzeichnis", "http://localhost/x", "application/pdf", at)


def amendment(number: int) -> Amendment:
    at = AT + dt.timedelta(hours=number)
    return Amendment(
        f"change-{number}", at, "Frist verlängert", f"release-{number - 1}", f"release-{number}"
    )


def planning() -> Planning:
    return Planning(
        rationale="Die Jacken von 2012 müssen ersetzt werden.",
        project="Einsatzkleidung",
        project_key="P-DLZ-2026-0003",
        budget_net_cents=5_000_000,
        milestones=[Milestone("m-1", "Bekanntmachung", "preProcurement", due_at=AT)],
    )


def award() -> Award:
    return Award(
        key="award-1",
        title="Los 1",
        status="active",
        decided_at=AT + dt.timedelta(days=50),
        value_net_cents=4_500_001,
        suppliers=[SUPPLIER],
        lots=["LOT-0001"],
        buyers=[
            BuyerShare(LEAD, value_basis_points=6250, value_net_cents=2_812_501),
            BuyerShare(JUELICH, value_basis_points=3750, value_net_cents=1_687_500),
        ],
        items=[line()],
    )


def contract(**more: Any) -> Contract:
    made = award()
    facts: dict[str, Any] = {
        "key": "contract-1",
        "award": made.key,
        "title": "Liefervertrag",
        "status": "active",
        "signed_at": AT + dt.timedelta(days=62),
        "value_net_cents": made.value_net_cents,
        "buyers": made.buyers,
        "starts_at": AT + dt.timedelta(days=62),
        "ends_at": AT + dt.timedelta(days=427),
    }
    return Contract(**(facts | more))


def implementation() -> Implementation:
    paid = Transaction("t-1", AT + dt.timedelta(days=90), 2_812_501, LEAD, SUPPLIER)
    done = Milestone(
        "m-9", "Lieferung", "delivery", met_at=AT + dt.timedelta(days=85), status="met"
    )
    return Implementation(transactions=[paid], milestones=[done])
