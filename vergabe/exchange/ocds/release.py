"""A release: what became public in one procedure at one instant."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.exchange.ocds.parts import Amendment, Document, ItemLine, LotPart, Party
from vergabe.exchange.ocds.results import Award, Contract, Planning

PREFIX: Final = "ocds-vergabe"
"""Beginning of every ocid (`<PREFIX>-<procedure>`). It is part of a procedure's name for ever and
so a constant, not a setting; it is not registered with the Open Contracting Partnership."""


@dataclass(frozen=True)
class Release:
    """What changed at one instant in one procedure; instants aware UTC, amounts net in cents.

    tags: codes of the standard's releaseTag; status: planning, planned, active, complete, cancelled
    or unsuccessful; started_at: when bids could first be made, None before that; criteria: name and
    weight in basis points.
    """

    procedure: str
    release_key: str
    at: dt.datetime
    tags: Sequence[str]
    reference: str
    title: str
    description: str
    status: str
    method: str
    nature: str
    value_net_cents: int | None
    currency: str
    parties: Sequence[Party]
    lots: Sequence[LotPart]
    items: Sequence[ItemLine]
    documents: Sequence[Document]
    started_at: dt.datetime | None
    submission_deadline: dt.datetime | None
    enquiries_deadline: dt.datetime | None
    criteria: Sequence[tuple[str, int]] = ()
    legal_basis: str = ""
    amendments: Sequence[Amendment] = ()
    planning: Planning | None = None
    awards: Sequence[Award] = ()
    contracts: Sequence[Contract] = ()

    @property
    def ocid(self) -> str:
        """The name of the procedure in all its releases."""
        return f"{PREFIX}-{self.procedure}"
