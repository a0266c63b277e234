"""Revoking, declaring and publishing at once, with true connections: one comes after the other."""

import datetime as dt

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import access, cooperations, tenders
from tests.factories import tasks as factory
from tests.integration.test_rivals import Request, at_once, count
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.conflicts.model import ConflictEntry
from vergabe.cooperations.model import Mandate
from vergabe.cooperations.task_model import TaskAssignment
from vergabe.cooperations.task_rules import Performer, Step
from vergabe.db import reading, unit_of_work
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.tenders.model import Tender


def _published_and(own_app: Flask, rival_of: str) -> tuple[TestResponse, TestResponse]:
    """Publish against a rival: the revocation of a mandate, or the officer's own declaration."""
    with own_app.app_context(), unit_of_work() as session:
        tender = tenders.ready(session, current.store())
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        officer = access.person(session, lead, Role.PROCUREMENT_OFFICER)
        headers = access.bearer(session, officer, lead)
        kerpen = cooperations.town(session, "Kerpen")
        treasurer = access.person(session, kerpen, Role.RELEASER)
        others = access.bearer(session, treasurer, kerpen)
        mandate = session.scalars(select(Mandate).where(Mandate.grantor_id == kerpen.id)).one()
        publication = f"/api/v1/tenders/{tender.id}/publication"
        seen = {"If-Match": f'"{tender.version}"'}
        revocation = f"/api/v1/cooperations/dlz/mandates/{mandate.id}/revocation"
        declaration = f"/api/v1/pools/{tender.pool_id}/declarations"
        today = clock.berlin_day(clock.now()).isoformat()

    def publish(client: FlaskClient) -> TestResponse:
        return client.post(publication, headers=headers | seen)

    def revoke(client: FlaskClient) -> TestResponse:
        body = {"revoked_on": today, "reason": "Der Rat hat anders entschieden."}
        return client.post(revocation, headers=others, json=body)

    def declare(client: FlaskClient) -> TestResponse:
        body = {"has_conflict": True, "text": "Mein Bruder bietet mit."}
        return client.post(declaration, headers=headers, json=body)

    rivals: dict[str, Request] = {"mandate": revoke, "conflict": declare}
    first, second = at_once(own_app, publish, rivals[rival_of])
    return first, second


def test_a_revocation_and_a_publication_at_once_never_both_win(own_app: Flask) -> None:
    published, revoked = _published_and(own_app, "mandate")
    assert revoked.status_code == 200, revoked.text
    assert published.status_code in (201, 409), published.text
    with own_app.app_context(), reading() as session:
        revoked_on = session.scalars(
            select(Mandate.revoked_on).where(Mandate.revoked_on.is_not(None))
        ).all()
        stage = session.scalars(select(Tender.stage)).one()
    assert len(revoked_on) == 1
    assert count(own_app, Notice) == (published.status_code == 201)
    assert (stage == "published") is (published.status_code == 201)
    if published.status_code == 409:
        assert "Vollmacht" in str(published.get_json()["violations"])


def test_a_declared_conflict_and_a_publication_at_once_come_one_after_the_other(
    own_app: Flask,
) -> None:
    published, declared = _published_and(own_app, "conflict")
    assert declared.status_code == 201, declared.text
    assert published.status_code in (201, 409), published.text
    assert count(own_app, ConflictEntry) == 1
    assert count(own_app, Notice) == (published.status_code == 201)


def test_after_the_revocation_nothing_is_published(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        tender = tenders.ready(session, current.store())
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        headers = access.bearer(
            session, access.person(session, lead, Role.PROCUREMENT_OFFICER), lead
        )
        for mandate in session.scalars(select(Mandate)):
            mandate.revoked_on = clock.berlin_day(clock.now())
        address, seen = f"/api/v1/tenders/{tender.id}/publication", tender.version
    answer = own_app.test_client().post(address, headers=headers | {"If-Match": f'"{seen}"'})
    assert answer.status_code == 409
    assert count(own_app, Notice) == 0


@pytest.mark.parametrize("first", ["lead", "member"])
def test_two_coordinators_set_the_matrix_at_once_and_one_is_told(
    own_app: Flask, first: str
) -> None:
    with own_app.app_context(), unit_of_work() as session:
        cooperation = cooperations.dlz(session, agreement_stage="resolved")
        factory.task(session, cooperation, Step.AWARD, Performer.LEAD)
        people = [access.person(session, cooperation.lead, Role.COORDINATOR) for _ in range(2)]
        headers = [access.bearer(session, person, cooperation.lead) for person in people]
        version = cooperation.version

    def put(who: dict[str, str], performer: str) -> Request:
        body = {
            "lines": [{"step": "publish", "performer": performer}],
            "reason": "Vereinbart.",
        }
        seen = {"If-Match": f'"{version}"'}
        return lambda client: client.put(
            "/api/v1/cooperations/dlz/tasks", headers=who | seen, json=body
        )

    second = "member" if first == "lead" else "lead"
    answers = at_once(own_app, put(headers[0], first), put(headers[1], second))
    assert sorted(a.status_code for a in answers) == [200, 412], [a.text for a in answers]
    assert count(own_app, TaskAssignment) == 1


def test_a_mandate_that_ends_at_midnight_is_gone_the_next_day(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        tender = tenders.ready(session, current.store())
        lead = session.get_one(Organisation, tender.lead_organisation_id)
        headers = access.bearer(
            session, access.person(session, lead, Role.PROCUREMENT_OFFICER), lead
        )
        yesterday = clock.berlin_day(clock.now()) - dt.timedelta(days=1)
        for mandate in session.scalars(select(Mandate)):
            mandate.valid_to = yesterday
        address, seen = f"/api/v1/tenders/{tender.id}/publication", tender.version
    answer = own_app.test_client().post(address, headers=headers | {"If-Match": f'"{seen}"'})
    assert answer.status_code == 409
