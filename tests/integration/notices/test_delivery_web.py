"""Pages, API and commands of a notice's life outside, with a folder that cannot answer."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access
from tests.factories import tenders as factory
from tests.integration.notices import outside
from vergabe import clock
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.cli import main
from vergabe.commands import checks, notice_delivery
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet

pytestmark = pytest.mark.one_database


@pytest.fixture
def outlet(app: Flask, tmp_path: Path) -> Iterator[Outlet]:
    yield outside.use_folder(app, tmp_path / "out")
    outside.use_nothing(app)


@pytest.fixture
def tender(
    app: Flask, session: Session, moving_clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> Tender:
    monkeypatch.setattr(notice_delivery, "the_app", lambda: app)
    found = factory.ready(session, current.store())
    session.commit()
    return found


def _officer(session: Session, tender: Tender, role: Role = Role.PROCUREMENT_OFFICER) -> User:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    user = access.person(session, lead, role)
    session.commit()
    return user


def _post(client: FlaskClient, page: str, step: str, **form: str) -> tuple[int, str]:
    token = (
        client.get(page)
        .get_data(as_text=True)
        .split('name="csrf_token"', 1)[1]
        .split('value="', 1)[1]
        .split('"', 1)[0]
    )
    answer = client.post(f"{page}/{step}", data={"csrf_token": token, **form})
    return answer.status_code, answer.get_data(as_text=True)


def _page(session: Session, notice: Notice) -> str:
    delivery = outside.delivery_of(session, notice)
    return f"/vergabeverfahren/{notice.tender_id}/versand/{delivery.id}"


def _typed(at: dt.datetime) -> dict[str, str]:
    local = at.astimezone(clock.BERLIN)
    return {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def test_the_officer_sees_what_publishing_will_do(
    client: FlaskClient, session: Session, tender: Tender, outlet: Outlet
) -> None:
    access.log_in(client, _officer(session, tender))
    page = client.get(f"/vergabeverfahren/{tender.id}/veroeffentlichen").get_data(as_text=True)
    assert "spätestens 48 Stunden nach der Bestätigung des Eingangs" in page
    assert "sofort öffentlich" not in page


def test_the_life_of_a_notice_by_hand(
    client: FlaskClient,
    session: Session,
    tender: Tender,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    access.log_in(client, _officer(session, tender))
    overview = client.get(f"/vergabeverfahren/{tender.id}/versand").get_data(as_text=True)
    for text in ("gesendet, Eingang noch nicht bestätigt", "Zum Versand gegeben", "danach"):
        assert text in overview
    assert "noch nicht öffentlich" in client.get(f"/vergabeverfahren/{tender.id}").get_data(
        as_text=True
    )
    page = _page(session, notice)
    sent = client.get(f"{page}.xml")
    assert sent.get_data().startswith(b"<?xml")
    again = client.get(f"{page}.xml", headers={"If-None-Match": sent.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert sent.headers["Content-Disposition"].startswith("attachment")

    moving_clock.pass_(hours=3)
    typed = _typed(clock.now() - dt.timedelta(hours=1))
    form = {"accepted_at_day": typed["day"], "accepted_at_time": typed["time"]}
    assert _post(client, page, "eingang", **form)[0] == 303
    assert _post(client, page, "eingang", **form)[0] == 303
    later = client.get(f"/vergabeverfahren/{tender.id}/versand").get_data(as_text=True)
    assert "spätestens: 48 Stunden" in later

    typed = _typed(clock.now())
    form = {
        "published_at_day": typed["day"],
        "published_at_time": typed["time"],
        "publication_number": "123456-2026",
        "publication_url": "https://ted.europa.eu/de/notice/-/detail/123456-2026",
    }
    assert _post(client, page, "veroeffentlicht", **form)[0] == 303
    assert client.get(f"/bekanntmachungen/{tender.reference}").status_code == 200
    done = client.get(f"/vergabeverfahren/{tender.id}/versand").get_data(as_text=True)
    assert "Nummer 123456-2026" in done


@pytest.mark.parametrize(
    ("step", "form", "sentence"),
    [
        ("eingang", {}, "Bitte geben Sie Tag und Uhrzeit an."),
        ("eingang", {"accepted_at_day": "32.13.2026", "accepted_at_time": "25:99"}, "Uhrzeit"),
        (
            "eingang",
            {"accepted_at_day": "2099-01-01", "accepted_at_time": "12:00"},
            "zwischen der Absendung und jetzt",
        ),
        (
            "eingang",
            {"accepted_at_day": "1999-01-01", "accepted_at_time": "12:00"},
            "zwischen der Absendung und jetzt",
        ),
        (
            "veroeffentlicht",
            {"published_at_day": "2026-11-23", "published_at_time": "12:00"},
            "geben Sie die Nummer an",
        ),
        (
            "veroeffentlicht",
            {
                "published_at_day": "2026-11-23",
                "published_at_time": "12:00",
                "publication_number": "1",
                "publication_url": "javascript:alert(1)",
            },
            "muss mit https:// beginnen",
        ),
        (
            "veroeffentlicht",
            {
                "published_at_day": "2026-11-23",
                "published_at_time": "12:00",
                "publication_number": "9" * 600,
            },
            "100",
        ),
        ("zurueckgewiesen", {"reason": "nein\x00"}, ""),
        ("zurueckgewiesen", {"reason": ""}, "mindestens 10 Zeichen"),
        ("noch-einmal", {}, "noch unterwegs"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_changes(
    client: FlaskClient,
    session: Session,
    tender: Tender,
    notice: Notice,
    step: str,
    form: dict[str, str],
    sentence: str,
) -> None:
    access.log_in(client, _officer(session, tender))
    status, page = _post(client, _page(session, notice), step, **form)
    assert status in (409, 422), page
    assert sentence in page
    assert outside.delivery_of(session, notice).state == "sent"
    for value in form.values():
        assert value in page or "\x00" in value or len(value) > 100


def test_stopping_by_page_gives_the_tender_back(
    client: FlaskClient, session: Session, tender: Tender, notice: Notice
) -> None:
    access.log_in(client, _officer(session, tender))
    page = _page(session, notice)
    assert _post(client, page, "anhalten")[0] == 303
    session.expire_all()
    assert tender.stage == "ready"


def test_members_see_and_only_the_officer_acts(
    client: FlaskClient, session: Session, tender: Tender, notice: Notice
) -> None:
    access.log_in(client, _officer(session, tender, Role.AUDITOR))
    page = client.get(_page(session, notice)).get_data(as_text=True)
    assert "Eingang bestätigen" not in page
    assert "Protokoll" in page


def test_the_api_does_the_same(
    client: FlaskClient,
    session: Session,
    tender: Tender,
    notice: Notice,
    moving_clock: MovableClock,
) -> None:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    headers = access.bearer(session, _officer(session, tender), lead)
    base = f"/api/v1/tenders/{tender.id}/deliveries"
    (listed,) = client.get(base, headers=headers).get_json()["items"]
    assert (listed["state"], listed["kind"], listed["stage"]) == (
        "sent",
        "contract_notice",
        "sent",
    )
    one = f"{base}/{listed['id']}"
    moving_clock.pass_(hours=1)
    now = clock.now().isoformat()
    wrong = client.post(f"{one}/receipt", json={"accepted_at": "yesterday"}, headers=headers)
    assert wrong.status_code == 422
    told = client.post(f"{one}/receipt", json={"accepted_at": now}, headers=headers)
    assert (told.status_code, told.get_json()["state"]) == (200, "accepted")
    body = {"published_at": now, "publication_number": "123456-2026"}
    told = client.post(f"{one}/publication", json=body, headers=headers)
    assert (told.status_code, told.get_json()["state"]) == (200, "published")
    refused = client.post(f"{one}/stop", headers=headers)
    assert refused.status_code == 409
    refused = client.post(f"{one}/again", headers=headers)
    assert refused.status_code == 409
    refused = client.post(f"{one}/rejection", json={"reason": "Zu spät bemerkt."}, headers=headers)
    assert refused.status_code == 409


def test_commands_show_and_send(
    app: Flask, session: Session, tender: Tender, outlet: Outlet
) -> None:
    none = CliRunner().invoke(main, ["notice", "status", tender.reference])
    assert (none.exit_code, none.output) == (0, "Nichts ging nach außen.\n")
    outside.publish(session, tender, outlet)
    sent = CliRunner().invoke(main, ["notice", "send", tender.reference, "--json"])
    assert sent.exit_code == 0, sent.output
    (told,) = json.loads(sent.output[sent.output.index("[\n") :])
    assert (told["state"], told["reasons"]) == ("sent", [])
    shown = CliRunner().invoke(main, ["notice", "status", tender.reference])
    assert "Eingang noch nicht bestätigt" in shown.output


def test_doctor_tries_the_outlet(
    app: Flask, session: Session, tender: Tender, outlet: Outlet
) -> None:
    def said() -> list[tuple[str, str]]:
        found = checks.notices(app, app.extensions["vergabe_settings"])
        return [(finding.level, finding.message) for finding in found]

    assert [level for level, _ in said()] == ["ok"]
    blocked = Path(outlet.environment)
    blocked.rmdir()
    blocked.write_text("x")
    assert [level for level, _ in said()] == ["error"]
    outside.use_nothing(app)
    ((level, message),) = said()
    assert level == "warning"
    assert "§ 10a Abs. 5 VgV" in message
