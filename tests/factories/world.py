"""A cooperation with everything in it, visitors with every role, and the forms on their pages."""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, url_for
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.conftest import SeparateClient, emptied
from tests.factories import (
    access,
    bylaws,
    cooperations,
    cost_shares,
    councils,
    demands,
    funding,
    in_house,
    market,
    outages,
    plans,
    pools,
    suppliers,
    tasks,
    tenders,
    votes,
)
from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import ApiToken, Organisation, RoleAssignment
from vergabe.access.permissions import Role, roles_with
from vergabe.cooperations.model import Cooperation, Mandate, Resolution
from vergabe.db import db
from vergabe.deadlines.model import Deadline
from vergabe.enquiries.model import AnswerDraft
from vergabe.files import current
from vergabe.in_house.model import InHouseCheck
from vergabe.notices import ordering
from vergabe.notices.model import Notice
from vergabe.pools.model import Pool
from vergabe.tenders.outlet import Outlet, OutletKind

BUYER_ROLES = tuple(role for role in Role if role is not Role.SUPPLIER)
FOREIGN_ENDPOINTS = ("security.", "static", "api-docs.")


@dataclass(frozen=True)
class Form:
    """A form that posts: where to, and what it would send as it stands, by name."""

    action: str
    fields: dict[str, str]

    @property
    def open_fields(self) -> list[str]:
        """Return the names that a visitor can fill or forge."""
        return [name for name in self.fields if name != "csrf_token"]


class Visitor:
    """Somebody with roles at an organisation, by page and by API; nobody without one."""

    def __init__(
        self, app: Flask, session: Session, organisation: Organisation | None, *roles: Role
    ) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers: dict[str, str] = {}
        if organisation is None:
            return
        user = access.person(session, organisation, *roles)
        self.headers = access.bearer(session, user, organisation)
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = user.fs_uniquifier
            cookie["_fresh"] = True
            cookie["identity"] = user.fs_uniquifier

    def open(self, method: str, address: str, **more: Any) -> TestResponse:
        """Send a request; the API gets the token, with `If-Match: 1` unless told otherwise."""
        if address.startswith("/api/"):
            more["headers"] = self.headers | {"If-Match": '"1"'} | more.get("headers", {})
        return self.client.open(address, method=method, **more)


@dataclass
class World:
    """Ids by the names that routes use, and who visits."""

    values: dict[str, list[Any]]
    buyer: Visitor
    supplier: Visitor
    public: Visitor
    names: dict[str, str] = field(default_factory=dict)


@contextmanager
def standing(app: Flask, **tender_facts: Any) -> Iterator[World]:
    """Make a world that many tests look at; `supposing` takes back what one of them changes."""
    with emptied(app):
        before = app.test_client_class
        app.test_client_class = SeparateClient
        try:
            yield world(app, db.session(), **tender_facts)
        finally:
            app.test_client_class = before


def world(app: Flask, session: Session, **tender_facts: Any) -> World:
    """Return a world with drafts, pools in two stages, and a published tender.

    tender_facts: of the published tender and its demands.
    """
    cooperation = cooperations.dlz(session)
    lead = session.get_one(Organisation, cooperation.lead_organisation_id)
    member = cooperations.town(session, "Jülich")
    published = tenders.published(session, current.store(), **tender_facts)
    draft = tenders.small_draft(session, cooperation=cooperation, towns=("Merzenich", "Jülich"))
    stages = [
        demands.demand(session, cooperation, lead, stage=stage, title=f"Bedarf {stage}")
        for stage in ("draft", "submitted", "released")
    ]
    pairs = [
        [demands.demand(session, cooperation, town) for town in (lead, member)] for _ in range(3)
    ]
    found = [
        pools.proposed_pool(session, cooperation, pairs[0]),
        pools.pool_in_consultation(session, cooperation, pairs[1]),
        pools.joining_pool(session, cooperation, pairs[2]),
    ]
    firm = suppliers.supplier(session)
    values: dict[str, list[Any]] = {
        "tender_id": [draft.id, published.id],
        "reference": [published.reference],
        "demand_id": [demand.id for demand in stages],
        "pool_id": [pool.id for pool in found],
        "call_id": [demands.call(session, cooperation).id],
        "bylaw_id": [bylaws.bylaw(session, lead).id, bylaws.bylaw(session, member).id],
        "check_id": [_own_provider(session, cooperation, found[0]).id],
        "key": [cooperation.key, *_sections()],
        "resolution_id": list(session.scalars(select(Resolution.id).limit(1))),
        "mandate_id": list(session.scalars(select(Mandate.id).limit(1))),
        "deadline_id": list(session.scalars(select(Deadline.id).limit(1))),
        "notice_id": list(session.scalars(select(Notice.id).limit(1))),
        "lot_id": [draft.lots[0].id],
        "substitution_id": [tasks.substitution(session, cooperation, member, lead).id],
        "milestone_id": [plans.milestone(session, cooperation).id],
    }
    agreement = cooperation.agreements[-1]
    monitoring = cooperations.area(session, cooperation, "monitoring", "Begleitung")
    values |= {
        "number": [agreement.number],
        "notice_id": [cooperations.notice(session, agreement, member).id],
        "exclusion_id": [
            cooperations.exclusion(session, monitoring, None, clock.berlin_day(clock.now())).id
        ],
    }
    values["delivery_id"] = [_delivery(session, published.id)]
    values["foreign_id"] = [
        row.id for row in market.stored(session, current.store(), market.foreign())
    ]
    values["draft_id"] = [_answer_draft(session, published.id)]
    values["form_key"] = [ids.new_id()]
    values["outage_id"] = [_outage(session)]
    values["vote_id"] = [votes.opened(session, found[1]).id]
    values |= cost_shares.route_values(session, found[2])
    values["milestone_id"] += funded(session, found[0], values)
    values["row_id"] = values["resolution_id"] + values["mandate_id"]
    resolution = session.get_one(Resolution, values["resolution_id"][0])
    values["paper_id"] = [cooperations.paper(session, resolution).id]
    body = councils.body(session, lead, meets_on=[dt.date(2027, 3, 18)])
    values["body_id"], values["meeting_id"] = [body.id], [body.meetings[0].id]
    buyer = Visitor(app, session, lead, *BUYER_ROLES)
    values["invitation_id"] = [suppliers.invitation(session, firm).id]
    values["token_id"] = list(session.scalars(select(ApiToken.id).limit(1)))
    values["assignment_id"] = list(session.scalars(select(RoleAssignment.id).limit(1)))
    made = World(values, buyer, Visitor(app, session, firm, Role.SUPPLIER), _public(app, session))
    made.names |= {
        "cooperation_id": str(cooperation.id),
        "area_id": str(demands.area_of(session, cooperation).id),
    }
    session.commit()
    return made


def _answer_draft(session: Session, tender_id: uuid.UUID) -> uuid.UUID:
    draft = AnswerDraft(
        id=ids.new_id(),
        tender_id=tender_id,
        enquiry_ids=[],
        question_text="Genügt der Vortag?",
        text="Ja.",
        saved_at=clock.now(),
        saved_by_name="Erika Muster",
    )
    session.add(draft)
    session.flush()
    return draft.id


def _outage(session: Session) -> uuid.UUID:
    """Return an outage of everybody, over an hour ago."""
    now = clock.now()
    hour = dt.timedelta(hours=1)
    return outages.outage(session, now - 2 * hour, now - hour, with_file=True).id


def funded(session: Session, pool: Pool, values: dict[str, list[Any]]) -> list[uuid.UUID]:
    """Give a pool a granted funding case with all that has an id; return that of its milestone."""
    case = funding.complete(session, pool)
    values["drawdown_id"] = [case.drawdowns[0].id]
    values["expense_id"] = [case.lines[0].expenses[0].id]
    return [case.milestones[0].id]


def _own_provider(session: Session, cooperation: Cooperation, pool: Pool) -> InHouseCheck:
    """Return a check of a provider that is asked in another area: no gate looks at it."""
    provider = in_house.provider(session, cooperation, areas=["elsewhere"])
    return in_house.check(session, pool, provider)


def _sections() -> list[str]:
    from vergabe.tenders import sections

    return [str(key) for key in sections.SECTIONS]


def _public(app: Flask, session: Session) -> Visitor:
    return Visitor(app, session, None)


def rules(app: Flask) -> list[Rule]:
    """Return our own routes."""
    return [
        rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(FOREIGN_ENDPOINTS)
    ]


def addresses(app: Flask, rule: Rule, made: World) -> list[str]:
    """Return the addresses of a route, one for each thing that it may be about."""
    choices: list[dict[str, Any]] = [{}]
    for name in sorted(rule.arguments):
        options = getattr(rule._converters[name], "items", None)
        possible = sorted(options) if options else made.values.get(name) or [_unknown(name)]
        if name == "key":
            possible = possible[1:] if "bearbeiten" in rule.rule else possible[:1]
        choices = [choice | {name: value} for choice in choices for value in possible]
    with app.test_request_context():
        return [url_for(rule.endpoint, **choice) for choice in choices]


def _unknown(name: str) -> Any:
    return uuid.UUID(int=7) if name.endswith("_id") else "xyz"


def visitors(app: Flask, rule: Rule, made: World) -> tuple[Visitor, ...]:
    """Return who may see a route; a public page shows something else to each."""
    permission = getattr(app.view_functions[rule.endpoint], "vergabe_permission", None)
    if permission is None:
        return made.public, made.buyer, made.supplier
    return (made.supplier,) if roles_with(permission) == {Role.SUPPLIER} else (made.buyer,)


def pages(app: Flask, made: World) -> Iterator[tuple[Visitor, str]]:
    """Yield every page of ours with each visitor who may see it."""
    for rule, address in addresses_of_pages(app, made):
        for visitor in visitors(app, rule, made):
            yield visitor, address


def addresses_of_pages(app: Flask, made: World) -> list[tuple[Rule, str]]:
    """Return the address of every page of ours, with its route."""
    return [
        (rule, address)
        for rule in rules(app)
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
        for address in addresses(app, rule, made)
    ]


def first_shown(app: Flask, rule: Rule, address: str, made: World) -> tuple[Visitor, TestResponse]:
    """Return the first visitor whom an address shows something, and what; else the last one."""
    for visitor in visitors(app, rule, made):
        answer = visitor.open("GET", address)
        if answer.status_code == 200:
            break
    return visitor, answer


def forms_on(answer: TestResponse, address: str) -> list[Form]:
    """Return the forms of a page that post, with what they would send."""
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return []
    tree = html.fromstring(answer.get_data(as_text=True))
    found = []
    for form in tree.iter("form"):
        assert isinstance(form, html.FormElement)
        if form.method == "POST":
            sent = {name: value or "" for name, value in form.fields.items() if name}
            found.append(Form(form.action or address, sent))
    return found


def filled(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a form with something sensible where it stands empty."""
    return {name: value or _sensible(name) for name, value in fields.items()}


def _sensible(name: str) -> str:
    for part, value in _SENSIBLE.items():
        if part in name:
            return value
    return "Ersatz für ein Fahrzeug von 1998"


_SENSIBLE = {
    "email": "erika.muster@example.org",
    "password": "drei Löschfahrzeuge in Jülich",
    "cpv": "34144210",
    "nuts": "DEA26",
    "postcode": "52399",
    "time": "10:00",
    "quantity": "2",
    "price": "100,00",
    "value": "1000,00",
    "released_net": "450000,00",
    "limit_net": "100000,00",
    "weight": "50",
    "unit": "Stk.",
    "rows": "3",
    "until": "31.12.2027",
    "_from": "01.06.2027",
    "_on": "01.12.2026",
    "day": "15.01.2027",
    "deadline": "15.01.2027",
    "date": "15.01.2027",
}


def _delivery(session: Session, tender_id: uuid.UUID) -> uuid.UUID:
    """Return a delivery of the first notice of a tender, ordered just now."""
    notice = session.scalars(select(Notice).where(Notice.tender_id == tender_id)).one()
    outlet = Outlet(OutletKind.HTTP, "datenservice.example")
    actor = Actor.operator("Betrieb")
    return ordering.order(session, actor, notice, outlet, now=clock.now()).id
