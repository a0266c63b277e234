"""The copy for bad days: all that is public, nothing else, and any web server can show it."""

import datetime as dt
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from lxml import html
from sqlalchemy.orm import Session

from tests.conftest import MovableClock, supposing
from tests.factories import tenders
from vergabe import clock, ids
from vergabe.db import db
from vergabe.enquiries.model import Answer, Enquiry
from vergabe.errors import DomainError
from vergabe.files import current
from vergabe.home import statements
from vergabe.home.operator_facts import Facts, Operator
from vergabe.notices import service as notices
from vergabe.notices.queries import notices_of as published_notices
from vergabe.static_copy import copying
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender
from vergabe.uptime import guard
from vergabe.uptime.guard import Announced

PUBLIC = b"%PDF-1.7 Leistungsbeschreibung"
PENDING = b"%PDF-1.7 noch nicht freigegeben"
OWN_NEWS = {"kopie/stand.json", "kopie/index.html"}
ASKER = "fragende.firma@example.org"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "kopie"


@pytest.fixture
def tender(session: Session, moving_clock: MovableClock) -> Tender:
    """A published tender with an answer, a document that waits and a question without answer."""
    found = tenders.published(session, current.store())
    tenders.document(session, current.store(), found, title="Geheime Anlage", content=PENDING)
    now = clock.now()
    answer = Answer(
        id=ids.new_id(),
        tender_id=found.id,
        question_text="Genügt der Vortag?",
        text="Ja, der Vortag genügt.",
        published_at=now,
        answered_by_name="Erika Muster",
        warnings=[],
    )
    session.add(answer)
    session.flush()
    for text_, answer_id in (("Dürfen wir am Vortag?", answer.id), ("Unbeantwortet?", None)):
        session.add(
            Enquiry(
                id=ids.new_id(),
                tender_id=found.id,
                address=ASKER,
                text=text_,
                asked_at=now,
                is_timely=True,
                answer_id=answer_id,
            )
        )
    tenders.small_draft(session, title="Entwurf, den niemand sehen darf")
    session.commit()
    return found


def files_of(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def server(root: Path) -> Iterator[str]:
    """The web server of Python's standard library on the copy."""
    root.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    port = process.stdout.readline().split("port ")[1].split()[0]
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


def fetched(address: str) -> tuple[str, str, bytes]:
    """Return address after redirects, media type and content; an error names the address."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.url, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{address}: {error.code}") from error


def test_every_link_leads_somewhere_on_any_web_server(
    app: Flask, tender: Tender, root: Path, server: str
) -> None:
    copying.refresh(app, root)
    waiting, seen = [f"{server}/", f"{server}/bekanntmachungen"], set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        found, kind, content = fetched(address)
        if kind != "text/html":
            continue
        tree = html.document_fromstring(content)
        assert tree.xpath("//time[@class='copy-stamp']"), address
        assert not tree.xpath("//form|//script|//*[@onclick]"), address
        for link in tree.xpath("//a/@href|//link[@rel]/@href"):
            target = urljoin(found, link).partition("#")[0]
            if urlsplit(target).scheme in ("http", "https"):
                assert target.startswith(server), f"{address} leads to {target}"
                waiting.append(target)
    home = f"{server}/bekanntmachungen/{tender.reference}"
    assert home in seen
    assert any(address.startswith(f"{home}/unterlagen/") for address in seen)
    assert any(address.endswith(".pdf") for address in seen)
    assert f"{server}/bekanntmachungen/atom.xml" in seen


def test_addresses_and_bytes_are_those_of_the_service(
    app: Flask, tender: Tender, root: Path
) -> None:
    copying.refresh(app, root)
    client = app.test_client()
    documents = [
        name
        for name in files_of(root)
        if name.startswith("bekanntmachungen/") and not name.endswith("index.html")
    ]
    assert len(documents) >= 5
    for name in documents:
        answer = client.get(f"/{name}")
        assert answer.status_code == 200, name
        assert answer.data == (root / name).read_bytes(), name
    for path in (root, *root.rglob("*")):  # whatever the mask of the worker
        wanted = 0o755 if path.is_dir() else 0o644
        assert path.stat().st_mode & wanted == wanted, path
    page = (root / "bekanntmachungen" / tender.reference / "index.html").read_text()
    assert "Ja, der Vortag genügt." in page
    assert tender.description in page


def test_nothing_that_needs_a_login_enters(app: Flask, tender: Tender, root: Path) -> None:
    copying.refresh(app, root, is_whole=True)
    together = b"\n".join(files_of(root).values())
    assert PUBLIC in together
    for secret in (
        PENDING,
        b"Geheime Anlage",
        b"Entwurf, den niemand sehen darf",
        ASKER.encode(),
        "Dürfen wir am Vortag?".encode(),
        b"Unbeantwortet?",
        b"Erika Muster",
        b"csrf",
        str(tender.id).encode(),
    ):
        assert secret not in together, secret


def test_only_what_has_changed_is_written(
    app: Flask, session: Session, tender: Tender, root: Path, moving_clock: MovableClock
) -> None:
    first = copying.refresh(app, root)
    assert first.procedures == 1
    before = files_of(root)
    moving_clock.pass_(seconds=70)
    quiet = copying.refresh(app, root)
    assert (quiet.procedures, quiet.written) == (1, 2)  # an answer may have come late: looked at
    moving_clock.pass_(minutes=15)
    assert copying.refresh(app, root).procedures == 1
    assert copying.refresh(app, root).procedures == 0
    changed = {name for name, content in files_of(root).items() if before.get(name) != content}
    assert changed == OWN_NEWS
    notices.publish_amendment(
        session,
        tenders.officer(session, tender),
        tender.id,
        Amendment("Der Titel war falsch.", title="Neuer Titel", is_substantial=False),
        now=clock.now(),
        store=current.store(),
        base_url="http://localhost",
    )
    session.commit()
    moving_clock.pass_(seconds=20)
    assert copying.refresh(app, root).procedures == 1
    after = files_of(root)
    page = f"bekanntmachungen/{tender.reference}/index.html"
    assert b"Neuer Titel" in after[page]
    assert b"Neuer Titel" in after["bekanntmachungen/index.html"]
    assert b"noch nicht freigegeben" in b"".join(after.values())  # public with the amendment


def test_a_damaged_or_killed_copy_mends_itself(
    app: Flask, tender: Tender, root: Path, moving_clock: MovableClock
) -> None:
    copying.refresh(app, root)
    before = files_of(root)
    (document,) = (root / "bekanntmachungen" / tender.reference / "unterlagen").glob("*-*")
    document.unlink()
    document.write_bytes(b"half")
    (root / "kopie" / "stand.json").write_text("{")
    (root / ".0123.neu").write_bytes(b"left by a killed process")
    copying.refresh(app, root)
    after = files_of(root)
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} <= OWN_NEWS


def test_one_lost_document_keeps_no_other_procedure_out_of_the_copy(
    app: Flask, session: Session, tender: Tender, root: Path, moving_clock: MovableClock
) -> None:
    store = current.store()
    (notice,) = published_notices(session, tender.id)
    place = store.local_file(notice.documents[0].file_sha256)
    assert place is not None
    away = place.rename(place.with_name("away"))
    later = tenders.published(session, store)
    session.commit()
    with pytest.raises(DomainError, match=tender.reference):
        copying.refresh(app, root)
    page = f"bekanntmachungen/{later.reference}/index.html"
    assert page in files_of(root)
    assert later.reference.encode() in files_of(root)["bekanntmachungen/index.html"]
    assert f"bekanntmachungen/{tender.reference}/index.html" not in files_of(root)
    # It is tried again until it works, also when nothing else has changed.
    moving_clock.pass_(hours=1)
    with pytest.raises(DomainError, match=tender.reference):
        copying.refresh(app, root)
    away.rename(place)
    assert copying.refresh(app, root).procedures == 1
    assert f"bekanntmachungen/{tender.reference}/index.html" in files_of(root)
    assert copying.refresh(app, root).procedures == 0


def test_a_document_that_the_store_has_cut_short_is_not_shown(
    app: Flask, session: Session, tender: Tender, root: Path
) -> None:
    store = current.store()
    (notice,) = published_notices(session, tender.id)
    (stored,) = (each for each in notice.documents if each.format == "pdf")
    place = store.local_file(stored.file_sha256)
    assert place is not None
    whole = place.read_bytes()
    place.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DomainError, match=tender.reference):
        copying.refresh(app, root)
    shown = root / "bekanntmachungen" / tender.reference / f"{notice.id}.pdf"
    assert not shown.exists()
    place.write_bytes(whole)
    copying.refresh(app, root)
    assert shown.read_bytes() == whole


def test_after_a_restore_nothing_that_is_published_anew_is_missed(
    app: Flask, tender: Tender, root: Path
) -> None:
    """The restored service gives places of the feed and references once more."""
    with supposing(app):
        for _ in range(2):
            tenders.published(db.session(), current.store())
        db.session.commit()
        assert copying.refresh(app, root).procedures == 3
    later = [tenders.published(db.session(), current.store()) for _ in range(3)]
    db.session.commit()
    copying.refresh(app, root)
    for found in later:
        (notice,) = published_notices(db.session(), found.id)
        page = files_of(root)[f"bekanntmachungen/{found.reference}/index.html"]
        assert str(notice.id).encode() in page, found.reference


def test_statements_are_those_of_the_operator_of_today(
    app: Flask, tender: Tender, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copying.refresh(app, root)
    facts = Facts(operator=Operator(name="Zweckverband Neue Beschaffung"))
    monkeypatch.setitem(app.extensions, statements._KEY, facts)
    copying.refresh(app, root)
    assert b"Zweckverband Neue Beschaffung" in files_of(root)["impressum/index.html"]


def test_the_copy_is_written_while_maintenance_keeps_all_others_out(
    app: Flask, tender: Tender, root: Path, moving_clock: MovableClock
) -> None:
    door = guard.refresh(app)
    door.current = Announced(clock.now(), clock.now() + dt.timedelta(hours=1), "Neue Fassung")
    try:
        assert app.test_client().get("/bekanntmachungen").status_code == 503
        assert copying.refresh(app, root).procedures == 1
    finally:
        door.current = None
