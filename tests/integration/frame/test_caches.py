"""What caches between us and the reader may keep: what is everybody's, and nothing else."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import access
from vergabe.access.permissions import Role

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def cache_control(app: Flask, path: str) -> str | None:
    """Return what a reader who has never been here is told."""
    return app.test_client().get(path).headers.get("Cache-Control")


@pytest.mark.parametrize("path", ["/", "/bekanntmachungen", "/suche?q=x", "/api/v1/notices"])
def test_what_is_everybodys_may_be_kept(app: Flask, path: str) -> None:
    assert cache_control(app, path) is None


@pytest.mark.parametrize("path", ["/anmelden", "/passwort-vergessen", "/unternehmen/registrieren"])
def test_page_that_begins_a_session_is_kept_nowhere(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert "session=" in answer.headers["Set-Cookie"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/passwort-vergessen/x", "/abbestellen/x", "/registrierung/x", "/unternehmen/bestaetigen/x"],
)
def test_page_behind_a_secret_is_kept_nowhere(app: Flask, path: str) -> None:
    assert cache_control(app, path) == "no-store"


def test_pages_of_the_login_are_kept_nowhere_for_who_is_logged_in(
    app: Flask, session: Session
) -> None:
    user = access.person(session, access.organisation(session), Role.REQUESTER)
    session.commit()
    client = app.test_client()
    access.log_in(client, user)
    for path in ("/konto", "/passwort-aendern", "/zweiter-faktor/wiederherstellungscodes"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
