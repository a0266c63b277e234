"""What has happened in a demonstration before it starts: one tender is public and asked about, one
is being prepared. All of it by the commands that people give, in the weeks before today.
"""

import datetime as dt
import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from flask import Flask
from sqlalchemy.orm import Session

from vergabe import clock, worker
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import queries as cooperations
from vergabe.db import reading, unit_of_work
from vergabe.demo.place import BEGAN_DAYS_AGO, COOPERATION, PASSWORD, acting_as
from vergabe.demo.suppliers import register_suppliers
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries import service as asking
from vergabe.enquiries.service import Asker
from vergabe.exchange import pdf
from vergabe.files import current
from vergabe.notices import service as publishing
from vergabe.pools import changing, joining, proposing
from vergabe.pools import queries as pools
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Pool
from vergabe.settings import Settings
from vergabe.suppliers import following
from vergabe.tenders import criteria, documents, drafting, editing, readiness
from vergabe.tenders.criteria import CriterionInput
from vergabe.tenders.documents import Upload
from vergabe.tenders.editing import TenderEdit
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet

COORDINATOR: Final = "koordination@merzenich.example"
OFFICER: Final = "vergabestelle@merzenich.example"
SUPPLIER: Final = "angebot@rurtal.example"
_LIMIT: Final = 10 * 1024 * 1024
_MORNING: Final = dt.time(10)

_PAPER: Final[TenderEdit] = {
    "title": "Kopierpapier aus Recyclingfasern für sechs Kommunen",
    "description": (
        "Lieferung von Kopierpapier DIN A4, 80 g/m², aus 100 % Recyclingfasern mit dem Blauen "
        "Engel oder gleichwertig, an die Rathäuser, Schulen und Bauhöfe der sechs Kommunen. "
        "Abgerufen wird in Teilmengen über das Jahr 2027, frei Verwendungsstelle."
    ),
    "selection_criteria": (
        "Eigenerklärung zu Ausschlussgründen mit dem Angebot; auf Anforderung eine vergleichbare "
        "Lieferung der letzten drei Jahre."
    ),
    "lots_joining": {
        "ground": "economic",
        "facts": "Sechs Kommunen brauchen dasselbe Papier über dasselbe Jahr.",
        "alternatives": "Ein Los je Kommune wurde geprüft; Inden allein braucht 1.500 Pakete.",
        "weighing": "Die Anlieferung ganzer Paletten senkt Preis und Fahrten; Betriebe der Region "
        "können liefern, weil die Menge über das Jahr verteilt abgerufen wird.",
        "decision": "Ein Los.",
    },
}
_PAPER_CRITERIA: Final = (
    CriterionInput("Preis", "price", 8000, "Gesamtpreis netto, frei Verwendungsstelle"),
    CriterionInput("Lieferung und Service", "quality", 2000, "Konzept, höchstens zwei Seiten"),
)
_HELMETS: Final[TenderEdit] = {"title": "Feuerwehrhelme nach DIN EN 443 für zwei Feuerwehren"}


class Procedures:
    """The weeks before today, from released demands to a published tender and a draft."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.today = clock.berlin_day(clock.now())
        settings: Settings = app.extensions["vergabe_settings"]
        self.base_url, self.outlet = settings.base_url, Outlet.of(settings.notice_sender)

    def begin(self) -> None:
        """Go to the morning of the day on which it began; the caller comes back."""
        self._go_to(BEGAN_DAYS_AGO)

    def play(self) -> None:
        """Play it from released demands for paper and helmets to the evening before today."""
        paper, helmets = self._binding_pools()
        self._go_to(BEGAN_DAYS_AGO - 23)
        with self.app.app_context(), unit_of_work() as session:
            register_suppliers(session, now=clock.now(), password=PASSWORD)
        tender_id = self._draft(paper, Split.SINGLE, _PAPER)
        self._complete(tender_id)
        self._publish(tender_id)
        self._go_to(5)
        self._ask(tender_id, "Darf das Papier auch auf halben Paletten geliefert werden?")
        self._go_to(4)
        self._answer(
            tender_id,
            "Darf das Papier auch auf halben Paletten geliefert werden?",
            "Ja, an den Schulen und Bauhöfen; die Rathäuser nehmen ganze Paletten an.",
        )
        self._go_to(2)
        self._draft(helmets, Split.TRADE, _HELMETS)
        self._ask(
            tender_id,
            "Wir liefern mit eigenen Fahrzeugen ab Düren: Genügt eine Anmeldung am Vortag?",
        )
        self._go_to(1)
        self._ask(tender_id, "Ist ein anderes Umweltzeichen als der Blaue Engel zugelassen?")

    def _go_to(self, days_ago: int) -> None:
        day = self.today - dt.timedelta(days=days_ago)
        clock.shift_to(clock.berlin_instant(day, _MORNING))
        worker.drain(self.app)

    @contextmanager
    def _as(self, email: str) -> Iterator[tuple[Session, Actor]]:
        with self.app.app_context(), unit_of_work() as session:
            yield session, acting_as(session, email)

    def _binding_pools(self) -> list[uuid.UUID]:
        """Return the pools of paper and of helmets, in that order; every member has joined."""
        with self._as(COORDINATOR) as (session, actor):
            cooperation = cooperations.cooperation_by_key(session, actor, COOPERATION)
            found = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
            ids = [pool.id for pool in sorted(found, key=lambda pool: pool.cpv, reverse=True)]
            for pool_id in ids:
                changing.start_consultation(session, actor, pool_id, now=clock.now())
                changing.open_joining(session, actor, pool_id, now=clock.now())
        for pool_id in ids:
            for email in self._releasers(pool_id):
                self._join(pool_id, email)
        return ids

    def _releasers(self, pool_id: uuid.UUID) -> Sequence[str]:
        with self.app.app_context(), reading() as session:
            facts = pools.pool_facts(session, session.get_one(Pool, pool_id))
            towns = [session.get_one(Organisation, p.organisation_id) for p in facts.participants]
            return [f"kaemmerei@{(town.email or '').partition('@')[2]}" for town in towns]

    def _join(self, pool_id: uuid.UUID, email: str) -> None:
        with self._as(email) as (session, actor):
            assert actor.organisation_id is not None
            pool = pools.visible_pool(session, actor, pool_id)
            own = pools.pool_facts(session, pool).participant(actor.organisation_id)
            assert own is not None
            mandates = joining.own_mandates(session, pool, actor.organisation_id, now=clock.now())
            entry = JoiningEntry(
                quantities={line.id: line.quantity for line in own.lines},
                mandate_id=mandates[0].id if mandates else None,
                # The lead needs no mandate for itself; its council's resolution carries it.
                mandate_reference="" if mandates else "Ratsbeschluss der Federführung",
            )
            joining.join(session, actor, pool_id, entry, now=clock.now())

    def _draft(self, pool_id: uuid.UUID, split: Split, edit: TenderEdit) -> uuid.UUID:
        with self._as(OFFICER) as (session, actor):
            tender = drafting.draft_tender(session, actor, pool_id, split=split, now=clock.now())
            editing.edit_tender(session, actor, tender.id, edit, version=None, now=clock.now())
            return tender.id

    def _complete(self, tender_id: uuid.UUID) -> None:
        deadline = clock.berlin_instant(_next_weekday(self.today + dt.timedelta(days=16)), _MORNING)
        with self._as(OFFICER) as (session, actor):
            edit: TenderEdit = {"submission_deadline": deadline}
            editing.edit_tender(session, actor, tender_id, edit, version=None, now=clock.now())
            criteria.set_criteria(
                session, actor, tender_id, list(_PAPER_CRITERIA), version=None, now=clock.now()
            )
            for title in ("Leistungsbeschreibung", "Vertragsbedingungen", "Preisblatt"):
                content = pdf.render(
                    "paper", {"title": title, "text": _PAPER["description"]}, at=clock.now()
                )
                upload = Upload(io.BytesIO(content), f"{title}.pdf", _LIMIT, title)
                documents.add_document(
                    session, actor, current.store(), tender_id, upload, now=clock.now()
                )
        with self._as(OFFICER) as (session, actor):
            readiness.declare_ready(session, actor, tender_id, version=None, now=clock.now())

    def _publish(self, tender_id: uuid.UUID) -> None:
        with self._as(OFFICER) as (session, actor):
            publishing.publish_tender(
                session,
                actor,
                tender_id,
                now=clock.now(),
                store=current.store(),
                base_url=self.base_url,
                outlet=self.outlet,
            )

    def _ask(self, tender_id: uuid.UUID, text: str) -> None:
        with self._as(SUPPLIER) as (session, actor):
            following.follow(session, actor, tender_id, now=clock.now())
            tender = session.get_one(Tender, tender_id)
            asker = Asker(organisation_id=actor.organisation_id)
            asking.ask(session, tender, asker, text, now=clock.now())

    def _answer(self, tender_id: uuid.UUID, question: str, text: str) -> None:
        with self._as(OFFICER) as (session, actor):
            waiting = enquiries.all_enquiries(session, tender_id)
            asking.answer(
                session,
                actor,
                tender_id,
                [enquiry.id for enquiry in waiting],
                question_text=question,
                text=text,
                now=clock.now(),
            )


def _next_weekday(day: dt.date) -> dt.date:
    """Return the first Tuesday, Wednesday or Thursday from a day on: no holiday's neighbour."""
    while day.weekday() not in (1, 2, 3):
        day += dt.timedelta(days=1)
    return day
