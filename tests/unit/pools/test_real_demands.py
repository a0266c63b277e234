"""Proposals over real demands: sensible, complete, quick (public notices, CC0 and TED terms)."""

import time
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import real_demands
from benchmarks.pool_quality import quality
from vergabe.pools.facts import DemandFacts, GroupingSettings, Proposal
from vergabe.pools.grouping import propose
from vergabe.pools.reasons import speaks_for_and_against


@pytest.fixture(scope="module")
def real(shared: Path) -> list[DemandFacts]:
    return real_demands.load(shared)


@pytest.fixture(scope="module")
def proposals(real: list[DemandFacts]) -> list[Proposal]:
    return propose(real, GroupingSettings(), real_demands.cpv_label)


@pytest.mark.parametrize("land", ["NW", "HE", "NI"])
def test_proposals_agree_with_what_a_person_would_pool(real: list[DemandFacts], land: str) -> None:
    own = [d for d in real if d.land == land]
    found = propose(own, GroupingSettings(), real_demands.cpv_label)
    figures = quality(found, own, real_demands.themes())
    assert figures.pair_precision >= 0.97
    assert figures.demand_precision >= 0.95
    assert figures.pair_recall >= 0.85
    assert figures.demand_recall >= 0.88


def test_all_real_demands_are_grouped_in_seconds(
    real: list[DemandFacts], proposals: list[Proposal]
) -> None:
    started = time.process_time()
    again = propose(list(reversed(real)), GroupingSettings(), real_demands.cpv_label)
    assert time.process_time() - started < 10
    assert again == proposals


def test_real_proposals_hold_each_demand_once_and_several_towns(
    real: list[DemandFacts], proposals: list[Proposal]
) -> None:
    assert len(real) == 1_423
    placed = Counter(i for p in proposals for i in p.demand_ids)
    assert set(placed.values()) == {1}
    assert 800 < len(placed) < 1_100
    assert all(2 <= len(p.organisation_ids) <= 20 for p in proposals)
    assert len({p.title for p in proposals}) == len(proposals)
    assert all(len(p.title) <= 120 for p in proposals)


def test_every_real_proposal_can_be_argued(
    real: list[DemandFacts], proposals: list[Proposal]
) -> None:
    for proposal in proposals:
        pro, con = speaks_for_and_against(proposal, real, eu_threshold_net_cents=216_000_00)
        assert {"members", "one_procedure"} <= {reason.code for reason in pro}
        assert "lots" in {reason.code for reason in con}
