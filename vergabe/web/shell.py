"""What every page needs: who is here, where one may go, and the current settings."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, request, url_for

from vergabe import clock
from vergabe.access import queries
from vergabe.access.model import Organisation
from vergabe.access.permissions import ROLE_NAMES, Permission
from vergabe.db import db
from vergabe.settings import Settings
from vergabe.web.rights import optional_actor


@dataclass(frozen=True)
class NavItem:
    """An entry of the main navigation; shown to actors that hold the permission."""

    label: str
    endpoint: str
    permission: Permission | None


_nav: list[NavItem] = []


def settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.extensions["vergabe_settings"])


def set_navigation(items: list[NavItem]) -> None:
    """Set the main navigation, in order (done once by the registry)."""
    _nav[:] = items


def nav_items() -> list[tuple[str, str, bool]]:
    """Return label, address and whether it is the current one, for whoever asks."""
    actor = optional_actor()
    return [
        (item.label, url_for(item.endpoint), request.path.startswith(url_for(item.endpoint)))
        for item in _nav
        if item.permission is None or (actor is not None and actor.holds(item.permission))
    ]


def organisation_choices() -> list[Organisation]:
    """Return the organisations that the logged-in person may act for."""
    actor = optional_actor()
    if actor is None or actor.user_id is None:
        return []
    return queries.organisations_of(db.session(), actor.user_id, now=clock.now())


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
            "nav_items": nav_items,
            "organisation_choices": organisation_choices,
            "role_names": ROLE_NAMES,
            "now": clock.now(),
            "is_demo": settings().is_demo,
        }
