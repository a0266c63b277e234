"""From the binding pool to the closed tender: the second half of the demonstration."""

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock, worker
from vergabe.access.actor import Actor
from vergabe.db import reading, unit_of_work
from vergabe.demo.place import acting_as
from vergabe.demo.report import Report
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries import service as asking
from vergabe.enquiries.service import Asker
from vergabe.errors import Refused
from vergabe.exchange import pdf
from vergabe.exchange.validate import validate_bytes
from vergabe.files import current
from vergabe.messages.model import Message
from vergabe.notices import delivering
from vergabe.notices import delivery_queries as deliveries
from vergabe.notices import queries as notices
from vergabe.notices import service as publishing
from vergabe.notices.answering import House
from vergabe.settings import Settings
from vergabe.suppliers import following
from vergabe.tenders import criteria, documents, drafting, editing, gates, readiness, rules
from vergabe.tenders.amending import Amendment
from vergabe.tenders.criteria import CriterionInput
from vergabe.tenders.documents import Upload
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet

OFFICER: Final = "vergabestelle@merzenich.example"
SUPPLIER: Final = "angebot@rurtal.example"
_LIMIT: Final = 10 * 1024 * 1024
_DESCRIPTION: Final = (
    "Lieferung von Tablets mit Stift und Hülle für die weiterführenden Schulen der beteiligten "
    "Kommunen, einschließlich Einbindung in die vorhandene Geräteverwaltung. Zwei Lose nach "
    "Region; Angebote sind für ein Los oder beide möglich."
)
_SELECTION: Final = (
    "Eigenerklärung zu Ausschlussgründen (§§ 123, 124 GWB) mit dem Angebot; auf Anforderung: "
    "Jahresumsätze der letzten drei Jahre und zwei vergleichbare Lieferungen."
)


class TenderSteps:
    """Draft, gates, publication, question, amendment, closing to the second."""

    def __init__(
        self,
        app: Flask,
        report: Report,
        pool_id: uuid.UUID,
        let_pass: Callable[[dt.datetime], None],
    ) -> None:
        self.app, self.report, self.pool_id, self.let_pass = app, report, pool_id, let_pass
        settings: Settings = app.extensions["vergabe_settings"]
        self.base_url, self.outlet = settings.base_url, Outlet.of(settings.notice_sender)

    def play(self) -> None:
        self._draft()
        self._publish()
        worker.drain(self.app)
        self._wait_for_the_eu()
        self._invitations()
        self._ask_and_answer()
        self._amend()
        worker.drain(self.app)
        self._close()
        self._check_documents()

    @contextmanager
    def _as(self, email: str) -> Iterator[tuple[Session, Actor]]:
        with self.app.app_context(), unit_of_work() as session:
            yield session, acting_as(session, email)

    def _draft(self) -> None:
        with self._as(OFFICER) as (session, actor):
            tender = drafting.draft_tender(
                session, actor, self.pool_id, split=Split.REGION, now=clock.now()
            )
            self.tender_id, self.reference = tender.id, tender.reference
            editing.edit_tender(
                session,
                actor,
                tender.id,
                {
                    "title": "Tablets für weiterführende Schulen",
                    "description": _DESCRIPTION,
                    "selection_criteria": _SELECTION,
                    "max_lots_per_bid": 2,
                    "lots_joining": {
                        "ground": "economic",
                        "facts": "Merzenich und Jülich brauchen dieselben Geräte zur selben Zeit.",
                        "alternatives": "Ein Los je Kommune wurde geprüft.",
                        "weighing": "Merzenich allein fände mit 60 Geräten kaum Bieter; Los 2 "
                        "bleibt für kleinere Händler.",
                        "decision": "Zwei Lose nach Region.",
                    },
                },
                version=None,
                now=clock.now(),
            )
            wanted = [
                CriterionInput("Preis", "price", 7000, "Gesamtpreis je Los, netto"),
                CriterionInput("Lieferzeit und Service", "quality", 3000, "Konzept, zwei Seiten"),
            ]
            criteria.set_criteria(session, actor, tender.id, wanted, version=None, now=clock.now())
            self._upload(session, actor, "Leistungsbeschreibung.pdf", _specification(1))
            lots = len(tender.lots)
        self.report.tell(f"{self.reference} ist angelegt, mit {lots} Losen.")
        self.report.check("Zwei Lose nach Region", lots == 2)

    def _upload(self, session: Session, actor: Actor, name: str, content: bytes) -> None:
        documents.add_document(
            session,
            actor,
            current.store(),
            self.tender_id,
            Upload(io.BytesIO(content), name, _LIMIT, "Leistungsbeschreibung"),
            now=clock.now(),
        )

    def _publish(self) -> None:
        with self._as(OFFICER) as (session, actor):
            readiness.declare_ready(session, actor, self.tender_id, version=None, now=clock.now())
        with self._as(OFFICER) as (session, actor):
            tender = session.get_one(Tender, self.tender_id)
            closed = gates.reasons(gates.all_gates(session, tender, now=clock.now()))
            self.report.check("Alle Tore sind offen", not closed)
            publishing.publish_tender(
                session,
                actor,
                self.tender_id,
                now=clock.now(),
                store=current.store(),
                base_url=self.base_url,
                outlet=self.outlet,
            )
            deadline = tender.submission_deadline
        assert deadline is not None
        self.report.tell(
            f"{self.reference} geht hinaus; Angebote bis "
            f"{deadline.astimezone(clock.BERLIN):%d.%m.%Y, %H:%M} Uhr."
        )
        self.report.check("Der zweite Klick veröffentlicht nicht noch einmal", self._is_refused())

    def _is_refused(self) -> bool:
        try:
            with self._as(OFFICER) as (session, actor):
                publishing.publish_tender(
                    session,
                    actor,
                    self.tender_id,
                    now=clock.now(),
                    store=current.store(),
                    base_url=self.base_url,
                    outlet=self.outlet,
                )
        except Refused:
            return True
        return False

    def _wait_for_the_eu(self) -> None:
        """Above the threshold: the notice lies in a folder, and the officer says what happened."""
        with self.app.app_context(), reading() as session:
            (life,) = deliveries.lives_of(session, self.tender_id)
            if not life.notice.must_wait:
                self.report.tell(f"{self.reference} ist veröffentlicht.")
                return
            delivery_id, state = life.deliveries[0].id, life.deliveries[0].state
            is_hidden = session.get_one(Tender, self.tender_id).public_since is None
        self.report.tell(f"Die Bekanntmachung liegt als eForms in {self.outlet.environment}.")
        self.report.check("Vor der EU ist nichts öffentlich", is_hidden and state == "sent")
        self.let_pass(clock.now() + dt.timedelta(hours=1))
        with self._as(OFFICER) as (session, actor):
            delivering.confirm_receipt(
                session,
                actor,
                self.tender_id,
                delivery_id,
                accepted_at=clock.now(),
                now=clock.now(),
                house=House(current.store(), self.base_url),
            )
        self.let_pass(clock.now() + dt.timedelta(hours=20))
        with self._as(OFFICER) as (session, actor):
            delivering.confirm_publication(
                session,
                actor,
                self.tender_id,
                delivery_id,
                published_at=clock.now(),
                number="00123456-2026",
                now=clock.now(),
                house=House(current.store(), self.base_url),
            )
            is_public = session.get_one(Tender, self.tender_id).public_since is not None
        self.report.tell(f"{self.reference} ist in der EU und hier veröffentlicht.")
        self.report.check("Mit der EU ist die Bekanntmachung hier öffentlich", is_public)
        worker.drain(self.app)

    def _invitations(self) -> None:
        with self.app.app_context(), reading() as session:
            invited = session.scalar(
                select(func.count(Message.id.distinct())).where(
                    Message.tender_id == self.tender_id, Message.organisation_id.is_not(None)
                )
            )
        self.report.tell(f"{invited} Mitteilungen an Unternehmen und Mitglieder.")
        self.report.check("Passende Unternehmen haben eine Mitteilung", bool(invited))

    def _ask_and_answer(self) -> None:
        with self._as(SUPPLIER) as (session, actor):
            following.follow(session, actor, self.tender_id, now=clock.now())
            asking.ask(
                session,
                session.get_one(Tender, self.tender_id),
                Asker(organisation_id=actor.organisation_id),
                "Ist ein Gerät mit 11,2 Zoll zugelassen, wenn alle übrigen Werte erfüllt sind?",
                now=clock.now(),
            )
        worker.drain(self.app)
        with self._as(OFFICER) as (session, actor):
            (enquiry,) = enquiries.all_enquiries(session, self.tender_id)
            asking.answer(
                session,
                actor,
                self.tender_id,
                [enquiry.id],
                question_text="Ist ein Gerät mit 11,2 Zoll zugelassen?",
                text="Ja, Geräte bis 11,5 Zoll sind zugelassen.",
                now=clock.now(),
            )
        worker.drain(self.app)
        self.report.tell("Eine Bieterfrage wurde für alle beantwortet.")

    def _amend(self) -> None:
        with self.app.app_context(), reading() as session:
            deadline = session.get_one(Tender, self.tender_id).submission_deadline
        assert deadline is not None
        with self._as(OFFICER) as (session, actor):
            self._upload(session, actor, "Leistungsbeschreibung Ergänzung.pdf", _specification(2))
            publishing.publish_amendment(
                session,
                actor,
                self.tender_id,
                Amendment(
                    summary="Geräte bis 11,5 Zoll sind zugelassen; die Frist ist verlängert.",
                    submission_deadline=deadline + dt.timedelta(days=7),
                ),
                now=clock.now(),
                store=current.store(),
                base_url=self.base_url,
                outlet=self.outlet,
            )
        self.report.tell("Eine Änderung ist veröffentlicht, die Frist um sieben Tage verlängert.")

    def _close(self) -> None:
        with self.app.app_context(), reading() as session:
            tender = session.get_one(Tender, self.tender_id)
            stage, deadline = rules.Stage(tender.stage), tender.submission_deadline
        assert deadline is not None
        self.let_pass(deadline - dt.timedelta(days=1))
        second = dt.timedelta(seconds=1)
        is_open_before = rules.is_open_for_bids(stage, deadline, deadline - second)
        is_open_at = rules.is_open_for_bids(stage, deadline, deadline)
        self.report.check("Eine Sekunde vor der Frist ist sie offen", is_open_before)
        self.report.check("Im Augenblick der Frist ist sie zu", not is_open_at)
        self.let_pass(deadline + second)
        self.report.tell("Die Angebotsfrist ist abgelaufen.")

    def _check_documents(self) -> None:
        with self.app.app_context(), reading() as session:
            tender = session.get_one(Tender, self.tender_id)
            found = [
                validate_bytes(current.store().read(document.file_sha256))
                for notice in notices.notices_of(session, tender.id)
                for document in notice.documents
                if document.format == "xvergabe"
            ]
        self.report.check("Alle XML-Bekanntmachungen sind gültig", found != [] and not any(found))


def write_documents(app: Flask, folder: Path) -> list[str]:
    """Write every document of every published notice into a folder and return the file names."""
    endings = {"xvergabe": "xml", "pdf": "pdf", "ocds": "ocds.json", "eforms": "eforms.xml"}
    folder.mkdir(parents=True, exist_ok=True)
    written: list[str] = []
    with app.app_context(), reading() as session:
        for notice in notices.changes_since(session, 0, limit=1000):
            for document in notice.documents:
                name = (
                    f"{notice.tender.reference}-{notice.tender_version:02d}-{notice.kind}."
                    f"{endings[document.format]}"
                )
                (folder / name).write_bytes(current.store().read(document.file_sha256))
                written.append(name)
    return written


def _specification(number: int) -> bytes:
    """Return a small but true PDF, as an officer would upload it."""
    return pdf.render(
        "paper",
        {"title": f"Leistungsbeschreibung, Teil {number}", "text": _DESCRIPTION},
        at=clock.now(),
    )
