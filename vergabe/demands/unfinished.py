"""Entries of the form of a demand that were kept while somebody typed; never a demand yet.

They hold texts as typed, right or wrong, are seen by their writer alone, and go when the form is
sent, when the person throws them away, or after a month.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.demands.unfinished_model import UnfinishedEntry
from vergabe.errors import NotFound, TooLarge

KEPT_DAYS: Final = 30
MOST_KEPT: Final = 20
"""Entries a person has at once; the oldest gives way."""
CHARACTERS_MAX: Final = 200_000
_NOT_KEPT: Final = frozenset({"csrf_token", "step", "submit", "save", "form_key", "version"})


def keep(
    session: Session,
    actor: Actor,
    form_key: uuid.UUID,
    fields: Mapping[str, str],
    *,
    is_change: bool,
    now: dt.datetime,
) -> UnfinishedEntry | None:
    """Keep what stands in a form, in place of what was kept of it before; None if it is blank.

    Raises TooLarge for texts that no demand could hold.
    """
    wanted = {name: text for name, text in fields.items() if name not in _NOT_KEPT}
    if sum(len(text) for text in wanted.values()) > CHARACTERS_MAX:
        raise TooLarge("entry_too_long", "Das ist zu viel Text für einen Bedarf.")
    found = _of(session, actor, form_key)
    if found is None and not any(wanted.get(name, "").strip() for name in ("title", "description")):
        return None
    if found is None:
        if actor.user_id is None or actor.organisation_id is None:
            return None
        found = UnfinishedEntry(
            user_id=actor.user_id,
            organisation_id=actor.organisation_id,
            form_key=form_key,
            is_change=is_change,
        )
        session.add(found)
    # Bytes that a database refuses come back as the spaces that a person would have meant.
    found.fields = {name: text.replace("\x00", " ") for name, text in wanted.items()}
    found.saved_at = now
    session.flush()
    _clear(session, actor, now)
    return found


def _clear(session: Session, actor: Actor, now: dt.datetime) -> None:
    mine = UnfinishedEntry.user_id == actor.user_id
    newest = (
        select(UnfinishedEntry.id)
        .where(mine)
        .order_by(UnfinishedEntry.saved_at.desc(), UnfinishedEntry.id.desc())
        .limit(MOST_KEPT)
    )
    kept = list(session.scalars(newest))
    limit = now - dt.timedelta(days=KEPT_DAYS)
    session.execute(
        delete(UnfinishedEntry).where(
            mine, UnfinishedEntry.id.not_in(kept) | (UnfinishedEntry.saved_at < limit)
        )
    )


def entries(session: Session, actor: Actor, *, now: dt.datetime) -> list[UnfinishedEntry]:
    """Return the person's unfinished new demands for this organisation, the last one first."""
    return list(
        session.scalars(
            select(UnfinishedEntry)
            .where(
                UnfinishedEntry.user_id == actor.user_id,
                UnfinishedEntry.organisation_id == actor.organisation_id,
                UnfinishedEntry.is_change.is_(False),
                UnfinishedEntry.saved_at >= now - dt.timedelta(days=KEPT_DAYS),
            )
            .order_by(UnfinishedEntry.saved_at.desc())
        )
    )


def entry(session: Session, actor: Actor, form_key: uuid.UUID) -> UnfinishedEntry:
    """Return what was kept of a form of this person; NotFound otherwise."""
    found = _of(session, actor, form_key)
    if found is None:
        raise NotFound("Die unfertige Eingabe")
    return found


def of_form(session: Session, actor: Actor, form_key: uuid.UUID) -> UnfinishedEntry | None:
    """Return what was kept of a form of this person, None if nothing was."""
    return _of(session, actor, form_key)


def drop(session: Session, actor: Actor, form_key: uuid.UUID | None) -> None:
    """Forget what was kept of a form; nothing happens if nothing was."""
    session.execute(
        delete(UnfinishedEntry).where(
            UnfinishedEntry.user_id == actor.user_id, UnfinishedEntry.form_key == form_key
        )
    )


def _of(session: Session, actor: Actor, form_key: uuid.UUID) -> UnfinishedEntry | None:
    return session.scalars(
        select(UnfinishedEntry).where(
            UnfinishedEntry.user_id == actor.user_id,
            UnfinishedEntry.organisation_id == actor.organisation_id,
            UnfinishedEntry.form_key == form_key,
        )
    ).one_or_none()
