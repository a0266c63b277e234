"""Money: integer cents with a currency; shares that add up to the cent."""

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final, TypeVar

EUR: Final = "EUR"
# A 64-bit column holds it and no municipal purchase reaches it: ten thousand million euro.
MAX_CENTS: Final = 10_000_000_000_00

K = TypeVar("K")


def split(
    total: int, weights: Mapping[K, int | Decimal | Fraction], order: Sequence[K]
) -> dict[K, int]:
    """Return `total` divided by `weights`, as whole numbers that add up to `total` exactly.

    Largest remainder; ties go to whoever stands first in `order`, which must name every key once.
    `total` may be negative (a credit): then the shares are the negatives of those of `-total`.
    Raises ValueError for a negative weight, for weights that are all zero while total is not, and
    for an `order` that does not match the keys.
    Source: design.md, section 3 (2); procurement-rules.md, section 11 (cost keys).
    """
    if len(order) != len(weights) or set(order) != set(weights):
        raise ValueError("order must name every key of weights exactly once")
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("a weight must not be negative")
    if total < 0:
        return {key: -share for key, share in split(-total, weights, order).items()}
    whole = _in_whole_numbers([weights[key] for key in order])
    weight_sum = sum(whole)
    if weight_sum == 0:
        if total:
            raise ValueError("the weights add up to zero, nothing can be divided by them")
        return dict.fromkeys(order, 0)
    parts = [divmod(weight * total, weight_sum) for weight in whole]
    shares = {key: quotient for key, (quotient, _) in zip(order, parts, strict=True)}
    missing = total - sum(shares.values())
    by_remainder = sorted(range(len(order)), key=lambda rank: (-parts[rank][1], rank))
    for rank in by_remainder[:missing]:
        shares[order[rank]] += 1
    return shares


def _in_whole_numbers(weights: Sequence[int | Decimal | Fraction]) -> list[int]:
    """Return the weights in the same proportion as whole numbers."""
    exact = [weight if isinstance(weight, int) else Fraction(weight) for weight in weights]
    common = math.lcm(*(weight.denominator for weight in exact))
    return [weight.numerator * (common // weight.denominator) for weight in exact]


def line_total_cents(quantity: Decimal, unit_price_cents: int) -> int:
    """Return quantity × unit price in cents, commercially rounded (half away from zero)."""
    return int((quantity * unit_price_cents).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def cents(amount: Decimal) -> int:
    """Return an amount in currency units as cents; ValueError if it has fractions of a cent."""
    scaled = amount * 100
    if scaled != scaled.to_integral_value():
        raise ValueError("an amount has at most two decimals")
    return int(scaled)


def euros(amount_cents: int) -> Decimal:
    """Return cents as a decimal in currency units with two decimals."""
    return Decimal(amount_cents).scaleb(-2).quantize(Decimal("0.01"))


def german(amount_cents: int, currency: str = EUR) -> str:
    """Return an amount as Germans write it: `1.142.153,50 €` with a no-break space."""
    text = f"{euros(amount_cents):,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    return f"{text}\N{NO-BREAK SPACE}{'€' if currency == EUR else currency}"


def english(amount_cents: int, currency: str = EUR) -> str:
    """Return an amount for readers of English: `€1,142,153.50`."""
    sign = "-" if amount_cents < 0 else ""
    mark = "€" if currency == EUR else f"{currency}\N{NO-BREAK SPACE}"
    return f"{sign}{mark}{euros(abs(amount_cents)):,.2f}"
