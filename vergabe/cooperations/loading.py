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
    loading_areas,
    loading_bodies,
    loading_bylaws,
    loading_files,
    loading_people,
    loading_providers,
    loading_tasks,
    loading_voting,
    project_defaults,
)
from vergabe.cooperations.configuration import CooperationFile, MemberFile
from vergabe.cooperations.loading_report import Changes, LoadReport
from vergabe.cooperations.model import Cooperation, Member, TaskArea
from vergabe.errors import Forbidden, InvalidInput, Violation
from vergabe.exchange import codes


def load(
    session: Session,
    actor: Actor,
    content: bytes,
    *,
    dry_run: bool = False,
    now: dt.datetime,
    invites: bool = False,
) -> LoadReport:
    """Create or update the cooperation that a TOML file describes; return what changed.

    The same file again changes nothing, whatever has happened since. Days in the file are the
    facts' own; what the file cannot know begins on the legal day of `now`. dry_run: everything is
    tried and taken back. invites: whether people without a password are asked by mail to set one.
    Raises InvalidInput with every mistake and its place; Forbidden for anybody but the
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
        report = _Loading(session, actor, file, now=now, invites=invites).run(dry_run)
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
        invites: bool,
    ) -> None:
        self.session = session
        self.actor = actor
        self.file = file
        self.now = now
        self.today = clock.berlin_day(now)
        self.invites = invites
        self.changes = Changes()
        self.organisations: dict[str, Organisation] = {}

    def run(self, dry_run: bool) -> LoadReport:
        cooperation = self.session.scalars(
            select(Cooperation).where(Cooperation.key == self.file.key).with_for_update()
        ).one_or_none()
        is_new = cooperation is None
        invited = 0
        if cooperation is None or cooperation.file_sha256 != self.file.sha256:
            cooperation, invited = self._load(cooperation)
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

    def _load(self, known: Cooperation | None) -> tuple[Cooperation, int]:
        """Return the cooperation as the file says it is, and how many people were invited."""
        self._refuse_taken_prefix()
        for member in self.file.members:
            self.organisations[member.key] = self._organisation(member)
        for provider in self.file.service_providers:
            self.organisations[provider.key] = loading_tasks.load_provider(
                self.session, provider, self.changes, now=self.now
            )
        cooperation = self._cooperation(known)
        areas = loading_areas.load_areas(self.session, cooperation, self.file, self.changes)
        self._participation(cooperation, areas)
        self._agreed(cooperation, areas)
        self.session.flush()
        loading_bylaws.load_bylaws(
            self.session, self.actor, self.file, self.organisations, self.changes, now=self.now
        )
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
            invites=self.invites,
        )
        return cooperation, invited

    def _participation(self, cooperation: Cooperation, areas: dict[str, TaskArea]) -> None:
        """Load who takes part in which area, who has left, and what is left out."""
        members = self._members(cooperation)
        self._leavers(cooperation, members)
        loading_areas.load_participations(
            self.session,
            self.file,
            areas,
            self.organisations,
            members,
            self.changes,
            now=self.now,
        )
        loading_areas.load_exclusions(
            self.session,
            cooperation,
            self.file,
            areas,
            self.organisations,
            members,
            self.changes,
            now=self.now,
        )

    def _agreed(self, cooperation: Cooperation, areas: dict[str, TaskArea]) -> None:
        """Load what the members have agreed: the agreement itself, tasks, votes, providers."""
        loading_agreement.load_agreement(
            self.session, cooperation, self.file, self.organisations, self.changes
        )
        loading_tasks.load_tasks(
            self.session,
            cooperation,
            self.file,
            self.organisations,
            self.changes,
            now=self.now,
        )
        project_defaults.load_project_defaults(self.session, cooperation, self.file, self.changes)
        loading_voting.load_voting(self.session, cooperation, self.file, areas, self.changes)
        loading_providers.load_providers(
            self.session, cooperation, self.file, self.changes, now=self.now
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
        if found is not None and found.succeeded_by is not None:
            raise InvalidInput.of([_succeeded(found, path)])
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
            "declarations_required": self.file.declarations_required,
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
        for member_file in self.file.members:
            organisation = self.organisations[member_file.key]
            loading_bodies.load_bodies(
                self.session,
                member_file,
                organisation,
                known[organisation.id],
                self.changes,
                now=self.now,
            )
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


def _succeeded(found: Organisation, path: str) -> Violation:
    """A municipality that has merged into another is no member any more; its file is older."""
    assert found.succeeded_by is not None
    return Violation(
        "organisation_succeeded",
        f"{found.name} ist am {found.succeeded_on:%d.%m.%Y} in {found.succeeded_by.name} "
        "aufgegangen. Tragen Sie stattdessen die Nachfolgerin ein.",
        field=path,
    )
