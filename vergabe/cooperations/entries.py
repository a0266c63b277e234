"""What members put on file, cleaned and checked the same way for page, API and file."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from vergabe import money
from vergabe.cooperations import rules
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Scope, Subject
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange import plain_text
from vergabe.exchange.german_dates import EARLIEST_YEAR, LATEST_YEAR

BODY_LENGTH: Final = 200
ITEM_LENGTH: Final = 100
BASIS_LENGTH: Final = 1_000
MATTER_LENGTH: Final = 1_000
MOST_VOTES: Final = 1_000
WORDING_LENGTH: Final = 20_000
CONDITIONS_LENGTH: Final = 5_000
REASON_LENGTH: Final = 2_000

T = TypeVar("T")


@dataclass(frozen=True)
class ResolutionEntry:
    """A resolution to record; limit net in cents, decided_on a legal day (Europe/Berlin).

    pool_id: the pool that it is about; basis: what a delegated decision rests on; legal_form,
    matter: form of the cooperation and subject as the resolution names them; votes: None where not
    counted.
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
    kind: ResolutionKind = ResolutionKind.DECISION
    basis: str = ""
    legal_form: LegalForm | None = None
    matter: str = ""
    yes_votes: int | None = None
    no_votes: int | None = None
    abstentions: int | None = None
    is_unanimous: bool = False


@dataclass(frozen=True)
class MandateEntry:
    """A mandate to grant; limit net in cents, days inclusive (Europe/Berlin).

    grantee_id: a service provider of the task matrix; None: the lead.
    """

    scope: frozenset[Scope]
    wording: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    limit_net_cents: int | None = None
    grantee_id: uuid.UUID | None = None


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
        basis=_clean(reasons, plain_text.one_line, entry.basis, BASIS_LENGTH, "basis"),
        matter=_clean(reasons, plain_text.one_line, entry.matter, MATTER_LENGTH, "matter"),
    )
    reasons += [*_against_resolution(cleaned, today), *_against_votes(cleaned)]
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
    yield from against_pool(entry.subject, entry.pool_id)
    if entry.kind is ResolutionKind.DELEGATED and not entry.basis:
        yield Violation(
            "basis_missing",
            "Nennen Sie, worauf die Übertragung beruht, zum Beispiel § 8 der Zuständigkeitsordnung "
            "und bis zu welchem Betrag.",
            law="§ 41 Abs. 2 GO NRW",
            field="basis",
        )
    yield from _against_limit(entry.limit_net_cents)


def against_pool(subject: Subject, pool_id: uuid.UUID | None) -> Iterator[Violation]:
    """Yield why a subject does not go with a pool, or with none."""
    if subject in rules.POOL_NEEDED and pool_id is None:
        yield Violation(
            "pool_missing", "Wählen Sie die Bündelung, um die es ging.", field="pool_id"
        )
    if subject not in rules.POOL_POSSIBLE and pool_id is not None:
        yield Violation(
            "pool_not_expected",
            f"„{rules.SUBJECT_NAMES[subject]}“ gehört zu keiner einzelnen Bündelung.",
            field="pool_id",
        )


def _against_votes(entry: ResolutionEntry) -> Iterator[Violation]:
    counted = {
        "yes_votes": entry.yes_votes,
        "no_votes": entry.no_votes,
        "abstentions": entry.abstentions,
    }
    for field, count in counted.items():
        if count is not None and not 0 <= count <= MOST_VOTES:
            yield Violation(
                "votes_out_of_range",
                f"Geben Sie eine Zahl von 0 bis {MOST_VOTES} an.",
                field=field,
            )
    if entry.is_unanimous and entry.no_votes:
        yield Violation(
            "not_unanimous",
            "Einstimmig und Gegenstimmen schließen sich aus. Bitte prüfen Sie das Ergebnis.",
            field="no_votes",
        )
    if (
        entry.is_adopted
        and entry.yes_votes is not None
        and entry.yes_votes <= (entry.no_votes or 0)
    ):
        yield Violation(
            "votes_disagree",
            "Mit diesen Stimmen ist der Beschluss nicht angenommen: Bei Stimmengleichheit ist ein "
            "Antrag abgelehnt.",
            law="§ 50 Abs. 1 GO NRW",
            field="yes_votes",
        )


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
    return gather(reasons, lambda: clean(value, max_length=max_length, field=field)) or ""


def _unless(reasons: list[Violation], value: T) -> T:
    if reasons:
        # A field that could not be read must not be called missing as well.
        first = {reason.field: reason for reason in reversed(reasons)}
        raise InvalidInput.of([reason for reason in reasons if first[reason.field] is reason])
    return value


# For the entries of agreements and areas, which are cleaned and refused the same way.
clean_text = _clean
unless_wrong = _unless
