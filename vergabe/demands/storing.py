"""Storing many demands at once: a fixed number of statements for each thousand."""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import insert
from sqlalchemy.orm import Session

from vergabe import clock, outbox
from vergabe.access.actor import Actor
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.demands import recording, rules, telling
from vergabe.demands.conversion import column_values, line_values
from vergabe.demands.drafts import Place
from vergabe.demands.events import DemandReleased, DemandSubmitted
from vergabe.demands.model import Demand, DemandItem
from vergabe.demands.references import counter_prefix, demand_reference, next_references
from vergabe.demands.stages import HAS_BUDGET, Stage
from vergabe.exchange.demand_input import DemandInput
from vergabe.ids import new_id

CHUNK: Final = 1_000
_IDS_PER_EVENT: Final = 500
_DONE: Final = {
    Stage.DRAFT: ("created", "angelegt"),
    Stage.SUBMITTED: ("submitted", "eingereicht"),
    Stage.RELEASED: ("released", "freigegeben"),
}
_REACHED: Final = {
    Stage.DRAFT: (Stage.DRAFT,),
    Stage.SUBMITTED: (Stage.DRAFT, Stage.SUBMITTED),
    Stage.RELEASED: (Stage.DRAFT, Stage.SUBMITTED, Stage.RELEASED),
}

T = TypeVar("T")


@dataclass(frozen=True)
class NewDemand:
    """A checked demand to be stored; budget net, in cents, for the stage `released` only."""

    values: DemandInput
    budget_net_cents: int | None = None


@dataclass(frozen=True)
class Stored:
    """What was stored, as messages and events name it."""

    id: uuid.UUID
    reference: str
    title: str


def store_demands(
    session: Session,
    actor: Actor,
    prefix: str,
    place: Place,
    demands: Sequence[NewDemand],
    *,
    stage: Stage = Stage.DRAFT,
    now: dt.datetime,
) -> list[Stored]:
    """Store checked demands in their order and return them; each step stands in the record.

    prefix: of the cooperation's references; stage: draft, submitted or released; rights, rules and
    external references are for the caller to have checked. Releasers are told once for all.
    """
    if not demands:
        return []
    # Sorted, so that lists in the order of ids show them in the order of the file.
    ids = sorted(new_id() for _ in demands)
    year = clock.berlin_day(now).year
    numbers = next_references(session, counter_prefix(prefix), year, len(demands))
    stored = [
        Stored(demand_id, demand_reference(prefix, year, number), demand.values.title)
        for demand_id, number, demand in zip(ids, numbers, demands, strict=True)
    ]
    common = _common(actor, place, stage, now=now)
    for chunk in _chunks(list(zip(stored, demands, strict=True))):
        rows = [_row(each, demand, common) for each, demand in chunk]
        session.execute(insert(Demand), rows)
        lines = [line for each, demand in chunk for line in _lines(each.id, demand.values)]
        if lines:
            session.execute(insert(DemandItem), lines)
        _record(session, actor, place, rows, stage, now=now)
    _tell(session, place, stored, stage, now=now)
    return stored


def _common(actor: Actor, place: Place, stage: Stage, *, now: dt.datetime) -> dict[str, Any]:
    is_submitted, is_released = stage is not Stage.DRAFT, stage in HAS_BUDGET
    return {
        "cooperation_id": place.cooperation_id,
        "organisation_id": place.organisation_id,
        "area_id": place.area_id,
        "call_id": place.call_id,
        "stage": stage.value,
        "currency": "EUR",
        "created_by_id": actor.user_id,
        "created_at": now,
        "submitted_at": now if is_submitted else None,
        "submitted_by_id": actor.user_id if is_submitted else None,
        "released_at": now if is_released else None,
        "released_by_id": actor.user_id if is_released else None,
        "version": 1,
    }


def _row(stored: Stored, demand: NewDemand, common: dict[str, Any]) -> dict[str, Any]:
    return (
        common
        | column_values(demand.values)
        | {
            "id": stored.id,
            "reference": stored.reference,
            "released_net_cents": demand.budget_net_cents,
        }
    )


def _lines(demand_id: uuid.UUID, values: DemandInput) -> Iterator[dict[str, Any]]:
    for position, item in enumerate(values.items, start=1):
        yield {"id": new_id(), "demand_id": demand_id} | line_values(position, item)


def _record(
    session: Session,
    actor: Actor,
    place: Place,
    rows: Sequence[dict[str, Any]],
    stage: Stage,
    *,
    now: dt.datetime,
) -> None:
    acts = [
        _act(row, reached, four_eyes=actor.user_id is None)
        for row in rows
        for reached in _REACHED[stage]
    ]
    stream = recording.stream_of(place.cooperation_id, place.organisation_id)
    audit.append_many(session, stream, actor, acts, now=now)


def _act(row: dict[str, Any], reached: Stage, *, four_eyes: bool) -> Act:
    action, done = _DONE[reached]
    details = {
        "reference": row["reference"],
        "stage": reached.value,
        "value_net_cents": row["value_net_cents"],
    }
    if reached is Stage.DRAFT:
        details["cpv"] = row["cpv"]
    if reached is Stage.RELEASED:
        details |= {"released_net_cents": row["released_net_cents"], "four_eyes": four_eyes}
    return Act(
        f"demand_{action}",
        recording.SUBJECT,
        row["id"],
        recording.summary(row["reference"], row["title"], done),
        details=details,
    )


def _tell(
    session: Session, place: Place, stored: Sequence[Stored], stage: Stage, *, now: dt.datetime
) -> None:
    if stage is Stage.DRAFT:
        return
    for chunk in _chunks(stored, _IDS_PER_EVENT):
        demand_ids = tuple(each.id for each in chunk)
        owner = (place.cooperation_id, place.organisation_id)
        outbox.emit(session, DemandSubmitted(demand_ids, *owner, now), now=now)
        if stage in HAS_BUDGET:
            outbox.emit(session, DemandReleased(demand_ids, *owner, now), now=now)
    if stage is Stage.SUBMITTED:
        telling.tell_releasers(
            session,
            stored,
            cooperation_id=place.cooperation_id,
            organisation_id=place.organisation_id,
            now=now,
        )


def _chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def facts_of_new(
    actor: Actor, demand: DemandInput, reference: str = "dieser Zeile"
) -> rules.DemandFacts:
    """Return a demand that is about to be released as the rules see it: just submitted."""
    return rules.DemandFacts(
        reference=reference,
        stage=Stage.SUBMITTED,
        value_net_cents=rules.value_net_cents(demand),
        created_by_id=actor.user_id,
        submitted_by_id=actor.user_id,
    )
