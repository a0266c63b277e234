"""By-laws of the participants (Satzungen nach § 75a (2) GO NRW): limits a procedure must obey.

All limits are cents net and inclusive; None means the by-law sets none. A participant without a
by-law sets no limit. A procedure is offered only if every participant's by-law permits it for the
pooled value; the strictest publication duty and minimum period apply (product convention,
procurement-rules.md, section 4.1).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from vergabe.money import german as euro


@dataclass(frozen=True, kw_only=True)
class Bylaw:
    """One municipality's by-law, as far as it restricts procedures; amounts in cents net."""

    municipality: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    direct_max_net_cents: int | None = None
    negotiated_wo_call_max_net_cents: int | None = None
    restricted_wo_call_max_net_cents: int | None = None
    freehand_max_net_cents: int | None = None
    ex_ante_from_net_cents: int | None = None
    ex_post_from_net_cents: int | None = None
    minimum_tender_days: int | None = None
    minimum_participation_days: int | None = None
    required_quotes: int | None = None

    def is_valid(self, on: dt.date) -> bool:
        """Return whether the by-law is in force on a day; open ends are unlimited."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def limit(self, name: str, *, works: bool) -> int | None:
        """Return the limit for `direct`, `negotiated_wo_call`, `restricted_wo_call`, `freehand`.

        For works the negotiated award without call and the Freihändige Vergabe are the same thing:
        the lower of the two limits counts.
        """
        if works and name in ("negotiated_wo_call", "freehand"):
            both = (self.negotiated_wo_call_max_net_cents, self.freehand_max_net_cents)
            return min((limit for limit in both if limit is not None), default=None)
        return {
            "direct": self.direct_max_net_cents,
            "negotiated_wo_call": self.negotiated_wo_call_max_net_cents,
            "restricted_wo_call": self.restricted_wo_call_max_net_cents,
            "freehand": self.freehand_max_net_cents,
        }[name]


@dataclass(frozen=True)
class BylawObstacle:
    """A by-law that does not permit a procedure for the pooled value; cents net."""

    municipality: str
    limit_net_cents: int

    def sentence(self, value_net_cents: int) -> str:
        """Return the reason as a German sentence."""
        return (
            f"Die Satzung von {self.municipality} erlaubt das nur bis "
            f"{euro(self.limit_net_cents)}; der gebündelte Wert ist {euro(value_net_cents)}."
        )


def obstacles(
    bylaws: Iterable[Bylaw], limit_name: str, value_net_cents: int, on: dt.date, *, works: bool
) -> tuple[BylawObstacle, ...]:
    """Return every by-law in force on `on` whose limit the pooled value exceeds."""
    found = []
    for bylaw in bylaws:
        limit = bylaw.limit(limit_name, works=works) if bylaw.is_valid(on) else None
        if limit is not None and value_net_cents > limit:
            found.append(BylawObstacle(bylaw.municipality, limit))
    return tuple(found)


def strictest_days(bylaws: Iterable[Bylaw], phase: str, on: dt.date) -> int | None:
    """Return the longest minimum period the by-laws in force ask for, in calendar days."""
    days = (
        bylaw.minimum_tender_days if phase == "tender" else bylaw.minimum_participation_days
        for bylaw in bylaws
        if bylaw.is_valid(on)
    )
    return max((number for number in days if number is not None), default=None)
