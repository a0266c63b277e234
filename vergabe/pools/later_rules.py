"""Who may be announced as a later joiner, and when one may join: pure functions over plain facts.

§ 21 (2) VgV lets only those call off that the notice names; what they may take at most belongs to
the estimate (§ 3 (1), (4) VgV). So they are named with maximum and last day before publication.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from vergabe import money
from vergabe.demands.queries import ReleasedDemand
from vergabe.errors import Violation
from vergabe.pools.joining_rules import LARGEST_QUANTITY, QUANTITY_DECIMALS
from vergabe.pools.stages import STAGE_NAMES, Stage

LAW: Final = "§ 21 Abs. 2 VgV"
NAMED_IN: Final = frozenset({Stage.CONSULTATION, Stage.JOINING, Stage.BINDING})
JOINED_IN: Final = frozenset({Stage.TENDERING, Stage.CONCLUDED})
# A framework agreement lasts four years as a rule (§ 21 (6) VgV), in special cases longer.
LONGEST_YEARS: Final = 8


@dataclass(frozen=True)
class Article:
    """Something that is bought in a pool, whoever asks for it.

    key: stable for the same words and unit; unit_price_net_cents: the highest that a demand states,
    None if none does; is_counted: whether the demands name quantities.
    """

    key: str
    text: str
    unit_code: str | None
    unit_price_net_cents: int | None
    is_counted: bool


@dataclass(frozen=True)
class Announced:
    """What was announced for a member: maximum by article, value, last legal day (Berlin)."""

    organisation_id: UUID
    name: str
    maximum: Mapping[str, Decimal | None]
    maximum_net_cents: int
    latest_on: dt.date
    has_joined: bool = False


def articles(demands: Sequence[ReleasedDemand]) -> list[Article]:
    """Return what is bought in these demands, each thing once, in the order of its first demand.

    Without lines, a demand is itself one thing without a quantity.
    """
    found: dict[str, Article] = {}
    for demand in demands:
        for text, unit, price, quantity in [
            (line.text, line.unit_code, line.unit_price_net_cents, line.quantity)
            for line in demand.lines
        ] or [(demand.title, None, None, None)]:
            key = hashlib.sha256(f"{text}\n{unit or ''}".encode()).hexdigest()[:16]
            known = found.get(key)
            prices = [p for p in (price, known.unit_price_net_cents if known else None) if p]
            counted = quantity is not None or (known is not None and known.is_counted)
            found[key] = Article(key, text, unit, max(prices, default=None), counted)
    return list(found.values())


def computed_value(things: Sequence[Article], maximum: Mapping[str, Decimal | None]) -> int | None:
    """Return the value of quantities at the highest stated prices (net cents, rounded up).

    None where a wanted thing has no price or no quantity.
    """
    total = Decimal(0)
    for thing in things:
        number = maximum.get(thing.key)
        if number == 0 or (number is None and thing.key not in maximum):
            continue
        if number is None or thing.unit_price_net_cents is None:
            return None
        total += number * thing.unit_price_net_cents
    return int(total.to_integral_value(rounding="ROUND_CEILING"))


def reasons_against_naming(
    stage: Stage,
    announced: Announced,
    things: Sequence[Article],
    *,
    is_member: bool,
    is_participant: bool,
    allowed: Collection[UUID],
    today: dt.date,
) -> list[Violation]:
    """Return why a member cannot be announced like this.

    allowed: who alone may be announced in the area; empty: any member. today: legal day.
    """
    reasons = reasons_against_stage(stage)
    field = "organisation_id"
    if not is_member:
        message = "Später beitreten kann nur ein Mitglied der Zusammenarbeit."
        reasons.append(Violation("not_a_member", message, field=field))
    elif is_participant:
        message = (
            f"{announced.name} hat einen Bedarf in dieser Bündelung und entscheidet im "
            "Beitrittsfenster."
        )
        reasons.append(Violation("is_participant", message, field=field))
    elif allowed and announced.organisation_id not in allowed:
        message = f"{announced.name} ist für dieses Aufgabengebiet nicht als späteres Mitglied "
        message += "vorgesehen."
        reasons.append(Violation("not_foreseen", message, field=field))
    return [
        *reasons,
        *_against_maximum(announced, things),
        *_against_value(announced),
        *_against_day(announced.latest_on, today),
    ]


def reasons_against_stage(stage: Stage) -> list[Violation]:
    """Return why the list of later joiners cannot change: it is complete before the tender."""
    if stage in NAMED_IN:
        return []
    message = (
        "Wer später beitreten kann, wird zwischen Anhörung und Vergabeverfahren festgelegt; die "
        f"Bündelung ist „{STAGE_NAMES[stage]}“."
    )
    return [Violation("wrong_stage", message, LAW)]


def _against_maximum(announced: Announced, things: Sequence[Article]) -> list[Violation]:
    reasons = _against_numbers(announced.maximum, things, "maximum")
    wanted = [number for number in announced.maximum.values() if number != 0]
    if not reasons and not wanted:
        message = "Bitte mindestens eine Höchstmenge größer als 0 angeben."
        reasons.append(Violation("nothing_announced", message, LAW, field="maximum"))
    return reasons


def _against_numbers(
    numbers: Mapping[str, Decimal | None], things: Sequence[Article], field: str
) -> list[Violation]:
    known = {thing.key: thing for thing in things}
    reasons = []
    for key, number in numbers.items():
        place = f"{field}.{key}"
        if key not in known:
            message = "Diese Position gibt es in der Bündelung nicht."
            reasons.append(Violation("unknown_line", message, field=place))
        elif number is None:
            if known[key].is_counted:
                message = f"Für „{known[key].text}“ fehlt die Menge."
                reasons.append(Violation("quantity_missing", message, field=place))
        elif not number.is_finite() or not 0 <= number <= LARGEST_QUANTITY:
            message = f"Die Menge für „{known[key].text}“ ist keine sinnvolle Zahl ab 0."
            reasons.append(Violation("quantity_absurd", message, field=place))
        elif number != round(number, QUANTITY_DECIMALS):
            message = f"Die Menge für „{known[key].text}“ hat mehr als vier Nachkommastellen."
            reasons.append(Violation("quantity_too_fine", message, field=place))
    return reasons


def _against_value(announced: Announced) -> list[Violation]:
    if 0 < announced.maximum_net_cents <= money.MAX_CENTS:
        return []
    message = (
        "Bitte den geschätzten Höchstwert angeben (größer als 0 Euro, höchstens 10 Milliarden): "
        "Er zählt zum Auftragswert."
    )
    return [Violation("value_missing", message, "§ 3 Abs. 1 VgV", field="maximum_net")]


def _against_day(latest_on: dt.date, today: dt.date) -> list[Violation]:
    if latest_on <= today:
        message = "Der letzte Tag für den späteren Beitritt muss in der Zukunft liegen."
        return [Violation("day_passed", message, field="latest_on")]
    if latest_on.year > today.year + LONGEST_YEARS:
        message = f"Der letzte Tag liegt mehr als {LONGEST_YEARS} Jahre in der Zukunft."
        return [Violation("day_too_far", message, field="latest_on")]
    return []


def reasons_against_joining_later(
    announced: Announced | None,
    things: Sequence[Article],
    quantities: Mapping[str, Decimal | None],
    mandate_reference: str,
    *,
    is_published: bool,
    today: dt.date,
) -> list[Violation]:
    """Return why a member cannot join now; announced: None for who was not announced.

    today: legal day (Berlin) of the act; is_published: the notice that announces is public.
    """
    if announced is None:
        message = (
            "Nach der Bekanntmachung kann nur beitreten, wer darin mit Höchstmengen als späteres "
            "Mitglied genannt ist."
        )
        return [Violation("not_announced", message, LAW)]
    if announced.has_joined:
        message = f"{announced.name} ist schon beigetreten."
        return [Violation("already_joined", message)]
    if not is_published:
        message = "Später beitreten geht erst nach der Bekanntmachung."
        return [Violation("not_published", message, LAW)]
    reasons = []
    if today > announced.latest_on:
        message = f"Der letzte Tag für den Beitritt war der {announced.latest_on:%d.%m.%Y}."
        reasons.append(Violation("too_late", message, LAW))
    if not mandate_reference.strip():
        message = "Bitte den Beschluss oder die Vollmacht angeben, auf der der Beitritt beruht."
        reasons.append(
            Violation("mandate_missing", message, "§ 4 Abs. 1 VgV", field="mandate_reference")
        )
    return [*reasons, *_against_quantities(announced, things, quantities)]


def _against_quantities(
    announced: Announced, things: Sequence[Article], quantities: Mapping[str, Decimal | None]
) -> list[Violation]:
    offered = [thing for thing in things if thing.key in announced.maximum]
    reasons = _against_numbers(quantities, offered, "quantities")
    if reasons:
        return reasons
    for thing in offered:
        number, most = quantities.get(thing.key), announced.maximum[thing.key]
        if thing.key not in quantities:
            message = f"Für „{thing.text}“ fehlt die Menge (0, wenn nichts gebraucht wird)."
            reasons.append(Violation("quantity_missing", message, field=f"quantities.{thing.key}"))
        elif number is not None and most is not None and number > most:
            message = f"Von „{thing.text}“ sind höchstens {most.normalize():f} bekannt gemacht."
            reasons.append(
                Violation("above_maximum", message, LAW, field=f"quantities.{thing.key}")
            )
    if not reasons and all(number == 0 for number in quantities.values()):
        message = "Alle Mengen sind 0. Wer nichts braucht, tritt nicht bei."
        reasons.append(Violation("nothing_wanted", message, field="quantities"))
    return reasons
