"""What people enter about funding, cleaned and checked the same way for page and API."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.cost_keys.keys import KeyKind
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange import plain_text
from vergabe.law import funding as law
from vergabe.law.errors import LawError
from vergabe.law.funding import FULL, Rounding
from vergabe.money import MAX_CENTS

NAME_LENGTH: Final = 400
REFERENCE_LENGTH: Final = 100
TEXT_LENGTH: Final = 10_000
REASON_LENGTH: Final = 2_000
MOST_LINES: Final = 40
AWARD_RULES: Final = ("UVgO", "VOB/A")
# Keys that need nothing besides figures that the members have.
OWN_KEYS: Final = (KeyKind.EQUAL, KeyKind.INHABITANTS, KeyKind.DEMAND_VALUE)


@dataclass(frozen=True)
class LineEntry:
    """A cost line; amounts in cents, gross; eligible None: all of it."""

    name: str
    planned_gross_cents: int
    eligible_gross_cents: int | None = None


@dataclass(frozen=True)
class CaseEntry:
    """A funding case as it is to be applied for.

    None: what the directive or the cooperation says; requires_resolutions None: the programme's.
    """

    programme: str
    lines: Sequence[LineEntry] = ()
    authority: str = ""
    file_reference: str = ""
    purpose: str = ""
    has_weak_budget: bool = False
    quota_basis_points: int | None = None
    ceiling_gross_cents: int | None = None
    rounding: Rounding | None = None
    key_kind: KeyKind | None = None
    requires_resolutions: bool | None = None
    award_rules: tuple[str, ...] = ()
    conditions: str = ""
    period_from: dt.date | None = None
    period_until: dt.date | None = None


@dataclass(frozen=True)
class DecisionEntry:
    """A funding notice (Bescheid): day, amount in cents gross, and what it demands."""

    decided_on: dt.date
    granted_gross_cents: int
    quota_basis_points: int | None = None
    file_reference: str = ""
    award_rules: tuple[str, ...] = ()
    conditions: str = ""
    period_from: dt.date | None = None
    period_until: dt.date | None = None


@dataclass(frozen=True)
class ExpenseEntry:
    """An expense with its evidence; amounts in cents gross, eligible None: all of it."""

    line_id: uuid.UUID
    paid_on: dt.date
    payee: str
    voucher: str
    amount_gross_cents: int
    eligible_gross_cents: int | None = None
    organisation_id: uuid.UUID | None = None


class Checks:
    """Gathers what is wrong in an entry; `done` raises it all at once."""

    def __init__(self) -> None:
        self.reasons: list[Violation] = []

    def add(self, code: str, message: str, field: str) -> None:
        self.reasons.append(Violation(code, message, field=field))

    def line(self, value: str, field: str, length: int = NAME_LENGTH, missing: str = "") -> str:
        """Return a text on one line; `missing` is the sentence if it must not be empty."""
        found = self._clean(plain_text.one_line, value, length, field)
        if found == "" and missing:
            self.add(f"{field.rsplit('.', 1)[-1]}_missing", missing, field)
        return found or ""

    def text(self, value: str, field: str, length: int = TEXT_LENGTH, missing: str = "") -> str:
        """Return a text of several lines."""
        found = self._clean(plain_text.many_lines, value, length, field)
        if found == "" and missing:
            self.add(f"{field}_missing", missing, field)
        return found or ""

    def _clean(self, clean: Callable[..., str], value: str, length: int, field: str) -> str | None:
        return gather(self.reasons, lambda: clean(value, max_length=length, field=field))

    def amount(self, cents: int | None, field: str, *, may_be_zero: bool = False) -> None:
        """Note an amount that cannot be; None is none given."""
        if cents is not None and not (0 if may_be_zero else 1) <= cents <= MAX_CENTS:
            least = "nicht negativ" if may_be_zero else "größer als 0 Euro"
            self.add(
                "amount_out_of_range",
                f"Der Betrag muss {least} sein und höchstens 10 Milliarden Euro.",
                field,
            )

    def part(self, part: int | None, whole: int, field: str) -> None:
        """Note an eligible amount that exceeds what it is a part of."""
        self.amount(part, field, may_be_zero=True)
        if part is not None and part > whole:
            self.add(
                "eligible_too_large",
                "Zuwendungsfähig kann höchstens der ganze Betrag sein.",
                field,
            )

    def quota(self, basis_points: int | None) -> None:
        if basis_points is not None and not 0 < basis_points <= FULL:
            self.add(
                "quota_out_of_range",
                "Der Fördersatz liegt über 0 und bei höchstens 100 Prozent.",
                "quota",
            )

    def days(self, begin: dt.date | None, end: dt.date | None, field: str) -> None:
        if begin is not None and end is not None and end < begin:
            self.add("days_out_of_order", "Das Ende liegt vor dem Beginn.", field)

    def award_rules(self, rules: Sequence[str]) -> tuple[str, ...]:
        if any(rule not in AWARD_RULES for rule in rules):
            self.add(
                "award_rule_unknown", f"Möglich sind: {', '.join(AWARD_RULES)}.", "award_rules"
            )
        return tuple(rule for rule in AWARD_RULES if rule in rules)

    def done(self) -> None:
        """Raise InvalidInput if anything was wrong."""
        if self.reasons:
            raise InvalidInput.of(self.reasons)


def checked_case(entry: CaseEntry, today: dt.date) -> CaseEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    checks = Checks()
    _check_programme(checks, entry.programme, today)
    checks.quota(entry.quota_basis_points)
    checks.amount(entry.ceiling_gross_cents, "ceiling")
    checks.days(entry.period_from, entry.period_until, "period_until")
    if entry.key_kind is not None and entry.key_kind not in OWN_KEYS:
        checks.add("key_unknown", "Bitte wählen Sie einen Schlüssel aus der Liste.", "key_kind")
    cleaned = dataclasses.replace(
        entry,
        authority=checks.line(entry.authority, "authority"),
        file_reference=checks.line(entry.file_reference, "file_reference", REFERENCE_LENGTH),
        purpose=checks.text(entry.purpose, "purpose"),
        conditions=checks.text(entry.conditions, "conditions"),
        award_rules=checks.award_rules(entry.award_rules),
        lines=_checked_lines(checks, entry.lines),
    )
    checks.done()
    return cleaned


def _check_programme(checks: Checks, programme: str, today: dt.date) -> None:
    try:
        law.programme(programme, today)
    except LawError:
        checks.add("programme_unknown", "Bitte wählen Sie ein Förderprogramm.", "programme")


def _checked_lines(checks: Checks, lines: Sequence[LineEntry]) -> tuple[LineEntry, ...]:
    if len(lines) > MOST_LINES:
        checks.add("too_many_lines", f"Möglich sind bis zu {MOST_LINES} Positionen.", "lines")
        return ()
    cleaned = []
    for index, line in enumerate(lines):
        path = f"lines.{index}"
        checks.amount(line.planned_gross_cents, f"{path}.planned", may_be_zero=True)
        checks.part(line.eligible_gross_cents, line.planned_gross_cents, f"{path}.eligible")
        name = checks.line(line.name, f"{path}.name", missing="Benennen Sie die Ausgabe.")
        cleaned.append(dataclasses.replace(line, name=name))
    if sum(line.planned_gross_cents for line in lines) > MAX_CENTS:
        checks.add("sum_too_large", "Zusammen sind es mehr als 10 Milliarden Euro.", "lines")
    return tuple(cleaned)


def checked_decision(entry: DecisionEntry) -> DecisionEntry:
    """Return the notice with clean texts; InvalidInput with a violation for each wrong field."""
    checks = Checks()
    checks.amount(entry.granted_gross_cents, "granted")
    checks.quota(entry.quota_basis_points)
    checks.days(entry.period_from, entry.period_until, "period_until")
    cleaned = dataclasses.replace(
        entry,
        file_reference=checks.line(entry.file_reference, "file_reference", REFERENCE_LENGTH),
        conditions=checks.text(entry.conditions, "conditions"),
        award_rules=checks.award_rules(entry.award_rules),
    )
    checks.done()
    return cleaned


def checked_expense(entry: ExpenseEntry) -> ExpenseEntry:
    """Return the expense with clean texts; InvalidInput with a violation for each wrong field."""
    checks = Checks()
    checks.amount(entry.amount_gross_cents, "amount")
    checks.part(entry.eligible_gross_cents, entry.amount_gross_cents, "eligible")
    cleaned = dataclasses.replace(
        entry,
        payee=checks.line(entry.payee, "payee", missing="Nennen Sie, wer das Geld erhielt."),
        voucher=checks.line(
            entry.voucher,
            "voucher",
            REFERENCE_LENGTH,
            missing="Nennen Sie den Beleg, zum Beispiel die Rechnungsnummer.",
        ),
    )
    checks.done()
    return cleaned


def checked_reason(text: str, field: str = "reason") -> str:
    """Return a reason with clean text; InvalidInput if there is none or it is too long."""
    checks = Checks()
    reason = checks.text(text, field, REASON_LENGTH, missing="Nennen Sie den Grund.")
    checks.done()
    return reason
