"""What the coordination writes down about an agreement, cleaned and checked alike for page and API.

Days are legal days in Europe/Berlin, amounts net in cents.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from vergabe import money
from vergabe.cooperations.agreement_checklist import BY_KEY, TEXT_LENGTH
from vergabe.cooperations.entries import WORDING_LENGTH, against_day, clean_text, unless_wrong
from vergabe.cooperations.rules import LegalForm
from vergabe.errors import Violation
from vergabe.exchange import plain_text
from vergabe.texts import lazy

PLACE_LENGTH: Final = 300
NOTICE_ENDS_TO: Final[Mapping[str, str]] = {
    "day": lazy("zu jedem Tag"),
    "month": lazy("zum Monatsende"),
    "quarter": lazy("zum Quartalsende"),
    "half_year": lazy("zum Ende des Halbjahres"),
    "year": lazy("zum Jahresende"),
}
NOTICE_ENDS: Final[Mapping[str, str]] = {
    "membership": lazy("die Mitgliedschaft der kündigenden Kommune"),
    "agreement": lazy("die Vereinbarung für alle"),
}


@dataclass(frozen=True)
class AgreementEntry:
    """The content of a version of the agreement.

    cost_key: as cost_keys.keys reads it; checklist: item → text or word of its choices;
    notice_months: None if no period was agreed.
    """

    legal_form: LegalForm
    subject: str
    requires_approval: bool = False
    authority: str = ""
    notice_months: int | None = None
    notice_to: str = "day"
    notice_ends: str = "membership"
    cost_key: Mapping[str, Any] = field(default_factory=dict)
    checklist: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartyEntry:
    """A party: its signature and what it may buy at most."""

    organisation_id: uuid.UUID
    signed_on: dt.date | None = None
    signed_by: str = ""
    maximum_quantity: str = ""
    maximum_net_cents: int | None = None


@dataclass(frozen=True)
class ApprovalEntry:
    """What happened at the supervisory authority; see law.approval."""

    authority: str = ""
    sent_on: dt.date | None = None
    received_on: dt.date | None = None
    objections_on: dt.date | None = None
    meeting_named_on: dt.date | None = None
    meeting_on: dt.date | None = None


@dataclass(frozen=True)
class NoticeEntry:
    """A notice of termination; effective_on: first day on which it counts.

    is_extraordinary: for an important reason, without the agreed period.
    """

    given_on: dt.date
    effective_on: dt.date
    reason: str
    is_extraordinary: bool = False


def checked_agreement(entry: AgreementEntry) -> AgreementEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    checklist: dict[str, str] = {}
    for key, answer in entry.checklist.items():
        name = f"checklist.{key}"
        item = BY_KEY.get(key)
        cleaned = clean_text(reasons, plain_text.many_lines, answer, TEXT_LENGTH, name)
        if item is None:
            reasons.append(Violation("item_unknown", "Diesen Punkt gibt es nicht.", field=name))
        elif cleaned and item.choices and cleaned not in item.choices:
            message = f"Wählen Sie aus: {', '.join(item.choices.values())}."
            reasons.append(Violation("choice_unknown", message, field=name))
        elif cleaned:
            checklist[key] = cleaned
    cleaned_entry = replace(
        entry,
        subject=clean_text(
            reasons, plain_text.many_lines, entry.subject, WORDING_LENGTH, "subject"
        ),
        authority=clean_text(
            reasons, plain_text.one_line, entry.authority, PLACE_LENGTH, "authority"
        ),
        checklist=checklist,
        cost_key=_clean_cost_key(reasons, entry.cost_key),
    )
    reasons += _against_agreement(cleaned_entry)
    return unless_wrong(reasons, cleaned_entry)


def _clean_cost_key(reasons: list[Violation], key: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(key)
    for name in ("vat_clause", "note"):
        text = cleaned.get(name)
        if isinstance(text, str):
            path = f"cost_key.{name}"
            cleaned[name] = clean_text(reasons, plain_text.many_lines, text, TEXT_LENGTH, path)
            if not cleaned[name]:
                del cleaned[name]
    return cleaned


def _against_agreement(entry: AgreementEntry) -> Iterator[Violation]:
    if not entry.subject:
        yield Violation(
            "subject_missing", "Nennen Sie den Gegenstand der Vereinbarung.", field="subject"
        )
    if entry.notice_months is not None and not 0 <= entry.notice_months <= 120:
        yield Violation(
            "notice_months_out_of_range",
            "Die Kündigungsfrist hat 0 bis 120 Monate. Lassen Sie das Feld leer, wenn keine "
            "vereinbart ist.",
            field="notice_months",
        )
    if entry.notice_to not in NOTICE_ENDS_TO:
        yield Violation(
            "notice_to_unknown", "Wählen Sie, wozu gekündigt werden kann.", field="notice_to"
        )
    if entry.notice_ends not in NOTICE_ENDS:
        yield Violation(
            "notice_ends_unknown", "Wählen Sie, was eine Kündigung beendet.", field="notice_ends"
        )


def checked_party(entry: PartyEntry, today: dt.date) -> PartyEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    cleaned = replace(
        entry,
        signed_by=clean_text(reasons, plain_text.one_line, entry.signed_by, 200, "signed_by"),
        maximum_quantity=clean_text(
            reasons, plain_text.many_lines, entry.maximum_quantity, TEXT_LENGTH, "maximum_quantity"
        ),
    )
    reasons += past_day(entry.signed_on, "signed_on", today)
    limit = entry.maximum_net_cents
    if limit is not None and not 0 < limit <= money.MAX_CENTS:
        reasons.append(
            Violation(
                "maximum_out_of_range",
                "Der Höchstwert muss größer als 0 Euro sein und höchstens 10 Milliarden.",
                field="maximum_net_cents",
            )
        )
    return unless_wrong(reasons, cleaned)


def checked_approval(entry: ApprovalEntry, today: dt.date) -> ApprovalEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    cleaned = replace(
        entry,
        authority=clean_text(
            reasons, plain_text.one_line, entry.authority, PLACE_LENGTH, "authority"
        ),
    )
    for name in ("sent_on", "received_on", "objections_on", "meeting_named_on"):
        reasons += past_day(getattr(entry, name), name, today)
    if entry.meeting_on is not None:
        reasons += against_day(entry.meeting_on, "meeting_on")
    reasons += _against_order(entry)
    return unless_wrong(reasons, cleaned)


def _against_order(entry: ApprovalEntry) -> Iterator[Violation]:
    pairs = (
        ("sent_on", "received_on", "Der Eingang liegt vor der Absendung."),
        ("received_on", "objections_on", "Die Bedenken liegen vor dem Eingang."),
        ("received_on", "meeting_named_on", "Die Mitteilung des Termins liegt vor dem Eingang."),
        ("meeting_named_on", "meeting_on", "Der Termin liegt vor seiner Mitteilung."),
    )
    for earlier, later, sentence in pairs:
        first, second = getattr(entry, earlier), getattr(entry, later)
        if second is None:
            continue
        if first is not None and second < first:
            yield Violation("days_out_of_order", f"{sentence} Bitte prüfen.", field=later)
    needed = (entry.objections_on, entry.meeting_named_on)
    if entry.received_on is None and any(day is not None for day in needed):
        yield Violation(
            "received_missing",
            "Nennen Sie auch den Tag des Eingangs bei der Aufsicht.",
            field="received_on",
        )
    if (entry.meeting_on is None) != (entry.meeting_named_on is None):
        yield Violation(
            "meeting_incomplete",
            "Zum Termin gehören der Tag und wann die Aufsicht ihn genannt hat.",
            field="meeting_on" if entry.meeting_on is None else "meeting_named_on",
        )


def checked_notice(entry: NoticeEntry, today: dt.date) -> NoticeEntry:
    """Return the entry with clean texts; InvalidInput with a violation for each wrong field."""
    reasons: list[Violation] = []
    cleaned = replace(
        entry,
        reason=clean_text(reasons, plain_text.many_lines, entry.reason, TEXT_LENGTH, "reason"),
    )
    reasons += past_day(entry.given_on, "given_on", today)
    reasons += against_day(entry.effective_on, "effective_on")
    if not cleaned.reason:
        reasons.append(Violation("reason_missing", "Nennen Sie den Grund.", field="reason"))
    if entry.effective_on < entry.given_on:
        reasons.append(
            Violation(
                "days_out_of_order",
                "Die Kündigung kann nicht vor ihrem Zugang wirken.",
                field="effective_on",
            )
        )
    return unless_wrong(reasons, cleaned)


def past_day(day: dt.date | None, name: str, today: dt.date) -> list[Violation]:
    """Return what is wrong with a day that must have happened; None is fine."""
    if day is None:
        return []
    found = list(against_day(day, name))
    if not found and day > today:
        message = "Der Tag liegt in der Zukunft. Tragen Sie ein, was geschehen ist."
        found.append(Violation("day_in_future", message, field=name))
    return found
