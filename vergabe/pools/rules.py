"""Why something may not be done to a pool now: pure functions over its facts."""

import datetime as dt
from collections.abc import Collection
from typing import Final
from uuid import UUID

from vergabe.clock import BERLIN
from vergabe.errors import Violation
from vergabe.pools.pool_facts import PoolFacts
from vergabe.pools.stages import (
    ACTION_NAMES,
    NEXT_STAGE,
    STAGE_NAMES,
    Action,
    Stage,
    actions_in,
    effective_stage,
)

SMALLEST_POOL: Final = 2


def allowed_actions(pool: PoolFacts, now: dt.datetime) -> tuple[Action, ...]:
    """Return what the stage allows at this instant, in the order of `Action`."""
    return actions_in(effective_stage(pool.stage, pool.joining_deadline, now))


def stage_after(pool: PoolFacts, action: Action, now: dt.datetime) -> Stage:
    """Return the stage to be stored after an action; KeyError if the stage forbids it."""
    return NEXT_STAGE[effective_stage(pool.stage, pool.joining_deadline, now), action]


def reasons_against_stage(pool: PoolFacts, action: Action, now: dt.datetime) -> list[Violation]:
    """Return why the stage forbids an action; empty means it allows it.

    All there is to check for RETURN_FROM_TENDER and CONCLUDE, which follow from the tender.
    """
    stage = effective_stage(pool.stage, pool.joining_deadline, now)
    if (stage, action) in NEXT_STAGE:
        return []
    if (Stage.JOINING, action) in NEXT_STAGE and stage is Stage.BINDING:
        ended = f" am {moment(pool.joining_deadline)}" if pool.joining_deadline else ""
        return [Violation("joining_closed", f"Das Beitrittsfenster hat{ended} geendet.")]
    if (Stage.BINDING, action) in NEXT_STAGE and stage is Stage.JOINING and pool.joining_deadline:
        open_until = moment(pool.joining_deadline)
        message = (
            f"„{ACTION_NAMES[action]}“ geht erst, wenn die Beitrittsfrist endet ({open_until})."
        )
        return [Violation("joining_still_open", message)]
    message = (
        f"„{ACTION_NAMES[action]}“ ist nicht möglich, solange die Bündelung "
        f"„{STAGE_NAMES[stage]}“ ist."
    )
    return [Violation("wrong_stage", message)]


def reasons_against_starting_consultation(pool: PoolFacts, now: dt.datetime) -> list[Violation]:
    """Return why the members cannot be consulted about the pool now."""
    reasons = reasons_against_stage(pool, Action.START_CONSULTATION, now)
    return [*reasons, *reasons_against_size(pool)]


def reasons_against_splitting(
    pool: PoolFacts, demand_ids: Collection[UUID], now: dt.datetime
) -> list[Violation]:
    """Return why these demands cannot be taken out of the pool.

    What stays must still be a pool; what is taken out becomes one if it has enough members
    (`forms_pool`), else its demands are free again.
    """
    reasons = reasons_against_stage(pool, Action.SPLIT, now)
    taken = frozenset(demand_ids)
    if not taken:
        message = "Bitte die Bedarfe auswählen, die herausgenommen werden sollen."
        return [*reasons, Violation("nothing_selected", message, field="demand_ids")]
    if taken - pool.demand_ids:
        message = "Mindestens ein ausgewählter Bedarf gehört nicht zu dieser Bündelung."
        return [*reasons, Violation("foreign_demand", message, field="demand_ids")]
    if not forms_pool(pool, pool.demand_ids - taken):
        message = (
            "Es blieben Bedarfe von weniger als zwei Mitgliedern übrig. Bitte weniger herausnehmen "
            "oder die Bündelung ablehnen."
        )
        reasons.append(Violation("rest_too_small", message, field="demand_ids"))
    return reasons


def reasons_against_merging(pool: PoolFacts, other: PoolFacts, now: dt.datetime) -> list[Violation]:
    """Return why another pool cannot be taken into this one. Both must be in the same stage."""
    reasons = reasons_against_stage(pool, Action.MERGE, now)
    if pool.id == other.id:
        message = "Eine Bündelung lässt sich nicht mit sich selbst zusammenführen."
        return [*reasons, Violation("same_pool", message)]
    if other.stage is not pool.stage:
        message = (
            f"Die Bündelungen stehen in verschiedenen Stufen ({STAGE_NAMES[pool.stage]}, "
            f"{STAGE_NAMES[other.stage]})."
        )
        reasons.append(Violation("stages_differ", message))
    if pool.cooperation_id != other.cooperation_id:
        message = "Die Bündelungen gehören zu verschiedenen Kooperationen."
        reasons.append(Violation("cooperations_differ", message))
    elif pool.area_key != other.area_key:
        message = (
            "Die Bündelungen gehören zu verschiedenen Aufgabenfeldern mit eigener Beteiligung."
        )
        reasons.append(Violation("areas_differ", message))
    return reasons


def reasons_against_rejecting(pool: PoolFacts, reason: str, now: dt.datetime) -> list[Violation]:
    """Return why the proposal cannot be rejected for this reason."""
    return [*reasons_against_stage(pool, Action.REJECT, now), *reasons_against_silence(reason)]


def reasons_against_dissolving(pool: PoolFacts, reason: str, now: dt.datetime) -> list[Violation]:
    """Return why the pool cannot be dissolved.

    Once it binds, everybody bound must have asked to withdraw: dissolving is the withdrawal of all.
    A pool that fewer than two have joined binds nobody and may always be dissolved.
    """
    reasons = [*reasons_against_stage(pool, Action.DISSOLVE, now), *reasons_against_silence(reason)]
    stage = effective_stage(pool.stage, pool.joining_deadline, now)
    if stage is Stage.BINDING and len(pool.members) >= SMALLEST_POOL:
        for member in pool.members:
            if not member.asks_to_withdraw:
                message = f"{member.organisation_name} ist gebunden und will nicht austreten."
                reasons.append(Violation("consent_missing", message, who=member.organisation_name))
    return reasons


def reasons_against_starting_tender(pool: PoolFacts, now: dt.datetime) -> list[Violation]:
    """Return why no tender can be made of the pool now. The gates of publishing come later."""
    reasons = reasons_against_stage(pool, Action.START_TENDER, now)
    if len(pool.members) < SMALLEST_POOL:
        message = (
            f"Verbindlich beigetreten: {len(pool.members)}. Eine gemeinsame Vergabe braucht "
            "mindestens zwei Mitglieder."
        )
        reasons.append(Violation("too_few_members", message, "§ 4 Abs. 1 VgV"))
    if pool.lead_organisation_id is None:
        message = "Bitte erst die federführende Kommune bestimmen."
        reasons.append(Violation("lead_missing", message, "§ 4 Abs. 2 VgV"))
    for member in pool.members:
        if not member.mandate_reference.strip():
            message = f"Für {member.organisation_name} fehlt der Beschluss oder die Vollmacht."
            reasons.append(
                Violation(
                    "mandate_missing", message, "§ 4 Abs. 1 VgV", who=member.organisation_name
                )
            )
    return reasons


def forms_pool(pool: PoolFacts, demand_ids: Collection[UUID]) -> bool:
    """Return whether demands of the pool belong to enough organisations to be a pool themselves."""
    wanted = frozenset(demand_ids)
    return sum(1 for p in pool.participants if p.demand_ids & wanted) >= SMALLEST_POOL


def reasons_against_size(pool: PoolFacts) -> list[Violation]:
    """Return why the demands are too few to be a pool."""
    if forms_pool(pool, pool.demand_ids):
        return []
    message = "Eine Bündelung braucht Bedarfe von mindestens zwei Mitgliedern."
    return [Violation("too_few_members", message, "§ 4 Abs. 1 VgV")]


def reasons_against_silence(reason: str) -> list[Violation]:
    """Return why a decision that others must understand cannot go without a reason."""
    if reason.strip():
        return []
    message = "Bitte den Grund angeben; er steht in der Akte und wird den Mitgliedern mitgeteilt."
    return [Violation("reason_missing", message, field="reason")]


def moment(instant: dt.datetime) -> str:
    """Return the end of a period as Germans read it: midnight is 24:00 of the day before."""
    local = instant.astimezone(BERLIN)
    if local.time() == dt.time():
        return f"{local.date() - dt.timedelta(days=1):%d.%m.%Y}, 24:00 Uhr"
    return f"{local:%d.%m.%Y, %H:%M} Uhr"
