"""What an operator's Prometheus reads: how long things wait, how requests go, and who may know."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access
from vergabe import clock, outbox
from vergabe.access.permissions import Role

pytestmark = pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
ROOT = Path(__file__).resolve().parents[3]


def figures(client: FlaskClient, **options: object) -> dict[str, float]:
    """Return each sample as `name{label=value,…}` → value."""
    answer = client.get("/metrics", **options)
    assert answer.status_code == 200
    return {
        f"{sample.name}{{{','.join(f'{k}={v}' for k, v in sorted(sample.labels.items()))}}}": (
            sample.value
        )
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def test_what_waits_and_what_was_set_aside(
    client: FlaskClient, session: Session, moving_clock: MovableClock
) -> None:
    before = figures(client)
    assert before["vergabe_outbox_due{kind=mail}"] == 0
    assert before["vergabe_outbox_oldest_due_seconds{kind=mail}"] == 0
    now = clock.now()
    rows = [("account_mail", f"metrics:{number}", {"to": "x@example.org"}) for number in range(3)]
    outbox.put_many(session, "mail", rows, now=now)
    outbox.put(
        session, "mail", "account_mail", "later", {}, now=now, due_at=now + dt.timedelta(days=1)
    )
    first = outbox.lease(session, ["mail"], now=now, limit=1)
    outbox.set_aside(session, first[0].id, "unzustellbar")
    session.commit()
    moving_clock.pass_(seconds=90)
    after = figures(client)
    assert after["vergabe_outbox_due{kind=mail}"] == 2
    assert after["vergabe_outbox_oldest_due_seconds{kind=mail}"] == pytest.approx(90, abs=5)
    assert after["vergabe_outbox_set_aside{kind=mail}"] == 1
    assert after["vergabe_disk_free_bytes{place=data}"] > 0


def test_requests_are_counted_by_endpoint_and_never_by_address(
    client: FlaskClient, session: Session
) -> None:
    name = "vergabe_request_seconds_count{endpoint=notices.show,method=GET,status=4xx}"
    before = figures(client).get(name, 0)
    for reference in ("DLZ-2026-0001", "DLZ-2026-0002"):
        assert client.get(f"/bekanntmachungen/{reference}").status_code == 404
    after = figures(client)
    assert after[name] == before + 2
    client.open("/gibt/es/nicht", method="ERFUNDEN")
    assert not [sample for sample in figures(client) if "2026" in sample or "ERFUNDEN" in sample]


def test_refused_logins_are_counted(client: FlaskClient, session: Session, app: Flask) -> None:
    town = access.organisation(session, "Merzenich")
    person = access.person(session, town, Role.REQUESTER)
    session.commit()
    name = "vergabe_failed_logins_total{}"
    before = figures(client)[name]
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/anmelden", data={"email": person.email, "password": "falsch und lang genug"})
    app.config["WTF_CSRF_ENABLED"] = True
    assert figures(client)[name] == before + 1


def test_only_this_machine_or_the_token_may_read(app: Flask, client: FlaskClient) -> None:
    elsewhere = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    assert client.get("/metrics", **elsewhere).status_code == 404
    through = {"headers": {"X-Forwarded-For": "127.0.0.1"}}
    assert client.get("/metrics", **through).status_code == 404
    settings = app.extensions["vergabe_settings"]
    app.extensions["vergabe_settings"] = dataclasses.replace(settings, metrics_token="geheim" * 6)
    try:
        assert client.get("/metrics").status_code == 404
        wrong = {"headers": {"Authorization": "Bearer falsch"}}
        assert client.get("/metrics", **wrong).status_code == 404
        right = {"headers": {"Authorization": "Bearer " + "geheim" * 6}, **elsewhere}
        assert "vergabe_worker_seen{}" in figures(client, **right)
    finally:
        app.extensions["vergabe_settings"] = settings


def test_reading_takes_few_statements(
    client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    figures(client)
    count_queries()
    figures(client)
    assert count_queries() <= 10


def test_alerts_take_rates_of_what_only_grows(client: FlaskClient) -> None:
    """Of a figure that falls a rate takes the fall for a new start: help would be an alarm."""
    text = client.get("/metrics").get_data(as_text=True)
    falling = {each.name for each in text_string_to_metric_families(text) if each.type == "gauge"}
    assert "vergabe_outbox_set_aside" in falling
    alerts = (ROOT / "examples/operation/alerts.yml").read_text(encoding="utf-8")
    growing = set(re.findall(r"\b(?:rate|increase)\((\w+)", alerts))
    assert growing
    assert not growing & falling
