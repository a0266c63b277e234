"""Reactions to earlier steps: a cancelled procedure leaves effort that somebody has to bear."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import money
from vergabe.access.permissions import Permission
from vergabe.cost_shares import overview
from vergabe.cost_shares.reimbursing import MESSAGE_KIND
from vergabe.demands.telling import readers
from vergabe.messages import service as messages
from vergabe.notices.events import NoticePublished
from vergabe.tenders.model import Tender


def tell_of_effort_without_award(
    session: Session, event: NoticePublished, *, event_id: uuid.UUID, now: dt.datetime
) -> None:
    """Tell those who keep the lead's ledger what the cancelled procedure has cost so far.

    The shares are computed when somebody asks, on the page of the procedure's costs.
    """
    if event.kind != "cancellation_notice":
        return
    tender = session.get_one(Tender, event.tender_id)
    found = overview.no_award_shares(session, tender.pool, now=now)
    if found.problems and not found.lines:
        what = " ".join(problem.message for problem in found.problems)
    elif not found.lines:
        return
    else:
        what = (
            f"Bisher sind {money.german(found.total)} angefallen. Nach der Vereinbarung trägt den "
            f"Aufwand: {found.rule_name}."
        )
    messages.send_many(
        session,
        readers(
            session,
            Permission.SETTLE_COSTS,
            [tender.lead_organisation_id],
            cooperation_id=tender.cooperation_id,
            now=now,
        ),
        cause=f"no-award:{event_id}",
        kind=MESSAGE_KIND,
        subject=f"Aufgehoben: Kosten von {tender.reference}",
        body=f"Guten Tag,\n\n„{tender.title}“ wurde aufgehoben. {what}\n\nDie Anteile stehen beim "
        "Verfahren unter „Kosten“.",
        now=now,
        tender_id=tender.id,
        link=f"/vergabeverfahren/{tender.id}/kosten",
    )
