"""Pages about one thing (a cooperation, a pool, a tender), whichever capability they belong to.

A page of an early step links to pages of later ones without knowing them: the registry gives the
list, as with the main navigation.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import Flask, request, url_for
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.web.rights import optional_actor

Subject = Literal["cooperation", "pool", "tender"]
# What the routes call the thing that they are about.
ARGUMENTS: Final[dict[Subject, str]] = {
    "cooperation": "key",
    "pool": "pool_id",
    "tender": "tender_id",
}


@dataclass(frozen=True)
class Section:
    """A page about a subject; shown to actors that hold the permission.

    may_see: asked besides with the subject's id, where the page narrows further than the subject
    itself: the same question as the page asks.
    """

    subject: Subject
    label: str
    endpoint: str
    permission: Permission
    may_see: Callable[[Session, Actor, uuid.UUID], bool] | None = None


_sections: list[Section] = []


def set_sections(sections: Sequence[Section]) -> None:
    """Set the pages about each subject, in order (done once by the registry)."""
    _sections[:] = sections


def section_links(subject: Subject, value: str | uuid.UUID) -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is the current one, for whoever asks."""
    actor = optional_actor()
    if actor is None:
        return []
    values: dict[str, Any] = {ARGUMENTS[subject]: value}
    found = []
    for section in _sections:
        if section.subject == subject and _is_shown(section, actor, value):
            address = url_for(section.endpoint, **values)
            found.append((section.label, address, request.path == address))
    return found


def _is_shown(section: Section, actor: Actor, value: str | uuid.UUID) -> bool:
    if not actor.holds(section.permission):
        return False
    return section.may_see is None or section.may_see(db.session(), actor, uuid.UUID(str(value)))


def init_app(app: Flask) -> None:
    """Give templates `section_links`."""
    app.jinja_env.globals["section_links"] = section_links
