"""Procurement documents: replaced freely before publication, with the next amendment after."""

import datetime as dt
import io
import unicodedata
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.conftest import MovableClock
from tests.factories import access, cooperations
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.errors import InvalidInput, NotFound, Refused, TooLarge
from vergabe.files.store import FileStore
from vergabe.tenders import documents, publishing
from vergabe.tenders.documents import Upload
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.tenders.publishing import Amendment
from vergabe.tenders.recording import stream_of
from vergabe.tenders.snapshots import visible_documents
from vergabe.web import shell

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

MEGABYTE = 1024 * 1024
SUMMARY = "Neue Unterlagen liegen vor."


def pdf(text: str = "Plan") -> bytes:
    return b"%PDF-1.7\n" + text.encode()


def upload(content: bytes = pdf(), name: str = "Plan.pdf", title: str = "") -> Upload:
    return Upload(io.BytesIO(content), name, 10 * MEGABYTE, title)


def add(session: Session, store: FileStore, tender: Tender, given: Upload) -> TenderDocument:
    actor = factory.officer(session, tender)
    return documents.add_document(session, actor, store, tender.id, given, now=clock.now())


def change(
    session: Session, store: FileStore, tender: Tender, document: TenderDocument, given: Upload
) -> TenderDocument:
    return documents.replace_document(
        session, factory.officer(session, tender), store, tender.id, document.id, given,
        now=clock.now(),
    )  # fmt: skip


def remove(session: Session, tender: Tender, document: TenderDocument) -> None:
    documents.remove_document(
        session, factory.officer(session, tender), tender.id, document.id, now=clock.now()
    )


def amend(session: Session, tender: Tender) -> list[str]:
    return publishing.mark_amended(
        session, factory.officer(session, tender), tender.id, Amendment(SUMMARY), now=clock.now()
    )[1]  # fmt: skip


def public_names(tender: Tender) -> list[str]:
    return [d.file_name for d in visible_documents(tender, tender.published_version)]


def test_a_document_is_kept_with_hash_name_and_who(session: Session, store: FileStore) -> None:
    tender = factory.draft(session)
    name = unicodedata.normalize("NFD", "Übersicht Straßen & Wege (Größe).pdf")
    found = add(session, store, tender, upload(name=name))
    assert found.file_name == unicodedata.normalize("NFC", name)
    assert found.title == "Übersicht Straßen & Wege (Größe)"
    assert found.media_type == "application/pdf"
    assert store.read(found.file_sha256) == pdf()
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.details["new"]["sha256"] == found.file_sha256


def test_the_same_file_again_is_the_same_document(session: Session, store: FileStore) -> None:
    tender = factory.draft(session)
    first = add(session, store, tender, upload())
    assert add(session, store, tender, upload()) is first
    with pytest.raises(Refused, match="neue Fassung"):
        add(session, store, tender, upload(pdf("anders"), "PLAN.pdf"))
    assert len(tender.documents) == 1


def test_before_publication_a_new_version_takes_the_place(
    session: Session, store: FileStore
) -> None:
    tender = factory.draft(session)
    first = add(session, store, tender, upload())
    second = change(session, store, tender, first, upload(pdf("neu"), "Plan neu.pdf"))
    assert second is first
    assert (second.document_version, second.file_name) == (1, "Plan neu.pdf")
    entry = audit.entries(session, stream_of(tender.id))[-1]
    assert entry.details["old"]["sha256"] != entry.details["new"]["sha256"]
    remove(session, tender, second)
    session.refresh(tender)
    assert tender.documents == []
    with pytest.raises(NotFound):
        remove(session, tender, second)


def test_after_publication_a_new_version_waits_for_the_amendment(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    publishing.mark_published(session, factory.officer(session, tender), tender.id, now=clock.now())
    old = tender.documents[0]
    new = change(session, store, tender, old, upload(pdf("zweite"), "Leistungsbeschreibung.pdf"))
    extra = add(session, store, tender, upload(name="Preisblatt.pdf"))
    assert (new.document_version, new.document_key) == (2, old.document_key)
    assert [d.file_sha256 for d in visible_documents(tender, 1)] == [old.file_sha256]
    # A second thought before the amendment replaces what waits; nobody ever saw it.
    again = change(session, store, tender, new, upload(pdf("dritte"), "Leistungsbeschreibung.pdf"))
    assert (again is new, again.document_version) == (True, 2)
    assert sorted(amend(session, tender)) == [
        "Ersetzt: Leistungsbeschreibung (jetzt Fassung 2, Leistungsbeschreibung.pdf).",
        "Neu: Preisblatt (Fassung 1, Preisblatt.pdf).",
    ]
    session.refresh(tender)
    assert [d.file_sha256 for d in visible_documents(tender, 1)] == [old.file_sha256]
    assert {d.file_sha256 for d in visible_documents(tender, 2)} == {
        new.file_sha256,
        extra.file_sha256,
    }


def test_a_removal_waits_too_and_can_be_taken_back(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    extra = factory.document(session, store, tender, title="Lageplan", content=pdf("Lage"))
    publishing.mark_published(session, factory.officer(session, tender), tender.id, now=clock.now())
    remove(session, tender, extra)
    remove(session, tender, extra)  # the second click
    assert public_names(tender) == ["Lageplan.pdf", "Leistungsbeschreibung.pdf"]
    documents.keep_document(
        session, factory.officer(session, tender), tender.id, extra.id, now=clock.now()
    )
    with pytest.raises(InvalidInput, match="nichts geändert"):
        amend(session, tender)
    remove(session, tender, extra)
    assert amend(session, tender) == ["Entfallen: Lageplan (Fassung 1)."]
    session.refresh(tender)
    assert public_names(tender) == ["Leistungsbeschreibung.pdf"]
    assert [d.file_name for d in visible_documents(tender, 1)] == [
        "Lageplan.pdf",
        "Leistungsbeschreibung.pdf",
    ]


def test_no_document_stays_or_comes_back_beside_a_new_one_of_its_name(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    extra = factory.document(session, store, tender, title="Lageplan", content=pdf("Lage"))
    officer = factory.officer(session, tender)
    publishing.mark_published(session, officer, tender.id, now=clock.now())
    waiting = change(session, store, tender, extra, upload(pdf("neu"), "Übersicht.pdf"))
    other = add(session, store, tender, upload(pdf("anders"), "Lageplan.pdf"))
    with pytest.raises(Refused, match=r"„Lageplan.pdf“ gibt es inzwischen"):
        remove(session, tender, waiting)
    remove(session, tender, other)
    remove(session, tender, waiting)
    remove(session, tender, extra)
    add(session, store, tender, upload(pdf("anders"), "Lageplan.pdf"))
    with pytest.raises(Refused, match=r"„Lageplan.pdf“ gibt es inzwischen"):
        documents.keep_document(session, officer, tender.id, extra.id, now=clock.now())


def test_bidders_need_time_for_what_is_gone_as_well(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = factory.ready(session, store)
    extra = factory.document(session, store, tender, title="Lageplan", content=pdf("Lage"))
    publishing.mark_published(session, factory.officer(session, tender), tender.id, now=clock.now())
    assert tender.submission_deadline is not None
    monday.at(tender.submission_deadline - dt.timedelta(days=1))
    remove(session, tender, extra)
    with pytest.raises(Refused) as refused:
        amend(session, tender)
    assert [reason.code for reason in refused.value.violations] == ["too_little_time_left"]


def test_dropping_a_waiting_version_leaves_the_public_one(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    publishing.mark_published(session, factory.officer(session, tender), tender.id, now=clock.now())
    old = tender.documents[0]
    new = change(session, store, tender, old, upload(pdf("neu"), "Leistungsbeschreibung.pdf"))
    remove(session, tender, new)
    session.refresh(tender)
    assert tender.documents == [old]
    assert old.removed_in_version is None


def test_after_the_deadline_documents_stand(
    session: Session, store: FileStore, monday: MovableClock
) -> None:
    tender = factory.ready(session, store)
    publishing.mark_published(session, factory.officer(session, tender), tender.id, now=clock.now())
    assert tender.submission_deadline is not None
    monday.at(tender.submission_deadline)
    with pytest.raises(Refused) as caught:
        add(session, store, tender, upload())
    assert caught.value.code == "deadline_passed"


def test_a_ready_tender_takes_no_documents(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    with pytest.raises(Refused):
        add(session, store, tender, upload())


def test_too_large_leaves_nothing(session: Session, store: FileStore) -> None:
    tender = factory.draft(session)
    given = replace(upload(pdf("x" * 2_000_000)), limit_bytes=MEGABYTE)
    with pytest.raises(TooLarge, match="1 Megabyte"):
        add(session, store, tender, given)
    assert tender.documents == []


def officer_client(session: Session, client: FlaskClient) -> None:
    lead = cooperations.town(session, "Merzenich")
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)


def token_of(page: str) -> str:
    return page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def post_file(client: FlaskClient, path: str, content: bytes, name: str) -> TestResponse:
    page = client.get(path).get_data(as_text=True)
    return client.post(
        path,
        data={"csrf_token": token_of(page), "file": (io.BytesIO(content), name), "title": ""},
        content_type="multipart/form-data",
    )


def test_forty_megabytes_go_through_the_page(
    session: Session, client: FlaskClient, store: FileStore
) -> None:
    tender = factory.draft(session)
    officer_client(session, client)
    path = f"/vergabeverfahren/{tender.id}/unterlagen"
    answer = post_file(client, path, b"%PDF-" + b"0" * (40 * MEGABYTE), "Großer Plan.pdf")
    assert answer.status_code == 303
    session.expire_all()
    (found,) = tender.documents
    assert found.size_bytes == 40 * MEGABYTE + 5
    got = client.get(f"{path}/{found.id}")
    assert got.headers["Content-Disposition"].endswith("filename*=UTF-8''Gro%C3%9Fer%20Plan.pdf")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert len(got.data) == found.size_bytes
    again = client.get(f"{path}/{found.id}", headers={"If-None-Match": got.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_over_the_limit_the_page_says_so_in_german(
    session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tender = factory.draft(session)
    officer_client(session, client)
    settings = shell.settings()
    monkeypatch.setitem(
        client.application.extensions,
        "vergabe_settings",
        replace(settings, document_limit_bytes=MEGABYTE),
    )
    path = f"/vergabeverfahren/{tender.id}/unterlagen"
    assert "Höchstens 1 Megabyte je Datei." in client.get(path).get_data(as_text=True)
    answer = post_file(client, path, b"%PDF-" + b"0" * MEGABYTE, "Plan.pdf")
    assert answer.status_code == 413
    assert "größer als die erlaubten 1 Megabyte" in answer.get_data(as_text=True)
    session.expire_all()
    assert tender.documents == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("virus.exe", b"MZ", "werden nicht angenommen"),
        ("leer.pdf", b"", "ist leer"),
        ("falsch.pdf", b"MZ", "passt nicht zur Endung"),
        ("", b"", "Wählen Sie eine Datei aus"),
        ("../../etc/passwd", b"root", "werden nicht angenommen"),
    ],
)
def test_bad_files_are_refused_on_the_page(
    session: Session, client: FlaskClient, name: str, content: bytes, sentence: str
) -> None:
    tender = factory.draft(session)
    officer_client(session, client)
    path = f"/vergabeverfahren/{tender.id}/unterlagen"
    answer = post_file(client, path, content, name)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert 'href="#file"' in text
    session.expire_all()
    assert tender.documents == []


def test_a_refused_new_version_stays_beside_its_document(
    session: Session, client: FlaskClient, store: FileStore
) -> None:
    tender = factory.draft(session)
    document = factory.document(session, store, tender)
    officer_client(session, client)
    path = f"/vergabeverfahren/{tender.id}/unterlagen"
    url = f"{path}/{document.id}/neue-fassung"
    token = token_of(client.get(path).get_data(as_text=True))
    answer = client.post(url, data={"csrf_token": token})
    assert answer.status_code == 422
    (field,) = html.fromstring(answer.get_data(as_text=True)).xpath("//*[@id='file']")
    assert field.xpath("ancestor::form/@action") == [url]


def test_a_document_of_another_tender_is_not_found(
    session: Session, client: FlaskClient, store: FileStore
) -> None:
    tender, other = factory.draft(session), factory.draft(session)
    foreign = factory.document(session, store, other)
    officer_client(session, client)
    base = f"/vergabeverfahren/{tender.id}/unterlagen"
    assert client.get(f"{base}/{foreign.id}").status_code == 404
    token = token_of(client.get(base).get_data(as_text=True))
    for step in ("entfernen", "behalten"):
        answer = client.post(f"{base}/{foreign.id}/{step}", data={"csrf_token": token})
        assert answer.status_code == 404
