import io
import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access, cooperations, demands
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.demands.model import Demand

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

GOOD = "Bedarf-Nr.;Titel;CPV;Menge;Einheit;Einzelpreis netto\nA1;Helme;35113410;40;Stk.;1.142,50\n"


@dataclass(frozen=True)
class Desk:
    """A client of the API with tokens for people at Jülich and one at Kerpen."""

    client: FlaskClient
    session: Session
    cooperation: Cooperation
    requester: dict[str, str]
    releaser: dict[str, str]
    neighbour: dict[str, str]
    coordinator: dict[str, str]

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        who: dict[str, str] | None = None,
        version: int | None = None,
        method: str = "POST",
    ) -> TestResponse:
        headers = dict(who or self.requester)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def get(self, path: str, who: dict[str, str] | None = None) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers=who or self.requester)

    def body(self, **more: Any) -> dict[str, Any]:
        area = demands.area_of(self.session, self.cooperation)
        return {
            "cooperation_id": str(self.cooperation.id),
            "area_id": str(area.id),
            "title": "40 Feuerwehrhelme",
            "cpv_main": "35113410-6",
            "nature": "supplies",
            "items": [
                {
                    "text": "Helm",
                    "quantity": "40",
                    "unit_code": "Stk.",
                    "unit_price_net": {"amount_cents": 114250, "currency": "EUR"},
                }
            ],
            "needed_from": "2027-03-01",
        } | more

    def created(self, **more: Any) -> dict[str, Any]:
        answer = self.post("/demands", self.body(**more))
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})


@pytest.fixture
def desk(client: FlaskClient, session: Session, moving_clock: MovableClock) -> Desk:
    dlz = cooperations.dlz(session)
    towns = {name: cooperations.town(session, name) for name in ("Merzenich", "Jülich", "Kerpen")}

    def token(name: str, *roles: Role) -> dict[str, str]:
        user = access.person(session, towns[name], *roles)
        return access.bearer(session, user, towns[name])

    return Desk(
        client,
        session,
        dlz,
        token("Jülich", Role.REQUESTER),
        token("Jülich", Role.RELEASER),
        token("Kerpen", Role.REQUESTER, Role.RELEASER),
        token("Merzenich", Role.COORDINATOR),
    )


def test_demand_is_created_read_changed_submitted_and_released(desk: Desk) -> None:
    created = desk.created()
    path = f"/demands/{created['id']}"
    assert created["value_net"] == {"amount_cents": 4_570_000, "currency": "EUR"}
    assert (created["cpv_main"], created["items"][0]["unit_code"]) == ("35113410-6", "H87")
    read = desk.get(path)
    assert read.headers["ETag"] == '"1"'
    assert desk.post(path, {"title": "x"}, method="PATCH").status_code == 428
    changed = desk.post(path, {"cost_centre": "4711"}, method="PATCH", version=1)
    assert (changed.status_code, changed.json["cost_centre"]) == (200, "4711"), changed.text
    assert changed.json["title"] == "40 Feuerwehrhelme"
    assert changed.json["items"][0]["text"] == "Helm"
    assert desk.post(f"{path}/submit", version=1).status_code == 412
    assert desk.post(f"{path}/submit", version=2).status_code == 200
    released = desk.post(
        f"{path}/release", {"budget_line": "12.60.01"}, who=desk.releaser, version=3
    )
    assert released.json["stage"] == "released", released.text
    assert released.json["released_net"]["amount_cents"] == 4_570_000


def test_several_are_released_together(desk: Desk) -> None:
    both = [desk.created()["id"] for _ in range(2)]
    for demand_id in both:
        desk.post(f"/demands/{demand_id}/submit", version=1)
    together = {"demand_ids": both, "versions": {both[0]: 2, both[1]: 1}}
    stale = desk.post("/demands/release", together, who=desk.releaser)
    assert (stale.status_code, len(stale.json["violations"])) == (409, 1), stale.text
    bad = desk.post("/demands/release", together | {"versions": {"x": 2}}, who=desk.releaser)
    assert bad.status_code == 422
    together["versions"] = {both[1]: 2}
    released = desk.post("/demands/release", together, who=desk.releaser)
    assert [each["stage"] for each in released.json["items"]] == ["released", "released"]
    again = desk.post("/demands/release", {"demand_ids": both}, who=desk.releaser)
    assert (again.status_code, len(again.json["violations"])) == (409, 2)


def test_other_ways_need_a_reason_and_leave_the_stage_they_say(desk: Desk) -> None:
    path = f"/demands/{desk.created()['id']}"
    desk.post(f"{path}/submit", version=1)
    missing = desk.post(f"{path}/reject", {"reason": " "}, who=desk.releaser, version=2)
    assert missing.status_code == 422
    steps = (
        ("reject", {"reason": "zu teuer"}, desk.releaser, "rejected"),
        ("reopen", None, desk.requester, "draft"),
        ("submit", None, desk.requester, "submitted"),
        ("release", {}, desk.releaser, "released"),
        ("revoke-release", {"reason": "Haushaltssperre"}, desk.releaser, "submitted"),
        ("withdraw", {"reason": "erledigt"}, desk.requester, "withdrawn"),
    )
    for version, (step, body, who, stage) in enumerate(steps, start=2):
        answer = desk.post(f"{path}/{step}", body, who=who, version=version)
        assert (answer.status_code, answer.json.get("stage")) == (200, stage), answer.text
    copy = desk.post(f"{path}/copy")
    assert (copy.status_code, copy.json["stage"]) == (201, "draft")


def test_list_is_narrowed_and_paged(desk: Desk) -> None:
    for number in range(3):
        desk.created(title=f"Möbel {number}", external_reference=f"M{number}")
    desk.created(title="Streusalz", cpv_main="14410000")
    first = desk.get("/demands?q=MÖBEL&limit=2").json
    assert [each["title"] for each in first["items"]] == ["Möbel 2", "Möbel 1"]
    second = desk.get(f"/demands?q=m%C3%B6bel&limit=2&cursor={first['next_cursor']}").json
    assert [each["title"] for each in second["items"]] == ["Möbel 0"]
    assert second["next_cursor"] is None
    assert desk.get("/demands?stage=released").json["items"] == []
    assert desk.get("/demands?stage=gibtesnicht").status_code == 422
    assert desk.get("/demands?cursor=kaputt").status_code == 422


def test_same_request_with_the_same_key_makes_one_demand(desk: Desk) -> None:
    who = desk.requester | {"Idempotency-Key": "abc"}
    first, again = (desk.post("/demands", desk.body(), who=who) for _ in range(2))
    assert first.json["id"] == again.json["id"]
    assert len(desk.session.scalars(select(Demand)).all()) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 600}, "title"),
        ({"title": "Hel\x00m"}, "title"),
        ({"description": "x" * 20_001}, "description"),
        ({"cpv_main": "00000000"}, "cpv_main"),
        ({"cpv_main": "Helme"}, "cpv_main"),
        ({"cpv_additional": ["35113410-9"]}, "cpv_additional.0"),
        ({"nature": "Ware"}, "nature"),
        ({"items": "viele"}, "items"),
        ({"items": [{"text": "H", "quantity": "-1", "unit_code": "H87"}]}, "items.0.quantity"),
        ({"items": [{"text": "H", "quantity": "NaN", "unit_code": "H87"}]}, "items.0.quantity"),
        ({"items": [{"text": "H", "quantity": "1e30", "unit_code": "H87"}]}, "items.0.quantity"),
        ({"items": [{"text": "H", "quantity": "1", "unit_code": "???"}]}, "items.0.unit_code"),
        (
            {"items": [{"text": "H", "unit_price_net": {"amount_cents": -1, "currency": "EUR"}}]},
            "items.0.unit_price_net",
        ),
        ({"estimated_value_net": {"amount_cents": -5, "currency": "EUR"}}, "estimated_value_net"),
        (
            {"estimated_value_net": {"amount_cents": 10**17, "currency": "EUR"}},
            "estimated_value_net",
        ),
        (
            {"estimated_value_net": {"amount_cents": 5, "currency": "USD"}},
            "estimated_value_net.currency",
        ),
        ({"needed_from": "31.12.2027"}, "needed_from"),
        ({"needed_from": "2027-03-01", "needed_until": "2027-02-01"}, "needed_until"),
        ({"nuts": "XX999"}, "nuts"),
        ({"place_postcode": "ABCDE"}, "place_postcode"),
        ({"erfunden": 1}, "erfunden"),
    ],
)
def test_bad_value_is_refused_at_its_field_and_nothing_is_stored(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    answer = desk.post("/demands", desk.body(**change))
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert field in {found.get("field") for found in answer.json["violations"]}, answer.text
    assert desk.session.scalars(select(Demand)).all() == []


def test_odd_but_possible_values_are_kept_and_warned_of(desk: Desk) -> None:
    created = desk.created(
        title="Mo\u0308bel &amp;amp; <script>alert(1)</script>",
        description="x" * 16_000,
        items=[],
        estimated_value_net={"amount_cents": 100, "currency": "EUR"},
        needed_from="2020-01-01",
    )
    assert created["title"] == "Möbel &amp;amp; <script>alert(1)</script>"
    assert [warning["code"] for warning in created["warnings"]] == ["placeholder_value"]
    assert created["warnings"][0]["field"] == "estimated_value_net"
    assert created["value_net"] is None


def test_demand_of_another_member_is_404_on_every_route(desk: Desk) -> None:
    path = f"/demands/{desk.created()['id']}"
    reason = {"reason": "x"}
    assert desk.get(path, desk.neighbour).status_code == 404
    assert desk.get("/demands", desk.neighbour).json["items"] == []
    for method, step, body in (
        ("PATCH", "", {"title": "meins"}),
        ("POST", "/copy", None),
        ("POST", "/submit", None),
        ("POST", "/release", {}),
        ("POST", "/revoke-release", reason),
        ("POST", "/reject", reason),
        ("POST", "/withdraw", reason),
        ("POST", "/reopen", None),
    ):
        answer = desk.post(f"{path}{step}", body, who=desk.neighbour, version=1, method=method)
        assert answer.status_code == 404, (step, answer.text)
    together = {"demand_ids": [path.rsplit("/", 1)[1]]}
    assert desk.post("/demands/release", together, who=desk.neighbour).status_code == 404
    unknown = desk.get(f"/demands/{uuid.uuid4()}")
    assert unknown.status_code == 404


def test_area_call_or_cooperation_of_others_is_404(desk: Desk) -> None:
    other = cooperations.dlz(
        desk.session, towns=("Linnich", "Inden"), key="andere", reference_prefix="AND"
    )
    area, call = demands.area_of(desk.session, other), demands.call(desk.session, other)
    desk.session.commit()
    for change in (
        {"cooperation_id": str(other.id)},
        {"area_id": str(area.id)},
        {"call_id": str(call.id)},
    ):
        assert desk.post("/demands", desk.body(**change)).status_code == 404, change
    assert desk.get(f"/calls/{call.id}").status_code == 404
    assert desk.get(f"/calls/{call.id}/answers").status_code == 404
    assert desk.post(f"/calls/{call.id}/no-demand", {}).status_code == 404
    assert desk.get(f"/calls/rates?cooperation_id={other.id}").status_code == 404


def upload(desk: Desk, content: bytes, name: str = "bedarfe.csv", **more: str) -> TestResponse:
    form: dict[str, Any] = {
        "cooperation_id": str(desk.cooperation.id),
        "area_id": str(demands.area_of(desk.session, desk.cooperation).id),
        "file": (io.BytesIO(content), name),
    } | more
    return desk.client.post("/api/v1/demands/import", data=form, headers=desk.requester)


def test_file_is_imported_once_and_a_wrong_one_not_at_all(desk: Desk) -> None:
    tried = upload(desk, GOOD.encode("cp1252"), dry_run="true")
    assert (tried.json["demands"], tried.json["stored"]) == (1, False), tried.text
    done = upload(desk, GOOD.encode("cp1252"))
    assert (done.status_code, done.json["stored"]) == (200, True), done.text
    again = upload(desk, GOOD.encode("cp1252"))
    assert (again.json["repeat"], again.json["demands"]) == (True, 1)
    wrong = upload(desk, (GOOD + "A2;Möbel;00000000;1;Stk.;1\n").encode())
    assert (wrong.status_code, wrong.json["code"]) == (422, "import_refused")
    assert wrong.json["report"]["findings"][0]["row"] == 3
    assert len(desk.session.scalars(select(Demand)).all()) == 1


def test_upload_that_is_no_sheet_or_missing_is_refused(desk: Desk) -> None:
    assert upload(desk, b"\x89PNG\r\n\x1a\n", "bild.png").status_code == 422
    assert upload(desk, b"x" * (33 * 1024 * 1024)).status_code == 413
    form = {"cooperation_id": str(desk.cooperation.id)}
    answer = desk.client.post("/api/v1/demands/import", data=form, headers=desk.requester)
    assert answer.status_code == 422


def test_calls_are_made_answered_and_counted(desk: Desk) -> None:
    area = demands.area_of(desk.session, desk.cooperation)
    body = {
        "cooperation_id": str(desk.cooperation.id),
        "area_id": str(area.id),
        "title": "Helme 2027",
        "closes_at": "2026-12-18T12:00:00+01:00",
    }
    assert desk.post("/calls", body).status_code == 403
    made = desk.post("/calls", body, who=desk.coordinator)
    assert (made.status_code, made.json["state"]) == (201, "open"), made.text
    path = f"/calls/{made.json['id']}"
    assert made.json["closes_at"] == "2026-12-18T11:00:00Z"
    answered = desk.post(f"{path}/no-demand", {"note": "genug da"})
    assert answered.status_code == 200, answered.text
    own = desk.get(f"{path}/answers").json
    assert own["rate"] == {"asked": 3, "answered": 1, "basis_points": 3333}
    assert [each["kind"] for each in own["items"]] == ["no_demand"]
    everybody = desk.get(f"{path}/answers", desk.coordinator).json["items"]
    assert [each["kind"] for each in everybody] == ["none", "no_demand", "none"]
    rates = desk.get(f"/calls/rates?cooperation_id={desk.cooperation.id}", desk.coordinator).json
    assert [each["rate"]["answered"] for each in rates["items"]] == [0, 1, 0]
    moved = desk.post(
        path, {"closes_at": "2026-11-01T12:00:00Z"}, who=desk.coordinator, method="PATCH"
    )
    assert moved.status_code == 422
    assert [each["title"] for each in desk.get("/calls").json["items"]] == ["Helme 2027"]


@pytest.mark.parametrize(
    "change",
    [
        {"closes_at": "2026-12-18T12:00:00"},
        {"closes_at": "morgen"},
        {"closes_at": "2020-01-01T12:00:00Z"},
        {"title": "x" * 600},
        {"reminder_days": ["sieben"]},
        {"reminder_days": [-1]},
    ],
)
def test_wrong_call_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    body = {
        "cooperation_id": str(desk.cooperation.id),
        "area_id": str(demands.area_of(desk.session, desk.cooperation).id),
        "title": "Helme 2027",
        "closes_at": "2026-12-18T12:00:00+01:00",
    } | change
    answer = desk.post("/calls", body, who=desk.coordinator)
    assert answer.status_code == 422, answer.text


def test_template_is_a_workbook(desk: Desk) -> None:
    answer = desk.get("/demands/template")
    assert answer.data[:2] == b"PK"


def test_body_that_is_no_object_is_refused(desk: Desk) -> None:
    for raw in (b"[]", b"{", b"null", json.dumps("x").encode()):
        answer = desk.client.post(
            "/api/v1/demands",
            data=raw,
            headers=desk.requester | {"Content-Type": "application/json"},
        )
        assert answer.status_code in (400, 422), (raw, answer.text)


def test_list_of_many_costs_as_many_statements_as_one_of_few(
    desk: Desk, count_queries: Any
) -> None:
    counts = []
    for number in (2, 40):
        for _each in range(number):
            demands.demand(
                desk.session, desk.cooperation, cooperations.town(desk.session, "Jülich")
            )
        desk.session.commit()
        desk.session.expire_all()
        count_queries()
        assert desk.get("/demands").status_code == 200
        counts.append(count_queries())
    assert counts[0] == counts[1]
