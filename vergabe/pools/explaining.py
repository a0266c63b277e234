"""A pool's arguments: what speaks for it and against it, why each demand is in it, and the law."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from vergabe.demands.queries import ReleasedDemand
from vergabe.exchange import codes
from vergabe.law.rule_sets import RuleSet
from vergabe.pools.assessing import LawFacts, law_facts
from vergabe.pools.case import Reason
from vergabe.pools.facts import DemandFacts, GroupingSettings, Link, Proposal
from vergabe.pools.grouping import describe
from vergabe.pools.reasons import speaks_for_and_against

SETTINGS: Final = GroupingSettings()


@lru_cache(maxsize=4096)
def cpv_label(code: str) -> str:
    """Return the German name of a CPV code, empty for an unknown one."""
    known = codes.cpv(code)
    return known.label_de if known else ""


def demand_facts(demand: ReleasedDemand) -> DemandFacts:
    """Return a demand as grouping needs it."""
    return DemandFacts(
        id=demand.id,
        organisation_id=demand.organisation_id,
        organisation_name=demand.organisation_name,
        land=demand.land,
        title=demand.title,
        description=demand.description,
        cpv=demand.cpv,
        unit_codes=frozenset(line.unit_code for line in demand.lines if line.unit_code),
        value_net_cents=demand.value_net_cents,
        nature=demand.nature,
        needed_from=demand.needed_from,
        needed_until=demand.needed_until,
        nuts=demand.nuts,
        area_key=demand.area_key,
        quantities=tuple((line.text, line.quantity, line.unit_code) for line in demand.lines),
    )


@dataclass(frozen=True)
class Explained:
    """A proposal with its demands, what law says, and the arguments, the weightiest first."""

    proposal: Proposal
    demands: tuple[ReleasedDemand, ...]
    law: LawFacts
    speaks_for: tuple[Reason, ...]
    speaks_against: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what the pool's row keeps in `reasons`: sentences, sums, window, law."""
        proposal = self.proposal
        begins_on, ends_on = proposal.window.begins_on, proposal.window.ends_on
        return {
            "for": [_reason(reason) for reason in self.speaks_for],
            "against": [_reason(reason) for reason in self.speaks_against],
            "law": self.law.as_dict(),
            "total_net_cents": proposal.total_net_cents,
            "unvalued_count": proposal.unvalued_count,
            "similarity_percent": round(proposal.similarity * 100),
            "needed_from": begins_on.isoformat() if begins_on else None,
            "needed_until": ends_on.isoformat() if ends_on else None,
        }

    def why(self) -> dict[UUID, dict[str, Any]]:
        """Return, per demand, why it is in the pool, as JSON values."""
        return {link.demand_id: _link(link) for link in self.proposal.links}


def explain(
    proposal: Proposal,
    demands: Iterable[ReleasedDemand],
    *,
    lead_land: str | None,
    joining_days: int,
    on: dt.date,
    rule_sets: Mapping[UUID, RuleSet],
) -> Explained:
    """Return a proposal with law and arguments for a legal day; KeyError if a demand is missing.

    demands: at least those of the proposal; rule_sets: organisation id → its by-law and Land.
    """
    by_id = {demand.id: demand for demand in demands}
    own = tuple(by_id[demand_id] for demand_id in proposal.demand_ids)
    facts = [demand_facts(demand) for demand in own]
    law = law_facts(
        facts, lead_land=lead_land, joining_days=joining_days, on=on, rule_sets=rule_sets
    )
    speaks_for, speaks_against = speaks_for_and_against(
        proposal,
        facts,
        eu_threshold_net_cents=law.threshold_net_cents,
        minimum_days=law.minimum_days,
        earliest_contract_on=law.awarded_on,
    )
    return Explained(proposal, own, law, tuple(speaks_for), tuple(speaks_against))


def explain_selection(
    demands: Sequence[ReleasedDemand],
    *,
    lead_land: str | None,
    joining_days: int,
    on: dt.date,
    rule_sets: Mapping[UUID, RuleSet],
) -> Explained:
    """Return law and arguments for demands that people put together.

    Raises ValueError if all are of one organisation.
    """
    proposal = describe([demand_facts(demand) for demand in demands], SETTINGS, cpv_label)
    return explain(
        proposal,
        demands,
        lead_land=lead_land,
        joining_days=joining_days,
        on=on,
        rule_sets=rule_sets,
    )


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "text": reason.text,
        "law": reason.law,
        "organisation_ids": [str(organisation_id) for organisation_id in reason.organisation_ids],
        "demand_ids": [str(demand_id) for demand_id in reason.demand_ids],
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "closest_id": str(link.closest_id),
        "score_percent": round(link.score * 100),
        "cpv_relation": link.cpv_relation,
        "shared_words": list(link.shared_words),
    }
