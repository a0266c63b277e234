"""Two officers with one form: the later is told what changed, keeps the entry, and may go on."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.browser_forms import Form, form_of, forms_of
from tests.factories import access, cooperations, councils, funding, in_house, plans, pools
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.enquiries import service
from vergabe.enquiries.service import Asker
from vergabe.files.store import FileStore
from vergabe.pools.model import Pool
from vergabe.tenders.model import Tender
from vergabe.web import stale

pytestmark = pytest.mark.usefixtures("moving_clock")
Place = Callable[[Session], str]


def _tender(session: Session) -> Tender:
    return factory.draft(session)


def criteria(session: Session) -> str:
    return f"/vergabeverfahren/{_tender(session).id}/zuschlagskriterien"


def lot(session: Session) -> str:
    tender = _tender(session)
    return f"/vergabeverfahren/{tender.id}/lose/{tender.lots[0].id}"


def facts(session: Session) -> str:
    return f"/vergabeverfahren/{_tender(session).id}/bekanntmachung"


def agreement(session: Session) -> str:
    cooperations.dlz(session, agreement_stage="resolved")
    return "/zusammenarbeit/dlz/vereinbarung/1/inhalt"


def milestone(session: Session) -> str:
    found = plans.milestone(session, cooperations.dlz(session))
    return f"/zusammenarbeit/dlz/zeitplan/{found.id}/aendern"


def paper(session: Session) -> str:
    return f"/buendelungen/{_pool(session).id}/vorlagen/bearbeiten"


def papers(session: Session) -> str:
    return f"/buendelungen/{_pool(session).id}/vorlagen/gemeinsam"


def check(session: Session) -> str:
    pool = _pool(session)
    found = in_house.check(session, pool, in_house.provider(session, pool.cooperation))
    return f"/buendelungen/{pool.id}/eigene-anbieter/{found.id}/bearbeiten"


def plan(session: Session) -> str:
    return f"/buendelungen/{funding.draft(session).pool_id}/foerderung/plan"


def body(session: Session) -> str:
    return f"/gremien/{councils.body(session, cooperations.town(session, 'Merzenich')).id}"


def _pool(session: Session) -> Pool:
    return pools.binding_pool(session, *pools.towns_with_engines(session))


@pytest.mark.parametrize(
    ("place", "field", "first", "second", "label"),
    [
        (criteria, "criteria.0.name", "Preis netto", "Gesamtpreis", "Kriterium 1: Bezeichnung"),
        (lot, "title", "Helme", "Feuerwehrhelme", "Bezeichnung"),
        (facts, "opening_description", "Zwei", "Drei", "Wer bei der Öffnung dabei ist"),
        (agreement, "subject", "Alles", "Helme", "Gegenstand"),
        (milestone, "note", "Mit Jülich", "Mit Kerpen", "Anmerkung"),
        (paper, "facts", "Eilt", "Eilt nicht", "Ergänzung zum Sachverhalt"),
        (papers, "strategy", "Leitbild", "Vorbild", "Beitrag zur Strategie"),
        (check, "offer_text", "Wartung", "Betrieb", "Gegenstand"),
        (plan, "purpose", "Papier", "Helme", "Zuwendungszweck"),
        (body, "name", "Gemeinderat", "Stadtrat", "Name"),
    ],
)
def test_the_later_officer_reads_what_differs_and_goes_on(
    client: FlaskClient,
    session: Session,
    place: Place,
    field: str,
    first: str,
    second: str,
    label: str,
) -> None:
    path = place(session)
    roles = (Role.COORDINATOR, Role.PROCUREMENT_OFFICER, Role.ADMINISTRATOR)
    user = access.person(session, cooperations.town(session, "Merzenich"), *roles)
    session.commit()
    access.log_in(client, user)
    form = _form_with(client.get(path).text, field)
    reason = {"reason": "Ausgearbeitet"} if "reason" in form.controls else {}
    action = form.action or path
    mine = {field.replace(".", "__"): second, **reason}
    assert client.post(action, data=form.filled(**mine | _only(field, first))).status_code == 303
    told = client.post(action, data=form.filled(**mine))
    assert told.status_code == 412
    alert = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", told.text.split('role="alert"')[1]))
    alert = html.unescape(alert.split("Unterschiede")[1][:2_000])
    assert f"{first} {second}" in alert
    assert label in alert
    again = _form_with(told.text, field)
    assert again.data[field] == second, "the entry stays"
    assert client.post(action, data=again.data).status_code == 303
    assert _form_with(client.get(path).text, field).data[field] == second


def _only(field: str, value: str) -> dict[str, str]:
    return {field.replace(".", "__"): value}


def _form_with(page: str, field: str) -> Form:
    return next(form for form in forms_of(page) if field in form.controls)


def test_a_begun_answer_that_a_colleague_went_on_with(
    client: FlaskClient, session: Session, tmp_path: Path
) -> None:
    tender = factory.published(session, FileStore(str(tmp_path / "files")))
    service.ask(session, tender, Asker(address="a@b.example"), "Wann?", now=clock.now())
    user = access.person(session, cooperations.town(session, "Merzenich"), Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    path = f"/vergabeverfahren/{tender.id}/fragen"
    begun = client.post(path, data=form_of(client.get(path).text).filled(text="Bald", save="1"))
    form = form_of(client.get(begun.headers["Location"]).text)
    assert client.post(path, data=form.filled(text="Am Montag", save="1")).status_code == 303
    told = client.post(path, data=form.filled(text="Am Dienstag", save="1"))
    assert told.status_code == 412
    assert "hat inzwischen gespeichert" in told.text
    assert "Am Montag" in told.text
    again = form_of(told.text)
    assert again.data["text"] == "Am Dienstag"
    assert client.post(path, data=again.filled(save="1")).status_code == 303


def test_differences_are_told_in_the_words_of_the_page() -> None:
    page = """<main><form method="post" action="/x"><input type="hidden" name="version" value="{n}">
      <fieldset><legend>Frist</legend><label for="d">Tag</label>
        <input id="d" name="d" type="date" value="{day}"></fieldset>
      <label for="s">Art <span class="kern-label__optional">– optional</span></label>
      <select id="s" name="s"><option value="">Bitte wählen</option>
        <option value="a"{a}>Preis</option><option value="b"{b}>Qualität</option></select>
      <label for="c">Dringlich</label><input id="c" type="checkbox" name="c" value="1"{c}>
      <fieldset><legend>Wer</legend>
        <label for="r">Rat</label><input id="r" type="radio" name="r" value="1"{r}>
        <label for="t">Ausschuss</label><input id="t" type="radio" name="r" value="2"{t}></fieldset>
      </form></main>"""
    found = stale.differences(
        page.format(n=2, day="2026-12-31", a="", b=" selected", c=" checked", r=" checked", t=""),
        page.format(n=1, day="", a=" selected", b="", c="", r="", t=" checked"),
    )
    assert [(each.field, each.label, each.theirs, each.mine) for each in found] == [
        ("d", "Frist: Tag", "31.12.2026", ""),
        ("s", "Art", "Qualität", "Preis"),
        ("c", "Dringlich", "ja", "nein"),
        ("r", "Wer", "Rat", "Ausschuss"),
    ]
