"""Loading a cooperation from its TOML file: what differs is changed, recorded and reported.

The file is the state of the cooperation, its areas and members: a member that it no longer names
leaves. Facts of an organisation that it leaves out stay as they are, for other cooperations know
the organisation too; and it never takes back what members put on file themselves.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.audit.service import Act
from vergabe.cooperations import (
    configuration_parser,
    filing,
    loading_agreement,
    loading_files,
    loading_people,
    loading_voting,
)
from vergabe.cooperations.configuration import AreaFile, CooperationFile, MemberFile
from vergabe.cooperations.loading_report import Changes, LoadReport
from vergabe.cooperations.model import Cooperation, Member, Participation, TaskArea
from vergabe.cooperations.rules import Depth
from vergabe.errors import Forbidden, InvalidInput, Violation
from vergabe.exchange import codes


def load(
    session: Session,
    actor: Actor,
    content: bytes,
    *,
    dry_run: bool = False,
    now: dt.datetime,
    base_url: str | None = None,
) -> LoadReport:
    """Create or update the cooperation that a TOML file describes; return what changed.

    The same file again changes nothing, whatever has happened since. Days in the file are the
    facts' own; what the file cannot know begins on the legal day of `now`. dry_run: everything is
    tried and taken back. base_url: address for the invitations of new people; None: nobody is
    invited. Raises InvalidInput with every mistake and its place; Forbidden for anybody but the
    operator, because a file gives rights at every member.
    """
    if not actor.is_operator:
        raise Forbidden(
            "operator_only",
            "Eine Zusammenarbeit lädt, wer den Dienst betreibt: Die Datei vergibt Rollen bei "
            "allen Mitgliedern.",
        )
    file = configuration_parser.parse(content, clock.berlin_day(now))
    with session.begin_nested() as attempt:
        report = _Loading(session, actor, file, now=now, base_url=base_url).run(dry_run)
        if dry_run:
            attempt.rollback()
    return report


class _Loading:
    """One run: knows the session, the file, the day, and gathers the changes."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        file: CooperationFile,
        *,
        now: dt.datetime,
        base_url: str | None,
    ) -> None:
        self.session = session
        self.actor = actor
        self.file = file
        self.now = now
        self.today = clock.berlin_day(now)
        self.base_url = base_url
        self.changes = Changes()
        self.organisations: dict[str, Organisation] = {}

    def run(self, dry_run: bool) -> LoadReport:
        cooperation = self.session.scalars(
            select(Cooperation).where(Cooperation.key == self.file.key).with_for_update()
        ).one_or_none()
        is_new = cooperation is None
        invited = 0
        if cooperation is None or cooperation.file_sha256 != self.file.sha256:
            self._refuse_taken_prefix()
            for member in self.file.members:
                self.organisations[member.key] = self._organisation(member)
            cooperation = self._cooperation(cooperation)
            areas = self._areas(cooperation)
            members = self._members(cooperation)
            self._leavers(cooperation, members)
            self._participations(areas, members)
            loading_agreement.load_agreement(
                self.session, cooperation, self.file, self.organisations, self.changes
            )
            loading_voting.load_voting(
                self.session, cooperation, self.file, areas, self.organisations, self.changes
            )
            self.session.flush()
            loading_files.load_files(
                self.session,
                self.actor,
                cooperation,
                self.file,
                self.organisations,
                self.changes,
                now=self.now,
            )
            invited = loading_people.load_people(
                self.session,
                self.actor,
                cooperation,
                self.file,
                self.organisations,
                self.changes,
                now=self.now,
                base_url=self.base_url,
            )
            self._close(cooperation, is_new)
        return LoadReport(
            key=self.file.key,
            name=self.file.name,
            is_new=is_new,
            dry_run=dry_run,
            changes=tuple(self.changes.made),
            invited=invited,
            hints=tuple(self.changes.hints),
        )

    def _refuse_taken_prefix(self) -> None:
        taken = self.session.scalars(
            select(Cooperation.name).where(
                Cooperation.reference_prefix == self.file.reference_prefix,
                Cooperation.key != self.file.key,
            )
        ).first()
        if taken is not None:
            raise InvalidInput.of(
                [
                    Violation(
                        "prefix_taken",
                        f"Das Kürzel {self.file.reference_prefix} benutzt schon „{taken}“. Wählen "
                        "Sie ein anderes.",
                        field="reference_prefix",
                    )
                ]
            )

    def _organisation(self, member: MemberFile) -> Organisation:
        column = Organisation.ags if "ags" in member.facts else Organisation.ars
        found = self.session.scalars(select(Organisation).where(column == member.key)).first()
        path = f"members[{member.key}]"
        facts = dict(member.facts)
        facts.setdefault("land", _land_of(member.key))
        if found is None:
            found = Organisation(**facts, created_at=self.now)
            self.session.add(found)
            self.session.flush()
            self.changes.note(path, None, found.name)
        else:
            self.changes.apply(found, path, facts)
        return found

    def _cooperation(self, found: Cooperation | None) -> Cooperation:
        facts: dict[str, Any] = {
            "name": self.file.name,
            "description": self.file.description,
            "reference_prefix": self.file.reference_prefix,
            "lead_organisation_id": self.organisations[self.file.lead.key].id,
            "joining_window_days": self.file.joining_window_days,
            "cost_key": dict(self.file.cost_key),
            "contact": dict(self.file.contact),
            "review_body": dict(self.file.review_body),
        }
        if found is None:
            found = Cooperation(
                key=self.file.key, file_sha256=self.file.sha256, created_at=self.now, **facts
            )
            self.session.add(found)
            self.session.flush()
            self.changes.note("key", None, self.file.key)
        else:
            self.changes.apply(found, "", facts)
        return found

    def _areas(self, cooperation: Cooperation) -> dict[str, TaskArea]:
        known = {
            area.key: area
            for area in self.session.scalars(
                select(TaskArea).where(TaskArea.cooperation_id == cooperation.id)
            )
        }
        for position, area_file in enumerate(self.file.areas, start=1):
            known[area_file.key] = self._area(
                cooperation, known.get(area_file.key), area_file, position
            )
        self.session.flush()
        return known

    def _area(
        self, cooperation: Cooperation, found: TaskArea | None, area: AreaFile, position: int
    ) -> TaskArea:
        facts = {
            "name": area.name,
            "position": position,
            "required_resolutions": [subject.value for subject in area.required_resolutions],
        }
        if found is not None:
            self.changes.apply(found, f"areas[{area.key}]", facts)
            return found
        found = TaskArea(cooperation_id=cooperation.id, key=area.key, **facts)
        self.session.add(found)
        self.changes.note(f"areas[{area.key}]", None, area.name)
        return found

    def _members(self, cooperation: Cooperation) -> dict[uuid.UUID, Member]:
        """Return organisation id → member, for those in the file and those before."""
        known = {
            member.organisation_id: member
            for member in self.session.scalars(
                select(Member).where(Member.cooperation_id == cooperation.id)
            )
        }
        for position, member_file in enumerate(self.file.members, start=1):
            organisation = self.organisations[member_file.key]
            facts = {
                "position": position,
                "joined_on": member_file.joined_on,
                "left_on": member_file.left_on,
            }
            found = known.get(organisation.id)
            path = f"members[{member_file.key}]"
            if found is None:
                found = Member(
                    cooperation_id=cooperation.id, organisation_id=organisation.id, **facts
                )
                self.session.add(found)
                known[organisation.id] = found
                self.changes.note(f"{path}.joined_on", None, member_file.joined_on)
            else:
                self.changes.apply(found, path, facts)
        self.session.flush()
        return known

    def _leavers(self, cooperation: Cooperation, members: Mapping[uuid.UUID, Member]) -> None:
        """Let members that the file no longer names leave with the end of today."""
        staying = {organisation.id for organisation in self.organisations.values()}
        for organisation_id, member in members.items():
            if organisation_id in staying or member.left_on is not None:
                continue
            organisation = member.organisation
            path = f"members[{organisation.ags or organisation.ars}]"
            # Someone who was to join later has been a member for no longer than that first day.
            self.changes.apply(member, path, {"left_on": max(self.today, member.joined_on)})

    def _participations(
        self, areas: Mapping[str, TaskArea], members: Mapping[uuid.UUID, Member]
    ) -> None:
        listed = {area.key for area in self.file.areas}
        for member_file in self.file.members:
            member = members[self.organisations[member_file.key].id]
            rows = list(
                self.session.scalars(
                    select(Participation)
                    .where(Participation.member_id == member.id)
                    .order_by(Participation.valid_from)
                )
            )
            for area in areas.values():
                wanted = member_file.participation.get(area.key, Depth.NONE)
                depth = wanted if area.key in listed else Depth.NONE
                own_rows = [row for row in rows if row.area_id == area.id]
                path = f"members[{member_file.key}].participation.{area.key}"
                self._participation(member, area, own_rows, depth, path)

    def _participation(
        self,
        member: Member,
        area: TaskArea,
        rows: list[Participation],
        depth: Depth,
        path: str,
    ) -> None:
        """Let a depth count from today on (from the day of joining if there was none before)."""
        running = next((row for row in rows if row.valid_to is None), None)
        before = Depth(running.depth) if running is not None else Depth.NONE
        if before is depth:
            return
        self.changes.note(path, before, depth)
        begins = max(self.today, member.joined_on) if rows else member.joined_on
        if running is not None and running.valid_from >= begins:
            # It begins today or later, so nobody has relied on it yet.
            self.session.delete(running)
        elif running is not None:
            running.valid_to = begins - dt.timedelta(days=1)
        if depth is not Depth.NONE:
            self.session.add(
                Participation(member_id=member.id, area_id=area.id, depth=depth, valid_from=begins)
            )

    def _close(self, cooperation: Cooperation, is_new: bool) -> None:
        if not self.changes.made:
            return
        cooperation.file_sha256 = self.file.sha256
        filing.touch(cooperation)
        self.session.flush()
        self.session.expire(cooperation, ["members", "areas", "agreements", "lead"])
        count = len(self.changes.made)
        verb = "angelegt" if is_new else "aus einer geänderten Datei aktualisiert"
        act = Act(
            "cooperation_loaded",
            "cooperation",
            cooperation.id,
            f"Die Zusammenarbeit „{cooperation.name}“ wurde {verb} ({count} Angaben).",
            details={
                "file_sha256": self.file.sha256,
                "changes": [[c.path, c.old, c.new] for c in self.changes.made],
            },
        )
        filing.record(self.session, self.actor, cooperation, act, now=self.now)


def _land_of(key: str) -> str | None:
    return next((land.code for land in codes.lands() if land.key == key[:2]), None)
