"""How sensible proposals are, measured against the judged themes of `pool_themes.csv`.

The themes were given by hand to all 705 demands of Nordrhein-Westfalen, Hessen and Niedersachsen:
what one joint procedure, perhaps with several lots, would sensibly buy. `~` marks a theme that a
demand may be put to without being wrong. Only pairs of different organisations count.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.real_demands import Themes
from vergabe.pools.facts import DemandFacts, Proposal


@dataclass(frozen=True)
class Quality:
    """Shares from 0 to 1.

    pair_precision: pairs in one proposal that belong together; pair_recall: pairs that belong
    together and are in one proposal; demand_precision: demands that fit the theme of most of their
    proposal; demand_recall: demands with a partner elsewhere that found one.
    """

    proposals: int
    pair_precision: float
    pair_recall: float
    demand_precision: float
    demand_recall: float


def quality(
    proposals: Sequence[Proposal],
    demands: Sequence[DemandFacts],
    judged: Mapping[uuid.UUID, Themes],
) -> Quality:
    """Return how well proposals agree with what a person judged; `judged` names every demand."""
    place = {key: proposal.key for proposal in proposals for key in proposal.demand_ids}
    right = wrong = wanted = 0
    partners, found = set(), set()
    for a, b in _foreign_pairs(demands):
        together = a in place and place[a] == place.get(b)
        if judged[a].sure & judged[b].sure:
            wanted += 1
            right += together
            partners |= {a, b}
            found |= {a, b} if together else set()
        elif together and not judged[a].possible & judged[b].possible:
            wrong += 1
    fitting = sum(_fitting(proposal, judged) for proposal in proposals)
    return Quality(
        proposals=len(proposals),
        pair_precision=_share(right, right + wrong),
        pair_recall=_share(right, wanted),
        demand_precision=_share(fitting, len(place)),
        demand_recall=_share(len(found), len(partners)),
    )


def _foreign_pairs(demands: Sequence[DemandFacts]) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    for a, b in combinations(demands, 2):
        if a.organisation_id != b.organisation_id:
            yield a.id, b.id


def _fitting(proposal: Proposal, judged: Mapping[uuid.UUID, Themes]) -> int:
    counts = Counter(theme for key in proposal.demand_ids for theme in judged[key].possible)
    most = max(counts.values(), default=0)
    return most if most > 1 else 0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 1.0
