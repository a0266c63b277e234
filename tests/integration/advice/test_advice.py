"""The advisor on pools and tenders: what applies, what would apply, and that nothing is stored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import MovableClock
from tests.factories import access, cooperations, demands, pools
from tests.factories import tenders as factory
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.advice import gathering, queries
from vergabe.advice.wish import Wish
from vergabe.cli import main
from vergabe.clock import now
from vergabe.errors import InvalidInput, NotFound, Refused
from vergabe.files import current
from vergabe.pools.model import Pool
from vergabe.tenders.model import Tender

# Its subject is not the database: once is enough.
pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def monday(moving_clock: MovableClock) -> MovableClock:
    """Monday, 23 November 2026, 12:00 in Berlin."""
    return moving_clock


@pytest.fixture
def pool(session: Session) -> Pool:
    """Three towns, each with a fire engine for 450,000 euros."""
    cooperation, found = pools.towns_with_engines(session)
    made = pools.joining_pool(session, cooperation, found)
    session.commit()
    return made


def log_in(session: Session, client: FlaskClient, town: str, role: Role) -> None:
    user = access.person(session, cooperations.town(session, town), role)
    session.commit()
    access.log_in(client, user)


def test_a_pool_is_advised_on_with_everybody_and_without_each(session: Session, pool: Pool) -> None:
    facts = gathering.of_pool(session, pool, now=now())
    advice = queries.consult(facts).advice
    assert advice.situation.estimate.value.reaches_threshold
    assert {other.name for other in advice.without} == {"Merzenich", "Jülich", "Kerpen"}
    assert advice.recommendation is not None
    assert advice.recommendation.code == "open"


def test_a_wish_changes_the_answer_and_nothing_else(session: Session, pool: Pool) -> None:
    facts = gathering.of_pool(session, pool, now=now())
    total = queries.consult(facts).advice.situation.estimate.value.total_net_cents
    wish = Wish(without=frozenset({"Kerpen"}), extra_net_cents=100_000_00)
    tried = queries.consult(facts, wish).advice.situation.estimate.value
    by_town = queries.consult(facts).advice.situation.estimate.value.by_municipality
    assert tried.total_net_cents == total - by_town["Kerpen"] + 100_000_00
    assert gathering.of_pool(session, pool, now=now()) == facts
    assert not session.dirty
    assert not session.new


def test_the_lead_hands_over_when_it_leaves(session: Session, pool: Pool) -> None:
    facts = gathering.of_pool(session, pool, now=now())
    tried = queries.consult(facts, Wish(without=frozenset({"Merzenich"})))
    assert tried.facts.lead in {"Jülich", "Kerpen"}


def test_a_wish_that_leaves_nobody_is_refused(session: Session, pool: Pool) -> None:
    facts = gathering.of_pool(session, pool, now=now())
    with pytest.raises(InvalidInput, match="bleibt nichts zu vergeben"):
        queries.consult(facts, Wish(without=frozenset({"Merzenich", "Jülich", "Kerpen"})))


def test_two_towns_of_one_name_are_told_apart(session: Session) -> None:
    cooperation = cooperations.dlz(session, ("Merzenich", "Jülich"))
    twin = access.organisation(session, "Jülich", ags="05358999", ars="053589999999")
    cooperations.member(session, cooperation, twin, position=3)
    found = [
        demands.demand(session, cooperation, organisation)
        for organisation in (cooperations.town(session, "Jülich"), twin)
    ]
    facts = gathering.of_pool(session, pools.proposed_pool(session, cooperation, found), now=now())
    names = {member.name for member in facts.members}
    assert names == {"Merzenich", "Jülich (05358024)", "Jülich (05358999)"}
    queries.consult(facts)


def test_a_pool_without_demands_says_what_to_do(session: Session, pool: Pool) -> None:
    for entry in pool.entries:
        entry.removed_at = now()
    session.flush()
    with pytest.raises(Refused, match="noch kein Bedarf"):
        queries.consult(gathering.of_pool(session, pool, now=now()))


def test_a_published_tender_keeps_the_law_of_its_day(
    session: Session, moving_clock: MovableClock
) -> None:
    tender = factory.published(session, current.store())
    before = gathering.of_tender(session, tender, now=now())
    moving_clock.pass_(days=500)
    assert gathering.of_tender(session, tender, now=now()).on == before.on == tender.initiated_on


def test_a_tender_counts_the_maximum_of_its_framework_agreement(session: Session) -> None:
    tender = factory.draft(session)
    tender.is_framework, tender.framework_maximum_net_cents = True, 5_000_000_00
    facts = gathering.of_tender(session, tender, now=now())
    assert queries.consult(facts).advice.situation.estimate.value.total_net_cents == 5_000_000_00


def test_the_page_shows_regime_periods_duties_and_who_may_leave(
    session: Session, client: FlaskClient, pool: Pool
) -> None:
    log_in(session, client, "Jülich", Role.REQUESTER)
    text = client.get(f"/buendelungen/{pool.id}/beratung").text
    for words in ("Offenes Verfahren", "§ 15 Abs. 2 und 4 VgV", "Ohne Kerpen läge", "Pflichten"):
        assert words in text


BAD = (
    ("on=31.02.2026", "on"),
    ("submission_on=morgen", "submission_on"),
    ("extra_value=viel", "extra_value"),
    ("procedure=wuerfeln", "procedure"),
    ("without=Bonn", "without"),
    ("without=Merzenich&without=Kerpen&without=J%C3%BClich", "without"),
    ("on=01.01.2050", None),
)


@pytest.mark.parametrize(("query", "field"), BAD)
def test_a_wish_that_cannot_be_is_refused_at_its_field(
    session: Session, client: FlaskClient, pool: Pool, query: str, field: str | None
) -> None:
    log_in(session, client, "Jülich", Role.REQUESTER)
    answer = client.get(f"/buendelungen/{pool.id}/beratung?{query}")
    assert answer.status_code == 422
    assert "Geltendes Recht" in answer.text  # the advice on what is stored stays
    if field is not None:
        assert f'id="{field}-error"' in answer.text


def test_too_few_days_are_named_with_the_paragraph(
    session: Session, client: FlaskClient, pool: Pool
) -> None:
    log_in(session, client, "Jülich", Role.REQUESTER)
    answer = client.get(f"/buendelungen/{pool.id}/beratung?on=2027-02-01&submission_on=2027-03-02")
    assert "§ 15 Abs. 2 und 4 VgV" in answer.text
    assert "zu kurz" in answer.text or "frühestens" in answer.text


def test_strangers_see_neither_page_nor_answer(
    session: Session, client: FlaskClient, pool: Pool
) -> None:
    stranger = access.organisation(session, "Bonn", ags="05314000", ars="053140000000")
    user = access.person(session, stranger, Role.COORDINATOR)
    headers = access.bearer(session, user, stranger)
    session.commit()
    access.log_in(client, user)
    assert client.get(f"/buendelungen/{pool.id}/beratung").status_code == 404
    assert client.get(f"/api/v1/pools/{pool.id}/advice", headers=headers).status_code == 404
    with pytest.raises(NotFound):
        queries.pool_by_reference(
            session, access.actor(session, stranger, Role.COORDINATOR), pool.reference
        )


QUESTION: dict[str, Any] = {
    "contract_type": "supplies",
    "on": "2026-11-23",
    "lead": "Merzenich",
    "members": [{"name": "Merzenich", "land": "NW"}, {"name": "Kerpen", "land": "NW"}],
    "positions": [
        {"municipality": "Merzenich", "amount_cents": 120_000_00},
        {"municipality": "Kerpen", "amount_cents": 96_000_00},
    ],
}


def test_the_api_answers_for_facts_that_exist_nowhere(
    session: Session, client: FlaskClient, pool: Pool
) -> None:
    lead = session.get_one(Organisation, pool.cooperation.lead_organisation_id)
    user = access.person(session, lead, Role.PROCUREMENT_OFFICER)
    headers = access.bearer(session, user, lead)
    session.commit()
    answer = client.post("/api/v1/law/advice", json=QUESTION, headers=headers)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["estimate"]["value"]["reaches_threshold"] is True
    changed = [other["name"] for other in answer.json["without"] if other["is_changed"]]
    assert changed == ["Merzenich", "Kerpen"]
    for spoiled in (
        {**QUESTION, "members": []},
        {**QUESTION, "lead": "Bonn"},
        {**QUESTION, "positions": [{"municipality": "Bonn", "amount_cents": 1}]},
        {**QUESTION, "positions": [{"municipality": "Kerpen", "amount_cents": -1}]},
        {**QUESTION, "on": "2026-13-01"},
        {**QUESTION, "on": "2050-01-01"},
        {**QUESTION, "contract_type": "kauf"},
    ):
        refused = client.post("/api/v1/law/advice", json=spoiled, headers=headers)
        assert refused.status_code == 422, spoiled
    of_pool = client.get(f"/api/v1/pools/{pool.id}/advice?without=Bonn", headers=headers)
    assert of_pool.status_code == 422


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr("vergabe.commands.support.the_app", lambda: app)
    return lambda *words: CliRunner().invoke(main, ["law", "advise", *words])


def test_the_command_advises_on_a_file_a_pool_and_a_tender(
    session: Session, run: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "frage.json"
    file.write_text(json.dumps(QUESTION), encoding="utf-8")
    shown = run(str(file))
    assert shown.exit_code == 0
    assert "Offenes Verfahren" in shown.output
    assert json.loads(run(str(file), "--json").output)["recommendation"]["code"] == "open"
    tender: Tender = factory.draft(session)
    reference = session.get_one(Pool, tender.pool_id).reference
    session.commit()
    assert run("--tender", tender.reference).exit_code == 0
    assert run("--pool", reference).exit_code == 0
    assert run("--pool", "BUE-0").exit_code == 1
    assert run().exit_code == 2
    file.write_text(json.dumps({**QUESTION, "lead": ""}), encoding="utf-8")
    refused = run(str(file))
    assert refused.exit_code == 1
    assert "lead" in refused.output
