"""Three towns of the DLZ and what their people do, step by step: material for the journeys.

Every step is a unit of work of the person whose task it is, as on the command line and in the
worker; between the steps only ids are kept.
"""

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests.conftest import MovableClock
from tests.factories import access
from vergabe import clock, sweeps, worker
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation, User
from vergabe.access.queries import actor_for, user_by_email
from vergabe.cooperations import loading
from vergabe.cooperations import queries as cooperations
from vergabe.db import db, reading, unit_of_work
from vergabe.demands import calls, drafts, forms, importing, releasing, service
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportReport, ImportWish
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage as DemandStage
from vergabe.demo.suppliers import register_suppliers
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries import service as asking
from vergabe.enquiries.service import Asker
from vergabe.exchange.sheet_writer import write_table_xlsx
from vergabe.files import current
from vergabe.messages.model import Mail, Message
from vergabe.notices import service as publishing
from vergabe.pools import changing, consulting, joining, proposing
from vergabe.pools import queries as pools
from vergabe.pools.joining import JoiningEntry
from vergabe.tenders import criteria, documents, drafting, editing, readiness
from vergabe.tenders.amending import Amendment
from vergabe.tenders.criteria import CriterionInput
from vergabe.tenders.documents import Upload
from vergabe.tenders.lotting import Split
from vergabe.tenders.model import Tender

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "cooperations" / "dlz.toml"
TOWNS: Final = {"merzenich": "Merzenich", "juelich": "Jülich", "kerpen": "Kerpen"}
COORDINATOR: Final = "koordination@merzenich.example"
OFFICER: Final = "vergabestelle@merzenich.example"
FITTING_SUPPLIERS: Final = ("angebot@rurtal.example", "vergabe@schulgeraete.example")
TABLETS: Final = "Tablets für Schülerinnen und Schüler"
TABLET: Final = "Tablet 10 bis 11 Zoll, 128 GB, mit Stift und Hülle"
BASE_URL: Final = "http://localhost"
_DOCUMENT_LIMIT: Final = 1024 * 1024

LOTS_REASON: Final = {
    "ground": "economic",
    "facts": "Die Kommunen brauchen dieselben Geräte zur selben Zeit.",
    "alternatives": "Ein Los je Kommune wurde geprüft.",
    "weighing": "Einzeln fände Merzenich kaum Bieter; Los 2 bleibt für kleinere Händler.",
    "decision": "Zwei Lose nach Region.",
}
DESCRIPTION: Final = (
    "Lieferung von Tablets mit Stift und Hülle für die weiterführenden Schulen der beteiligten "
    "Kommunen, einschließlich Einbindung in die vorhandene Geräteverwaltung."
)


class ThreeTowns:
    """The DLZ in an empty database, and one method for each thing its people do."""

    def __init__(self, app: Flask, moving_clock: MovableClock) -> None:
        self.app, self.clock = app, moving_clock
        self.call_id: uuid.UUID | None = None
        self.pool_id: uuid.UUID
        self.tender_id: uuid.UUID
        with self.work() as session:
            operator = Actor.operator("Betrieb")
            loading.load(session, operator, EXAMPLE.read_bytes(), now=clock.now())
            register_suppliers(session, now=clock.now(), password=access.PASSWORD)
            found = cooperations.cooperation_by_key(session, operator, "dlz")
            self.cooperation_id = found.id
            self.area_id = cooperations.area_by_key(session, found.id, "procurement").id
            self.town_ids = {
                key: session.scalars(select(Organisation.id).where(Organisation.name == name)).one()
                for key, name in TOWNS.items()
            }
        self.deliver()

    @contextmanager
    def work(self) -> Iterator[Session]:
        with self.app.app_context(), unit_of_work() as session:
            yield session

    @contextmanager
    def look(self) -> Iterator[Session]:
        with self.app.app_context(), reading() as session:
            yield session

    @contextmanager
    def acting(self, email: str) -> Iterator[tuple[Session, Actor]]:
        with self.work() as session:
            yield session, self.actor(session, email)

    @contextmanager
    def supposing(self, change: Callable[[Session], object]) -> Iterator[None]:
        """Let something have happened while the block runs, and take all of it back."""
        connection = db._app_engines[self.app][None]
        assert isinstance(connection, Connection)
        with connection.begin_nested() as supposed:
            with self.work() as session:
                change(session)
            try:
                yield
            finally:
                db.session.remove()
                supposed.rollback()

    def actor(self, session: Session, email: str) -> Actor:
        user = user_by_email(session, email)
        assert user is not None, email
        return actor_for(session, user, user.assignments[0].organisation_id, now=clock.now())

    def deliver(self) -> int:
        """Let the worker do all that is due: reminders, reactions, mails; return how much."""
        return sweeps.send_reminders(self.app) + worker.drain(self.app)

    def let_pass(self, until: dt.datetime, *, hours: int = 6) -> None:
        """Let time pass until an instant, the worker running as it would."""
        while self.clock.now() + dt.timedelta(hours=hours) < until:
            self.clock.pass_(hours=hours)
            self.deliver()
        self.clock.at(until)
        self.deliver()

    def told(self, *, kind: str | None = None) -> list[tuple[str, str, dt.datetime]]:
        """Return to whom which subject was told and when, in order of time."""
        with self.look() as session:
            query = select(Message).order_by(Message.delivered_at, Message.id)
            rows = session.scalars(query.where(Message.kind == kind) if kind else query)
            return [(self._reader(session, row), row.subject, row.delivered_at) for row in rows]

    def _reader(self, session: Session, row: Message) -> str:
        if row.user_id is not None:
            return session.get_one(User, row.user_id).email
        if row.organisation_id is not None:
            return session.get_one(Organisation, row.organisation_id).name
        return row.address or ""

    def mails(self) -> list[tuple[str, str, str]]:
        """Return address, subject and text of every mail; each must have left."""
        with self.look() as session:
            rows = session.execute(
                select(Mail.address, Message.subject, Message.body, Mail.state)
                .join(Mail.message)
                .order_by(Mail.id)
            )
            found = list(rows)
        assert {state for *_, state in found} <= {"sent"}
        return [(address, subject, body) for address, subject, body, _ in found]

    # Demands

    def open_call(self) -> None:
        with self.acting(COORDINATOR) as (session, actor):
            self.call_id = calls.open_call(
                session,
                actor,
                cooperation_id=self.cooperation_id,
                area_id=self.area_id,
                title="Schulausstattung 2027",
                text="Bitte melden Sie Ihren Bedarf an Tablets, oder „kein Bedarf“.",
                closes_at=clock.start_of_day(dt.date(2026, 12, 5)),
                now=clock.now(),
            ).id

    def place(self, town: str) -> Place:
        return Place(self.cooperation_id, self.area_id, self.town_ids[town], self.call_id)

    def demand_by_form(self, town: str, quantity: str, *, is_submitted: bool = True) -> uuid.UUID:
        """Write a demand as the form of the pages reads it, and submit it."""
        posted = MultiDict(
            {
                "title": TABLETS,
                "description": "Für die weiterführenden Schulen.",
                "cpv_main": "30213200-7",
                "nature": "supplies",
                "needed_from": "2027-06-01",
                "needed_until": "2027-08-31",
                "item_rows": "1",
                "items.0.text": TABLET,
                "items.0.quantity": quantity,
                "items.0.unit": "Stk.",
                "items.0.unit_price_net": "482,00",
            }
        )
        with self.acting(f"bedarf@{town}.example") as (session, actor):
            values = forms.input_of(forms.entry_from_form(posted), clock.berlin_day(clock.now()))
            place = self.place(town)
            demand = drafts.create_demand(session, actor, place, values, now=clock.now())
            if is_submitted:
                service.submit_demand(session, actor, demand.id, now=clock.now())
            return demand.id

    def demand_as_json(self, quantity: str) -> dict[str, Any]:
        """Return a demand as a caller of the JSON API sends it."""
        return {
            "cooperation_id": str(self.cooperation_id),
            "area_id": str(self.area_id),
            "call_id": str(self.call_id),
            "title": TABLETS,
            "description": "Für die weiterführenden Schulen.",
            "cpv_main": "30213200",
            "nature": "supplies",
            "needed_from": "2027-06-01",
            "needed_until": "2027-08-31",
            "items": [
                {
                    "text": TABLET,
                    "quantity": quantity,
                    "unit_code": "H87",
                    "unit_price_net": {"amount_cents": 48_200, "currency": "EUR"},
                }
            ],
        }

    def bearer(self, email: str) -> dict[str, str]:
        with self.work() as session:
            user = user_by_email(session, email)
            assert user is not None
            town = session.get_one(Organisation, user.assignments[0].organisation_id)
            return access.bearer(session, user, town)

    def demand_by_sheet(self, town: str, quantity: str) -> ImportReport:
        """Import an Excel sheet as a clerk fills it in, submitted at once."""
        headers = ["Titel", "Beschreibung", "CPV", "Art", "Position", "Menge", "Einheit"]
        headers += ["Einzelpreis netto", "Bedarf ab", "Bedarf bis"]
        row = [TABLETS, "Für die weiterführenden Schulen.", "30213200-7", "Lieferung", TABLET]
        row += [quantity, "Stück", "482,00", "01.06.2027", "31.08.2027"]
        with self.acting(f"bedarf@{town}.example") as (session, actor):
            return importing.import_demands(
                session,
                actor,
                self.place(town),
                io.BytesIO(write_table_xlsx(headers, [row])),
                "Bedarf 2027.xlsx",
                wish=ImportWish(DemandStage.SUBMITTED),
                now=clock.now(),
            )

    def answer_no_demand(self, town: str) -> None:
        assert self.call_id is not None
        with self.acting(f"bedarf@{town}.example") as (session, actor):
            calls.answer_no_demand(session, actor, self.call_id, "Beschafft 2026.", now=clock.now())

    def release(self, town: str) -> None:
        with self.acting(f"kaemmerei@{town}.example") as (session, actor):
            (demand_id,) = session.scalars(
                select(Demand.id).where(
                    Demand.organisation_id == self.town_ids[town],
                    Demand.stage == DemandStage.SUBMITTED,
                )
            )
            line = "211101.525500"
            releasing.release_demand(session, actor, demand_id, budget_line=line, now=clock.now())

    def collect_demands(self, quantities: tuple[str, str, str] = ("60", "220", "200")) -> None:
        """Let the three towns bring their released demands, without any test on the way.

        480 tablets reach the EU threshold.
        """
        self.open_call()
        for town, quantity in zip(TOWNS, quantities, strict=True):
            self.demand_by_form(town, quantity)
            self.release(town)

    # Pool

    def propose(self) -> dict[str, list[str]]:
        """Propose pools; keep the one of tablets and return what speaks for and against it."""
        with self.acting(COORDINATOR) as (session, actor):
            found = proposing.propose_pools(session, actor, self.cooperation_id, now=clock.now())
            (pool,) = [pool for pool in found if "Tablets" in pool.title]
            self.pool_id = pool.id
            return {side: [r["text"] for r in pool.reasons[side]] for side in ("for", "against")}

    def consult(self) -> None:
        with self.acting(COORDINATOR) as (session, actor):
            text = "Passt die Ausstattung?"
            changing.start_consultation(session, actor, self.pool_id, text, now=clock.now())

    def comment(self, town: str, text: str) -> uuid.UUID:
        with self.acting(f"kaemmerei@{town}.example") as (session, actor):
            return consulting.comment(session, actor, self.pool_id, text, now=clock.now()).id

    def answer_comment(self, comment_id: uuid.UUID, text: str) -> None:
        with self.acting(COORDINATOR) as (session, actor):
            consulting.answer(session, actor, self.pool_id, comment_id, text, now=clock.now())

    def open_joining(self) -> dt.datetime:
        with self.acting(COORDINATOR) as (session, actor):
            pool = changing.open_joining(session, actor, self.pool_id, now=clock.now())
            assert pool.joining_deadline is not None
            return pool.joining_deadline

    def join(self, town: str, quantity: Decimal | None = None) -> None:
        """Join with what was asked for, or with another quantity of the only line."""
        with self.acting(f"kaemmerei@{town}.example") as (session, actor):
            pool = pools.visible_pool(session, actor, self.pool_id)
            own = pools.pool_facts(session, pool).participant(self.town_ids[town])
            assert own is not None
            mandates = joining.own_mandates(session, pool, self.town_ids[town], now=clock.now())
            entry = JoiningEntry(
                quantities={line.id: quantity or line.quantity for line in own.lines},
                mandate_id=mandates[0].id if mandates else None,
                mandate_reference="" if mandates else "Ratsbeschluss der Federführung",
            )
            joining.join(session, actor, self.pool_id, entry, now=clock.now())

    def bind_pool(self) -> None:
        """Go from released demands to the binding pool, without any test on the way."""
        self.propose()
        self.consult()
        deadline = self.open_joining()
        for town in TOWNS:
            self.join(town)
        self.clock.at(deadline + dt.timedelta(hours=10))
        self.deliver()

    # Tender

    def draft(self) -> None:
        """Draft the tender with two lots by region, and complete it."""
        with self.acting(OFFICER) as (session, actor):
            tender = drafting.draft_tender(
                session, actor, self.pool_id, split=Split.REGION, now=clock.now()
            )
        self.complete(tender.id)

    def complete(self, tender_id: uuid.UUID) -> None:
        """Complete a draft, so that nothing is missing for its publication."""
        self.tender_id = tender_id
        with self.acting(OFFICER) as (session, actor):
            edit: editing.TenderEdit = {
                "title": "Tablets für weiterführende Schulen",
                "description": DESCRIPTION,
                "selection_criteria": "Mit dem Angebot: Eigenerklärung zu §§ 123, 124 GWB.",
                "max_lots_per_bid": 1,
                "lots_joining": LOTS_REASON,
            }
            editing.edit_tender(session, actor, tender_id, edit, version=None, now=clock.now())
            wanted = [
                CriterionInput("Preis", "price", 7000, "Gesamtpreis je Los, netto"),
                CriterionInput("Lieferzeit und Service", "quality", 3000, "Konzept, zwei Seiten"),
            ]
            criteria.set_criteria(session, actor, tender_id, wanted, version=None, now=clock.now())
        self.upload("Leistungsbeschreibung.pdf")

    def upload(self, name: str) -> None:
        with self.acting(OFFICER) as (session, actor):
            upload = Upload(io.BytesIO(b"%PDF-1.7 " + name.encode()), name, _DOCUMENT_LIMIT, name)
            documents.add_document(
                session, actor, current.store(), self.tender_id, upload, now=clock.now()
            )

    def declare_ready(self) -> None:
        with self.acting(OFFICER) as (session, actor):
            readiness.declare_ready(session, actor, self.tender_id, version=None, now=clock.now())

    def publish(self) -> None:
        self._publish(publishing.publish_tender)

    def amend(self, amendment: Amendment) -> None:
        self._publish(publishing.publish_amendment, amendment)

    def cancel(self, reason: str) -> None:
        self._publish(publishing.publish_cancellation, reason)

    def _publish(self, command: Callable[..., Any], *what: object) -> None:
        with self.acting(OFFICER) as (session, actor):
            command(
                session,
                actor,
                self.tender_id,
                *what,
                now=clock.now(),
                store=current.store(),
                base_url=BASE_URL,
            )

    def ask(self, email: str, text: str) -> None:
        reference = self.reference
        with self.acting(email) as (session, actor):
            asker = Asker(organisation_id=actor.organisation_id)
            tender = enquiries.published_tender(session, reference)
            asking.ask(session, tender, asker, text, now=clock.now())

    def answer(self, question: str, text: str) -> None:
        with self.acting(OFFICER) as (session, actor):
            found = enquiries.all_enquiries(session, self.tender_id)
            waiting = [enquiry.id for enquiry in found if enquiry.answer_id is None]
            asking.answer(
                session,
                actor,
                self.tender_id,
                waiting,
                question_text=question,
                text=text,
                now=clock.now(),
            )

    @property
    def reference(self) -> str:
        return self.tender("reference")

    def tender(self, field: str) -> Any:
        """Return a field of the tender as it stands in the database."""
        with self.look() as session:
            return getattr(session.get_one(Tender, self.tender_id), field)
