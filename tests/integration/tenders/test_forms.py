"""Forms of a draft: what was typed stays, errors stand at their field, nothing answers 500."""

import datetime as dt
import re
import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.files.store import FileStore
from vergabe.tenders import editing
from vergabe.tenders.model import Tender
from vergabe.tenders.sections import SECTIONS

NASTY = (
    "\x00",
    "x" * 600,
    "y" * 30_000,
    "<script>alert(1)</script>",
    "&amp;amp;",
    "u\u0308",
    "-1",
    "99999999999999999999",
    "1e9",
    "31.02.2026",
    "2020-01-01",
    "25:99",
    "\ud7ff\ufdd0",
    "💥",
)


@pytest.fixture
def officer(session: Session, client: FlaskClient) -> FlaskClient:
    """A browser in which the officer of the lead is logged in."""
    lead = cooperations.town(session, "Merzenich")
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER, full_name="Erika Muster")
    session.commit()
    access.log_in(client, user)
    return client


def token_of(page: str) -> str:
    return page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def fields_of(page: str) -> dict[str, str]:
    """Return the values of the main form as a browser would send them (texts and hidden ones)."""
    main = page.split('<main id="app-main"', 1)[1]
    found = dict(re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', main))
    found |= dict(re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>\n?([^<]*)', main))
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', main, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    checked = re.findall(r'type="radio"[^>]*name="([^"]+)"[^>]*value="([^"]*)" checked', main)
    choices = set(re.findall(r'type="(?:checkbox|radio)"[^>]*name="([^"]+)"', main))
    ticked = set(re.findall(r'type="checkbox"[^>]*name="([^"]+)"[^>]*checked', main))
    return {k: v for k, v in found.items() if k not in choices or k in ticked} | dict(checked)


def send(client: FlaskClient, path: str, **change: str) -> TestResponse:
    page = client.get(path).get_data(as_text=True)
    return client.post(path, data=fields_of(page) | change)


def section(tender: Tender, key: str) -> str:
    return f"/vergabeverfahren/{tender.id}/bearbeiten/{key}"


@pytest.mark.parametrize("key", list(SECTIONS))
def test_a_section_saved_as_it_is_changes_nothing(
    session: Session, officer: FlaskClient, key: str
) -> None:
    tender = factory.draft(session)
    session.commit()
    before = {c.key: getattr(tender, c.key) for c in Tender.__table__.columns}
    answer = send(officer, section(tender, key))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    session.expire_all()
    after = {c.key: getattr(tender, c.key) for c in Tender.__table__.columns}
    assert after == before


def test_deadlines_in_the_repeated_hour_stay_where_the_form_leaves_them(
    session: Session, officer: FlaskClient
) -> None:
    tender = factory.draft(session)
    last = dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)
    tender.submission_deadline = last
    session.commit()
    assert send(officer, section(tender, "fristen")).status_code == 303
    session.expire_all()
    assert tender.submission_deadline == last
    first = {"submission_deadline_time": "02:31"}
    assert send(officer, section(tender, "fristen"), **first).status_code == 303
    session.expire_all()
    assert tender.submission_deadline == last - dt.timedelta(minutes=59), "the first of two"


def test_a_whole_draft_is_filled_in_through_its_forms(
    session: Session, officer: FlaskClient, store: FileStore
) -> None:
    tender = factory.draft(session)
    session.commit()
    send(
        officer, section(tender, "beschreibung"), title="Löschfahrzeuge",
        description="Drei Löschgruppenfahrzeuge LF 20 nach DIN 14530-11.",
    )  # fmt: skip
    send(
        officer, section(tender, "kontakt"),
        **{"contact.name": "Vergabestelle", "contact.email": "v@merzenich.example"},
    )  # fmt: skip
    send(
        officer, section(tender, "eignung"), selection_criteria="Eigenerklärung", variants="allowed"
    )
    send(
        officer, section(tender, "zusammenfassung"),
        **{f"lots_joining.{key}": text for key, text in factory.JOINED_LOTS_REASON.items()},
        max_lots_per_bid="1",
    )  # fmt: skip
    send(
        officer, section(tender, "fristen"), submission_deadline_day="2027-01-12",
        submission_deadline_time="10:00", bid_validity_until="31.03.2027",
    )  # fmt: skip
    criteria = f"/vergabeverfahren/{tender.id}/zuschlagskriterien"
    answer = send(
        officer, criteria,
        **{
            "criteria.0.weight": "70",
            "criteria.1.name": "Lieferzeit",
            "criteria.1.kind": "quality",
            "criteria.1.weight": "30 %",
        },
    )  # fmt: skip
    assert answer.headers["Location"].endswith(f"/vergabeverfahren/{tender.id}")
    factory.document(session, store, tender)
    session.commit()
    session.expire_all()
    assert tender.title == "Löschfahrzeuge"
    assert tender.contact == {
        "name": "Vergabestelle",
        "email": "v@merzenich.example",
        "phone": "+49 2421 000",
    }
    assert [(c.name, c.weight_basis_points) for c in tender.criteria] == [
        ("Preis", 7_000),
        ("Lieferzeit", 3_000),
    ]
    page = officer.get(f"/vergabeverfahren/{tender.id}").get_data(as_text=True)
    assert "Bereit erklären" in page
    answer = officer.post(
        f"/vergabeverfahren/{tender.id}/bereit",
        data={"csrf_token": token_of(page), "version": str(tender.version)},
    )
    assert answer.status_code == 303
    session.expire_all()
    assert tender.stage == "ready"
    page = officer.get(f"/vergabeverfahren/{tender.id}/veroeffentlichen").get_data(as_text=True)
    assert "Jetzt veröffentlichen" in page


@pytest.mark.parametrize("key", list(SECTIONS))
def test_nasty_input_never_breaks_a_form_and_stays_in_it(
    session: Session, officer: FlaskClient, key: str
) -> None:
    tender = factory.draft(session)
    session.commit()
    page = officer.get(section(tender, key)).get_data(as_text=True)
    fields = fields_of(page)
    names = [name for name in fields if name not in ("csrf_token", "version")]
    tries = [dict.fromkeys(names, text) for text in NASTY] + [{name: "\x00"} for name in names]
    for typed in tries:
        session.expire_all()
        answer = officer.post(
            section(tender, key), data=fields | typed | {"version": str(tender.version)}
        )
        shown = answer.get_data(as_text=True)
        assert answer.status_code in (303, 422), (typed, shown[-2000:])
        assert "<script>alert(1)" not in shown
        if answer.status_code == 422:
            assert 'role="alert"' in shown


@pytest.mark.parametrize(
    ("key", "change", "sentence", "field"),
    [
        ("beschreibung", {"title": ""}, "darf nicht leer sein", "title"),
        ("beschreibung", {"title": "x" * 600}, "erlaubt sind 400", "title"),
        ("kontakt", {"contact.email": "vergabe"}, "keine E-Mail-Adresse", "contact.email"),
        ("rahmenvereinbarung", {"framework_maximum": "viel"}, "keine Zahl", "framework_maximum"),
        (
            "rahmenvereinbarung",
            {"is_framework": "1", "framework_maximum": "5,00", "duration_months": "12"},
            "mindestens die Summe",
            "framework_maximum",
        ),
        ("rahmenvereinbarung", {"duration_months": "vier"}, "ganze Zahl", "duration_months"),
        (
            "verfahrensart",
            {"procurement_method": "nat-open"},
            "nicht zulässig",
            "procurement_method",
        ),
        ("verfahrensart", {"is_urgent": "1"}, "hinreichende Begründung", "urgency_reason"),
        ("zusammenfassung", {"max_lots_per_bid": "7"}, "zwischen 1 und 1", "max_lots_per_bid"),
        (
            "fristen",
            {"submission_deadline_day": "2026-12-23", "submission_deadline_time": "23:59"},
            "läuft mindestens 30 Tage (§ 15 Abs. 2 und 4 VgV)",
            "submission_deadline",
        ),
        (
            "fristen",
            {"submission_deadline_day": "2026-12-24"},
            "die Uhrzeit",
            "submission_deadline",
        ),
        (
            "fristen",
            {"bid_validity_until": "31.13.2026"},
            "gibt es im Kalender nicht",
            "bid_validity_until",
        ),
    ],
)
def test_an_error_stands_at_its_field_and_what_was_typed_stays(
    session: Session,
    officer: FlaskClient,
    key: str,
    change: dict[str, str],
    sentence: str,
    field: str,
) -> None:
    tender = factory.draft(session)
    session.commit()
    answer = send(officer, section(tender, key), **change)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in shown
    assert f'href="#{field}"' in shown
    assert f'id="{field}' in shown
    for name, value in change.items():
        assert value in shown or name == "procurement_method"


def test_the_later_of_two_officers_reads_who_was_quicker_and_loses_nothing(
    session: Session, officer: FlaskClient
) -> None:
    tender = factory.draft(session)
    session.commit()
    path = section(tender, "beschreibung")
    fields = fields_of(officer.get(path).get_data(as_text=True))
    rival = access.actor(
        session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER, name="Jan Eilig"
    )
    editing.edit_tender(
        session, rival, tender.id, {"title": "Schneller"}, version=None, now=clock.now()
    )
    session.commit()
    typed = fields | {
        "title": "Mein Titel",
        "description": "Meine lange, mühsam getippte Beschreibung",
    }
    answer = officer.post(path, data=typed)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 412
    assert "Jan Eilig hat inzwischen gespeichert" in shown
    assert "Schneller" in shown, "what is stored now stands beside it"
    assert "Mein Titel" in shown
    assert "mühsam getippte" in shown
    again = officer.post(path, data=typed | {"version": fields_of(shown)["version"]})
    assert again.status_code == 303
    session.expire_all()
    assert tender.title == "Mein Titel"


def test_a_form_without_version_is_outdated(session: Session, officer: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    assert send(officer, section(tender, "beschreibung"), version="").status_code == 412


def test_a_section_of_a_ready_tender_cannot_be_saved(
    session: Session, officer: FlaskClient, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    session.commit()
    answer = send(officer, section(tender, "beschreibung"), title="Neu")
    assert answer.status_code == 409
    assert "Das Verfahren ist bereit" in answer.get_data(as_text=True)


def test_an_unknown_section_does_not_exist(session: Session, officer: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    assert officer.get(section(tender, "geheim")).status_code == 404


def test_criteria_on_the_page(session: Session, officer: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    path = f"/vergabeverfahren/{tender.id}/zuschlagskriterien"
    answer = send(officer, path, **{"criteria.0.weight": "abc", "criteria.1.name": "Güte"})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#criteria.0.weight"' in shown
    assert 'href="#criteria.1.weight"' in shown
    assert 'value="abc"' in shown
    assert 'value="Güte"' in shown
    answer = send(officer, path, **{"criteria.0.weight": "60"})
    assert answer.headers["Location"].endswith("zuschlagskriterien")
    assert "zusammen 60 %" in officer.get(path).get_data(as_text=True)
    answer = send(officer, path, **{"criteria.0.remove": "1"})
    session.expire_all()
    assert tender.criteria == []
    for text in NASTY:
        session.expire_all()
        answer = send(officer, path, **{"criteria.0.name": text, "criteria.0.weight": text})
        assert answer.status_code in (303, 422)


def test_lots_on_the_page(session: Session, officer: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    base = f"/vergabeverfahren/{tender.id}/lose"
    page = officer.get(base).get_data(as_text=True)
    assert "1.350.000,00\u00a0€" in page
    assert page.count("450.000,00\u00a0€") >= 6, "each member's share and every sum"
    common = {"csrf_token": token_of(page)}

    def post(path: str, **data: str) -> TestResponse:
        session.expire_all()
        return officer.post(f"{base}{path}", data=common | {"version": str(tender.version)} | data)

    assert post("/neu-bilden").status_code == 422
    assert post("/neu-bilden", split="schön").status_code == 422
    assert post("/neu-bilden", split="member").status_code == 303
    session.expire_all()
    first, second, third = tender.lots
    assert officer.get(f"{base}/{first.id}").status_code == 200
    assert post(f"/{first.id}/zusammenfuehren").status_code == 422
    assert post(f"/{first.id}/zusammenfuehren", into_lot_id=str(first.id)).status_code == 409
    assert post(f"/{first.id}/zusammenfuehren", into_lot_id=str(second.id)).status_code == 303
    session.expire_all()
    first, third = tender.lots
    item = first.items[0]
    assert post(f"/{first.id}/verschieben", item_id=str(item.id)).status_code == 422
    assert post(f"/{first.id}/verschieben", to_lot_id="neu").status_code == 422
    assert (
        post(f"/{first.id}/verschieben", item_id=str(uuid.uuid4()), to_lot_id="neu").status_code
        == 404
    )
    moved = post(f"/{first.id}/verschieben", item_id=str(item.id), to_lot_id=str(third.id))
    assert moved.status_code == 303
    session.expire_all()
    (lot,) = tender.lots
    assert [share.value_net_cents for share in lot.items[0].shares] == [45_000_000] * 3
    for text in NASTY:
        answer = post(f"/{lot.id}", title=text, description=text, starts_on=text, ends_on=text)
        assert answer.status_code == 422, text
    assert post(f"/{lot.id}", title="", version="0").status_code in (412, 422)
    assert post(f"/{lot.id}", title="Alles", starts_on="01.03.2027").status_code == 303


def test_a_tender_is_made_of_a_pool_by_a_click(session: Session, officer: FlaskClient) -> None:
    first = factory.draft(session)
    demands = [factory.demand_factory.demand(session, first.cooperation, town) for town in
               factory.members_of(session, first.cooperation)]  # fmt: skip
    pool = factory.binding_pool(session, first.cooperation, demands)
    session.commit()
    token = token_of(officer.get(f"/vergabeverfahren/{first.id}/lose").get_data(as_text=True))
    path = f"/vergabeverfahren/aus-buendelung/{pool.id}"
    page = officer.get(path).get_data(as_text=True)
    assert "3 Lose: Feuerwehrfahrzeuge, Jülich (450.000,00" in page
    assert officer.post(path, data={"csrf_token": token, "split": "?"}).status_code == 422
    made = [officer.post(path, data={"csrf_token": token, "split": "member"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [303, 303]
    assert made[0].headers["Location"] == made[1].headers["Location"]
    unknown = officer.post(
        f"/vergabeverfahren/aus-buendelung/{uuid.uuid4()}", data={"csrf_token": token}
    )
    assert unknown.status_code == 404


def test_no_page_writes_when_it_is_read(session: Session, officer: FlaskClient) -> None:
    tender = factory.draft(session)
    session.commit()
    version = tender.version
    for path in ("", "/lose", "/recht", "/voraussetzungen", "/vorschau"):
        officer.get(f"/vergabeverfahren/{tender.id}{path}")
    session.expire_all()
    assert tender.version == version
