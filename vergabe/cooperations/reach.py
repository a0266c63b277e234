"""Of which cooperations somebody may see something, for lists that are read one by one.

The lists of pools, tenders and deadlines walk along an index of each cooperation; how many that is
depends on memberships, never on how long a list is.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Uuid,
    bindparam,
    case,
    literal_column,
    select,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission, roles_with
from vergabe.cooperations.model import Agreement, Cooperation, Member
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.texts import _
from vergabe.web.list_filters import OneOf


@dataclass(frozen=True)
class Reach:
    """member_of: cooperations of which the organisation is a member today; others: those that it
    has left, or whose agreement names it for a task. is_unlimited: the operator sees all.
    """

    member_of: Sequence[uuid.UUID] = ()
    others: Sequence[uuid.UUID] = ()
    is_unlimited: bool = False

    def branches(
        self,
        cooperation_id: InstrumentedAttribute[uuid.UUID] | ColumnElement[uuid.UUID],
        elsewhere: ColumnElement[bool] | None,
    ) -> list[list[ColumnElement[bool]]]:
        """Return the branches of a list (web.lists) of things that belong to a cooperation.

        Members see all of them; elsewhere: what must hold in the others, None for the operator
        alone.
        """
        if self.is_unlimited:
            return [[]]
        assert elsewhere is not None, "only the operator sees without a condition"
        own = [[cooperation_id == each] for each in self.member_of]
        return own + [[cooperation_id == each, elsewhere] for each in self.others]


def reach_of(session: Session, actor: Actor, permission: Permission, *, now: dt.datetime) -> Reach:
    """Return the cooperations of which the actor may see something with this permission.

    A role that is limited to one cooperation reaches no other. One statement.
    """
    if actor.is_operator:
        return Reach(is_unlimited=True)
    org = actor.organisation_id
    limits = {
        grant.cooperation_id
        for grant in actor.grants
        if grant.role in roles_with(permission) and grant.organisation_id == org
    }
    found = session.execute(_REACHED, {"organisation": org, "today": clock.berlin_day(now)})
    allowed = [(key, is_member) for key, is_member in found if limits & {None, key}]
    member_of = {key for key, is_member in allowed if is_member}
    others = {key for key, _ in allowed} - member_of
    return Reach(sorted(member_of), sorted(others))


def _reached() -> Select[uuid.UUID, int]:
    """Return cooperations of an organisation, and whether it is a member today."""
    organisation: Any = bindparam("organisation", type_=Uuid)
    today: Any = bindparam("today", type_=Date)
    is_member = case((Member.counts_on(today), 1), else_=0)
    memberships = select(Member.cooperation_id, is_member.label("is_member")).where(
        Member.organisation_id == organisation
    )
    nothing: Any = literal_column("0")
    named = (
        select(Agreement.cooperation_id, nothing)
        .join(TaskAssignment, TaskAssignment.agreement_id == Agreement.id)
        .where(TaskAssignment.organisation_id == organisation, Agreement.in_force_on.is_not(None))
    )
    found = union(memberships, named).subquery()
    return select(found.c.cooperation_id, found.c.is_member)


# Nearly every list begins with it; made once.
_REACHED: Final = _reached()


def filters_by_cooperation(
    found: Sequence[Cooperation],
    cooperation_id: InstrumentedAttribute[uuid.UUID],
    *,
    is_folded: bool = False,
) -> list[OneOf]:
    """Return the filter that narrows a list to one cooperation; none where there is one anyway."""
    if len(found) < 2:
        return []
    return [
        OneOf(
            "gruppe",
            _("Zusammenarbeit"),
            [(str(each.id), each.name) for each in found],
            lambda key: cooperation_id == uuid.UUID(key),
            is_folded=is_folded,
        )
    ]
