import html
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from tests.conftest import MovableClock
from tests.factories import cooperations
from tests.factories import world as worlds
from tests.factories.audit import without_guards
from tests.factories.world import Visitor, World, forms_on
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission, Role, roles_with
from vergabe.cooperations.model import Cooperation

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

# What everybody does for themselves: account, mailbox, calendar address, own uploads and views.
OWN = {
    Permission.USE_OWN_ACCOUNT,
    Permission.VIEW_MESSAGES,
    Permission.UPLOAD_FILES,
    Permission.VIEW_JOBS,
}
# What an auditor may send besides, and why it changes nothing of anybody else's.
ALLOWED = {
    "deadlines.renew_calendar": "own calendar address",
    "deadlines.revoke_calendar": "own calendar address",
    "substitutes.accept": "a substitution for oneself",
    "substitutes.decline": "a substitution for oneself",
    "substitutes.end": "a substitution for oneself",
    "conflicts.declare": "everybody's own declaration (§ 6 VgV)",
    "papers.open_paper": "reading a confidential paper is noted",
    "api_tasks.accept": "a substitution for oneself",
    "api_tasks.decline": "a substitution for oneself",
    "api_tasks.end": "a substitution for oneself",
    "api_conflicts.declare": "everybody's own declaration (§ 6 VgV)",
    "api_resolutions.open_paper": "reading a confidential paper is noted",
    "api_deadlines.renew_calendar_link": "own calendar address",
    "api_deadlines.revoke_calendar_link": "own calendar address",
    "api_advice.of_facts": "computes, stores nothing",
    "chains.write_zip": "an own copy of the record, made in the background",
    "chains.verify": "the record is verified in the background",
}


@pytest.fixture
def world(
    app: Flask, client: FlaskClient, session: Session, moving_clock: MovableClock
) -> Iterator[World]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield worlds.world(app, session)
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def auditor(app: Flask, session: Session, world: World) -> Visitor:
    """The Rechnungsprüfung of the lead."""
    lead = session.scalars(select(Cooperation)).first()
    assert lead is not None
    organisation = session.get_one(Organisation, lead.lead_organisation_id)
    found = Visitor(app, session, organisation, Role.AUDITOR)
    session.commit()
    return found


def _permission(app: Flask, endpoint: str) -> Permission | None:
    return getattr(app.view_functions[endpoint], "vergabe_permission", None)


def text_of(content: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", content)))


def test_an_auditor_sends_nothing_that_changes_what_is_not_their_own(app: Flask) -> None:
    sending = {
        rule.endpoint
        for rule in worlds.rules(app)
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        and (permission := _permission(app, rule.endpoint)) is not None
        and permission not in OWN
        and Role.AUDITOR in roles_with(permission)
    }
    assert sending == set(ALLOWED)


def test_an_auditor_reads_every_page_of_the_own_municipality_and_no_page_offers_more(
    app: Flask, world: World, auditor: Visitor
) -> None:
    wrong = []
    for rule in worlds.rules(app):
        permission = _permission(app, rule.endpoint)
        if "GET" not in (rule.methods or ()) or permission is None:
            continue
        may = Role.AUDITOR in roles_with(permission) or permission in OWN
        for address in worlds.addresses(app, rule, world):
            answer = auditor.open("GET", address)
            # 409: a confidential paper is opened first, and the opening noted.
            if may and answer.status_code not in (200, 302, 303, 404, 409, 422):
                wrong.append((address, answer.status_code))
            if not may and answer.status_code != 403:
                wrong.append((address, answer.status_code))
            for form in forms_on(answer, address):
                wrong += [(address, form.action)] if not _may_send(app, form.action) else []
    assert not wrong, "\n".join(map(str, wrong))


def _may_send(app: Flask, action: str) -> bool:
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(action).path, method="POST")
    except HTTPException:
        return False
    permission = _permission(app, endpoint)
    return permission is None or permission in OWN or endpoint in ALLOWED


def test_the_start_of_an_auditor_leads_to_every_record_and_each_is_verified(
    world: World, auditor: Visitor
) -> None:
    start = auditor.open("GET", "/start").get_data(as_text=True)
    assert 'href="/akte"' in start
    page = auditor.open("GET", "/akte").get_data(as_text=True)
    records = sorted(set(re.findall(r'href="(/akte/[^"]+)"', page)))
    assert {path.split("/")[2] for path in records} == {
        *("verfahren", "buendelung", "zusammenarbeit", "bedarfe", "organisation"),
    }
    for path in records:
        answer = auditor.open("GET", path)
        assert answer.status_code == 200, path
        assert "unverändert" in answer.get_data(as_text=True) or "Noch keine Einträge" in (
            answer.get_data(as_text=True)
        ), path


def test_a_changed_entry_is_named_where_the_chain_breaks(
    session: Session, world: World, auditor: Visitor
) -> None:
    tender_id = world.values["tender_id"][1]
    _tamper(session, f"tender:{tender_id}")
    page = text_of(auditor.open("GET", f"/akte/verfahren/{tender_id}").get_data(as_text=True))
    assert "Die Akte ist beschädigt" in page
    assert "Verfahren: Eintrag 1 wurde nachträglich verändert." in page


def _tamper(session: Session, stream: str) -> None:
    """Do what only somebody with the machine can do: past the triggers."""
    without_guards(session)
    changed = "UPDATE record_entry SET summary = 'anders' WHERE stream = :s AND sequence = 1"
    session.execute(text(changed), {"s": stream})
    session.commit()


def test_the_file_of_a_chain_is_verified_by_its_own_script_without_this_service(
    world: World, auditor: Visitor, tmp_path: Path
) -> None:
    key = world.values["key"][0]
    answer = auditor.open("GET", f"/akte/zusammenarbeit/{key}/kette.zip")
    assert answer.status_code == 200
    path = tmp_path / "akte.zip"
    path.write_bytes(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        script = archive.extract("pruefen.py", tmp_path)
    checked = subprocess.run([sys.executable, "-I", script, str(path)], capture_output=True)
    assert checked.returncode == 0, checked.stdout
    assert "unverändert" in checked.stdout.decode()


def test_records_of_others_do_not_exist_for_an_auditor(
    app: Flask, session: Session, world: World
) -> None:
    stranger = Visitor(app, session, cooperations.town(session, "Inden"), Role.AUDITOR)
    session.commit()
    for path in (
        f"/akte/buendelung/{world.values['pool_id'][0]}",
        f"/akte/buendelung/{world.values['pool_id'][0]}/kette.zip",
        f"/akte/zusammenarbeit/{world.values['key'][0]}",
        f"/akte/bedarfe/{world.values['key'][0]}/kette.zip",
        f"/akte/verfahren/{world.values['tender_id'][0]}",
    ):
        assert stranger.open("GET", path).status_code == 404, path
