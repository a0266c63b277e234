import dataclasses

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access, suppliers
from tests.integration.suppliers.browser import post
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.model import Organisation, User
from vergabe.audit.model import RecordEntry
from vergabe.errors import InvalidInput
from vergabe.suppliers import profiles
from vergabe.suppliers.matching import matching_suppliers
from vergabe.suppliers.model import ProfileInterest, SupplierProfile
from vergabe.suppliers.profiles import FirmEntry, ProfileEntry

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

PROFILE = "/unternehmen/profil"


@pytest.fixture
def firm(session: Session) -> Organisation:
    return suppliers.supplier(session, cpv=[])


@pytest.fixture
def person(session: Session, firm: Organisation, client: FlaskClient) -> User:
    found = suppliers.supplier_person(session, firm)
    session.commit()
    access.log_in(client, found)
    return found


def _save(client: FlaskClient, **fields: object) -> int:
    return post(client, PROFILE, fields).status_code


@pytest.mark.usefixtures("person")
def test_saved_profile_is_matched_from_then_on(
    session: Session, client: FlaskClient, firm: Organisation
) -> None:
    assert (
        _save(client, cpv="34144210-3, 90", nuts_chosen=["DEA", "DEB1C"], keywords="Drohne") == 303
    )
    page = client.get(PROFILE).get_data(as_text=True)
    assert "Feuerwehrfahrzeuge" in page or "Löschfahrzeuge" in page
    assert "Nordrhein-Westfalen" in page
    session.expire_all()
    for cpv, nuts, text, is_found in (
        ("34144210", "DEA26", "", True),
        ("90911200", "DEB1C", "", True),
        ("71000000", "DEA1A", "Zwei Drohnen", True),
        ("71000000", "DEA1A", "", False),
        ("34144210", "DE212", "", False),
    ):
        found = matching_suppliers(session, cpv_codes=[cpv], nuts_codes=[nuts], text=text)
        assert bool(found) is is_found, (cpv, nuts, text)
    assert _save(client, cpv="71") == 303
    session.expire_all()
    profile = session.get_one(SupplierProfile, firm.id)
    assert (profile.cpv_prefixes, profile.nuts_prefixes, profile.keywords) == (["71"], [], [])
    assert session.scalar(select(func.count()).select_from(ProfileInterest)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cpv", "00000000"),
        ("cpv", "34144210-9"),
        ("cpv", "Feuerwehr"),
        ("cpv", "9" * 5000),
        ("cpv", "34\x00"),
        ("cpv_chosen", "00000000"),
        ("nuts_chosen", "XX1"),
        ("nuts_chosen", "Düren"),
        ("keywords", "x"),
        ("keywords", "y" * 61),
        ("keywords", "a\x00bcd"),
        ("keywords", "\n".join(f"wort{n}" for n in range(51))),
        ("size", "riesig"),
        ("natures", "Geschenke"),
        ("value_from", "viel"),
        ("value_from", "-1"),
        ("value_until", "9" * 30),
    ],
)
@pytest.mark.usefixtures("person")
def test_bad_entry_is_named_and_kept(
    session: Session, client: FlaskClient, firm: Organisation, field: str, value: str
) -> None:
    answer = post(client, PROFILE, {"cpv": "34", field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    shown_at = {"nuts_chosen": "place", "cpv_chosen": "cpv"}
    assert f'href="#{shown_at.get(field, field)}"' in page
    session.expire_all()
    assert session.get_one(SupplierProfile, firm.id).cpv_prefixes == []


@pytest.mark.usefixtures("person")
def test_pause_stops_invitations_and_ends(session: Session, client: FlaskClient) -> None:
    _save(client, cpv="34")

    def is_matched() -> bool:
        session.expire_all()
        return bool(matching_suppliers(session, cpv_codes=["34144210"], nuts_codes=[], text=""))

    for paused, expected in (("1", False), ("1", False), ("0", True)):
        answer = post(client, f"{PROFILE}/pause", {"paused": paused}, page=PROFILE)
        assert answer.status_code == 303
        assert is_matched() is expected


@pytest.mark.usefixtures("person")
def test_description_finds_ranges_to_tick(session: Session, client: FlaskClient) -> None:
    typed = {"describe": "Löschfahrzeuge für die Feuerwehr", "keywords": "Drohne", "cpv": "90"}
    answer = post(client, PROFILE, typed | {"step": "suggest"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'value="34144"' in page or 'value="3414"' in page
    assert "Drohne" in page
    assert 'name="cpv_chosen" value="90" checked' in page
    # Enter in the field asks too, and nothing is stored before the profile is saved.
    assert 'value="3414"' in post(client, PROFILE, typed).get_data(as_text=True)
    session.expire_all()
    assert session.scalars(select(SupplierProfile)).one().cpv_prefixes == []


@pytest.mark.usefixtures("person")
def test_what_was_found_stays_beside_what_is_wrong(client: FlaskClient) -> None:
    searched = {"describe": "Löschfahrzeuge", "place": "Jülich"}
    typed = searched | {"described": "Löschfahrzeuge", "placed": "Jülich", "value_from": "abc"}
    answer = post(client, PROFILE, typed | {"step": "save"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "keine Zahl" in page
    assert 'name="cpv_chosen"' in page
    assert 'name="nuts_chosen"' in page


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("describe", ["", "???", "x" * 600, "a\x00b"])
def test_description_that_leads_nowhere_is_told_at_the_field(
    client: FlaskClient, describe: str
) -> None:
    answer = post(client, PROFILE, {"describe": describe, "step": "suggest"})
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert 'href="#describe"' in answer.get_data(as_text=True)


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    ("place", "code"),
    [("Jülich", "DEA26"), ("rhein-erft", "DEA27"), ("hessen", "DE7"), ("Deutschland", "DE")],
)
def test_region_is_found_by_the_name_of_a_town(client: FlaskClient, place: str, code: str) -> None:
    page = post(client, PROFILE, {"place": place, "step": "places"}).get_data(as_text=True)
    assert f'name="nuts_chosen" value="{code}"' in page


@pytest.mark.usefixtures("person")
def test_unknown_place_is_told_at_the_field(client: FlaskClient) -> None:
    answer = post(client, PROFILE, {"place": "Entenhausen", "step": "places"})
    assert answer.status_code == 422
    assert 'href="#place"' in answer.get_data(as_text=True)


@pytest.mark.usefixtures("person")
def test_firm_says_where_it_is(session: Session, client: FlaskClient, firm: Organisation) -> None:
    data = {"name": "Neue GmbH", "street": "Weg 1", "postcode": "52349", "city": "Düren"}
    assert post(client, "/unternehmen/angaben", data).status_code == 303
    session.expire_all()
    assert (firm.name, firm.postcode, firm.phone) == ("Neue GmbH", "52349", None)
    answer = post(
        client, "/unternehmen/angaben", {"name": "", "postcode": "ABC", "phone": "1" * 99}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert all(f'href="#{field}"' in page for field in ("name", "postcode", "phone"))
    session.expire_all()
    assert firm.name == "Neue GmbH"


def test_api_replaces_the_profile_only_on_what_was_read(
    session: Session, client: FlaskClient, firm: Organisation
) -> None:
    person = suppliers.supplier_person(session, firm)
    headers = access.bearer(session, person, firm)
    read = client.get("/api/v1/supplier/profile", headers=headers)
    assert read.status_code == 200
    body = {"cpv_prefixes": ["34144"], "nuts_prefixes": ["DEA"], "keywords": ["Feuerwehr"]}
    url = "/api/v1/supplier/profile"
    assert client.put(url, json=body, headers=headers).status_code == 428
    condition = {"If-Match": read.headers["ETag"]}
    saved = client.put(url, json=body, headers=headers | condition)
    assert saved.status_code == 200, saved.get_data(as_text=True)
    assert saved.get_json()["keywords"] == ["Feuerwehr"]
    assert client.put(url, json=body, headers=headers | condition).status_code == 412
    condition = {"If-Match": saved.headers["ETag"]}
    wrong = client.put(url, json={"cpv_prefixes": ["99"]}, headers=headers | condition)
    assert wrong.status_code == 422
    assert wrong.get_json()["violations"][0]["field"] == "cpv"
    for bad in ({"cpv_prefixes": "34"}, {"keywords": [1]}, {"mehr": 1}, {"size": 5}):
        answer = client.put(url, json=bad, headers=headers | condition)
        assert answer.status_code == 422, bad


def test_organisation_without_a_profile_gets_one(session: Session) -> None:
    firm = access.supplier(session)
    person = suppliers.supplier_person(session, firm)
    actor = people.actor_for(session, person, firm.id, now=clock.now())
    assert profiles.profile_of(session, actor).cpv_prefixes == []
    profiles.save_profile(session, actor, ProfileEntry(cpv="34"), now=clock.now())
    assert session.get_one(SupplierProfile, firm.id).cpv_prefixes == ["34"]
    with pytest.raises(InvalidInput):
        profiles.save_firm(session, actor, FirmEntry(name=" "), now=clock.now())


def test_a_firm_saved_as_it_is_is_no_act(session: Session) -> None:
    firm = access.supplier(session)
    person = suppliers.supplier_person(session, firm)
    actor = people.actor_for(session, person, firm.id, now=clock.now())
    entry = FirmEntry(name="Muster Feuerwehrtechnik GmbH", postcode="52399", city="Merzenich")
    for given in (entry, entry, dataclasses.replace(entry, name=f" {entry.name} ")):
        profiles.save_firm(session, actor, given, now=clock.now())
    changed = select(RecordEntry.action).where(RecordEntry.action == "firm_changed")
    assert session.scalars(changed).all() == ["firm_changed"]
    profiles.save_firm(session, actor, dataclasses.replace(entry, city=""), now=clock.now())
    assert len(session.scalars(changed).all()) == 2
    assert firm.city is None


def test_api_keeps_kinds_and_values(session: Session, client: FlaskClient) -> None:
    firm = suppliers.supplier(session, cpv=[])
    person = suppliers.supplier_person(session, firm)
    headers = access.bearer(session, person, firm)
    body = {
        "cpv_prefixes": ["34144"],
        "natures": ["supplies"],
        "value_from": {"amount_cents": 2_500_050, "currency": "EUR"},
    }
    url = "/api/v1/supplier/profile"
    version = client.get(url, headers=headers).headers["ETag"]
    saved = client.put(url, json=body, headers=headers | {"If-Match": version}).get_json()
    assert saved["natures"] == ["supplies"]
    assert saved["value_from"] == {"amount_cents": 2_500_050, "currency": "EUR"}
    assert saved["value_until"] is None
    wrong = {**body, "natures": ["Geschenke"]}
    version = client.get(url, headers=headers).headers["ETag"]
    answer = client.put(url, json=wrong, headers=headers | {"If-Match": version})
    assert (answer.status_code, answer.get_json()["field"]) == (422, "natures")
