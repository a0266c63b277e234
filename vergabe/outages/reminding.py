"""Telling the officers of cases that wait for them: at once, then every morning."""

import datetime as dt
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access import queries as access
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.outages import rules
from vergabe.outages.finding import window_of
from vergabe.outages.model import OutageCase
from vergabe.tenders import duties
from vergabe.tenders.model import Tender
from vergabe.web.formatting import weekday_moment

_AT_ONCE = 200


def has_due(session: Session, *, now: dt.datetime) -> bool:
    """Return whether somebody has to be told of a case."""
    query = select(OutageCase.id).where(OutageCase.state == "open", OutageCase.remind_at <= now)
    return session.scalars(query.limit(1)).first() is not None


def send_due(session: Session, *, now: dt.datetime) -> int:
    """Tell the officers of each procedure with due cases; return how many procedures."""
    cases = session.scalars(
        select(OutageCase)
        .where(OutageCase.state == "open", OutageCase.remind_at <= now)
        .order_by(OutageCase.tender_id, OutageCase.id)
        .limit(_AT_ONCE)
        .with_for_update(of=OutageCase, skip_locked=True)
    ).all()
    count = 0
    for _tender_id, group in groupby(cases, key=lambda case: case.tender_id):
        found = list(group)
        _tell(session, found[0].tender, found, now=now)
        count += 1
        for case in found:
            case.reminder_count += 1
            case.remind_at = rules.next_reminder(now)
    session.flush()
    return count


def _tell(session: Session, tender: Tender, cases: list[OutageCase], *, now: dt.datetime) -> None:
    officers = access.people_with(
        session,
        Permission.PUBLISH_TENDERS,
        duties.performers(session, tender, Step.EXTEND, now=now),
        now=now,
        cooperation_id=tender.cooperation_id,
    )
    windows = rules.merged(window_of(case.outage, now=now) for case in cases)
    is_over = tender.submission_deadline is not None and tender.submission_deadline <= now
    again = "Erinnerung: " if cases[0].reminder_count else ""
    messages.send_many(
        session,
        [Reader(user_id=user_id) for user_id in dict.fromkeys(user.id for user, _ in officers)],
        cause=f"outage:{cases[0].id}:{cases[0].reminder_count}",
        kind="tender",
        subject=f"{again}{tender.reference}: Frist nach Ausfall der Plattform prüfen",
        body=(
            f"Guten Tag,\n\ndie Plattform war {rules.spoken(windows)} nicht oder nur eingeschränkt "
            f"erreichbar. Das berührt „{tender.title}“.\n\n"
            f"Angebote bis: {weekday_moment(tender.submission_deadline)}"
            f"{' (inzwischen abgelaufen: bitte keine Angebote öffnen)' if is_over else ''}\n\n"
            "Eine Verlängerung ist vorbereitet, mit Bekanntmachung und Schreiben. Bitte geben Sie "
            "sie frei oder halten Sie fest, warum keine nötig ist."
        ),
        now=now,
        tender_id=tender.id,
        link=f"/vergabeverfahren/{tender.id}/ausfall",
    )
