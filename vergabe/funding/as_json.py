"""A funding case as JSON values."""

from typing import Any

from vergabe.funding.arithmetic import ProofLine
from vergabe.funding.presenting import FundingView
from vergabe.money import EUR


def amount(cents: int | None) -> dict[str, Any] | None:
    """Return cents as the API writes amounts; None for none."""
    return None if cents is None else {"amount_cents": cents, "currency": EUR}


def case(view: FundingView) -> dict[str, Any]:
    """Return a case as its schema wants it, narrowed as the view is."""
    found = view.case
    proven = {line.line.id: line for line in view.proof.lines} if view.proof else {}
    return {
        "pool_id": found.pool_id,
        "stage": found.stage,
        "programme": found.programme,
        "programme_title": view.programme.title,
        "authority": found.authority,
        "file_reference": found.file_reference,
        "applied_on": found.applied_on,
        "decided_on": found.decided_on,
        "early_start_on": found.early_start_on,
        "has_early_start_letter": found.early_start_sha256 is not None,
        "award_rules": found.award_rules,
        "conditions": found.conditions,
        "cost_key": view.division.key.name,
        "grant": amount(view.amount_cents),
        "own_share": amount(view.money.total.own_cents),
        "steps": list(view.grant.steps) if view.grant else [],
        "lines": _lines(view, proven),
        "parts": _parts(view),
        "scenarios": [
            {
                "name": scenario.name,
                "grant": amount(scenario.grant_cents),
                "own_share": amount(scenario.money.total.own_cents),
            }
            for scenario in view.scenarios
        ],
        "milestones": [m for m in found.milestones if m.removed_at is None],
        "drawdowns": _drawdowns(view),
        "expenses": _expenses(view),
        "proof_steps": list(view.proof.steps) if view.proof else [],
        "blocks": list(view.blocks),
        "version": found.version,
    }


def _lines(view: FundingView, proven: dict[Any, ProofLine]) -> list[dict[str, Any]]:
    return [
        {
            "id": part.line.id,
            "name": part.line.name,
            "planned": amount(part.line.planned_cents),
            "eligible": amount(part.line.eligible_cents),
            "grant": amount(part.total.grant_cents),
            "own_share": amount(part.total.own_cents),
            "spent": amount(proven[part.line.id].spent_cents) if proven else None,
            "recognised": amount(proven[part.line.id].recognised_cents) if proven else None,
        }
        for part in view.money.lines
    ]


def _parts(view: FundingView) -> list[dict[str, Any]]:
    shares = view.division.shares
    if shares is None:
        return []
    return [
        {
            "organisation_id": partner.id,
            "name": partner.organisation.name,
            "cost": amount(view.money.by_member[partner.id].cost_cents),
            "grant": amount(view.money.by_member[partner.id].grant_cents),
            "own_share": amount(view.money.by_member[partner.id].own_cents),
            "explanation": shares.of(partner.id).explanation,
        }
        for partner in view.seen
    ]


def _drawdowns(view: FundingView) -> list[dict[str, Any]]:
    return [
        {
            "id": drawdown.id,
            "planned_on": drawdown.planned_on,
            "planned": amount(drawdown.planned_gross_cents),
            "received_on": drawdown.received_on,
            "received": amount(drawdown.received_gross_cents),
        }
        for drawdown in view.case.drawdowns
        if drawdown.removed_at is None
    ]


def _expenses(view: FundingView) -> list[dict[str, Any]]:
    return [
        {
            "id": expense.id,
            "line_id": expense.line_id,
            "organisation_id": expense.organisation_id,
            "paid_on": expense.paid_on,
            "payee": expense.payee,
            "voucher": expense.voucher,
            "amount": amount(expense.amount_gross_cents),
            "eligible": amount(expense.eligible_gross_cents),
            "has_document": expense.file_sha256 is not None,
        }
        for expense in view.expenses
    ]
