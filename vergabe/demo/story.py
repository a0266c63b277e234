"""The main job, end to end, for three towns of the DLZ: what `vergabe demo --once` plays.

Each step is the command that a person would give, acting as that person; between the steps the
clock of the process is moved and the worker delivers.
"""

import datetime as dt
import io
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock, sweeps, worker
from vergabe.access.actor import Actor
from vergabe.audit import queries as audit
from vergabe.cooperations import queries as cooperations
from vergabe.db import Base, reading, unit_of_work
from vergabe.deadlines.model import Deadline
from vergabe.demands import importing, releasing
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportWish
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage as DemandStage
from vergabe.demo.place import COOPERATION, PASSWORD, acting_as, example_demands, town
from vergabe.demo.report import Report
from vergabe.demo.suppliers import register_suppliers
from vergabe.demo.tendering import TenderSteps
from vergabe.exchange.sheet_writer import write_table_xlsx
from vergabe.messages.model import Mail, Message
from vergabe.notices.model import Notice
from vergabe.pools import changing, joining, proposing
from vergabe.pools import queries as pools
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Pool
from vergabe.tenders.model import Tender

TOWNS: Final = {"05358040": "merzenich", "05358024": "juelich", "05362032": "kerpen"}
_HEADERS: Final = (
    "Bedarf-Nr.",
    "Titel",
    "Beschreibung",
    "CPV",
    "Art",
    "Position",
    "Menge",
    "Einheit",
    "Einzelpreis netto",
    "Bedarf ab",
    "Bedarf bis",
)
_NATURES: Final = {"supplies": "Lieferung", "services": "Dienstleistung", "works": "Bau"}


class Story:
    """The main job in the order of the flow; `play` runs it and returns what happened."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.report = Report()
        self.pool_id: uuid.UUID | None = None

    def play(self) -> dict[str, Any]:
        """Play every step and return counts, steps, checks and the seconds it took."""
        began = time.monotonic()
        self._at_ten_in_the_morning()
        try:
            self._demands()
            self._pool()
            self._suppliers()
            assert self.pool_id is not None
            TenderSteps(self.app, self.report, self.pool_id, self._pass).play()
            self._verify()
            result = self._counts()
        finally:
            clock.shift(dt.timedelta(0))
        return result | {
            "steps": self.report.steps,
            "checked": self.report.checks,
            "seconds": round(time.monotonic() - began, 1),
        }

    @contextmanager
    def _as(self, email: str) -> Iterator[tuple[Session, Actor]]:
        with self.app.app_context(), unit_of_work() as session:
            yield session, acting_as(session, email)

    def _at_ten_in_the_morning(self) -> None:
        today = clock.berlin_day(clock.read())
        clock.shift(clock.berlin_instant(today, dt.time(10)) - clock.read())

    def _pass(self, until: dt.datetime) -> None:
        """Let time pass: the clock moves, the worker catches up."""
        clock.shift(dt.timedelta(0))
        clock.shift(until - clock.read())
        sweeps.send_reminders(self.app)
        worker.drain(self.app)

    def _demands(self) -> None:
        records = [record for record in example_demands() if record.get("story") == "main"]
        for ags, name in TOWNS.items():
            own = [record for record in records if record["municipality"] == ags]
            with self._as(f"bedarf@{name}.example") as (session, actor):
                place = self._place(session, actor, ags)
                report = importing.import_demands(
                    session,
                    actor,
                    place,
                    io.BytesIO(_sheet(own)),
                    f"bedarf-{name}.xlsx",
                    wish=ImportWish(DemandStage.SUBMITTED),
                    now=clock.now(),
                )
                self.report.check(f"Tabelle aus {name} ohne Fehler", not report.errors)
            with self._as(f"kaemmerei@{name}.example") as (session, actor):
                demand_ids = session.scalars(
                    select(Demand.id).where(
                        Demand.organisation_id == place.organisation_id,
                        Demand.stage == DemandStage.SUBMITTED,
                    )
                ).all()
                releasing.release_demands(
                    session, actor, demand_ids, budget_line="211101.525500", now=clock.now()
                )
        self.report.tell("Drei Kommunen haben ihren Bedarf als Tabelle eingereicht, freigegeben.")
        worker.drain(self.app)

    def _place(self, session: Session, actor: Actor, ags: str) -> Place:
        cooperation = cooperations.cooperation_by_key(session, actor, COOPERATION, now=clock.now())
        area = cooperations.area_by_key(session, cooperation.id, "procurement")
        return Place(cooperation.id, area.id, town(session, ags).id)

    def _pool(self) -> None:
        with self._as("koordination@merzenich.example") as (session, actor):
            cooperation = cooperations.cooperation_by_key(session, actor, COOPERATION)
            proposed = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
            self.pool_id = proposed[0].id
            self.report.tell(f"Vorschlag {proposed[0].reference}: {proposed[0].title}")
        for step in (self._consult, self._open_joining):
            step()
            worker.drain(self.app)
        for name in TOWNS.values():
            self._join(name)
        with self.app.app_context(), reading() as session:
            deadline = session.get_one(Pool, self.pool_id).joining_deadline
        assert deadline is not None
        self._pass(deadline)
        self.report.tell("Das Beitrittsfenster ist durch Zeitablauf geschlossen.")

    def _consult(self) -> None:
        with self._as("koordination@merzenich.example") as (session, actor):
            assert self.pool_id is not None
            changing.start_consultation(session, actor, self.pool_id, now=clock.now())

    def _open_joining(self) -> None:
        with self._as("koordination@merzenich.example") as (session, actor):
            assert self.pool_id is not None
            changing.open_joining(session, actor, self.pool_id, now=clock.now())

    def _join(self, name: str) -> None:
        with self._as(f"kaemmerei@{name}.example") as (session, actor):
            assert self.pool_id is not None
            pool = pools.visible_pool(session, actor, self.pool_id)
            own = pools.pool_facts(session, pool).participant(_organisation(actor))
            assert own is not None
            mandates = joining.own_mandates(session, pool, _organisation(actor), now=clock.now())
            entry = JoiningEntry(
                quantities={line.id: line.quantity for line in own.lines},
                mandate_id=mandates[0].id if mandates else None,
                # The lead needs no mandate for itself; its council's resolution carries it.
                mandate_reference="" if mandates else "Ratsbeschluss der Federführung",
            )
            joining.join(session, actor, self.pool_id, entry, now=clock.now())
        self.report.tell(f"{name.capitalize()} ist verbindlich beigetreten.")

    def _suppliers(self) -> None:
        with self.app.app_context(), unit_of_work() as session:
            register_suppliers(session, now=clock.now(), password=PASSWORD)
        self.report.tell("Drei Unternehmen haben ein Profil.")

    def _verify(self) -> None:
        with self.app.app_context(), reading() as session:
            broken = [s for s in audit.streams(session) if audit.breaks(session, s)]
            self.report.check("Alle Ketten der Akte sind unversehrt", not broken)
            waiting = session.scalar(select(func.count(Mail.id)).where(Mail.state != "sent"))
            self.report.check("Jede E-Mail ist gesendet", waiting == 0)

    def _counts(self) -> dict[str, Any]:
        counted: dict[str, Callable[[Session], int]] = {
            "municipalities": _participants,
            "demands": _rows(Demand),
            "pools": _rows(Pool),
            "tenders": _rows(Tender),
            "notices": _rows(Notice),
            "deadlines": _rows(Deadline),
            "messages": _rows(Message),
            "mails": _rows(Mail),
        }
        with self.app.app_context(), reading() as session:
            return {name: count(session) for name, count in counted.items()}


def _rows(table: type[Base]) -> Callable[[Session], int]:
    return lambda session: session.scalar(select(func.count()).select_from(table)) or 0


def _participants(session: Session) -> int:
    return session.scalar(select(func.count(Demand.organisation_id.distinct()))) or 0


def _organisation(actor: Actor) -> uuid.UUID:
    assert actor.organisation_id is not None
    return actor.organisation_id


def _sheet(records: list[dict[str, Any]]) -> bytes:
    """Return the demands as the sheet that a clerk would fill in."""
    rows = [
        [
            record["external_reference"],
            record["title"],
            record["description"],
            record["cpv_main"],
            _NATURES[record["nature"]],
            item["text"],
            item["quantity"],
            "Stück",
            item["unit_price_net"].replace(".", ","),
            dt.date.fromisoformat(record["needed_from"]).strftime("%d.%m.%Y"),
            dt.date.fromisoformat(record["needed_until"]).strftime("%d.%m.%Y"),
        ]
        for record in records
        for item in record["items"]
    ]
    return write_table_xlsx(list(_HEADERS), rows)
