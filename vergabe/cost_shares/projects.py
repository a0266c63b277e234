"""Commands on the costs of a project: who bears them, hours worked, what is still to come."""

import datetime as dt
import uuid
from collections.abc import Iterator

from sqlalchemy.orm import Session

from vergabe import clock, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cost_keys.keys import ALL_BASIS_POINTS, KeyKind, percent, read_key
from vergabe.cost_shares import queries, rules
from vergabe.cost_shares.advances import hours
from vergabe.cost_shares.kinds import CATEGORY_NAMES, Category
from vergabe.cost_shares.model import CostBearer, Effort, ExpectedCost
from vergabe.cost_shares.reimbursing import member_of
from vergabe.cost_shares.rules import EffortEntry
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.exchange.text import clean_line
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.recording import record


def decide_bearer(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    bearer_id: uuid.UUID | None,
    basis_points: int | None,
    decided_on: dt.date | None,
    decision: str,
    reason: str,
    now: dt.datetime,
) -> CostBearer:
    """Record who bears the costs of a project from now on: a member's budget, the key, or both.

    basis_points: the part that the bearer pays from its budget, 10000 for all, 0 for nothing (the
    agreed key). What was booked stays as it is. InvalidInput without the resolution or vote behind
    it, its day and a reason; NotFound for a bearer that is no member; Refused for a part where the
    agreed key leaves nothing to share. The same decision again gives the row of the first time.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    _require_lead(actor, pool)
    wrong = list(_wrong_in_bearer(bearer_id, basis_points))
    wrong += _wrong_in_decision(decided_on, decision, reason, clock.berlin_day(now))
    if wrong or basis_points is None or decided_on is None:
        raise InvalidInput.of(wrong)
    bearer = member_of(session, pool.cooperation_id, bearer_id).organisation if bearer_id else None
    _refuse_part_beside_one(session, pool, basis_points, now=now)
    last = queries.current_bearer(session, pool.id)
    made = CostBearer(
        pool_id=pool.id,
        number=last.number + 1 if last else 1,
        bearer_id=bearer_id,
        basis_points=basis_points,
        decided_on=decided_on,
        decision=clean_line(decision),
        reason=reason.strip(),
        recorded_at=now,
        recorded_by_name=actor.name,
    )
    if last is not None and _says(last) == _says(made):
        return last
    session.add(made)
    session.flush()
    what = "alle nach dem Kostenschlüssel"
    if bearer is not None:
        what = f"{bearer.name} trägt {percent(basis_points)} aus dem eigenen Haushalt"
    record(
        session,
        actor,
        pool,
        "cost_bearer_decided",
        f"Kostenträger festgelegt: {what} ({made.decision} vom {decided_on:%d.%m.%Y}).",
        now=now,
        reason=made.reason,
        bearer_id=str(bearer_id) if bearer_id else None,
        basis_points=basis_points,
    )
    return made


def _refuse_part_beside_one(
    session: Session, pool: Pool, basis_points: int, *, now: dt.datetime
) -> None:
    """Refuse a part for one member where the agreement says that one member bears all.

    The key has one bearer: the part would become the whole.
    """
    agreed = read_key(cooperations.cost_key_of(session, pool.cooperation, clock.berlin_day(now)))
    if agreed.kind is KeyKind.ONE_BEARER and 0 < basis_points < ALL_BASIS_POINTS:
        raise Refused(
            "part_beside_one_bearer",
            "Nach der Vereinbarung trägt ein Mitglied alles; einen Rest, der sich nach einem "
            "Schlüssel teilen ließe, gibt es nicht. Legen Sie 100 % fest oder keinen Teil.",
            field="basis_points",
        )


def _says(row: CostBearer) -> tuple[object, ...]:
    return row.bearer_id, row.basis_points, row.decided_on, row.decision, row.reason


def _wrong_in_decision(
    decided_on: dt.date | None, decision: str, reason: str, today: dt.date
) -> Iterator[Violation]:
    yield from rules.wrong_day(
        decided_on, "decided_on", "Geben Sie den Tag der Entscheidung an.", today
    )
    yield from rules.wrong_text(
        decision, "decision", "Nennen Sie den Beschluss oder die Abstimmung.", rules.TEXT_LENGTH
    )
    yield from rules.wrong_text(reason, "reason", "Nennen Sie den Grund.", rules.REASON_LENGTH)


def _wrong_in_bearer(bearer_id: uuid.UUID | None, basis_points: int | None) -> list[Violation]:
    if basis_points is None or not 0 <= basis_points <= ALL_BASIS_POINTS:
        sentence = "Geben Sie an, welchen Teil das Mitglied trägt: 0 bis 100 %."
        return [Violation("part_missing", sentence, field="basis_points")]
    if bool(basis_points) != (bearer_id is not None):
        sentence = "Wählen Sie das Mitglied, das einen Teil trägt; bei 0 % keines."
        return [Violation("bearer_missing", sentence, field="bearer_id")]
    return []


def _require_lead(actor: Actor, pool: Pool) -> None:
    actor.require(
        Permission.SETTLE_COSTS,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )


def record_effort(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: EffortEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    request_key: str | None = None,
    now: dt.datetime,
) -> Effort:
    """Enter time that staff of one's own member worked for a project.

    organisation_id: for the operator alone, who acts for all. InvalidInput for wrong fields,
    NotFound for another member. The same form again gives the row of the first time.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    owner = _own_member(session, actor, pool, organisation_id, now=now)
    known = queries.effort_of_request(session, pool.id, request_key) if request_key else None
    if known is not None:
        return known
    wrong = list(rules.wrong_in_effort(entry, clock.berlin_day(now)))
    if wrong or entry.worked_on is None:
        raise InvalidInput.of(wrong)
    assert entry.minutes is not None
    assert entry.hourly_rate_cents is not None
    made = Effort(
        pool_id=pool.id,
        organisation_id=owner,
        worker_name=clean_line(entry.worker_name),
        worked_on=entry.worked_on,
        minutes=entry.minutes,
        hourly_rate_cents=entry.hourly_rate_cents,
        activity=clean_line(entry.activity),
        request_key=request_key or None,
        recorded_at=now,
        recorded_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    _record_effort(session, actor, pool, made, "effort_recorded", "eingetragen", now=now)
    return made


def _own_member(
    session: Session,
    actor: Actor,
    pool: Pool,
    organisation_id: uuid.UUID | None,
    *,
    now: dt.datetime,
) -> uuid.UUID:
    wanted = organisation_id or actor.organisation_id
    if wanted is None or wanted not in cooperations.member_ids(session, pool.cooperation_id, now):
        raise NotFound("Das Mitglied")
    if not actor.is_operator and wanted != actor.organisation_id:
        raise NotFound("Das Mitglied")
    actor.require(
        Permission.RECORD_EFFORT, organisation_id=wanted, cooperation_id=pool.cooperation_id
    )
    return wanted


def _record_effort(
    session: Session,
    actor: Actor,
    pool: Pool,
    row: Effort,
    action: str,
    verb: str,
    *,
    reason: str | None = None,
    now: dt.datetime,
) -> None:
    cost = rules.effort_cost_cents(row.minutes, row.hourly_rate_cents)
    record(
        session,
        actor,
        pool,
        action,
        f"{hours(row.minutes)} Stunden vom {row.worked_on:%d.%m.%Y} {verb}: {row.activity} "
        f"({money.german(cost)}).",
        now=now,
        reason=reason,
        organisation_id=str(row.organisation_id),
        minutes=row.minutes,
        hourly_rate_cents=row.hourly_rate_cents,
    )


def take_back_effort(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    effort_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
) -> Effort:
    """Take hours back by a row with the opposite time; doing it twice gives the same row.

    NotFound for another member's hours, InvalidInput without a reason, Refused for a row that is
    itself a taking back.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    found = {row.id: row for row in queries.efforts(session, pool.id)}
    row = found.get(effort_id)
    if row is None or (not actor.is_operator and row.organisation_id != actor.organisation_id):
        raise NotFound("Der Stundeneintrag")
    _own_member(session, actor, pool, row.organisation_id, now=now)
    for other in found.values():
        if other.reverses_id == row.id:
            return other
    wrong = list(rules.wrong_text(reason, "reason", "Nennen Sie den Grund.", rules.REASON_LENGTH))
    if wrong:
        raise InvalidInput.of(wrong)
    if row.reverses_id is not None:
        raise Refused("taking_back_stands", "Eine Rücknahme wird nicht zurückgenommen.")
    made = Effort(
        pool_id=pool.id,
        organisation_id=row.organisation_id,
        worker_name=row.worker_name,
        worked_on=row.worked_on,
        minutes=-row.minutes,
        hourly_rate_cents=row.hourly_rate_cents,
        activity=f"Rücknahme: {row.activity}"[: rules.TEXT_LENGTH],
        reverses_id=row.id,
        recorded_at=now,
        recorded_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    _record_effort(
        session,
        actor,
        pool,
        made,
        "effort_taken_back",
        "zurückgenommen",
        reason=reason.strip(),
        now=now,
    )
    return made


def expect_cost(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    category: Category | None,
    text: str,
    gross_cents: int | None,
    now: dt.datetime,
) -> ExpectedCost:
    """Name a cost of the procedure that is still to come, gross; shares of it are provisional."""
    pool = pools.locked_pool(session, actor, pool_id)
    _require_lead(actor, pool)
    wrong = rules.wrong_amount(gross_cents, "gross")
    if category is None:
        wrong.append(
            Violation("category_missing", "Wählen Sie die Art der Kosten.", field="category")
        )
    wrong += rules.wrong_text(text, "text", "Wofür wird bezahlt?", rules.TEXT_LENGTH)
    if wrong or category is None or gross_cents is None:
        raise InvalidInput.of(wrong)
    for row in queries.expected_costs(session, pool.id):
        if (row.category, row.text, row.gross_cents) == (category, clean_line(text), gross_cents):
            return row
    made = ExpectedCost(
        pool_id=pool.id,
        category=category.value,
        text=clean_line(text),
        gross_cents=gross_cents,
        recorded_at=now,
        recorded_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    summary = f"Erwartete Kosten eingetragen: {CATEGORY_NAMES[category]}, {made.text}, "
    summary += f"{money.german(gross_cents)}."
    record(session, actor, pool, "cost_expected", summary, now=now, gross_cents=gross_cents)
    return made


def withdraw_expected(
    session: Session, actor: Actor, pool_id: uuid.UUID, cost_id: uuid.UUID, *, now: dt.datetime
) -> None:
    """Take an expected cost back: it was booked, or will not come. Twice is once."""
    pool = pools.locked_pool(session, actor, pool_id)
    _require_lead(actor, pool)
    row = session.get(ExpectedCost, cost_id)
    if row is None or row.pool_id != pool.id:
        raise NotFound("Der Kostenposten")
    if row.withdrawn_at is not None:
        return
    row.withdrawn_at = now
    session.flush()
    summary = f"Erwartete Kosten zurückgenommen: {row.text}, {money.german(row.gross_cents)}."
    record(session, actor, pool, "expected_cost_withdrawn", summary, now=now)
