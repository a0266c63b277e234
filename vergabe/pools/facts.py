"""What grouping reads and returns: frozen facts about demands, settings and proposals."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from vergabe.exchange.demand_input import is_placeholder_value

Quantity = tuple[str, Decimal | None, str | None]


@dataclass(frozen=True)
class DemandFacts:
    """One released demand, as far as grouping needs it.

    land: ISO 3166-2 part without `DE-` ("NW"), None if not known; cpv: eight digits, a check digit
    is ignored; unit_codes: UN/ECE Recommendation 20; value_net_cents: estimate without VAT; nature:
    works, supplies, services or None if unknown; needed_from, needed_until: legal days, both
    inclusive; nuts: code of the place; area_key: task area of the cooperation; quantities: text,
    number, unit.
    """

    id: UUID
    organisation_id: UUID
    organisation_name: str
    land: str | None
    title: str
    description: str
    cpv: str
    unit_codes: frozenset[str] = frozenset()
    value_net_cents: int | None = None
    nature: str | None = None
    needed_from: dt.date | None = None
    needed_until: dt.date | None = None
    nuts: str | None = None
    area_key: str | None = None
    quantities: tuple[Quantity, ...] = ()

    @property
    def has_placeholder_value(self) -> bool:
        """Whether the value was only put in to fill the field (1 EUR)."""
        return self.value_net_cents is not None and is_placeholder_value(self.value_net_cents)


@dataclass(frozen=True)
class GroupingSettings:
    """How proposals are made.

    min_score: mean closeness (0 to 1) that two groups need to become one; min_cpv_digits: leading
    CPV digits that two demands must share (2 division, 3 group, 4 class, 5 category);
    min_organisations, max_organisations, max_demands: size of a proposal; window_gap_days: days
    that may lie between two windows of need; open_window_days: how long a need lasts whose other
    end is not stated; mix_supplies_and_services: whether these two natures may meet where both name
    the same subject (meals delivered or served; the main subject then decides, § 110 GWB).
    """

    min_score: float = 0.38
    min_cpv_digits: int = 2
    min_organisations: int = 2
    max_organisations: int = 20
    max_demands: int = 60
    window_gap_days: int = 60
    open_window_days: int = 180
    mix_supplies_and_services: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.min_score <= 1:
            raise ValueError("min_score lies between 0 and 1")
        if not 2 <= self.min_cpv_digits <= 8:
            raise ValueError("min_cpv_digits lies between 2 and 8")
        if not 2 <= self.min_organisations <= self.max_organisations <= self.max_demands:
            raise ValueError("2 <= min_organisations <= max_organisations <= max_demands")
        if self.window_gap_days < 0 or self.open_window_days < 0:
            raise ValueError("days must not be negative")


@dataclass(frozen=True)
class Window:
    """When all demands of a proposal can be met at once.

    begins_on: latest needed_from; ends_on: earliest needed_until; None where no demand states one.
    conflicting: demands that end before begins_on; then begins_on is later than ends_on.
    """

    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    conflicting: tuple[UUID, ...] = ()


class Link(NamedTuple):
    """Why one demand is in a proposal.

    closest_id: the demand of another organisation it is closest to; score: their closeness (0 to
    1); cpv_relation: German words for how the two CPV codes stand to each other; shared_words: what
    both name, as the demand writes it. There is one for each demand: tuples are made soonest.
    """

    demand_id: UUID
    closest_id: UUID
    score: float
    cpv_relation: str
    shared_words: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """Demands of at least two organisations that could be bought together.

    key: stable for the same set of demands, whatever their order; demand_ids: in order of closeness
    to the rest, ties by id; organisation_ids: in order of first demand; cpv: the code that covers
    all; total_net_cents: sum of the values that are stated, placeholders included; similarity: mean
    closeness of all pairs of different organisations (0 to 1).
    """

    key: str
    title: str
    cpv: str
    demand_ids: tuple[UUID, ...]
    organisation_ids: tuple[UUID, ...]
    total_net_cents: int
    unvalued_count: int
    window: Window
    similarity: float
    links: tuple[Link, ...]
