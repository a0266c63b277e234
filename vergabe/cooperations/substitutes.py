"""Substitutes across members: a person of one municipality stands in for a role at another.

Offered by the administration or coordination of the member that needs somebody, accepted by the
person, limited to one cooperation and a stretch of days. In each procedure a substitute declares on
conflicts of interest before acting (§ 6 VgV; conflicts.acting).
"""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from vergabe import clock
from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.model import RoleAssignment, User
from vergabe.access.permissions import ROLE_NAMES, Permission, Role
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import entries, filing, queries
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.substitute_rules import (
    STATE_NAMES,
    State,
    TypedWish,
    Wish,
    against_days,
)
from vergabe.cooperations.task_model import Substitution
from vergabe.errors import InvalidInput, NotFound, Refused, Violation, gather
from vergabe.messages import service as messages
from vergabe.messages.service import Reader


def state_of(found: Substitution, day: dt.date) -> State:
    """Return where a substitution stands on a legal day."""
    if found.declined_at is not None:
        return State.DECLINED
    if found.ended_at is not None or found.valid_to < day:
        return State.OVER
    if found.accepted_at is None:
        return State.OFFERED
    if found.assignment is None or not (
        found.assignment.valid_to is None or found.assignment.valid_to >= day
    ):
        return State.OVER  # the administration has ended the role itself
    return State.COMING if day < found.valid_from else State.RUNNING


_NOBODY_THERE: Final = Violation(
    "person_unknown",
    "Unter dieser Adresse hat niemand eine Rolle bei einem anderen Mitglied der "
    "Zusammenarbeit. Bitte prüfen Sie die Adresse.",
    field="email",
)


def offer_substitution(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, wish: Wish, *, now: dt.datetime
) -> Substitution:
    """Ask a person of another member to stand in at the actor's organisation; return the offer.

    The person is told and must accept. The same offer again returns the one that is there. Raises
    NotFound, Forbidden, InvalidInput.
    """
    cooperation, member = filing.own_membership(
        session, actor, Permission.GRANT_SUBSTITUTES, cooperation_id, None, now=now
    )
    today = clock.berlin_day(now)
    person, home_id = _person_of_another(session, cooperation, member.organisation_id, wish, now)
    absent = _colleague(session, member.organisation_id, wish, now)
    reasons = _reasons_against(wish, person, absent, today)
    if reasons:
        raise InvalidInput.of(reasons)
    assert person is not None
    assert home_id is not None
    found = _same(session, cooperation, member.organisation_id, person, wish, today)
    if found is not None:
        return found
    found = Substitution(
        cooperation_id=cooperation.id,
        organisation_id=member.organisation_id,
        home_organisation_id=home_id,
        user_id=person.id,
        substitute_for_id=absent.id if absent else None,
        role=wish.role,
        valid_from=wish.valid_from,
        valid_to=wish.valid_to,
        reason=entries.checked_reason(wish.reason),
        offered_by_name=actor.name,
        offered_at=now,
    )
    session.add(found)
    session.flush()
    sentence = f"{person.full_name} wurde gebeten, {_what(found)} zu vertreten."
    _record(session, actor, found, "substitution_offered", sentence, reason=found.reason, now=now)
    _ask(session, cooperation, found, sentence, now=now)
    return found


def reasons_against_offer(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, wish: TypedWish, *, now: dt.datetime
) -> list[Violation]:
    """Return what is wrong with an offer as far as it could be read. Raises NotFound, Forbidden."""
    cooperation, member = filing.own_membership(
        session, actor, Permission.GRANT_SUBSTITUTES, cooperation_id, None, now=now
    )
    person, _home = _person_of_another(session, cooperation, member.organisation_id, wish, now)
    absent = _colleague(session, member.organisation_id, wish, now)
    return _reasons_against(wish, person, absent, clock.berlin_day(now))


def _reasons_against(
    wish: TypedWish, person: User | None, absent: User | None, today: dt.date
) -> list[Violation]:
    """Return what is wrong; person, absent: who was found under the addresses of the wish."""
    reasons = [_NOBODY_THERE] if person is None else []
    reasons += against_days(wish, today)
    gather(reasons, lambda: entries.checked_reason(wish.reason))
    if wish.role is not None and wish.substitute_for.strip() and absent is None:
        message = "Unter dieser Adresse hat bei Ihnen niemand die Rolle, um die es geht."
        reasons.append(Violation("absent_unknown", message, field="substitute_for"))
    return reasons


def _ask(
    session: Session,
    cooperation: Cooperation,
    offer: Substitution,
    sentence: str,
    *,
    now: dt.datetime,
) -> None:
    """Tell the person who is to stand in."""
    messages.send(
        session,
        Reader(user_id=offer.user_id),
        dedupe_key=f"substitution:{offer.id}",
        kind=filing.MESSAGE_KIND,
        subject=f"Anfrage: Vertretung bei {offer.organisation.name}",
        body=f"{sentence}\n\nGrund: {offer.reason}\n\nBitte nehmen Sie an oder lehnen Sie ab.",
        link=f"/zusammenarbeit/{cooperation.key}/vertretungen",
        now=now,
    )


def accept_substitution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    row_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> Substitution:
    """Accept an offer made to the actor: the role counts from its first day on, until its last.

    A second time changes nothing. Raises NotFound for another's offer, Refused when it is over.
    """
    found = _offered_to(session, actor, cooperation_id, row_id, now=now)
    if found.accepted_at is not None:
        return found
    _refuse_unless_offered(found, now)
    assignment = RoleAssignment(
        user_id=found.user_id,
        organisation_id=found.organisation_id,
        cooperation_id=found.cooperation_id,
        role=found.role,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        substitute_for_id=found.substitute_for_id,
        home_organisation_id=found.home_organisation_id,
        reason=found.reason,
    )
    session.add(assignment)
    found.accepted_at = now
    found.assignment = assignment
    session.flush()
    sentence = f"{found.user.full_name} vertritt {_what(found)}."
    _record(session, actor, found, "substitution_accepted", sentence, now=now)
    _tell_offerer(session, found, "angenommen", sentence, now=now)
    return found


def decline_substitution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    row_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> Substitution:
    """Decline an offer made to the actor. Raises as `accept_substitution`."""
    found = _offered_to(session, actor, cooperation_id, row_id, now=now)
    if found.declined_at is not None:
        return found
    _refuse_unless_offered(found, now)
    found.declined_at = now
    session.flush()
    sentence = f"{found.user.full_name} hat abgelehnt, {_what(found)} zu vertreten."
    _record(session, actor, found, "substitution_declined", sentence, now=now)
    _tell_offerer(session, found, "abgelehnt", sentence, now=now)
    return found


def end_substitution(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    row_id: uuid.UUID,
    *,
    reason: str,
    now: dt.datetime,
) -> Substitution:
    """End a substitution at once, by the member or by the person; a second time changes nothing.

    Raises NotFound, Forbidden, InvalidInput.
    """
    found = _locked(session, actor, cooperation_id, row_id, now=now)
    is_own = found.user_id == actor.user_id
    if not is_own:
        if not actor.is_operator and found.organisation_id != actor.organisation_id:
            raise NotFound("Die Vertretung")
        actor.require(
            Permission.GRANT_SUBSTITUTES,
            organisation_id=found.organisation_id,
            cooperation_id=cooperation_id,
        )
    reason = entries.checked_reason(reason)
    today = clock.berlin_day(now)
    if state_of(found, today) in (State.OVER, State.DECLINED):
        return found
    found.ended_at = now
    assignment = found.assignment
    if assignment is not None:
        yesterday = today - dt.timedelta(days=1)
        if assignment.valid_from > yesterday:
            found.assignment = None
            session.flush()
            session.delete(assignment)
        else:
            assignment.valid_to = yesterday
    session.flush()
    sentence = f"Die Vertretung durch {found.user.full_name} ({_what(found)}) endete vorzeitig."
    _record(session, actor, found, "substitution_ended", sentence, reason=reason, now=now)
    return found


def substitutions(session: Session, cooperation_id: uuid.UUID) -> list[Substitution]:
    """Return all substitutions in a cooperation, those that end last in front."""
    query = (
        select(Substitution)
        .where(Substitution.cooperation_id == cooperation_id)
        .options(
            selectinload(Substitution.user),
            selectinload(Substitution.organisation),
            selectinload(Substitution.home_organisation),
            selectinload(Substitution.substitute_for),
            selectinload(Substitution.assignment),
        )
        .order_by(Substitution.valid_to.desc(), Substitution.id.desc())
    )
    return list(session.scalars(query))


def _person_of_another(
    session: Session,
    cooperation: Cooperation,
    organisation_id: uuid.UUID,
    wish: TypedWish,
    now: dt.datetime,
) -> tuple[User | None, uuid.UUID | None]:
    """Return the person and the member they come from; who has an own role here is no stranger."""
    user = access.user_by_email(session, wish.email)
    if user is None or not user.active:
        return None, None
    today = clock.berlin_day(now)
    own = [
        assignment
        for assignment in user.assignments
        if assignment.is_valid_on(today)
        and not assignment.is_substitute
        and assignment.cooperation_id in (None, cooperation.id)
    ]
    homes = {assignment.organisation_id for assignment in own}
    if organisation_id in homes:
        return None, None
    for member_id in queries.member_ids(session, cooperation.id, now):
        if member_id in homes:
            return user, member_id
    return None, None


def _colleague(
    session: Session, organisation_id: uuid.UUID, wish: TypedWish, now: dt.datetime
) -> User | None:
    user = access.user_by_email(session, wish.substitute_for) if wish.substitute_for else None
    if user is None:
        return None
    has_role = any(
        assignment.organisation_id == organisation_id and assignment.role == wish.role
        for assignment in user.assignments
        if assignment.is_valid_on(clock.berlin_day(now))
    )
    return user if has_role else None


def _same(
    session: Session,
    cooperation: Cooperation,
    organisation_id: uuid.UUID,
    person: User,
    wish: Wish,
    today: dt.date,
) -> Substitution | None:
    rows = session.scalars(
        select(Substitution).where(
            Substitution.cooperation_id == cooperation.id,
            Substitution.organisation_id == organisation_id,
            Substitution.user_id == person.id,
            Substitution.role == wish.role,
            Substitution.valid_from == wish.valid_from,
            Substitution.valid_to == wish.valid_to,
        )
    )
    closed = (State.OVER, State.DECLINED)
    return next((row for row in rows if state_of(row, today) not in closed), None)


def _locked(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    row_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> Substitution:
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    queries.locked_cooperation(session, cooperation_id)
    found = session.get(Substitution, row_id, populate_existing=True)
    if found is None or found.cooperation_id != cooperation_id:
        raise NotFound("Die Vertretung")
    return found


def _offered_to(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    row_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> Substitution:
    found = _locked(session, actor, cooperation_id, row_id, now=now)
    if actor.user_id is None or found.user_id != actor.user_id:
        raise NotFound("Die Vertretung")
    return found


def _refuse_unless_offered(found: Substitution, now: dt.datetime) -> None:
    state = state_of(found, clock.berlin_day(now))
    if state is not State.OFFERED:
        raise Refused("substitution_closed", f"Diese Vertretung ist schon {STATE_NAMES[state]}.")


def _what(found: Substitution) -> str:
    whom = f"{found.substitute_for.full_name}, " if found.substitute_for else ""
    return (
        f"{whom}{ROLE_NAMES[Role(found.role)]} bei {found.organisation.name}, vom "
        f"{found.valid_from:%d.%m.%Y} bis {found.valid_to:%d.%m.%Y}"
    )


def _record(
    session: Session,
    actor: Actor,
    found: Substitution,
    action: str,
    sentence: str,
    *,
    reason: str | None = None,
    now: dt.datetime,
) -> None:
    act = Act(
        action,
        "substitution",
        found.id,
        sentence,
        reason=reason,
        details={
            "user_id": str(found.user_id),
            "organisation_id": str(found.organisation_id),
            "home_organisation_id": str(found.home_organisation_id),
            "substitute_for_id": str(found.substitute_for_id) if found.substitute_for_id else None,
            "role": found.role,
            "valid_from": found.valid_from.isoformat(),
            "valid_to": found.valid_to.isoformat(),
        },
    )
    filing.record(session, actor, found.cooperation, act, now=now)
    stream = audit.stream_of("organisation", found.organisation_id)
    audit.append(session, stream, actor, act, now=now)


def _tell_offerer(
    session: Session, found: Substitution, word: str, sentence: str, *, now: dt.datetime
) -> None:
    messages.send(
        session,
        Reader(organisation_id=found.organisation_id),
        dedupe_key=f"substitution-{word}:{found.id}",
        kind=filing.MESSAGE_KIND,
        subject=f"Vertretung durch {found.user.full_name} {word}",
        body=sentence,
        link=f"/zusammenarbeit/{found.cooperation.key}/vertretungen",
        now=now,
    )
