"""Funding cases in every stage; a test states only what matters to it."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.model import Cooperation, Resolution
from vergabe.files import current
from vergabe.funding import deciding, planning, proving, service
from vergabe.funding.entries import CaseEntry, DecisionEntry, ExpenseEntry, LineEntry
from vergabe.funding.model import FundingCase
from vergabe.pools.model import Pool

SIX = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
LINES = (
    LineEntry("Software und Einführung", 25_000_000),
    LineEntry("Projektstelle", 12_000_000),
    LineEntry("Bewirtung und Öffentlichkeitsarbeit", 4_000_000, 3_000_000),
)
APPLIED = dt.date(2026, 11, 2)
DECIDED = dt.date(2026, 11, 16)


def coordinator(session: Session, pool: Pool, *roles: Role) -> Actor:
    """Return an actor of the lead who may keep its funding."""
    lead = session.get_one(Organisation, pool.cooperation.lead_organisation_id)
    return access.actor(session, lead, *(roles or (Role.COORDINATOR,)))


def pool(session: Session, towns: Sequence[str] = SIX, **more: Any) -> Pool:
    """Return a binding pool of fire engines in a cooperation with an equal cost key.

    All councils have decided to join, naming form and subject as the agreement does.
    """
    cooperation = cooperations.dlz(session, towns, cost_key={"kind": "equal"}, **more)
    naming(session, cooperation)
    _, demands = pools.towns_with_engines(session, towns, cooperation=cooperation)
    return pools.binding_pool(session, cooperation, demands)


def naming(session: Session, cooperation: Cooperation) -> None:
    """Let all resolutions on file name form and subject as the agreement does."""
    agreement = cooperation.agreements[0]
    for resolution in session.scalars(
        select(Resolution).where(Resolution.cooperation_id == cooperation.id)
    ):
        resolution.legal_form, resolution.matter = agreement.legal_form, agreement.subject
    session.flush()


def draft(
    session: Session,
    found: Pool | None = None,
    *,
    lines: Sequence[LineEntry] = LINES,
    programme: str = "NW-IKZ",
    **more: Any,
) -> FundingCase:
    """Return the draft of a case: 400,000 euros eligible of 410,000, six partners."""
    found = found or pool(session)
    entry = CaseEntry(programme=programme, lines=lines, **more)
    return service.save_case(session, coordinator(session, found), found.id, entry, now=clock.now())


def applied(session: Session, found: Pool | None = None, **more: Any) -> FundingCase:
    """Return a case whose application went out on 2 November 2026."""
    case = draft(session, found, **more)
    actor = coordinator(session, case.pool)
    return service.apply(session, actor, case.pool_id, APPLIED, now=clock.now())


def granted(
    session: Session,
    found: Pool | None = None,
    *,
    decision: DecisionEntry | None = None,
    **more: Any,
) -> FundingCase:
    """Return a case granted on 16 November 2026 with 315,000 euros."""
    case = applied(session, found, **more)
    entry = decision or DecisionEntry(DECIDED, 31_500_000)
    actor = coordinator(session, case.pool)
    return deciding.grant(session, actor, case.pool_id, entry, now=clock.now())


def letter(name: str = "Bescheid.pdf", content: bytes = b"%PDF-1.7 Bescheid") -> Upload:
    """Return a letter to hand in."""
    return Upload(name, io.BytesIO(content), current.store())


def complete(session: Session, found: Pool) -> FundingCase:
    """Return a case granted today with a milestone, a drawdown and an expense."""
    actor, now = coordinator(session, found), clock.now()
    today = clock.berlin_day(now)
    later = today + dt.timedelta(days=90)
    draft(session, found, programme="individual", quota_basis_points=8000)
    service.apply(session, actor, found.id, today, now=now)
    case = deciding.grant(session, actor, found.id, DecisionEntry(today, 30_000_000), now=now)
    planning.add_milestone(session, actor, found.id, "Zwischennachweis", later, now=now)
    planning.add_drawdown(session, actor, found.id, later, 1_000_000, now=now)
    voucher = ExpenseEntry(case.lines[0].id, today, "Rurtal GmbH", "RE-1", 1_000_000)
    proving.record_expense(session, actor, found.id, voucher, now=now)
    session.flush()
    return case
