"""What comes before and after the tender: planning, awards, contracts, their implementation.

A section is written where its data exists, and left out where it does not.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from vergabe.exchange.ocds.parts import BuyerShare, Document, ItemLine, Milestone


@dataclass(frozen=True)
class Planning:
    """What was made public before the tender; budget net in cents."""

    rationale: str = ""
    project: str = ""
    project_key: str = ""
    budget_net_cents: int | None = None
    documents: Sequence[Document] = ()
    milestones: Sequence[Milestone] = ()


@dataclass(frozen=True)
class Award:
    """A decision for one or more lots; value net in cents.

    status: pending, active, cancelled or unsuccessful; suppliers: keys of parties; buyers: those
    for whom it is made, their values add up to `value_net_cents`.
    """

    key: str
    title: str
    status: str
    decided_at: dt.datetime | None
    value_net_cents: int | None
    suppliers: Sequence[str]
    lots: Sequence[str]
    buyers: Sequence[BuyerShare]
    items: Sequence[ItemLine] = ()
    documents: Sequence[Document] = ()
    description: str = ""


@dataclass(frozen=True)
class Transaction:
    """A payment; payer and payee are keys of parties; value in cents."""

    key: str
    paid_at: dt.datetime
    value_cents: int
    payer: str
    payee: str
    source: str = ""


@dataclass(frozen=True)
class Implementation:
    """How a contract is carried out, as far as it is public."""

    transactions: Sequence[Transaction] = ()
    milestones: Sequence[Milestone] = ()
    documents: Sequence[Document] = ()


@dataclass(frozen=True)
class Contract:
    """A contract that follows from an award; value net in cents.

    status: pending, active, cancelled or terminated; starts_at, ends_at: instants, the end is the
    first that is too late; buyers: who is bound by it, their values add up to `value_net_cents`.
    """

    key: str
    award: str
    title: str
    status: str
    signed_at: dt.datetime | None
    value_net_cents: int | None
    buyers: Sequence[BuyerShare]
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    items: Sequence[ItemLine] = ()
    documents: Sequence[Document] = ()
    implementation: Implementation | None = None
