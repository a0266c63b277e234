"""Every other list that grows with the years: as many statements for six hundred rows as for sixty,
keys along an index, and a German answer to a bad address.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.conftest import MovableClock
from tests.factories import access, cooperations, cost_shares, many, suppliers, tenders
from vergabe import clock, ids
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.access.permissions import Role
from vergabe.cooperations import mandate_listing, resolution_listing
from vergabe.cooperations.model import PaperOpening
from vergabe.cost_shares import listing as ledger_listing
from vergabe.cost_shares import queries as ledgers
from vergabe.cost_shares.kinds import Account
from vergabe.db import db
from vergabe.enquiries import following_listing
from vergabe.enquiries import listing as enquiry_listing
from vergabe.enquiries.model import Enquiry
from vergabe.files import current
from vergabe.jobs import listing as job_listing
from vergabe.jobs.model import Job
from vergabe.jobs.rules import State
from vergabe.notices import delivery_listing, ordering
from vergabe.notices.model import Notice
from vergabe.suppliers.model import TenderRegistration
from vergabe.tenders.outlet import Outlet, OutletKind
from vergabe.web import list_pages, lists
from vergabe.web.lists import Listing

Fill = Callable[[int], None]
DAY = dt.date(2020, 1, 1)
AT = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def _day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number % 300)


def _at(number: int) -> dt.datetime:
    return AT + dt.timedelta(hours=number % 500)


def _officer(session: Session, organisation: Organisation) -> Actor:
    return access.actor(session, organisation, Role.PROCUREMENT_OFFICER)


def mandates(session: Session) -> tuple[str, Listing[Any], Fill]:
    dlz, town = cooperations.dlz(session), cooperations.town(session, "Jülich")
    sample = cooperations.mandate(session, dlz, town)
    listing = mandate_listing.mandate_list(_officer(session, town), dlz, day=DAY)
    return "mandate", listing, _copying(session, sample, lambda n: {"valid_from": _day(n)})


def resolutions(session: Session) -> tuple[str, Listing[Any], Fill]:
    dlz, town = cooperations.dlz(session), cooperations.town(session, "Jülich")
    sample = cooperations.resolution(session, dlz, town)
    listing = resolution_listing.resolution_list(_officer(session, town), dlz, day=DAY)
    return "resolution", listing, _copying(session, sample, lambda n: {"decided_on": _day(n)})


def openings(session: Session) -> tuple[str, Listing[Any], Fill]:
    dlz, town = cooperations.dlz(session), cooperations.town(session, "Jülich")
    paper = cooperations.paper(session, cooperations.resolution(session, dlz, town))
    sample = PaperOpening(
        id=ids.new_id(),
        paper_id=paper.id,
        opened_at=AT,
        person_name="Erika Muster",
        organisation_name=town.name,
    )
    session.add(sample)
    fill = _copying(session, sample, lambda n: {"opened_at": _at(n)})
    return "paper_opening", resolution_listing.opening_list(paper.id), fill


def _ledger(session: Session) -> tuple[Any, Fill]:
    pool = cost_shares.project(session)
    keeper = cost_shares.bookkeeper(session, pool.cooperation)
    entry = cost_shares.advance(session, pool, keeper)
    line = next(line for line in entry.lines if line.account == Account.ADVANCED)

    def fill(count: int) -> None:
        known = len(ledgers.entries(session, pool.cooperation_id))
        made = [ids.new_id() for _ in range(count)]
        many.copies(
            session,
            entry,
            count,
            lambda n: {
                "id": made[n % count],
                "number": known + 1 + n % count,
                "request_key": None,
                "document_on": _day(n),
                "amount_cents": n % 70,
            },
        )
        changed = {"position": 1, "account": Account.DEMANDED, "settles_id": None}
        many.copies(session, line, count, lambda n: changed | {"entry_id": made[n % count]})

    return (pool.cooperation, line.organisation_id), fill


def ledger(session: Session) -> tuple[str, Listing[Any], Fill]:
    (cooperation, _), fill = _ledger(session)
    return "ledger_entry", ledger_listing.ledger_list(session, cooperation), fill


def movements(session: Session) -> tuple[str, Listing[Any], Fill]:
    (cooperation, member), fill = _ledger(session)
    return "ledger_entry", ledger_listing.movement_list(cooperation, member), fill


def enquiries(session: Session) -> tuple[str, Listing[Any], Fill]:
    tender, firm = tenders.published(session, current.store()), suppliers.supplier(session)
    sample = Enquiry(
        id=ids.new_id(),
        tender_id=tender.id,
        organisation_id=firm.id,
        text="Gilt die Norm?",
        asked_at=AT,
        is_timely=True,
    )
    session.add(sample)
    fill = _copying(session, sample, lambda n: {"asked_at": _at(n)})
    return "enquiry", enquiry_listing.enquiry_list(tender), fill


def following(session: Session) -> tuple[str, Listing[Any], Fill]:
    sample, firm = tenders.published(session, current.store()), suppliers.supplier(session)

    def fill(count: int) -> None:
        made = [ids.new_id() for _ in range(count)]
        many.copies(
            session,
            sample,
            count,
            lambda n: {
                "id": made[n % count],
                "reference": f"VIELE-{n}",
                "procedure_uuid": uuid.uuid4(),
                "title": f"Fahrzeug {n % 90}",
                "submission_deadline": AT + dt.timedelta(days=3_000 + n % 40),
            },
        )
        session.add_all(_registration(tender_id, firm) for tender_id in made)
        session.flush()

    listing = following_listing.following_list(
        access.actor(session, firm, Role.SUPPLIER), now=clock.now()
    )
    return "tender", listing, fill


def _registration(tender_id: uuid.UUID, firm: Organisation) -> TenderRegistration:
    return TenderRegistration(
        id=ids.new_id(), tender_id=tender_id, organisation_id=firm.id, registered_at=AT
    )


def deliveries(session: Session) -> tuple[str, Listing[Any], Fill]:
    tender = tenders.published(session, current.store())
    lead = session.get_one(Organisation, tender.lead_organisation_id)
    notice = session.scalars(select(Notice)).one()
    outlet = Outlet(OutletKind.HTTP, "datenservice.example")
    sample = ordering.order(session, Actor.operator("Betrieb"), notice, outlet, now=clock.now())

    def fill(count: int) -> None:
        made = [ids.new_id() for _ in range(count)]
        many.copies(
            session,
            notice,
            count,
            lambda n: {
                "id": made[n % count],
                "notice_uuid": uuid.uuid4(),
                "tender_version": 1_000 + n,
                "feed_sequence": None,
                "stage": "sent",
                "published_at": None,
                "is_current": False,
            },
        )
        many.copies(
            session,
            sample,
            count,
            lambda n: {"notice_id": made[n % count], "idempotency_key": str(uuid.uuid4())},
        )

    return "notice_delivery", delivery_listing.delivery_list(_officer(session, lead)), fill


def jobs(session: Session) -> tuple[str, Listing[Any], Fill]:
    town = cooperations.town(session, "Jülich")
    user = access.person(session, town, Role.REQUESTER)
    sample = Job(
        id=ids.new_id(),
        kind="demands.import",
        key="eins",
        title="„Bedarfe.xlsx“ einlesen",
        user_id=user.id,
        organisation_id=town.id,
        arguments={},
        result={},
        state=State.DONE,
        created_at=AT,
        finished_at=AT,
    )
    session.add(sample)
    actor = replace(_officer(session, town), user_id=user.id)
    return "job", job_listing.job_list(actor), _copying(session, sample, lambda _: {})


def _copying(session: Session, sample: Any, changed: Callable[[int], dict[str, Any]]) -> Fill:
    return lambda count: many.copies(session, sample, count, changed)


GROWN = (mandates, resolutions, openings, ledger, movements, enquiries, following, deliveries, jobs)


@pytest.mark.parametrize("made", GROWN, ids=lambda made: str(made.__name__))
def test_six_hundred_rows_cost_as_many_statements_as_sixty(
    app: Flask,
    session: Session,
    moving_clock: MovableClock,
    count_queries: Callable[[], int],
    made: Callable[[Session], tuple[str, Listing[Any], Fill]],
) -> None:
    table, listing, fill = made(session)
    fill(60)
    orders = [sign + order.key for order in listing.orders for sign in ("", "-")]
    few = [_cost(session, listing, order, count_queries)[1] for order in orders]
    fill(540)
    for order, statements in zip(orders, few, strict=True):
        shown, cost = _cost(session, listing, order, count_queries)
        assert (len(shown.items), cost) == (listing.page_size, statements), order
        assert cost <= 3, order
        assert shown.next_url is not None
        query = dict(parse_qsl(shown.next_url.partition("?")[2]))
        behind = list_pages.show(session, lists.read(listing, MultiDict(query), "/"))
        assert len(behind.items) == listing.page_size
        assert behind.previous_url is not None
        _assert_walks_along_an_index(session, table, listing, order)
    for each in listing.filters:
        if each.kind == "days":
            days = MultiDict({f"{each.name}_von": "2020-01-01", f"{each.name}_bis": "31.12.2039"})
            narrowed = list_pages.show(session, lists.read(listing, days, "/"))
            assert narrowed.items, each.name
    asked = lists.read(listing, MultiDict(), "/")
    every = [listing.row_id(row) for row in list_pages.every_row(session, asked, most=5_000)]
    assert len(every) == len(set(every)) >= 600


def _cost(
    session: Session, listing: Listing[Any], order: str, take: Callable[[], int]
) -> tuple[Any, int]:
    session.flush()
    session.expunge_all()
    take()
    shown = list_pages.show(session, lists.read(listing, MultiDict({"ordnung": order}), "/"))
    for row in shown.items:
        for column in listing.columns:
            if column.value is not None:
                column.value(row)
    return shown, take()


def _assert_walks_along_an_index(
    session: Session, table: str, listing: Listing[Any], order: str
) -> None:
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return  # so few rows are read faster at once there
    found: list[tuple[str, Sequence[Any]]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        list_pages.show(session, lists.read(listing, MultiDict({"ordnung": order}), "/"))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    for statement, parameters in found:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        plan = [row[3] for row in rows]
        assert not [line for line in plan if line.startswith(f"SCAN {table}")], (order, plan)
