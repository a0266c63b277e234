"""The start page of a firm: deadlines that come next, what is unread, tenders that newly fit."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.db import db
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries.model import Enquiry
from vergabe.messages import queries as messages
from vergabe.messages import rules as message_rules
from vergabe.messages.model import Message
from vergabe.supplier_area import preview
from vergabe.supplier_area.preview import Fitting
from vergabe.suppliers import membership, profiles
from vergabe.suppliers.model import SupplierProfile
from vergabe.tenders.model import Tender

SHOWN: Final = 5
NEW: Final = dt.timedelta(days=14)


@dataclass(frozen=True)
class Overview:
    """What waits for a person of a firm."""

    profile: SupplierProfile
    deadlines: Sequence[Tender]
    unread: Sequence[Message]
    unread_count: int
    fitting: Sequence[Fitting]
    open_questions: int


def overview(session: Session, actor: Actor, *, now: dt.datetime) -> Overview:
    """Return what waits for a person of a firm: each list short, the most urgent first."""
    firm = membership.own_firm(session, actor)
    profile = profiles.profile_of(session, actor)
    followed = enquiries.followed_tenders(session, firm.id)
    running = [
        tender
        for tender in followed
        if tender.stage == "published"
        and tender.submission_deadline is not None
        and tender.submission_deadline > now
    ]
    running.sort(key=lambda tender: (tender.submission_deadline, str(tender.id)))
    known = {tender.id for tender in followed}
    wish = profiles.wish_of(profile)
    fitting, _is_cut = preview.running_for(session, wish, now=now, published_after=now - NEW)
    unread = messages.unread_of(session, actor, limit=SHOWN)
    return Overview(
        profile,
        running[:SHOWN],
        unread,
        messages.unread_count(session, actor),
        [each for each in fitting if each.tender.id not in known][:SHOWN],
        session.scalar(
            select(func.count(Enquiry.id)).where(
                Enquiry.organisation_id == firm.id, Enquiry.answer_id.is_(None)
            )
        )
        or 0,
    )


def page(actor: Actor) -> str:
    """Return the start page of a firm."""
    now = clock.now()
    found = overview(db.session(), actor, now=now)
    return render_template(
        "supplier_area/overview.html", found=found, important=message_rules.IMPORTANT
    )
