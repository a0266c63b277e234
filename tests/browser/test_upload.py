"""A large file goes up from the page although its line is cut, and without anybody's doing."""

import contextvars
import hashlib
import os
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Route
from sqlalchemy import select
from werkzeug.serving import make_server

from tests.browser import support
from tests.factories import access as make
from tests.factories import tenders as factory
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.db import unit_of_work
from vergabe.tenders.model import TenderDocument


@pytest.fixture
def served(own_app: Flask) -> Iterator[tuple[str, str]]:
    """Give the address of a draft's documents and the cookie of its officer."""
    with own_app.app_context(), unit_of_work() as session:
        tender = factory.draft(session)
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        person = make.person(session, lead, Role.PROCUREMENT_OFFICER)
        path, identity = f"/vergabeverfahren/{tender.id}/unterlagen", person.fs_uniquifier
    client = own_app.test_client()
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": identity, "_fresh": True, "identity": identity})
    found = client.get_cookie("session")
    assert found is not None
    server = make_server("127.0.0.1", 0, own_app, threaded=True)
    serving = contextvars.Context().run
    thread = threading.Thread(target=serving, args=(server.serve_forever,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}{path}", found.value
    server.shutdown()
    thread.join()


@pytest.mark.one_database
def test_a_cut_line_is_taken_up_again_and_the_form_goes_by_itself(
    own_app: Flask, served: tuple[str, str], chromium: Browser, tmp_path: Path
) -> None:
    address, cookie = served
    plan = tmp_path / "Pläne (alle) [neu].zip"
    with zipfile.ZipFile(plan, "w") as archive:
        archive.writestr("plan.bin", os.urandom(40_000_000))
    pieces: list[str] = []

    def cut_the_second(route: Route) -> None:
        if route.request.method == "PATCH":
            pieces.append(route.request.headers["upload-offset"])
            if len(pieces) in (2, 3):
                route.abort("connectionreset")
                return
        route.continue_()

    with support.visit(chromium) as window:
        page = window.page
        host = address.partition("/vergabeverfahren")[0]
        page.context.add_cookies([{"name": "session", "value": cookie, "url": host}])
        page.route("**/hochladen/*", cut_the_second)
        page.goto(address)
        page.set_input_files("#file", str(plan))
        page.get_by_role("progressbar", name="Fortschritt von Pläne (alle) [neu].zip").wait_for()
        # Pressed before all is there: the form waits, then sends itself.
        page.get_by_role("button", name="Hochladen", exact=True).click()
        page.get_by_text("„Pläne (alle) [neu]“ ist hochgeladen.").wait_for(timeout=60_000)
        assert support.accessibility_findings(page) == []
    # The second piece was sent three times, the first only once.
    assert pieces[:4] == ["0", pieces[1], pieces[1], pieces[1]]
    with own_app.app_context(), unit_of_work() as session:
        (kept,) = session.scalars(select(TenderDocument))
        assert kept.file_sha256 == hashlib.sha256(plan.read_bytes()).hexdigest()
