"""A by-law as people enter it, cleaned and checked the same way for page, API and file."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vergabe import money
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange import plain_text
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR
from vergabe.texts import lazy

TITLE_LENGTH: Final = 400
NOTE_LENGTH: Final = 5_000
REASON_LENGTH: Final = 2_000
LONGEST_PERIOD_DAYS: Final = 365
MOST_QUOTES: Final = 50

AMOUNTS: Final[Mapping[str, str]] = {
    "direct_max_net_cents": lazy("Direktauftrag bis"),
    "negotiated_wo_call_max_net_cents": lazy("Verhandlungsvergabe ohne Teilnahmewettbewerb bis"),
    "restricted_wo_call_max_net_cents": lazy(
        "Beschränkte Ausschreibung ohne Teilnahmewettbewerb bis"
    ),
    "freehand_max_net_cents": lazy("Freihändige Vergabe (Bau) bis"),
    "ex_ante_from_net_cents": lazy("Ankündigung vor Vergaben ohne Bekanntmachung ab"),
    "ex_post_from_net_cents": lazy("Information nach dem Zuschlag ab"),
}
NUMBERS: Final[Mapping[str, tuple[str, int]]] = {
    "minimum_tender_days": (lazy("Angebotsfrist mindestens (Kalendertage)"), LONGEST_PERIOD_DAYS),
    "minimum_participation_days": (
        lazy("Teilnahmefrist mindestens (Kalendertage)"),
        LONGEST_PERIOD_DAYS,
    ),
    "required_quotes": (lazy("Einzuholende Angebote mindestens"), MOST_QUOTES),
}


@dataclass(frozen=True, kw_only=True)
class BylawEntry:
    """A version to record: days inclusive (Europe/Berlin), amounts net in cents, None: unnamed."""

    title: str
    adopted_on: dt.date
    valid_from: dt.date
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
    note: str = ""

    def as_columns(self) -> dict[str, Any]:
        """Return the columns of a row."""
        return dataclasses.asdict(self)


def checked(entry: BylawEntry, today: dt.date) -> BylawEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    title = gather(
        reasons,
        lambda: plain_text.one_line(entry.title, max_length=TITLE_LENGTH, field="title"),
    )
    if title == "":
        reasons.append(
            Violation("title_missing", "Geben Sie den Titel der Satzung an.", field="title")
        )
    note = gather(
        reasons,
        lambda: plain_text.many_lines(entry.note, max_length=NOTE_LENGTH, field="note"),
    )
    reasons += _against_days(entry, today)
    reasons += _against_numbers(entry)
    if reasons or title is None or note is None:
        raise InvalidInput.of(reasons)
    return dataclasses.replace(entry, title=title, note=note)


def _against_days(entry: BylawEntry, today: dt.date) -> Iterator[Violation]:
    for name in ("adopted_on", "valid_from", "valid_to"):
        day = getattr(entry, name)
        if day is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            yield Violation(
                "year_out_of_range",
                f"Das Jahr {day.year} ist unplausibel. Möglich sind {EARLIEST_YEAR} bis "
                f"{LATEST_YEAR}.",
                field=name,
            )
            return
    if entry.adopted_on > today:
        yield Violation(
            "adopted_in_future",
            "Der Tag des Beschlusses liegt in der Zukunft. Tragen Sie die Satzung ein, wenn sie "
            "beschlossen ist.",
            field="adopted_on",
        )
    if entry.valid_from < entry.adopted_on:
        yield Violation(
            "valid_before_adopted",
            "Die Satzung kann nicht vor ihrem Beschluss gelten. Bitte prüfen Sie beide Tage.",
            field="valid_from",
        )
    if entry.valid_to is not None and entry.valid_to < entry.valid_from:
        yield Violation(
            "days_out_of_order",
            "Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Tage.",
            field="valid_to",
        )


def _against_numbers(entry: BylawEntry) -> Iterator[Violation]:
    for name in AMOUNTS:
        cents = getattr(entry, name)
        if cents is not None and not 0 <= cents <= money.MAX_CENTS:
            yield Violation(
                "amount_out_of_range",
                "Der Betrag liegt zwischen 0 Euro und 10 Milliarden. Lassen Sie das Feld leer, "
                "wenn die Satzung nichts dazu sagt.",
                field=name,
            )
    for name, (_, most) in NUMBERS.items():
        number = getattr(entry, name)
        if number is not None and not 1 <= number <= most:
            yield Violation(
                "number_out_of_range",
                f"Möglich sind 1 bis {most}. Lassen Sie das Feld leer, wenn die Satzung nichts "
                "dazu sagt.",
                field=name,
            )


def checked_reason(text: str) -> str:
    """Return a reason with clean text; InvalidInput if there is none or it is too long."""
    reason = plain_text.many_lines(text, max_length=REASON_LENGTH, field="reason")
    if not reason:
        raise InvalidInput.of(
            [Violation("reason_missing", "Nennen Sie den Grund.", field="reason")]
        )
    return reason
