"""Pages, API and command of timetables and milestones, bad input included."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, plans, pools, tenders
from vergabe import clock
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.commands import support
from vergabe.commands.law import law
from vergabe.plans.model import Milestone, TimetableWish
from vergabe.pools.model import Pool

OFFICER = (Role.COORDINATOR, Role.PROCUREMENT_OFFICER)


@pytest.fixture
def pool(session: Session, app: Flask, moving_clock: MovableClock) -> Pool:
    app.config["WTF_CSRF_ENABLED"] = False
    cooperation, demands = pools.towns_with_engines(session, needed_from=dt.date(2027, 7, 1))
    return pools.joining_pool(session, cooperation, demands)


@pytest.fixture(autouse=True)
def _csrf_back(app: Flask) -> Any:
    yield
    app.config["WTF_CSRF_ENABLED"] = True


def log_in(client: FlaskClient, session: Session, *roles: Role) -> User:
    user = access.person(session, cooperations.town(session, "Merzenich"), *(roles or OFFICER))
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = user.fs_uniquifier
        cookie["_fresh"] = True
        cookie["identity"] = user.fs_uniquifier
    return user


def count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_page_of_a_pool_shows_picture_and_table(
    client: FlaskClient, session: Session, pool: Pool
) -> None:
    log_in(client, session)
    answer = client.get(f"/buendelungen/{pool.id}/zeitplan")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text.count('class="app-chart__svg"') == 2
    assert 'id="plan-wide-title"' in text
    assert 'id="plan-narrow-title"' in text
    assert " style=" not in text
    assert "Was sich verschiebt, wenn etwas versäumt wird" in text
    assert "§ 15 Abs. 2 und 4 VgV" in text
    tree = html.fromstring(text)
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    overview = client.get(f"/buendelungen/{pool.id}").get_data(as_text=True)
    assert f"/buendelungen/{pool.id}/zeitplan" in overview


def test_what_if_is_an_address_and_saving_is_a_post(
    client: FlaskClient, session: Session, pool: Pool
) -> None:
    log_in(client, session)
    page = f"/buendelungen/{pool.id}/zeitplan"
    asked = client.get(f"{page}?performance_on=2027-09-01&tender_days=45&direction=forward")
    text = asked.get_data(as_text=True)
    assert asked.status_code == 200
    assert "01.09.2027" in text
    assert "Als Wunsch speichern" in text
    assert count(session, TimetableWish) == 0
    saved = client.post(
        page, data={"performance_on": "2027-09-01", "tender_days": "45", "version": "0"}
    )
    assert saved.status_code == 303
    again = client.get(page).get_data(as_text=True)
    assert "Gespeichert am" in again
    assert "performance_on=2027-09-01" in again
    stale = client.post(page, data={"performance_on": "2027-10-01", "version": "0"})
    assert stale.status_code == 412


BAD = [
    "performance_on=2020-01-01",
    "performance_on=31.02.2027",
    "performance_on=9999-12-31",
    "performance_on=2099-12-31",
    "begins_on=gestern",
    "council_on=12/31/2027",
    "tender_days=9999",
    "tender_days=-1",
    "tender_days=12.5",
    "lead_time_days=%00",
    "procedure=nat-direct",
    "procedure=%3Cscript%3E",
    "award_body=Feuerwehr",
    "performance_on=2027-01-01&begins_on=2027-06-01",
]


@pytest.mark.parametrize("query", BAD)
def test_wrong_wishes_get_a_sentence_at_their_field(
    client: FlaskClient, session: Session, pool: Pool, query: str
) -> None:
    log_in(client, session)
    answer = client.get(f"/buendelungen/{pool.id}/zeitplan?{query}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422, text[-2000:]
    assert "data-error-summary" in text
    assert "<script>alert" not in text
    field = query.split("=", 1)[0]
    assert f'id="{field}"' in text


@pytest.mark.parametrize(
    "query",
    [
        "tender_days=600",
        "tender_days=0&lead_time_days=0&evaluation_working_days=0&decision_working_days=0",
        "performance_on=2026-11-23",
        "performance_on=2046-11-23",
        "performance_on=&begins_on=&procedure=",
        "direction=sideways",
        "urgent=1&pin_published=1&by_post=1",
        "procedure=restricted&participation_days=730&urgent=1",
        "council_on=2027-06-30",
        "performance_on=2027-09-01&unknown=1",
    ],
)
def test_odd_but_possible_wishes_are_planned(
    client: FlaskClient, session: Session, pool: Pool, query: str
) -> None:
    log_in(client, session)
    answer = client.get(f"/buendelungen/{pool.id}/zeitplan?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)[-2000:]
    assert "<svg" in answer.get_data(as_text=True)


def test_the_page_of_a_tender(client: FlaskClient, session: Session, pool: Pool) -> None:
    tender = tenders.draft(session)
    log_in(client, session)
    page = f"/vergabeverfahren/{tender.id}/zeitplan"
    assert client.get(page).status_code == 200
    assert client.post(page, data={"tender_days": "40", "version": "0"}).status_code == 303
    assert client.post(page, data={"tender_days": "x", "version": "1"}).status_code == 422
    assert "Gespeichert am" in client.get(page).get_data(as_text=True)


def test_who_only_looks_cannot_save(client: FlaskClient, session: Session, pool: Pool) -> None:
    log_in(client, session, Role.REQUESTER)
    page = f"/buendelungen/{pool.id}/zeitplan"
    assert "Als Wunsch speichern" not in client.get(f"{page}?tender_days=40").get_data(as_text=True)
    assert client.post(page, data={"version": "0"}).status_code == 403


def test_a_milestone_through_the_pages(client: FlaskClient, session: Session, pool: Pool) -> None:
    log_in(client, session)
    lead = cooperations.town(session, "Merzenich")
    answer = client.post(
        "/zusammenarbeit/dlz/zeitplan/neu",
        data={
            "title": "Workshop & <b>Abstimmung</b>",
            "organisation_id": str(lead.id),
            "kind": "workshop",
            "agreed_on": "10.02.2027",
            "pool_id": str(pool.id),
            "before_step": "published",
        },
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    found = session.scalars(select(Milestone)).one()
    one = f"/zusammenarbeit/dlz/zeitplan/{found.id}"
    assert " und 1 Meilenstein. " in client.get("/zusammenarbeit/dlz/zeitplan").get_data(
        as_text=True
    )
    for page in ("/zusammenarbeit/dlz/zeitplan", one, f"{one}/aendern"):
        text = client.get(page).get_data(as_text=True)
        assert "Workshop &amp; &lt;b&gt;" in text
        assert "<b>Abstimmung" not in text
    assert client.get(f"/buendelungen/{pool.id}/zeitplan").status_code == 200
    assert "Meilenstein" in client.get("/fristen").get_data(as_text=True)
    changed = client.post(
        f"{one}/aendern",
        data={
            "title": "Workshop",
            "organisation_id": str(lead.id),
            "wished_on": "2027-02-12",
            "version": "1",
        },
    )
    assert changed.status_code == 303
    assert client.post(f"{one}/streichen", data={"reason": ""}).status_code == 422
    assert client.post(f"{one}/erledigt", data={"done_on": "2030-01-01"}).status_code == 422
    assert client.post(f"{one}/erledigt", data={"done_on": ""}).status_code == 303
    assert "erledigt am" in client.get("/zusammenarbeit/dlz/zeitplan").get_data(as_text=True)
    assert client.post(f"{one}/streichen", data={"reason": "doch nicht"}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 600),
        ("title", "a\x00b"),
        ("organisation_id", ""),
        ("organisation_id", "niemand"),
        ("kind", "party"),
        ("agreed_on", "31.02.2027"),
        ("agreed_on", "1.1.1800"),
        ("wished_on", "9999-01-01"),
        ("wished_on", ""),
        ("pool_id", "x"),
        ("pool_id", "00000000-0000-0000-0000-000000000007"),
        ("area_id", "00000000-0000-0000-0000-000000000007"),
        ("before_step", "lunch"),
        ("before_step", "published"),
        ("note", "x" * 3000),
    ],
)
def test_a_bad_milestone_is_named_at_its_field(
    client: FlaskClient, session: Session, pool: Pool, field: str, value: str
) -> None:
    log_in(client, session)
    lead = cooperations.town(session, "Merzenich")
    good = {"title": "Workshop", "organisation_id": str(lead.id), "wished_on": "2027-02-10"}
    answer = client.post("/zusammenarbeit/dlz/zeitplan/neu", data=good | {field: value})
    assert answer.status_code == 422, answer.get_data(as_text=True)[-2000:]
    assert "data-error-summary" in answer.get_data(as_text=True)
    assert count(session, Milestone) == 0


def test_the_api_of_timetables(client: FlaskClient, session: Session, pool: Pool) -> None:
    lead = cooperations.town(session, "Merzenich")
    headers = access.bearer(session, access.person(session, lead, *OFFICER), lead)
    address = f"/api/v1/pools/{pool.id}/timetable"
    found = client.get(address, headers=headers)
    assert found.status_code == 200, found.json
    body = found.json
    assert body is not None
    assert body["wished_on"] == "2027-07-01"
    assert found.headers["ETag"] == '"0"'
    assert {step["key"] for step in body["steps"]} >= {"published", "submission", "awarded"}
    what_if = client.get(f"{address}?performance_on=2027-03-01&direction=forward", headers=headers)
    assert what_if.json is not None
    assert what_if.json["missed_days"] > 0
    assert what_if.json["direction"] == "forward"
    wishes = {"performance_on": "2027-09-01", "urgent": True}
    assert client.put(address, json=wishes, headers=headers).status_code == 428
    put = client.put(address, json=wishes, headers=headers | {"If-Match": '"0"'})
    assert put.status_code == 200, put.json
    assert put.headers["ETag"] == '"1"'
    assert put.json is not None
    assert put.json["wishes"] == wishes
    assert client.put(address, json={}, headers=headers | {"If-Match": '"0"'}).status_code == 412
    for query in ("performance_on=2020-01-01", "tender_days=800", "direction=x"):
        assert client.get(f"{address}?{query}", headers=headers).status_code == 422, query
    other = client.put(
        address, json={"procedure": "nat-direct"}, headers=headers | {"If-Match": '"1"'}
    )
    assert other.status_code == 422
    tender = tenders.draft(session)
    session.commit()
    of_tender = f"/api/v1/tenders/{tender.id}/timetable"
    assert client.get(of_tender, headers=headers).status_code == 200
    saved = client.put(of_tender, json={"tender_days": 40}, headers=headers | {"If-Match": '"0"'})
    assert saved.status_code == 200, saved.json


def test_the_api_of_plans_and_milestones(client: FlaskClient, session: Session, pool: Pool) -> None:
    lead = cooperations.town(session, "Merzenich")
    headers = access.bearer(session, access.person(session, lead, *OFFICER), lead)
    base = "/api/v1/cooperations/dlz/milestones"
    entry = {"title": "Workshop", "organisation_id": str(lead.id), "agreed_on": "2027-02-10"}
    made = client.post(base, json=entry, headers=headers)
    assert made.status_code == 201, made.json
    assert made.json is not None
    one = f"{base}/{made.json['id']}"
    assert client.get(one, headers=headers).json == made.json
    changed = client.put(
        one, json=entry | {"title": "Klausur"}, headers=headers | {"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.json
    assert client.post(f"{one}/done", json={}, headers=headers).json["state"] == "done"
    assert client.post(f"{one}/drop", json={"reason": "x"}, headers=headers).status_code == 409
    plan = client.get("/api/v1/cooperations/dlz/plan", headers=headers).json
    assert plan is not None
    assert [m["title"] for m in plan["milestones"]] == ["Klausur"]
    assert [p["reference"] for p in plan["projects"]] == [pool.reference]
    second = client.post(base, json=entry, headers=headers)
    assert second.json is not None
    dropped = client.post(
        f"{base}/{second.json['id']}/drop", json={"reason": "doppelt"}, headers=headers
    )
    assert dropped.json is not None
    assert dropped.json["state"] == "dropped"
    for wrong in ({}, entry | {"title": ""}, entry | {"agreed_on": None}, entry | {"kind": "x"}):
        assert client.post(base, json=wrong, headers=headers).status_code == 422, wrong


def test_another_cooperation_finds_nothing(
    client: FlaskClient, session: Session, pool: Pool
) -> None:
    milestone = plans.milestone(session, session.get_one(type(pool), pool.id).cooperation)
    other = cooperations.dlz(
        session, ("Inden", "Linnich"), key="fremd", reference_prefix="FRE", name="Andere"
    )
    town = cooperations.town(session, "Inden")
    headers = access.bearer(session, access.person(session, town, *OFFICER), town)
    for address in (
        f"/api/v1/pools/{pool.id}/timetable",
        "/api/v1/cooperations/dlz/plan",
        f"/api/v1/cooperations/dlz/milestones/{milestone.id}",
        f"/api/v1/cooperations/{other.key}/milestones/{milestone.id}",
    ):
        assert client.get(address, headers=headers).status_code == 404, address


def run(monkeypatch: pytest.MonkeyPatch, app: Flask, *words: str) -> Any:
    monkeypatch.setattr(support, "the_app", lambda settings=None: app)
    return CliRunner().invoke(law, ["timetable", *words])


def test_the_command_for_a_file(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    case = {"rule_set": "VgV", "procedure": "open", "land": "NW", "performance_on": "2027-04-06"}
    file = tmp_path / "plans.json"
    file.write_text(json.dumps({"timetables": [case | {"id": "a"}]}))
    found = run(monkeypatch, app, str(file))
    assert found.exit_code == 0, found.output
    assert json.loads(found.output)[0]["begins_on"] == "2026-11-23"
    file.write_text(json.dumps({"timetables": [case | {"id": "a"}, {"id": "b"}]}))
    assert run(monkeypatch, app, str(file)).exit_code == 1
    assert run(monkeypatch, app).exit_code == 2
    assert run(monkeypatch, app, str(file), "--pool", "X").exit_code == 2


def test_the_command_for_a_pool_and_a_tender(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, pool: Pool
) -> None:
    tender = tenders.draft(session)
    session.commit()
    found = run(monkeypatch, app, "--pool", pool.reference.lower(), "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.output)["wished_on"] == "2027-07-01"
    asked = run(monkeypatch, app, "--pool", pool.reference, "--start", "01.09.2027")
    assert "spätestens" in asked.output
    of_tender = run(monkeypatch, app, "--tender", tender.reference, "--json")
    assert json.loads(of_tender.output)["subject"] == "tender"
    assert run(monkeypatch, app, "--pool", "BUE-XYZ").exit_code != 0
    assert run(monkeypatch, app, "--pool", pool.reference, "--start", "gestern").exit_code != 0
    assert count(session, TimetableWish) == 0


def test_the_lists_need_few_statements(
    client: FlaskClient, session: Session, pool: Pool, count_queries: Any
) -> None:
    log_in(client, session)
    client.get(f"/buendelungen/{pool.id}/zeitplan")
    count_queries()
    client.get(f"/buendelungen/{pool.id}/zeitplan")
    assert count_queries() < 60
    assert clock.now()
