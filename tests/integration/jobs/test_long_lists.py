"""The file of a long list: asked for on the list's page, written in the background."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, many
from vergabe import sweeps
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.jobs.model import Job
from vergabe.web import list_files


@pytest.fixture
def town(session: Session, moving_clock: MovableClock) -> Organisation:
    dlz = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    many.demands(session, dlz, town, 40)
    return town


@pytest.fixture
def clerk(client: FlaskClient, session: Session, town: Organisation) -> User:
    user = access.person(session, town, Role.REQUESTER)
    session.commit()
    access.log_in(client, user)
    return user


def offer(client: FlaskClient, address: str) -> dict[str, str]:
    """Return what the page sends that offers to write a file."""
    page = html.fromstring(client.get(address).get_data(as_text=True))
    (form,) = page.xpath("//form[@action='/vorgaenge/liste']")
    return {name: value or "" for name, value in form.fields.items() if name}


def test_a_long_list_is_written_in_the_background_with_its_filters(
    app: Flask,
    client: FlaskClient,
    session: Session,
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = client.get("/bedarfe?wert_bis=50&ordnung=wert&als=csv").get_data()
    assert whole.count(b"\r\n") == 5
    monkeypatch.setattr(list_files, "AT_ONCE", 2)
    sent = offer(client, "/bedarfe?wert_bis=50&ordnung=wert&als=csv")
    first = client.post("/vorgaenge/liste", data=sent)
    assert first.status_code == 303
    # A second click finds the first; another order is another file.
    assert client.post("/vorgaenge/liste", data=sent).location == first.location
    other = client.post("/vorgaenge/liste", data=sent | {"query": "wert_bis=50"})
    assert other.location != first.location
    assert sweeps.run_jobs(app) == 2
    job = session.scalars(select(Job).order_by(Job.id)).first()
    assert job is not None
    assert (job.state, job.outcome) == ("done", "4 Zeilen.")
    made = client.get(f"{first.location}/datei")
    assert made.get_data() == whole
    assert made.headers["Content-Disposition"].startswith('attachment; filename="Bedarfe-')
    listed = client.get("/vorgaenge").get_data(as_text=True)
    assert "Datei herunterladen" in listed
    # The menu of every page leads back, although nothing is under way any more.
    assert 'href="/vorgaenge"' in client.get("/bedarfe").get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "query", "kind", "status"),
    [
        ("/bedarfe", "stand=erfunden", "xlsx", 422),
        ("/bedarfe", "", "pdf", 422),
        ("/start", "", "xlsx", 404),
        ("/bekanntmachungen", "", "xlsx", 404),
        ("https://example.org/", "", "xlsx", 422),
        ("/verwaltung", "", "xlsx", 403),
        ("", "\x00", "", 422),
        ("/bedarfe", "&".join(f"a{n}=1" for n in range(300)), "xlsx", 422),
    ],
)
def test_what_is_no_list_of_ones_own_is_refused_at_once(
    client: FlaskClient,
    session: Session,
    clerk: User,
    path: str,
    query: str,
    kind: str,
    status: int,
) -> None:
    token = html.fromstring(client.get("/bedarfe").get_data(as_text=True)).xpath(
        "//input[@name='csrf_token']/@value"
    )[0]
    data = {"csrf_token": token, "path": path, "query": query, "kind": kind}
    assert client.post("/vorgaenge/liste", data=data).status_code == status
    assert session.scalars(select(Job)).all() == []


def test_a_right_that_is_lost_meanwhile_writes_nothing_and_gives_nothing(
    app: Flask,
    client: FlaskClient,
    session: Session,
    town: Organisation,
    clerk: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(list_files, "AT_ONCE", 0)
    role = access.grant(session, clerk, town, Role.ADMINISTRATOR)
    session.commit()
    started = client.post("/vorgaenge/liste", data=offer(client, "/verwaltung?als=xlsx"))
    sweeps.run_jobs(app)
    assert client.get(f"{started.location}/datei").status_code == 200
    again = client.post("/vorgaenge/liste", data=offer(client, "/verwaltung?als=xlsx"))
    session.delete(role)
    session.commit()
    sweeps.run_jobs(app)
    session.expire_all()
    states = session.scalars(select(Job.state).order_by(Job.id)).all()
    assert states == ["done", "failed"]
    assert client.get(f"{started.location}/datei").status_code == 403
    assert client.get(f"{again.location}/datei").status_code == 404
