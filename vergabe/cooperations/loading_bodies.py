"""Bodies and meetings that a cooperation's file brings along, and the order in which they decide.

Bodies belong to the municipality, whatever other cooperations it is in: the file adds and corrects,
it never takes a body or a meeting away.
"""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from vergabe.access.model import Organisation
from vergabe.cooperations import chains
from vergabe.cooperations.configuration import MemberFile
from vergabe.cooperations.configuration_resolutions import BodyFile
from vergabe.cooperations.loading_report import Changes
from vergabe.cooperations.model import Member
from vergabe.councils import queries as councils
from vergabe.councils.model import Body, Meeting
from vergabe.councils.rules import Kind


def load_bodies(
    session: Session,
    file: MemberFile,
    organisation: Organisation,
    member: Member,
    changes: Changes,
    *,
    now: dt.datetime,
) -> None:
    """Keep the bodies that the file names for a member, and the order in which they decide."""
    path = f"members[{file.key}]"
    changes.apply(member, path, {"decides": list(file.decides)})
    named = {chains.plain(body.name) for body in file.bodies}
    # Who decides must be in the calendar, also where the file says nothing more of it.
    wanted = [
        *file.bodies,
        *(BodyFile(name) for name in file.decides if chains.plain(name) not in named),
    ]
    if not wanted:
        return
    known = {
        chains.plain(body.name): body for body in councils.bodies_of(session, [organisation.id])
    }
    for body_file in wanted:
        body = known.get(chains.plain(body_file.name))
        place = f"{path}.bodies[{body_file.name}]"
        if body is None:
            body = _new_body(organisation, body_file, len(known) + 1, now)
            session.add(body)
            session.flush()
            known[chains.plain(body.name)] = body
            changes.note(place, None, body.name)
        else:
            changes.apply(body, place, _facts(body_file))
        _load_meetings(session, body, body_file, place, changes)


def _facts(file: BodyFile) -> dict[str, Any]:
    facts = {
        "kind": file.kind.value if file.kind else None,
        "active_from": file.active_from,
        "active_to": file.active_to,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _new_body(organisation: Organisation, file: BodyFile, position: int, now: dt.datetime) -> Body:
    facts = {"kind": Kind.OTHER.value} | _facts(file)
    return Body(
        organisation_id=organisation.id,
        name=file.name,
        position=position,
        created_at=now,
        **facts,
    )


def _load_meetings(
    session: Session, body: Body, file: BodyFile, path: str, changes: Changes
) -> None:
    known = {each.day: each for each in councils.meetings(session, body_ids=[body.id])}
    for wanted in file.meetings:
        found = known.get(wanted.day)
        if found is None:
            session.add(
                Meeting(body_id=body.id, day=wanted.day, papers_due_on=wanted.papers_due_on)
            )
            changes.note(f"{path}.meetings", None, wanted.day)
        elif wanted.papers_due_on is not None:
            place = f"{path}.meetings[{wanted.day}]"
            changes.apply(found, place, {"papers_due_on": wanted.papers_due_on})
    session.flush()
