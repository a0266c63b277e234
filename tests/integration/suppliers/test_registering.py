import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, suppliers
from tests.integration.suppliers.browser import csrf, post
from vergabe import clock
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.outbox import OutboxRow
from vergabe.suppliers.matching import matching_suppliers
from vergabe.suppliers.model import PendingRegistration, SupplierProfile

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

REGISTER = "/unternehmen/registrieren"
PASSWORD = "drei Löschfahrzeuge in Jülich"
FORM = {"full_name": "Sabine Bieter", "email": "Sabine@Example.org"}
FIRM = {"name": "Rheinische Feuerwehrtechnik GmbH & Co. KG", "city": "Düren", "password": PASSWORD}
OFFER = {"step": "save", "cpv_chosen": "3414", "nuts_chosen": "DEA26", "keywords": "Drohne"}


def _mails(session: Session) -> list[dict[str, Any]]:
    session.expire_all()
    rows = session.scalars(
        select(OutboxRow).where(OutboxRow.name == "account_mail").order_by(OutboxRow.id)
    )
    return [row.payload for row in rows]


def _register(client: FlaskClient, **changes: str) -> Any:
    return post(client, "/unternehmen/registrieren", FORM | changes)


def _steps(client: FlaskClient, link: str) -> tuple[str, str]:
    """Return the addresses of the second and the third step behind a link."""
    token = link.rsplit("/", 1)[1]
    return f"{REGISTER}/{token}/unternehmen", f"{REGISTER}/{token}/angebot"


def _register_wholly(session: Session, client: FlaskClient, **firm: str) -> str:
    """Register a firm in three steps; return the link that was used."""
    _register(client)
    link = str(_mails(session)[-1]["link"])
    second, third = _steps(client, link)
    assert client.get(link).location.endswith(second)
    answer = post(client, second, FIRM | firm)
    assert (answer.status_code, answer.location.endswith(third)) == (303, True)
    assert post(client, third, OFFER).status_code == 303
    return link


def test_firm_registers_in_three_steps_and_is_in_its_area(
    session: Session, client: FlaskClient
) -> None:
    answer = _register(client)
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    (mail,) = _mails(session)
    assert mail["to"] == "sabine@example.org"
    second, third = _steps(client, mail["link"])
    assert client.get(third).location.endswith(mail["link"])  # the second step comes first
    assert client.get(mail["link"]).location.endswith(second)
    answer = post(client, second, FIRM)
    assert answer.status_code == 303
    session.expire_all()
    assert session.scalars(select(User)).all() == []
    page = client.get(answer.location).get_data(as_text=True)
    assert "Schritt 3 von 3" in page
    answer = post(client, third, OFFER)
    assert answer.status_code == 303
    assert "ist registriert" in client.get(answer.location).get_data(as_text=True)
    session.expire_all()
    (user,) = session.scalars(select(User))
    (firm,) = session.scalars(select(Organisation))
    assert (firm.kind, firm.name, firm.city) == ("supplier", FIRM["name"], "Düren")
    assert user.confirmed_at is not None
    assert [role.role for role in session.scalars(select(RoleAssignment))] == [Role.SUPPLIER]
    profile = session.get_one(SupplierProfile, firm.id)
    assert (profile.cpv_prefixes, profile.nuts_prefixes) == (["3414"], ["DEA26"])
    assert matching_suppliers(session, cpv_codes=["34144210"], nuts_codes=["DEA26"], text="")
    assert session.scalars(select(PendingRegistration)).all() == []


def test_link_used_twice_says_how_to_go_on(session: Session, client: FlaskClient) -> None:
    link = _register_wholly(session, client)
    for address in (link, *_steps(client, link)):
        answer = client.get(address)
        assert answer.status_code == 410
        assert "/anmelden" in answer.get_data(as_text=True)
    assert len(session.scalars(select(Organisation)).all()) == 1


def test_going_back_loses_nothing(session: Session, client: FlaskClient) -> None:
    _register(client)
    second, third = _steps(client, _mails(session)[-1]["link"])
    post(client, second, FIRM)
    typed = OFFER | {"step": "back", "keywords": "Unimog", "value_from": "kein Betrag"}
    assert post(client, third, typed).location.endswith(second)
    page = client.get(second).get_data(as_text=True)
    assert "Düren" in page
    assert "Lassen Sie das Feld leer, um es zu behalten" in page
    assert PASSWORD not in page
    assert post(client, second, FIRM | {"password": "", "city": "Jülich"}).status_code == 303
    page = client.get(third).get_data(as_text=True)
    assert "Unimog" in page
    assert "kein Betrag" in page
    assert post(client, third, OFFER).status_code == 303
    client.delete_cookie("session")
    login = {"email": "sabine@example.org", "password": PASSWORD}
    assert post(client, "/anmelden", login).status_code in (302, 303)
    assert client.get("/unternehmen/profil").status_code == 200


def test_wrong_offer_registers_nobody_and_names_the_field(
    session: Session, client: FlaskClient
) -> None:
    _register(client)
    second, third = _steps(client, _mails(session)[-1]["link"])
    post(client, second, FIRM)
    answer = post(client, third, OFFER | {"cpv": "00000000", "value_from": "viel"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#cpv"' in page
    assert 'href="#value_from"' in page
    session.expire_all()
    assert session.scalars(select(User)).all() == []


def test_new_person_can_log_in_with_a_password_with_umlauts(
    session: Session, client: FlaskClient
) -> None:
    _register_wholly(session, client)
    client.delete_cookie("session")
    answer = post(client, "/anmelden", {"email": "sabine@example.org", "password": PASSWORD})
    assert answer.status_code in (302, 303)
    assert client.get("/unternehmen/profil").status_code == 200


def test_known_address_gets_the_same_answer_and_a_mail_of_its_own(
    session: Session, client: FlaskClient
) -> None:
    town = access.organisation(session)
    access.person(session, town, Role.REQUESTER, email="sabine@example.org")
    session.commit()
    known = _register(client)
    unknown = _register(client, email="neu@example.org")
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    first, second = _mails(session)
    assert first["to"] == "sabine@example.org"
    assert first["link"] == "/anmelden"
    assert second["link"].startswith("/unternehmen/bestaetigen/")


def test_password_given_by_the_api_is_asked_for_again(
    session: Session, client: FlaskClient
) -> None:
    body = FORM | {"firm": "Neu GmbH", "password": PASSWORD}
    assert client.post("/api/v1/supplier-registrations", json=body).status_code == 202
    second, _third = _steps(client, _mails(session)[-1]["link"])
    assert "Neu GmbH" in client.get(second).get_data(as_text=True)
    answer = post(client, second, FIRM | {"password": "ein anderes Passwort"})
    assert answer.status_code == 422
    assert "nicht das Passwort" in answer.get_data(as_text=True)
    assert post(client, second, FIRM).status_code == 303


def test_link_ends_after_three_days_and_one_button_gets_a_new_one(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    _register(client)
    (mail,) = _mails(session)
    second, _third = _steps(client, mail["link"])
    post(client, second, FIRM)
    moving_clock.pass_(days=2, hours=23)
    assert client.get(mail["link"]).status_code == 303
    moving_clock.pass_(hours=2)
    answer = client.get(mail["link"])
    assert answer.status_code == 410
    token = mail["link"].rsplit("/", 1)[1]
    renewal = f"{REGISTER}/{token}/neuer-link"
    assert renewal in answer.get_data(as_text=True)
    for status in (303, 410):  # a second click finds the old link gone
        data = {"csrf_token": csrf(client, REGISTER)}
        assert client.post(renewal, data=data).status_code == status
    _first, new = _mails(session)
    assert new["link"] != mail["link"]
    assert client.get(mail["link"]).status_code == 410
    assert "Düren" in client.get(_steps(client, new["link"])[0]).get_data(as_text=True)


@pytest.mark.parametrize("token", ["x", "%00", "a" * 3000, "ImFiYyI.x"])
def test_forged_link_is_not_found(client: FlaskClient, token: str) -> None:
    assert client.get(f"/unternehmen/bestaetigen/{token}").status_code == 404


def test_nobody_can_be_pestered_with_mails(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    for _ in range(5):
        assert _register(client).status_code == 303
    assert len(_mails(session)) == 3
    moving_clock.pass_(hours=2)
    _register(client)
    assert len(_mails(session)) == 4


def test_mail_holds_nothing_that_a_stranger_typed(session: Session, client: FlaskClient) -> None:
    _register(client, full_name="Klicken Sie hier: https://boese.example")
    (mail,) = _mails(session)
    assert "boese" not in mail["body"] + mail["subject"]
    assert "Klicken" not in mail["body"] + mail["subject"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "x" * 600),
        ("full_name", "a\x00b"),
        ("email", ""),
        ("email", "niemand"),
        ("email", "a@b@c"),
        ("email", "a@example.org\r\nBcc: b@example.org"),
        ("email", "ä@example.org"),
        ("email", "x" * 300 + "@example.org"),
        ("email", "a\x00@example.org"),
    ],
)
def test_bad_entry_is_named_at_its_field(
    session: Session, client: FlaskClient, field: str, value: str
) -> None:
    answer = _register(client, **{field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, page[:500]
    assert f'href="#{field}"' in page
    other = "email" if field == "full_name" else "full_name"
    assert FORM[other] in page
    session.expire_all()
    assert session.scalars(select(PendingRegistration)).all() == []
    assert _mails(session) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 401),
        ("name", "a\x00b"),
        ("postcode", "12"),
        ("phone", "1" * 60),
        ("password", "zu kurz"),
        ("password", ""),
        ("password", "x" * 129),
        ("password", "lang genug aber\x00"),
    ],
)
def test_bad_firm_is_named_at_its_field(
    session: Session, client: FlaskClient, field: str, value: str
) -> None:
    _register(client)
    second, third = _steps(client, _mails(session)[-1]["link"])
    answer = post(client, second, FIRM | {field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, page[:500]
    assert f'href="#{field}"' in page
    assert PASSWORD not in page
    assert "Düren" in page
    assert client.get(third).status_code == 303  # not there yet


def test_every_wrong_field_is_named_at_once(client: FlaskClient) -> None:
    page = post(client, REGISTER).get_data(as_text=True)
    assert all(f'href="#{field}"' in page for field in FORM)


def test_odd_but_valid_names_are_kept(session: Session, client: FlaskClient) -> None:
    firm = "<b>Mu\u0308ller</b> &amp;amp; Söhne"
    _register_wholly(session, client, name=firm)
    session.expire_all()
    assert session.scalars(select(Organisation)).one().name == "<b>Müller</b> &amp;amp; Söhne"
    page = client.get("/unternehmen/angaben").get_data(as_text=True)
    assert "<b>" not in page.split("app-main")[1]


def test_api_registers_with_the_same_checks(session: Session, client: FlaskClient) -> None:
    assert client.post("/api/v1/supplier-registrations", json=FORM).status_code == 202
    assert len(_mails(session)) == 1
    bad = client.post("/api/v1/supplier-registrations", json=FORM | {"password": "kurz"})
    assert bad.status_code == 422
    assert bad.get_json()["field"] == "password"
    wrong = client.post("/api/v1/supplier-registrations", json={"firm": ["x"], "mehr": 1})
    assert wrong.status_code == 422


def _invited(session: Session, client: FlaskClient, email: str) -> tuple[Organisation, str]:
    firm = suppliers.supplier(session)
    person = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, person)
    answer = post(
        client,
        "/unternehmen/personen",
        {"full_name": "Karl Kollege", "email": email},
        page="/unternehmen/angaben",
    )
    assert answer.status_code == 303
    (mail,) = _mails(session)
    assert mail["to"] == email
    client.delete_cookie("session")
    return firm, mail["link"]


def test_colleague_is_invited_and_chooses_a_password(session: Session, client: FlaskClient) -> None:
    firm, link = _invited(session, client, "karl@example.org")
    assert firm.name in client.get(link).get_data(as_text=True)
    assert post(client, link, {"password": "kurz"}).status_code == 422
    assert post(client, link, {"password": PASSWORD}).status_code == 303
    assert client.get("/unternehmen/angaben").status_code == 200
    session.expire_all()
    user = session.scalars(select(User).where(User.email == "karl@example.org")).one()
    assert [role.organisation_id for role in user.assignments] == [firm.id]


def test_invited_person_with_an_account_logs_in_as_always(
    session: Session, client: FlaskClient
) -> None:
    town = access.organisation(session)
    existing = access.person(session, town, Role.REQUESTER, email="amt@example.org")
    firm, link = _invited(session, client, "amt@example.org")
    answer = post(client, link)
    assert answer.location.endswith("/anmelden")
    assert client.get("/unternehmen/angaben").status_code == 303  # not logged in by the link
    session.expire_all()
    organisations = {role.organisation_id for role in existing.assignments}
    assert organisations == {town.id, firm.id}
    assert client.get(link).status_code == 410


def test_invitation_can_be_taken_back(session: Session, client: FlaskClient) -> None:
    firm, link = _invited(session, client, "karl@example.org")
    (person,) = (role.user for role in session.scalars(select(RoleAssignment)))
    access.log_in(client, person)
    pending = session.scalars(select(PendingRegistration)).one()
    page = client.get("/unternehmen/angaben").get_data(as_text=True)
    assert "Karl Kollege" in page
    path = f"/unternehmen/einladungen/{pending.id}/zuruecknehmen"
    assert post(client, path, page="/unternehmen/angaben").status_code == 303
    data = {"csrf_token": _token(client)}
    assert client.post(path, data=data).status_code == 404
    assert client.get(link).status_code == 410
    assert firm.name in page


def test_person_leaves_by_themselves_and_the_last_one_is_told_why_not(
    session: Session, client: FlaskClient
) -> None:
    firm = suppliers.supplier(session)
    first, second = (suppliers.supplier_person(session, firm) for _ in range(2))
    session.commit()
    access.log_in(client, first)
    assert post(client, "/unternehmen/verlassen").location.endswith("/start")
    assert client.get("/unternehmen/angaben").status_code == 403
    client.delete_cookie("session")
    access.log_in(client, second)
    assert "letzte Person" in client.get("/unternehmen/verlassen").get_data(as_text=True)
    answer = client.post("/unternehmen/verlassen", data={"csrf_token": _token(client)})
    assert answer.status_code == 409


def test_person_leaves_but_never_the_last_one(session: Session, client: FlaskClient) -> None:
    firm = suppliers.supplier(session)
    first, second = (suppliers.supplier_person(session, firm) for _ in range(2))
    session.commit()
    access.log_in(client, first)
    path = f"/unternehmen/personen/{second.id}/entfernen"
    assert post(client, path, page="/unternehmen/angaben").status_code == 303
    session.expire_all()
    (role,) = second.assignments
    assert role.valid_to is not None
    assert role.valid_to < clock.berlin_day(clock.now())
    path = f"/unternehmen/personen/{first.id}/entfernen"
    answer = client.post(path, data={"csrf_token": _token(client)})
    assert answer.status_code == 409
    assert "letzte Person" in answer.get_data(as_text=True)


def _token(client: FlaskClient) -> str:
    page = client.get("/unternehmen/angaben").get_data(as_text=True)
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]


def test_firm_cannot_touch_the_people_of_another(session: Session, client: FlaskClient) -> None:
    ours, theirs = suppliers.supplier(session, "A GmbH"), suppliers.supplier(session, "B GmbH")
    us, them = suppliers.supplier_person(session, ours), suppliers.supplier_person(session, theirs)
    session.commit()
    access.log_in(client, us)
    for person_id in (them.id, uuid.uuid4()):
        answer = client.post(
            f"/unternehmen/personen/{person_id}/entfernen", data={"csrf_token": _token(client)}
        )
        assert answer.status_code == 404
    session.expire_all()
    assert all(role.valid_to is None for role in them.assignments)


def test_buyers_have_no_supplier_area(session: Session, client: FlaskClient) -> None:
    town = access.organisation(session)
    person = access.person(session, town, Role.ADMINISTRATOR)
    session.commit()
    access.log_in(client, person)
    for path in ("/unternehmen/angaben", "/unternehmen/profil", "/unternehmen/verfahren"):
        assert client.get(path).status_code == 403
