"""Commands on expenses and their evidence, and the proof of use as it stands."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import documents
from vergabe.cooperations.documents import Upload
from vergabe.errors import NotFound, Refused
from vergabe.funding import queries, rules
from vergabe.funding.arithmetic import CostLine, Proof, Spent, proof
from vergabe.funding.computing import computed_grant
from vergabe.funding.entries import ExpenseEntry, checked_expense, checked_reason
from vergabe.funding.keeping import locked_case, record, refuse, touch
from vergabe.funding.model import FundingCase, FundingExpense, FundingLine
from vergabe.funding.planning import received_cents
from vergabe.funding.rules import Action
from vergabe.funding.sharing import partners
from vergabe.money import german


def record_expense(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: ExpenseEntry,
    upload: Upload | None = None,
    *,
    now: dt.datetime,
) -> FundingExpense:
    """Record an expense of a cost line with its evidence and return it.

    organisation_id of the entry: who paid, None: the lead. The same voucher of the same payer
    counts once per line: again it is refused.
    """
    case = locked_case(session, actor, pool_id, None)
    entry = checked_expense(entry)
    line = next((line for line in case.lines if line.id == entry.line_id), None)
    if line is None:
        raise NotFound("Die Position")
    payer_id = _payer_of(case, entry)
    eligible = entry.eligible_gross_cents
    eligible = entry.amount_gross_cents if eligible is None else eligible
    refuse(
        rules.reasons_against_expense(
            queries.facts_of(case), entry.paid_on, clock.berlin_day(now), is_eligible=eligible > 0
        )
    )
    _refuse_second(line, entry.voucher, payer_id)
    expense = FundingExpense(
        id=ids.new_id(),
        line_id=line.id,
        organisation_id=payer_id,
        paid_on=entry.paid_on,
        payee=entry.payee,
        voucher=entry.voucher,
        amount_gross_cents=entry.amount_gross_cents,
        eligible_gross_cents=eligible,
        recorded_at=now,
        recorded_by_name=actor.name,
    )
    if upload is not None:
        expense.file_sha256, expense.file_name = documents.keep(session, upload, now=now)
    session.add(expense)
    session.flush()
    session.expire(line, ["expenses"])
    touch(session, case)
    payer = session.get_one(Organisation, payer_id)
    record(
        session,
        actor,
        case,
        "funding_expense_recorded",
        f"Ausgabe belegt: {line.name}, {german(entry.amount_gross_cents)}, davon anerkannt "
        f"{german(eligible)}, gezahlt von {payer.name}.",
        now=now,
        expense_id=str(expense.id),
        voucher=entry.voucher,
        file_sha256=expense.file_sha256,
    )
    return expense


def _payer_of(case: FundingCase, entry: ExpenseEntry) -> uuid.UUID:
    """Return who paid: the lead, or a participant; NotFound for anybody else."""
    lead_id = case.cooperation.lead_organisation_id
    payer_id = entry.organisation_id or lead_id
    if str(payer_id) not in [*case.participants, str(lead_id)]:
        raise NotFound("Die Kommune")
    return payer_id


def _refuse_second(line: FundingLine, voucher: str, payer_id: uuid.UUID) -> None:
    for known in line.expenses:
        same = (known.voucher, known.organisation_id) == (voucher, payer_id)
        if same and known.cancelled_at is None:
            raise Refused(
                "expense_recorded", f"Der Beleg {voucher} ist bei dieser Position schon erfasst."
            )


def cancel_expense(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    expense_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
) -> FundingExpense:
    """Take a wrong expense out of the proof, with a reason; its row stays."""
    case = locked_case(session, actor, pool_id, None)
    reason = checked_reason(reason)
    refuse(rules.reasons_against_stage(queries.facts_of(case), Action.PROVE))
    found = next((e for line in case.lines for e in line.expenses if e.id == expense_id), None)
    if found is None:
        raise NotFound("Der Beleg")
    if found.cancelled_at is not None:
        raise Refused("expense_cancelled", "Dieser Beleg ist schon storniert.")
    found.cancelled_at, found.cancelled_reason = now, reason
    session.flush()
    touch(session, case)
    summary = f"Beleg storniert: {found.voucher}, {german(found.amount_gross_cents)}."
    record(session, actor, case, "funding_expense_cancelled", summary, now=now, reason=reason)
    return found


def cost_lines(case: FundingCase) -> list[CostLine]:
    """Return the lines of a case for the arithmetic."""
    return [
        CostLine(line.id, line.name, line.planned_gross_cents, line.eligible_gross_cents)
        for line in case.lines
    ]


def standing_expenses(case: FundingCase) -> list[FundingExpense]:
    """Return the expenses that count, in the order of lines and days."""
    return [e for line in case.lines for e in line.expenses if e.cancelled_at is None]


def proof_of(session: Session, case: FundingCase, *, now: dt.datetime) -> Proof | None:
    """Return the proof of use as it stands; None before anything was granted."""
    if case.granted_gross_cents is None or case.applied_on is None:
        return None
    among = partners(session, case.pool, case, now=now)
    lands = tuple(partner.land for partner in among)
    rule = computed_grant(case, lands, case.applied_on).value
    return proof(
        cost_lines(case),
        [
            Spent(e.line_id, e.organisation_id, e.amount_gross_cents, e.eligible_gross_cents)
            for e in standing_expenses(case)
        ],
        granted_cents=case.granted_gross_cents,
        quota_basis_points=rule.quota_basis_points,
        rounding=rule.rounding,
        received_cents=received_cents(case),
    )
