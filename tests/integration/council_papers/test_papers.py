"""Council papers by command, in a browser and by API: each member its own, and nobody another's."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, councils, funding, pools, tenders
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Resolution
from vergabe.council_papers import queries, service, writing
from vergabe.council_papers.model import MemberTexts
from vergabe.council_papers.service import MemberEntry, ProjectEntry
from vergabe.errors import Forbidden, InvalidInput, NotFound, Stale
from vergabe.exchange import report
from vergabe.files import current
from vergabe.pools.model import Pool

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]
HTML = "<script>alert(1)</script>"


def a_pool(session: Session) -> Pool:
    cooperation, demands = pools.towns_with_engines(session)
    return pools.binding_pool(session, cooperation, demands)


def actor_of(session: Session, name: str, *roles: Role) -> Any:
    town = cooperations.town(session, name)
    return access.actor(session, town, *(roles or (Role.COORDINATOR,)))


def text_for(session: Session, pool: Pool, name: str) -> str:
    facts = queries.own_facts(session, actor_of(session, name), pool.id, now=clock.now())
    return report.as_text(writing.paper(facts))


def test_two_papers_differ_only_in_what_concerns_their_member(session: Session) -> None:
    case = funding.granted(session, funding.pool(session, ("Merzenich", "Jülich", "Kerpen")))
    juelich = text_for(session, case.pool, "Jülich")
    kerpen = text_for(session, case.pool, "Kerpen")
    assert "Gemeinde Jülich meldet dafür" in juelich
    assert "Gemeinde Kerpen" not in juelich
    differing = [
        (mine, theirs)
        for mine, theirs in zip(juelich.splitlines(), kerpen.splitlines(), strict=True)
        if mine != theirs
    ]
    assert differing
    for mine, theirs in differing:
        concerns = "Jülich" in mine or "Kerpen" in theirs or "B-DLZ" in mine or "ülich" in mine
        assert concerns or set(mine) <= set("-= "), (mine, theirs)


def test_the_paper_follows_the_facts_and_bears_the_day(session: Session) -> None:
    pool = a_pool(session)
    before = text_for(session, pool, "Jülich")
    assert "Stand der Angaben: 23.11.2026" in before
    assert "steht noch nicht fest" in before
    assert "450.000,00\xa0€" in before
    assert "12.60.01/0831100" in before
    assert "Offenes Verfahren" in before
    body = councils.body(session, cooperations.town(session, "Jülich"), "Stadtrat")
    councils.meeting(session, body, dt.date(2026, 12, 10))
    assert "Stadtrat (10.12.2026)" in text_for(session, pool, "Jülich")


def test_lots_of_the_tender_stand_in_the_paper(session: Session) -> None:
    tender = tenders.ready(session, current.store())
    assert "Los 1: " in text_for(session, tender.pool, "Jülich")


def test_texts_of_a_member_stay_with_it_and_twice_is_once(session: Session) -> None:
    pool, now = a_pool(session), clock.now()
    actor = actor_of(session, "Jülich")
    entry = MemberEntry(
        is_public=False, department="Amt 37", strategy="Leitziel 4", maximum_net_cents=1_000
    )
    saved = service.save_member_texts(session, actor, pool.id, entry, version=0, now=now)
    again = service.save_member_texts(session, actor, pool.id, entry, now=now)
    assert again.version == saved.version
    mine, theirs = text_for(session, pool, "Jülich"), text_for(session, pool, "Kerpen")
    assert mine.startswith("Nichtöffentlich – vertraulich")
    assert "Amt 37" in mine
    assert "höchstens 10,00\xa0€" in mine
    assert "Leitziel 4" not in theirs
    with pytest.raises(Stale):
        service.save_member_texts(session, actor, pool.id, entry, version=0, now=now)


def test_texts_for_all_stand_in_every_paper_unless_a_member_says_otherwise(
    session: Session,
) -> None:
    pool, now = a_pool(session), clock.now()
    lead = actor_of(session, "Merzenich")
    common = ProjectEntry(facts="Gemeinsam geplant.", strategy="Für alle", annexes="Plan\n\nKarte")
    service.save_project_texts(session, lead, pool.id, common, version=0, now=now)
    own = MemberEntry(is_public=True, strategy="Für uns", annexes="Haushalt")
    service.save_member_texts(session, actor_of(session, "Jülich"), pool.id, own, now=now)
    mine, theirs = text_for(session, pool, "Jülich"), text_for(session, pool, "Kerpen")
    assert "Gemeinsam geplant." in mine
    assert "Für uns" in mine
    assert "Für alle" not in mine
    assert "Für alle" in theirs
    assert "- Karte\n- Haushalt" in mine
    with pytest.raises(Forbidden):
        service.save_project_texts(session, actor_of(session, "Jülich"), pool.id, common, now=now)


def test_who_takes_no_part_has_no_paper(session: Session) -> None:
    pool = a_pool(session)
    stranger = access.actor(session, access.organisation(session, "Fremd"), Role.COORDINATOR)
    with pytest.raises(NotFound):
        queries.own_facts(session, stranger, pool.id, now=clock.now())
    inden = cooperations.town(session, "Inden")
    cooperations.member(session, pool.cooperation, inden, position=9)
    with pytest.raises(NotFound):
        queries.own_facts(session, actor_of(session, "Inden"), pool.id, now=clock.now())
    with pytest.raises(Forbidden):
        service.save_member_texts(
            session,
            actor_of(session, "Jülich", Role.AUDITOR),
            pool.id,
            MemberEntry(is_public=True),
            now=clock.now(),
        )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"facts": "x" * 10_001}, "facts"),
        ({"department": "x" * 600}, "department"),
        ({"body": "a\x00"}, "body"),
        ({"maximum_net_cents": 0}, "maximum"),
        ({"maximum_net_cents": 10**16}, "maximum"),
    ],
)
def test_a_wrong_text_is_refused_at_its_field(
    session: Session, more: dict[str, Any], field: str
) -> None:
    pool = a_pool(session)
    with pytest.raises(InvalidInput) as caught:
        service.save_member_texts(
            session,
            actor_of(session, "Jülich"),
            pool.id,
            MemberEntry(is_public=True, **more),
            now=clock.now(),
        )
    assert [violation.field for violation in caught.value.violations] == [field]
    assert session.scalars(select(MemberTexts)).all() == []


def log_in(client: FlaskClient, session: Session, organisation: Organisation, *roles: Role) -> None:
    user = access.person(session, organisation, *roles)
    session.commit()
    access.log_in(client, user)


def post(client: FlaskClient, page: str, url: str, **data: Any) -> tuple[int, str]:
    shown = client.get(page).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', shown)
    assert token is not None
    version = re.search(r'name="version" value="(\d+)"', shown)
    seen = {"version": version.group(1)} if version else {}
    answer = client.post(url, data={"csrf_token": token.group(1), **seen, **data})
    return answer.status_code, answer.get_data(as_text=True)


def test_page_files_and_texts_in_a_browser(client: FlaskClient, session: Session) -> None:
    pool = a_pool(session)
    log_in(client, session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}/vorlagen"
    edit = f"{page}/bearbeiten"
    assert "Beschlussvorschlag" in client.get(page).get_data(as_text=True)
    assert "Texte für alle" not in client.get(page).get_data(as_text=True)
    assert client.get(f"{page}/gemeinsam").status_code == 403
    assert post(client, edit, edit, facts=HTML, is_confidential="1")[0] == 303
    shown = client.get(page).get_data(as_text=True)
    assert "&lt;script&gt;" in shown
    assert "nichtöffentlich" in shown
    for wrong in ({"meeting_on": "31.02.2027"}, {"maximum": "viel"}, {"department": "x" * 600}):
        status, again = post(client, edit, edit, facts="Bleibt stehen", **wrong)
        assert status == 422
        assert "Bleibt stehen" in again
    status, again = post(client, edit, edit, version="0", facts="Zu spät")
    assert status == 412
    assert "Zu spät" in again
    text = client.get(f"{page}/vorlage.txt")
    assert text.get_data(as_text=True).startswith("Nichtöffentlich")
    pdf = client.get(f"{page}/vorlage.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["Cache-Control"] == "no-store"
    sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf.data)).pages]
    assert sheets
    assert all("Nichtöffentlich – vertraulich" in sheet for sheet in sheets)
    assert client.get(f"{page}/vorlage.exe").status_code == 404


def test_texts_for_all_are_edited_by_the_lead(client: FlaskClient, session: Session) -> None:
    pool = a_pool(session)
    log_in(client, session, pool.cooperation.lead, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}/vorlagen/gemeinsam"
    assert post(client, page, page, strategy="Leitbild", inclusion="Barrierefrei")[0] == 303
    assert post(client, page, page, strategy="x" * 10_001)[0] == 422
    assert post(client, page, page, version="0", strategy="anders")[0] == 412
    shown = client.get(f"/buendelungen/{pool.id}/vorlagen").get_data(as_text=True)
    assert "Barrierefrei" in shown


def test_the_decision_is_recorded_from_the_paper(client: FlaskClient, session: Session) -> None:
    pool = a_pool(session)
    town = cooperations.town(session, "Jülich")
    log_in(client, session, town, Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}/vorlagen/beschluss"
    shown = client.get(page).get_data(as_text=True)
    fields = dict(re.findall(r'name="(subject|pool_id|legal_form|matter)" value="([^"]*)"', shown))
    assert fields["matter"] == f"{pool.reference}: {pool.title}"
    wording = re.search(r'<textarea[^>]*name="wording"[^>]*>\n(.*?)</textarea>', shown, re.DOTALL)
    assert wording is not None
    assert "1. Der Rat beschließt" in wording.group(1)
    address = f"/zusammenarbeit/{pool.cooperation.key}/beschluesse/neu"
    entry = fields | {
        "body": "Rat",
        "decided_on": "2026-11-20",
        "result": "adopted",
        "wording": wording.group(1),
        "limit_net_cents": "450.000,00",
    }
    assert post(client, page, address, **entry)[0] == 303
    found = session.scalars(select(Resolution).where(Resolution.pool_id == pool.id)).one()
    assert found.limit_net_cents == 45_000_000
    assert found.matter == f"{pool.reference}: {pool.title}"


def test_strangers_and_those_without_part_get_404(client: FlaskClient, session: Session) -> None:
    pool = a_pool(session)
    log_in(client, session, access.organisation(session, "Fremd"), Role.COORDINATOR)
    page = f"/buendelungen/{pool.id}/vorlagen"
    for address in ("", "/vorlage.pdf", "/vorlage.txt", "/bearbeiten", "/gemeinsam", "/beschluss"):
        assert client.get(page + address).status_code == 404


def test_paper_and_texts_by_api(client: FlaskClient, session: Session) -> None:
    pool = a_pool(session)
    town = cooperations.town(session, "Jülich")
    headers = access.bearer(session, access.person(session, town, Role.COORDINATOR), town)
    address = f"/api/v1/pools/{pool.id}/council-paper"
    first = client.get(address, headers=headers)
    assert first.json["municipality"] == "Gemeinde Jülich"
    body = {"is_public": False, "department": "Amt 37"}
    assert client.put(address, json=body, headers=headers).status_code == 428
    headers_0 = headers | {"If-Match": first.headers["ETag"]}
    done = client.put(address, json=body, headers=headers_0)
    assert done.status_code == 200, done.json
    assert "Amt 37" in done.json["text"]
    assert client.put(address, json=body, headers=headers_0).status_code == 412
    assert client.get(f"{address}/pdf", headers=headers).data.startswith(b"%PDF-")
    for wrong in ({}, {"is_public": "vielleicht"}, {"is_public": True, "facts": 7}, {"x": 1}):
        seen = headers | {"If-Match": done.headers["ETag"]}
        assert client.put(address, json=wrong, headers=seen).status_code == 422
    assert client.get(f"{address}/texts", headers=headers).json["version"] == 0
    assert client.put(f"{address}/texts", json={}, headers=headers_0).status_code == 403
