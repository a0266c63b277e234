"""What the arguments about a proposed pool look at, and what an argument is."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from vergabe.law.working_days import LAND_NAMES
from vergabe.pools.facts import DemandFacts, Proposal


@dataclass(frozen=True)
class Reason:
    """One argument about a pool.

    code: stable, for machines; text: German sentences; law: the paragraph behind it, if any;
    organisation_ids, demand_ids: whom and what it concerns, empty if all.
    """

    code: str
    text: str
    law: str | None = None
    organisation_ids: tuple[UUID, ...] = ()
    demand_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Case:
    """A proposal with its demands and what the law says about it, as the sentences need it."""

    proposal: Proposal
    demands: tuple[DemandFacts, ...]
    threshold: int | None
    minimum_days: int | None
    earliest_contract_on: dt.date | None

    @property
    def total(self) -> int:
        """Sum of the stated values in cents, net."""
        return self.proposal.total_net_cents

    @property
    def names(self) -> dict[UUID, str]:
        """Names of the members by id."""
        return {d.organisation_id: d.organisation_name for d in self.demands}

    @property
    def reaches_threshold(self) -> bool:
        """Whether the pooled value reaches the EU threshold, as far as both are known."""
        return self.threshold is not None and self.total >= self.threshold

    def values(self) -> dict[UUID, int]:
        """Return the known value of each member in cents, net."""
        sums = dict.fromkeys(self.proposal.organisation_ids, 0)
        for demand in self.demands:
            sums[demand.organisation_id] += demand.value_net_cents or 0
        return sums

    def laender(self) -> list[str]:
        """Return the names of the Länder the members lie in; those not known are left out."""
        found = {demand.land for demand in self.demands if demand.land}
        return sorted(LAND_NAMES.get(land, land) for land in found)
