"""What speaks for a proposed pool and what against it, for the coordinator who decides."""

import datetime as dt
from collections.abc import Sequence

from vergabe.pools.case import Case, Reason
from vergabe.pools.facts import DemandFacts, Proposal
from vergabe.pools.speaks_against import reasons_against
from vergabe.pools.speaks_for import reasons_for

__all__ = ["Reason", "speaks_for_and_against"]


def speaks_for_and_against(
    proposal: Proposal,
    demands: Sequence[DemandFacts],
    *,
    eu_threshold_net_cents: int | None,
    minimum_days: int | None = None,
    earliest_contract_on: dt.date | None = None,
) -> tuple[list[Reason], list[Reason]]:
    """Return (what speaks for the pool, what speaks against it), the weightiest first.

    demands: at least those of the proposal, others are ignored; KeyError if one is missing.
    eu_threshold_net_cents: the threshold of § 106 GWB for this kind of contract and day, None if
    not known; minimum_days: shortest period for bids of the regime the pooled value falls under;
    earliest_contract_on: first day on which the contract can be concluded if the tender starts now.
    Amounts net. No saving in money is promised: nobody has measured one for this pool.
    """
    by_id = {demand.id: demand for demand in demands}
    case = Case(
        proposal=proposal,
        demands=tuple(by_id[demand_id] for demand_id in proposal.demand_ids),
        threshold=eu_threshold_net_cents,
        minimum_days=minimum_days,
        earliest_contract_on=earliest_contract_on,
    )
    return reasons_for(case), reasons_against(case)
