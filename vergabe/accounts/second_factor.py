"""A lost device: the second factor of another person is taken off, recorded, and told."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe import clock, outbox
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, RoleAssignment, User, WebAuthn
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import NotFound, Refused
from vergabe.ids import new_id

WHAT = "Diese Person"


def people_with_one(session: Session, actor: Actor, *, now: dt.datetime) -> Sequence[User]:
    """Return the people of the actor's organisation who have set up a second factor, by name.

    Without the actor, who keeps their own in their account, and without substitutes whom another
    member has sent: their own administration helps them.
    """
    actor.require(Permission.ADMINISTER_ORGANISATION, organisation_id=actor.organisation_id)
    day = clock.berlin_day(now)
    own = select(RoleAssignment.user_id).where(
        RoleAssignment.organisation_id == actor.organisation_id,
        RoleAssignment.home_organisation_id.is_(None),
        RoleAssignment.valid_from <= day,
        RoleAssignment.valid_to.is_(None) | (RoleAssignment.valid_to >= day),
    )
    return session.scalars(
        select(User)
        .where(User.id.in_(own), User.tf_primary_method.is_not(None), User.id != actor.user_id)
        .order_by(User.full_name)
    ).all()


def reset_for_colleague(
    session: Session, actor: Actor, user_id: uuid.UUID, *, now: dt.datetime
) -> User:
    """Take off the second factor of a person of the actor's organisation and return the person.

    Raises NotFound for anybody else, and for those without a second factor.
    """
    found = [user for user in people_with_one(session, actor, now=now) if user.id == user_id]
    if not found:
        raise NotFound(WHAT)
    user = session.get_one(User, user_id, with_for_update=True)
    organisation = session.get_one(Organisation, actor.organisation_id)
    _take_off(session, actor, user, [organisation], now=now)
    return user


def reset_by_operator(session: Session, actor: Actor, email: str, *, now: dt.datetime) -> User:
    """Take off the second factor of whoever has this address; for the operator alone.

    Recorded for every organisation of the person. Raises NotFound, Refused if there is none.
    """
    if not actor.is_operator:
        raise NotFound(WHAT)
    user = queries.user_by_email(session, email)
    if user is None:
        raise NotFound(WHAT)
    if user.tf_primary_method is None:
        raise Refused("no_second_factor", f"{user.full_name} hat keinen zweiten Faktor.")
    organisations = queries.organisations_of(session, user.id, now=now)
    _take_off(session, actor, user, organisations, now=now)
    return user


def _take_off(
    session: Session,
    actor: Actor,
    user: User,
    organisations: Sequence[Organisation],
    *,
    now: dt.datetime,
) -> None:
    user.tf_primary_method = None
    user.tf_totp_secret = None
    user.tf_phone_number = None
    user.mf_recovery_codes = None
    session.execute(
        delete(WebAuthn).where(WebAuthn.user_id == user.id, WebAuthn.usage == "secondary")
    )
    # Whoever has the lost device may be logged in on it: every session of the person ends.
    user.fs_uniquifier = uuid.uuid4().hex
    session.flush()
    act = Act(
        "second_factor_reset",
        "user_account",
        user.id,
        f"Der zweite Faktor von {user.full_name} wurde zurückgesetzt.",
        details={"email": user.email},
    )
    for organisation in organisations:
        audit.append(session, audit.stream_of("organisation", organisation.id), actor, act, now=now)
    outbox.put(
        session, "mail", "second_factor_reset", str(new_id()), _mail(user, actor, now), now=now
    )


def _mail(user: User, actor: Actor, now: dt.datetime) -> dict[str, str]:
    local = now.astimezone(clock.BERLIN)
    return {
        "to": user.email,
        "subject": "Ihr zweiter Faktor wurde zurückgesetzt",
        "body": (
            f"Guten Tag {user.full_name},\n\n"
            f"am {local:%d.%m.%Y} um {local:%H:%M} Uhr hat {actor.name} Ihren zweiten Faktor "
            "zurückgesetzt. Sie melden sich jetzt nur mit Ihrem Passwort an; alle Sitzungen sind "
            "beendet. Richten Sie in Ihrem Konto gleich ein neues Gerät ein.\n\n"
            "Haben Sie nicht darum gebeten? Dann ändern Sie Ihr Passwort und sagen Sie der "
            "Administration Ihrer Organisation Bescheid.\n"
        ),
    }
