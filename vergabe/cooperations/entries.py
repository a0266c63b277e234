"""What members put on file, cleaned and checked the same way for page, API and file."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from vergabe import money
from vergabe.cooperations.rules import Scope, Subject
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import plain_text
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR

BODY_LENGTH: Final = 200
ITEM_LENGTH: Final = 100
WORDING_LENGTH: Final = 20_000
CONDITIONS_LENGTH: Final = 5_000
REASON_LENGTH: Final = 2_000

T = TypeVar("T")


@dataclass(frozen=True)
class ResolutionEntry:
    """A resolution to record; limit net in cents, decided_on a legal day (Europe/Berlin).

    pool_id: the pool that a resolution on a tender is about.
    """

    subject: Subject
    body: str
    decided_on: dt.date
    is_adopted: bool
    item_number: str = ""
    wording: str = ""
    limit_net_cents: int | None = None
    conditions: str = ""
    is_public: bool = True
    pool_id: uuid.UUID | None = None


@dataclass(frozen=True)
class MandateEntry:
    """A mandate to grant; limit net in cents, days inclusive (Europe/Berlin)."""

    scope: frozenset[Scope]
    wording: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    limit_net_cents: int | None = None


def checked_resolution(entry: ResolutionEntry, today: dt.date) -> ResolutionEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    cleaned = dataclasses.replace(
        entry,
        body=_clean(reasons, plain_text.one_line, entry.body, BODY_LENGTH, "body"),
        item_number=_clean(
            reasons, plain_text.one_line, entry.item_number, ITEM_LENGTH, "item_number"
        ),
        wording=_clean(reasons, plain_text.many_lines, entry.wording, WORDING_LENGTH, "wording"),
        conditions=_clean(
            reasons, plain_text.many_lines, entry.conditions, CONDITIONS_LENGTH, "conditions"
        ),
    )
    reasons += _against_resolution(cleaned, today)
    return _unless(reasons, cleaned)


def _against_resolution(entry: ResolutionEntry, today: dt.date) -> Iterator[Violation]:
    if not entry.body:
        yield Violation(
            "body_missing",
            "Nennen Sie das Gremium, das beschlossen hat, zum Beispiel Rat oder Kreistag.",
            field="body",
        )
    yield from against_day(entry.decided_on, "decided_on")
    if entry.decided_on > today:
        yield Violation(
            "decided_in_future",
            "Der Tag der Sitzung liegt in der Zukunft. Tragen Sie den Beschluss ein, wenn er "
            "gefasst ist.",
            field="decided_on",
        )
    if entry.subject is Subject.TENDER and entry.pool_id is None:
        yield Violation(
            "pool_missing", "Wählen Sie die Bündelung, um die es ging.", field="pool_id"
        )
    if entry.subject is Subject.JOINING and entry.pool_id is not None:
        yield Violation(
            "pool_not_expected",
            "Ein Beschluss über den Beitritt gehört zu keiner einzelnen Bündelung.",
            field="pool_id",
        )
    yield from _against_limit(entry.limit_net_cents)


def checked_mandate(entry: MandateEntry) -> MandateEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    cleaned = dataclasses.replace(
        entry,
        wording=_clean(reasons, plain_text.many_lines, entry.wording, WORDING_LENGTH, "wording"),
    )
    reasons += _against_mandate(cleaned)
    return _unless(reasons, cleaned)


def _against_mandate(entry: MandateEntry) -> Iterator[Violation]:
    if not entry.scope:
        yield Violation("scope_missing", "Wählen Sie aus, wofür die Vollmacht gilt.", field="scope")
    if not entry.wording:
        yield Violation(
            "wording_missing", "Geben Sie den Wortlaut der Vollmacht an.", field="wording"
        )
    yield from against_day(entry.valid_from, "valid_from")
    if entry.valid_to is not None:
        yield from against_day(entry.valid_to, "valid_to")
        if entry.valid_to < entry.valid_from:
            yield Violation(
                "days_out_of_order",
                "Das Ende liegt vor dem Beginn. Bitte prüfen Sie die Daten.",
                field="valid_to",
            )
    yield from _against_limit(entry.limit_net_cents)


def checked_reason(text: str, field: str = "reason") -> str:
    """Return a reason with clean text; InvalidInput if there is none or it is too long."""
    reasons: list[Violation] = []
    cleaned = _clean(reasons, plain_text.many_lines, text, REASON_LENGTH, field)
    if not cleaned and not reasons:
        reasons.append(Violation("reason_missing", "Nennen Sie den Grund.", field=field))
    return _unless(reasons, cleaned)


def against_day(day: dt.date, field: str) -> Iterator[Violation]:
    """Yield a violation for a day in a year that cannot be meant."""
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        yield Violation(
            "year_out_of_range",
            f"Das Jahr {day.year} ist unplausibel. Möglich sind {EARLIEST_YEAR} bis {LATEST_YEAR}.",
            field=field,
        )


def _against_limit(limit_net_cents: int | None) -> Iterator[Violation]:
    if limit_net_cents is not None and not 0 < limit_net_cents <= money.MAX_CENTS:
        yield Violation(
            "limit_out_of_range",
            "Die Obergrenze muss größer als 0 Euro sein und höchstens 10 Milliarden. Lassen Sie "
            "das Feld leer, wenn es keine gibt.",
            field="limit_net_cents",
        )


def _clean(
    reasons: list[Violation],
    clean: Callable[..., str],
    value: str,
    max_length: int,
    field: str,
) -> str:
    try:
        return clean(value, max_length=max_length, field=field)
    except InvalidInput as error:
        reasons += error.violations
        return ""


def _unless(reasons: list[Violation], value: T) -> T:
    if reasons:
        # A field that could not be read must not be called missing as well.
        first = {reason.field: reason for reason in reversed(reasons)}
        raise InvalidInput.of([reason for reason in reasons if first[reason.field] is reason])
    return value
