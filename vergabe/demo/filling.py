"""What a demonstration starts with: demands in several stages, suppliers, a call, proposals."""

import datetime as dt
import io
from typing import Any

import orjson
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vergabe import clock, worker
from vergabe.cooperations import queries as cooperations
from vergabe.db import reading, unit_of_work
from vergabe.demands import calls, importing, releasing
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportWish
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage
from vergabe.demo.funding import fund_emh
from vergabe.demo.place import COOPERATION, PASSWORD, acting_as, example_demands, town
from vergabe.demo.procedures import Procedures
from vergabe.demo.suppliers import register_suppliers
from vergabe.pools import proposing

_TOWNS = {
    "05358040": "merzenich",
    "05358024": "juelich",
    "05362032": "kerpen",
    "05358020": "inden",
    "05358036": "linnich",
    "05358048": "niederzier",
}

_PAPER, _HELMET = "30197643", "18444111"
_LATE_TOWN = "05358036"


def fill(app: Flask) -> None:
    """Fill an empty demonstration; one that has demands already stays as people left it."""
    with app.app_context(), reading() as session:
        if session.scalar(select(func.count(Demand.id))):
            return
    records = example_demands()
    earlier = [record for record in records if _came_earlier(record)]
    with clock.elsewhere():
        procedures = Procedures(app)
        procedures.begin()
        _submit_all(app, earlier)
        procedures.play()
    _submit_all(app, [record for record in records if record not in earlier], waiting="linnich")
    with app.app_context(), unit_of_work() as session:
        register_suppliers(session, now=clock.now(), password=PASSWORD)
        actor = acting_as(session, "koordination@merzenich.example")
        cooperation = cooperations.cooperation_by_key(session, actor, COOPERATION)
        proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
        _open_call(session)
    fund_emh(app)
    worker.drain(app)


def _came_earlier(record: dict[str, Any]) -> bool:
    """Return whether a demand is part of what has begun already; Linnich's helmets come late."""
    is_late = (record["municipality"], record["cpv_main"]) == (_LATE_TOWN, _HELMET)
    return record["cpv_main"] in (_PAPER, _HELMET) and not is_late


def _submit_all(app: Flask, records: list[dict[str, Any]], *, waiting: str = "") -> None:
    """Let every town hand in its demands of these; all are released but the last of one town."""
    for ags, name in _TOWNS.items():
        own = [record for record in records if record["municipality"] == ags]
        if own:
            _submit(app, ags, name, own, waits=1 if name == waiting else 0)


def _submit(app: Flask, ags: str, name: str, own: list[dict[str, Any]], *, waits: int) -> None:
    """Let a town hand in its demands; all but the last `waits` are released."""
    lines = b"\n".join(
        orjson.dumps({k: v for k, v in record.items() if k not in ("municipality", "story")})
        for record in own
    )
    with app.app_context(), unit_of_work() as session:
        actor = acting_as(session, f"bedarf@{name}.example")
        cooperation = cooperations.cooperation_by_key(session, actor, COOPERATION)
        area = cooperations.area_by_key(session, cooperation.id, "procurement")
        place = Place(cooperation.id, area.id, town(session, ags).id)
        importing.import_demands(
            session,
            actor,
            place,
            io.BytesIO(lines),
            f"{name}.jsonl",
            wish=ImportWish(Stage.SUBMITTED),
            now=clock.now(),
        )
    with app.app_context(), unit_of_work() as session:
        actor = acting_as(session, f"kaemmerei@{name}.example")
        ids = session.scalars(
            select(Demand.id)
            .where(
                Demand.organisation_id == place.organisation_id,
                Demand.stage == Stage.SUBMITTED,
            )
            .order_by(Demand.reference)
        ).all()
        if ready := ids[: len(ids) - waits]:
            releasing.release_demands(
                session, actor, ready, budget_line="Haushalt 2027", now=clock.now()
            )


def _open_call(session: Session) -> None:
    actor = acting_as(session, "koordination@merzenich.example")
    cooperation = cooperations.cooperation_by_key(session, actor, COOPERATION)
    area = cooperations.area_by_key(session, cooperation.id, "procurement")
    closing_day = clock.berlin_day(clock.now()) + dt.timedelta(days=22)
    calls.open_call(
        session,
        actor,
        cooperation_id=cooperation.id,
        area_id=area.id,
        title="Streugut und Winterdienst 2027/28",
        text="Bitte melden Sie Ihren Bedarf an Auftausalz und Splitt, oder „kein Bedarf“.",
        closes_at=clock.start_of_day(closing_day),
        now=clock.now(),
    )
