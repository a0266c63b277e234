"""From the lines of a pool to lots, items and each member's share of each item. Pure arithmetic.

Nothing is lost and nothing doubled: every line of every demand is a share of exactly one item, and
an item's quantity and value are the sums of its shares.
"""

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from vergabe import money
from vergabe.exchange import codes
from vergabe.texts import lazy


class Split(StrEnum):
    """How lots are cut (§ 97 (4), § 97a GWB): by trade, by region, per member, or not at all."""

    TRADE = "trade"
    REGION = "region"
    MEMBER = "member"
    SINGLE = "single"


SPLIT_NAMES: Final[Mapping[Split, str]] = {
    Split.TRADE: lazy("Fachlose (nach Art der Leistung)"),
    Split.REGION: lazy("Teillose nach Region"),
    Split.MEMBER: lazy("Teillose je Kommune"),
    Split.SINGLE: lazy("ein Los für alles"),
}
CLASS_DIGITS: Final = 4
"""Digits of a CPV class: what a trade is taken to be."""
_DIVISION_DIGITS: Final = 2
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """A line of a demand, as it goes into a tender; value net in cents, 0 where none is known."""

    demand_id: uuid.UUID
    demand_item_id: uuid.UUID | None
    organisation_id: uuid.UUID
    organisation_name: str
    cpv: str
    nuts: str | None
    region_name: str
    text: str
    quantity: Decimal | None
    unit_code: str | None
    value_net_cents: int


@dataclass(frozen=True)
class Share:
    """One member's share of an item."""

    line: Line

    @property
    def quantity(self) -> Decimal | None:
        return self.line.quantity

    @property
    def value_net_cents(self) -> int:
        return self.line.value_net_cents


@dataclass(frozen=True)
class Item:
    """A line of a lot's item list; quantity None where a share names none."""

    text: str
    unit_code: str | None
    shares: tuple[Share, ...]

    @property
    def quantity(self) -> Decimal | None:
        if any(share.quantity is None for share in self.shares):
            return None
        return sum((share.quantity or Decimal(0) for share in self.shares), Decimal(0))

    @property
    def value_net_cents(self) -> int:
        return sum(share.value_net_cents for share in self.shares)


@dataclass(frozen=True)
class LotDraft:
    """A lot to be: its key says what its lines have in common."""

    key: str
    title: str
    cpv: str
    nuts: str | None
    items: tuple[Item, ...]

    @property
    def value_net_cents(self) -> int:
        return sum(item.value_net_cents for item in self.items)

    @property
    def organisation_ids(self) -> frozenset[uuid.UUID]:
        return frozenset(share.line.organisation_id for i in self.items for share in i.shares)


def line_values(prices: Sequence[int | None], demand_value_net_cents: int | None) -> list[int]:
    """Return the value of each line of a demand, in cents, net; they add up to the demand's value.

    prices: quantity × unit price of each line, None where unknown; demand_value_net_cents: the
    value that counts for the demand, None where it has none: then the prices stand. Lines without
    price share equally what the priced ones leave over. Where nothing is left, or every line is
    priced and the sum is another one (§ 3 (1) VgV: all that is to be paid, not only the lines), the
    value is divided in the proportion of the prices.
    """
    known = [price or 0 for price in prices]
    if demand_value_net_cents is None or demand_value_net_cents == sum(known):
        return known
    rest = demand_value_net_cents - sum(known)
    unpriced = [index for index, price in enumerate(prices) if price is None]
    if unpriced and rest > 0:
        shares = money.split(rest, dict.fromkeys(unpriced, 1), unpriced)
        return [shares.get(index, price) for index, price in enumerate(known)]
    weights = dict(enumerate(known if any(known) else [1] * len(known)))
    parts = money.split(demand_value_net_cents, weights, list(weights))
    return list(parts.values())


def cut(lines: Sequence[Line], split: Split, *, cpv_label: Callable[[str], str]) -> list[LotDraft]:
    """Return the lots for the lines of a pool, in a fixed order that does not depend on theirs.

    cpv_label: the German name of an eight-digit code. Lots by trade follow the CPV class (four
    digits), by region the NUTS 3 code, per member the member.
    """
    grouped: dict[str, list[Line]] = {}
    for line in sorted(lines, key=_order):
        grouped.setdefault(_key(line, split), []).append(line)
    drafts = [
        LotDraft(
            key=key,
            title=_title(group, split, cpv_label),
            cpv=_common_cpv(group),
            nuts=_common_nuts(group),
            items=_items(group),
        )
        for key, group in grouped.items()
    ]
    return sorted(drafts, key=lambda draft: (draft.cpv, draft.title, draft.key))


def is_joined(drafts: Sequence[LotDraft]) -> bool:
    """Return whether some lot joins what could be lots of their own: trades, or members."""
    return any(
        len(draft.organisation_ids) > 1
        or len({share.line.cpv[:CLASS_DIGITS] for i in draft.items for share in i.shares}) > 1
        for draft in drafts
    )


def _order(line: Line) -> tuple[str, str, str, str, str]:
    return (
        line.cpv,
        _plain(line.text),
        line.organisation_name,
        str(line.demand_id),
        str(line.demand_item_id or ""),
    )


def _key(line: Line, split: Split) -> str:
    if split is Split.TRADE:
        return line.cpv[:CLASS_DIGITS]
    if split is Split.REGION:
        return line.nuts or ""
    if split is Split.MEMBER:
        return str(line.organisation_id)
    return ""


def _title(group: Sequence[Line], split: Split, cpv_label: Callable[[str], str]) -> str:
    name = cpv_label(_common_cpv(group))
    if split is Split.REGION:
        return f"{name}, {group[0].region_name or 'ohne Region'}"
    if split is Split.MEMBER:
        return f"{name}, {group[0].organisation_name}"
    return name


def _common_cpv(group: Sequence[Line]) -> str:
    return common_cpv((line.cpv, line.value_net_cents) for line in group)


def common_cpv(codes_and_values: Iterable[tuple[str, int]]) -> str:
    """Return the narrowest code of the vocabulary that all these codes lie under.

    Codes of several divisions have nothing in common: then the code of the greatest value (net, in
    cents) leads, of equal ones the smallest. At least one code is needed.
    """
    values: dict[str, int] = {}
    for code, value in codes_and_values:
        values[code] = values.get(code, 0) + value
    found = sorted(values)
    if len(found) == 1:
        return found[0]
    for digits in range(7, _DIVISION_DIGITS - 1, -1):
        prefix = found[0][:digits]
        general = prefix.ljust(8, "0")
        if all(code.startswith(prefix) for code in found) and codes.cpv(general) is not None:
            return general
    return min(found, key=lambda code: (-values[code], code))


def _common_nuts(group: Sequence[Line]) -> str | None:
    found = {line.nuts for line in group}
    return found.pop() if len(found) == 1 else None


def _items(group: Sequence[Line]) -> tuple[Item, ...]:
    merged: dict[tuple[str, ...], list[Line]] = {}
    for line in group:
        # A line without quantity says nothing that could be added up with another's.
        alone = "" if line.quantity is not None else f"{line.demand_id}:{line.demand_item_id}"
        key = (*item_key(line.text, line.unit_code), line.cpv[:CLASS_DIGITS], alone)
        merged.setdefault(key, []).append(line)
    return tuple(
        Item(same[0].text, same[0].unit_code, tuple(Share(line) for line in same))
        for same in merged.values()
    )


def item_key(text: str, unit_code: str | None) -> tuple[str, str]:
    """Return what two lines must have in common to be the same thing: wording and unit."""
    return _plain(text), unit_code or ""


def thing_key(text: str, unit_code: str | None, trades: Sequence[str]) -> tuple[str, ...]:
    """Return what two items must have in common to be one: wording, unit and trades, sorted."""
    return (*item_key(text, unit_code), *trades)


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip().casefold()
