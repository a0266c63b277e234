"""Who still has to decide before a joint tender goes out, and when its bodies can."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.cooperations import chains, gates
from vergabe.cooperations.chains import State
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.cooperations.rules import SUBJECT_NAMES
from vergabe.cooperations.rules import Subject as ResolutionSubject
from vergabe.councils import queries as councils
from vergabe.councils.model import Body, Meeting
from vergabe.plans.sittings import BodyCalendar, Sitting
from vergabe.plans.subjects import Subject

_OFFICE, _COUNCIL = "office", "council"
# Decided when the pool comes to its award, not before its notice.
_LATER = frozenset({"award"})


@dataclass(frozen=True)
class MemberDecision:
    """What one member has to decide, or has decided.

    subject: German name of what is decided; decided_on: day of the last word, None while it is
    open; chain: the bodies that still have to decide, in order, with their meetings from today on;
    is_configured: whether the cooperation says which bodies they are.
    """

    organisation_id: uuid.UUID
    name: str
    subject: str
    decided_on: dt.date | None
    chain: tuple[BodyCalendar, ...] = ()
    is_configured: bool = True

    @property
    def is_open(self) -> bool:
        return self.decided_on is None

    @property
    def is_plannable(self) -> bool:
        """Return whether it is known when the bodies of the chain can decide."""
        return bool(self.chain) and all(body.is_known for body in self.chain)


def member_decisions(
    session: Session, subject: Subject, *, today: dt.date
) -> tuple[MemberDecision, ...]:
    """Return what the participants have to decide before the notice, in the order of names.

    What the area does not ask for is left out. Meetings from today on, all bodies in three
    statements whatever the number of members.
    """
    area = session.get_one(TaskArea, subject.area_id)
    wanted = [ResolutionSubject(name) for name in area.required_resolutions if name not in _LATER]
    if not wanted or not subject.participant_ids:
        return ()
    cooperation = session.get_one(Cooperation, subject.cooperation_id)
    participants = gates.participants(
        session,
        cooperation,
        area,
        participant_ids=subject.participant_ids,
        totals={},
        pool_id=subject.pool_id,
        day=today,
    )
    calendars = _calendars(session, subject.participant_ids, today)
    found = []
    for participant in participants:
        for about in wanted:
            chain = chains.chain_of(
                participant.decides,
                chains.about(participant.resolutions, about, subject.pool_id),
                today,
            )
            outstanding = _outstanding(chain, participant.decides)
            own = calendars.get(participant.organisation_id, ())
            is_open = chain.state is not State.DECIDED
            found.append(
                MemberDecision(
                    organisation_id=participant.organisation_id,
                    name=participant.name,
                    subject=SUBJECT_NAMES[about],
                    decided_on=chain.decided_on,
                    chain=_chain(outstanding, own) if is_open else (),
                    is_configured=bool(participant.decides),
                )
            )
    return tuple(found)


def _outstanding(chain: chains.Chain, bodies: Sequence[str]) -> Sequence[str]:
    return chain.outstanding or bodies


def _chain(names: Sequence[str], calendars: Sequence[BodyCalendar]) -> tuple[BodyCalendar, ...]:
    """Return the calendars of the named bodies; of the council where none are named."""
    if names:
        return tuple(_named(name, calendars) for name in names)
    return tuple(calendars[:1])


def _named(name: str, calendars: Sequence[BodyCalendar]) -> BodyCalendar:
    same = (body for body in calendars if chains.same_body(body.name, name))
    return next(same, BodyCalendar(name))


def _calendars(
    session: Session, organisation_ids: Collection[uuid.UUID], today: dt.date
) -> dict[uuid.UUID, tuple[BodyCalendar, ...]]:
    """Return the bodies of each organisation with their meetings to come, the council first."""
    bodies = councils.bodies_of(session, organisation_ids, day=today)
    meetings = councils.meetings(session, body_ids=[body.id for body in bodies], first_day=today)
    found: dict[uuid.UUID, list[BodyCalendar]] = {}
    for body in sorted(bodies, key=lambda body: (body.kind != _COUNCIL, body.position)):
        found.setdefault(body.organisation_id, []).append(_calendar(body, meetings))
    return {key: tuple(calendars) for key, calendars in found.items()}


def _calendar(body: Body, meetings: Sequence[Meeting]) -> BodyCalendar:
    sittings = tuple(
        Sitting(meeting.day, meeting.papers_due_on)
        for meeting in meetings
        if meeting.body_id == body.id
    )
    return BodyCalendar(body.name, sittings, is_office=body.kind == _OFFICE)


def lead_bodies(session: Session, subject: Subject, *, today: dt.date) -> tuple[BodyCalendar, ...]:
    """Return the bodies of the lead that may decide on the award, with their meetings to come."""
    return _calendars(session, [subject.lead_id], today).get(subject.lead_id, ())
