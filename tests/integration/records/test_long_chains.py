"""A long record: verified and written in the background, its result found on its page."""

import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories.audit import without_guards
from vergabe import clock, sweeps
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.access.queries import actor_for
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations.model import Member
from vergabe.jobs.model import Job
from vergabe.records import chain_jobs, checks

PAGE = "/akte/organisation"


@pytest.fixture
def town(
    session: Session,
    client: FlaskClient,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Organisation:
    monkeypatch.setattr(checks, "AT_ONCE", 3)
    town = access.organisation(session)
    actor = access.actor(session, town, Role.AUDITOR)
    _append(session, town, 5)
    assert actor.user_id is not None
    user = access.person(session, town, Role.AUDITOR)
    session.commit()
    access.log_in(client, user)
    return town


def _append(session: Session, town: Organisation, count: int) -> None:
    actor = access.actor(session, town, Role.AUDITOR)
    for number in range(count):
        act = Act("noted", "organisation", town.id, f"Vermerk {number}.")
        audit.append(session, audit.stream_of("organisation", town.id), actor, act, now=clock.now())
    session.commit()


def _text(client: FlaskClient) -> str:
    return client.get(PAGE).get_data(as_text=True)


def _press(client: FlaskClient, action: str) -> str:
    (form,) = html.fromstring(_text(client)).xpath(f"//form[@action='{action}']")
    answer = client.post(action, data={n: v or "" for n, v in form.fields.items() if n})
    assert answer.status_code == 303
    return str(answer.location)


def test_the_result_of_a_verification_is_found_on_the_page_of_the_record(
    app: Flask, client: FlaskClient, session: Session, town: Organisation
) -> None:
    before = _text(client)
    assert "Noch nicht geprüft" in before
    assert "vollständig und unverändert" not in before
    first = _press(client, "/akte/pruefung")
    assert "Die Prüfung läuft" in _text(client)
    sweeps.run_jobs(app)
    assert "5 Einträge sind vollständig" in client.get(first).get_data(as_text=True)
    assert f'href="{PAGE}"' in client.get(first).get_data(as_text=True)
    assert "Die Akte ist vollständig und unverändert" in _text(client)
    _append(session, town, 2)
    assert "2 Einträge dazugekommen" in _text(client)


def test_a_damaged_record_is_told_with_its_place(
    app: Flask, client: FlaskClient, session: Session, town: Organisation
) -> None:
    without_guards(session)
    session.execute(text("UPDATE record_entry SET summary = 'Anders.' WHERE sequence = 2"))
    session.commit()
    _press(client, "/akte/pruefung")
    sweeps.run_jobs(app)
    found = _text(client)
    assert "Die Akte ist beschädigt" in found
    assert "Eintrag 2" in found


def test_a_record_that_lost_all_its_entries_is_no_empty_one(
    client: FlaskClient, session: Session, town: Organisation, tmp_path: Path
) -> None:
    without_guards(session)
    session.execute(text("DELETE FROM record_entry"))
    session.commit()
    (tmp_path / "akte.zip").write_bytes(client.get(f"{PAGE}/kette.zip").get_data())
    with zipfile.ZipFile(tmp_path / "akte.zip") as archive:
        script = archive.extract("pruefen.py", tmp_path)
    told = subprocess.run(
        [sys.executable, "-I", script, "akte.zip"], capture_output=True, cwd=tmp_path
    )
    assert told.returncode == 1
    assert "Einträge fehlen" in told.stdout.decode()

    # Nor does it help to begin the head anew.
    session.execute(
        text("UPDATE record_chain SET last_sequence = 0, last_hash = :none"), {"none": "0" * 64}
    )
    _append(session, town, 2)
    session.execute(
        text("UPDATE record_chain SET last_sequence = 0, last_hash = :none"), {"none": "0" * 64}
    )
    session.commit()
    assert "Die Akte ist beschädigt" in _text(client)


def test_a_record_that_was_never_begun_is_not_damaged(
    client: FlaskClient, session: Session, town: Organisation
) -> None:
    other = access.organisation(session, "Kerpen")
    access.log_in(client, access.person(session, other, Role.AUDITOR))
    session.commit()
    assert "beschädigt" not in _text(client)
    with zipfile.ZipFile(io.BytesIO(client.get(f"{PAGE}/kette.zip").get_data())) as archive:
        assert json.loads(archive.read("index.json"))["problems"] == []


def test_the_zip_of_a_long_record_is_written_in_the_background(
    app: Flask, client: FlaskClient, session: Session, town: Organisation
) -> None:
    job = _press(client, "/akte/zip")
    sweeps.run_jobs(app)
    answer = client.get(f"{job}/datei")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert "pruefen.py" in archive.namelist()


def test_the_zip_is_gone_for_who_has_left_the_cooperation(
    app: Flask, client: FlaskClient, session: Session, town: Organisation
) -> None:
    cooperation = cooperations.dlz(session)
    member = cooperations.town(session, "Jülich")
    user = access.person(session, member, Role.AUDITOR)
    actor = actor_for(session, user, member.id, now=clock.now())
    wanted = checks.which("zusammenarbeit", cooperation.key)
    job = chain_jobs.start(session, actor, wanted, now=clock.now())
    session.commit()
    access.log_in(client, user)
    sweeps.run_jobs(app)
    assert client.get(f"/vorgaenge/{job.id}/datei").status_code == 200
    membership = session.scalars(select(Member).where(Member.organisation_id == member.id)).one()
    membership.left_on = clock.berlin_day(clock.now()) - dt.timedelta(days=1)
    session.commit()
    assert client.get(f"/vorgaenge/{job.id}/datei").status_code == 404


@pytest.mark.parametrize("action", ["/akte/pruefung", "/akte/zip"])
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"of": "verfahren", "id": "x"},
        {"of": "buendelung", "id": "0"},
        {"of": "zusammenarbeit", "id": "fremd\x00"},
        {"of": "bedarfe"},
    ],
)
def test_a_record_that_is_none_of_ours_is_not_there(
    client: FlaskClient, session: Session, town: Organisation, action: str, data: dict[str, str]
) -> None:
    token = html.fromstring(_text(client)).xpath("//input[@name='csrf_token']/@value")[0]
    assert client.post(action, data={"csrf_token": token, **data}).status_code == 404
    assert session.scalars(select(Job)).all() == []


@pytest.mark.parametrize("typed", ["Änderung", "änderung", "A\u0308nderung", "straße", "STRASSE"])
def test_an_entry_is_found_however_its_umlauts_are_typed(
    client: FlaskClient, session: Session, town: Organisation, typed: str
) -> None:
    actor = access.actor(session, town, Role.AUDITOR)
    act = Act("noted", "organisation", town.id, "Änderung der Anschrift: Lange Straße 5.")
    audit.append(session, audit.stream_of("organisation", town.id), actor, act, now=clock.now())
    session.commit()
    page = client.get(PAGE, query_string={"q": typed}).text
    assert "Lange Straße 5." in page
    assert "Vermerk 1." not in page
