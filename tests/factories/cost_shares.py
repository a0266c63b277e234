"""Valid costs, hours and bookings of a project of the DLZ; a test states only what matters."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from tests.factories import access, cooperations, pools
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.cost_shares import advances, projects, reimbursing
from vergabe.cost_shares.kinds import Category
from vergabe.cost_shares.model import Effort, LedgerEntry
from vergabe.cost_shares.rules import CostEntry, EffortEntry
from vergabe.cost_shares.vat_rules import VatEntry, VatGround
from vergabe.pools.model import Pool

NOT_TAXABLE = VatEntry(ground=VatGround.LONG_TERM_COOPERATION)
TAXABLE = VatEntry(ground=VatGround.TAXABLE, reason="Reine Dienstleistung im Wettbewerb.")
KEY: dict[str, Any] = {"kind": "equal", "no_award": "lead_bears", "vat_clause": "Zuzüglich USt."}


def project(
    session: Session, towns: Sequence[str] = ("Merzenich", "Jülich", "Kerpen"), **key: Any
) -> Pool:
    """Return a binding pool of towns that share costs equally; `key` changes the agreed key."""
    cooperation = cooperations.dlz(session, towns, cost_key=KEY | key)
    _, demands = pools.towns_with_engines(session, towns, cooperation=cooperation)
    return pools.binding_pool(session, cooperation, demands)


def bookkeeper(session: Session, cooperation: Cooperation) -> Actor:
    """Return somebody of the lead's treasury."""
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    return access.actor(session, lead, Role.RELEASER, name="Karla Kasse")


def cost(net_cents: int = 100_00, vat_cents: int = 0, **more: Any) -> CostEntry:
    """Return a cost as a person enters it: a publication, paid yesterday, not taxable."""
    yesterday = clock.berlin_day(clock.now()) - dt.timedelta(days=1)
    facts: dict[str, Any] = {
        "category": Category.PUBLICATION,
        "text": "Bekanntmachung im Anzeiger",
        "document": "R 2026-17",
        "document_on": yesterday,
        "supplied_on": yesterday,
        "net_cents": net_cents,
        "vat_cents": vat_cents,
        "vat": NOT_TAXABLE,
    }
    return CostEntry(**(facts | more))


def advance(
    session: Session, pool: Pool, actor: Actor, net_cents: int = 100_00, **more: Any
) -> LedgerEntry:
    """Return a booked cost that the lead has paid."""
    entry = cost(net_cents, **more)
    return advances.record_advance(session, actor, pool.id, entry, now=clock.now())


def worked(minutes: int = 90, hourly_rate_cents: int = 60_00, **more: Any) -> EffortEntry:
    """Return hours as a person enters them."""
    facts: dict[str, Any] = {
        "worker_name": "Erika Muster",
        "worked_on": clock.berlin_day(clock.now()),
        "minutes": minutes,
        "hourly_rate_cents": hourly_rate_cents,
        "activity": "Leistungsverzeichnis geschrieben",
    }
    return EffortEntry(**(facts | more))


def effort(session: Session, pool: Pool, town: str, entry: EffortEntry | None = None) -> Effort:
    """Return stored hours of a town's staff."""
    owner = cooperations.town(session, town)
    actor = access.actor(session, owner, Role.PROCUREMENT_OFFICER)
    return projects.record_effort(session, actor, pool.id, entry or worked(), now=clock.now())


def route_values(session: Session, pool: Pool) -> dict[str, list[uuid.UUID]]:
    """Return ids by the names that routes use: a cost, a demand to a member, hours, what comes."""
    keeper, now = bookkeeper(session, pool.cooperation), clock.now()
    booked = advance(session, pool, keeper)
    member = cooperations.town(session, "Jülich").id
    demand = reimbursing.demand(session, keeper, pool.cooperation_id, member, now=now)
    expected = projects.expect_cost(
        session,
        keeper,
        pool.id,
        category=Category.ADVICE,
        text="Rechtsberatung",
        gross_cents=500_00,
        now=now,
    )
    return {
        "organisation_id": [member],
        "entry_id": [demand.id, booked.id],
        "effort_id": [effort(session, pool, "Merzenich").id],
        "cost_id": [expected.id],
    }
