import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.factories import access, cooperations
from tests.factories import demands as demand_factory
from tests.factories.audit import without_guards
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.access.queries import actor_for
from vergabe.demands.model import Demand
from vergabe.demands.recording import record as record_demands
from vergabe.errors import NotFound
from vergabe.pools.recording import record as record_pool
from vergabe.records import queries
from vergabe.tenders.model import Tender


@pytest.fixture(autouse=True)
def acts(session: Session, tender: Tender) -> None:
    """An act on the pool and on each demand, so that every chain is there."""
    operator, now = Actor.operator("Koordination"), clock.now()
    record_pool(session, operator, tender.pool, "pool_bound", "Bündelung verbindlich.", now=now)
    demands = session.query(Demand).all()
    record_demands(session, operator, demands, "released", "wurde freigegeben", now=now)
    session.commit()


def _person(session: Session, town: str, role: Role) -> tuple[User, Organisation]:
    organisation = cooperations.town(session, town)
    return access.person(session, organisation, role), organisation


def _record(
    session: Session, client: FlaskClient, tender: Tender, town: str, role: Role
) -> TestResponse:
    headers = access.bearer(session, *_person(session, town, role))
    return client.get(f"/api/v1/tenders/{tender.id}/record", headers=headers)


@pytest.mark.parametrize("town", ["Merzenich", "Jülich", "Kerpen"])
def test_member_sees_procedure_pool_and_its_own_demands_only(
    session: Session, client: FlaskClient, tender: Tender, town: str
) -> None:
    answer = _record(session, client, tender, town, Role.AUDITOR)
    assert answer.status_code == 200
    assert answer.json["holds"] is True
    titles = [chain["title"] for chain in answer.json["chains"]]
    assert titles == ["Verfahren", "Bündelung", f"Bedarfe {town}"]
    own = str(cooperations.town(session, town).id)
    streams = {entry["stream"] for entry in answer.json["entries"]}
    demand_streams = {stream for stream in streams if stream.startswith("demands:")}
    assert len(streams) == 3
    assert all(stream.endswith(own) for stream in demand_streams)


def test_operator_sees_every_chain(session: Session, tender: Tender) -> None:
    record = queries.record_of(session, Actor.operator("Betrieb"), tender.id)
    assert [chain.ref.kind for chain in record.chains] == ["tender", "pool"] + ["demands"] * 3
    assert [entry.at for _, entry in record.entries] == sorted(e.at for _, e in record.entries)


def test_other_demands_of_the_town_are_not_part_of_this_record(
    session: Session, tender: Tender
) -> None:
    jülich = cooperations.town(session, "Jülich")
    other = demand_factory.demand(session, tender.cooperation, jülich, title="Streusalz")
    operator = Actor.operator("Koordination")
    record_demands(session, operator, [other], "released", "wurde freigegeben", now=clock.now())
    actor = access.actor(session, jülich, Role.AUDITOR)
    record = queries.record_of(session, actor, tender.id)
    assert not [entry for _, entry in record.entries if "Streusalz" in entry.summary]
    assert record.holds


def test_member_of_another_cooperation_finds_nothing(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    cooperations.dlz(session, towns=("Inden", "Linnich"), key="zwei", reference_prefix="ZWO")
    assert _record(session, client, tender, "Inden", Role.AUDITOR).status_code == 404
    user, organisation = _person(session, "Inden", Role.AUDITOR)
    headers = access.bearer(session, user, organisation)
    path = f"/api/v1/tenders/{tender.id}/record/export"
    assert client.get(path, headers=headers).status_code == 404
    access.log_in(client, user)
    for path in ("", "/akte.zip"):
        assert client.get(f"/akte/verfahren/{tender.id}{path}").status_code == 404


@pytest.mark.parametrize("role", [Role.REQUESTER, Role.RELEASER, Role.OPENER])
def test_roles_without_the_right_are_refused(
    session: Session, client: FlaskClient, tender: Tender, role: Role
) -> None:
    assert _record(session, client, tender, "Merzenich", role).status_code == 403


def test_role_limited_to_another_cooperation_finds_nothing(
    session: Session, tender: Tender
) -> None:
    other = cooperations.dlz(session, towns=("Merzenich",), key="zwei", reference_prefix="ZWO")
    lead = cooperations.town(session, "Merzenich")
    user = access.person(session, lead, Role.AUDITOR, cooperation_id=other.id)
    actor = actor_for(session, user, lead.id, now=clock.now())
    with pytest.raises(NotFound):
        queries.record_of(session, actor, tender.id)


def test_supplier_finds_nothing(session: Session, tender: Tender) -> None:
    firm = access.supplier(session)
    actor = access.actor(session, firm, Role.SUPPLIER)
    with pytest.raises(NotFound):
        queries.record_of(session, actor, tender.id)


def test_page_tells_the_result_of_verification(
    session: Session, client: FlaskClient, tender: Tender
) -> None:
    user, _ = _person(session, "Merzenich", Role.AUDITOR)
    session.commit()
    access.log_in(client, user)
    page = client.get(f"/akte/verfahren/{tender.id}").get_data(as_text=True)
    assert "vollständig und unverändert" in page
    assert f"Das Verfahren {tender.reference} wurde veröffentlicht." in page
    without_guards(session)
    session.execute(
        text("UPDATE record_entry SET summary = '<b>nichts</b>' WHERE stream = :s"),
        {"s": f"tender:{tender.id}"},
    )
    session.commit()
    page = client.get(f"/akte/verfahren/{tender.id}").get_data(as_text=True)
    assert "Die Akte ist beschädigt" in page
    assert "wurde nachträglich verändert" in page
    assert "<b>nichts</b>" not in page
