"""A funded project of the EMH for the demonstration: granted, with milestones and first vouchers.

The figures add up to those of the group (747,800 euros, 90 %); the lines themselves are invented.
"""

import datetime as dt
import io
from typing import Final

import orjson
from flask import Flask
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import queries as cooperations
from vergabe.db import unit_of_work
from vergabe.demands import importing
from vergabe.demands.drafts import Place
from vergabe.demands.import_report import ImportWish
from vergabe.demands.stages import Stage
from vergabe.demo.place import acting_as, town
from vergabe.funding import deciding, planning, proving, service
from vergabe.funding.entries import CaseEntry, DecisionEntry, ExpenseEntry, LineEntry
from vergabe.pools import proposing
from vergabe.pools.model import Pool

COORDINATOR: Final = "koordination@cochem-zell.example"
COUNTIES: Final = {
    "07135": "cochem-zell",
    "07231": "bernkastel-wittlich",
    "07233": "vulkaneifel",
}
GRANTED_CENTS: Final = 67_302_000
_LINES: Final = (
    LineEntry("Gemeinsame Software mit Einführung", 41_280_000),
    LineEntry("Projektstellen der drei Kreise", 28_500_000),
    LineEntry("Wissenschaftliche Begleitung", 5_000_000),
)
_DEMAND: Final = {
    "title": "Gemeinsame Fachanwendung mit Einführung",
    "description": "Lizenzen, Einrichtung, Übernahme der Daten und Schulung der Beschäftigten.",
    "cpv_main": "48000000",
    "nature": "services",
}


def fund_emh(app: Flask) -> None:
    """Let the three counties pool a demand, and the lead keep the funding case of the project."""
    with app.app_context(), unit_of_work() as session:
        for ags, name in COUNTIES.items():
            _demand(session, acting_as(session, f"kaemmerei@{name}.example"), town(session, ags))
    with app.app_context(), unit_of_work() as session:
        actor = acting_as(session, COORDINATOR)
        cooperation = cooperations.cooperation_by_key(session, actor, "emh")
        (pool,) = proposing.propose_pools(session, actor, cooperation.id, now=clock.now())
        _fund(session, actor, pool)


def _demand(session: Session, actor: Actor, county: Organisation) -> None:
    cooperation = cooperations.cooperation_by_key(session, actor, "emh")
    area = cooperations.area_by_key(session, cooperation.id, "software")
    begins = clock.berlin_day(clock.now()) + dt.timedelta(days=300)
    record = _DEMAND | {
        "external_reference": f"EMH-{county.ags}",
        "items": [
            {
                "text": "Fachanwendung mit Einführung",
                "quantity": "1",
                "unit_code": "C62",
                "unit_price_net": "115000.00",
            }
        ],
        "needed_from": begins.isoformat(),
        "needed_until": (begins + dt.timedelta(days=180)).isoformat(),
    }
    importing.import_demands(
        session,
        actor,
        Place(cooperation.id, area.id, county.id),
        io.BytesIO(orjson.dumps(record)),
        "bedarf.jsonl",
        wish=ImportWish(Stage.RELEASED),
        now=clock.now(),
    )


def _fund(session: Session, actor: Actor, pool: Pool) -> None:
    now = clock.now()
    today = clock.berlin_day(now)
    entry = CaseEntry("RP-EMH", _LINES, purpose="Zusammenarbeit der drei Kreisverwaltungen")
    service.save_case(session, actor, pool.id, entry, now=now)
    service.apply(session, actor, pool.id, today - dt.timedelta(days=75), now=now)
    ends = today + dt.timedelta(days=700)
    decision = DecisionEntry(
        today - dt.timedelta(days=20),
        GRANTED_CENTS,
        award_rules=("UVgO",),
        file_reference="EMH-2021/1",
        period_from=today - dt.timedelta(days=20),
        period_until=ends,
        conditions="Sachbericht zur Hälfte der Laufzeit; Veröffentlichungen nennen das Land.",
    )
    case = deciding.grant(session, actor, pool.id, decision, now=now)
    for days, title in ((180, "Erster Mittelabruf"), (350, "Sachbericht"), (760, "Nachweis")):
        day = today + dt.timedelta(days=days)
        planning.add_milestone(session, actor, pool.id, title, day, now=now)
    for days, cents in ((180, 30_000_000), (360, 25_000_000), (690, 12_302_000)):
        day = today + dt.timedelta(days=days)
        planning.add_drawdown(session, actor, pool.id, day, cents, now=now)
    voucher = ExpenseEntry(
        case.lines[2].id, today, "Hochschule Trier (erdacht)", "RE-2026-017", 1_190_000
    )
    proving.record_expense(session, actor, pool.id, voucher, now=now)
