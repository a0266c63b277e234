"""In English no page of a firm shows a German sentence that has an English one."""

import html
import re

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, messages, suppliers
from tests.integration.suppliers.browser import post
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.model import User
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow
from vergabe.suppliers import following
from vergabe.tenders.model import Tender
from vergabe.texts import FOLDER

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

AREAS = ("supplier_area", "suppliers", "messages", "enquiries")


@pytest.fixture
def person(session: Session, tender: Tender, client: FlaskClient) -> User:
    firm = suppliers.supplier(session, "Example Ltd", nuts=["DEA26"])
    found = suppliers.supplier_person(session, firm)
    actor = people.actor_for(session, found, firm.id, now=clock.now())
    following.follow(session, actor, tender.id, now=clock.now())
    messages.message(session, Reader(organisation_id=firm.id), subject="Hello")
    session.commit()
    access.log_in(client, found)
    return found


def german_in(page: str) -> list[str]:
    """Return the German sentences that stand on a page although there is English for them."""
    shown = html.unescape(re.sub(r"<[^>]+>", "\n", page))
    lines = {" ".join(line.split()) for line in shown.splitlines()}
    found = []
    for area in AREAS:
        with (FOLDER / "en" / "LC_MESSAGES" / f"{area}.po").open("rb") as file:
            for entry in read_po(file, locale="en"):
                german = entry.id if isinstance(entry.id, str) else entry.id[0]
                english = entry.string if isinstance(entry.string, str) else entry.string[0]
                if german and german != english and german in lines:
                    found.append(german)
    return found


def test_pages_of_a_firm_are_english(client: FlaskClient, tender: Tender, person: User) -> None:
    reference = tender.reference
    for path in (
        "/start",
        "/unternehmen/profil",
        "/unternehmen/angaben",
        "/unternehmen/verlassen",
        "/unternehmen/verfahren",
        f"/unternehmen/verfahren/{reference}",
        "/unternehmen/kalender",
        "/unternehmen/registrieren/fertig",
        "/postfach",
        f"/bekanntmachungen/{reference}/frage",
        f"/bekanntmachungen/{reference}/registrieren",
    ):
        answer = client.get(f"{path}?lang=en")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, path
        assert '<html lang="en"' in page, path
        assert german_in(page) == [], path


def test_registering_is_english_with_its_mail_and_its_errors(
    session: Session, client: FlaskClient
) -> None:
    address = "/unternehmen/registrieren?lang=en"
    assert german_in(client.get(address).get_data(as_text=True)) == []
    page = post(client, address, {"full_name": "", "email": "x"}).get_data(as_text=True)
    assert "Please enter your name." in page
    assert german_in(page) == []
    entry = {"full_name": "Ann Other", "email": "ann@example.org"}
    answer = post(client, address, entry)
    assert german_in(client.get(answer.location).get_data(as_text=True)) == []
    mail = session.scalars(select(OutboxRow).where(OutboxRow.name == "account_mail")).one().payload
    assert mail["subject"] == "Please confirm your registration"
    step = client.get(mail["link"])
    page = client.get(step.location).get_data(as_text=True)
    assert "Name of the company" in page
    assert german_in(page) == []
    firm = {"name": "Other Ltd", "password": "three fire engines in Juelich"}
    answer = post(client, step.location, firm)
    page = client.get(answer.location).get_data(as_text=True)
    assert "What you offer" in page
    assert german_in(page) == []
