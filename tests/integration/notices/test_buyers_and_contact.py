"""Every participant is a buyer of its own in what is published; one contact answers for all."""

import orjson
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import tenders
from vergabe.files import current
from vergabe.notices import queries
from vergabe.notices.model import Notice

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def document(notice: Notice, name: str) -> bytes:
    (found,) = [each for each in notice.documents if each.format == name]
    return current.store().read(found.file_sha256)


def test_every_participant_is_a_buyer_and_the_lead_speaks_for_all(
    app: Flask, session: Session
) -> None:
    tender = tenders.published(session, current.store())
    (notice,) = queries.notices_of(session, tender.id)
    release = orjson.loads(document(notice, "ocds"))
    release = release.get("releases", [release])[0]
    roles = {party["name"]: party["roles"] for party in release["parties"]}
    buyers = {name for name, held in roles.items() if "buyer" in held}
    assert {name.split()[-1] for name in buyers} == {"Merzenich", "Jülich", "Kerpen"}
    (lead,) = [party for party in release["parties"] if "procuringEntity" in party["roles"]]
    assert lead["contactPoint"]["email"] == tender.contact["email"]
    xml = document(notice, "xvergabe").decode()
    for name in ("Merzenich", "Jülich", "Kerpen"):
        assert name in xml
    page = app.test_client().get(f"/bekanntmachungen/{tender.reference}").get_data(as_text=True)
    assert tender.contact["name"] in page
    assert "Merzenich" in page
    assert "Kerpen" in page
