"""What passes with a membership: participation, lead, papers, tasks, people."""

import datetime as dt
import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vergabe.access.model import RoleAssignment
from vergabe.access.permissions import Role
from vergabe.cooperations.agreement_model import AgreementParty
from vergabe.cooperations.model import (
    Agreement,
    Cooperation,
    Mandate,
    Member,
    Participation,
    Resolution,
)
from vergabe.cooperations.rules import Depth
from vergabe.cooperations.task_model import Substitution, TaskAssignment
from vergabe.successions.copying import copied
from vergabe.successions.facts import Succession

_DEPTHS = tuple(Depth)


def pass_membership(session: Session, cooperation: Cooperation, of: Succession) -> None:
    """Let the old member leave with the day before; the successor is a member from the day on.

    Where both were members, the successor takes part as deep as the deeper of both.
    """
    old = _member(session, cooperation.id, of.old.id)
    if old is None or (old.left_on is not None and old.left_on < of.on):
        return
    new = _member(session, cooperation.id, of.new.id)
    running = [row for row in _participations(session, old) if _runs(row, of.on)]
    if new is None or (new.left_on is not None and new.left_on < of.on):
        new = _joined(session, old, new, of)
    for row in running:
        _participate(session, new, row, of)
        _end(session, row, of)
    old.left_on = max(of.eve, old.joined_on)
    if cooperation.lead_organisation_id == of.old.id:
        cooperation.lead_organisation_id = of.new.id
        cooperation.lead = of.new
    session.flush()


def _member(
    session: Session, cooperation_id: uuid.UUID, organisation_id: uuid.UUID
) -> Member | None:
    return session.scalars(
        select(Member).where(
            Member.cooperation_id == cooperation_id, Member.organisation_id == organisation_id
        )
    ).one_or_none()


def _joined(session: Session, old: Member, new: Member | None, of: Succession) -> Member:
    if new is None:
        joined_on = max(of.on, old.joined_on)
        return copied(session, old, organisation_id=of.new.id, joined_on=joined_on)
    new.left_on = old.left_on
    return new


def _participations(session: Session, member: Member) -> list[Participation]:
    query = select(Participation).where(Participation.member_id == member.id)
    return list(session.scalars(query.order_by(Participation.valid_from)))


def _runs(row: Participation, day: dt.date) -> bool:
    return row.valid_to is None or row.valid_to >= day


def _participate(session: Session, new: Member, row: Participation, of: Succession) -> None:
    begins = max(row.valid_from, of.on)
    for own in _participations(session, new):
        if own.area_id != row.area_id or not _runs(own, begins):
            continue
        if _DEPTHS.index(Depth(own.depth)) >= _DEPTHS.index(Depth(row.depth)):
            return
        if own.valid_from >= begins:
            session.delete(own)
        else:
            own.valid_to = begins - dt.timedelta(days=1)
    copied(session, row, member_id=new.id, valid_from=begins)


def _end(session: Session, row: Participation, of: Succession) -> None:
    if row.valid_from > of.eve:
        session.delete(row)
    else:
        row.valid_to = of.eve
    session.flush()


def pass_papers(session: Session, cooperation: Cooperation, of: Succession) -> int:
    """Let mandates, resolutions and signatures count for the successor; return how many."""
    return (
        _pass_mandates(session, cooperation.id, of)
        + _pass_resolutions(session, cooperation.id, of)
        + _pass_signatures(session, cooperation.id, of)
    )


def _pass_mandates(session: Session, cooperation_id: uuid.UUID, of: Succession) -> int:
    found = session.scalars(
        select(Mandate).where(
            Mandate.cooperation_id == cooperation_id,
            or_(Mandate.grantor_id == of.old.id, Mandate.grantee_id == of.old.id),
            or_(Mandate.valid_to.is_(None), Mandate.valid_to >= of.on),
            or_(Mandate.revoked_on.is_(None), Mandate.revoked_on > of.on),
        )
    ).all()
    passed = 0
    for mandate in found:
        grantor_id, grantee_id = of.after(mandate.grantor_id), of.after(mandate.grantee_id)
        if grantor_id != grantee_id:
            begins = max(mandate.valid_from, of.on)
            copied(
                session, mandate, grantor_id=grantor_id, grantee_id=grantee_id, valid_from=begins
            )
            passed += 1
        # Who has become one needs no word from itself; what was granted stays on file as it was.
        if mandate.valid_from <= of.eve:
            mandate.valid_to = of.eve
        else:
            mandate.revoked_on = mandate.valid_from
    session.flush()
    return passed


def _pass_resolutions(session: Session, cooperation_id: uuid.UUID, of: Succession) -> int:
    """Copy those that stand and on whose subject the successor has decided nothing itself."""
    rows = session.scalars(
        select(Resolution)
        .where(
            Resolution.cooperation_id == cooperation_id,
            Resolution.organisation_id.in_([of.old.id, of.new.id]),
            or_(Resolution.revoked_on.is_(None), Resolution.revoked_on > of.on),
        )
        .order_by(Resolution.decided_on, Resolution.id)
    ).all()
    own = {(r.subject, r.pool_id) for r in rows if r.organisation_id == of.new.id}
    wanted = [
        r for r in rows if r.organisation_id == of.old.id and (r.subject, r.pool_id) not in own
    ]
    for row in wanted:
        copied(
            session,
            row,
            organisation_id=of.new.id,
            wording=f"{of.sentence}\n\n{row.wording}".strip(),
        )
    return len(wanted)


def _pass_signatures(session: Session, cooperation_id: uuid.UUID, of: Succession) -> int:
    rows = session.scalars(
        select(AgreementParty)
        .join(Agreement, Agreement.id == AgreementParty.agreement_id)
        .where(
            Agreement.cooperation_id == cooperation_id,
            Agreement.stage != "terminated",
            AgreementParty.organisation_id.in_([of.old.id, of.new.id]),
        )
    ).all()
    own = {row.agreement_id for row in rows if row.organisation_id == of.new.id}
    wanted = [r for r in rows if r.organisation_id == of.old.id and r.agreement_id not in own]
    for row in wanted:
        copied(session, row, organisation_id=of.new.id)
    return len(wanted)


def pass_tasks(session: Session, of: Succession) -> None:
    """Let the successor do what the task matrix gave to the old municipality by name."""
    rows = session.scalars(
        select(TaskAssignment).where(TaskAssignment.organisation_id.in_([of.old.id, of.new.id]))
    ).all()
    known = {
        (r.agreement_id, r.step, r.performer, r.area_id)
        for r in rows
        if r.organisation_id == of.new.id
    }
    for row in rows:
        if row.organisation_id != of.old.id:
            continue
        if (row.agreement_id, row.step, row.performer, row.area_id) in known:
            session.delete(row)
        else:
            row.organisation_id = of.new.id
    session.flush()


def pass_people(session: Session, of: Succession) -> int:
    """Give people the roles at the successor that they had; return how many roles.

    Auditors keep theirs at the old municipality as well: somebody must be able to read its past.
    """
    rows = session.scalars(
        select(RoleAssignment).where(
            RoleAssignment.organisation_id == of.old.id,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= of.on),
        )
    ).all()
    for row in rows:
        begins = max(row.valid_from, of.on)
        after = copied(session, row, organisation_id=of.new.id, valid_from=begins)
        for found in session.scalars(
            select(Substitution).where(Substitution.assignment_id == row.id)
        ):
            found.assignment_id = after.id
        if row.role != Role.AUDITOR:
            if row.valid_from > of.eve:
                session.delete(row)
            else:
                row.valid_to = of.eve
    session.flush()
    _pass_substitutions(session, of)
    return len(rows)


def _pass_substitutions(session: Session, of: Succession) -> None:
    rows = session.scalars(
        select(Substitution).where(
            or_(
                Substitution.organisation_id == of.old.id,
                Substitution.home_organisation_id == of.old.id,
            ),
            Substitution.valid_to >= of.on,
            Substitution.ended_at.is_(None),
        )
    )
    for row in rows:
        at, home = of.after(row.organisation_id), of.after(row.home_organisation_id)
        if at == home:
            # Nobody stands in across members within one house.
            row.ended_at = of.now
            continue
        row.organisation_id, row.home_organisation_id = at, home
        if row.assignment is not None:
            row.assignment.home_organisation_id = home
    session.flush()
