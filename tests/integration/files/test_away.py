"""Downloads while the store does not answer: a sentence before the answer begins, not a cut."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import tenders
from vergabe.files import current
from vergabe.notices import queries


@pytest.fixture
def addresses(session: Session) -> list[str]:
    """Where the public fetches files of a tender."""
    tender = tenders.published(session, current.store())
    session.commit()
    (notice,) = queries.notices_of(session, tender.id)
    (document,) = (d for d in tender.documents if d.published_in_version is not None)
    home = f"/bekanntmachungen/{tender.reference}"
    return [
        f"{home}/{notice.id}.pdf",
        f"{home}/unterlagen/{document.id}",
        f"{home}/unterlagen",
        f"/api/v1/notices/{tender.reference}/{notice.id}/pdf",
    ]


def test_a_download_from_a_store_that_is_away_is_answered_503(
    app: Flask, client: FlaskClient, addresses: list[str]
) -> None:
    assert [client.get(address).status_code for address in addresses] == [200] * 4
    place = Path(app.extensions["vergabe_settings"].files)
    away = place.rename(place.with_name("away"))
    place.write_bytes(b"no folder any more")
    try:
        answers = [client.get(address) for address in addresses]
    finally:
        place.unlink()
        away.rename(place)
    for address, answer in zip(addresses, answers, strict=True):
        assert answer.status_code == 503, address
        assert "Dateiablage" in answer.get_data(as_text=True), address
