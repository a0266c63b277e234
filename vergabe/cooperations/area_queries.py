"""Reads of task areas over time: who is excluded and why, who comes later, what has been."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.model import Member, Participation, TaskArea
from vergabe.cooperations.rules import BRINGS_DEMANDS, Phase, is_valid_on
from vergabe.db import Base
from vergabe.errors import Refused, Violation

_BOUND_STAGES = ("joining", "binding", "tendering", "concluded")


def _counts_on(day: dt.date) -> ColumnElement[bool]:
    return (AreaExclusion.valid_from <= day) & or_(
        AreaExclusion.valid_to.is_(None), AreaExclusion.valid_to >= day
    )


_DAY: Final[Any] = bindparam("day", type_=Date)
_IS_EXCLUDED: Final = (
    select(AreaExclusion.id)
    .where(
        AreaExclusion.area_id == Participation.area_id,
        or_(AreaExclusion.member_id.is_(None), AreaExclusion.member_id == Member.id),
        _counts_on(_DAY),
    )
    .correlate_except(AreaExclusion)
    .exists()
)
DEPTH: Final = (
    select(Participation.depth)
    .join(Member, Member.id == Participation.member_id)
    .where(
        Participation.area_id == bindparam("area", type_=Uuid),
        Participation.valid_from <= _DAY,
        or_(Participation.valid_to.is_(None), Participation.valid_to >= _DAY),
        Member.organisation_id == bindparam("organisation", type_=Uuid),
        Member.counts_on(_DAY),
        ~_IS_EXCLUDED,
    )
)
"""How deep an `organisation` takes part in an `area` on a `day`; made once, asked often."""


def exclusions(session: Session, cooperation_id: uuid.UUID) -> list[AreaExclusion]:
    """Return all exclusions of areas of a cooperation, lifted ones too, newest first."""
    return list(
        session.scalars(
            select(AreaExclusion)
            .join(TaskArea, TaskArea.id == AreaExclusion.area_id)
            .where(TaskArea.cooperation_id == cooperation_id)
            .order_by(AreaExclusion.valid_from.desc(), AreaExclusion.id.desc())
        )
    )


def excluded_on(
    session: Session, cooperation_id: uuid.UUID, day: dt.date
) -> dict[tuple[uuid.UUID | None, uuid.UUID], AreaExclusion]:
    """Return (organisation id, area id) → exclusion on a legal day; None: for all members."""
    rows = session.execute(
        select(AreaExclusion, Member.organisation_id)
        .join(TaskArea, TaskArea.id == AreaExclusion.area_id)
        .outerjoin(Member, Member.id == AreaExclusion.member_id)
        .where(TaskArea.cooperation_id == cooperation_id, _counts_on(day))
        .order_by(AreaExclusion.id)
    )
    return {(organisation_id, row.area_id): row for row, organisation_id in rows}


def bringing_demands(
    session: Session, cooperation_id: uuid.UUID
) -> Callable[[uuid.UUID, dt.date], list[uuid.UUID]]:
    """Return who, by area and legal day, brings demands there, in the fixed order of the members.

    Two reads for any number of areas and days.
    """
    stretches = session.execute(
        select(
            Member.id,
            Member.organisation_id,
            Member.joined_on,
            Member.left_on,
            Participation.area_id,
            Participation.valid_from,
            Participation.valid_to,
        )
        .join(Participation, Participation.member_id == Member.id)
        .where(
            Member.cooperation_id == cooperation_id,
            Participation.depth.in_([depth.value for depth in BRINGS_DEMANDS]),
        )
        .order_by(Member.position)
    ).all()
    left_out = exclusions(session, cooperation_id)

    def on(area_id: uuid.UUID, day: dt.date) -> list[uuid.UUID]:
        without = {
            each.member_id
            for each in left_out
            if each.area_id == area_id and _counts(day, each.valid_from, each.valid_to)
        }
        if None in without:
            return []
        return [
            row.organisation_id
            for row in stretches
            if row.area_id == area_id
            and row.id not in without
            and _counts(day, row.joined_on, row.left_on)
            and _counts(day, row.valid_from, row.valid_to)
        ]

    return on


def _counts(day: dt.date, first: dt.date, last: dt.date | None) -> bool:
    return is_valid_on(day, valid_from=first, valid_to=last, revoked_on=None)


def exclusion(
    session: Session, area: TaskArea, organisation_id: uuid.UUID | None, day: dt.date
) -> AreaExclusion | None:
    """Return why an area is left out on a day: for all, else for this organisation; or None."""
    found = excluded_on(session, area.cooperation_id, day)
    return found.get((None, area.id)) or found.get((organisation_id, area.id))


def history(session: Session, cooperation_id: uuid.UUID) -> list[Participation]:
    """Return all depths of participation that counted, count or will count, in order of begin."""
    return list(
        session.scalars(
            select(Participation)
            .join(TaskArea, TaskArea.id == Participation.area_id)
            .where(TaskArea.cooperation_id == cooperation_id)
            .order_by(Participation.valid_from, Participation.id)
        )
    )


def phases(session: Session, area_id: uuid.UUID, day: dt.date) -> dict[uuid.UUID, Phase]:
    """Return organisation id → phase in an area for who takes part on a day or begins after it.

    Phase.LATER: the member begins (or began) later than the others; see `later_joiners`.
    """
    rows = session.execute(
        select(Member.organisation_id, Participation.phase)
        .join(Member, Member.id == Participation.member_id)
        .where(
            Participation.area_id == area_id,
            or_(Participation.valid_to.is_(None), Participation.valid_to >= day),
        )
        # The stretch of the day comes first, then those to come.
        .order_by(Participation.valid_from.desc())
    )
    return {organisation_id: Phase(phase) for organisation_id, phase in rows}


def later_joiners(session: Session, area_id: uuid.UUID, day: dt.date) -> dict[uuid.UUID, dt.date]:
    """Return organisation id → first day, for members that begin to bring demands after `day`."""
    rows = session.execute(
        select(Member.organisation_id, Participation.valid_from)
        .join(Member, Member.id == Participation.member_id)
        .where(
            Participation.area_id == area_id,
            Participation.phase == Phase.LATER,
            Participation.valid_from > day,
            Participation.depth.in_([depth.value for depth in BRINGS_DEMANDS]),
        )
        .order_by(Participation.valid_from.desc())
    )
    return {row.organisation_id: row.valid_from for row in rows}


def why_no_part(
    session: Session, area: TaskArea, organisation_id: uuid.UUID | None, day: dt.date
) -> Violation | None:
    """Return why an organisation has no part in an area today: excluded, or it comes later.

    None if neither is so. organisation_id None: asks for the whole cooperation.
    """
    found = exclusion(session, area, organisation_id, day)
    if found is not None:
        return Violation(
            "area_excluded",
            excluded_sentence(area.name, found, is_for_all=found.member_id is None),
            field="area_id",
            who="Koordination",
        )
    begins = later_joiners(session, area.id, day).get(organisation_id) if organisation_id else None
    if begins is not None:
        return Violation(
            "area_later",
            f"Ihre Kommune nimmt am Aufgabengebiet „{area.name}“ erst ab {begins:%d.%m.%Y} teil.",
            field="area_id",
            who="Koordination",
        )
    return None


def excluded_sentence(area_name: str, found: AreaExclusion, *, is_for_all: bool) -> str:
    """Return the German sentence that names area, day and reason of an exclusion."""
    whose = "für alle Mitglieder" if is_for_all else "für diese Kommune"
    reason = found.reason if found.reason.endswith((".", "!", "?")) else f"{found.reason}."
    return (
        f"Das Aufgabengebiet „{area_name}“ ist seit {found.valid_from:%d.%m.%Y} {whose} "
        f"ausgenommen: {reason}"
    )


def refuse_excluded(
    session: Session,
    area: TaskArea,
    organisation_ids: Sequence[uuid.UUID] = (),
    *,
    now: dt.datetime,
) -> None:
    """Raise Refused with every reason if an area is left out today for all or for one of these.

    For what begins: calls, consultations, joining windows. What is bound or published goes on.
    """
    day = clock.berlin_day(now)
    found = excluded_on(session, area.cooperation_id, day)
    general = found.get((None, area.id))
    if general is not None:
        sentence = excluded_sentence(area.name, general, is_for_all=True)
        raise Refused.because("area_excluded", sentence, [Violation("area_excluded", sentence)])
    reasons = [
        Violation("area_excluded", f"{_name(session, organisation_id)}: {sentence}")
        for organisation_id in organisation_ids
        if (row := found.get((organisation_id, area.id))) is not None
        for sentence in [excluded_sentence(area.name, row, is_for_all=False)]
    ]
    if reasons:
        raise Refused.because("area_excluded", reasons[0].message, reasons)


def _name(session: Session, organisation_id: uuid.UUID) -> str:
    return session.get_one(Organisation, organisation_id).name


def bound_on(session: Session, pool_id: uuid.UUID, now_day: dt.date) -> dt.date | None:
    """Return the day on which the joining of a pool became binding, None if it has not by then.

    Pools belong to a later step of the flow: the table is read by its name.
    """
    pool = Base.metadata.tables["pool"]
    row = session.execute(
        select(pool.c.stage, pool.c.binding_at, pool.c.joining_deadline).where(pool.c.id == pool_id)
    ).one_or_none()
    if row is None or row.stage not in _BOUND_STAGES:
        return None
    bound_at = row.binding_at or row.joining_deadline
    day = clock.berlin_day(bound_at) if bound_at is not None else None
    return day if day is not None and day <= now_day else None
