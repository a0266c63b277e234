"""The task matrix decides who may act in a tender: services, pages, API, and who sees it."""

import datetime as dt

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, tasks
from tests.factories import tenders as factory
from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Agreement, Mandate, TaskArea
from vergabe.cooperations.task_rules import Performer, Step
from vergabe.enquiries import service as enquiries
from vergabe.errors import Forbidden, NotFound, Refused
from vergabe.files.store import FileStore
from vergabe.notices import service as notices
from vergabe.pools import queries as pools
from vergabe.tenders import amending, changing, documents, duties, gates, queries, readiness
from vergabe.tenders.amending import Amendment
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


def _publish(session: Session, store: FileStore, actor: object, tender: Tender) -> object:
    return notices.publish_tender(
        session,
        actor,
        tender.id,
        now=clock.now(),
        store=store,
        base_url=factory.BASE_URL,
    )


def test_without_a_matrix_the_lead_publishes_and_nobody_else(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    other = factory.officer(session, tender, town="Jülich")
    with pytest.raises(Forbidden) as refused:
        _publish(session, store, other, tender)
    assert "Merzenich" in refused.value.message
    _publish(session, store, factory.officer(session, tender), tender)
    assert tender.stage == "published"


def test_another_matrix_lets_a_member_publish_and_the_lead_no_longer(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    town = cooperations.town(session, "Jülich")
    tasks.task(session, tender.cooperation, Step.PUBLISH, Performer.MEMBER, town)
    with pytest.raises(Forbidden) as refused:
        _publish(session, store, factory.officer(session, tender), tender)
    assert "Jülich" in refused.value.message
    _publish(session, store, factory.officer(session, tender, town="Jülich"), tender)
    assert tender.stage == "published"


def test_the_right_role_at_the_performer_is_needed(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    with pytest.raises(Forbidden) as refused:
        _publish(session, store, factory.officer(session, tender, Role.REQUESTER), tender)
    assert "Rollen" in refused.value.message


def test_a_procedure_keeps_the_version_under_which_it_began(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    town = cooperations.town(session, "Jülich")
    assert tender.agreement_id is not None
    newer = cooperations.agreement(
        session, tender.cooperation, number=2, in_force_on=clock.berlin_day(clock.now())
    )
    tasks.task(session, tender.cooperation, Step.PUBLISH, Performer.MEMBER, town, agreement=newer)
    assert duties.may(session, factory.officer(session, tender), tender, Step.PUBLISH)
    later = factory.small_draft(session, cooperation=tender.cooperation)
    assert later.agreement_id == newer.id
    assert not duties.may(session, factory.officer(session, later), later, Step.PUBLISH)


def test_a_version_that_is_not_in_force_gives_nobody_a_right(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    town = cooperations.town(session, "Jülich")
    draft = cooperations.agreement(
        session, tender.cooperation, "resolved", number=2, legal_form="public_law_agreement"
    )
    tasks.task(session, tender.cooperation, Step.PUBLISH, Performer.MEMBER, town, agreement=draft)
    later = factory.small_draft(session, cooperation=tender.cooperation)
    assert duties.may(session, factory.officer(session, later), later, Step.PUBLISH)


def test_each_step_can_go_to_somebody_else(session: Session, store: FileStore) -> None:
    tender = factory.published(session, store)
    town = cooperations.town(session, "Jülich")
    lead = factory.officer(session, tender)
    for step in (Step.EXTEND, Step.CANCEL, Step.ANSWER_ENQUIRIES):
        tasks.task(session, tender.cooperation, step, Performer.MEMBER, town)
    assert tender.submission_deadline is not None
    later = tender.submission_deadline + dt.timedelta(days=2)
    with pytest.raises(Forbidden):
        amending.mark_amended(
            session,
            lead,
            tender.id,
            Amendment("Frist verlängert", submission_deadline=later),
            now=clock.now(),
        )
    with pytest.raises(Forbidden):
        enquiries.answer(
            session, lead, tender.id, [], question_text="Was?", text="Das.", now=clock.now()
        )
    with pytest.raises(Forbidden):
        notices.publish_cancellation(
            session,
            lead,
            tender.id,
            "Kein Bedarf mehr vorhanden.",
            now=clock.now(),
            store=store,
            base_url=factory.BASE_URL,
        )
    # Changing texts has stayed with the lead, extending has not.
    amending.mark_amended(
        session, lead, tender.id, Amendment("Neuer Titel", title="Neuer Titel"), now=clock.now()
    )
    amending.mark_amended(
        session,
        factory.officer(session, tender, town="Jülich"),
        tender.id,
        Amendment("Frist verlängert", submission_deadline=later),
        now=clock.now(),
    )


def test_a_service_provider_sees_and_does_what_it_works_on_and_nothing_else(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    other = cooperations.dlz(
        session, ("Inden", "Linnich"), key="zwei", reference_prefix="ZWEI", name="Andere"
    )
    foreign = factory.small_draft(session, cooperation=other, towns=("Inden", "Linnich"))
    provider = tasks.provider(session)
    actor = access.actor(session, provider, Role.PROCUREMENT_OFFICER, Role.COORDINATOR)
    with pytest.raises(NotFound):
        queries.visible_tender(session, actor, tender.id)
    tasks.given_to(session, tender.cooperation, provider, Step.PREPARE_TENDER, Step.PUBLISH)
    assert queries.visible_tender(session, actor, tender.id) is tender
    assert [t.id for t in queries.tenders_page(session, actor).items] == [tender.id]
    assert pools.visible_pool(session, actor, tender.pool_id) is tender.pool
    for hidden in (foreign.id,):
        with pytest.raises(NotFound):
            queries.visible_tender(session, actor, hidden)
    readiness.take_back(session, actor, tender.id, version=tender.version, now=clock.now())
    assert tender.stage == "draft"
    with pytest.raises(Forbidden):
        changing.tender_to_change(
            session, actor, tender.id, version=None, step=Step.CANCEL, action=None
        )


def test_a_provider_that_publishes_needs_the_mandate_of_every_buyer_and_the_lead(
    session: Session, store: FileStore
) -> None:
    tender = factory.ready(session, store)
    provider = tasks.provider(session)
    actor = access.actor(session, provider, Role.PROCUREMENT_OFFICER)
    tasks.given_to(session, tender.cooperation, provider, Step.PUBLISH)
    with pytest.raises(Refused) as refused:
        _publish(session, store, actor, tender)
    missing = [v for v in refused.value.violations if v.code == "mandate_missing"]
    assert len(missing) == 3
    assert all("Zweckverband Beispiel" in violation.message for violation in missing)
    for name in factory.THREE_TOWNS:
        town = cooperations.town(session, name)
        cooperations.mandate(session, tender.cooperation, town, grantee_id=provider.id)
    assert all(gate.is_open for gate in gates.all_gates(session, tender, now=clock.now()))
    _publish(session, store, actor, tender)
    assert tender.stage == "published"


def test_buttons_and_api_follow_the_matrix(
    session: Session, store: FileStore, client: FlaskClient
) -> None:
    tender = factory.draft(session)
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    town = cooperations.town(session, "Jülich")
    tasks.task(session, tender.cooperation, Step.PREPARE_TENDER, Performer.MEMBER, town)
    answers = {}
    for name, organisation in (("lead", lead), ("town", town)):
        person = access.person(session, organisation, Role.PROCUREMENT_OFFICER)
        headers = access.bearer(session, person, organisation)
        answers[name] = client.patch(
            f"/api/v1/tenders/{tender.id}",
            headers=headers | {"If-Match": f'"{tender.version}"'},
            json={"title": "Von wem?"},
        ).status_code
    assert answers == {"lead": 403, "town": 200}


def test_an_upload_is_refused_before_it_is_stored(session: Session, store: FileStore) -> None:
    tender = factory.draft(session)
    town = cooperations.town(session, "Jülich")
    tasks.task(session, tender.cooperation, Step.PREPARE_TENDER, Performer.MEMBER, town)
    with pytest.raises(Forbidden):
        documents._refuse_early(
            session, factory.officer(session, tender), tender.id, now=clock.now()
        )


def test_cancelling_what_bidders_saw_needs_the_mandate_to_cancel_of_every_buyer(
    session: Session, store: FileStore
) -> None:
    tender = factory.published(session, store)
    kerpen = cooperations.town(session, "Kerpen")
    session.execute(
        update(Mandate).where(Mandate.grantor_id == kerpen.id).values(scope=["tender", "award"])
    )
    with pytest.raises(Refused) as refused:
        factory.cancel(session, store, tender)
    (missing,) = refused.value.violations
    assert "Kerpen" in missing.message
    assert tender.stage == "published"
    cooperations.mandate(session, tender.cooperation, kerpen, scope=["cancellation"])
    factory.cancel(session, store, tender)
    assert tender.stage == "cancelled"


def test_giving_up_a_draft_needs_no_mandate(session: Session, store: FileStore) -> None:
    tender = factory.ready(session, store)
    session.execute(update(Mandate).values(scope=["tender"]))
    factory.cancel(session, store, tender)
    assert tender.stage == "cancelled"


def test_who_answers_questions_may_not_be_kept_from_it_by_an_old_version(
    session: Session, store: FileStore
) -> None:
    tender = factory.published(session, store)
    session.execute(
        update(Agreement).values(stage="terminated", terminated_on=clock.berlin_day(clock.now()))
    )
    # What began under a version that has ended is brought to its end by the same people.
    assert duties.may(session, factory.officer(session, tender), tender, Step.ANSWER_ENQUIRIES)


def test_a_provider_of_one_area_sees_nothing_of_another(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    first = cooperation.areas[0]
    second = TaskArea(
        cooperation_id=cooperation.id,
        key="software",
        name="Software",
        position=2,
        required_resolutions=[],
    )
    session.add(second)
    session.flush()
    found = {}
    for area in (first, second):
        tender = factory.small_draft(session, cooperation=cooperation)
        tender.pool.area_id = area.id
        found[area.key] = tender
    session.flush()
    of_second, general = tasks.provider(session), tasks.provider(session, "Zweckverband Zwei")
    provider = Performer.SERVICE_PROVIDER
    tasks.task(session, cooperation, Step.EVALUATE, provider, of_second, area=second)
    # A general line is replaced in the area that has lines of its own.
    tasks.task(session, cooperation, Step.AWARD, provider, general)
    tasks.task(session, cooperation, Step.AWARD, Performer.LEAD, area=second)
    for organisation, key in ((of_second, "software"), (general, first.key)):
        actor = access.actor(session, organisation, Role.PROCUREMENT_OFFICER)
        assert [t.id for t in queries.tenders_page(session, actor).items] == [found[key].id]
        assert [p.id for p in session.scalars(pools.visible(actor))] == [found[key].pool_id]
