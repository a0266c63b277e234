"""Setting the task matrix: by who coordinates, before the version is signed, by page, API, file."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import tasks as factory
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations import agreement_versions, mandates, task_matrix, tasks
from vergabe.cooperations.entries import MandateEntry
from vergabe.cooperations.loading import load
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.rules import Scope
from vergabe.cooperations.task_rules import Performer, Step, Task
from vergabe.cooperations.tasks import Governed
from vergabe.errors import Forbidden, InvalidInput, NotFound, Refused

EXAMPLES = Path(__file__).parents[3] / "examples" / "cooperations"


def coordinator(session: Session, cooperation: Cooperation) -> Actor:
    return access.actor(session, cooperation.lead, Role.COORDINATOR)


def set_tasks(session: Session, actor: Actor, cooperation: Cooperation, *lines: Task) -> None:
    task_matrix.set_tasks(
        session, actor, cooperation.id, lines, reason="Vereinbart.", now=clock.now()
    )


def test_a_draft_takes_a_matrix_and_a_signed_version_keeps_its_own(session: Session) -> None:
    cooperation = cooperations.dlz(session, agreement_stage="resolved")
    actor = coordinator(session, cooperation)
    provider = factory.provider(session)
    line = Task(Step.PUBLISH, Performer.SERVICE_PROVIDER, provider.id)
    set_tasks(session, actor, cooperation, line)
    agreement = factory.agreement_of(session, cooperation)
    assert tasks.tasks_of(session, agreement.id) == [line]
    assert tasks.performers(session, Step.PUBLISH, Governed(cooperation), now=clock.now()) == [
        cooperation.lead_organisation_id
    ]
    agreement.stage = "signed"
    agreement.signed_on = clock.berlin_day(clock.now())
    session.flush()
    set_tasks(session, actor, cooperation, line)
    with pytest.raises(Refused) as refused:
        set_tasks(session, actor, cooperation)
    assert refused.value.code == "tasks_frozen"


def test_a_new_version_starts_with_the_matrix_and_may_differ(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    town = cooperations.town(session, "Jülich")
    factory.task(session, cooperation, Step.AWARD, Performer.MEMBER, town)
    actor = coordinator(session, cooperation)
    newer = agreement_versions.draft_version(
        session, actor, cooperation.id, "Neue Aufgaben.", now=clock.now()
    )
    assert tasks.tasks_of(session, newer.id) == [Task(Step.AWARD, Performer.MEMBER, town.id)]
    set_tasks(session, actor, cooperation, Task(Step.AWARD, Performer.LEAD))
    doing = tasks.performers(session, Step.AWARD, Governed(cooperation), now=clock.now())
    assert doing == [town.id]


def test_only_who_coordinates_may_set_it(session: Session) -> None:
    cooperation = cooperations.dlz(session, agreement_stage="resolved")
    other = access.actor(session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    with pytest.raises(Forbidden):
        set_tasks(session, other, cooperation, Task(Step.AWARD, Performer.MEMBER))
    stranger = access.actor(session, access.organisation(session, "Fremd"), Role.COORDINATOR)
    with pytest.raises(NotFound):
        set_tasks(session, stranger, cooperation)
    with pytest.raises(InvalidInput):
        set_tasks(
            session,
            coordinator(session, cooperation),
            cooperation,
            Task(Step.AWARD, Performer.MEMBER, uuid.uuid4()),
        )


def test_a_mandate_for_a_provider_needs_a_task_of_the_provider(session: Session) -> None:
    cooperation = cooperations.dlz(session)
    provider = factory.provider(session)
    actor = access.actor(session, cooperations.town(session, "Jülich"), Role.COORDINATOR)
    entry = MandateEntry(
        scope=frozenset({Scope.TENDER}),
        wording="Der Verband führt die Vergabe durch.",
        valid_from=clock.berlin_day(clock.now()),
        grantee_id=provider.id,
    )
    with pytest.raises(InvalidInput):
        mandates.grant_mandate(session, actor, cooperation.id, entry, now=clock.now())
    factory.given_to(session, cooperation, provider, Step.PUBLISH)
    found = mandates.grant_mandate(session, actor, cooperation.id, entry, now=clock.now())
    assert found.grantee_id == provider.id
    lead = coordinator(session, cooperation)
    mandates.grant_mandate(session, lead, cooperation.id, entry, now=clock.now())


def test_page_and_api_show_and_change_the_matrix(session: Session, client: FlaskClient) -> None:
    cooperation = cooperations.dlz(session, agreement_stage="resolved")
    provider = factory.provider(session)
    user = access.person(session, cooperation.lead, Role.COORDINATOR)
    headers = access.bearer(session, user, cooperation.lead)
    access.log_in(client, user)
    address = "/zusammenarbeit/dlz/aufgaben"
    page = client.get(address).get_data(as_text=True)
    token = page.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]
    base: dict[str, Any] = {"csrf_token": token, "reason": "Vereinbart."}
    for wrong in (
        {"step_publish": "x"},
        {"step_publish": "member:keine-id"},
        {"step_publish": f"member:{provider.id}"},
        {"step_publish": "lead", "reason": " "},
    ):
        assert client.post(address, data=base | wrong).status_code == 422, wrong
    done = client.post(address, data=base | {"step_publish": f"service_provider:{provider.id}"})
    assert done.status_code == 303
    assert "Zweckverband Beispiel" in client.get(address).get_data(as_text=True)
    shown = client.get("/api/v1/cooperations/dlz/tasks", headers=headers)
    assert [line["step"] for line in shown.get_json()["lines"]] == ["publish"]
    body = {"lines": [{"step": "award", "performer": "member"}], "reason": "Anders."}
    put = client.put("/api/v1/cooperations/dlz/tasks", headers=headers, json=body)
    assert put.status_code == 428
    etag = {"If-Match": shown.headers["ETag"]}
    put = client.put("/api/v1/cooperations/dlz/tasks", headers=headers | etag, json=body)
    assert put.status_code == 200
    assert [line["step"] for line in put.get_json()["lines"]] == ["award"]
    wrong_area = {"lines": [{"step": "award", "performer": "lead", "area": "x"}], "reason": "A."}
    etag = {"If-Match": put.headers["ETag"]}
    refused = client.put("/api/v1/cooperations/dlz/tasks", headers=headers | etag, json=wrong_area)
    assert refused.status_code == 422


def test_the_file_names_providers_and_tasks_and_twice_is_once(session: Session) -> None:
    content = (EXAMPLES / "emh.toml").read_text("utf-8")
    content = content.replace(
        "[[areas]]\n",
        '[[agreement.tasks]]\nstep = "publish"\nby = "service_provider"\norganisation = "kdz"\n'
        'area = "software"\n\n[[areas]]\n',
        1,
    )
    content += (
        '\n[[service_providers]]\nkey = "kdz"\nname = "Zweckverband KDZ"\n'
        'ars = "071350001"\n\n[[service_providers.people]]\n'
        'email = "kdz@kdz.example"\nfull_name = "Karla Daten"\nroles = ["procurement_officer"]\n'
    )
    actor = Actor.operator("Kommandozeile")
    report = load(session, actor, content.encode(), now=clock.now())
    assert report.is_new
    again = load(session, actor, (content + "\n").encode(), now=clock.now())
    assert [c.path for c in again.changes] == []
    provider = session.query(Organisation).filter_by(ars="071350001").one()
    assert provider.kind == "association"
    for wrong in ('organisation = "xyz"', 'organisation = "kdz"\narea = "nirgends"'):
        bad = content.replace('organisation = "kdz"\narea = "software"', wrong)
        with pytest.raises(InvalidInput):
            load(session, actor, bad.encode(), now=clock.now())
