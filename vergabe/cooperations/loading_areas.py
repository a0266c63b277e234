"""Loading task areas, depths of participation and excluded areas from a cooperation's file."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations import area_queries
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.configuration import AreaFile, CooperationFile
from vergabe.cooperations.configuration_areas import ExclusionFile, ParticipationFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation, Member, Participation, TaskArea
from vergabe.cooperations.rules import DEPTH_NAMES, Depth

_NONE = ParticipationFile(Depth.NONE)


def load_areas(
    session: Session, cooperation: Cooperation, file: CooperationFile, changes: Changes
) -> dict[str, TaskArea]:
    """Make the areas of a cooperation what the file says; return all of them by key."""
    known = {
        area.key: area
        for area in session.scalars(
            select(TaskArea).where(TaskArea.cooperation_id == cooperation.id)
        )
    }
    for position, area_file in enumerate(file.areas, start=1):
        facts = _facts(area_file, position)
        found = known.get(area_file.key)
        if found is not None:
            changes.apply(found, f"areas[{area_file.key}]", facts)
            continue
        known[area_file.key] = TaskArea(cooperation_id=cooperation.id, key=area_file.key, **facts)
        session.add(known[area_file.key])
        changes.note(f"areas[{area_file.key}]", None, area_file.name)
    session.flush()
    return known


def _facts(area: AreaFile, position: int) -> dict[str, Any]:
    return {
        "name": area.name,
        "position": position,
        "required_resolutions": [subject.value for subject in area.required_resolutions],
        "effective_together": area.effective_together,
        "same_form_and_subject": area.same_form_and_subject,
    }


def load_participations(
    session: Session,
    file: CooperationFile,
    areas: Mapping[str, TaskArea],
    organisations: Mapping[str, Organisation],
    members: Mapping[uuid.UUID, Member],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Let the depths of the file count from their days on; the past stays.

    A depth that a member or the coordination has changed by hand is left alone; a hint says so.
    """
    listed = {area.key for area in file.areas}
    today = clock.berlin_day(now)
    for member_file in file.members:
        member = members[organisations[member_file.key].id]
        rows = list(
            session.scalars(
                select(Participation)
                .where(Participation.member_id == member.id)
                .order_by(Participation.valid_from)
            )
        )
        for area in areas.values():
            wanted = member_file.participation.get(area.key, _NONE)
            terms = wanted if area.key in listed else _NONE
            own_rows = [row for row in rows if row.area_id == area.id]
            path = f"members[{member_file.key}].participation.{area.key}"
            _participation(session, member, area, own_rows, terms, changes, path, today)


def _participation(
    session: Session,
    member: Member,
    area: TaskArea,
    rows: list[Participation],
    wanted: ParticipationFile,
    changes: Changes,
    path: str,
    today: dt.date,
) -> None:
    """Let terms count from their day on, else from today (from the day of joining at first)."""
    running = next((row for row in rows if row.valid_to is None), None)
    before = Depth(running.depth) if running is not None else Depth.NONE
    if _is_so(running, before, wanted, today):
        if running is not None and wanted.reason:
            changes.apply(running, path, {"reason": wanted.reason})
        return
    if running is not None and not running.is_from_file:
        changes.hints.append(
            f"{path}: bleibt „{DEPTH_NAMES[before]}“, weil es seit "
            f"{running.valid_from:%d.%m.%Y} von Hand so festgelegt ist."
        )
        return
    changes.note(path, before, wanted.depth)
    earliest = max(today, member.joined_on) if rows else member.joined_on
    begins = max(wanted.begins or earliest, earliest)
    if running is not None and running.valid_from >= begins:
        # It begins no earlier, so nobody has relied on it yet.
        session.delete(running)
    elif running is not None:
        running.valid_to = begins - dt.timedelta(days=1)
    if wanted.depth is not Depth.NONE:
        session.add(
            Participation(
                member_id=member.id,
                area_id=area.id,
                depth=wanted.depth,
                phase=wanted.phase,
                reason=wanted.reason,
                valid_from=begins,
            )
        )


def _is_so(
    running: Participation | None, before: Depth, wanted: ParticipationFile, today: dt.date
) -> bool:
    if before is not wanted.depth:
        return False
    if running is None or before is Depth.NONE:
        return True
    if running.phase != wanted.phase:
        return False
    begins = wanted.begins
    # A day that lies behind is not argued about: the past stays as it is on file.
    return (
        begins is None or running.valid_from == begins or max(running.valid_from, begins) <= today
    )


def load_exclusions(
    session: Session,
    cooperation: Cooperation,
    file: CooperationFile,
    areas: Mapping[str, TaskArea],
    organisations: Mapping[str, Organisation],
    members: Mapping[uuid.UUID, Member],
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Put the exclusions of the file on record; one is the same by area, member and first day.

    What the file leaves out stays, and what was lifted by hand stays lifted.
    """
    known = {
        (row.area_id, row.member_id, row.valid_from): row
        for row in area_queries.exclusions(session, cooperation.id)
    }
    for wanted in file.exclusions:
        area = areas[wanted.area]
        member = members[organisations[wanted.member].id] if wanted.member else None
        path = f"exclusions[{wanted.area}, {wanted.member or 'alle'}, {wanted.begins}]"
        row = known.get((area.id, member.id if member else None, wanted.begins))
        if row is None:
            changes.note(path, None, wanted.reason)
            session.add(
                AreaExclusion(
                    area_id=area.id,
                    member_id=member.id if member else None,
                    valid_from=wanted.begins,
                    recorded_at=now,
                    **_exclusion_facts(wanted),
                )
            )
        else:
            facts = _exclusion_facts(wanted)
            facts["valid_to"] = wanted.ends or row.valid_to
            changes.apply(row, path, facts)
    session.flush()


def _exclusion_facts(wanted: ExclusionFile) -> dict[str, Any]:
    return {
        "valid_to": wanted.ends,
        "reason": wanted.reason,
        "business_case": wanted.business_case,
    }
