"""A resolution revoked after the publication: the procedure goes on, and everybody knows."""

import datetime as dt
import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tenders
from vergabe import clock, flow
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.cooperations import queries, resolutions
from vergabe.cooperations.events import ResolutionRevoked
from vergabe.cooperations.model import Resolution
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.outbox import OutboxRow
from vergabe.tenders import gates, resolution_watch
from vergabe.tenders.model import Tender


@pytest.fixture
def tender(session: Session) -> Tender:
    return tenders.published(session, current.store())


def _resolution(session: Session, tender: Tender, town: str) -> Resolution:
    organisation = cooperations.town(session, town)
    (found,) = queries.resolutions(session, tender.cooperation_id, [organisation.id])
    return found


def _revoke(session: Session, tender: Tender, town: str = "Jülich") -> Resolution:
    """Revoke what a council decided, and let the outbox bring the event to the flow twice."""
    found = _resolution(session, tender, town)
    now = clock.now()
    resolutions.revoke_resolution(
        session,
        Actor.operator("Test"),
        tender.cooperation_id,
        found.id,
        revoked_on=clock.berlin_day(now),
        reason="Neue Mehrheit",
        now=now,
    )
    (row,) = session.scalars(
        select(OutboxRow).where(OutboxRow.name == ResolutionRevoked.name)
    ).all()
    (handler,) = flow.handlers_of(row.name)
    flow.react(session, handler, row.name, row.payload, event_id=uuid.uuid4(), now=now)
    return found


def _closed(session: Session, tender: Tender) -> list[str]:
    return [
        reason.code for reason in gates.reasons(gates.all_gates(session, tender, now=clock.now()))
    ]


def test_procedure_goes_on_recorded_and_told_to_all(session: Session, tender: Tender) -> None:
    found = _revoke(session, tender)
    assert tender.stage == "published"
    last = audit.entries(session, f"tender:{tender.id}")[-1]
    assert last.action == "resolution_revoked_while_running"
    assert last.details["resolution_id"] == str(found.id)
    assert "läuft weiter" in last.summary
    told = {
        session.get_one(Organisation, message.organisation_id).name
        for message in session.scalars(select(Message).where(Message.tender_id == tender.id))
        if "Beschluss aufgehoben" in message.subject and message.organisation_id
    }
    assert told == {buyer.organisation.name for buyer in tender.buyers}
    lead = session.scalars(select(Message).where(Message.subject.contains("zurückgenommen"))).one()
    assert lead.organisation_id == tender.lead_organisation_id


def test_gate_and_page_show_it_until_the_council_has_decided_anew(
    client: FlaskClient, session: Session, tender: Tender
) -> None:
    found = _revoke(session, tender)
    assert "resolution_revoked" in _closed(session, tender)
    (warning,) = resolution_watch.warnings(session, tender, now=clock.now())
    assert "Jülich hat den Beschluss vom" in warning
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    session.commit()
    access.log_in(client, user)
    page = client.get(f"/vergabeverfahren/{tender.id}").get_data(as_text=True)
    assert "Beschluss aufgehoben" in page
    assert "Neue Mehrheit" not in page
    gates_page = client.get(f"/vergabeverfahren/{tender.id}/voraussetzungen")
    assert "wurde aufgehoben. Ein neuer Beschluss fehlt" in gates_page.get_data(as_text=True)
    cooperations.resolution(
        session,
        tender.cooperation,
        cooperations.town(session, "Jülich"),
        decided_on=clock.berlin_day(clock.now()),
        subject=found.subject,
    )
    assert "resolution_revoked" not in _closed(session, tender)
    assert resolution_watch.warnings(session, tender, now=clock.now()) == []


def test_draft_and_procedures_of_others_are_left_alone(session: Session) -> None:
    draft = tenders.small_draft(session, towns=("Merzenich", "Jülich"))
    before = len(audit.entries(session, f"tender:{draft.id}"))
    _revoke(session, draft)
    assert len(audit.entries(session, f"tender:{draft.id}")) == before
    assert resolution_watch.warnings(session, draft, now=clock.now()) == []
    assert session.scalars(select(Message).where(Message.tender_id == draft.id)).all() == []


def test_revocation_before_the_publication_is_no_news(session: Session, tender: Tender) -> None:
    found = _resolution(session, tender, "Jülich")
    assert tender.published_at is not None
    found.revoked_on = clock.berlin_day(tender.published_at) - dt.timedelta(days=1)
    session.flush()
    assert resolution_watch.warnings(session, tender, now=clock.now()) == []


@pytest.mark.parametrize("is_public", [True, False])
def test_a_procedure_that_waits_for_the_eu_is_not_called_published(
    session: Session, tender: Tender, is_public: bool
) -> None:
    if not is_public:
        tender.public_since = None
    _revoke(session, tender)
    bodies = session.scalars(
        select(Message.body).where(Message.subject.contains("Beschluss aufgehoben"))
    ).all()
    assert bodies
    assert {"Das veröffentlichte Verfahren" in body for body in bodies} == {is_public}
