"""Costs and bookings as the API writes them."""

import uuid
from typing import Any

from vergabe.cost_shares.kinds import Kind
from vergabe.cost_shares.model import Effort, ExpectedCost, LedgerEntry
from vergabe.cost_shares.overview import CostLine, NoAwardShares, ProjectCosts
from vergabe.cost_shares.schema import EffortSchema, EntrySchema
from vergabe.cost_shares.statements import Ledger, MemberStatement
from vergabe.money import EUR


def money_of(cents: int) -> dict[str, Any]:
    """Return an amount as MoneySchema writes it."""
    return {"amount_cents": cents, "currency": EUR}


def costs_json(costs: ProjectCosts, without_award: NoAwardShares | None) -> dict[str, Any]:
    """Return the costs of a project as ProjectCostsSchema takes them."""
    spent, expected = costs.sums("booked", "hours"), costs.sums("expected")
    ids = [member.member_id for member in costs.members]
    return {
        "pool_id": costs.pool.id,
        "tender_id": costs.tender.id if costs.tender else None,
        "key": costs.key.name,
        "bearer": costs.bearer,
        "members": [
            {
                "organisation_id": member.member_id,
                "name": member.name,
                "estimated_value_net": None
                if member.demand_value_net_cents is None
                else money_of(member.demand_value_net_cents),
                "spent": money_of(spent[place]),
                "expected": money_of(expected[place]),
            }
            for place, member in enumerate(costs.members)
        ],
        "lines": [_line_json(line, ids) for line in costs.lines],
        "problems": [problem.as_dict() for problem in costs.problems],
        "no_award": _no_award_json(without_award) if without_award else None,
    }


def _no_award_json(found: NoAwardShares) -> dict[str, Any]:
    ids = [member.member_id for member in found.members]
    return {
        "rule": found.rule_name,
        "lines": [_line_json(line, ids) for line in found.lines],
        "problems": [problem.as_dict() for problem in found.problems],
    }


def _line_json(line: CostLine, ids: list[uuid.UUID]) -> dict[str, Any]:
    return {
        "state": line.state,
        "category": line.category,
        "text": line.text,
        "day": line.day,
        "amount": money_of(line.cents),
        "shares": [
            {"organisation_id": member, "share": money_of(cents), "explanation": how}
            for member, cents, how in zip(ids, line.parts, line.how, strict=False)
        ],
    }


def effort_json(row: Effort) -> dict[str, Any]:
    """Return hours as EffortSchema takes them."""
    names = EffortSchema().fields.keys() - {"hourly_rate_net"}
    shown: dict[str, Any] = {name: getattr(row, name) for name in names}
    return shown | {"hourly_rate_net": money_of(row.hourly_rate_cents)}


def expected_json(row: ExpectedCost) -> dict[str, Any]:
    """Return an expected cost as ExpectedCostSchema takes it."""
    return {
        "id": row.id,
        "category": row.category,
        "text": row.text,
        "gross": money_of(row.gross_cents),
    }


def entry_json(entry: LedgerEntry, *, with_lines: bool = True) -> dict[str, Any]:
    """Return a booking as EntrySchema takes it; without lines for a member that reads its own."""
    names = EntrySchema().fields.keys() - {"amount", "lines", "kind"}
    shown: dict[str, Any] = {name: getattr(entry, name) for name in names}
    return shown | {
        "kind": Kind(entry.kind),
        "amount": money_of(entry.amount_cents),
        "lines": [
            {
                "account": line.account,
                "organisation_id": line.organisation_id,
                "amount": money_of(line.cents),
                "explanation": line.text,
            }
            for line in entry.lines
            if with_lines or line.organisation_id == entry.organisation_id
        ],
    }


def statement_json(statement: MemberStatement) -> dict[str, Any]:
    """Return a member's account as MemberAccountSchema takes it."""
    return {
        "organisation_id": statement.organisation_id,
        "name": statement.name,
        "advanced": money_of(statement.advanced_cents),
        "balance": money_of(statement.owes_cents),
        "overdue": money_of(statement.overdue_cents),
        "interest": money_of(statement.interest_cents),
        "items": [
            {
                "entry_id": item.movement.entry_id,
                "number": item.movement.number,
                "due_on": item.due_on,
                "amount": money_of(item.movement.cents),
                "paid": money_of(item.paid_cents),
                "open": money_of(item.open_cents),
                "reminders": item.reminders,
            }
            for item in statement.account.items
        ],
    }


def ledger_json(found: Ledger) -> dict[str, Any]:
    """Return the whole ledger as LedgerSchema takes it."""
    return {
        "total": money_of(found.total_cents),
        "members": [statement_json(member) for member in found.members],
    }
