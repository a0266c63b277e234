"""Command on how deep a member takes part in a task area from a day on.

Nothing here reaches back: what was bound or published before a first day is completed.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import entries, filing, queries
from vergabe.cooperations.area_model import AreaExclusion
from vergabe.cooperations.model import Cooperation, Member, Participation, TaskArea
from vergabe.cooperations.rules import DEPTH_NAMES, PHASE_NAMES, Depth, Phase
from vergabe.errors import InvalidInput, NotFound, Refused, Violation, gather
from vergabe.messages import service as messages
from vergabe.messages.service import Reader

_ONE_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True)
class DepthEntry:
    """How deep a member takes part in an area from a legal day on (Europe/Berlin), and why."""

    area_key: str
    depth: Depth
    valid_from: dt.date
    reason: str
    phase: Phase = Phase.REGULAR


def change_depth(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    entry: DepthEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Participation:
    """Let a member take part in an area with another depth from a day on; return the new stretch.

    The stretches before stay as they are; what was planned from that day on is replaced. By the
    member itself, or by the coordination of the lead for it. organisation_id: None: the actor's
    own. Raises InvalidInput, NotFound, Refused when nothing would change.
    """
    cooperation, member = concerned_member(session, actor, cooperation_id, organisation_id, now=now)
    area = queries.area_by_key(session, cooperation_id, entry.area_key)
    reason = _checked_change(entry, member, clock.berlin_day(now))
    rows = _stretches(session, member, area)
    before = next((row for row in rows if _counts(row, entry.valid_from)), None)
    later = [row for row in rows if row.valid_from > entry.valid_from]
    now_depth = Depth(before.depth) if before else Depth.NONE
    now_phase = Phase(before.phase) if before else Phase.REGULAR
    if (now_depth, now_phase) == (entry.depth, entry.phase) and not later:
        raise _unchanged(member, area, now_depth)
    _make_room(session, before, later, entry.valid_from)
    changed = Participation(
        member_id=member.id,
        area_id=area.id,
        depth=entry.depth,
        phase=entry.phase,
        valid_from=entry.valid_from,
        reason=reason,
        is_from_file=False,
    )
    session.add(changed)
    filing.touch(cooperation)
    session.flush()
    file_and_tell(
        session,
        actor,
        cooperation,
        "participation_changed",
        member,
        _change_in_words(entry, member, area, now_depth),
        reason,
        {
            "organisation_id": str(member.organisation_id),
            "area": area.key,
            "from": now_depth.value,
            "to": entry.depth.value,
            "phase": entry.phase.value,
            "valid_from": entry.valid_from.isoformat(),
        },
        now=now,
    )
    return changed


def _change_in_words(entry: DepthEntry, member: Member, area: TaskArea, before: Depth) -> str:
    phase = "" if entry.phase is Phase.REGULAR else f" ({PHASE_NAMES[entry.phase]})"
    return (
        f"{member.organisation.name}: Tiefe der Beteiligung an „{area.name}“ ab "
        f"{entry.valid_from:%d.%m.%Y}: {DEPTH_NAMES[entry.depth]}{phase}, vorher "
        f"{DEPTH_NAMES[before]}."
    )


def _unchanged(member: Member, area: TaskArea, depth: Depth) -> Refused:
    return Refused(
        "depth_unchanged",
        f"{member.organisation.name} nimmt an „{area.name}“ schon mit der Tiefe "
        f"„{DEPTH_NAMES[depth]}“ teil.",
        field="depth",
    )


def _make_room(
    session: Session, before: Participation | None, later: Iterable[Participation], day: dt.date
) -> None:
    """End the stretch before a day and drop what was planned from that day on."""
    for row in later:
        session.delete(row)
    if before is not None and before.valid_from == day:
        # It begins on the same day, so nobody has relied on it yet.
        session.delete(before)
    elif before is not None:
        before.valid_to = day - _ONE_DAY
    session.flush()


def reasons_against_change(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    *,
    organisation_id: uuid.UUID | None,
    valid_from: dt.date | None,
    reason: str,
    now: dt.datetime,
) -> list[Violation]:
    """Return what is wrong with day and reason of a change; None: the day is not known.

    Raises NotFound, Forbidden as `change_depth`.
    """
    _found, member = concerned_member(session, actor, cooperation_id, organisation_id, now=now)
    reasons = list(_against_first_day(valid_from, member, clock.berlin_day(now)))
    gather(reasons, lambda: entries.checked_reason(reason))
    return reasons


def _checked_change(entry: DepthEntry, member: Member, today: dt.date) -> str:
    reasons = list(_against_first_day(entry.valid_from, member, today))
    reason = gather(reasons, lambda: entries.checked_reason(entry.reason))
    if reasons or reason is None:
        raise InvalidInput.of(reasons)
    return reason


def _against_first_day(
    valid_from: dt.date | None, member: Member, today: dt.date
) -> Iterator[Violation]:
    if valid_from is None:
        return
    impossible = list(entries.against_day(valid_from, "valid_from"))
    earliest = max(today, member.joined_on)
    if impossible:
        yield from impossible
    elif valid_from < earliest:
        message = (
            f"Ändern lässt sich die Beteiligung ab {earliest:%d.%m.%Y}. Was war, bleibt in der "
            "Akte."
        )
        yield Violation("day_in_past", message, field="valid_from")
    elif member.left_on is not None and valid_from > member.left_on:
        message = f"Die Mitgliedschaft endet am {member.left_on:%d.%m.%Y}."
        yield Violation("member_leaves", message, field="valid_from")


def _counts(row: Participation, day: dt.date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _stretches(session: Session, member: Member, area: TaskArea) -> list[Participation]:
    return list(
        session.scalars(
            select(Participation)
            .where(Participation.member_id == member.id, Participation.area_id == area.id)
            .order_by(Participation.valid_from)
            .execution_options(populate_existing=True)
        )
    )


def concerned_member(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID | None,
    *,
    now: dt.datetime,
) -> tuple[Cooperation, Member]:
    """Return the locked cooperation and the member: one's own, or any for the lead's coordination.

    Members see each other, so a wrong right is Forbidden here and no secret.
    """
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    wanted = organisation_id or actor.organisation_id
    if wanted != actor.organisation_id:
        actor.require(
            Permission.EDIT_COOPERATION,
            cooperation_id=cooperation_id,
            lead_organisation_id=cooperation.lead_organisation_id,
        )
    else:
        actor.require(
            Permission.CHANGE_PARTICIPATION,
            organisation_id=wanted,
            cooperation_id=cooperation_id,
        )
    for member in queries.members(session, cooperation_id, clock.berlin_day(now)):
        if member.organisation_id == wanted:
            return cooperation, member
    raise NotFound("Das Mitglied")


def file_and_tell(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    action: str,
    about: Member | AreaExclusion,
    sentence: str,
    reason: str,
    details: Mapping[str, str | None],
    *,
    now: dt.datetime,
) -> None:
    """Record what happened and tell those who act elsewhere: the lead, or the member concerned."""
    act = Act(action, "task_area", about.id, sentence, reason=reason, details=details)
    filing.record(session, actor, cooperation, act, now=now)
    concerned = {uuid.UUID(text) for text in [details.get("organisation_id")] if text}
    if not concerned:
        concerned = set(queries.member_ids(session, cooperation.id, now))
    readers = (concerned | {cooperation.lead_organisation_id}) - {actor.organisation_id}
    messages.send_many(
        session,
        [Reader(organisation_id=each) for each in sorted(readers, key=str)],
        cause=f"{action}:{about.id}:{cooperation.version}",
        kind=filing.MESSAGE_KIND,
        subject=f"{cooperation.name}: Aufgabengebiet geändert",
        body=f"{sentence}\n\nGrund: {reason}",
        link=f"/zusammenarbeit/{cooperation.key}/gebiete",
        now=now,
    )
