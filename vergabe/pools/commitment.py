"""What a member binds itself to, in sentences: pure text over demands and quantities."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from vergabe.demands.queries import LineFacts, ReleasedDemand
from vergabe.exchange import codes, german
from vergabe.law.german import join
from vergabe.money import german as euro
from vergabe.pools.queries import BoundDemand, bind
from vergabe.pools.rules import moment


def commitment(
    organisation_name: str,
    demands: Sequence[ReleasedDemand],
    quantities: Mapping[UUID, Decimal | None],
    deadline: dt.datetime | None,
    basis: str = "",
) -> str:
    """Return what an organisation binds itself to by joining with these quantities.

    quantities: by line; a line left out keeps the quantity of its demand. deadline: first instant
    at which leaving needs everybody's consent. basis: the resolution or mandate it joins under.
    """
    bound = bound_by(demands, quantities)
    things = join([thing for entry in bound for thing in _things(entry)])
    under = f" auf Grundlage von „{basis}“" if basis else ""
    sentences = [
        f"{organisation_name} nimmt{under} verbindlich ab: {things or 'nichts'}{_value(bound)}."
    ]
    if deadline is not None:
        sentences.append(
            f"Bis {moment(deadline)} lässt sich der Beitritt zurücknehmen, danach nur mit "
            "Zustimmung aller Beigetretenen."
        )
    return " ".join(sentences)


def bound_by(
    demands: Iterable[ReleasedDemand], quantities: Mapping[UUID, Decimal | None]
) -> list[BoundDemand]:
    """Return the demands with these quantities and their values; demands at 0 are left out."""
    wanted = {line_id: number for line_id, number in quantities.items() if number is not None}
    return [entry for demand in demands for entry in [bind(demand, wanted)] if entry is not None]


def _value(bound: Sequence[BoundDemand]) -> str:
    values = [entry.value_net_cents for entry in bound if entry.value_net_cents is not None]
    if not values:
        return ", ohne Wertangabe"
    rest = len(bound) - len(values)
    more = f", {rest} davon ohne Wertangabe" if rest else ""
    return f" (geschätzt {euro(sum(values))} netto{more})"


def _things(entry: BoundDemand) -> list[str]:
    lines = entry.demand.lines
    return [line_text(line) for line in lines] if lines else [f"„{entry.demand.title}“"]


def line_text(line: LineFacts) -> str:
    """Return a line as people read it: `3 Stück „Atemschutzgerät“`."""
    return " ".join(
        part for part in (amount(line.quantity, line.unit_code), f"„{line.text}“") if part
    )


def unit_name(unit_code: str | None) -> str:
    """Return the unit of several: `Stück`; empty without a known one."""
    known = codes.unit(unit_code) if unit_code else None
    return known.plural if known else ""


def amount(quantity: Decimal | None, unit_code: str | None) -> str:
    """Return a quantity with its unit; empty without a quantity."""
    if quantity is None:
        return ""
    known = codes.unit(unit_code) if unit_code else None
    name = (known.name if quantity == 1 else known.plural) if known else ""
    return f"{german.format_decimal(quantity)} {name}".strip()
