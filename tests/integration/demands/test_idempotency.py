import uuid

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import cooperations
from tests.factories import demands as demand_factory
from vergabe.access.permissions import Role


def test_repeated_post_carries_the_etag_of_the_first_answer(
    client: FlaskClient, session: Session
) -> None:
    cooperation = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    user = make.person(session, town, Role.REQUESTER)
    area = demand_factory.area_of(session, cooperation)
    headers = make.bearer(session, user, town) | {"Idempotency-Key": uuid.uuid4().hex}
    body = {
        "cooperation_id": str(cooperation.id),
        "area_id": str(area.id),
        "title": "Streusalz",
        "cpv_main": "34927100",
    }
    first = client.post("/api/v1/demands", json=body, headers=headers)
    again = client.post("/api/v1/demands", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201), first.get_json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.headers["ETag"] == again.headers["ETag"]
