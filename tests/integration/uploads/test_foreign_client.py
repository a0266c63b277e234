"""A client that others wrote (tuspy), against a true server: cut, killed, resumed."""

import contextlib
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from flask import Flask
from sqlalchemy import func, select
from tusclient.client import TusClient
from werkzeug.serving import make_server

from tests.factories import access as make
from vergabe.access.permissions import Role
from vergabe.db import unit_of_work
from vergabe.settings import Settings
from vergabe.uploads.model import Upload, UploadPiece

MEGABYTE = 1024 * 1024
PATIENCE_SECONDS = 90
# The lock of a dead request lasts a third as long here: nobody in this test is slow.
SERVER = """
import datetime, os, sys
from vergabe.app import create_app
from vergabe.serving import Serving, serve
from vergabe.settings import Settings
from vergabe.uploads import service
service.LOCK = datetime.timedelta(seconds=6)
app = create_app(Settings.from_environment(os.environ))
serve(app, Serving(sys.argv[1], 1, 4, is_quiet=True))
"""


class Server:
    """Our server as it runs in the open, in a process that can be killed."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.address}"
        self.environment = os.environ | {
            "VERGABE_DATA": str(settings.data),
            "VERGABE_DATABASE_URL": settings.database_url,
            "VERGABE_FILES": settings.files,
            "VERGABE_SECRET_KEY": settings.secret_key,
            "VERGABE_BASE_URL": f"http://{self.address}",
            "VERGABE_NOTICE_SENDER": "none",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, self.address],
            env=self.environment,
            cwd=Path(__file__).resolve().parents[3],
            start_new_session=True,
        )
        health = f"http://{self.address}/healthz"
        for _ in range(1200):
            try:
                if urllib3.request("GET", health, retries=False).status == 200:
                    return
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(own_app: Flask) -> Iterator[Server]:
    found = Server(own_app.extensions["vergabe_settings"])
    found.start()
    yield found
    found.kill()


@pytest.fixture
def bearer(own_app: Flask) -> dict[str, str]:
    with own_app.app_context(), unit_of_work() as session:
        town = make.organisation(session)
        user = make.person(session, town, Role.PROCUREMENT_OFFICER)
        return make.bearer(session, user, town)


@contextlib.contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of this machine and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def _uploader(address: str, bearer: dict[str, str], content: bytes, **more: Any) -> Any:
    client = TusClient(f"{address}/api/v1/uploads", headers=bearer)
    metadata = {"filename": "Pläne (alle) [2026].zip", "purpose": "tender_document"}
    return client.uploader(file_stream=io.BytesIO(content), metadata=metadata, **more)


def _kept(own_app: Flask) -> list[tuple[str, str | None]]:
    with own_app.app_context(), unit_of_work() as session:
        return [(row.file_name, row.sha256) for row in session.scalars(select(Upload))]


def _half_a_request(
    address: str,
    bearer: dict[str, str],
    content: bytes,
    sent: int,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Announce the whole content, send some of it, do something, and let the line go dead."""
    parts = urlsplit(address)
    heads = bearer | {
        "Host": parts.netloc,
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(len(content)),
    }
    lines = [f"PATCH {parts.path} HTTP/1.1", *(f"{k}: {v}" for k, v in heads.items()), "", ""]
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as line:
        line.sendall("\r\n".join(lines).encode() + content[:sent])
        then()


def _safe_bytes(own_app: Flask) -> int:
    with own_app.app_context(), unit_of_work() as session:
        return session.scalar(select(func.sum(UploadPiece.size_bytes))) or 0


def _until(wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_foreign_client_goes_on_after_a_cut(own_app: Flask, bearer: dict[str, str]) -> None:
    with serving(own_app) as address:
        _cut_and_resume(own_app, address, bearer)


def _cut_and_resume(own_app: Flask, server: str, bearer: dict[str, str]) -> None:
    content = os.urandom(20 * MEGABYTE)
    uploader = _uploader(server, bearer, content, chunk_size=5 * MEGABYTE, upload_checksum=True)
    uploader.set_url(uploader.create_url())
    _half_a_request(uploader.url, bearer, content, 3 * MEGABYTE + 17)
    # Nothing of what came is lost; the foreign client asks for the offset and goes on from there.
    _until(lambda: uploader.get_offset() == 3 * MEGABYTE + 17)
    uploader.offset = 3 * MEGABYTE + 17
    uploader.upload_chunk()
    assert uploader.offset == 8 * MEGABYTE + 17
    resumed = _uploader(server, bearer, content, url=uploader.url, chunk_size=5 * MEGABYTE)
    assert resumed.offset == 8 * MEGABYTE + 17
    resumed.upload()
    assert _kept(own_app) == [("Pläne (alle) [2026].zip", hashlib.sha256(content).hexdigest())]


def test_a_process_killed_in_the_middle_goes_on_at_the_true_offset(
    own_app: Flask, server: Server, bearer: dict[str, str]
) -> None:
    content = os.urandom(20 * MEGABYTE)
    uploader = _uploader(server.url, bearer, content)
    uploader.set_url(uploader.create_url())

    def kill() -> None:
        _until(lambda: _safe_bytes(own_app) >= 8 * MEGABYTE)
        server.kill()

    _half_a_request(uploader.url, bearer, content, 19 * MEGABYTE, kill)
    server.start()
    resumed = _uploader(server.url, bearer, content, url=uploader.url)
    # Whole pieces are safe; the one that was being written counts as not sent.
    assert resumed.offset == _safe_bytes(own_app) < 19 * MEGABYTE
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            resumed.upload()
            break
        except Exception:  # the dead process still has the lock for some seconds
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert _kept(own_app) == [("Pläne (alle) [2026].zip", hashlib.sha256(content).hexdigest())]
