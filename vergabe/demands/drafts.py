"""Commands that write down what is needed: create, change, copy."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import flag_modified

from vergabe import bulk, clock, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import area_queries
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import TaskArea
from vergabe.cooperations.rules import BRINGS_DEMANDS
from vergabe.cooperations.taking_part import part_in_area
from vergabe.db import quantity_as_kept
from vergabe.demands import call_queries, queries, recording, rules
from vergabe.demands.call_rules import CallState
from vergabe.demands.conversion import (
    as_input,
    changed_fields,
    column_values,
    facts_of,
    line_values,
)
from vergabe.demands.model import CallForDemands, Demand, DemandItem
from vergabe.demands.queries import LineFacts
from vergabe.demands.references import counter_prefix, demand_reference, next_reference
from vergabe.demands.stages import Stage
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.exchange.demand_input import DemandInput, check_demand_input
from vergabe.ids import new_id

_TABLE: Final = cast(Table, Demand.__table__)
_INSERT: Final = insert(_TABLE)
_NOTHING_YET: Final = {
    column.key: None for column in _TABLE.c if column.nullable and column.computed is None
}


@dataclass(frozen=True)
class Place:
    """Where a demand belongs: cooperation, task area, organisation, and the call it answers."""

    cooperation_id: uuid.UUID
    area_id: uuid.UUID
    organisation_id: uuid.UUID
    call_id: uuid.UUID | None = None


class Written(NamedTuple):
    """A demand and its lines, which need not be read to be shown."""

    demand: Demand
    lines: Sequence[DemandItem | LineFacts]


def create_demand(
    session: Session,
    actor: Actor,
    place: Place,
    values: DemandInput,
    *,
    wanted_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Demand:
    """Write a new draft and return it, as `write_demand` does."""
    return write_demand(session, actor, place, values, wanted_id=wanted_id, now=now).demand


def write_demand(
    session: Session,
    actor: Actor,
    place: Place,
    values: DemandInput,
    *,
    wanted_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Written:
    """Write a new draft and return it with its lines; its reference is B-<prefix>-<year>-<number>.

    wanted_id: the id it is to have; when the same person has written the same demand under it
    already (a form sent twice), that one is returned as it stands. Raises NotFound for a
    cooperation, area or call that the actor does not see, Forbidden for another organisation,
    Refused where the organisation brings no demands into the area, InvalidInput with every wrong
    field.
    """
    prefix = checked_place(session, actor, place, now=now)
    _check(session, values, place.organisation_id, now=now)
    there = None
    if wanted_id is not None:
        # Two clicks at once come one after the other.
        cooperations.locked_cooperation(session, place.cooperation_id)
        there = session.get(Demand, wanted_id)
    if there is not None and _is_same(there, actor, place, values):
        return Written(there, there.items)
    demand_id = wanted_id if wanted_id and there is None else new_id()
    lines = [
        {"id": new_id()} | line_values(position, item)
        for position, item in enumerate(values.items, start=1)
    ]
    columns = column_values(values)
    year = clock.berlin_day(now).year
    # From here on rivals of the same cooperation wait: what can be worked out before, is.
    number = next_reference(session, counter_prefix(prefix), year)
    demand = _stored(
        session,
        id=demand_id,
        reference=demand_reference(prefix, year, number),
        cooperation_id=place.cooperation_id,
        organisation_id=place.organisation_id,
        area_id=place.area_id,
        call_id=place.call_id,
        stage=Stage.DRAFT,
        currency=money.EUR,
        created_by_id=actor.user_id,
        created_at=now,
        version=1,
        **columns,
    )
    kept = [line | {"quantity": quantity_as_kept(line["quantity"])} for line in lines]
    bulk.insert_all(session, DemandItem, kept, {"demand_id": demand_id})
    recording.record(session, actor, [demand], "created", "angelegt", now=now, cpv=demand.cpv)
    return Written(demand, [LineFacts(**line) for line in lines])


def _stored(session: Session, **columns: Any) -> Demand:
    """Insert a demand and return it, as if it had been read.

    One statement by hand: while rivals wait, the unit of work takes twice as long for a single row.
    """
    row = _NOTHING_YET | columns
    session.execute(_INSERT, row)
    demand = Demand(**row)
    make_transient_to_detached(demand)
    session.add(demand)
    return demand


def _is_same(demand: Demand, actor: Actor, place: Place, values: DemandInput) -> bool:
    """Return whether a demand is what this person would write down now."""
    is_theirs = actor.user_id is not None and demand.created_by_id == actor.user_id
    written = Place(demand.cooperation_id, demand.area_id, demand.organisation_id, demand.call_id)
    return is_theirs and written == place and not changed_fields(as_input(demand), values)


def checked_place(session: Session, actor: Actor, place: Place, *, now: dt.datetime) -> str:
    """Return what references begin with at a place where the actor may write demands today."""
    part = part_in_area(
        session, actor, place.cooperation_id, place.area_id, place.organisation_id, now=now
    )
    if part is None:
        # Is it the cooperation that is missing, or the area?
        cooperations.visible_cooperation(session, actor, place.cooperation_id, now=now)
    actor.require(
        Permission.EDIT_DEMANDS,
        organisation_id=place.organisation_id,
        cooperation_id=place.cooperation_id,
    )
    if part is None:
        raise NotFound("Das Aufgabengebiet")
    if part.depth not in BRINGS_DEMANDS:
        area = session.get_one(TaskArea, place.area_id)
        reason = why_not_in_area(session, place.organisation_id, area, now=now)
        raise Refused.because(reason.code, reason.message, [reason])
    if place.call_id is not None:
        call = call_queries.visible_call(session, actor, place.call_id, now=now)
        if call.area_id != place.area_id:
            raise NotFound("Die Bedarfsabfrage")
    return part.reference_prefix


def brings_demands(
    session: Session, organisation_id: uuid.UUID, area_id: uuid.UUID, *, now: dt.datetime
) -> bool:
    """Return whether an organisation takes part in an area with demands today."""
    depth = cooperations.depth(session, organisation_id, area_id, clock.berlin_day(now))
    return depth in BRINGS_DEMANDS


def why_not_in_area(
    session: Session, organisation_id: uuid.UUID, area: TaskArea, *, now: dt.datetime
) -> Violation:
    """Return why an organisation brings no demands: excluded on purpose, later, or not at all."""
    found = area_queries.why_no_part(session, area, organisation_id, clock.berlin_day(now))
    return found or rules.not_in_area(area.name)


def update_demand(
    session: Session,
    actor: Actor,
    demand_id: uuid.UUID,
    values: DemandInput,
    *,
    now: dt.datetime,
    version: int | None = None,
    area_id: uuid.UUID | None = None,
    call_id: uuid.UUID | None = None,
) -> Demand:
    """Change a draft, or a submitted demand of one's own, and return it.

    Who changes a submitted demand stands for it from then on, as if they had submitted it.
    version: the one the person saw; Stale if somebody else changed it since. area_id: None leaves
    the area as it is; call_id: the call it answers from now on, None for none. Raises NotFound,
    Forbidden, Refused, InvalidInput.
    """
    demand = queries.visible_demand(session, actor, demand_id, lock=True)
    actor.require(
        Permission.EDIT_DEMANDS,
        organisation_id=demand.organisation_id,
        cooperation_id=demand.cooperation_id,
    )
    if version is not None and version != demand.version:
        raise Stale("Der Bedarf")
    facts = facts_of(demand)
    reasons = rules.reasons_against_editing(facts, actor.user_id, is_operator=actor.is_operator)
    if reasons:
        raise Refused.because("demand_not_editable", reasons[0].message, reasons)
    place = Place(demand.cooperation_id, area_id or demand.area_id, demand.organisation_id, call_id)
    if (place.area_id, place.call_id) != (demand.area_id, demand.call_id):
        checked_place(session, actor, place, now=now)
    if facts.stage is Stage.SUBMITTED and place.call_id != demand.call_id:
        refuse_late_answer(session, place, now=now)
    _check(session, values, demand.organisation_id, now=now, own_reference=demand.reference)
    before = as_input(demand)
    demand.area_id, demand.call_id = place.area_id, place.call_id
    if facts.stage is Stage.SUBMITTED and actor.user_id is not None:
        demand.submitted_by_id = actor.user_id
    _fill(demand, values)
    # Lines are rows of their own; the version must count their changes as well.
    flag_modified(demand, "title")
    session.flush()
    changes = changed_fields(before, as_input(demand))
    recording.record(session, actor, [demand], "edited", "geändert", now=now, changes=changes)
    return demand


def copy_demand(
    session: Session, actor: Actor, demand_id: uuid.UUID, *, now: dt.datetime
) -> Demand:
    """Write a new draft with what an earlier demand asked for („wie letztes Jahr“); return it.

    The days of need move on by whole years until they no longer lie in the past; the reference of
    another system and the call are left out, for they belong to the earlier one.
    """
    earlier = queries.visible_demand(session, actor, demand_id)
    values = as_input(earlier)
    first, last = days_of_copy(values, clock.berlin_day(now))
    moved = replace(values, external_reference=None, needed_from=first, needed_until=last)
    place = Place(earlier.cooperation_id, earlier.area_id, earlier.organisation_id)
    demand = create_demand(session, actor, place, moved, now=now)
    recording.record(
        session, actor, [demand], "copied", f"aus {earlier.reference} übernommen", now=now
    )
    return demand


def refuse_late_answer(session: Session, place: Place, *, now: dt.datetime) -> None:
    """Raise Refused for a call that is closed: what is submitted would answer it too late."""
    call = session.get(CallForDemands, place.call_id) if place.call_id else None
    if call is not None and call_queries.state_of(call, now) is CallState.CLOSED:
        closed = rules.CALL_CLOSED
        raise Refused.because(closed.code, closed.message, [closed])


def days_of_copy(values: DemandInput, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """Return first and last day of need of a copy: later by whole years, no longer in the past."""
    years = _years_to_move(values, today)
    return moved_by_years(values.needed_from, years), moved_by_years(values.needed_until, years)


def _years_to_move(values: DemandInput, today: dt.date) -> int:
    first = values.needed_from or values.needed_until
    if first is None or first >= today:
        return 0
    years = today.year - first.year
    moved = moved_by_years(first, years)
    return years if moved is not None and moved >= today else years + 1


def moved_by_years(day: dt.date | None, years: int) -> dt.date | None:
    """Return the same day `years` later; 29 February becomes 28 February where there is none."""
    if day is None:
        return None
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _check(
    session: Session,
    values: DemandInput,
    organisation_id: uuid.UUID,
    *,
    now: dt.datetime,
    own_reference: str | None = None,
) -> None:
    violations = check_demand_input(values, clock.berlin_day(now))
    external = values.external_reference
    if external:
        known = queries.known_references(session, organisation_id, [external]).get(external)
        if known is not None and known != own_reference:
            violations.append(rules.reference_taken(external, known))
    if violations:
        raise InvalidInput.of(violations)


def _fill(demand: Demand, values: DemandInput) -> None:
    for name, value in column_values(values).items():
        setattr(demand, name, value)
    # Rows are reused by position: the unique constraint would meet the old ones otherwise.
    del demand.items[len(values.items) :]
    for position, item in enumerate(values.items, start=1):
        if position > len(demand.items):
            demand.items.append(DemandItem(position=position))
        for name, value in line_values(position, item).items():
            setattr(demand.items[position - 1], name, value)
