"""Every route × every role × members and strangers: who may, who may not, and nobody gets a 500."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule, UUIDConverter

from tests.conftest import emptied, supposing
from tests.factories import access as make
from tests.factories import (
    bylaws,
    cooperations,
    cost_shares,
    councils,
    demands,
    in_house,
    plans,
    pools,
    tasks,
    tenders,
    votes,
)
from vergabe import registry
from vergabe.access.actor import Actor, Grant
from vergabe.access.model import Organisation
from vergabe.access.permissions import Permission, Role, roles_with
from vergabe.cooperations.model import Mandate, Resolution
from vergabe.db import db
from vergabe.deadlines.model import Deadline
from vergabe.files import current
from vergabe.notices.model import Notice
from vergabe.web.rights import API_PREFIX

FOREIGN_ENDPOINTS = ("security.", "static", "api-docs.")
BUYER_ROLES = [role for role in Role if role is not Role.SUPPLIER]
# What a stranger may be told: not there, not yours, or what is wrong with the form itself.
REFUSALS = {400, 403, 404, 405, 409, 412, 413, 415, 422, 428}


@dataclass
class World:
    """A cooperation with everything in it, and strangers who must see nothing of it."""

    lead: Organisation
    member: Organisation
    stranger: Organisation
    supplier: Organisation
    values: dict[str, Any]
    headers: dict[tuple[uuid.UUID, str], dict[str, str]] = field(default_factory=dict)


def _world(session: Session, app: Flask) -> World:
    cooperation = cooperations.dlz(session)
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    member = cooperations.town(session, "Jülich")
    tender = tenders.published(session, current.store())
    demand = demands.demand(session, cooperation, lead, stage="submitted")
    other = cooperations.dlz(
        session, ("Inden", "Linnich"), key="fremd", reference_prefix="FRE", name="Andere"
    )
    stranger = session.get_one(Organisation, other.lead_organisation_id)
    pool = pools.proposed_pool(
        session,
        cooperation,
        [demands.demand(session, cooperation, town) for town in (lead, member)],
    )
    discussed = pools.pool_in_consultation(
        session,
        cooperation,
        [demands.demand(session, cooperation, town) for town in (lead, member)],
    )
    call = demands.call(session, cooperation)
    values: dict[str, Any] = {
        "tender_id": tender.id,
        "reference": tender.reference,
        "demand_id": demand.id,
        "pool_id": pool.id,
        "call_id": call.id,
        "number": cooperation.agreements[-1].number,
        "bylaw_id": bylaws.bylaw(session, member).id,
        "check_id": in_house.check(
            session, pool, in_house.provider(session, cooperation, areas=["elsewhere"])
        ).id,
        "vote_id": votes.opened(session, discussed).id,
        "key": cooperation.key,
        "substitution_id": tasks.substitution(session, cooperation, member, lead).id,
        "resolution_id": session.scalars(select(Resolution.id)).first(),
        "mandate_id": session.scalars(select(Mandate.id)).first(),
        "deadline_id": session.scalars(select(Deadline.id)).first(),
        "notice_id": session.scalars(select(Notice.id)).first(),
        "milestone_id": plans.milestone(session, cooperation).id,
    }
    resolution = session.get_one(Resolution, values["resolution_id"])
    body = councils.body(session, lead, meets_on=[dt.date(2027, 3, 18)])
    values |= {
        "paper_id": cooperations.paper(session, resolution).id,
        "row_id": resolution.id,
        "body_id": body.id,
        "meeting_id": body.meetings[0].id,
    }
    values |= {name: made[0] for name, made in cost_shares.route_values(session, pool).items()}
    assert None not in values.values(), values
    return World(lead, member, stranger, make.supplier(session), values)


@pytest.fixture(scope="module")
def standing(session_app: Flask) -> Iterator[tuple[list[uuid.UUID], dict[str, Any]]]:
    """The ids of the organisations of a world, and what routes are asked with."""
    session_app.config["WTF_CSRF_ENABLED"] = False
    with emptied(session_app):
        found = _world(db.session(), session_app)
        people = [found.lead.id, found.member.id, found.stranger.id, found.supplier.id]
        db.session.commit()
        yield people, found.values
    session_app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def app(session_app: Flask, standing: object) -> Iterator[Flask]:
    """The application with the standing world; what a test changes in it is taken back."""
    with supposing(session_app):
        yield session_app


@pytest.fixture
def world(session: Session, standing: tuple[list[uuid.UUID], dict[str, Any]]) -> World:
    ids, values = standing
    return World(*(session.get_one(Organisation, one) for one in ids), values)


def _rules(app: Flask) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(FOREIGN_ENDPOINTS)
    ]


def _address(app: Flask, rule: Rule, world: World) -> str:
    values = {name: world.values.get(name) or _unknown(rule, name) for name in rule.arguments}
    with app.test_request_context():
        from flask import url_for

        return url_for(rule.endpoint, **values)


def _unknown(rule: Rule, name: str) -> Any:
    """Return a value that fits the address but names nothing."""
    converter = rule._converters[name]
    options = getattr(converter, "items", None)
    if options:
        return sorted(options)[0]
    return uuid.uuid4() if isinstance(converter, UUIDConverter) else "xyz"


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})


def _permission(app: Flask, rule: Rule) -> Permission | None:
    return getattr(app.view_functions[rule.endpoint], "vergabe_permission", None)


class Visitor:
    """Somebody with roles at an organisation, by page and by API."""

    def __init__(
        self, app: Flask, session: Session, organisation: Organisation, *roles: Role
    ) -> None:
        user = make.person(session, organisation, *roles)
        self.headers = make.bearer(session, user, organisation)
        self.client: FlaskClient = app.test_client()
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = user.fs_uniquifier
            cookie["_fresh"] = True
            cookie["identity"] = user.fs_uniquifier

    def call(self, method: str, address: str) -> tuple[int, str]:
        headers = self.headers if address.startswith(API_PREFIX) else {}
        answer = self.client.open(address, method=method, headers=headers)
        return answer.status_code, answer.headers.get("Location", "")


def test_nobody_passes_without_the_permission_of_the_route(
    app: Flask, client: FlaskClient, session: Session, world: World
) -> None:
    """Roles only add rights: whom all the roles without it together let not in, none lets in."""

    @cache
    def visitor_with(roles: frozenset[Role]) -> Visitor:
        return Visitor(app, session, world.lead, *roles)

    a_supplier = Visitor(app, session, world.supplier, Role.SUPPLIER)
    wrong = []
    for rule in _rules(app):
        permission = _permission(app, rule)
        if permission is None:
            continue
        address = _address(app, rule, world)
        without = frozenset(BUYER_ROLES) - roles_with(permission)
        visitors = [visitor_with(without)] if without else []
        visitors += [a_supplier] if Role.SUPPLIER not in roles_with(permission) else []
        for visitor in visitors:
            for method in _methods(rule):
                status, _ = visitor.call(method, address)
                if status != 403:
                    wrong.append((method, address, status))
    assert wrong == []


def test_no_role_takes_away_what_another_gives() -> None:
    here = uuid.uuid4()

    def holds(permission: Permission, *roles: Role) -> bool:
        grants = frozenset(Grant(role, here) for role in roles)
        return Actor("Erika Muster", organisation_id=here, grants=grants).holds(permission)

    for permission in Permission:
        for role in roles_with(permission):
            assert holds(permission, role) == holds(permission, role, *Role), permission


def test_strangers_with_every_role_see_and_change_nothing_of_a_cooperation(
    app: Flask, client: FlaskClient, session: Session, world: World
) -> None:
    stranger = Visitor(app, session, world.stranger, *BUYER_ROLES)
    wrong = []
    for rule in _rules(app):
        if _permission(app, rule) is None or not rule.arguments & set(world.values):
            continue
        address = _address(app, rule, world)
        for method in _methods(rule):
            status, _ = stranger.call(method, address)
            if status not in REFUSALS:
                wrong.append((method, address, status))
    assert wrong == []


def test_the_public_is_sent_to_the_login_and_the_api_says_401(
    app: Flask, client: FlaskClient, session: Session, world: World
) -> None:
    wrong = []
    for rule in _rules(app):
        if _permission(app, rule) is None:
            continue
        address = _address(app, rule, world)
        for method in _methods(rule):
            answer = client.open(address, method=method)
            if address.startswith(API_PREFIX):
                holds = answer.status_code == 401
            else:
                holds = answer.status_code == 303 and "/anmelden" in answer.headers["Location"]
            if not holds:
                wrong.append((method, address, answer.status_code))
    assert wrong == []


def test_no_operation_answers_500_to_somebody_with_every_role_who_sends_nothing(
    app: Flask, client: FlaskClient, session: Session, world: World
) -> None:
    visitor = Visitor(app, session, world.lead, *BUYER_ROLES)
    broken = []
    for rule in _rules(app):
        address = _address(app, rule, world)
        for method in _methods(rule):
            # Who may see a page is shown it in tests/browser/test_every_page.py.
            if method == "GET" and not address.startswith(API_PREFIX):
                continue
            status, _ = visitor.call(method, address)
            if status >= 500:
                broken.append((method, address, status))
    assert broken == []


def test_every_capability_is_registered() -> None:
    assert len({pages.name for pages in registry.PAGES}) == len(registry.PAGES)
