"""The checklist of gates per member: done, missing with who and where, or not needed."""

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, votes
from tests.factories import tenders as factory
from tests.integration.tenders.test_gates import no_mandate, no_resolution
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.cooperations.voting import Required
from vergabe.files.store import FileStore
from vergabe.pools.model import Joining
from vergabe.tenders.checklist import Row, State, checklist
from vergabe.tenders.gates import all_gates
from vergabe.tenders.model import Tender
from vergabe.votes.rules import Choice

pytestmark = [pytest.mark.usefixtures("moving_clock"), pytest.mark.one_database]


def rows_of(session: Session, tender: Tender, app: Flask) -> dict[str, Row]:
    session.flush()
    session.expire_all()
    now = clock.now()
    with app.test_request_context():
        found = checklist(
            session, Actor.operator("Test"), tender, all_gates(session, tender, now=now), now=now
        )
    return {row.name: row for row in found}


def states(row: Row) -> dict[str, State]:
    return {cell.title: cell.state for cell in row.cells}


def test_what_nobody_asks_for_is_not_needed(session: Session, store: FileStore, app: Flask) -> None:
    tender = factory.ready(session, store)
    tender.pool.area.required_resolutions = []
    rows = rows_of(session, tender, app)
    lead = states(rows[tender.cooperation.lead.name])
    assert lead["Vollmacht"] is State.NOT_NEEDED, "the lead needs none from itself"
    other = states(rows["Kerpen"])
    assert other["Vollmacht"] is State.DONE
    for found in (lead, other):
        assert found["Beschlüsse"] is State.NOT_NEEDED
        assert found["Abstimmung"] is State.NOT_NEEDED
        assert found["Erklärungen"] is State.NOT_NEEDED
        assert found["Freigabe"] is State.DONE
        assert found["Beitritt"] is State.DONE


def test_before_a_required_vote_is_opened_no_member_has_voted(
    session: Session, store: FileStore, app: Flask
) -> None:
    tender = factory.ready(session, store)
    votes.rule(session, tender.cooperation, required=Required.BEFORE_PUBLICATION)
    for row in rows_of(session, tender, app).values():
        assert states(row)["Abstimmung"] is State.MISSING
    vote = votes.opened(session, tender.pool)
    votes.said(session, vote, Choice.YES)
    first = vote.entitled[0].organisation.name
    found = {name: states(row)["Abstimmung"] for name, row in rows_of(session, tender, app).items()}
    assert found == {name: State.DONE if name == first else State.MISSING for name in found}


@pytest.mark.usefixtures("client")  # every browser below is one of its kind
def test_each_cell_says_who_and_leads_there_only_who_may(
    session: Session, store: FileStore, app: Flask
) -> None:
    tender = factory.ready(session, store)
    for break_it in (no_mandate, no_resolution):
        break_it(session, tender)
    kerpen = cooperations.town(session, "Kerpen")
    session.execute(delete(Joining).where(Joining.organisation_id == kerpen.id))
    users = [
        access.person(session, kerpen, Role.RELEASER),
        access.person(session, cooperations.town(session, "Jülich"), Role.RELEASER),
    ]
    session.commit()
    shown = []
    for user in users:
        client = app.test_client()
        access.log_in(client, user)
        answer = client.get(f"/vergabeverfahren/{tender.id}/voraussetzungen")
        assert answer.status_code == 200
        shown.append(answer.get_data(as_text=True))
    own, others = shown
    places = (
        f"/zusammenarbeit/{tender.cooperation.key}/vollmachten/neu",
        f"/zusammenarbeit/{tender.cooperation.key}/beschluesse/neu",
    )
    for place in places:
        assert f'href="{place}"' in own
        assert f'href="{place}"' not in others
    for text in shown:
        assert "Koordination oder Kämmerei" in text
        assert "ist der Bündelung" in text
        assert f'href="/buendelungen/{tender.pool_id}"' not in text, "joining has closed"
        assert "nicht nötig" in text
