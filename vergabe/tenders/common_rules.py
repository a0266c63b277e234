"""The reconciled by-laws of a tender's buyers: of today before publication, else as recorded."""

import datetime as dt

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.bylaws.reconciled import Reconciled, reconciled
from vergabe.funding import queries as funding
from vergabe.law.thresholds import ContractType
from vergabe.tenders.facts import buyers_of, current_assessment
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Stage


def of_tender(session: Session, tender: Tender, *, now: dt.datetime) -> Reconciled:
    """Return the common rules of the buyers of a tender.

    Once it is published they are those of its day, by the versions of its record, whatever has
    become of the by-laws since. Raises LawError where the tables do not know the case.
    """
    is_open = tender.stage in (Stage.DRAFT, Stage.READY)
    on = clock.berlin_day(now) if is_open else tender.initiated_on
    recorded = None if is_open else tender.law_result.get("bylaws")
    value = (
        current_assessment(session, tender, on).value_net_cents
        if recorded is None
        else int(tender.law_result["value_net_cents"])
    )
    return reconciled(
        session,
        buyers_of(tender),
        value,
        ContractType(tender.nature),
        on,
        funding_rules=funding.award_rules(session, tender.pool_id),
        versions=recorded,
    )
