"""Amending and cancelling a published tender through the JSON API."""

import datetime as dt

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, suppliers, tenders
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.files import current


def test_a_tender_is_amended_and_then_cancelled(
    app: Flask, session: Session, client: FlaskClient, moving_clock: MovableClock
) -> None:
    tender = tenders.published(session, current.store())
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    officer = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    ours = access.bearer(session, officer, lead)
    firm = suppliers.supplier(session)
    theirs = access.bearer(session, suppliers.supplier_person(session, firm), firm)
    url = f"/api/v1/tenders/{tender.id}"

    def seen() -> dict[str, str]:
        return ours | {"If-Match": client.get(url, headers=ours).headers["ETag"]}

    assert tender.submission_deadline is not None
    later = tender.submission_deadline + dt.timedelta(days=14)
    body = {"summary": "Die Angebotsfrist ist länger.", "submission_deadline": later.isoformat()}
    amendments = f"{url}/amendments"
    assert client.post(amendments, json=body, headers=theirs).status_code == 403
    assert client.post(amendments, json=body, headers=ours).status_code == 428
    for bad in ({}, {"summary": ""}, body | {"submission_deadline": "bald"}):
        assert client.post(amendments, json=bad, headers=seen()).status_code == 422, bad
    before = seen()
    amended = client.post(amendments, json=body, headers=before)
    assert amended.status_code == 201, amended.get_json()
    assert client.post(amendments, json=body, headers=before).status_code == 412
    told = dt.datetime.fromisoformat(
        client.get(url, headers=ours).get_json()["submission_deadline"]
    )
    assert told == later

    cancellation, why = (
        f"{url}/cancellation",
        {"reason": "Der Bedarf ist bei allen entfallen.", "code": "other"},
    )
    assert client.post(cancellation, json=why, headers=theirs).status_code == 403
    for wrong in ({}, {"reason": ""}, why | {"code": "keine Lust"}):
        assert client.post(cancellation, json=wrong, headers=seen()).status_code == 422, wrong
    done = client.post(cancellation, json=why, headers=seen())
    assert done.status_code == 201, done.get_json()
    assert done.get_json()["notice"]["kind"] == "cancellation_notice"
    assert client.get(url, headers=ours).get_json()["stage"] == "cancelled"
    assert client.post(amendments, json=body, headers=seen()).status_code == 409
