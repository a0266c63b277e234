"""What may be booked: reasons against, over plain facts; and the cost of hours."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from vergabe import money
from vergabe.cost_shares.items import OpenItem
from vergabe.cost_shares.kinds import Category
from vergabe.cost_shares.vat_rules import VatEntry
from vergabe.errors import Violation

LAST_LEVEL: Final = 3
MOST_MINUTES: Final = 24 * 60
HIGHEST_RATE_CENTS: Final = 1_000_00
TEXT_LENGTH: Final = 400
DOCUMENT_LENGTH: Final = 200
REASON_LENGTH: Final = 2_000
# A voucher is dated today at the latest; a supply may be billed a while after it.
_OLDEST_YEAR: Final = 2010


@dataclass(frozen=True, kw_only=True)
class CostEntry:
    """A cost that the lead has paid (or, negative, got back) for a project.

    deducts_input_tax: the lead deducts the VAT of the invoice, so only the net amount is shared.
    """

    category: Category | None
    text: str
    document: str
    document_on: dt.date | None
    supplied_on: dt.date | None
    net_cents: int | None
    vat_cents: int | None
    vat: VatEntry
    is_credit: bool = False
    deducts_input_tax: bool = False


@dataclass(frozen=True, kw_only=True)
class EffortEntry:
    """Time that somebody of a member worked for a project; the rate without VAT."""

    worker_name: str
    worked_on: dt.date | None
    minutes: int | None
    hourly_rate_cents: int | None
    activity: str


def effort_cost_cents(minutes: int, hourly_rate_cents: int) -> int:
    """Return the cost of minutes at an hourly rate, commercially rounded to the cent."""
    exact = Decimal(minutes) * hourly_rate_cents / 60
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def wrong_in_cost(entry: CostEntry, today: dt.date) -> Iterator[Violation]:
    """Yield what is missing or cannot be in a cost, by field."""
    if entry.category is None:
        yield _at("category", "Wählen Sie die Art der Kosten.")
    yield from wrong_text(entry.text, "text", "Wofür wurde bezahlt?", TEXT_LENGTH)
    yield from wrong_text(entry.document, "document", "Nennen Sie den Beleg.", DOCUMENT_LENGTH)
    yield from wrong_day(entry.document_on, "document_on", "Geben Sie das Belegdatum an.", today)
    yield from wrong_day(entry.supplied_on, "supplied_on", "Geben Sie den Leistungstag an.", today)
    yield from _wrong_amount(entry.net_cents, "net", "Geben Sie den Nettobetrag an.")
    if entry.vat_cents is None:
        yield _at("vat", "Geben Sie die Umsatzsteuer der Rechnung an, auch wenn sie 0,00 ist.")
    elif entry.vat_cents < 0:
        yield _at(
            "vat", "Die Umsatzsteuer kann nicht negativ sein; eine Gutschrift kreuzen Sie an."
        )
    elif entry.net_cents is not None and entry.vat_cents > max(entry.net_cents, 0):
        yield _at("vat", "Die Umsatzsteuer ist höher als der Nettobetrag.")


def wrong_in_effort(entry: EffortEntry, today: dt.date) -> Iterator[Violation]:
    """Yield what is missing or cannot be in hours worked, by field."""
    yield from wrong_text(entry.worker_name, "worker_name", "Wer hat gearbeitet?", 200)
    yield from wrong_text(entry.activity, "activity", "Woran wurde gearbeitet?", TEXT_LENGTH)
    yield from wrong_day(entry.worked_on, "worked_on", "Geben Sie den Tag an.", today)
    if entry.minutes is None or not 0 < entry.minutes <= MOST_MINUTES:
        yield _at("minutes", "Geben Sie die Dauer in Stunden an, mehr als 0 und höchstens 24.")
    rate = entry.hourly_rate_cents
    if rate is None or not 0 <= rate <= HIGHEST_RATE_CENTS:
        yield _at("hourly_rate", "Geben Sie den Stundensatz an, höchstens 1.000,00 €.")


def wrong_text(text: str, field: str, sentence: str, longest: int) -> Iterator[Violation]:
    if not text.strip():
        yield _at(field, sentence)
    elif len(text) > longest:
        yield Violation("text_too_long", f"Bitte höchstens {longest} Zeichen.", field=field)


def wrong_day(
    day: dt.date | None, field: str, sentence: str, today: dt.date
) -> Iterator[Violation]:
    if day is None:
        yield _at(field, sentence)
    elif day > today:
        yield Violation("day_in_future", "Dieser Tag liegt in der Zukunft.", field=field)
    elif day.year < _OLDEST_YEAR:
        yield Violation("day_too_old", f"Vor {_OLDEST_YEAR} wird nichts gebucht.", field=field)


def _wrong_amount(cents: int | None, field: str, sentence: str) -> Iterator[Violation]:
    if cents is None:
        yield _at(field, sentence)
    elif cents <= 0:
        yield Violation("amount_not_positive", "Der Betrag muss über 0,00 liegen.", field=field)
    elif cents > money.MAX_CENTS:
        yield Violation("amount_too_large", "Der Betrag ist unplausibel hoch.", field=field)


def wrong_amount(cents: int | None, field: str = "amount") -> list[Violation]:
    """Return what is wrong with an amount that must be above zero."""
    return list(_wrong_amount(cents, field, "Geben Sie den Betrag an."))


def _at(field: str, sentence: str) -> Violation:
    return Violation(f"{field}_missing", sentence, field=field)


def reasons_against_dunning(item: OpenItem | None, today: dt.date) -> list[Violation]:
    """Return why a demand cannot be dunned today; empty means it can."""
    if item is None or item.open_cents <= 0:
        return [Violation("nothing_open", "Auf diese Forderung ist nichts mehr offen.")]
    if item.movement.is_interest:
        return [Violation("interest_not_dunned", "Zinsen werden mit ihrer Forderung gemahnt.")]
    last = item.reminders[-1] if item.reminders else None
    if last is not None and last.level >= LAST_LEVEL:
        return [Violation("last_level", f"Die {LAST_LEVEL}. Mahnung war die letzte.")]
    due_on = last.due_on if last is not None else item.due_on
    if today <= due_on:
        return [
            Violation("not_overdue", f"Die Zahlungsfrist läuft noch bis zum {due_on:%d.%m.%Y}.")
        ]
    return []
