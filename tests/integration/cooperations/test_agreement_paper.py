"""The agreement as a paper to sign."""

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import NOON
from tests.factories import access
from tests.factories import cooperations as factory
from vergabe.access.permissions import Role
from vergabe.cooperations import agreement_printing
from vergabe.cooperations.agreement_view import AgreementView, agreement_view
from vergabe.cooperations.model import Cooperation
from vergabe.exchange.report import as_text

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]
PATH = "/zusammenarbeit/dlz/vereinbarung/1/unterschriften.pdf"


def view(session: Session, cooperation: Cooperation) -> AgreementView:
    actor = access.actor(session, factory.town(session, "Jülich"), Role.AUDITOR)
    return agreement_view(session, actor, cooperation, now=NOON)


def test_signature_page_has_a_line_for_each_party_and_names_what_is_open(session: Session) -> None:
    cooperation = factory.dlz(session, agreement_stage="resolved")
    agreement = cooperation.agreements[0]
    agreement.checklist = {"liability": "Nach dem Anteil am Auftragswert."}
    factory.party(
        session,
        agreement,
        factory.town(session, "Merzenich"),
        signed_on=dt.date(2025, 11, 3),
        signed_by="Erika Muster, Bürgermeisterin",
        maximum_quantity="4 Fahrzeuge",
    )
    factory.party(session, agreement, factory.town(session, "Kerpen"), position=2)
    text = as_text(agreement_printing.report_of(view(session, cooperation)))
    assert "Nach dem Anteil am Auftragswert." in text
    assert "Noch nicht geregelt" in text
    assert "Kerpen: Höchstmenge fehlt." in text
    signed = text[text.index("Unterschriften") :]
    assert "03.11.2025" in signed
    assert "Erika Muster, Bürgermeisterin" in signed
    assert "Kerpen" in signed
    assert "____" in signed


def test_any_member_fetches_the_paper_and_strangers_do_not(
    client: FlaskClient, session: Session
) -> None:
    factory.dlz(session)
    member, stranger = (
        access.person(session, factory.town(session, name), Role.AUDITOR)
        for name in ("Jülich", "Linnich")
    )
    session.commit()
    access.log_in(client, member)
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF-1.7")
    assert client.get(PATH.replace("/1/", "/9/")).status_code == 404
    with client.session_transaction() as cookie:
        cookie.clear()
    access.log_in(client, stranger)
    assert client.get(PATH).status_code == 404
