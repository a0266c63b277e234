"""A check as people enter it, cleaned and checked the same way for page and API."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vergabe import money
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange import plain_text
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR
from vergabe.in_house.rules import Alternative
from vergabe.texts import lazy

TEXT_LENGTH: Final = 10_000
NAME_LENGTH: Final = 200
REASON_LENGTH: Final = 5_000
MOST_ALTERNATIVES: Final = 10
_TEXTS: Final = (
    *("offer_text", "control_note", "activities_note", "capital_note"),
    *("criteria", "comparison"),
)
_FULL: Final = 10_000


@dataclass(frozen=True, kw_only=True)
class CheckEntry:
    """What a check says: amounts net in cents, days legal, None: not answered yet."""

    offer_amount_net_cents: int | None = None
    offered_on: dt.date | None = None
    offer_text: str = ""
    declined_on: dt.date | None = None
    has_control: bool | None = None
    control_note: str = ""
    activities_basis_points: int | None = None
    activities_note: str = ""
    has_private_capital: bool | None = None
    capital_note: str = ""
    alternatives: Sequence[Alternative] = ()
    criteria: str = ""
    comparison: str = ""

    def as_columns(self) -> dict[str, Any]:
        """Return the columns of a row; alternatives as JSON values."""
        columns = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        columns["alternatives"] = [dataclasses.asdict(one) for one in self.alternatives]
        return columns


LABELS: Final[Mapping[str, str]] = {
    "offer_amount_net_cents": lazy("Angebot (netto)"),
    "offered_on": lazy("Angebot vom"),
    "offer_text": lazy("Gegenstand des Angebots"),
    "declined_on": lazy("Absage vom"),
    "has_control": lazy("Kontrolle"),
    "control_note": lazy("Beleg der Kontrolle"),
    "activities_basis_points": lazy("Anteil der Tätigkeiten"),
    "activities_note": lazy("Beleg des Anteils"),
    "has_private_capital": lazy("Privates Kapital"),
    "capital_note": lazy("Beleg zum Kapital"),
    "alternatives": lazy("Alternativen"),
    "criteria": lazy("Kriterien"),
    "comparison": lazy("Ergebnis des Vergleichs"),
}


def checked(entry: CheckEntry, today: dt.date) -> CheckEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    texts: dict[str, Any] = {
        name: _clean(reasons, plain_text.many_lines, getattr(entry, name), TEXT_LENGTH, name)
        for name in _TEXTS
    }
    if len(entry.alternatives) > MOST_ALTERNATIVES:
        reasons.append(
            Violation(
                "too_many_alternatives",
                f"Höchstens {MOST_ALTERNATIVES} Alternativen sind möglich.",
                field="alternatives.0.name",
            )
        )
    alternatives = [
        _alternative(reasons, one, f"alternatives.{index}")
        for index, one in enumerate(entry.alternatives[:MOST_ALTERNATIVES])
    ]
    reasons += _against_days(entry, today)
    reasons += _against_offer(entry)
    if reasons:
        raise InvalidInput.of(reasons)
    return dataclasses.replace(entry, **texts, alternatives=tuple(alternatives))


def _alternative(reasons: list[Violation], given: Alternative, path: str) -> Alternative:
    name = _clean(reasons, plain_text.one_line, given.name, NAME_LENGTH, f"{path}.name")
    source = _clean(reasons, plain_text.one_line, given.source, NAME_LENGTH, f"{path}.source")
    if not name and not any(reason.field == f"{path}.name" for reason in reasons):
        reasons.append(
            Violation("name_missing", "Nennen Sie die Alternative.", field=f"{path}.name")
        )
    if not 0 < given.amount_net_cents <= money.MAX_CENTS:
        reasons.append(
            Violation(
                "amount_out_of_range",
                "Der Betrag muss größer als 0 Euro sein und höchstens 10 Milliarden.",
                field=f"{path}.amount_net_cents",
            )
        )
    return Alternative(name, given.amount_net_cents, source)


def _against_days(entry: CheckEntry, today: dt.date) -> Iterator[Violation]:
    for name in ("offered_on", "declined_on"):
        day = getattr(entry, name)
        if day is None:
            continue
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            yield Violation(
                "year_out_of_range",
                f"Das Jahr {day.year} ist unplausibel. Möglich sind {EARLIEST_YEAR} bis "
                f"{LATEST_YEAR}.",
                field=name,
            )
        elif day > today:
            yield Violation("day_in_future", "Dieser Tag liegt in der Zukunft.", field=name)


def _against_offer(entry: CheckEntry) -> Iterator[Violation]:
    amount, share = entry.offer_amount_net_cents, entry.activities_basis_points
    if amount is not None and not 0 < amount <= money.MAX_CENTS:
        yield Violation(
            "amount_out_of_range",
            "Der Betrag muss größer als 0 Euro sein und höchstens 10 Milliarden.",
            field="offer_amount_net_cents",
        )
    if amount is not None and entry.offered_on is None:
        yield Violation(
            "offer_day_missing", "Geben Sie den Tag des Angebots an.", field="offered_on"
        )
    if amount is None and entry.offered_on is not None:
        yield Violation(
            "offer_amount_missing",
            "Zum Tag des Angebots gehört der Betrag.",
            field="offer_amount_net_cents",
        )
    if amount is not None and entry.declined_on is not None:
        yield Violation(
            "offered_and_declined",
            "Es liegt ein Angebot vor; dann hat der Anbieter nicht abgesagt. Leeren Sie eines von "
            "beidem.",
            field="declined_on",
        )
    if share is not None and not 0 <= share <= _FULL:
        yield Violation(
            "share_out_of_range",
            "Der Anteil liegt zwischen 0 und 100 %.",
            field="activities_basis_points",
        )


def checked_reason(text: str) -> str:
    """Return a reason with clean text, empty if there is none; InvalidInput if it is too long."""
    return plain_text.many_lines(text, max_length=REASON_LENGTH, field="reason")


def _clean(
    reasons: list[Violation], clean: Callable[..., str], value: str, max_length: int, field: str
) -> str:
    return gather(reasons, lambda: clean(value, max_length=max_length, field=field)) or ""
