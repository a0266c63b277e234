"""Procurement documents that came in pieces: by the page's form, and by the API."""

import base64
import io
import uuid

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access
from tests.factories import tenders as factory
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.files.store import FileStore
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database

PDF = b"%PDF-1.7\n" + b"Plan " * 5000


@pytest.fixture
def tender(session: Session, moving_clock: MovableClock) -> Tender:
    return factory.draft(session)


@pytest.fixture
def heads(session: Session, client: FlaskClient, tender: Tender) -> dict[str, str]:
    """What the scripts of the page send; the officer is logged in."""
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    page = html.fromstring(client.get(f"/vergabeverfahren/{tender.id}/unterlagen").get_data())
    token = str(page.xpath("string(//input[@name='csrf_token']/@value)"))
    return {"Tus-Resumable": "1.0.0", "X-CSRFToken": token}


def _uploaded(client: FlaskClient, heads: dict[str, str], name: str, content: bytes = PDF) -> str:
    coded = {
        key: base64.b64encode(text.encode()).decode()
        for key, text in {"filename": name, "purpose": "tender_document"}.items()
    }
    told = ",".join(f"{key} {text}" for key, text in coded.items())
    made = client.post(
        "/hochladen",
        data=content,
        headers=heads
        | {
            "Upload-Length": str(len(content)),
            "Upload-Metadata": told,
            "Content-Type": "application/offset+octet-stream",
        },
    )
    assert made.status_code == 201, made.get_data(as_text=True)
    return made.headers["Location"].rsplit("/", 1)[1]


def _post(client: FlaskClient, tender: Tender, heads: dict[str, str], **form: object) -> int:
    data = {"csrf_token": heads["X-CSRFToken"], "title": ""} | form
    path = f"/vergabeverfahren/{tender.id}/unterlagen"
    return client.post(path, data=data, content_type="multipart/form-data").status_code


def test_several_files_become_documents_with_their_names(
    session: Session, client: FlaskClient, tender: Tender, heads: dict[str, str]
) -> None:
    ids = [
        _uploaded(client, heads, "Geba\u0308ude (Plan) [neu].pdf"),
        _uploaded(client, heads, "Zweiter Plan.pdf", PDF + b"2"),
    ]
    assert _post(client, tender, heads, file_upload=ids, title="Nur für einen") == 303
    session.expire_all()
    assert sorted(document.title for document in tender.documents) == [
        "Gebäude (Plan) [neu]",
        "Zweiter Plan",
    ]
    (first,) = [d for d in tender.documents if d.title.startswith("Gebäude")]
    assert current.store().read(first.file_sha256) == PDF
    # A second click changes nothing.
    assert _post(client, tender, heads, file_upload=ids) == 303
    session.expire_all()
    assert len(tender.documents) == 2


def test_the_same_bytes_twice_lie_in_the_store_once(
    session: Session, client: FlaskClient, tender: Tender, heads: dict[str, str]
) -> None:
    for name in ("Plan.pdf", "Kopie.pdf"):
        assert _post(client, tender, heads, file_upload=_uploaded(client, heads, name)) == 303
    session.expire_all()
    assert len({document.file_sha256 for document in tender.documents}) == 1


def test_a_refused_form_keeps_what_is_uploaded(
    session: Session, client: FlaskClient, tender: Tender, heads: dict[str, str]
) -> None:
    upload_id = _uploaded(client, heads, "falsch.pdf", b"MZ no pdf at all")
    good = _uploaded(client, heads, "richtig.pdf")
    path = f"/vergabeverfahren/{tender.id}/unterlagen"
    data = {"csrf_token": heads["X-CSRFToken"], "title": "", "file_upload": [good, upload_id]}
    answer = client.post(path, data=data)
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data())
    assert "passt nicht zur Endung" in page.text_content()
    boxes = page.xpath("//input[@type='checkbox'][@name='file_upload']")
    assert [box.get("value") for box in boxes] == [good, upload_id]
    assert _post(client, tender, heads, file_upload=good) == 303


def test_an_upload_of_nobody_is_not_found(
    client: FlaskClient, tender: Tender, heads: dict[str, str]
) -> None:
    assert _post(client, tender, heads, file_upload=str(uuid.uuid4())) == 404
    assert _post(client, tender, heads, file_upload="no-id") == 404
    assert _post(client, tender, heads) == 422


def test_without_scripts_several_files_go_in_one_form(
    session: Session, client: FlaskClient, tender: Tender, heads: dict[str, str]
) -> None:
    files = [(io.BytesIO(PDF + bytes([n])), f"Plan {n}.pdf") for n in range(3)]
    assert _post(client, tender, heads, file=files) == 303
    session.expire_all()
    assert len(tender.documents) == 3


def test_the_api_names_an_upload_instead_of_sending_bytes(
    session: Session, client: FlaskClient, tender: Tender, heads: dict[str, str], store: FileStore
) -> None:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    bearer = access.bearer(session, user, lead)
    session.commit()
    told = {"filename": "Plan.pdf", "purpose": "tender_document"}
    coded = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())
    made = client.post(
        "/api/v1/uploads",
        data=PDF,
        headers=bearer
        | {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(PDF)),
            "Upload-Metadata": coded,
            "Content-Type": "application/offset+octet-stream",
        },
    )
    address = f"/api/v1/tenders/{tender.id}/documents"
    upload_id = made.headers["Location"].rsplit("/", 1)[1]
    answer = client.post(address, data={"upload_id": upload_id}, headers=bearer)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert answer.get_json()["size_bytes"] == len(PDF)
    assert client.post(address, data={"title": "x"}, headers=bearer).status_code == 422


@pytest.fixture
def store(session: Session) -> FileStore:
    assert session
    return current.store()
