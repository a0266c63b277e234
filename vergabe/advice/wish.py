"""What somebody wants to try out ("was wäre, wenn"): changes to the facts that nobody stores."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import german, german_dates
from vergabe.law.advice import AdvisorFacts
from vergabe.law.deadline_checks import at_recommended_hour
from vergabe.law.estimate import Position
from vergabe.law.procedures import PROCEDURE_NAMES


@dataclass(frozen=True)
class Wish:
    """What to change in the facts; None or empty leaves a fact as it is.

    on: day of initiation; submission_on: day on which bids are due, at the hour that we propose;
    extra_net_cents: further need of the lead, net; without: names of members that leave.
    """

    on: dt.date | None = None
    procedure: str | None = None
    submission_on: dt.date | None = None
    extra_net_cents: int = 0
    without: frozenset[str] = frozenset()
    urgent: bool = False
    pin_published: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Wish()


def read(values: Mapping[str, str], without: list[str], names: list[str]) -> Wish:
    """Return the wish that the fields of a form name; InvalidInput with a violation per field.

    names: the members; a member that is none is refused.
    """
    violations = list(_strangers(without, names))
    procedure = values.get("procedure", "").strip() or None
    if procedure is not None and procedure not in PROCEDURE_NAMES:
        violations.append(
            Violation("procedure_unknown", "Diese Verfahrensart gibt es nicht.", field="procedure")
        )
    wish = Wish(
        on=_day(values, "on", violations),
        procedure=procedure,
        submission_on=_day(values, "submission_on", violations),
        extra_net_cents=_cents(values, violations),
        without=frozenset(without),
        urgent=bool(values.get("urgent")),
        pin_published=bool(values.get("pin_published")),
    )
    if violations:
        raise InvalidInput.of(violations)
    return wish


def refuse_strangers(without: Iterable[str], names: Iterable[str]) -> None:
    """Raise InvalidInput if somebody is to leave that is no member."""
    violations = list(_strangers(without, names))
    if violations:
        raise InvalidInput.of(violations)


def _strangers(without: Iterable[str], names: Iterable[str]) -> Iterator[Violation]:
    for name in sorted(set(without) - set(names)):
        message = f"{name} ist hier nicht beteiligt. Wählen Sie aus den Beteiligten."
        yield Violation("not_a_member", message, field="without")


def _day(values: Mapping[str, str], name: str, violations: list[Violation]) -> dt.date | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    try:
        return german_dates.parse_date(text, field=name)
    except InvalidInput as error:
        violations.append(Violation(error.code, error.message, field=name))
        return None


def _cents(values: Mapping[str, str], violations: list[Violation]) -> int:
    text = values.get("extra_value", "").strip()
    if not text:
        return 0
    try:
        return german.parse_money_cents(text)
    except InvalidInput as error:
        violations.append(Violation(error.code, error.message, field="extra_value"))
        return 0


def applied(facts: AdvisorFacts, wish: Wish) -> AdvisorFacts:
    """Return the facts as they would be; InvalidInput if nobody or nothing is left.

    A lead that leaves hands over to the first of the rest.
    """
    members = tuple(member for member in facts.members if member.name not in wish.without)
    positions = [item for item in facts.positions if item.municipality not in wish.without]
    if not members or not positions:
        raise InvalidInput(
            "nobody_left",
            "Ohne diese Kommunen bleibt nichts zu vergeben. Nehmen Sie mindestens eine mit Bedarf "
            "wieder auf.",
            field="without",
        )
    lead = facts.lead if facts.lead not in wish.without else members[0].name
    if wish.extra_net_cents:
        land = next(member.land for member in members if member.name == lead)
        positions.append(Position(municipality=lead, land=land, amount_cents=wish.extra_net_cents))
    on = wish.on or facts.on
    deadline = facts.submission_deadline_at
    if wish.submission_on is not None:
        deadline = at_recommended_hour(wish.submission_on)
    lots = {position.lot for position in positions}
    return replace(
        facts,
        on=on,
        lead=lead,
        members=members,
        positions=tuple(positions),
        procedure=wish.procedure or facts.procedure,
        submission_deadline_at=deadline,
        designated_small_lots=tuple(lot for lot in facts.designated_small_lots if lot in lots),
        urgent=facts.urgent or wish.urgent,
        pin_published=facts.pin_published or wish.pin_published,
    )
