"""Commands on a funding case up to its application: plan, apply, withdraw."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.deadlines import service as deadlines
from vergabe.errors import Violation
from vergabe.funding import queries, resolutions, rules
from vergabe.funding.computing import computed_grant
from vergabe.funding.entries import CaseEntry, LineEntry, checked_case, checked_reason
from vergabe.funding.keeping import (
    check_version,
    locked_case,
    locked_pool,
    record,
    refuse,
    tell_partners,
    touch,
)
from vergabe.funding.model import FundingCase, FundingLine
from vergabe.funding.rules import ALIVE, Action, Stage
from vergabe.funding.sharing import partners
from vergabe.law import funding as law
from vergabe.law.german import count
from vergabe.money import german
from vergabe.pools.model import Pool

_COLUMNS = (
    *("programme", "file_reference", "purpose", "has_weak_budget", "quota_basis_points"),
    *("ceiling_gross_cents", "conditions", "period_from", "period_until"),
)


def save_case(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: CaseEntry,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Write the draft of a pool's funding case with its lines, and return it; makes it if needed.

    version: the one that the reader saw, None: none. The same entry again changes nothing. Raises
    InvalidInput, Stale, Refused once the application is out.
    """
    pool = locked_pool(session, actor, pool_id)
    entry = checked_case(entry, clock.berlin_day(now))
    case = queries.newest_case(session, pool.id)
    if case is None or Stage(case.stage) not in ALIVE:
        case, is_new = _new_case(pool, actor, entry, now), True
        session.add(case)
    else:
        check_version(case, version)
        refuse(rules.reasons_against_stage(queries.facts_of(case), Action.EDIT))
        is_new = False
    before = None if is_new else _plain(case)
    _write(case, entry, clock.berlin_day(now))
    session.flush()
    _write_lines(session, case, entry)
    session.expire(case, ["lines"])
    if before == _plain(case):
        return case
    touch(session, case)
    total = sum(line.eligible_gross_cents for line in case.lines)
    lines = count(len(case.lines), "Position", "Positionen")
    record(
        session,
        actor,
        case,
        "funding_planned",
        f"Förderung {'angelegt' if is_new else 'geändert'}: {lines}, davon "
        f"zuwendungsfähig {german(total)}.",
        now=now,
        **_plain(case),
    )
    return case


def _new_case(pool: Pool, actor: Actor, entry: CaseEntry, now: dt.datetime) -> FundingCase:
    return FundingCase(
        id=ids.new_id(),
        cooperation_id=pool.cooperation_id,
        pool_id=pool.id,
        stage=Stage.DRAFT.value,
        programme=entry.programme,
        authority="",
        award_rules=[],
        participants=[],
        created_at=now,
        created_by_name=actor.name,
        pool=pool,
        cooperation=pool.cooperation,
    )


def _write(case: FundingCase, entry: CaseEntry, today: dt.date) -> None:
    row = law.programme(entry.programme, today)
    for name in _COLUMNS:
        setattr(case, name, getattr(entry, name))
    case.authority = entry.authority or row.authority
    case.rounding = entry.rounding.value if entry.rounding else None
    case.key_kind = entry.key_kind.value if entry.key_kind else None
    case.award_rules = list(entry.award_rules)
    wanted = entry.requires_resolutions
    case.requires_resolutions = row.requires_resolutions if wanted is None else wanted


def _write_lines(session: Session, case: FundingCase, entry: CaseEntry) -> None:
    """Let the lines be those of the entry: by position, so that the same again changes nothing."""
    known = list(case.lines)
    for position, line in enumerate(entry.lines, start=1):
        row = known[position - 1] if position <= len(known) else None
        if row is None:
            row = FundingLine(case_id=case.id, position=position)
            session.add(row)
        _write_line(row, line)
    for row in known[len(entry.lines) :]:
        session.delete(row)
    session.flush()


def _write_line(row: FundingLine, line: LineEntry) -> None:
    row.name, row.planned_gross_cents = line.name, line.planned_gross_cents
    eligible = line.eligible_gross_cents
    row.eligible_gross_cents = line.planned_gross_cents if eligible is None else eligible


def _plain(case: FundingCase) -> dict[str, Any]:
    """Return a case as the record keeps it: JSON values."""
    shown: dict[str, Any] = {name: getattr(case, name) for name in _COLUMNS}
    for name in ("period_from", "period_until"):
        day = shown[name]
        shown[name] = day.isoformat() if isinstance(day, dt.date) else None
    return shown | {
        "authority": case.authority,
        "rounding": case.rounding,
        "key_kind": case.key_kind,
        "award_rules": list(case.award_rules),
        "requires_resolutions": case.requires_resolutions,
        "lines": [
            [line.name, line.planned_gross_cents, line.eligible_gross_cents] for line in case.lines
        ],
    }


def apply(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    applied_on: dt.date,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Record that the application went out on a legal day; partners and plan are fixed with it.

    Raises Refused with every reason: nothing to apply for, a resolution of a member missing that
    the programme wants from all.
    """
    case = locked_case(session, actor, pool_id, version)
    today = clock.berlin_day(now)
    among = partners(session, case.pool, case, now=now)
    missing = (
        resolutions.missing(session, case, [p.organisation for p in among], applied_on)
        if case.requires_resolutions
        else []
    )
    reasons = rules.reasons_against_applying(queries.facts_of(case), applied_on, today, missing)
    reasons += _closed(case.programme, applied_on)
    if not among:
        reasons.append(
            Violation("partners_missing", "Es gibt keine Beteiligten, für die beantragt würde.")
        )
    refuse(reasons)
    result = computed_grant(case, tuple(partner.land for partner in among), applied_on)
    case.stage, case.applied_on = Stage.APPLIED.value, applied_on
    case.participants = [str(partner.id) for partner in among]
    session.flush()
    amount = german(result.value.amount_cents)
    record(
        session,
        actor,
        case,
        "funding_applied",
        f"Förderung am {applied_on:%d.%m.%Y} beantragt: {amount}.",
        now=now,
        programme=case.programme,
        amount_gross_cents=result.value.amount_cents,
        steps=list(result.steps),
        participants=[partner.organisation.name for partner in among],
    )
    tell_partners(
        session,
        case,
        "Förderung beantragt",
        f"Für „{case.pool.title}“ ({case.pool.reference}) sind am {applied_on:%d.%m.%Y} {amount} "
        "beantragt. Bis zum Bescheid darf nicht begonnen werden, es sei denn, die "
        "Bewilligungsbehörde lässt den vorzeitigen Maßnahmenbeginn zu.",
        now=now,
    )
    return case


def _closed(programme: str, applied_on: dt.date) -> list[Violation]:
    row = law.programme(programme, applied_on)
    if row.applications_until is None or applied_on <= row.applications_until:
        return []
    return [
        Violation(
            "programme_closed",
            f"Nach {row.law} waren Anträge bis zum {row.applications_until:%d.%m.%Y} möglich.",
            law=row.law,
            field="applied_on",
        )
    ]


def withdraw(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    reason: str,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> FundingCase:
    """Take a case back, with a reason: the project goes on without a grant."""
    case = locked_case(session, actor, pool_id, version)
    reason = checked_reason(reason)
    refuse(rules.reasons_against_stage(queries.facts_of(case), Action.WITHDRAW))
    case.stage, case.withdrawn_on = Stage.WITHDRAWN.value, clock.berlin_day(now)
    for milestone in case.milestones:
        deadlines.lift(session, milestone.id, None, "Förderung zurückgezogen", now=now)
    session.flush()
    summary = "Die Förderung ist zurückgezogen; das Vorhaben geht ohne Zuwendung weiter."
    record(session, actor, case, "funding_withdrawn", summary, now=now, reason=reason)
    tell_partners(
        session, case, "Förderung zurückgezogen", f"{summary}\n\nGrund: {reason}", now=now
    )
    return case
