"""What a person has taken note of: a mark per person and tender, set by them and never by a visit.

A page that is drawn changes nothing: a preview of a mail program, or a tab in the background, would
otherwise take away what is shown as new.
"""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.db import insert_unless_there
from vergabe.errors import InvalidInput
from vergabe.suppliers import membership
from vergabe.suppliers.model import TenderRegistration, TenderSeen
from vergabe.texts import gettext as _


def seen_by(session: Session, actor: Actor, tender_id: uuid.UUID) -> TenderSeen | None:
    """Return up to when the acting person has taken note of a tender; None for never."""
    query = select(TenderSeen).where(
        TenderSeen.user_id == actor.user_id, TenderSeen.tender_id == tender_id
    )
    return session.scalars(query).one_or_none()


def mark_seen(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    version_number: int,
    drawn_at: dt.datetime,
    now: dt.datetime,
) -> None:
    """Note that the acting person has seen a tender as it was when the page was drawn.

    What came after that instant stays new. A mark never goes back: the older of two tabs changes
    nothing. Raises InvalidInput for an instant that is still to come.
    """
    membership.own_firm(session, actor)
    if drawn_at > now:
        raise InvalidInput("instant_invalid", _("Bitte laden Sie die Seite neu."))
    assert actor.user_id is not None
    is_new = insert_unless_there(
        session,
        TenderSeen,
        {
            "id": ids.new_id(),
            "user_id": actor.user_id,
            "tender_id": tender_id,
            "version_number": version_number,
            "seen_at": drawn_at,
        },
    )
    if is_new:
        return
    found = seen_by(session, actor, tender_id)
    assert found is not None
    if found.seen_at < drawn_at:
        found.seen_at = drawn_at
        found.version_number = max(found.version_number, version_number)
        session.flush()


def registered_since(
    session: Session, organisation_id: uuid.UUID, tender_id: uuid.UUID
) -> dt.datetime | None:
    """Return since when a firm is told of a tender's news; None if it is not."""
    return session.scalars(
        select(TenderRegistration.registered_at).where(
            TenderRegistration.organisation_id == organisation_id,
            TenderRegistration.tender_id == tender_id,
            TenderRegistration.left_at.is_(None),
        )
    ).one_or_none()
