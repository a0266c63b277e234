"""The grant of a case by its programme."""

import datetime as dt

from vergabe.funding.model import FundingCase
from vergabe.law import funding as law
from vergabe.law.funding import Grant, GrantFacts, Rounding
from vergabe.law.results import Result


def computed_grant(case: FundingCase, lands: tuple[str, ...], on: dt.date) -> Result[Grant]:
    """Return the grant that the programme gives for a case, by its version of a legal day.

    lands: of the partners; raises LawError where something is missing for it.
    """
    facts = GrantFacts(
        eligible_cents=sum(line.eligible_gross_cents for line in case.lines),
        lands=lands,
        has_weak_budget=case.has_weak_budget,
        quota_basis_points=case.quota_basis_points,
        ceiling_cents=case.ceiling_gross_cents,
        rounding=Rounding(case.rounding) if case.rounding else None,
    )
    return law.grant(case.programme, facts, on)
