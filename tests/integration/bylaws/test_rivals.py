"""A by-law and a publication at the same instant come one after the other."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import access, cooperations
from tests.factories import bylaws as factory
from tests.factories import tenders as tender_factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.audit import queries as audit
from vergabe.bylaws import service
from vergabe.db import reading, unit_of_work
from vergabe.errors import Refused
from vergabe.files import current
from vergabe.tenders import publishing, readiness
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import stream_of


def test_a_bylaw_and_a_publication_at_once_leave_a_true_record(own_app: Flask) -> None:
    with own_app.app_context(), unit_of_work() as session:
        tender = tender_factory.complete(
            session, current.store(), tender_factory.small_draft(session)
        )
        officer = tender_factory.officer(session, tender)
        readiness.declare_ready(session, officer, tender.id, version=None, now=clock.now())
        julich = cooperations.town(session, "Jülich")
        keeper = access.actor(session, julich, Role.PROCUREMENT_OFFICER)
        tender_id, town_id = tender.id, julich.id
    start, outcome = threading.Barrier(2), {}

    def run(name: str, command: Callable[[Session], object]) -> None:
        start.wait(timeout=120)
        try:
            with own_app.app_context(), unit_of_work() as session:
                command(session)
            outcome[name] = "done"
        except Refused as error:
            outcome[name] = error.violations[0].code

    def publish(session: Session) -> object:
        return publishing.mark_published(session, officer, tender_id, now=clock.now())

    def add(session: Session) -> object:
        return service.add_version(session, keeper, town_id, factory.entry(), now=clock.now())

    threads = [
        threading.Thread(target=run, args=pair) for pair in (("publish", publish), ("add", add))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert outcome["add"] == "done"
    assert outcome["publish"] in ("done", "bylaw_changed")
    with own_app.app_context(), reading() as session:
        published = session.get_one(Tender, tender_id).published_version == 1
        assert published is (outcome["publish"] == "done")
        acts = {entry.action: entry for entry in audit.entries(session, stream_of(tender_id))}
        if published:
            used = acts["tender_published"].details["bylaws"]
            assert all(entry["bylaw_id"] is None for entry in used)
