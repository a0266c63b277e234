"""Pages that only a story leads to: a job and its report, a saved view, the links of mails."""

import uuid
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import access, cooperations, demands, messages, pools, suppliers, webhooks
from tests.factories.world import Visitor, World
from vergabe import clock, ids, outbox
from vergabe.access.model import Organisation, User
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Cooperation
from vergabe.db import db
from vergabe.demands.import_report import ImportReport
from vergabe.exchange.sheets import CellFinding
from vergabe.jobs.model import Job
from vergabe.jobs.rules import State
from vergabe.list_views.model import ListView
from vergabe.messages import unsubscribing
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow
from vergabe.suppliers import tokens
from vergabe.suppliers.model import PendingRegistration
from vergabe.tenders.model import Tender

Story = tuple[Visitor, str]


def told(app: Flask, world: World) -> list[Story]:
    """Let what the pages need happen in a world, and return who sees which address."""
    session: Session = db.session()
    user = _user_of(session, world.buyer)
    lead = session.get_one(Organisation, user.assignments[0].organisation_id)
    secret = app.extensions["vergabe_settings"].secret_key
    found = [
        *((world.buyer, address) for address in _of_clerks(session, user, lead)),
        *((world.public, address) for address in _of_mails(session, world, secret)),
        (_operator(app, session), "/betrieb"),
    ]
    session.commit()
    return found


def _user_of(session: Session, visitor: Visitor) -> User:
    with visitor.client.session_transaction() as cookie:
        key = cookie["_user_id"]
    return session.scalars(select(User).where(User.fs_uniquifier == key)).one()


def _of_clerks(session: Session, user: User, lead: Organisation) -> list[str]:
    report = _job(session, user, lead, state=State.DONE, result=_report().as_dict())
    running = _job(session, user, lead, state=State.RUNNING, done_count=120, total_count=4_000)
    view = ListView(
        user_id=user.id,
        organisation_id=lead.id,
        list_key="demands",
        name="Entwürfe",
        path="/bedarfe",
        query="stand=draft",
        created_at=clock.now(),
    )
    session.add(view)
    cooperation = session.scalars(
        select(Cooperation).where(Cooperation.lead_organisation_id == lead.id)
    ).one()
    towns = (lead, cooperations.town(session, "Jülich"))
    pool = pools.binding_pool(
        session, cooperation, [demands.demand(session, cooperation, town) for town in towns]
    )
    read = messages.message(session, Reader(organisation_id=lead.id))
    hook = webhooks.subscription(session, lead, "https://ablage.example.org/eingang")
    session.flush()
    return [
        f"/vorgaenge/{running.id}",
        f"/vorgaenge/{report.id}",
        f"/bedarfe/einlesen/{report.id}",
        f"/ansichten/{view.id}",
        f"/vergabeverfahren/aus-buendelung/{pool.id}",
        f"/postfach/{read.id}",
        f"/verwaltung/webhooks/{hook.id}",
    ]


def _job(session: Session, user: User, lead: Organisation, **more: Any) -> Job:
    is_over = more["state"] == State.DONE
    facts: dict[str, Any] = {
        "id": ids.new_id(),
        "kind": "demands.import",
        "key": str(uuid.uuid4()),
        "title": "„Bedarfe.xlsx“ einlesen",
        "user_id": user.id,
        "organisation_id": lead.id,
        "arguments": {},
        "result": {},
        "attempts": 1,
        "created_at": clock.now(),
        "finished_at": clock.now() if is_over else None,
        "leased_until": None if is_over else clock.now(),
    }
    job = Job(**(facts | more))
    session.add(job)
    return job


def _report() -> ImportReport:
    finding = CellFinding(
        row=7,
        severity="error",
        code="quantity_unknown",
        message="Die Menge „viel“ ist keine Zahl.",
        address="D7",
        field="quantity",
    )
    return ImportReport("Bedarfe.xlsx", "0" * 64, 12, 0, 0, 0, (finding,))


def _operator(app: Flask, session: Session) -> Visitor:
    """Return somebody of whoever runs the service, with work that was given up."""
    house = access.organisation(session, "Rechenzentrum", kind="operator", ags=None, land=None)
    left = messages.message(session, Reader(address="niemand@example.org"))
    row = session.scalars(
        select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id.desc()).limit(1)
    ).one()
    outbox.set_aside(session, row.id, "Die Adresse wurde abgelehnt (550).")
    left.mails[0].state, left.mails[0].failure = "failed", "abgelehnt"
    return Visitor(app, session, house, Role.ADMINISTRATOR)


def _of_mails(session: Session, world: World, secret: str) -> list[str]:
    firm = suppliers.supplier(session, "Eifeler Fahrzeugbau GmbH")
    tender = session.scalars(
        select(Tender).where(Tender.reference == world.values["reference"][0])
    ).one()
    followed = suppliers.registration(session, tender.id, address="neu@example.org")
    told = messages.message(session, Reader(address="weg@example.org"))
    began, described = _pending(session, steps_done=0), _pending(session, steps_done=1)
    session.flush()

    def to(row: Any) -> str:
        return tokens.sign(row.id, tokens.REGISTRATION, secret)

    return [
        f"/registrierung/{tokens.sign(followed.id, tokens.FOLLOWING, secret)}",
        f"/abbestellen/{unsubscribing.token_for(told.mails[0].id, secret)}",
        f"/unternehmen/registrieren/{to(began)}/unternehmen",
        f"/unternehmen/registrieren/{to(described)}/angebot",
        f"/unternehmen/bestaetigen/{to(suppliers.invitation(session, firm, 'neu@example.com'))}",
    ]


def _pending(session: Session, *, steps_done: int) -> PendingRegistration:
    row = PendingRegistration(
        email=f"neu{steps_done}@example.net",
        full_name="Nina Neu",
        firm="Neu GmbH",
        asked_by_name="Nina Neu",
        asked_at=clock.now(),
        entries={},
        steps_done=steps_done,
    )
    session.add(row)
    return row
