"""Resumable uploads by the protocol: what a client may rely on, and what it is told otherwise."""

import base64
import errno
import hashlib
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from fsspec.implementations.local import LocalFileOpener
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access as make
from vergabe import clock, sweeps
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.files.store import FileStore
from vergabe.uploads import receiving, service
from vergabe.uploads.model import Upload, UploadPiece

TEXT = b"Leistungsbeschreibung " * 2000
API = "/api/v1/uploads"


class Client:
    """A program that speaks tus for somebody."""

    def __init__(self, client: FlaskClient, bearer: dict[str, str]) -> None:
        self.client, self.bearer = client, bearer

    def call(self, method: str, address: str, body: bytes = b"", **heads: str) -> TestResponse:
        headers = self.bearer | {"Tus-Resumable": "1.0.0"}
        headers |= {name.replace("_", "-"): value for name, value in heads.items()}
        return self.client.open(address, method=method, data=body, headers=headers)

    def create(
        self, size: int, name: str = "lv.txt", purpose: str = "tender_document", **heads: str
    ) -> TestResponse:
        told = f"filename {_coded(name)},purpose {_coded(purpose)}"
        return self.call("POST", API, Upload_Length=str(size), Upload_Metadata=told, **heads)

    def patch(self, address: str, offset: int, body: bytes, **heads: str) -> TestResponse:
        kind = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": str(offset)}
        return self.call("PATCH", address, body, **(kind | heads))

    def offset(self, address: str) -> int:
        return int(self.call("HEAD", address).headers["Upload-Offset"])


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def town(session: Session) -> Organisation:
    return make.organisation(session)


@pytest.fixture
def officer(client: FlaskClient, session: Session, town: Organisation) -> Client:
    return _client_of(client, session, town)


def _client_of(
    client: FlaskClient, session: Session, town: Organisation, role: Role = Role.PROCUREMENT_OFFICER
) -> Client:
    user = make.person(session, town, role)
    bearer = make.bearer(session, user, town)
    session.commit()
    return Client(client, bearer)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(receiving, "PIECE_BYTES", 10_000)
    return 10_000


def _row(session: Session, address: str) -> Upload:
    session.expire_all()
    return session.get_one(Upload, uuid.UUID(address.rsplit("/", 1)[1]))


def test_a_client_learns_without_login_what_the_server_can(client: FlaskClient) -> None:
    answer = client.options(API)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "expiration",
        "termination",
        "checksum",
    }
    assert int(answer.headers["Tus-Max-Size"]) == 4096 * 1024**2


def test_a_file_in_two_pieces_is_whole_at_the_end(
    officer: Client, session: Session, small_pieces: int
) -> None:
    made = officer.create(len(TEXT), "Geba\u0308ude (Entwurf) [neu].txt")
    assert made.status_code == 201
    address = made.headers["Location"]
    first = officer.patch(address, 0, TEXT[:25_000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "25000")
    assert "Upload-Expires" in first.headers
    head = officer.call("HEAD", address)
    assert head.headers["Upload-Offset"] == "25000"
    assert head.headers["Upload-Length"] == str(len(TEXT))
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Upload-Metadata"].startswith("filename ")
    assert officer.patch(address, 25_000, TEXT[25_000:]).status_code == 204
    row = _row(session, address)
    assert row.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert row.file_name == "Gebäude (Entwurf) [neu].txt"
    assert session.scalars(select(UploadPiece)).all() == []


def test_bytes_may_come_with_the_creation(officer: Client, session: Session) -> None:
    kind = {"Content_Type": "application/offset+octet-stream"}
    told = f"filename {_coded('lv.txt')},purpose {_coded('tender_document')}"
    made = officer.call(
        "POST", API, TEXT[:100], Upload_Length=str(len(TEXT)), Upload_Metadata=told, **kind
    )
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "100")
    officer.patch(made.headers["Location"], 100, TEXT[100:])
    assert _row(session, made.headers["Location"]).sha256 == hashlib.sha256(TEXT).hexdigest()


def test_another_offset_than_the_true_one_is_a_conflict(officer: Client) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    officer.patch(address, 0, TEXT[:1000])
    for wrong in (0, 999, 1001):
        assert officer.patch(address, wrong, b"x").status_code == 409
    assert officer.offset(address) == 1000


def test_more_bytes_than_announced_are_refused(officer: Client) -> None:
    address = officer.create(10).headers["Location"]
    answer = officer.patch(address, 0, b"x" * 11)
    assert answer.status_code == 413
    assert officer.offset(address) == 0
    assert officer.patch(address, 0, b"x" * 10).status_code == 204


def _being_written(officer: Client, session: Session) -> tuple[str, Upload]:
    """Return the address and the row of an upload that "the first" is writing."""
    address = officer.create(len(TEXT)).headers["Location"]
    row = _row(session, address)
    row.lock_token, row.locked_until = "the first", clock.now() + service.LOCK
    session.commit()
    return address, row


def test_only_one_request_writes_at_a_time(
    officer: Client, session: Session, moving_clock: MovableClock
) -> None:
    address, _ = _being_written(officer, session)
    answer = officer.patch(address, 0, TEXT)
    assert answer.status_code == 423
    assert "übertragen" in answer.get_json()["detail"]
    # A request without news has lost its line: the next one goes on.
    moving_clock.pass_(seconds=21)
    assert officer.patch(address, 0, TEXT).status_code == 204


class Rival:
    """A body during which somebody else gets the right to write."""

    def __init__(self, session: Session, upload_id: uuid.UUID) -> None:
        self.session, self.upload_id, self.sent = session, upload_id, False

    def read(self, _size: int) -> bytes:
        if self.sent:
            return b""
        self.sent = True
        row = self.session.get_one(Upload, self.upload_id, populate_existing=True)
        row.lock_token = "the rival's"
        self.session.commit()
        return b"old bytes"


def test_a_request_that_was_replaced_writes_nothing(
    officer: Client, app: Flask, session: Session
) -> None:
    address, row = _being_written(officer, session)
    ticket = service.Ticket(row.id, "the first", 0, len(TEXT))
    rival: Any = Rival(session, row.id)
    with pytest.raises(Exception, match="andere Übertragung"):
        receiving.receive(ticket, current.store(), rival)
    assert _row(session, address).offset_bytes == 0
    assert _objects(app, row.id) == []


def _objects(app: Flask, upload_id: uuid.UUID) -> list[str]:
    root = app.extensions["vergabe_settings"].files
    fs, path = fsspec.core.url_to_fs(root)
    return list(fs.find(f"{path}/{service.folder_of(upload_id)}"))


class Cut:
    """A body whose line is cut after some bytes."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int) -> bytes:
        if not self.content:
            raise ConnectionResetError
        taken, self.content = self.content[:size], self.content[size:]
        return taken


def test_a_cut_line_loses_nothing_that_came(
    officer: Client, session: Session, small_pieces: int
) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    row = _row(session, address)
    row.lock_token, row.locked_until = "ours", clock.now() + service.LOCK
    session.commit()
    cut: Any = Cut(TEXT[:23_456])
    ticket = service.Ticket(row.id, "ours", 0, len(TEXT))
    assert receiving.receive(ticket, current.store(), cut) == 23_456
    assert officer.offset(address) == 23_456
    assert officer.patch(address, 23_456, TEXT[23_456:]).status_code == 204
    assert _row(session, address).sha256 == hashlib.sha256(TEXT).hexdigest()


def test_a_checksum_that_does_not_agree_keeps_nothing(
    officer: Client, app: Flask, session: Session, small_pieces: int
) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    good = base64.b64encode(hashlib.sha1(TEXT[:30_000]).digest()).decode()
    answer = officer.patch(address, 0, TEXT[1:30_001], Upload_Checksum=f"sha1 {good}")
    assert answer.status_code == 460
    assert officer.offset(address) == 0
    assert _objects(app, _row(session, address).id) == []
    assert (
        officer.patch(address, 0, TEXT[:30_000], Upload_Checksum=f"sha1 {good}").status_code == 204
    )
    assert officer.offset(address) == 30_000
    assert officer.patch(address, 30_000, b"x", Upload_Checksum="crc32 AAAA").status_code == 422
    assert officer.patch(address, 30_000, TEXT[30_000:]).status_code == 204


def test_what_was_received_but_not_put_together_is_put_together_when_it_is_needed(
    officer: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(receiving, "make_whole", lambda *_: None)
        address = officer.create(len(TEXT)).headers["Location"]
        officer.patch(address, 0, TEXT)
    row = _row(session, address)
    assert (row.offset_bytes, row.sha256) == (len(TEXT), None)
    assert officer.patch(address, len(TEXT), b"").status_code == 204
    assert _row(session, address).sha256 == hashlib.sha256(TEXT).hexdigest()


def test_nobody_takes_over_while_a_slow_store_puts_the_pieces_together(
    officer: Client,
    session: Session,
    small_pieces: int,
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    chunks_of, answers = receiving._chunks, []

    def slowly(store: FileStore, name: str) -> Iterator[bytes]:
        if len(answers) < 5:
            moving_clock.pass_(seconds=15)
            answers.append(0)
            answers[-1] = officer.patch(address, len(TEXT), b"").status_code
        yield from chunks_of(store, name)

    monkeypatch.setattr(receiving, "_chunks", slowly)
    assert officer.patch(address, 0, TEXT).status_code == 204
    assert answers == [423] * 5
    assert _row(session, address).sha256 == hashlib.sha256(TEXT).hexdigest()


def test_a_disk_that_cannot_be_read_is_told_and_the_pieces_stay(
    officer: Client, session: Session, small_pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = officer.create(len(TEXT)).headers["Location"]

    def broken(*_: object) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as bad_day:
        bad_day.setattr(LocalFileOpener, "read", broken)
        assert officer.patch(address, 0, TEXT).status_code == 503
    assert officer.patch(address, len(TEXT), b"").status_code == 204
    assert _row(session, address).sha256 == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize("after_pieces", [0, 4])
def test_an_upload_thrown_away_while_it_is_put_together_leaves_no_bytes(
    officer: Client,
    app: Flask,
    session: Session,
    small_pieces: int,
    monkeypatch: pytest.MonkeyPatch,
    after_pieces: int,
) -> None:
    """Two windows: one sends the last piece, the other throws the file away meanwhile."""
    address = officer.create(len(TEXT)).headers["Location"]
    upload_id = _row(session, address).id
    chunks_of, counted = receiving._chunks, itertools.count()

    def thrown_away_meanwhile(store: FileStore, name: str) -> Iterator[bytes]:
        if after_pieces:
            yield from chunks_of(store, name)
        if next(counted) == after_pieces:
            assert officer.call("DELETE", address).status_code == 204
        if not after_pieces:
            yield from chunks_of(store, name)

    monkeypatch.setattr(receiving, "_chunks", thrown_away_meanwhile)
    assert officer.patch(address, 0, TEXT).status_code == 404
    assert _objects(app, upload_id) == []


@pytest.mark.parametrize(
    ("name", "size", "purpose", "status", "words"),
    [
        ("zu-gross.pdf", 4097 * 1024**2, "tender_document", 413, "höchstens 4 Gigabyte"),
        ("virus.exe", 10, "tender_document", 422, "werden nicht angenommen"),
        ("", 10, "tender_document", 422, "Wählen Sie eine Datei aus"),
        ("x" * 300 + ".pdf", 10, "tender_document", 422, "kürzen"),
        ("leer.pdf", 0, "tender_document", 422, "leer"),
        ("lv.pdf", 10, "etwas anderes", 422, "Wofür"),
        ("nul\x00.pdf", 10, "tender_document", 201, ""),
    ],
)
def test_what_will_not_be_taken_is_refused_before_a_byte_has_come(
    officer: Client, name: str, size: int, purpose: str, status: int, words: str
) -> None:
    answer = officer.create(size, name, purpose)
    assert answer.status_code == status
    if words:
        assert words in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "heads",
    [
        {"Upload_Metadata": "filename !!!"},
        {"Upload_Metadata": "filename /w==,purpose /w=="},
        {"Upload_Metadata": "a YQ==,a YQ=="},
        {"Upload_Metadata": "x " + "A" * 3000},
        {"Upload_Length": "-1"},
        {"Upload_Length": "12a"},
        {"Upload_Length": ""},
        {"Upload_Length": "9" * 40},
    ],
)
def test_malformed_heads_get_a_sentence(officer: Client, heads: dict[str, str]) -> None:
    good = f"filename {_coded('lv.txt')},purpose {_coded('tender_document')}"
    sent = {"Upload_Length": "10", "Upload_Metadata": good} | heads
    answer = officer.call("POST", API, **sent)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_a_client_of_another_version_is_told_ours(officer: Client) -> None:
    answer = officer.call("POST", API, Tus_Resumable="0.2.2")
    assert answer.status_code == 412
    assert answer.headers["Tus-Version"] == "1.0.0"


def test_a_patch_of_another_kind_is_refused(officer: Client) -> None:
    address = officer.create(10).headers["Location"]
    answer = officer.patch(address, 0, b"x" * 10, Content_Type="application/json")
    assert answer.status_code == 415


def test_ways_that_let_only_post_through_name_the_method_in_a_head(officer: Client) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    kind = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "0"}
    answer = officer.call("POST", address, TEXT, X_HTTP_Method_Override="PATCH", **kind)
    assert answer.status_code == 204
    assert officer.call("POST", address).status_code == 422
    assert officer.call("POST", address, X_HTTP_Method_Override="DELETE").status_code == 204
    assert officer.call("HEAD", address).status_code == 404


def test_anothers_upload_is_not_there(
    officer: Client, client: FlaskClient, session: Session, town: Organisation
) -> None:
    address = officer.create(10).headers["Location"]
    colleague = _client_of(client, session, town)
    for method in ("HEAD", "PATCH", "DELETE"):
        kind = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "0"}
        assert colleague.call(method, address, **kind).status_code == 404
    stranger = Client(client, {})
    assert stranger.call("HEAD", address).status_code == 401


def test_a_purpose_asks_for_its_own_right(
    client: FlaskClient, session: Session, town: Organisation
) -> None:
    requester = _client_of(client, session, town, Role.REQUESTER)
    assert requester.create(10).status_code == 403


def test_an_organisation_cannot_fill_the_disk(officer: Client, app: Flask) -> None:
    limit = 4096 * 1024**2
    made = [officer.create(limit, f"{number}.pdf") for number in range(5)]
    assert {answer.status_code for answer in made} == {201}
    refused = officer.create(1, "noch-eine.pdf")
    assert refused.status_code == 409
    assert "20 Gigabyte" in refused.get_json()["detail"]
    assert officer.call("DELETE", made[0].headers["Location"]).status_code == 204
    assert officer.create(1, "noch-eine.pdf").status_code == 201


def test_what_lies_too_long_is_swept_with_its_bytes(
    officer: Client, app: Flask, session: Session, moving_clock: MovableClock
) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    officer.patch(address, 0, TEXT[:100])
    upload_id = _row(session, address).id
    moving_clock.pass_(days=2, hours=23)
    assert sweeps.sweep_uploads(app) == 0
    officer.patch(address, 100, TEXT[100:200])
    moving_clock.pass_(days=2, hours=23)
    assert officer.offset(address) == 200
    moving_clock.pass_(hours=2)
    assert officer.call("HEAD", address).status_code == 404
    assert len(_objects(app, upload_id)) == 2
    assert sweeps.sweep_uploads(app) == 1
    assert _objects(app, upload_id) == []
    assert sweeps.sweep_uploads(app) == 0


def test_the_page_way_needs_the_guard_against_forged_requests(
    client: FlaskClient, session: Session, town: Organisation
) -> None:
    user = make.person(session, town, Role.PROCUREMENT_OFFICER)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = user.fs_uniquifier
        cookie["_fresh"] = True
        cookie["identity"] = user.fs_uniquifier
    session.commit()
    told = f"filename {_coded('lv.txt')},purpose {_coded('tender_document')}"
    heads = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": told}
    forged = client.post("/hochladen", headers=heads)
    assert (forged.status_code, forged.get_json()["code"]) == (400, "form_expired")
    token = _csrf_token(client)
    made = client.post("/hochladen", headers=heads | {"X-CSRFToken": token})
    assert made.status_code == 201
    gone = client.application.test_client().head(made.headers["Location"], headers=heads)
    assert gone.status_code == 401


def _csrf_token(client: FlaskClient) -> str:
    from lxml import html

    page = html.fromstring(client.get("/konto").get_data())
    return str(page.xpath("string(//input[@name='csrf_token']/@value)"))


@pytest.fixture
def object_store(app: Flask) -> Iterator[FileStore]:
    """A store without folders, renaming in place or appending, as S3-compatible ones are."""
    kept = app.extensions["vergabe_files"]
    app.extensions["vergabe_files"] = store = FileStore("memory://vergabe-tests")
    yield store
    app.extensions["vergabe_files"] = kept
    fsspec.filesystem("memory").rm("/vergabe-tests", recursive=True)


def test_pieces_are_objects_of_any_store(
    officer: Client, object_store: FileStore, session: Session, small_pieces: int
) -> None:
    address = officer.create(len(TEXT)).headers["Location"]
    officer.patch(address, 0, TEXT[:35_000])
    officer.patch(address, 35_000, TEXT[35_000:])
    row = _row(session, address)
    assert row.sha256 == hashlib.sha256(TEXT).hexdigest()
    object_store.adopt(row.whole_name or "", row.sha256)
    object_store.adopt(row.whole_name or "", row.sha256)
    assert object_store.read(row.sha256) == TEXT
