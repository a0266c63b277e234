"""How demands and calls look from outside: as JSON values and as rows of a table."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import Row

from vergabe import money
from vergabe.demands import call_queries, rules
from vergabe.demands.call_queries import MemberAnswer
from vergabe.demands.model import CallForDemands, Demand, DemandItem
from vergabe.demands.queries import LineFacts
from vergabe.demands.reading import as_sent
from vergabe.demands.stages import Stage, actions_in
from vergabe.exchange import codes
from vergabe.exchange.demand_input import DemandInput
from vergabe.web.schema import instant_text

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STAGE_KINDS: Final = {
    Stage.DRAFT: "neutral",
    Stage.SUBMITTED: "warning",
    Stage.RELEASED: "success",
    Stage.POOLED: "info",
    Stage.TENDERED: "info",
    Stage.AWARDED: "success",
    Stage.SETTLED: "neutral",
    Stage.REJECTED: "danger",
    Stage.WITHDRAWN: "neutral",
}
"""The kind of the badge that shows a stage."""


def amount(cents: int | None, currency: str = money.EUR) -> dict[str, Any] | None:
    """Return an amount as the API writes it."""
    return None if cents is None else {"amount_cents": cents, "currency": currency}


def head(demand: Demand | Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """Return a demand as it stands in lists, and above all else."""
    return {
        "id": demand.id,
        "reference": demand.reference,
        "stage": demand.stage,
        "title": demand.title,
        "cpv_main": codes.cpv_with_check_digit(demand.cpv),
        "cooperation_id": demand.cooperation_id,
        "area_id": demand.area_id,
        "organisation_id": demand.organisation_id,
        "call_id": demand.call_id,
        "value_net": amount(demand.value_net_cents, demand.currency),
        "needed_from": demand.needed_from,
        "needed_until": demand.needed_until,
        "created_at": demand.created_at,
    }


def listed(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows of `queries.HEAD` as the API's JSON holds them: what `head` says, written."""
    return [
        {
            "id": demand_id,
            "reference": reference,
            "stage": stage,
            "title": title,
            "cpv_main": codes.cpv_with_check_digit(cpv),
            "cooperation_id": cooperation_id,
            "area_id": area_id,
            "organisation_id": organisation_id,
            "call_id": call_id,
            "value_net": amount(cents, currency),
            "needed_from": None if first is None else first.isoformat(),
            "needed_until": None if last is None else last.isoformat(),
            "created_at": instant_text(created_at),
        }
        for (
            demand_id,
            reference,
            stage,
            title,
            cpv,
            cooperation_id,
            area_id,
            organisation_id,
            call_id,
            cents,
            currency,
            first,
            last,
            created_at,
            *_paging_key,
        ) in rows
    ]


@dataclass(frozen=True)
class _Worth:
    """A demand as far as its value goes."""

    estimated_value_net_cents: int | None
    items: Sequence[DemandItem | LineFacts]


def full(
    demand: Demand | Row[*tuple[Any, ...]], lines: Sequence[DemandItem | LineFacts]
) -> dict[str, Any]:
    """Return a demand with everything."""
    worth = _Worth(demand.estimated_value_net_cents, lines)
    stage = Stage(demand.stage)
    return head(demand) | {
        "description": demand.description,
        "cpv_additional": [codes.cpv_with_check_digit(code) for code in demand.cpv_additional],
        "nature": demand.nature,
        "items": [
            {
                "id": item.id,
                "position": item.position,
                "text": item.text,
                "quantity": item.quantity,
                "unit_code": item.unit_code,
                "unit_price_net": amount(item.unit_price_net_cents, demand.currency),
            }
            for item in lines
        ],
        "estimated_value_net": amount(demand.estimated_value_net_cents, demand.currency),
        "nuts": demand.nuts,
        "place_street": demand.street,
        "place_postcode": demand.postcode,
        "place_city": demand.city,
        "cost_centre": demand.cost_centre,
        "must_haves": demand.must_haves,
        "contact": demand.contact,
        "remarks": demand.remarks,
        "external_reference": demand.external_reference,
        "submitted_at": demand.submitted_at,
        "released_at": demand.released_at,
        "released_net": amount(demand.released_net_cents, demand.currency),
        "budget_line": demand.budget_line,
        "stage_reason": demand.stage_reason,
        "actions": [action.value for action in actions_in(stage)],
        "warnings": [found.as_dict() for found in as_sent(rules.value_warnings(worth))],
    }


def as_raw(values: DemandInput) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return a demand as `parse_demand` takes it, to change some of it and read it again."""
    raw = {
        field.name: getattr(values, field.name) for field in fields(values) if field.name != "items"
    }
    return raw, [
        {field.name: getattr(item, field.name) for field in fields(item)} for item in values.items
    ]


def call(found: CallForDemands, now: dt.datetime) -> dict[str, Any]:
    """Return a call with its state at this instant."""
    return {
        "id": found.id,
        "cooperation_id": found.cooperation_id,
        "area_id": found.area_id,
        "title": found.title,
        "text": found.text,
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "reminder_days": found.reminder_days,
        "state": call_queries.state_of(found, now).value,
        "created_at": found.created_at,
    }


def answer(found: MemberAnswer) -> dict[str, Any]:
    """Return the answer of a member."""
    return {
        "organisation_id": found.organisation_id,
        "name": found.name,
        "kind": found.kind.value,
        "demand_count": found.demand_count,
        "value_net": amount(found.value_net_cents),
        "at": found.at,
        "note": found.note,
    }
