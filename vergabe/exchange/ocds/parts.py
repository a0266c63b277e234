"""What releases are made of: organisations, lots, lines, documents. Amounts net in cents."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class BuyerShare:
    """What one buyer takes of a line, an award or a contract.

    party: `key` of the Party; quantity: in the unit of the line, None where none is named;
    value_basis_points: share of the net value, all shares add up to 10,000; value_net_cents: amount
    of an award or a contract.
    """

    party: str
    quantity: Decimal | None = None
    value_basis_points: int | None = None
    value_net_cents: int | None = None


@dataclass(frozen=True)
class CallOff:
    """The most a party may call off later: text, quantity (None: none named), unit code.

    joins_until: last legal day (Europe/Berlin) on which an announced later joiner may join; None
    for who is a buyer from the start. value_net_cents: of its maximum.
    """

    joins_until: dt.date | None
    value_net_cents: int | None
    lines: Sequence[tuple[str, Decimal | None, str | None]]


@dataclass(frozen=True)
class Party:
    """An organisation with a part in the procedure: buyer, announced later joiner, supplier.

    key: official municipality key (AGS) or our id; buys: False for the lead without own demand and
    for who may join later; call_off: None for who may not call off later; joins_later: announced as
    a later joiner, whether it has joined or not; other_roles: codes of the standard's open list.
    """

    key: str
    name: str
    is_lead: bool = False
    buys: bool = False
    joins_later: bool = False
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    nuts: str | None = None
    country: str = "Deutschland"
    email: str | None = None
    phone: str | None = None
    call_off: CallOff | None = None
    other_roles: Sequence[str] = ()


@dataclass(frozen=True)
class ItemLine:
    """A line of a lot with each buyer's share."""

    number: str
    text: str
    lot: str
    cpv: str
    quantity: Decimal | None
    unit_code: str | None
    unit_name: str | None
    buyers: Sequence[BuyerShare]


@dataclass(frozen=True)
class LotPart:
    """A lot; value net in cents; status: active, cancelled, unsuccessful or complete."""

    key: str
    title: str
    description: str
    value_net_cents: int | None
    status: str = "active"


@dataclass(frozen=True)
class Document:
    """A procurement document or the notice itself; kind: a code of the standard's documentType."""

    key: str
    title: str
    url: str
    media_type: str
    published_at: dt.datetime
    kind: str = "biddingDocuments"


@dataclass(frozen=True)
class Amendment:
    """A formal change of the tender: which release it changed, which release says so, and what."""

    key: str
    at: dt.datetime
    description: str
    changed_release: str
    release: str


@dataclass(frozen=True)
class Milestone:
    """A step with its day; kind: preProcurement, approval, engagement, assessment, delivery …"""

    key: str
    title: str
    kind: str
    due_at: dt.datetime | None = None
    met_at: dt.datetime | None = None
    status: str = "scheduled"
