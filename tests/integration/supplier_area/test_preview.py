import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, suppliers
from tests.integration.suppliers.browser import csrf, post
from vergabe import clock
from vergabe.access.model import User
from vergabe.supplier_area import preview
from vergabe.suppliers.fitting import Wish
from vergabe.suppliers.matching import matching_suppliers
from vergabe.tenders import invitations
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

PROFILE = "/unternehmen/profil"


@pytest.fixture
def person(session: Session, tender: Tender, client: FlaskClient) -> User:
    found = suppliers.supplier_person(session, suppliers.supplier(session, cpv=[]))
    session.commit()
    access.log_in(client, found)
    return found


WISHES = [
    Wish(cpv_prefixes=("34144",)),
    Wish(cpv_prefixes=("34",), nuts_prefixes=("DEA2",)),
    Wish(cpv_prefixes=("34",), nuts_prefixes=("DE2",)),
    Wish(keywords=("Löschgruppenfahrzeug",)),
    Wish(cpv_prefixes=("39",), keywords=("Drohne",)),
    Wish(cpv_prefixes=("34",), natures=("works",)),
    Wish(cpv_prefixes=("34",), natures=("supplies", "services")),
    Wish(cpv_prefixes=("34",), value_until_net_cents=1),
    Wish(cpv_prefixes=("34",), value_from_net_cents=1),
]


@pytest.mark.parametrize("wish", WISHES)
def test_preview_shows_exactly_what_an_invitation_would_be_for(
    session: Session, tender: Tender, wish: Wish
) -> None:
    firm = suppliers.supplier(
        session, cpv=wish.cpv_prefixes, nuts=wish.nuts_prefixes, keywords=wish.keywords
    )
    from vergabe.suppliers.model import SupplierProfile

    profile = session.get_one(SupplierProfile, firm.id)
    profile.natures = " ".join(wish.natures)
    profile.value_from_net_cents = wish.value_from_net_cents
    profile.value_until_net_cents = wish.value_until_net_cents
    session.flush()
    subject = invitations.facts_of(tender).subject
    invited = matching_suppliers(
        session,
        cpv_codes=subject.cpv_codes,
        nuts_codes=subject.nuts_codes,
        text=subject.text,
        nature=subject.nature,
        value_net_cents=subject.value_net_cents,
    )
    found = preview.preview(session, wish, now=clock.now())
    assert bool(found.running) == bool(invited)


def test_year_counts_what_was_published_here(
    session: Session, tender: Tender, moving_clock: MovableClock
) -> None:
    wish = Wish(cpv_prefixes=("34144",))
    assert preview.preview(session, wish, now=clock.now()).in_year == 1
    moving_clock.pass_(days=200)
    later = preview.preview(session, wish, now=clock.now())
    assert (list(later.running), later.own_in_year) == ([], 1)
    moving_clock.pass_(days=200)
    assert preview.preview(session, wish, now=clock.now()).in_year == 0


def test_nothing_asked_for_brings_nothing(session: Session, tender: Tender) -> None:
    found = preview.preview(session, Wish(nuts_prefixes=("DE",)), now=clock.now())
    assert (list(found.running), found.in_year, found.says_something) == ([], 0, False)


def test_page_shows_the_preview_of_what_nobody_has_saved(
    client: FlaskClient, tender: Tender, person: User
) -> None:
    typed = {"cpv_chosen": "34144", "step": "preview"}
    page = post(client, PROFILE, typed).get_data(as_text=True)
    assert "Zurzeit passt 1 Verfahren" in page
    assert tender.title in page
    assert "Passt wegen: CPV 34144" in page
    assert "<html" in page
    assert tender.title not in client.get(PROFILE).get_data(as_text=True)


def test_script_gets_the_preview_alone(client: FlaskClient, tender: Tender, person: User) -> None:
    data = {
        "csrf_token": csrf(client, PROFILE),
        "cpv_chosen": "34144",
        "step": "preview",
        "part": "preview",
    }
    part = client.post(PROFILE, data=data, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert tender.title in part
    assert "<html" not in part
    wrong = client.post(
        PROFILE, data=data | {"cpv": "00000000"}, headers={"HX-Request": "true"}
    ).get_data(as_text=True)
    assert "stimmt etwas noch nicht" in wrong


def test_start_page_tells_of_deadlines_mail_and_what_newly_fits(
    session: Session, client: FlaskClient, tender: Tender, person: User
) -> None:
    page = client.get("/start").get_data(as_text=True)
    assert "Noch bekommen Sie keine Einladungen" in page
    post(client, PROFILE, {"cpv_chosen": "34144", "step": "save"})
    page = client.get("/start").get_data(as_text=True)
    assert "Neu und passend" in page
    assert tender.title in page
    register = f"/bekanntmachungen/{tender.reference}/registrieren"
    assert post(client, register).status_code == 303
    page = client.get("/start").get_data(as_text=True)
    assert page.count(tender.title) == 1  # now among the deadlines
