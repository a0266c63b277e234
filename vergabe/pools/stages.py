"""Stages of a pool and what leads from one to the next, as a table to look up and to walk."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.texts import lazy


class Stage(StrEnum):
    """Where a pool stands. Stored; what time alone decides is derived by `effective_stage`."""

    PROPOSED = "proposed"
    CONSULTATION = "consultation"
    JOINING = "joining"
    BINDING = "binding"
    TENDERING = "tendering"
    CONCLUDED = "concluded"
    DISSOLVED = "dissolved"
    REJECTED = "rejected"


class Action(StrEnum):
    """What a person, or a later step of the flow, can do with a pool."""

    START_CONSULTATION = "start_consultation"
    SPLIT = "split"
    MERGE = "merge"
    REJECT = "reject"
    OPEN_JOINING = "open_joining"
    EXTEND_JOINING = "extend_joining"
    JOIN = "join"
    DECLINE = "decline"
    LEAVE = "leave"
    ASK_TO_WITHDRAW = "ask_to_withdraw"
    CONSENT = "consent"
    WITHDRAW = "withdraw"
    DISSOLVE = "dissolve"
    START_TENDER = "start_tender"
    RETURN_FROM_TENDER = "return_from_tender"
    CONCLUDE = "conclude"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.PROPOSED: lazy("vorgeschlagen"),
    Stage.CONSULTATION: lazy("in Anhörung"),
    Stage.JOINING: lazy("Beitritt offen"),
    Stage.BINDING: lazy("verbindlich"),
    Stage.TENDERING: lazy("in Vergabe"),
    Stage.CONCLUDED: lazy("abgeschlossen"),
    Stage.DISSOLVED: lazy("aufgelöst"),
    Stage.REJECTED: lazy("abgelehnt"),
}
ACTION_NAMES: Final[Mapping[Action, str]] = {
    Action.START_CONSULTATION: lazy("Anhörung beginnen"),
    Action.SPLIT: lazy("Teilen"),
    Action.MERGE: lazy("Zusammenführen"),
    Action.REJECT: lazy("Ablehnen"),
    Action.OPEN_JOINING: lazy("Beitritt öffnen"),
    Action.EXTEND_JOINING: lazy("Beitrittsfrist verlängern"),
    Action.JOIN: lazy("Beitreten"),
    Action.DECLINE: lazy("Nicht beitreten"),
    Action.LEAVE: lazy("Beitritt zurücknehmen"),
    Action.ASK_TO_WITHDRAW: lazy("Austritt beantragen"),
    Action.CONSENT: lazy("Einem Austritt zustimmen"),
    Action.WITHDRAW: lazy("Austreten"),
    Action.DISSOLVE: lazy("Auflösen"),
    Action.START_TENDER: lazy("Vergabe beginnen"),
    Action.RETURN_FROM_TENDER: lazy("Nach Aufhebung zurücknehmen"),
    Action.CONCLUDE: lazy("Abschließen"),
}

# Joining closes by time: there is no action that moves a pool from JOINING to BINDING.
NEXT_STAGE: Final[Mapping[tuple[Stage, Action], Stage]] = {
    (Stage.PROPOSED, Action.START_CONSULTATION): Stage.CONSULTATION,
    (Stage.PROPOSED, Action.SPLIT): Stage.PROPOSED,
    (Stage.PROPOSED, Action.MERGE): Stage.PROPOSED,
    (Stage.PROPOSED, Action.REJECT): Stage.REJECTED,
    (Stage.CONSULTATION, Action.SPLIT): Stage.CONSULTATION,
    (Stage.CONSULTATION, Action.MERGE): Stage.CONSULTATION,
    (Stage.CONSULTATION, Action.REJECT): Stage.REJECTED,
    (Stage.CONSULTATION, Action.OPEN_JOINING): Stage.JOINING,
    (Stage.JOINING, Action.EXTEND_JOINING): Stage.JOINING,
    (Stage.JOINING, Action.JOIN): Stage.JOINING,
    (Stage.JOINING, Action.DECLINE): Stage.JOINING,
    (Stage.JOINING, Action.LEAVE): Stage.JOINING,
    (Stage.JOINING, Action.DISSOLVE): Stage.DISSOLVED,
    (Stage.BINDING, Action.ASK_TO_WITHDRAW): Stage.BINDING,
    (Stage.BINDING, Action.CONSENT): Stage.BINDING,
    (Stage.BINDING, Action.WITHDRAW): Stage.BINDING,
    (Stage.BINDING, Action.DISSOLVE): Stage.DISSOLVED,
    (Stage.BINDING, Action.START_TENDER): Stage.TENDERING,
    (Stage.TENDERING, Action.RETURN_FROM_TENDER): Stage.BINDING,
    (Stage.TENDERING, Action.CONCLUDE): Stage.CONCLUDED,
}
FINAL_STAGES: Final = frozenset({Stage.CONCLUDED, Stage.DISSOLVED, Stage.REJECTED})
# Queries name these, not those: an index then leads past all that has ended.
RUNNING_STAGES: Final = tuple(stage for stage in Stage if stage not in FINAL_STAGES)


def effective_stage(stage: Stage, joining_deadline: dt.datetime | None, now: dt.datetime) -> Stage:
    """Return the stage as time has made it: at the joining deadline, joining becomes binding.

    No job stores this. Who has joined by then is bound; ValueError for joining without a deadline.
    """
    if stage is not Stage.JOINING:
        return stage
    if joining_deadline is None:
        raise ValueError("a pool that is open for joining has a deadline")
    return Stage.BINDING if now >= joining_deadline else Stage.JOINING


def actions_in(stage: Stage) -> tuple[Action, ...]:
    """Return what a stage allows, in the order of `Action`."""
    return tuple(action for action in Action if (stage, action) in NEXT_STAGE)
