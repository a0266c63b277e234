"""The documents in one ZIP: as long as it says, and a download that was cut goes on."""

import io
import zipfile

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import tenders
from vergabe.files import current
from vergabe.notices import bundles
from vergabe.notices.queries import notices_of
from vergabe.tenders.model import TenderDocument
from vergabe.tenders.snapshots import visible_documents


def test_a_cut_download_goes_on_where_it_ended(
    session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    tender = tenders.published(session, current.store())
    session.commit()
    address = f"/bekanntmachungen/{tender.reference}/unterlagen"
    whole = client.get(address)
    content = whole.get_data()
    assert whole.content_length == len(content) > 100
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    etag = whole.headers["ETag"]
    rest = client.get(address, headers={"Range": "bytes=70-", "If-Range": etag})
    assert (rest.status_code, rest.get_data()) == (206, content[70:])
    assert rest.headers["Content-Range"] == f"bytes 70-{len(content) - 1}/{len(content)}"
    # Other documents meanwhile: the part would not fit, so the whole comes anew.
    anew = client.get(address, headers={"Range": "bytes=70-", "If-Range": '"alt"'})
    assert (anew.status_code, anew.get_data()) == (200, content)
    beyond = client.get(address, headers={"Range": f"bytes={len(content)}-"})
    assert beyond.status_code == 416
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_a_document_that_the_reader_has_is_not_sent_again(
    session: Session, client: FlaskClient
) -> None:
    tender = tenders.published(session, current.store())
    session.commit()
    page = f"/bekanntmachungen/{tender.reference}"
    (notice,) = notices_of(session, tender.id)
    document = visible_documents(tender, tender.published_version)[0]
    for address in (
        f"{page}/unterlagen/{document.id}",
        f"{page}/{notice.id}.pdf",
        f"/api/v1/notices/{tender.reference}/{notice.id}/pdf",
    ):
        etag = client.get(address).headers["ETag"]
        again = client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.get_data()) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"alt"'}).status_code == 200


def test_the_length_is_known_before_the_first_document_is_read(session: Session) -> None:
    store = current.store()
    found = []
    for number, name in enumerate(("Größe.pdf", "größe.PDF", "a" * 150 + ".txt", "leer.txt")):
        data = b"x" * (number * 70_000 % 210_000)
        kept = store.keep(io.BytesIO(data), limit_bytes=1_000_000)
        found.append(
            TenderDocument(file_name=name, file_sha256=kept.sha256, size_bytes=kept.size_bytes)
        )
    content = b"".join(bundles.stream(store, found))
    assert bundles.length_of(found) == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == 4
    found[0].size_bytes = 2**31
    assert bundles.length_of(found) is None
