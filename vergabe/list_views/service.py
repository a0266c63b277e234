"""Saving, renaming and deleting views, and making one the default of its list.

They are a person's own and change nothing that others see, so no record is kept of them.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.errors import InvalidInput, Refused, Violation
from vergabe.exchange import plain_text
from vergabe.list_views import queries, rules
from vergabe.list_views.model import ListView


@dataclass(frozen=True)
class NewView:
    """A view to save. path: the page of the list; query: of its address, with or without `?`."""

    list_key: str
    name: str
    path: str
    query: str
    is_default: bool = False


def save_view(session: Session, actor: Actor, new: NewView, *, now: dt.datetime) -> ListView:
    """Save a view and return it; one of the same name is replaced.

    Raises InvalidInput for an empty or long name, an unknown list and a view without anything to
    keep, Refused beyond rules.VIEWS_MAX views of one list.
    """
    user_id, organisation_id = _owner(session, actor)
    name, query = _checked_name(new.name), rules.kept_query(new.query)
    _check(new, query)
    views = queries.views_of(session, actor, new.list_key)
    view = next((each for each in views if each.name == name), None)
    if view is None and len(views) >= rules.VIEWS_MAX:
        raise Refused(
            "too_many_views",
            f"Für diese Liste haben Sie schon {rules.VIEWS_MAX} Ansichten gespeichert. Löschen Sie "
            "zuerst eine, die Sie nicht mehr brauchen.",
        )
    if view is None:
        view = ListView(
            user_id=user_id,
            organisation_id=organisation_id,
            list_key=new.list_key,
            name=name,
            is_default=False,
            created_at=now,
        )
        session.add(view)
    view.path, view.query = new.path, query
    session.flush()
    if new.is_default:
        _make_default(session, view)
    return view


def rename_view(session: Session, actor: Actor, view_id: uuid.UUID, name: str) -> ListView:
    """Rename a view. Raises InvalidInput for an empty or long name, or one that is taken."""
    _owner(session, actor)
    view = queries.own_view(session, actor, view_id)
    wanted = _checked_name(name)
    others = queries.views_of(session, actor, view.list_key)
    if any(each.name == wanted and each.id != view.id for each in others):
        message = "Eine andere Ansicht dieser Liste heißt schon so. Wählen Sie einen anderen Namen."
        raise InvalidInput.of([Violation("name_taken", message, field="name")])
    view.name = wanted
    session.flush()
    return view


def delete_view(session: Session, actor: Actor, view_id: uuid.UUID) -> ListView:
    """Delete a view and return what it was."""
    _owner(session, actor)
    view = queries.own_view(session, actor, view_id)
    session.delete(view)
    session.flush()
    return view


def choose_default(
    session: Session, actor: Actor, view_id: uuid.UUID, *, is_default: bool
) -> ListView:
    """Open a list in this view from now on, or no longer."""
    _owner(session, actor)
    view = queries.own_view(session, actor, view_id)
    if is_default:
        _make_default(session, view)
    else:
        view.is_default = False
        session.flush()
    return view


def _owner(session: Session, actor: Actor) -> tuple[uuid.UUID, uuid.UUID]:
    """Return person and organisation; two clicks of one person come one after the other."""
    actor.require(Permission.USE_OWN_ACCOUNT)
    if actor.user_id is None or actor.organisation_id is None:
        raise Refused(
            "no_organisation",
            "Ansichten gehören zu einer Person und einer Organisation. Ihnen fehlt zurzeit eine "
            "Rolle bei einer Organisation.",
        )
    session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(of=User))
    return actor.user_id, actor.organisation_id


def _make_default(session: Session, view: ListView) -> None:
    session.execute(
        update(ListView)
        .where(
            ListView.user_id == view.user_id,
            ListView.organisation_id == view.organisation_id,
            ListView.list_key == view.list_key,
            ListView.id != view.id,
        )
        .values(is_default=False)
    )
    view.is_default = True
    session.flush()


def _checked_name(text: str) -> str:
    name = plain_text.one_line(text, max_length=rules.NAME_MAX, field="name")
    if not name:
        message = "Geben Sie der Ansicht einen Namen, zum Beispiel „Meine offenen Bedarfe“."
        raise InvalidInput.of([Violation("name_missing", message, field="name")])
    return name


def _check(new: NewView, query: str) -> None:
    if new.list_key not in rules.LISTS:
        raise InvalidInput("list_unknown", "Diese Liste gibt es nicht.", field="list")
    if not query:
        message = "Wählen Sie zuerst Filter oder eine Sortierung, dann gibt es etwas zu speichern."
        raise InvalidInput("view_empty", message, field="query")
    if len(query) > rules.QUERY_MAX or len(new.path) > rules.PATH_MAX or "\x00" in query:
        raise rules.too_long()
