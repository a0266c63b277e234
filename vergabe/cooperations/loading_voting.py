"""Loading how a cooperation votes on projects and who may join later from its file."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.cooperations import configuration_voting
from vergabe.cooperations.configuration import AreaFile, CooperationFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.voting_model import LaterMember, VotingRule


def load_voting(
    session: Session,
    cooperation: Cooperation,
    file: CooperationFile,
    areas: Mapping[str, TaskArea],
    organisations: Mapping[str, Organisation],
    changes: Changes,
) -> None:
    """Make the voting rules and the later members what the file says; the file is the state."""
    known = {
        row.area_id: row
        for row in session.scalars(
            select(VotingRule).where(VotingRule.cooperation_id == cooperation.id)
        )
    }
    wanted: dict[uuid.UUID | None, tuple[str, dict[str, Any]]] = {}
    if file.votes is not None:
        wanted[None] = "votes", configuration_voting.shown(configuration_voting.terms(file.votes))
    for area in file.areas:
        if area.votes is not None:
            found = configuration_voting.terms(file.votes, area.votes)
            path = f"areas[{area.key}].votes"
            wanted[areas[area.key].id] = path, configuration_voting.shown(found)
    for area_id, (path, facts) in wanted.items():
        row = known.pop(area_id, None)
        if row is not None:
            changes.apply(row, path, facts)
            continue
        session.add(VotingRule(cooperation_id=cooperation.id, area_id=area_id, **facts))
        changes.note(path, None, f"{facts['rule']}, {facts['required']}")
    for row in known.values():
        changes.note("votes", f"{row.rule}, {row.required}", None)
        session.delete(row)
    for area in file.areas:
        _later_members(session, areas[area.key], area, organisations, changes)


def _later_members(
    session: Session,
    area: TaskArea,
    file: AreaFile,
    organisations: Mapping[str, Organisation],
    changes: Changes,
) -> None:
    known = {
        row.organisation_id: row
        for row in session.scalars(select(LaterMember).where(LaterMember.area_id == area.id))
    }
    for key in dict.fromkeys(file.later_joiners):
        organisation = organisations[key]
        if known.pop(organisation.id, None) is None:
            session.add(LaterMember(area_id=area.id, organisation_id=organisation.id))
            changes.note(f"areas[{file.key}].later_joiners", None, organisation.name)
    for row in known.values():
        changes.note(f"areas[{file.key}].later_joiners", row.organisation.name, None)
        session.delete(row)
