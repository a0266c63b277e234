"""Publish, amend, cancel through the page: what was typed stays when it is refused."""

import datetime as dt
import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe.access.permissions import Role
from vergabe.files.store import FileStore
from vergabe.tenders.model import Tender


@pytest.fixture
def officer(session: Session, client: FlaskClient) -> FlaskClient:
    """A browser in which the officer of the lead is logged in."""
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    return client


@pytest.fixture
def tender(session: Session, store: FileStore) -> Tender:
    found = factory.published(session, store)
    session.commit()
    return found


def path(tender: Tender, step: str) -> str:
    return f"/vergabeverfahren/{tender.id}/{step}"


def fields_of(client: FlaskClient, address: str) -> dict[str, str]:
    main = client.get(address).get_data(as_text=True).split('<main id="app-main"', 1)[1]
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', main))
    found.pop("is_minor", None)
    return found | dict(re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>\n?([^<]*)', main))


def test_an_amendment_as_it_stands_changes_nothing(officer: FlaskClient, tender: Tender) -> None:
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {"summary": "Nur ein Versuch, nichts weiter."}
    answer = officer.post(address, data=sent)
    assert answer.status_code == 422
    assert "Es hat sich nichts geändert" in answer.get_data(as_text=True)
    assert "Nur ein Versuch" in answer.get_data(as_text=True)


def test_seconds_of_a_deadline_stay_where_the_form_leaves_them(
    session: Session, officer: FlaskClient, tender: Tender
) -> None:
    assert tender.submission_deadline is not None
    assert tender.enquiries_deadline is not None
    last = tender.submission_deadline + dt.timedelta(seconds=59)
    asked = tender.enquiries_deadline + dt.timedelta(seconds=1)
    tender.submission_deadline, tender.enquiries_deadline = last, asked
    session.commit()
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {"summary": "Der Titel ist genauer.", "title": "Genauer"}
    answer = officer.post(address, data=sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    assert (tender.submission_deadline, tender.enquiries_deadline) == (last, asked)


def test_a_deadline_in_the_repeated_hour_stays_where_the_form_leaves_it(
    session: Session, officer: FlaskClient, tender: Tender
) -> None:
    last = dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)
    asked = last - dt.timedelta(minutes=20)
    tender.submission_deadline, tender.enquiries_deadline = last, asked
    session.commit()
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {"summary": "Der Titel ist genauer.", "title": "Genauer"}
    assert (sent["submission_deadline_day"], sent["submission_deadline_time"]) == (
        "2027-10-31",
        "02:30",
    )
    compared = officer.post(f"{address}/vergleich", data=sent).get_data(as_text=True)
    assert "02:30 Uhr (unverändert)" in compared
    answer = officer.post(address, data=sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    assert (tender.submission_deadline, tender.enquiries_deadline) == (last, asked)


def test_an_amendment_is_published(session: Session, officer: FlaskClient, tender: Tender) -> None:
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {
        "summary": "Die Frist wird um zwei Tage verlängert.",
        "submission_deadline_day": "2026-12-28",
    }
    answer = officer.post(address, data=sent)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    assert tender.published_version == 2
    again = officer.post(address, data=sent)
    assert again.status_code == 412
    shown = again.get_data(as_text=True)
    assert "inzwischen gespeichert" in shown
    assert "um zwei Tage verlängert" in shown


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"summary": ""}, 409, "in einem Satz"),
        ({"title": ""}, 422, "darf nicht leer sein"),
        ({"title": "x" * 600}, 422, "erlaubt sind 400"),
        ({"description": "\x00" * 30}, 422, "Steuerzeichen"),
        ({"submission_deadline_day": "2026-12-23"}, 409, "nicht verkürzt werden"),
        ({"submission_deadline_day": "32.13.2026"}, 422, "im Kalender nicht"),
        ({"submission_deadline_time": ""}, 422, "die Uhrzeit"),
        ({"enquiries_deadline_day": "2027-01-31"}, 409, "zwischen jetzt und der Angebotsfrist"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    officer: FlaskClient, tender: Tender, change: dict[str, str], status: int, sentence: str
) -> None:
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {"summary": "Etwas ändert sich hier."} | change
    answer = officer.post(address, data=sent)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == status, shown
    assert sentence in shown
    assert "bisher" in shown, "the form itself, side by side"
    compared = officer.post(f"{address}/vergleich", data=sent)
    assert compared.status_code == 422
    assert sentence in compared.get_data(as_text=True)


def test_an_amendment_is_compared_before_it_is_published(
    session: Session, officer: FlaskClient, tender: Tender
) -> None:
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {
        "summary": "Mehr Zeit & ein neuer <Titel>.",
        "title": "Drei <Löschfahrzeuge>",
        "submission_deadline_day": "2027-01-06",
    }
    compared = officer.post(f"{address}/vergleich", data=sent)
    page = compared.get_data(as_text=True)
    assert compared.status_code == 200, page
    assert "Drei &lt;Löschfahrzeuge&gt;" in page
    assert "mehr Zeit" in page
    assert "Muss die Angebotsfrist länger werden?" in page
    assert "Was das für Bieter bedeutet" in page
    session.expire_all()
    assert tender.published_version == 1, "looking changes nothing"
    revised = officer.post(f"{address}/bearbeiten", data=sent).get_data(as_text=True)
    assert 'value="Drei &lt;Löschfahrzeuge&gt;"' in revised
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    published = officer.post(address, data={k: html.unescape(v) for k, v in hidden.items()})
    assert published.status_code == 303, published.get_data(as_text=True)
    session.expire_all()
    assert tender.published_version == 2
    assert tender.title == "Drei <Löschfahrzeuge>"


def test_bids_bind_after_the_new_deadline_as_long_as_after_the_old_one(
    session: Session, officer: FlaskClient, tender: Tender
) -> None:
    tender.bid_validity_until = dt.date(2027, 1, 23)  # thirty days after the deadline
    session.commit()
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {
        "summary": "Die Angebotsfrist wird bis Februar verlängert.",
        "submission_deadline_day": "2027-02-04",
    }
    compared = officer.post(f"{address}/vergleich", data=sent).get_data(as_text=True)
    assert "Bindefrist" in compared
    assert "06.03.2027" in compared
    published = officer.post(address, data=sent)
    assert published.status_code == 303, published.get_data(as_text=True)
    session.expire_all()
    assert tender.bid_validity_until == dt.date(2027, 3, 6)
    (_, later) = tender.versions
    assert later.snapshot["bid_validity_until"] == "2027-03-06"


def test_the_last_look_tells_what_publishing_brings_about(
    session: Session, officer: FlaskClient, store: FileStore
) -> None:
    ready = factory.ready(session, store)
    session.commit()
    page = officer.get(path(ready, "veroeffentlichen")).get_data(as_text=True)
    for words in (
        "Was öffentlich wird, wo und wann",
        "Wer eine Nachricht bekommt",
        "Die Uhrzeit ist der erste Augenblick, der zu spät ist.",
        "EU-Schwellenwert",
        "Was sich danach nicht mehr ändern lässt",
        "Fristen als Tabelle",
    ):
        assert words in page, words


def test_who_goes_back_after_publishing_reads_that_it_is_done(
    officer: FlaskClient, tender: Tender
) -> None:
    page = officer.get(path(tender, "veroeffentlichen")).get_data(as_text=True)
    assert "Das geht hier nicht mehr" in page
    assert "Das Verfahren ist veröffentlicht" in page
    assert "Es fehlt noch" not in page
    assert "Jetzt veröffentlichen" not in page


def test_a_late_change_asks_for_time_unless_it_is_minor(
    officer: FlaskClient, tender: Tender, monday: MovableClock
) -> None:
    monday.at("2026-12-21T12:00+01:00")
    address = path(tender, "aenderung")
    sent = fields_of(officer, address) | {"summary": "Der Titel war falsch.", "title": "Richtig"}
    answer = officer.post(address, data=sent)
    assert answer.status_code == 409
    assert "bleibt zu wenig Zeit" in answer.get_data(as_text=True)
    assert officer.post(address, data=sent | {"is_minor": "1"}).status_code == 303


def test_a_cancellation_needs_its_reason_and_keeps_what_was_typed(
    session: Session, officer: FlaskClient, tender: Tender
) -> None:
    address = path(tender, "aufhebung")
    sent = fields_of(officer, address)
    answer = officer.post(address, data=sent | {"reason": "zu kurz"})
    assert answer.status_code == 422
    assert "zu kurz" in answer.get_data(as_text=True)
    good = sent | {"reason": "Der Rat hat die Beschaffung nicht mehr gewollt."}
    assert officer.post(address, data=good).status_code == 303
    assert officer.post(address, data=good).status_code == 409
    session.expire_all()
    assert tender.stage == "cancelled"


def test_publishing_with_a_gate_closed_lists_what_is_missing(
    session: Session, officer: FlaskClient, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    session.commit()
    address = path(tender, "veroeffentlichen")
    sent = fields_of(officer, address)
    tender.description = ""
    session.commit()
    sent["version"] = str(tender.version)
    answer = officer.post(address, data=sent)
    assert answer.status_code == 409
    assert "Die Beschreibung fehlt" in answer.get_data(as_text=True)
    assert "Jetzt veröffentlichen" not in answer.get_data(as_text=True)
