"""From stored by-laws to the rule sets that law asks for."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.bylaws import queries
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.law.bylaws import Bylaw
from vergabe.law.rule_sets import RuleSet
from vergabe.law.working_days import land_code

# Members whose Land nobody entered are counted with the Land of the first cooperations.
USUAL_LAND: Final = "NW"


def land_of(organisation: Organisation) -> str:
    """Return the Land whose law counts for an organisation (`NW`)."""
    if organisation.land:
        return organisation.land
    return land_code(organisation.ags) if organisation.ags else USUAL_LAND


def as_law(row: ProcurementBylaw, municipality: str) -> Bylaw:
    """Return a stored version as law sees it."""
    return Bylaw(
        municipality=municipality,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        direct_max_net_cents=row.direct_max_net_cents,
        negotiated_wo_call_max_net_cents=row.negotiated_wo_call_max_net_cents,
        restricted_wo_call_max_net_cents=row.restricted_wo_call_max_net_cents,
        freehand_max_net_cents=row.freehand_max_net_cents,
        ex_ante_from_net_cents=row.ex_ante_from_net_cents,
        ex_post_from_net_cents=row.ex_post_from_net_cents,
        minimum_tender_days=row.minimum_tender_days,
        minimum_participation_days=row.minimum_participation_days,
        required_quotes=row.required_quotes,
    )


def label(row: ProcurementBylaw) -> str:
    """Return how pages and records call a version."""
    return f"{row.title} vom {row.adopted_on:%d.%m.%Y}, Fassung {row.number}"


def rule_sets(
    session: Session, organisations: Iterable[Organisation], on: dt.date
) -> tuple[RuleSet, ...]:
    """Return each organisation's rules on a legal day: Land and by-law in force; one statement."""
    wanted = list(organisations)
    found = queries.in_force(session, [organisation.id for organisation in wanted], on)
    return tuple(_rule_set(organisation, found.get(organisation.id)) for organisation in wanted)


def _rule_set(organisation: Organisation, row: ProcurementBylaw | None) -> RuleSet:
    return RuleSet(
        member=organisation.name,
        land=land_of(organisation),
        bylaw=as_law(row, organisation.name) if row is not None else None,
        key=str(organisation.id),
        bylaw_label=label(row) if row is not None else "",
    )


def versions_used(
    session: Session, organisations: Iterable[Organisation], on: dt.date
) -> list[dict[str, Any]]:
    """Return which version counts for whom on a legal day, as JSON values for the record.

    One entry per organisation, by name; without a by-law `bylaw_id` and `number` are None.
    """
    wanted = sorted(organisations, key=lambda organisation: (organisation.name, organisation.id))
    found = queries.in_force(session, [organisation.id for organisation in wanted], on)
    return [_used(organisation, found.get(organisation.id)) for organisation in wanted]


def _used(organisation: Organisation, row: ProcurementBylaw | None) -> dict[str, Any]:
    return {
        "organisation_id": str(organisation.id),
        "name": organisation.name,
        "bylaw_id": str(row.id) if row is not None else None,
        "number": row.number if row is not None else None,
        "label": label(row) if row is not None else None,
        "valid_to": row.valid_to.isoformat() if row is not None and row.valid_to else None,
    }
