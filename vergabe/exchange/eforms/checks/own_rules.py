"""What one of our own checks is: a key, a law or source, how grave it is, and a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice

GERMANY: Final = "DEU"
COMPETITION: Final = frozenset({"16", "20", "E3"})
ABOVE_THRESHOLD: Final = frozenset({"4", "7", "16", "20", "25", "29", "33", "38"})
PLANNING: Final = frozenset({"4", "7", "E2"})
RESULTS: Final = frozenset({"25", "29", "33", "E4"})
"""Subtypes with results of lots; 38 has them, too, but says what changed, not how it was won."""
OFFICIAL: Final = "amtliche eForms-Regeln"


@dataclass(frozen=True)
class Setting:
    """What a check knows besides the notice: addresses of pages that nobody sees without login."""

    closed_paths: tuple[str, ...] = ("/vergabeverfahren/", "/konto", "/anmelden")


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One place that breaks a rule.

    remedy, field: only where they differ from those of the rule; lot or organisation: what it is
    about; part: which of several things, such as a criterion.
    """

    message: str
    remedy: str = ""
    field: str = ""
    lot: Lot | None = None
    organisation: str = ""
    part: str = ""


Check = Callable[[Notice, Setting], Iterable[Breach]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One of our checks.

    key: stable, in English; field: official field (`BT-131(d)-Lot`; for parts that of the same
    name is taken); law: paragraph or source; is_about_one_field: the field is missing or wrong in
    itself, so that whatever official rule reads it follows from that; german_only: German law,
    asked only of buyers in Germany.
    """

    key: str
    field: str
    law: str
    check: Check
    remedy: str
    severity: Literal["error", "warning", "info"] = "error"
    subtypes: frozenset[str] | None = None
    is_about_one_field: bool = False
    german_only: bool = False

    def applies_to(self, notice: Notice) -> bool:
        """Return whether the rule asks anything of this notice."""
        if self.subtypes is not None and notice.subtype not in self.subtypes:
            return False
        return not self.german_only or is_german(notice)


def is_german(notice: Notice) -> bool:
    """Return whether the lead buyer, or the first if nobody leads, is in Germany."""
    leads = [buyer for buyer in notice.buyers if buyer.is_lead] or list(notice.buyers[:1])
    countries = {o.key: o.address.country for o in notice.organisations}
    return any(countries.get(buyer.organisation) == GERMANY for buyer in leads)


def is_change(notice: Notice) -> bool:
    """Return whether the notice changes an earlier one: days of the past may stand in it."""
    return notice.changes is not None


def names(notice: Notice) -> Mapping[str, str]:
    """Return the names of organisations and contact points by their keys."""
    found = {o.key: o.name for o in notice.organisations}
    found.update({p.key: p.name for o in notice.organisations for p in o.touch_points})
    return found


def shown_keys(notice: Notice) -> str:
    return ", ".join(f"„{name}“" for name in names(notice).values())


def is_framework(lot: Lot) -> bool:
    """Return whether a lot is awarded as a framework agreement (BT-765)."""
    return lot.terms.framework is not None and lot.terms.framework.technique != "none"
