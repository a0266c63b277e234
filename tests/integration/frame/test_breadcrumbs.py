"""Every page below the first level says where it stands, and its way leads back."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.factories.world import World, addresses, rules, visitors, world
from vergabe import menus

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

# First level: what the menu, the header and the footer lead to, and what a mail alone leads to.
FIRST = re.compile(
    r"/[a-z-]*|/abbestellen/.*|/registrierung/.*|/unternehmen/(registrieren|bestaetigen)(/.*)?"
)


def _menu(app: Flask) -> set[str]:
    with app.test_request_context():
        return {app.url_for(item.endpoint) for item in menus.NAVIGATION}


def test_every_page_below_the_first_level_has_its_way_back(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    found: World = world(app, session)
    session.commit()
    first = _menu(app)
    missing, seen = [], 0
    for rule in rules(app):
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(("/api", "/static", "/docs")):
            continue
        shown = _first_shown(app, rule, found, first)
        if shown is not None:
            seen += 1
            address, text = shown
            if 'class="app-breadcrumbs"' not in text and "<!doctype" in text:
                missing.append((rule.endpoint, address))
    app.config["WTF_CSRF_ENABLED"] = True
    assert seen > 40
    assert sorted(set(missing)) == []


def _first_shown(app: Flask, rule: Rule, found: World, first: set[str]) -> tuple[str, str] | None:
    """Return address and text of the first page of a route that anybody is shown."""
    for address in addresses(app, rule, found):
        if FIRST.fullmatch(address) or address in first:
            continue
        for visitor in visitors(app, rule, found):
            answer = visitor.open("GET", address)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                return address, answer.text
    return None
