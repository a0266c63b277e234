"""What waits besides the flow: deadlines in charge, money owed, people's rights, messages."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import RoleAssignment, User
from vergabe.access.permissions import Permission
from vergabe.cooperations.model import Cooperation
from vergabe.cost_shares import queries as costs
from vergabe.deadlines.model import Deadline
from vergabe.home.task import MOST_OF_ONE_KIND, Task, count, memberships, number
from vergabe.messages.model import Message
from vergabe.money import german

SOON: Final = dt.timedelta(days=14)
DEADLINE_BUTTON: Final = "Zur Frist"
_ONE_DAY: Final = dt.timedelta(days=1)


def deadlines(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield the deadlines in the next two weeks that this person keeps.

    Named people keep theirs; without a name the officers of the organisation in charge do, and
    milestones everybody who may report them.
    """
    mine = (Deadline.responsible_id == actor.user_id) | (Deadline.substitute_id == actor.user_id)
    ours = Deadline.responsible_id.is_(None) & (Deadline.organisation_id == actor.organisation_id)
    if not actor.holds(Permission.EDIT_DEADLINES):
        is_reporting = actor.holds(Permission.REPORT_MILESTONES)
        ours &= Deadline.kind == ("milestone" if is_reporting else "")
    found = session.scalars(
        select(Deadline)
        .where(
            mine | ours,
            Deadline.lifted_at.is_(None),
            Deadline.met_at.is_(None),
            Deadline.due_at > now,
            Deadline.due_at <= now + SOON,
        )
        .order_by(Deadline.due_at)
        .limit(2 * MOST_OF_ONE_KIND)
    )
    for deadline in found:
        yield Task(
            f"{deadline.title} ({deadline.subject_reference})",
            DEADLINE_BUTTON,
            url_for("deadlines.show", deadline_id=deadline.id),
            deadline.due_at,
            deadline.subject_id,
        )


def money_owed(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield what the lead asked one's own municipality to pay back and what is still open."""
    organisation_id = actor.organisation_id
    cooperations = session.scalars(
        select(Cooperation)
        .where(
            Cooperation.id.in_(memberships(organisation_id)),
            Cooperation.lead_organisation_id != organisation_id,
        )
        .order_by(Cooperation.name)
        .limit(MOST_OF_ONE_KIND)
    )
    if organisation_id is None:
        return
    for cooperation in cooperations:
        account = costs.member_accounts(session, cooperation.id, [organisation_id])[organisation_id]
        if account.balance_cents <= 0:
            continue
        due_on = min((item.due_on for item in account.open_items if item.due_on), default=None)
        yield Task(
            f"{german(account.balance_cents)} Kostenanteil an {cooperation.name} sind offen",
            "Abrechnung ansehen",
            url_for("costs.member", key=cooperation.key, organisation_id=organisation_id),
            clock.berlin_instant(due_on + _ONE_DAY, dt.time()) if due_on else None,
        )


def ending_roles(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield whose roles end within two weeks, for whoever can prolong them."""
    today = clock.berlin_day(now)
    rows = session.execute(
        select(User.full_name, RoleAssignment.valid_to)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.organisation_id == actor.organisation_id,
            RoleAssignment.valid_from <= today,
            RoleAssignment.valid_to >= today,
            RoleAssignment.valid_to < today + SOON,
        )
        .order_by(RoleAssignment.valid_to, User.full_name)
        .limit(MOST_OF_ONE_KIND)
    )
    for name, last_day in rows:
        yield Task(
            f"Die Rolle von {name} endet",
            "Ansehen",
            url_for("accounts.people"),
            clock.berlin_instant(last_day + _ONE_DAY, dt.time()) if last_day else None,
        )


def never_logged_in(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield how many people of the organisation have no password yet."""
    invited = select(RoleAssignment.user_id).where(
        RoleAssignment.organisation_id == actor.organisation_id,
        (RoleAssignment.valid_to.is_(None)) | (RoleAssignment.valid_to >= clock.berlin_day(now)),
    )
    found = count(
        session, User.id.in_(invited), User.password.is_(None), User.active.is_(True), of=User
    )
    if found:
        who = number(found, "eingeladene Person hat", "eingeladene Personen haben")
        yield Task(f"{who} sich noch nie angemeldet", "Ansehen", url_for("accounts.people"))


def unread(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    mine = Message.user_id == actor.user_id
    ours = Message.organisation_id == actor.organisation_id
    found = count(session, mine | ours, Message.first_read_at.is_(None), of=Message)
    if found:
        yield Task(
            number(found, "ungelesene Mitteilung", "ungelesene Mitteilungen"),
            "Lesen",
            url_for("messages.mailbox"),
        )
