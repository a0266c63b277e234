"""Stages of a demand and what leads from one to the next, as a table to look up and to walk."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.texts import lazy


class Stage(StrEnum):
    """Where a demand stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RELEASED = "released"
    POOLED = "pooled"
    TENDERED = "tendered"
    AWARDED = "awarded"
    SETTLED = "settled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done to a demand."""

    EDIT = "edit"
    SUBMIT = "submit"
    RELEASE = "release"
    REVOKE_RELEASE = "revoke_release"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    POOL = "pool"
    UNPOOL = "unpool"
    TENDER = "tender"
    UNTENDER = "untender"
    AWARD = "award"
    SETTLE = "settle"


STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.DRAFT: lazy("Entwurf"),
    Stage.SUBMITTED: lazy("eingereicht"),
    Stage.RELEASED: lazy("freigegeben"),
    Stage.POOLED: lazy("in einer Bündelung"),
    Stage.TENDERED: lazy("in einem Vergabeverfahren"),
    Stage.AWARDED: lazy("beauftragt"),
    Stage.SETTLED: lazy("abgerechnet"),
    Stage.REJECTED: lazy("abgelehnt"),
    Stage.WITHDRAWN: lazy("zurückgezogen"),
}

ACTION_NAMES: Final[Mapping[Action, str]] = {
    Action.EDIT: lazy("bearbeiten"),
    Action.SUBMIT: lazy("einreichen"),
    Action.RELEASE: lazy("freigeben"),
    Action.REVOKE_RELEASE: lazy("Freigabe zurücknehmen"),
    Action.REJECT: lazy("ablehnen"),
    Action.WITHDRAW: lazy("zurückziehen"),
    Action.REOPEN: lazy("wieder als Entwurf öffnen"),
    Action.POOL: lazy("bündeln"),
    Action.UNPOOL: lazy("aus der Bündelung nehmen"),
    Action.TENDER: lazy("ausschreiben"),
    Action.UNTENDER: lazy("aus dem Vergabeverfahren nehmen"),
    Action.AWARD: lazy("beauftragen"),
    Action.SETTLE: lazy("abrechnen"),
}

NEXT_STAGE: Final[Mapping[tuple[Stage, Action], Stage]] = {
    (Stage.DRAFT, Action.EDIT): Stage.DRAFT,
    (Stage.DRAFT, Action.SUBMIT): Stage.SUBMITTED,
    (Stage.DRAFT, Action.WITHDRAW): Stage.WITHDRAWN,
    (Stage.SUBMITTED, Action.EDIT): Stage.SUBMITTED,
    (Stage.SUBMITTED, Action.RELEASE): Stage.RELEASED,
    (Stage.SUBMITTED, Action.REJECT): Stage.REJECTED,
    (Stage.SUBMITTED, Action.WITHDRAW): Stage.WITHDRAWN,
    (Stage.SUBMITTED, Action.REOPEN): Stage.DRAFT,
    (Stage.REJECTED, Action.REOPEN): Stage.DRAFT,
    (Stage.REJECTED, Action.WITHDRAW): Stage.WITHDRAWN,
    (Stage.RELEASED, Action.REVOKE_RELEASE): Stage.SUBMITTED,
    (Stage.RELEASED, Action.WITHDRAW): Stage.WITHDRAWN,
    (Stage.RELEASED, Action.POOL): Stage.POOLED,
    (Stage.POOLED, Action.UNPOOL): Stage.RELEASED,
    (Stage.POOLED, Action.TENDER): Stage.TENDERED,
    (Stage.TENDERED, Action.UNTENDER): Stage.POOLED,
    (Stage.TENDERED, Action.AWARD): Stage.AWARDED,
    (Stage.AWARDED, Action.SETTLE): Stage.SETTLED,
}

HAS_BUDGET: Final = frozenset(
    {Stage.RELEASED, Stage.POOLED, Stage.TENDERED, Stage.AWARDED, Stage.SETTLED}
)
"""Stages in which the budget counts as released."""

BY_PEOPLE: Final = (
    Action.EDIT,
    Action.SUBMIT,
    Action.RELEASE,
    Action.REJECT,
    Action.REVOKE_RELEASE,
    Action.REOPEN,
    Action.WITHDRAW,
)
"""What people do to a single demand; the rest is done by pools, tenders and contracts."""


def next_stage(stage: Stage, action: Action) -> Stage | None:
    """Return the stage that an action leads to, or None if it is not possible in this stage."""
    return NEXT_STAGE.get((stage, action))


def actions_in(stage: Stage) -> tuple[Action, ...]:
    """Return what people can do to a demand in a stage, in the order of buttons."""
    return tuple(action for action in BY_PEOPLE if (stage, action) in NEXT_STAGE)
