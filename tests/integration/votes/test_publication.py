"""The vote as a gate of publication, and joining later by page and API."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tenders, votes
from tests.integration.pools.test_later_joiners import published
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.cooperations.voting import Required
from vergabe.errors import Refused
from vergabe.files import current
from vergabe.pools.model import LaterJoiner
from vergabe.tenders import publishing
from vergabe.tenders.gate_lists import member_lists
from vergabe.tenders.gates import all_gates
from vergabe.votes.rules import Choice

pytestmark = pytest.mark.usefixtures("moving_clock")


@pytest.mark.parametrize("required", [Required.BEFORE_JOINING, Required.BEFORE_PUBLICATION])
def test_nothing_is_published_before_the_vote_is_adopted(
    session: Session, required: Required
) -> None:
    tender = tenders.ready(session, current.store())
    votes.rule(session, tender.cooperation, required=required)
    officer = tenders.officer(session, tender)
    with pytest.raises(Refused) as refused:
        publishing.mark_published(session, officer, tender.id, now=clock.now())
    assert [v.code for v in refused.value.violations] == ["vote_missing"]
    vote = votes.opened(session, tender.pool)
    votes.said(session, vote, Choice.YES)
    with pytest.raises(Refused) as refused:
        publishing.mark_published(session, officer, tender.id, now=clock.now())
    missing = [v for v in refused.value.violations if v.code == "vote_not_cast"]
    assert len(missing) == len(vote.entitled) - 1
    assert all(v.who and "Hauptverwaltung oder Koordination" in v.who for v in missing)
    lists = member_lists(tender, all_gates(session, tender, now=clock.now()))
    open_for = [row.name for row in lists if any(r.code == "vote_not_cast" for r in row.reasons)]
    assert open_for == [member.organisation.name for member in vote.entitled[1:]]
    votes.said(session, vote, *[Choice.YES] * len(vote.entitled))
    publishing.mark_published(session, officer, tender.id, now=clock.now())
    assert tender.stage == "published"
    assert tender.versions[0].snapshot["call_off"][0]["is_buyer"] is True


def test_an_announced_member_joins_later_by_page(client: FlaskClient, session: Session) -> None:
    tender = published(session)
    row = session.scalars(select(LaterJoiner)).one()
    key = row.lines[0]["key"]
    user = access.person(session, cooperations.town(session, "Kerpen"), Role.RELEASER)
    session.commit()
    access.log_in(client, user)
    page = f"/vergabeverfahren/{tender.id}/abrufe"

    def post(**data: str) -> tuple[int, str]:
        token = re.search(
            r'name="csrf_token" value="([^"]+)"', client.get(page).get_data(as_text=True)
        )
        assert token is not None
        answer = client.post(f"{page}/beitritt", data={"csrf_token": token.group(1), **data})
        return answer.status_code, answer.get_data(as_text=True)

    for bad in ({}, {f"quantities.{key}": "viele"}, {f"quantities.{key}": "11"}):
        status, text = post(mandate_reference="Ratsbeschluss", **bad)
        assert status == 422, bad
        assert f'href="#quantities.{key}"' in text
    status, text = post(**{f"quantities.{key}": "7"})
    assert status == 422
    assert 'href="#mandate_reference"' in text
    good = {f"quantities.{key}": "7", "mandate_reference": "Ratsbeschluss vom 25.02.2027"}
    assert post(**good)[0] == 303
    assert post(**good)[0] == 303, "the second click says nothing new"
    shown = client.get(page).get_data(as_text=True)
    assert "7 Stück Jacke" in shown
    assert "Verbindlich beitreten" not in shown


def test_and_by_api(client: FlaskClient, session: Session) -> None:
    tender = published(session)
    key = session.scalars(select(LaterJoiner)).one().lines[0]["key"]
    url = f"/api/v1/tenders/{tender.id}/later-joining"
    body = {
        "quantities": [{"key": key, "quantity": "10"}],
        "mandate_reference": "Ratsbeschluss vom 25.02.2027",
    }
    for name, status in (("Inden", 409), ("Kerpen", 200)):
        town = cooperations.town(session, name)
        headers = access.bearer(session, access.person(session, town, Role.RELEASER), town)
        assert client.post(url, headers=headers, json={}).status_code == 422
        answer = client.post(url, headers=headers, json=body)
        assert answer.status_code == status, answer.get_data(as_text=True)
    entries = {entry["name"]: entry for entry in answer.get_json()["items"]}
    assert entries["Kerpen"]["is_buyer"]
