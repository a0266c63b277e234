import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access
from tests.factories import cooperations as factory
from vergabe.access.model import User
from vergabe.access.permissions import Role
from vergabe.cooperations import queries
from vergabe.cooperations.model import Cooperation, Mandate, Resolution

pytestmark = pytest.mark.usefixtures("moving_clock")

API = "/api/v1/cooperations"
GOOD_RESOLUTION = {
    "subject": "joining",
    "body": "Rat",
    "decided_on": "2026-10-01",
    "result": "adopted",
    "limit_net_cents": "250.000,00",
}
GOOD_MANDATE = {"scope": ["tender", "award"], "wording": "Vollmacht", "valid_from": "2026-12-01"}


@pytest.fixture
def cooperation(session: Session, moving_clock: MovableClock) -> Cooperation:
    return factory.dlz(session)


def person(session: Session, town: str = "Jülich", *roles: Role) -> User:
    return access.person(session, factory.town(session, town), *(roles or [Role.COORDINATOR]))


def logged_in(client: FlaskClient, session: Session, town: str = "Jülich", *roles: Role) -> None:
    user = person(session, town, *roles)
    session.commit()
    access.log_in(client, user)


def token(session: Session, town: str = "Jülich", *roles: Role) -> dict[str, str]:
    return access.bearer(session, person(session, town, *roles), factory.town(session, town))


def post(client: FlaskClient, url: str, form: dict[str, Any], page: str | None = None) -> Any:
    """Send a form as a browser does, with the CSRF token of the page it is on."""
    text = client.get(page or url).get_data(as_text=True)
    found = text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    return client.post(url, data=form | {"csrf_token": found}, content_type="multipart/form-data")


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_list_and_page_show_the_cooperation(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session)
    assert cooperation.name in text_of(client.get("/zusammenarbeit"))
    page = text_of(client.get("/zusammenarbeit/dlz"))
    for expected in ("33.158", "(federführend)", "In Kraft", "Vollständig", "31.12.2022"):
        assert expected in page


def test_page_names_what_is_missing_and_who_can_supply_it(
    client: FlaskClient, session: Session
) -> None:
    factory.dlz(session, agreement_stage="informal", with_mandates=False, with_resolutions=False)
    logged_in(client, session)
    page = text_of(client.get("/zusammenarbeit/dlz"))
    assert "Formlos verabredet" in page
    assert "Jülich hat Merzenich keine Vollmacht" in page
    assert "Zuständig: Kerpen: Koordination oder Kämmerei" in page
    assert "Vollständig" not in page


def test_page_asks_a_fixed_number_of_questions(
    client: FlaskClient, session: Session, count_queries: Callable[[], int]
) -> None:
    factory.dlz(session, ("Merzenich", "Jülich"))
    towns = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")
    factory.dlz(session, towns, key="alle", reference_prefix="ALLE")
    logged_in(client, session)
    client.get("/zusammenarbeit/dlz")
    count_queries()
    client.get("/zusammenarbeit/dlz")
    few = count_queries()
    client.get("/zusammenarbeit/alle")
    assert count_queries() == few
    assert few < 40


def test_stranger_finds_nothing(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    resolution = queries.resolutions(session, cooperation.id)[0]
    mandate = queries.mandates(session, cooperation.id)[0]
    logged_in(client, session, "Inden")
    assert cooperation.name not in text_of(client.get("/zusammenarbeit"))
    for path in (
        "",
        "/vereinbarung",
        "/beschluesse/neu",
        "/vollmachten/neu",
        f"/beschluesse/{resolution.id}",
        f"/beschluesse/{resolution.id}/auszug",
        f"/beschluesse/{resolution.id}/auszug.pdf",
        "/beschluesse",
        "/beschluesse/planung",
        "/beschluesse/nachweis?gegenstand=joining",
        f"/vollmachten/{mandate.id}",
        f"/vollmachten/{mandate.id}/dokument",
    ):
        assert client.get(f"/zusammenarbeit/dlz{path}").status_code == 404, path


def test_unknown_area_is_not_found(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session)
    assert client.get("/zusammenarbeit/dlz?gebiet=nix").status_code == 404
    assert client.get("/zusammenarbeit/dlz?gebiet=procurement").status_code == 200


def test_resolution_is_recorded_by_form_with_its_document(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session)
    url = "/zusammenarbeit/dlz/beschluesse/neu"
    form = GOOD_RESOLUTION | {"document": (io.BytesIO(b"%PDF-1.7 x"), "Auszug Jülich.pdf")}
    answer = post(client, url, form)
    assert answer.status_code == 303, text_of(answer)
    found = queries.resolutions(session, cooperation.id)[0]
    assert (found.body, found.limit_net_cents) == ("Rat", 250_000_00)
    shown = text_of(client.get(f"/zusammenarbeit/dlz/beschluesse/{found.id}"))
    assert "250.000,00" in shown
    paper = f"/zusammenarbeit/dlz/beschluesse/{found.id}/unterlagen/{found.papers[0].id}"
    assert paper in shown
    document = client.get(paper)
    assert document.get_data() == b"%PDF-1.7 x"
    assert document.headers["Content-Disposition"].startswith("attachment")
    again = post(client, url, GOOD_RESOLUTION)
    assert again.status_code == 409
    assert "schon eingetragen" in text_of(again)


def test_bad_form_comes_back_with_its_entries_and_stores_nothing(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    before = len(queries.resolutions(session, cooperation.id))
    logged_in(client, session)
    for change, words in (
        ({"body": "Rat\x00"}, "Steuerzeichen"),
        ({"decided_on": "31.02.2026"}, "gibt es im Kalender nicht"),
        ({"document": (io.BytesIO(b"MZ"), "virus.exe")}, "nicht angenommen"),
        ({"document": (io.BytesIO(b""), "leer.pdf")}, "ist leer"),
    ):
        form = GOOD_RESOLUTION | {"item_number": "Ö 7 <b>&amp;</b>"} | change
        answer = post(client, "/zusammenarbeit/dlz/beschluesse/neu", form)
        page = text_of(answer)
        assert answer.status_code == 422
        assert words in page
        assert "Ö 7 &lt;b&gt;&amp;amp;&lt;/b&gt;" in page
    assert len(queries.resolutions(session, cooperation.id)) == before


def test_empty_form_names_all_that_is_missing(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session)
    page = text_of(post(client, "/zusammenarbeit/dlz/beschluesse/neu", {}))
    assert "Bitte prüfen Sie 4 Angaben" in page
    page = text_of(post(client, "/zusammenarbeit/dlz/vollmachten/neu", {}))
    assert "Bitte prüfen Sie 3 Angaben" in page


def test_mandate_is_granted_by_form_and_revoked(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session)
    answer = post(client, "/zusammenarbeit/dlz/vollmachten/neu", GOOD_MANDATE)
    assert answer.status_code == 303, text_of(answer)
    (found,) = [m for m in queries.mandates(session, cooperation.id) if m.wording == "Vollmacht"]
    page = f"/zusammenarbeit/dlz/vollmachten/{found.id}"
    wrong = post(client, f"{page}/widerruf", {"revoked_on": "gestern"}, page)
    assert wrong.status_code == 422
    assert "Nennen Sie den Grund" in text_of(wrong)
    done = post(client, f"{page}/widerruf", {"revoked_on": "15.12.2026", "reason": "x"}, page)
    assert done.status_code == 303
    session.expire_all()
    assert found.revoked_on == dt.date(2026, 12, 15)


def test_agreement_moves_by_form(client: FlaskClient, session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="signed")
    logged_in(client, session, "Merzenich")
    url = "/zusammenarbeit/dlz/vereinbarung/1/schritt"
    form = {"on": "2026-11-20", "reason": "Genehmigt"}
    refused = post(client, url, form | {"move": "bring_into_force"})
    assert refused.status_code == 409
    assert "Genehmigung der Aufsichtsbehörde" in text_of(refused)
    assert post(client, url, form).status_code == 422
    assert post(client, url, form | {"move": "approve"}).status_code == 303
    session.expire_all()
    assert cooperation.agreements[0].stage == "approved"


def test_agreement_page_is_for_the_leads_coordination(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session)
    form = {"move": "terminate", "on": "2026-11-20", "reason": "x"}
    page = text_of(client.get("/zusammenarbeit/dlz/vereinbarung"))
    assert "Stand fortschreiben" not in page
    answer = post(client, "/zusammenarbeit/dlz/vereinbarung/1/schritt", form)
    assert answer.status_code == 403
    session.expire_all()
    assert cooperation.agreements[0].stage == "in_force"


def confidential(session: Session, cooperation: Cooperation) -> Resolution:
    return factory.resolution(
        session,
        cooperation,
        factory.town(session, "Kerpen"),
        is_public=False,
        wording="Vertraulicher Wortlaut",
        conditions="Vertrauliche Bedingung",
        decided_on=dt.date(2026, 9, 1),
        limit_net_cents=123_456_00,
    )


def test_closed_session_stays_with_its_own_member(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    found = confidential(session, cooperation)
    logged_in(client, session, "Jülich")
    page = text_of(client.get("/zusammenarbeit/dlz/beschluesse"))
    assert "nichtöffentlich" in page
    assert "Vertraulich" not in page
    assert client.get(f"/zusammenarbeit/dlz/beschluesse/{found.id}").status_code == 404
    headers = token(session, "Merzenich")
    answer = client.get(f"{API}/dlz", headers=headers)
    assert "Vertraulich" not in text_of(answer)
    assert "12345600" not in text_of(answer)
    assert client.get(f"{API}/dlz/resolutions/{found.id}", headers=headers).status_code == 404
    own = client.get(f"{API}/dlz/resolutions/{found.id}", headers=token(session, "Kerpen"))
    assert own.get_json()["wording"] == "Vertraulicher Wortlaut"


def test_limit_of_a_mandate_is_seen_by_its_two_parties_only(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    found = factory.mandate(
        session, cooperation, factory.town(session, "Kerpen"), limit_net_cents=777_00
    )

    def limits(town: str) -> list[int]:
        answer = client.get(f"{API}/dlz", headers=token(session, town)).get_json()
        return [m["limit_net"]["amount_cents"] for m in answer["mandates"] if m["limit_net"]]

    assert limits("Kerpen") == limits("Merzenich") == [777_00]
    assert limits("Jülich") == []
    url = f"{API}/dlz/mandates/{found.id}"
    assert client.get(url, headers=token(session, "Jülich")).status_code == 404
    assert client.get(url, headers=token(session, "Merzenich")).status_code == 200


def test_api_lists_and_shows(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    headers = token(session)
    listed = client.get(API, headers=headers).get_json()
    assert [item["key"] for item in listed["items"]] == ["dlz"]
    assert listed["next_cursor"] is None
    answer = client.get(f"{API}/dlz", headers=headers)
    shown = answer.get_json()
    assert answer.headers["ETag"] == f'"{cooperation.version}"'
    assert [m["organisation"]["name"] for m in shown["members"]] == [
        "Merzenich",
        "Jülich",
        "Kerpen",
    ]
    assert shown["members"][1]["participation"] == {"procurement": "full"}
    assert shown["agreement"]["effective_stage"] == "in_force"
    assert "publish" in shown["allows"]
    gates = client.get(f"{API}/dlz/gates", headers=headers).get_json()
    assert [(g["key"], g["is_open"]) for g in gates["gates"]] == [
        ("agreement", True),
        ("participation", True),
        ("mandates", True),
        ("resolutions", True),
    ]
    assert client.get(API).status_code == 401
    assert client.get(API, headers=token(session, "Inden")).get_json()["items"] == []
    assert client.get(f"{API}/dlz", headers=token(session, "Inden")).status_code == 404


JSON_RESOLUTION: dict[str, Any] = {
    "subject": "joining",
    "body": "Hauptausschuss",
    "decided_on": "2026-10-01",
    "result": "adopted",
    "limit_net": {"amount_cents": 5_000_00, "currency": "EUR"},
}
JSON_MANDATE: dict[str, Any] = {
    "scope": ["tender"],
    "wording": "Vollmacht",
    "valid_from": "2026-12-01",
}


def test_api_records_and_revokes(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    headers = token(session)
    for kind, body in (("resolutions", JSON_RESOLUTION), ("mandates", JSON_MANDATE)):
        made = client.post(f"{API}/dlz/{kind}", json=body, headers=headers)
        assert made.status_code == 201, text_of(made)
        again = client.post(f"{API}/dlz/{kind}", json=body, headers=headers)
        assert again.status_code == 409
        url = f"{API}/dlz/{kind}/{made.get_json()['id']}"
        part = {"document": (io.BytesIO(b"%PDF"), "a.pdf")}
        assert client.post(f"{url}/document", data=part, headers=headers).status_code == 200
        assert client.get(f"{url}/document", headers=headers).get_data() == b"%PDF"
        missing = client.post(f"{url}/document", data={}, headers=headers)
        assert missing.status_code == 422
        revocation = {"revoked_on": "2026-12-01", "reason": "Neu"}
        if kind == "resolutions":
            revocation["revoked_on"] = "2026-11-23"
        other = client.post(f"{url}/revocation", json=revocation, headers=token(session, "Kerpen"))
        assert other.status_code == 404
        done = client.post(f"{url}/revocation", json=revocation, headers=headers)
        assert done.get_json()["revoked_on"] == revocation["revoked_on"]
        twice = client.post(f"{url}/revocation", json=revocation, headers=headers)
        assert twice.status_code == 409


def test_repeated_api_request_gets_the_first_answer(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    headers = token(session) | {"Idempotency-Key": "einmal"}
    first = client.post(f"{API}/dlz/resolutions", json=JSON_RESOLUTION, headers=headers)
    again = client.post(f"{API}/dlz/resolutions", json=JSON_RESOLUTION, headers=headers)
    assert (again.status_code, again.get_json()) == (201, first.get_json())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subject": "x"}, "subject"),
        ({"subject": 7}, "subject"),
        ({"body": None}, "body"),
        ({"body": ["Rat"]}, "body"),
        ({"body": "a\x00b"}, "body"),
        ({"decided_on": "01.10.2026"}, "decided_on"),
        ({"decided_on": "2027-01-01"}, "decided_on"),
        ({"decided_on": "0001-01-01"}, "decided_on"),
        ({"limit_net": 5}, "limit_net"),
        ({"limit_net": {"amount_cents": 1.5, "currency": "EUR"}}, "limit_net.amount_cents"),
        ({"limit_net": {"amount_cents": -1, "currency": "EUR"}}, "limit_net_cents"),
        ({"limit_net": {"amount_cents": 10**30, "currency": "EUR"}}, "limit_net.amount_cents"),
        ({"limit_net": {"amount_cents": 1, "currency": "USD"}}, "limit_net.currency"),
        ({"result": "maybe"}, "result"),
        ({"pool_id": "x"}, "pool_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_api_names_the_wrong_field(
    client: FlaskClient,
    session: Session,
    cooperation: Cooperation,
    change: dict[str, Any],
    field: str,
) -> None:
    answer = client.post(
        f"{API}/dlz/resolutions", json=JSON_RESOLUTION | change, headers=token(session)
    )
    assert answer.status_code == 422, text_of(answer)
    problem = answer.get_json()
    assert field in [violation.get("field") for violation in problem["violations"]], problem


def test_api_moves_the_agreement_only_with_the_version_read(
    client: FlaskClient, session: Session
) -> None:
    factory.dlz(session, agreement_stage="resolved")
    headers = token(session, "Merzenich")
    etag = client.get(f"{API}/dlz", headers=headers).headers["ETag"]
    url = f"{API}/dlz/agreement/moves"
    body = {"move": "sign", "on": "2026-11-20", "reason": "Unterzeichnet"}
    assert client.post(url, json=body, headers=headers).status_code == 428
    moved = client.post(url, json=body, headers=headers | {"If-Match": etag})
    assert moved.status_code == 200, text_of(moved)
    assert moved.get_json()["agreement"]["stage"] == "signed"
    assert moved.headers["ETag"] != etag
    stale = client.post(url, json=body, headers=headers | {"If-Match": etag})
    assert stale.status_code == 412
    fresh = {"If-Match": moved.headers["ETag"]}
    assert client.post(url, json=body, headers=headers | fresh).status_code == 409
    wrong = client.post(url, json=body | {"move": "dance"}, headers=headers | fresh)
    assert wrong.status_code == 422


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REQUESTER, Role.OPENER])
def test_reading_roles_may_not_file(
    client: FlaskClient, session: Session, cooperation: Cooperation, role: Role
) -> None:
    headers = token(session, "Jülich", role)
    assert client.get(f"{API}/dlz", headers=headers).status_code == 200
    assert (
        client.post(f"{API}/dlz/resolutions", json=JSON_RESOLUTION, headers=headers).status_code
        == 403
    )
    assert client.post(f"{API}/dlz/mandates", json=JSON_MANDATE, headers=headers).status_code == 403


def test_lead_sees_no_button_to_empower_itself(
    client: FlaskClient, session: Session, cooperation: Cooperation
) -> None:
    logged_in(client, session, "Merzenich")
    page = text_of(client.get("/zusammenarbeit/dlz"))
    assert "Vollmacht erteilen" not in page
    assert "Stand fortschreiben" in text_of(client.get("/zusammenarbeit/dlz/vereinbarung"))
    assert session.get(Mandate, queries.mandates(session, cooperation.id)[0].id)
