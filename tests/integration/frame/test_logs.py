"""Logs: a line for each request with its ids, and nothing personal whatever people do."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, tenders
from vergabe import clock, flow, outbox, worker
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.web.logs import JsonFormatter, cleared

NAME, EMAIL, HERE = "Xaver Niedermoser", "xaver.niedermoser@example.org", "198.51.100.77"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any logger of this process says meanwhile."""
    found = io.StringIO()
    handler = logging.StreamHandler(found)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger("vergabe"), logging.getLogger()]
    for each in loggers:
        each.addHandler(handler)
    yield found
    for each in loggers:
        each.removeHandler(handler)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.fixture
def person(app: Flask, session: Session) -> Iterator[User]:
    town = access.organisation(session)
    found = access.person(
        session, town, Role.REQUESTER, Role.PROCUREMENT_OFFICER, email=EMAIL, full_name=NAME
    )
    session.commit()
    app.config["WTF_CSRF_ENABLED"] = False
    yield found
    app.config["WTF_CSRF_ENABLED"] = True


def test_nothing_personal_whatever_people_do(
    app: Flask, client: FlaskClient, session: Session, person: User, log: io.StringIO
) -> None:
    there = {"environ_base": {"REMOTE_ADDR": HERE}}
    wrong = {"email": EMAIL, "password": "falsch-und-geheim-2026"}
    for _ in range(6):
        client.post("/anmelden", data=wrong, **there)
    right = {"email": EMAIL, "password": access.PASSWORD}
    assert client.post("/anmelden", data=right, environ_base={"REMOTE_ADDR": "::1"}).location
    client.get(f"/suche?q={NAME}", **there)
    client.get(f"/bekanntmachungen?q={NAME}", **there)
    client.post("/passwort-vergessen", data={"email": EMAIL}, **there)
    secret = "Abc123" * 8
    client.get(f"/passwort-vergessen/{secret}", **there)
    client.get(f"/abbestellen/{secret}", **there)
    client.get(f"/bekanntmachungen/{EMAIL}", **there)
    client.post(
        "/bedarfe/einlesen",
        data={"file": (io.BytesIO(f"{NAME};{EMAIL}".encode()), f"{NAME}.csv")},
        content_type="multipart/form-data",
        **there,
    )
    token = access.bearer(session, person, person.assignments[0].organisation)
    client.get("/api/v1/me", headers=token, **there)
    client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}, **there)
    said = log.getvalue()
    assert len(lines(log)) >= 13
    for personal in (
        NAME,
        "Niedermoser",
        EMAIL,
        HERE,
        secret,
        "falsch-und-geheim",
        access.PASSWORD,
        token["Authorization"].removeprefix("Bearer "),
        str(person.id),
        person.fs_uniquifier,
    ):
        assert personal not in said


def test_request_and_procedure_stand_in_each_line(
    client: FlaskClient, session: Session, log: io.StringIO
) -> None:
    tender = tenders.published(session, current.store())
    session.commit()
    log.truncate(0)
    log.seek(0)
    answer = client.get(
        f"/bekanntmachungen/{tender.reference}", headers={"X-Request-ID": "proxy-4711"}
    )
    assert answer.status_code == 200
    (line,) = lines(log)
    assert line["message"] == "request"
    assert line["request"] == "proxy-4711"
    assert line["reference"] == tender.reference
    assert (line["endpoint"], line["status"]) == ("notices.show", 200)
    client.get("/healthz")
    assert len(lines(log)) == 1


def test_error_that_quotes_what_somebody_entered_is_logged_by_its_kind_and_place(
    app: Flask,
    session: Session,
    log: io.StringIO,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def react(*_: object, **__: object) -> None:
        raise ValueError(f"{NAME} <{EMAIL}> from {HERE}")

    monkeypatch.setattr(flow, "react", react)
    payload = {
        "event": "x",
        "event_id": "00000000-0000-0000-0000-000000000007",
        "payload": {"tender_id": "00000000-0000-0000-0000-000000000008", "name": NAME},
    }
    outbox.put(session, "reaction", "r", "r", payload, now=clock.now())
    session.commit()
    worker.deliver_events(app)
    (line,) = lines(log)
    assert line["error"] == "ValueError"
    assert "react" in str(line["places"])
    assert line["tender_id"] == "00000000-0000-0000-0000-000000000008"
    for personal in (NAME, EMAIL, HERE):
        assert personal not in log.getvalue()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Invalid request from ip=198.51.100.77: x", "Invalid request from ip=198.51.x.x: x"),
        ("mail to a.b@straße.example failed", "mail to <address> failed"),
        ("Key (email)=(a, b) already exists.", "Key (email)=(…) already exists."),
        ('invalid input syntax for type uuid: "Xaver"', "invalid input syntax for type uuid: …"),
        ("from 2001:db8:85a3::8a2e:370:7334", "from 2001:db8:x"),
        ("at 2026-11-22T08:15:00 row 01920000-0000-7000-8000-00000000abcd", None),
        ("worker started", None),
    ],
)
def test_texts_of_others_are_cleared(said: str, kept: str | None) -> None:
    assert cleared(said) == (said if kept is None else kept)
