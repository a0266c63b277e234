"""Conflicts of interest: who has declared, who may act, and what publishing waits for."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tasks
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access import queries as people
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.audit.model import RecordEntry
from vergabe.conflicts import queries, service
from vergabe.conflicts.rules import State
from vergabe.enquiries import service as enquiries
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.notices import service as notices
from vergabe.tenders import changing, drafting, gates, publishing
from vergabe.tenders.model import Tender


@pytest.fixture
def tender(session: Session) -> Tender:
    return factory.ready(session, current.store())


def actor_of(session: Session, user: User, organisation: Organisation) -> Actor:
    return people.actor_for(session, user, organisation.id, now=clock.now())


def declare(session: Session, actor: Actor, tender: Tender, text: str = "") -> None:
    tasks.declared(session, actor, tender.pool_id, text)


def publish(session: Session, actor: Actor, tender: Tender) -> None:
    notices.publish_tender(
        session,
        actor,
        tender.id,
        now=clock.now(),
        store=current.store(),
        base_url=factory.BASE_URL,
    )


def test_who_declared_a_conflict_can_do_nothing_in_the_procedure(
    session: Session, tender: Tender
) -> None:
    officer = factory.officer(session, tender)
    declare(session, officer, tender, "Mein Bruder ist Geschäftsführer eines Bieters.")
    for attempt in (
        lambda: publish(session, officer, tender),
        lambda: changing.tender_to_change(session, officer, tender.id, version=None, action=None),
        lambda: drafting.draft_tender(session, officer, tender.pool_id, now=clock.now()),
        lambda: enquiries.answer(
            session, officer, tender.id, [], question_text="Was?", text="Das.", now=clock.now()
        ),
        lambda: publishing.mark_cancelled(
            session, officer, tender.id, "Kein Bedarf mehr vorhanden.", now=clock.now()
        ),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "conflict_of_interest"
    told = session.scalars(select(Message).where(Message.kind == "conflict")).all()
    assert [message.organisation_id for message in told] == [tender.lead_organisation_id]
    publish(session, factory.officer(session, tender), tender)


def test_measures_are_decided_by_another_and_let_the_person_act(
    session: Session, tender: Tender
) -> None:
    officer = factory.officer(session, tender)
    declare(session, officer, tender, "Ich halte Aktien eines Herstellers.")
    assert officer.user_id is not None
    with pytest.raises(Refused):
        service.allow_with_measures(
            session, officer, tender.pool_id, officer.user_id, "Keine.", now=clock.now()
        )
    colleague = factory.officer(session, tender)
    with pytest.raises(InvalidInput):
        service.allow_with_measures(
            session, colleague, tender.pool_id, officer.user_id, " ", now=clock.now()
        )
    stranger = factory.officer(session, tender, town="Jülich")
    with pytest.raises(Forbidden):
        service.allow_with_measures(
            session, stranger, tender.pool_id, officer.user_id, "Auflage.", now=clock.now()
        )
    service.allow_with_measures(
        session, colleague, tender.pool_id, officer.user_id, "Keine Wertung.", now=clock.now()
    )
    assert queries.state_of(session, tender.pool_id, officer.user_id) is State.MEASURES
    publish(session, officer, tender)


def test_an_excluded_person_cannot_lift_it_by_declaring(session: Session, tender: Tender) -> None:
    officer, colleague = factory.officer(session, tender), factory.officer(session, tender)
    assert officer.user_id is not None
    service.exclude(
        session, colleague, tender.pool_id, officer.user_id, "Hinweis erhalten.", now=clock.now()
    )
    declare(session, officer, tender)
    with pytest.raises(Refused):
        publish(session, officer, tender)
    service.readmit(
        session, colleague, tender.pool_id, officer.user_id, "Hinweis geprüft.", now=clock.now()
    )
    publish(session, officer, tender)


def test_where_declarations_are_required_publishing_waits_for_everybody(
    session: Session, tender: Tender
) -> None:
    tender.cooperation.declarations_required = True
    session.flush()
    julich = cooperations.town(session, "Jülich")
    own = [
        factory.officer(session, tender),
        factory.officer(session, tender, Role.OPENER),
        access.actor(session, julich, Role.PROCUREMENT_OFFICER, name="Olga Offen"),
    ]
    access.actor(session, julich, Role.REQUESTER, name="Beate Bedarf")
    with pytest.raises(Refused) as refused:
        publish(session, own[0], tender)
    missing = [v.message for v in refused.value.violations if v.code == "declaration_missing"]
    assert any("Olga Offen" in message for message in missing)
    assert any("Betrieb der Plattform" in message for message in missing)
    assert not any("Beate Bedarf" in message for message in missing)
    names = {each.name for each in queries.declarants(session, tender.pool, now=clock.now())}
    for user_id in [
        each.user_id
        for each in queries.declarants(session, tender.pool, now=clock.now())
        if each.user_id is not None
    ]:
        user = session.get_one(User, user_id)
        home = user.assignments[0].organisation
        declare(session, actor_of(session, user, home), tender)
    assert "Olga Offen" in names
    with pytest.raises(Refused):
        publish(session, own[0], tender)
    service.declare_for_operator(
        session,
        Actor.operator("Kommandozeile"),
        tender.pool_id,
        "Olaf Betrieb",
        has_conflict=False,
        now=clock.now(),
    )
    publish(session, own[0], tender)


def test_facts_that_changed_ask_everybody_anew(session: Session, tender: Tender) -> None:
    tender.cooperation.declarations_required = True
    officer = factory.officer(session, tender)
    declare(session, officer, tender)
    asked = service.ask_anew(
        session, officer, tender.pool_id, "Die Bieter stehen fest.", now=clock.now()
    )
    again = service.ask_anew(
        session, officer, tender.pool_id, "Die Bieter stehen fest.", now=clock.now()
    )
    assert again.id == asked.id
    assert queries.state_of(session, tender.pool_id, officer.user_id) is State.OUTDATED
    (gate,) = [
        g for g in gates.all_gates(session, tender, now=clock.now()) if g.key == "declarations"
    ]
    assert "declaration_outdated" in {reason.code for reason in gate.reasons}
    declare(session, officer, tender)
    assert queries.state_of(session, tender.pool_id, officer.user_id) is State.CLEAR


def test_a_substitute_acts_only_with_a_declaration_and_under_their_mark(
    session: Session, tender: Tender
) -> None:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    absent = access.person(session, lead, Role.PROCUREMENT_OFFICER, full_name="Anna Amt")
    person = tasks.substitute(
        session,
        tender.cooperation,
        cooperations.town(session, "Jülich"),
        lead,
        absent=absent,
        full_name="Viktor Vertretung",
    )
    actor = actor_of(session, person, lead)
    assert actor.is_substitute(tender.cooperation_id)
    with pytest.raises(Refused) as refused:
        publish(session, actor, tender)
    assert refused.value.code == "declaration_missing"
    declare(session, actor, tender)
    publish(session, actor, tender)
    names = session.scalars(
        select(RecordEntry.actor_name).where(RecordEntry.action == "tender_published")
    ).all()
    assert names == ["Viktor Vertretung, Jülich (in Vertretung für Anna Amt)"]


def test_the_same_declaration_twice_is_one(session: Session, tender: Tender) -> None:
    officer = factory.officer(session, tender)
    declare(session, officer, tender)
    declare(session, officer, tender)
    assert len(queries.entries(session, tender.pool_id)) == 1


def test_another_cooperation_finds_nothing(session: Session, tender: Tender) -> None:
    other = cooperations.dlz(
        session, ("Inden", "Linnich"), key="zwei", reference_prefix="ZWEI", name="Andere"
    )
    stranger = access.actor(session, other.lead, Role.PROCUREMENT_OFFICER)
    with pytest.raises(NotFound):
        declare(session, stranger, tender)


def test_the_page_takes_a_declaration_and_shows_the_list_to_who_runs_the_tender(
    session: Session, tender: Tender, client: FlaskClient
) -> None:
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    officer = access.person(session, lead, Role.PROCUREMENT_OFFICER, full_name="Anna Amt")
    session.commit()
    access.log_in(client, officer)
    address = f"/buendelungen/{tender.pool_id}/interessenkonflikte"
    via = client.get(f"/vergabeverfahren/{tender.id}/interessenkonflikte")
    assert via.headers["Location"].endswith(address)
    page = client.get(address).get_data(as_text=True)
    assert "Wer sich erklärt hat" in page
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    for form, status in (
        ({}, 422),
        ({"has_conflict": "vielleicht"}, 422),
        ({"has_conflict": "1"}, 422),
        ({"has_conflict": "1", "text": "x" * 5000}, 422),
        ({"has_conflict": "0"}, 303),
    ):
        answer = client.post(address, data={"csrf_token": token} | form)
        assert answer.status_code == status, form
    assert "Kein Interessenkonflikt" in client.get(address).get_data(as_text=True)
    answer = client.post(f"{address}/erneuerung", data={"csrf_token": token, "reason": " "})
    assert answer.status_code == 422
    for nobody in ({}, {"user_id": "niemand", "decision": "exclude"}, {"decision": "vielleicht"}):
        answer = client.post(f"{address}/personen", data={"csrf_token": token} | nobody)
        assert answer.status_code == 422
        assert "Wählen Sie die Person" in answer.get_data(as_text=True)


def test_other_members_see_their_own_declaration_only(
    session: Session, tender: Tender, client: FlaskClient
) -> None:
    officer = factory.officer(session, tender)
    declare(session, officer, tender, "Geheimer Grund.")
    town = cooperations.town(session, "Jülich")
    person = access.person(session, town, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, person, town)
    address = f"/api/v1/pools/{tender.pool_id}/declarations"
    answer = client.get(address, headers=headers)
    assert answer.get_json() == {"is_required": False, "own_state": "missing", "items": []}
    made = client.post(address, headers=headers, json={"has_conflict": False})
    assert made.status_code == 201
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    other = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    shown = client.get(address, headers=access.bearer(session, other, lead)).get_json()
    assert "Geheimer Grund." in {item["text"] for item in shown["items"]}
