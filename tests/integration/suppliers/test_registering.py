import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, suppliers
from tests.integration.suppliers.browser import post
from vergabe import clock
from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.outbox import OutboxRow
from vergabe.suppliers.model import PendingRegistration, SupplierProfile

PASSWORD = "drei Löschfahrzeuge in Jülich"
FORM = {
    "firm": "Rheinische Feuerwehrtechnik GmbH & Co. KG",
    "full_name": "Sabine Bieter",
    "email": "Sabine@Example.org",
    "password": PASSWORD,
}


def _mails(session: Session) -> list[dict[str, Any]]:
    session.expire_all()
    rows = session.scalars(
        select(OutboxRow).where(OutboxRow.name == "account_mail").order_by(OutboxRow.id)
    )
    return [row.payload for row in rows]


def _register(client: FlaskClient, **changes: str) -> Any:
    return post(client, "/unternehmen/registrieren", FORM | changes)


def test_firm_registers_confirms_and_is_in_its_area(session: Session, client: FlaskClient) -> None:
    answer = _register(client)
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    assert session.scalars(select(User)).all() == []
    (mail,) = _mails(session)
    assert mail["to"] == "sabine@example.org"
    page = client.get(mail["link"]).get_data(as_text=True)
    assert "Rheinische Feuerwehrtechnik GmbH &amp; Co. KG" in page
    answer = post(client, mail["link"], {"password": PASSWORD})
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    session.expire_all()
    (user,) = session.scalars(select(User))
    (firm,) = session.scalars(select(Organisation))
    assert (firm.kind, firm.name) == ("supplier", FORM["firm"])
    assert user.confirmed_at is not None
    assert [role.role for role in session.scalars(select(RoleAssignment))] == [Role.SUPPLIER]
    assert session.get(SupplierProfile, firm.id) is not None
    assert session.scalars(select(PendingRegistration)).all() == []
    assert client.get(mail["link"]).status_code == 404


def test_new_person_can_log_in_with_a_password_with_umlauts(
    session: Session, client: FlaskClient
) -> None:
    _register(client)
    (mail,) = _mails(session)
    post(client, mail["link"], {"password": PASSWORD})
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


def test_wrong_password_at_the_link_opens_nothing(session: Session, client: FlaskClient) -> None:
    _register(client)
    (mail,) = _mails(session)
    answer = post(client, mail["link"], {"password": "ein anderes Passwort"})
    assert answer.status_code == 422
    assert "nicht das Passwort" in answer.get_data(as_text=True)
    session.expire_all()
    assert session.scalars(select(User)).all() == []


def test_link_ends_after_three_days(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    _register(client)
    (mail,) = _mails(session)
    moving_clock.pass_(days=2, hours=23)
    assert client.get(mail["link"]).status_code == 200
    moving_clock.pass_(hours=2)
    assert client.get(mail["link"]).status_code == 404


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
    _register(client, firm="Gewinn! https://boese.example", full_name="Klicken Sie hier")
    (mail,) = _mails(session)
    assert "boese" not in mail["body"] + mail["subject"]
    assert "Klicken" not in mail["body"] + mail["subject"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("firm", ""),
        ("firm", "   "),
        ("firm", "x" * 401),
        ("firm", "a\x00b"),
        ("full_name", ""),
        ("full_name", "x" * 600),
        ("email", ""),
        ("email", "niemand"),
        ("email", "a@b@c"),
        ("email", "a@example.org\r\nBcc: b@example.org"),
        ("email", "ä@example.org"),
        ("email", "x" * 300 + "@example.org"),
        ("email", "a\x00@example.org"),
        ("password", "zu kurz"),
        ("password", ""),
        ("password", "x" * 129),
        ("password", "lang genug aber\x00"),
    ],
)
def test_bad_entry_is_named_at_its_field(
    session: Session, client: FlaskClient, field: str, value: str
) -> None:
    answer = _register(client, **{field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422, page[:500]
    assert f'href="#{field}"' in page
    assert PASSWORD not in page
    if field != "firm":
        assert "Rheinische Feuerwehrtechnik" in page
    session.expire_all()
    assert session.scalars(select(PendingRegistration)).all() == []
    assert _mails(session) == []


def test_every_wrong_field_is_named_at_once(client: FlaskClient) -> None:
    page = post(client, "/unternehmen/registrieren").get_data(as_text=True)
    assert all(f'href="#{field}"' in page for field in FORM)


def test_odd_but_valid_names_are_kept(session: Session, client: FlaskClient) -> None:
    firm = "<b>Mu\u0308ller</b> &amp;amp; Söhne"
    _register(client, firm=firm)
    (mail,) = _mails(session)
    page = client.get(mail["link"]).get_data(as_text=True)
    assert "<b>" not in page.split("app-main")[1].split("</dl>")[0]
    post(client, mail["link"], {"password": PASSWORD})
    session.expire_all()
    assert session.scalars(select(Organisation)).one().name == "<b>Müller</b> &amp;amp; Söhne"


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
    assert client.get(link).status_code == 404


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
