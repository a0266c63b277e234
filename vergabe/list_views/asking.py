"""Asking the page of a list what an address means: for work on the list away from its page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, request

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.errors import NotFound
from vergabe.web.lists import Asked


@dataclass(frozen=True)
class Found:
    """What an address asks of a list, and the right that its page demands."""

    asked: Asked[Any]
    permission: Permission


@contextmanager
def asked_at(actor: Actor, address: str) -> Iterator[Found]:
    """Give what an address of a list asks, read as its page reads it for the actor.

    The page itself is asked, so that its rights and what it narrows the list to hold here as well;
    it draws nothing. The list is read inside. Raises NotFound for an address that is none of a
    list, Forbidden without the right, and whatever the page refuses with.
    """
    before = g.get("actor")
    try:
        with current_app.test_request_context(address):
            g.actor, g.list_asked = actor, []
            view = current_app.view_functions.get(request.endpoint or "")
            permission = getattr(view, "vergabe_permission", None)
            if view is None or permission is None:
                raise NotFound("Diese Liste")
            view(**(request.view_args or {}))
            if not g.list_asked:
                raise NotFound("Diese Liste")
            yield Found(g.list_asked[0], permission)
    finally:
        # The context of whoever asked goes on, with its own actor.
        g.pop("list_asked", None)
        g.pop("actor", None)
        if before is not None:
            g.actor = before


def note(asked: Asked[Any]) -> bool:
    """Keep what is asked if somebody wants to know it; return whether somebody does."""
    wanted: list[Asked[Any]] | None = g.get("list_asked")
    if wanted is None:
        return False
    wanted.append(asked)
    return True
