"""Loading how a cooperation votes on projects from its file."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.cooperations import configuration_voting
from vergabe.cooperations.configuration import CooperationFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.voting_model import VotingRule


def load_voting(
    session: Session,
    cooperation: Cooperation,
    file: CooperationFile,
    areas: Mapping[str, TaskArea],
    changes: Changes,
) -> None:
    """Make the voting rules what the file says; the file is the state."""
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
