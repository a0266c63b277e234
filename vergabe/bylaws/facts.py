"""From stored by-laws to the rule sets that law asks for."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.lands import land_of
from vergabe.access.model import Organisation
from vergabe.bylaws import queries
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.law.bylaws import Bylaw
from vergabe.law.rule_sets import RuleSet


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


@dataclass(frozen=True)
class Gathered:
    """Whose rules count on a legal day.

    rule_sets: one per organisation; versions: which by-law of each, by name, as JSON values for the
    record; without a by-law `bylaw_id` and `number` are None.
    """

    rule_sets: tuple[RuleSet, ...]
    versions: tuple[dict[str, Any], ...]


def gathered(session: Session, organisations: Iterable[Organisation], on: dt.date) -> Gathered:
    """Return each organisation's rules on a legal day: Land and by-law in force; one statement."""
    wanted = sorted(organisations, key=lambda organisation: (organisation.name, organisation.id))
    found = queries.in_force(session, [organisation.id for organisation in wanted], on)
    return _gathered(wanted, found)


def gathered_again(
    session: Session,
    organisations: Iterable[Organisation],
    versions: Iterable[Mapping[str, Any]],
) -> Gathered:
    """Return the rules of versions that a record names, whatever has become of them since."""
    wanted = sorted(organisations, key=lambda organisation: (organisation.name, organisation.id))
    ids = [uuid.UUID(entry["bylaw_id"]) for entry in versions if entry["bylaw_id"]]
    rows = session.scalars(select(ProcurementBylaw).where(ProcurementBylaw.id.in_(ids)))
    return _gathered(wanted, {row.organisation_id: row for row in rows}, is_over=True)


def _gathered(
    wanted: Sequence[Organisation],
    found: Mapping[uuid.UUID, ProcurementBylaw],
    *,
    is_over: bool = False,
) -> Gathered:
    return Gathered(
        tuple(_rule_set(one, found.get(one.id), is_over=is_over) for one in wanted),
        tuple(_used(one, found.get(one.id)) for one in wanted),
    )


def rule_sets(
    session: Session, organisations: Iterable[Organisation], on: dt.date
) -> tuple[RuleSet, ...]:
    """Return each organisation's rules on a legal day, by name."""
    return gathered(session, organisations, on).rule_sets


def rule_sets_by_id(
    session: Session, organisation_ids: Iterable[uuid.UUID], on: dt.date
) -> dict[uuid.UUID, RuleSet]:
    """Return organisation id → its rules on a legal day; two statements."""
    wanted = session.scalars(
        select(Organisation).where(Organisation.id.in_(list(organisation_ids)))
    )
    return {uuid.UUID(rules.key): rules for rules in rule_sets(session, wanted, on)}


def _rule_set(
    organisation: Organisation, row: ProcurementBylaw | None, *, is_over: bool
) -> RuleSet:
    bylaw = as_law(row, organisation.name) if row is not None else None
    if bylaw is not None and is_over:
        # It counted on the day of the record, even where its end was set to an earlier day since.
        bylaw = replace(bylaw, valid_from=None, valid_to=None)
    return RuleSet(
        member=organisation.name,
        land=land_of(organisation),
        bylaw=bylaw,
        key=str(organisation.id),
        bylaw_label=label(row) if row is not None else "",
    )


def _used(organisation: Organisation, row: ProcurementBylaw | None) -> dict[str, Any]:
    return {
        "organisation_id": str(organisation.id),
        "name": organisation.name,
        "bylaw_id": str(row.id) if row is not None else None,
        "number": row.number if row is not None else None,
        "label": label(row) if row is not None else None,
        "valid_to": row.valid_to.isoformat() if row is not None and row.valid_to else None,
    }
