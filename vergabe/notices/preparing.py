"""Rendering and checking what is about to be sent; nothing is locked meanwhile."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.doe import OutsideFinding
from vergabe.notices import official_rules, outgoing
from vergabe.notices.answering import House
from vergabe.notices.delivery_model import NoticeCheck, NoticeDelivery
from vergabe.notices.model import Notice
from vergabe.notices.official_rules import Verdict
from vergabe.notices.outgoing import Outgoing
from vergabe.notices.rules import STATE_NAMES, State
from vergabe.tenders import returning


@dataclass(frozen=True)
class Prepared:
    """What would be sent at `issued_at` (aware UTC), and all reasons against it."""

    outgoing: Outgoing | None
    issued_at: dt.datetime
    reasons: tuple[OutsideFinding, ...] = ()
    verdict: Verdict | None = None


def render(
    session: Session, delivery: NoticeDelivery, house: House, *, kind: str, now: dt.datetime
) -> Prepared:
    """Return a notice as it would be sent at `now`, or why it cannot be; kind: of the outlet."""
    notice = delivery.notice
    out_of_order = _reasons_against_order(session, notice)
    if out_of_order:
        return Prepared(None, now, _reasons("Reihenfolge", out_of_order))
    if notice.stage != "published":
        unlawful = returning.reasons_against_sending_today(session, notice.tender, now=now)
        if unlawful:
            return Prepared(None, now, _reasons("Fristen", unlawful))
    try:
        document = outgoing.render_for_sending(
            session, notice, kind=kind, issued_at=now, base_url=house.base_url
        )
    except InvalidInput as error:
        return Prepared(None, now, _reasons("Eigene Prüfung", error.reasons))
    return Prepared(document, now)


def _reasons_against_order(session: Session, notice: Notice) -> list[Violation]:
    """Return why a change or cancellation cannot leave: what it refers to was never published.

    The outside would refuse it (BT-758). Once the notice before it is corrected and published, it
    can be sent again.
    """
    query = select(NoticeDelivery.state).where(NoticeDelivery.notice_id == notice.previous_id)
    before = session.scalars(query.order_by(NoticeDelivery.version_number.desc()).limit(1)).first()
    if before is None or before == State.PUBLISHED:
        return []
    return [
        Violation(
            "previous_not_published",
            "Die Bekanntmachung davor, auf die sie sich bezieht, ist außen nicht veröffentlicht "
            f"({STATE_NAMES[State(before)]}). Senden Sie zuerst jene berichtigt; diese lässt sich "
            "noch einmal senden, sobald sie veröffentlicht ist.",
        )
    ]


def _reasons(source: str, violations: Iterable[Violation]) -> tuple[OutsideFinding, ...]:
    return tuple(OutsideFinding(source, v.code, v.field or "", v.message) for v in violations)


def judged(prepared: Prepared, sdk: Path | None) -> Prepared:
    """Return it with the verdict of the official rules; their errors are reasons against sending.

    May take seconds: call it with no transaction open.
    """
    if prepared.outgoing is None:
        return prepared
    verdict = official_rules.judge(prepared.outgoing, sdk)
    if verdict is None:
        return prepared
    errors = tuple(
        OutsideFinding(
            "Amtliche Regeln",
            finding.rule,
            finding.location,
            f"{finding.message} {finding.remedy}".strip(),
        )
        for finding in verdict.findings
        if finding.severity == "error"
    )
    return replace(prepared, verdict=verdict, reasons=errors)


def keep_verdict(
    session: Session, delivery: NoticeDelivery, verdict: Verdict | None, *, now: dt.datetime
) -> None:
    """Store what the official rules said of the very bytes that a delivery holds."""
    if verdict is None or delivery.xml_sha256 is None:
        return
    session.add(
        NoticeCheck(
            notice_id=delivery.notice_id,
            version_number=delivery.version_number,
            checked_at=now,
            sdk_version=verdict.sdk_version,
            passed=verdict.passed,
            findings=verdict.as_list(),
            xml_sha256=delivery.xml_sha256,
        )
    )
