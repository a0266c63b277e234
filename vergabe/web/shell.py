"""What every page needs: who is here, where one may go, what waits, and the current settings."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import ROLE_NAMES, Permission
from vergabe.db import db
from vergabe.settings import Settings
from vergabe.texts import _
from vergabe.web.rights import optional_actor

APPEARANCE_COOKIE: Final = "darstellung"
THEMES: Final = {"hell": "light", "dunkel": "dark"}
"""What the cookie may say → KERN's name for it; anything else follows the system."""


@dataclass(frozen=True)
class NavItem:
    """A page of the main navigation; shown to actors that hold the permission.

    group: the entry of the first row under which it stands, None: an entry of its own; also: more
    paths that belong to it. Labels are German (`marked`) and are translated where they are shown.
    """

    label: str
    endpoint: str
    permission: Permission | None
    group: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class NavLink:
    """A link of the navigation: `page` if it leads to the page in view, `true` to its part."""

    label: str
    url: str
    current: str | None = None


@dataclass(frozen=True)
class NavGroup:
    """An entry of the first row with its pages; it leads to the first of them."""

    label: str
    links: tuple[NavLink, ...]

    @property
    def url(self) -> str:
        return self.links[0].url

    @property
    def is_current(self) -> bool:
        return any(link.current for link in self.links)

    @property
    def current(self) -> str | None:
        """Return what `aria-current` says of the entry."""
        return (self.links[0].current or "true") if self.is_current else None


@dataclass(frozen=True)
class Count:
    """Something that waits for the person: how many, and where."""

    label: str
    endpoint: str
    number: int

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


Counting = Callable[[Session, Actor, dt.datetime], Sequence[Count]]

_nav: list[NavItem] = []
_counting: list[Counting] = []


def settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.extensions["vergabe_settings"])


def set_navigation(items: list[NavItem]) -> None:
    """Set the main navigation, in order (done once by the registry)."""
    _nav[:] = items


def set_counting(counting: Counting) -> None:
    """Set who counts what waits for somebody (done once by the registry)."""
    _counting[:] = [counting]


def navigation() -> list[NavGroup]:
    """Return the entries of the main navigation for whoever asks, with the current one marked."""
    actor = optional_actor()
    items = [
        item
        for item in _nav
        if item.permission is None or (actor is not None and actor.holds(item.permission))
    ]
    here = _nearest(items)
    groups: dict[str, list[NavLink]] = {}
    for item in items:
        address = url_for(item.endpoint)
        is_page = address.partition("?")[0] == request.path
        current = ("page" if is_page else "true") if item is here else None
        link = NavLink(_(item.label), address, current)
        groups.setdefault(item.group or item.label, []).append(link)
    return [NavGroup(_(label), tuple(links)) for label, links in groups.items()]


def _nearest(items: list[NavItem]) -> NavItem | None:
    """Return the entry whose address is the longest beginning of the one that was asked for."""
    found: tuple[int, NavItem | None] = (0, None)
    for item in items:
        for path in (url_for(item.endpoint).partition("?")[0], *item.also):
            is_within = request.path == path or request.path.startswith(f"{path.rstrip('/')}/")
            if is_within and len(path) > found[0]:
                found = (len(path), item)
    return found[1]


def counts() -> Sequence[Count]:
    """Return what waits for whoever asks; counted once per request, in one statement."""
    if "counts" not in g:
        actor = optional_actor()
        known = actor is not None and actor.user_id is not None
        g.counts = (
            _counting[0](db.session(), cast(Actor, actor), clock.now())
            if known and _counting
            else ()
        )
    return cast(Sequence[Count], g.counts)


def organisation_choices() -> list[Organisation]:
    """Return the organisations that the logged-in person may act for."""
    actor = optional_actor()
    if actor is None or actor.user_id is None:
        return []
    if "choices" not in g:
        g.choices = queries.organisations_of(db.session(), actor.user_id, now=clock.now())
    return cast(list[Organisation], g.choices)


def theme() -> str | None:
    """Return KERN's name of the colours that the visitor has chosen, None: those of the system."""
    return THEMES.get(request.cookies.get(APPEARANCE_COOKIE, ""))


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str, *, versioned: bool = True) -> str:
    """Return the address of a static file; versioned by content, so that it may be kept for ever.

    A font that CSS names without a version must be preloaded without one too, or it loads twice.
    """
    path = Path(current_app.static_folder or "") / name
    version = _fingerprint(path) if versioned and path.is_file() else None
    return url_for("static", filename=name, v=version)


def init_app(app: Flask) -> None:
    """Register the globals that templates use."""

    @app.context_processor
    def page_globals() -> dict[str, Any]:
        return {
            "asset": asset,
            "current_actor": optional_actor(),
            "nav_groups": navigation,
            "frame_counts": counts,
            "organisation_choices": organisation_choices,
            "theme": theme(),
            "role_names": ROLE_NAMES,
            "now": clock.now(),
            "is_demo": settings().is_demo,
            "base_url": settings().base_url,
            # What `stale.answer` has found; a page may name its own.
            "overtaken": g.get("overtaken"),
        }
