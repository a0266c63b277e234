"""Changing what a draft says: texts, method, framework, contact, lots' limits, deadlines.

Lots, criteria and documents have modules of their own. Every change is recorded with the old and
the new value.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypedDict, cast

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, Violation
from vergabe.tenders import completeness, timing
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.cleaning import cleaned
from vergabe.tenders.facts import chosen_of, period_facts, refresh_assessment
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record
from vergabe.texts import lazy


class TenderEdit(TypedDict, total=False):
    """What is to change; what is left out stays. Amounts net in cents; instants aware, the first
    that is too late; days legal. None empties a field that may be empty.
    """

    title: str
    description: str
    selection_criteria: str
    procurement_method: str
    method_reason: str
    is_urgent: bool
    urgency_reason: str
    is_framework: bool
    framework_maximum_net_cents: int | None
    duration_months: int | None
    duration_reason: str
    contact: Mapping[str, str]
    """name, email, phone; what is left out of a mapping becomes empty."""
    review_body: Mapping[str, str]
    """name, street, postcode, city, email, phone, website."""
    variants: str
    max_lots_per_bid: int | None
    max_lots_per_winner: int | None
    lots_joining: Mapping[str, Any]
    """ground, facts, alternatives, weighing, decision; four yes or no for reasons of time."""
    requested_publication_on: dt.date | None
    enquiries_deadline: dt.datetime | None
    submission_deadline: dt.datetime | None
    bid_validity_until: dt.date | None
    bid_validity_reason: str


LABELS: Final[Mapping[str, str]] = {
    "title": lazy("Titel"),
    "description": lazy("Beschreibung"),
    "selection_criteria": lazy("Eignungskriterien"),
    "procurement_method": lazy("Verfahrensart"),
    "method_reason": lazy("Grund der Verfahrensart"),
    "is_urgent": lazy("Dringlichkeit"),
    "urgency_reason": lazy("Grund der Dringlichkeit"),
    "is_framework": lazy("Rahmenvereinbarung"),
    "framework_maximum_net_cents": lazy("Höchstwert"),
    "duration_months": lazy("Laufzeit"),
    "duration_reason": lazy("Grund der langen Laufzeit"),
    "contact": lazy("Kontaktstelle"),
    "review_body": lazy("Nachprüfungsstelle"),
    "variants": lazy("Nebenangebote"),
    "max_lots_per_bid": lazy("Höchstzahl der Lose je Angebot"),
    "max_lots_per_winner": lazy("Höchstzahl der Lose je Zuschlag"),
    "lots_joining": lazy("Begründung der Zusammenfassung von Losen"),
    "requested_publication_on": lazy("Wunschtag der Veröffentlichung"),
    "enquiries_deadline": lazy("Frist für Fragen"),
    "submission_deadline": lazy("Angebotsfrist"),
    "bid_validity_until": lazy("Bindefrist"),
    "bid_validity_reason": lazy("Grund der Bindefrist"),
}
_FRAMEWORK: Final = frozenset(
    {"is_framework", "framework_maximum_net_cents", "duration_months", "duration_reason"}
)
_DEADLINES: Final = frozenset(
    {
        "requested_publication_on",
        "enquiries_deadline",
        "submission_deadline",
        "bid_validity_until",
        "bid_validity_reason",
    }
)


def edit_tender(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    edit: TenderEdit,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Change a draft and return it; an edit that changes nothing leaves no trace.

    What may be completed later (reasons, descriptions) is not asked for here but before the tender
    is ready; what is wrong is refused at once. Raises NotFound, Forbidden, Refused (no draft),
    Stale, InvalidInput with every field that is wrong and its paragraph.
    """
    tender = tender_to_change(session, actor, tender_id, version=version)
    wanted = cleaned(cast("Mapping[str, Any]", edit))
    old = {
        name: getattr(tender, name)
        for name, value in wanted.items()
        if _said(getattr(tender, name)) != _said(value)
    }
    if not old:
        return tender
    # The rules look at the tender as it would be; nothing of it reaches the database before they
    # have agreed.
    with session.no_autoflush:
        for name in old:
            setattr(tender, name, wanted[name])
        refresh_assessment(session, tender, clock.berlin_day(now))
        against = _reasons_against(session, tender, old.keys(), now=now)
        if against:
            session.expire(tender)
            raise InvalidInput.of(against)
    session.flush()
    record(
        session,
        actor,
        tender,
        "tender_edited",
        f"Geändert wurde: {', '.join(LABELS[name] for name in old)}.",
        now=now,
        changes={
            name: {"old": _recorded(value), "new": _recorded(wanted[name])}
            for name, value in old.items()
        },
    )
    return tender


def _reasons_against(
    session: Session, tender: Tender, changed: Iterable[str], *, now: dt.datetime
) -> list[Violation]:
    names = frozenset(changed)
    found: list[Violation] = []
    if names & {"procurement_method"}:
        law = tender.law_result
        if tender.procurement_method not in (
            *law.get("free_methods", ()),
            *law.get("conditional_methods", ()),
        ):
            found.append(completeness.METHOD_NOT_PERMITTED)
    if names & {"is_urgent", "urgency_reason"}:
        found += completeness.reasons_against_urgency(tender.is_urgent, tender.urgency_reason)
    if names & _FRAMEWORK and tender.is_framework:
        found += completeness.reasons_against_framework(
            tender.framework_maximum_net_cents,
            tender.duration_months,
            tender.duration_reason,
            total_net_cents=tender.estimated_value_net_cents,
            on=clock.berlin_day(now),
        )
    if names & {"max_lots_per_bid", "max_lots_per_winner"}:
        found += completeness.reasons_against_lot_limits(
            len(tender.lots), tender.max_lots_per_bid, tender.max_lots_per_winner
        )
    if names & _DEADLINES:
        found += reasons_against_deadlines(session, tender, now=now)
    return found


def reasons_against_deadlines(
    session: Session, tender: Tender, *, now: dt.datetime
) -> list[Violation]:
    """Return why the chosen deadlines would be unlawful if the notice were sent now."""
    facts = period_facts(session, tender, started_on=clock.berlin_day(now))
    return timing.reasons_against(
        chosen_of(tender),
        facts,
        is_above_threshold=bool(tender.law_result.get("reaches_threshold")),
        now=now,
    )


def _said(value: Any) -> Any:
    """Return a value as far as it says something: empty parts of a mapping say nothing."""
    return {k: v for k, v in value.items() if v} if isinstance(value, Mapping) else value


def _recorded(value: Any) -> Any:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value
