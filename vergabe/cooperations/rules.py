"""What the agreement's stage, mandates and resolutions allow: pure functions over plain facts."""

import datetime as dt
from enum import StrEnum


class Stage(StrEnum):
    """How far the cooperation agreement (Vereinbarung) is (design.md, section 2)."""

    INFORMAL = "informal"
    RESOLVED = "resolved"
    SIGNED = "signed"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    TERMINATED = "terminated"


class Depth(StrEnum):
    """How deep a member takes part in a task area (Beteiligungstiefe)."""

    NONE = "none"
    INFORMATION = "information"
    DEMAND = "demand"
    FULL = "full"


class Scope(StrEnum):
    """What a mandate (Vollmacht) is for."""

    TENDER = "tender"
    AWARD = "award"
    COMPLAINTS = "complaints"
    REVIEW = "review"
    CANCELLATION = "cancellation"


class Subject(StrEnum):
    """What a member's body decided on."""

    JOINING = "joining"
    TENDER = "tender"


def is_valid_on(
    day: dt.date, *, valid_from: dt.date, valid_to: dt.date | None, revoked_on: dt.date | None
) -> bool:
    """Return whether something with a stretch of legal days counts on `day`.

    valid_from and valid_to are inclusive; on the day of revocation it no longer counts.
    """
    return (
        valid_from <= day
        and (valid_to is None or day <= valid_to)
        and (revoked_on is None or day < revoked_on)
    )


def effective_stage(
    stage: Stage, day: dt.date, *, in_force_on: dt.date | None, terminated_on: dt.date | None
) -> Stage:
    """Return the stage that counts on a legal day; what time alone decides is not stored.

    An agreement recorded as in force counts as approved until its first day; one recorded as
    terminated still counts as in force before the day on which it ends.
    """
    if stage is Stage.TERMINATED:
        if terminated_on is None or terminated_on <= day:
            return Stage.TERMINATED
        stage = Stage.IN_FORCE if in_force_on is not None else Stage.INFORMAL
    if stage is Stage.IN_FORCE and in_force_on is not None and day < in_force_on:
        return Stage.APPROVED
    return stage
