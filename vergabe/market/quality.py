"""How well the same procedures are recognised: precision and recall over pairs of notices."""

import itertools
import time
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from vergabe.errors import InvalidInput
from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.market import reading, rules
from vergabe.market.grouping import grouped
from vergabe.market.service import Incoming

Pairs = set[frozenset[Hashable]]


@dataclass(frozen=True)
class Quality:
    """Counts of pairs: of one procedure in truth, found, and both; and how long it took."""

    notices: int
    true_pairs: int
    found_pairs: int
    right_pairs: int
    seconds: float

    @property
    def precision(self) -> float:
        """Return which part of the found pairs is true; 1.0 if none was found."""
        return self.right_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """Return which part of the true pairs was found; 1.0 if there is none."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as JSON can hold them."""
        return asdict(self) | {"precision": self.precision, "recall": self.recall}


def pairs_of(groups: Iterable[Sequence[Hashable]]) -> Pairs:
    """Return every pair that stands in one group."""
    return {frozenset(pair) for group in groups for pair in itertools.combinations(set(group), 2)}


def compare(notices: Sequence[ForeignNotice], truth: Pairs) -> Quality:
    """Return how well notices are grouped; truth: pairs of `source:source_id`."""
    started = time.perf_counter()
    facts = [rules.facts_of(one, f"{one.source}:{one.source_id}") for one in notices]
    found = pairs_of(grouped(facts).all())
    seconds = time.perf_counter() - started
    return Quality(len(facts), len(truth), len(found), len(found & truth), seconds)


def without_ids(notice: ForeignNotice) -> ForeignNotice:
    """Return a notice as a portal without official ids would give it: likeness alone decides."""
    return replace(
        notice,
        procedure_id=None,
        notice_id=None,
        changed_notice=None,
        previous_notices=(),
        documents=(),
    )


def by_procedure_id(notices: Iterable[ForeignNotice]) -> Pairs:
    """Return the pairs that name the same procedure id."""
    groups: dict[str, list[Hashable]] = defaultdict(list)
    for one in notices:
        if one.procedure_id:
            groups[one.procedure_id].append(f"{one.source}:{one.source_id}")
    return pairs_of(groups.values())


def measure_file(file: Path, truth: Path | None = None) -> Quality:
    """Return the figures for the notices of a file.

    truth: file with a JSON list of groups of `source:source_id`; without it the procedure ids are
    the truth and are hidden from the comparison. Raises InvalidInput for a truth that is no such
    list.
    """
    notices = [one.notice for one in reading.read_file(file) if isinstance(one, Incoming)]
    if truth is None:
        return compare([without_ids(one) for one in notices], by_procedure_id(notices))
    return compare(notices, pairs_of(_groups(truth)))


def _groups(truth: Path) -> list[list[Hashable]]:
    try:
        groups = orjson.loads(truth.read_bytes())
    except orjson.JSONDecodeError:
        groups = None
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        raise InvalidInput(
            "truth_invalid",
            "Die Datei mit den wahren Gruppen ist keine JSON-Liste von Listen. "
            "Erwartet wird: [[„ted:1-2026“, „doe:…“], …].",
        )
    return [[str(key) for key in group] for group in groups]
