"""Public reads may ask a copy that lags; who is logged in, or has just written, never does."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.conftest import application_of_its_own
from tests.factories import access, tenders
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.db import asking_replica, db, unit_of_work
from vergabe.engines import DatabaseSettings
from vergabe.files import current
from vergabe.web import replica
from vergabe.web.replica import Copy

pytestmark = pytest.mark.postgres
FEED = "/api/v1/notices/changes"


@pytest.fixture(scope="module")
def places(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, dict[str, str]]]:
    """An application with one notice whose copy has none yet; headers of an officer."""
    with application_of_its_own(database_url, tmp_path_factory.mktemp("copy")) as copy:
        url = copy.extensions["vergabe_settings"].database_url
        wanted = DatabaseSettings(replica_url=url)
        with application_of_its_own(
            database_url, tmp_path_factory.mktemp("primary"), database=wanted
        ) as app:
            with app.app_context(), unit_of_work() as session:
                tender = tenders.published(session, current.store())
                lead = session.get_one(Organisation, tender.lead_organisation_id)
                person = access.person(session, lead, Role.PROCUREMENT_OFFICER)
                headers = access.bearer(session, person, lead)
            yield app, headers
            with app.app_context():
                db.engines["replica"].dispose()


def seen(app: Flask, headers: dict[str, str] | None = None) -> int:
    """Return how many notices the feed shows to such a request."""
    answer = app.test_client().get(FEED, headers=headers)
    assert answer.status_code == 200, answer.text
    return len(answer.get_json()["items"])


def test_a_stranger_is_shown_the_copy(places: tuple[Flask, dict[str, str]]) -> None:
    assert seen(places[0]) == 0


def test_who_has_a_token_is_shown_the_primary(places: tuple[Flask, dict[str, str]]) -> None:
    app, headers = places
    assert seen(app, headers=headers) == 1


def test_who_has_opened_a_form_is_shown_the_primary(
    places: tuple[Flask, dict[str, str]],
) -> None:
    """Whoever sends something without login has a session: they see what they have sent."""
    client = places[0].test_client()
    assert client.get("/anmelden").status_code == 200
    assert len(client.get(FEED).get_json()["items"]) == 1


def test_a_copy_that_is_away_or_lags_is_left_alone(
    places: tuple[Flask, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = places[0]
    before = app.extensions["vergabe_replica"]
    try:
        app.extensions["vergabe_replica"] = Copy(lag_seconds=10)
        monkeypatch.setattr(replica, "_LAG", text("SELECT 11"))
        assert seen(app) == 1, "it lags"
        app.extensions["vergabe_replica"] = Copy(lag_seconds=10)
        monkeypatch.setattr(replica, "_LAG", text("SELECT 1 FROM nowhere"))
        assert seen(app) == 1, "it cannot be asked"
    finally:
        app.extensions["vergabe_replica"] = before


def test_a_copy_that_fails_in_the_middle_is_made_up_for(
    places: tuple[Flask, dict[str, str]],
) -> None:
    app = places[0]
    with app.app_context():
        away = "postgresql+psycopg://nobody@127.0.0.1:1/vergabe"
        engines = db._app_engines[app]
        real = engines["replica"]
        engines["replica"] = db._make_engine("replica", {"url": away}, app)
    app.extensions["vergabe_replica"] = Copy(10, is_good=True, until=float("inf"))
    try:
        assert seen(app) == 1, "the primary is asked instead"
        assert not app.extensions["vergabe_replica"].is_good
    finally:
        engines["replica"] = real
        app.extensions["vergabe_replica"] = Copy(lag_seconds=10)


def test_nothing_can_be_written_to_the_copy(places: tuple[Flask, dict[str, str]]) -> None:
    with (
        places[0].app_context(),
        asking_replica(),
        pytest.raises(DBAPIError, match="read-only transaction"),
    ):
        db.session.execute(text("DELETE FROM organisation"))
    with places[0].app_context():
        db.session.remove()
