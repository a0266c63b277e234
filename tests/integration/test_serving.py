"""The real web server: slow clients, limits of what a request may be, and an orderly end."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from flask import Flask
from gunicorn.config import Config
from sqlalchemy import select

from tests import live
from tests.conftest import application_of_its_own
from tests.factories import access, tenders
from vergabe import serving
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cli import main
from vergabe.commands import running
from vergabe.db import reading, unit_of_work
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.web.crowding import Clients

pytestmark = pytest.mark.one_database

SLOW_HEADS, SLOW_BODIES = 35, 20
UNHURRIED_SECONDS = 20
"""Far below what a slow client is given, far above what a busy machine needs."""


@dataclass
class Service:
    app: Flask
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def ask(self, method: str, path: str, **more: object) -> tuple[int, bytes]:
        """Send a request on a connection of its own; return status and body."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=UNHURRIED_SECONDS)
        try:
            line.request(method, path, **more)  # type: ignore[arg-type]  # as it comes
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def begin(self, text: str) -> socket.socket:
        """Open a connection and send the beginning of a request."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=UNHURRIED_SECONDS)
        line.sendall(text.encode())
        return line


@pytest.fixture(scope="module")
def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One web process, so that all slow clients meet in it."""
    place = tmp_path_factory.mktemp("served")
    options = ("--workers", "1", "--threads", "2", "--drain-seconds", "1")
    with (
        application_of_its_own(database_url, place) as app,
        live.web_server(app, place / "log", *options) as (port, process),
    ):
        yield Service(app, port, process, place / "log")


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system lets no process choose"
)
def test_web_process_keeps_to_one_processor(service: Service) -> None:
    parent = service.process.pid
    (child,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    assert os.sched_getaffinity(parent) == os.sched_getaffinity(0)
    for thread in Path(f"/proc/{child}/task").iterdir():
        assert len(os.sched_getaffinity(int(thread.name))) == 1


@pytest.mark.parametrize("keeps_to_one", [True, False])
def test_operator_may_let_processes_run_anywhere(keeps_to_one: bool) -> None:
    sibling, new = SimpleNamespace(processor=0), SimpleNamespace(processor=None)
    app = SimpleNamespace(serving=serving.Serving(keeps_to_one=keeps_to_one))
    serving._give_processor(SimpleNamespace(app=app, WORKERS={1: sibling}), new)
    assert (new.processor is not None) == (keeps_to_one and hasattr(os, "sched_getaffinity"))


def test_slow_clients_starve_nobody(service: Service) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\nemail=a"
    slow = [service.begin("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") for _ in range(SLOW_HEADS)]
    slow += [
        service.begin(f"POST /anmelden HTTP/1.1\r\nHost: x\r\n{form}") for _ in range(SLOW_BODIES)
    ]
    silent = [service.begin("") for _ in range(2 * serving.WAITING_THREADS)]
    try:
        assert [service.ask("GET", path)[0] for path in ("/", "/bekanntmachungen", "/readyz")] == [
            200
        ] * 3
        for line in slow:
            line.setblocking(False)
            with pytest.raises(BlockingIOError):
                line.recv(1)
    finally:
        for line in (*slow, *silent):
            line.close()


def test_request_that_is_late_is_cut_off_and_one_in_time_is_not() -> None:
    clients = Clients()
    (ours, late), (other, quick) = socket.socketpair(), socket.socketpair()
    with ours, late, other, quick:
        clients.expect(ours, seconds=-1)
        clients.expect(other, seconds=60)
        assert clients.cut_late() == 1
        assert ours.recv(1) == b"", "whoever reads sees the end"
        quick.send(b"x")
        assert other.recv(1) == b"x"
        clients.is_here(other)
        assert clients.cut_late() == 0


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/?" + "a" * serving.LONGEST_LINE, {}, {400, 414}),
        ("/", {"X-Long": "a" * (serving.LONGEST_FIELD + 1)}, {400, 431}),
        ("/", {f"X-{n}": "1" for n in range(serving.MOST_FIELDS + 1)}, {400, 431}),
    ],
    ids=["line", "field", "fields"],
)
def test_head_that_is_too_large_is_refused(
    service: Service, path: str, headers: dict[str, str], expected: set[int]
) -> None:
    assert service.ask("GET", path, headers=headers)[0] in expected


@pytest.mark.parametrize("options", [("--threads", "0"), ("--workers", "0")])
def test_service_without_a_place_at_work_does_not_start(
    options: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would say that it is well, and answer nobody."""
    monkeypatch.setattr(running, "serve", lambda *_: None)
    monkeypatch.setattr(running, "the_app", lambda: None)
    assert CliRunner().invoke(main, ["run", *options]).exit_code == 2


def test_nobody_chooses_where_the_service_says_that_it_lies(service: Service) -> None:
    """Most proxies hand on what clients send, this head as well: it would stand in each link."""
    for path, prefix in (("/recht/frist", "/recht"), ("//example.net/", "//example.net")):
        plain = service.ask("GET", path)[0]
        assert service.ask("GET", path, headers={"SCRIPT_NAME": prefix})[0] == plain


def test_body_that_is_too_large_is_refused_before_it_is_read(service: Service) -> None:
    limit = service.app.config["MAX_CONTENT_LENGTH"]
    form = "Content-Type: application/x-www-form-urlencoded\r\n"
    head = f"POST /anmelden HTTP/1.1\r\nHost: x\r\n{form}Content-Length: {limit + 1}\r\n\r\n"
    with service.begin(head) as line:
        assert line.recv(100).split()[1] == b"413"


@pytest.mark.parametrize(
    "head",
    [
        "GET /suche?q=Xaver Niedermoser HTTP/1.1\r\n",
        "GET /suche?q=Xaver HTTP/1.1\r\nHost: x\r\nX-Name: Nieder\0moser\r\n",
        "GET /suche?q=Xaver HTTP/1.1\r\nHost: x\r\nX Niedermoser: 1\r\n",
    ],
    ids=["line", "value", "name"],
)
def test_log_says_that_a_request_was_no_request_and_not_what_stood_in_it(
    service: Service, head: str
) -> None:
    before = len(service.log.read_text())
    with service.begin(f"{head}\r\n") as line:
        assert line.recv(100).split()[1] == b"400"
    said = service.log.read_text()[before:]
    assert "Invalid request from" in said
    assert "Invalid HTTP" in said
    for personal in ("Xaver", "Nieder", "moser", "suche"):
        assert personal not in said


def test_log_of_an_error_that_nobody_caught_names_its_places_and_no_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = serving.JsonLogger(Config())
    try:
        raise ValueError("Xaver")
    except ValueError:
        logger.exception("Error handling request %s %s", "GET", "/suche?q=Xaver")
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["message"], line["error"]) == ("Error handling request", "ValueError")
    assert "Xaver" not in str(line)


def test_stop_in_the_middle_of_a_publication_loses_nothing_and_says_so_before(
    service: Service,
) -> None:
    """Last of all: the service is gone afterwards."""
    app = service.app
    with app.app_context(), unit_of_work() as session:
        tender = tenders.ready(session, current.store())
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        officer = access.person(session, lead, Role.PROCUREMENT_OFFICER)
        headers = access.bearer(session, officer, lead) | {"If-Match": f'"{tender.version}"'}
        address, tender_id = f"/api/v1/tenders/{tender.id}/publication", tender.id
    answers: list[tuple[int, bytes]] = []
    publishing = threading.Thread(
        target=lambda: answers.append(service.ask("POST", address, headers=headers))
    )
    publishing.start()
    time.sleep(0.05)
    service.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    status, body = service.ask("GET", "/readyz")
    assert (status, json.loads(body)["problems"]) == (503, ["stopping"])
    publishing.join(timeout=60)
    assert answers[0][0] == 201, answers
    assert service.process.wait(timeout=60) == 0
    with app.app_context(), reading() as session:
        query = select(Notice.stage).where(Notice.tender_id == tender_id)
        assert session.scalars(query).all() == ["published"]
    with pytest.raises(ConnectionError):
        service.ask("GET", "/healthz")
