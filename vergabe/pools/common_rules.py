"""The reconciled by-laws of the municipalities in a pool, for its value as it is today."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.bylaws.reconciled import Reconciled, reconciled
from vergabe.pools import queries
from vergabe.pools.assessing import contract_type_of
from vergabe.pools.explaining import demand_facts
from vergabe.pools.model import Pool


def of_pool(session: Session, pool: Pool, *, now: dt.datetime) -> Reconciled | None:
    """Return the common rules of everybody with a demand in a pool; None if it has none.

    Demands without a value count nothing. Raises LawError where the tables do not know the case.
    """
    demands = queries.demands_in(session, pool.id)
    if not demands:
        return None
    owners = session.scalars(
        select(Organisation).where(Organisation.id.in_({d.organisation_id for d in demands}))
    )
    return reconciled(
        session,
        owners,
        sum(demand.value_net_cents or 0 for demand in demands),
        contract_type_of([demand_facts(demand) for demand in demands]),
        clock.berlin_day(now),
    )
