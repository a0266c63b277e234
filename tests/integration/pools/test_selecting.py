"""Choosing which proposals to go on with: service, page and command; nothing is stored."""

import uuid

import orjson
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access, cooperations, pools
from tests.factories import demands as demand_factory
from tests.integration.pools.test_pages import log_in, text_of
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.audit.model import RecordEntry
from vergabe.cli import main
from vergabe.cooperations.model import Cooperation
from vergabe.db import unit_of_work
from vergabe.demands.model import Demand
from vergabe.errors import Forbidden
from vergabe.pools import selecting
from vergabe.pools.model import Pool
from vergabe.settings import Settings

TOWNS = ("Merzenich", "Jülich", "Kerpen", "Inden", "Linnich", "Niederzier")


def salt_of(session: Session, cooperation: Cooperation, town: str) -> Demand:
    return demand_factory.demand(
        session,
        cooperation,
        cooperations.town(session, town),
        "released",
        title="Streusalz",
        description="",
        cpv="34927100",
    )


def three_proposals(session: Session) -> tuple[Cooperation, list[Pool]]:
    """Return fire engines of four towns, of two others, and salt of two."""
    cooperation, engines = pools.towns_with_engines(session, TOWNS)
    salt = [salt_of(session, cooperation, name) for name in TOWNS[:2]]
    return cooperation, [
        pools.proposed_pool(session, cooperation, engines[:4]),
        pools.proposed_pool(session, cooperation, engines[4:]),
        pools.proposed_pool(session, cooperation, salt),
    ]


def test_few_procedures_go_to_the_widest_pools_and_what_fits_there_goes_along(
    session: Session,
) -> None:
    cooperation, (four, two, salt) = three_proposals(session)
    actor = access.actor(session, cooperation.lead, Role.COORDINATOR)
    area = cooperation.areas[0]
    for procedures, chosen, left in ((1, [four], [two, salt]), (2, [four, salt], [two])):
        found = selecting.select_pools(session, actor, area, procedures, now=clock.now())
        assert [entry.pool for entry in found.chosen] == chosen
        assert [entry.pool for entry in found.left] == left
        assert {guest.home for guest in found.chosen[0].guests} == {two}
        assert "Eine bessere Auswahl gibt es nach dieser Rechnung nicht." in found.sentence
        assert found.left[0].reasons == ["Alle seine Bedarfe passen in ausgewählte Vorhaben."]
    assert found.sentence.startswith("So entfallen rechnerisch 6 Verfahren.")
    every = selecting.select_pools(session, actor, area, 9, now=clock.now())
    assert every == found, "two pools for one thing are better run as one"


def test_pools_for_different_things_stay_apart_however_few_can_be_run(session: Session) -> None:
    cooperation, engines = pools.towns_with_engines(session, TOWNS[:3])
    salt = [salt_of(session, cooperation, name) for name in TOWNS[:2]]
    wide = pools.proposed_pool(session, cooperation, engines)
    pools.proposed_pool(session, cooperation, salt)
    actor = access.actor(session, cooperation.lead, Role.COORDINATOR)
    area = cooperation.areas[0]
    one = selecting.select_pools(session, actor, area, 1, now=clock.now())
    assert [(entry.pool, entry.guests) for entry in one.chosen] == [(wide, [])]
    assert one.left[0].reasons == ["Seine 2 Bedarfe sparen weniger als die der anderen."]
    both = selecting.select_pools(session, actor, area, 2, now=clock.now())
    assert not both.left


def test_who_proposes_no_pools_selects_none(session: Session) -> None:
    cooperation, _ = three_proposals(session)
    actor = access.actor(session, cooperation.lead, Role.AUDITOR)
    with pytest.raises(Forbidden):
        selecting.select_pools(session, actor, cooperation.areas[0], 1, now=clock.now())


def test_page_shows_the_selection_and_stores_nothing(client: FlaskClient, session: Session) -> None:
    cooperation, (four, two, _) = three_proposals(session)
    log_in(client, session, cooperation.lead, Role.COORDINATOR)
    entries = session.scalar(select(func.count()).select_from(RecordEntry))
    area_id = cooperation.areas[0].id
    assert "Auswahl berechnen" in text_of(client, "/buendelungen/auswahl")
    shown = text_of(client, f"/buendelungen/auswahl?area_id={area_id}&procedures=1")
    assert shown.index(four.reference) < shown.index("Nicht ausgewählt")
    assert f"bisher in {two.reference}" in shown
    assert session.scalar(select(func.count()).select_from(RecordEntry)) == entries
    listed = text_of(client, "/buendelungen?stand=proposed")
    assert 'href="/buendelungen/auswahl"' in listed


@pytest.mark.parametrize("procedures", ["", "0", "-1", "x", "201", "1.5", "99999999999"])
def test_senseless_number_of_procedures_is_a_clear_error(
    client: FlaskClient, session: Session, procedures: str
) -> None:
    cooperation, _ = three_proposals(session)
    log_in(client, session, cooperation.lead, Role.COORDINATOR)
    url = f"/buendelungen/auswahl?area_id={cooperation.areas[0].id}&procedures={procedures}"
    assert 'href="#procedures"' in text_of(client, url, 422)
    both = text_of(client, f"/buendelungen/auswahl?area_id=x&procedures={procedures}", 422)
    assert 'href="#procedures"' in both
    assert 'href="#area_id"' in both


def test_api_tells_the_same_and_names_what_is_wrong(client: FlaskClient, session: Session) -> None:
    cooperation, (four, two, _) = three_proposals(session)
    town, area_id = cooperation.lead, cooperation.areas[0].id
    by = {
        role: access.bearer(session, access.person(session, town, role), town)
        for role in (Role.COORDINATOR, Role.AUDITOR)
    }
    session.commit()

    def asked(role: Role = Role.COORDINATOR, **query: object) -> TestResponse:
        return client.get("/api/v1/pools/selection", query_string=query, headers=by[role])

    found = asked(area_id=area_id, procedures=1)
    assert found.status_code == 200
    assert [entry["reference"] for entry in found.get_json()["chosen"]] == [four.reference]
    assert {guest["from"] for guest in found.get_json()["chosen"][0]["guests"]} == {two.reference}
    for procedures in ("", "0", "201", "1.5", "x"):
        refused = asked(area_id=area_id, procedures=procedures)
        assert refused.status_code == 422
        assert "procedures" in refused.text
    assert asked(area_id=uuid.uuid4(), procedures=1).status_code == 404
    assert asked(Role.AUDITOR, area_id=area_id, procedures=1).status_code == 403


def test_command_tells_the_same(scratch: Settings) -> None:
    app: Flask = create_app(scratch)
    with app.app_context(), unit_of_work() as session:
        cooperation, (four, *_) = three_proposals(session)
        area_key, reference = cooperation.areas[0].key, four.reference
    run = ["pool", "choose", "--cooperation", "dlz", "--area", area_key, "--procedures", "1"]
    told = CliRunner().invoke(main, run)
    assert told.exit_code == 0, told.output
    assert f"Ausgewählt: {reference}" in told.stdout
    found = orjson.loads(CliRunner().invoke(main, [*run, "--json"]).stdout)
    assert [entry["reference"] for entry in found["chosen"]] == [reference]
    assert len(found["chosen"][0]["guests"]) == 2
