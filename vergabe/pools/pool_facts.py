"""What the rules of pools look at: frozen facts about a pool and whoever takes part."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from vergabe.pools.stages import Stage


@dataclass(frozen=True)
class LineFacts:
    """One item line of a participant's demand; quantity None if the demand names none."""

    id: UUID
    text: str
    quantity: Decimal | None


@dataclass(frozen=True)
class ParticipantFacts:
    """One organisation whose demands are in the pool.

    joined_at: instant of the joining that counts, None if it has not joined or took it back;
    withdrawn_at: instant at which it left the binding pool; asks_to_withdraw: its wish to leave is
    open; consents_to: organisations to whose withdrawal it has consented; mandate_reference:
    resolution or power of attorney it joined with.
    """

    organisation_id: UUID
    organisation_name: str
    demand_ids: frozenset[UUID]
    lines: tuple[LineFacts, ...] = ()
    joined_at: dt.datetime | None = None
    withdrawn_at: dt.datetime | None = None
    mandate_reference: str = ""
    consents_to: frozenset[UUID] = frozenset()
    asks_to_withdraw: bool = False

    @property
    def is_in(self) -> bool:
        """Whether it has joined and not withdrawn."""
        return self.joined_at is not None and self.withdrawn_at is None


@dataclass(frozen=True)
class PoolFacts:
    """A pool as its rules see it. joining_deadline: the first instant that is too late to join."""

    id: UUID
    cooperation_id: UUID
    area_key: str | None
    stage: Stage
    participants: tuple[ParticipantFacts, ...]
    joining_deadline: dt.datetime | None = None
    lead_organisation_id: UUID | None = None

    @property
    def demand_ids(self) -> frozenset[UUID]:
        """All demands of the pool."""
        return frozenset().union(*(p.demand_ids for p in self.participants))

    @property
    def members(self) -> tuple[ParticipantFacts, ...]:
        """Who has joined and not withdrawn."""
        return tuple(p for p in self.participants if p.is_in)

    def participant(self, organisation_id: UUID) -> ParticipantFacts | None:
        """Return the participation of an organisation, None if it has no demand in the pool."""
        return next((p for p in self.participants if p.organisation_id == organisation_id), None)


@dataclass(frozen=True)
class Joining:
    """What a participant binds itself to.

    quantities: line id → quantity wanted (0 for none of it), None only where the demand names no
    quantity; mandate_reference: the resolution or power of attorney behind it.
    """

    organisation_id: UUID
    quantities: Mapping[UUID, Decimal | None]
    mandate_reference: str
