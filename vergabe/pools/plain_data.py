"""Pools as JSON, for the API and the command line."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from vergabe.demands.queries import ReleasedDemand
from vergabe.money import EUR
from vergabe.pools.commitment import amount
from vergabe.pools.model import Pool, PoolComment, Withdrawal
from vergabe.pools.presenting import MemberView, PoolView, members_of, quantities_of, stage_of
from vergabe.pools.proposing import Preview


def view_as_json(view: PoolView) -> dict[str, Any]:
    """Return a pool as the API and the command line write it."""
    pool = view.pool
    return {
        "id": pool.id,
        "reference": pool.reference,
        "cooperation_id": pool.cooperation_id,
        "area_id": pool.area_id,
        "area_key": pool.area.key,
        "stage": view.stage,
        "title": pool.title,
        "cpv": pool.cpv,
        "created_at": pool.created_at,
        "joining_opened_at": pool.joining_opened_at,
        "joining_deadline": pool.joining_deadline,
        "stage_reason": pool.stage_reason,
        "consultation_text": pool.consultation_text,
        "total_net": _euro(view.total_net_cents),
        "bound_net": _euro(view.bound_net_cents),
        "members": [_member_as_json(member) for member in view.members],
        "comments": [_comment_as_json(comment) for comment in view.comments],
        "withdrawals": [_withdrawal_as_json(request) for request in view.withdrawals],
        "actions": sorted(view.actions),
        **_arguments(pool.reasons),
    }


def preview_as_json(preview: Preview) -> dict[str, Any]:
    """Return a proposal that is not stored, in the same shape as far as it goes."""
    explained = preview.explained
    members = members_of(explained.demands, {}, {})
    return {
        "reference": None,
        "is_new": preview.is_new,
        "area_key": preview.area.key,
        "title": explained.proposal.title,
        "cpv": explained.proposal.cpv,
        "total_net": _euro(explained.proposal.total_net_cents),
        "members": [_member_as_json(member) for member in members],
        **_arguments(explained.as_json()),
    }


def _arguments(reasons: Mapping[str, Any]) -> dict[str, Any]:
    law = dict(reasons.get("law") or {})
    law.pop("explained", None)
    return {
        "for": reasons.get("for", []),
        "against": reasons.get("against", []),
        "law": law,
        "needed_from": reasons.get("needed_from"),
        "needed_until": reasons.get("needed_until"),
    }


def _euro(cents: int | None) -> dict[str, Any] | None:
    return None if cents is None else {"amount_cents": cents, "currency": EUR}


def _member_as_json(member: MemberView) -> dict[str, Any]:
    joining = member.joining
    return {
        "organisation_id": member.organisation_id,
        "name": member.name,
        "decision": member.decision,
        "decided_at": joining.decided_at if joining else None,
        "decided_by_name": joining.decided_by_name if joining else None,
        "mandate_reference": joining.mandate_reference if joining else None,
        "asked_net": _euro(member.asked_net_cents),
        "bound_net": _euro(member.bound_net_cents),
        "demands": [_demand_as_json(demand, quantities_of(member)) for demand in member.demands],
    }


def _demand_as_json(
    demand: ReleasedDemand, wanted: Mapping[uuid.UUID, Decimal | None]
) -> dict[str, Any]:
    return {
        "id": demand.id,
        "reference": demand.reference,
        "title": demand.title,
        "cpv": demand.cpv,
        "value_net": _euro(demand.value_net_cents),
        "needed_from": demand.needed_from,
        "needed_until": demand.needed_until,
        "lines": [
            {
                "id": line.id,
                "text": line.text,
                "quantity": line.quantity,
                "joined_quantity": wanted.get(line.id),
                "unit_code": line.unit_code,
                "amount": amount(line.quantity, line.unit_code),
            }
            for line in demand.lines
        ],
    }


def _comment_as_json(comment: PoolComment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "organisation_id": comment.organisation_id,
        "name": comment.organisation.name,
        "text": comment.text,
        "at": comment.at,
        "answer": comment.answer,
        "answered_at": comment.answered_at,
    }


def _withdrawal_as_json(request: Withdrawal) -> dict[str, Any]:
    return {
        "id": request.id,
        "organisation_id": request.organisation_id,
        "name": request.organisation.name,
        "reason": request.reason,
        "requested_at": request.requested_at,
        "effective_at": request.effective_at,
        "refused_at": request.refused_at,
        "consents": [
            {"organisation_id": given.organisation_id, "is_given": given.is_given, "at": given.at}
            for given in request.consents
        ],
    }


def head_as_json(
    pool: Pool, counts: Mapping[uuid.UUID, tuple[int, int]], *, now: dt.datetime
) -> dict[str, Any]:
    """Return a pool as lists show it; counts: number of members and demands, by pool."""
    members, demands = counts.get(pool.id, (0, 0))
    return {
        "id": pool.id,
        "reference": pool.reference,
        "cooperation_id": pool.cooperation_id,
        "area_id": pool.area_id,
        "stage": stage_of(pool, now),
        "title": pool.title,
        "cpv": pool.cpv,
        "member_count": members,
        "demand_count": demands,
        "total_net": _euro(pool.reasons.get("total_net_cents")),
        "joining_deadline": pool.joining_deadline,
        "created_at": pool.created_at,
    }
