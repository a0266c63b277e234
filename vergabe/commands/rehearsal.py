"""`vergabe rehearsal`: real records played through in an empty database, with counts and times."""

import datetime as dt
import gzip
import json
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.commands.support import print_json, the_app
from vergabe.cooperations.model import Cooperation, Member, Participation, TaskArea
from vergabe.db import unit_of_work
from vergabe.demands import rules
from vergabe.demands.drafts import Place
from vergabe.demands.stages import Stage
from vergabe.demands.storing import NewDemand, store_demands
from vergabe.errors import DomainError, InvalidInput
from vergabe.exchange.notice_records import MunicipalityRef
from vergabe.exchange.sheets import SheetDemand, read_demand_rows
from vergabe.law.working_days import LAND_NAMES
from vergabe.pools import presenting, proposing

AREA_KEY: Final = "procurement"
# What the Kämmerei releases where a notice names no value: made up, and counted in the result.
ASSUMED_BUDGET_NET_CENTS: Final = 50_000_00
_KINDS: Final = {"gemeinde": "municipality", "verband": "association", "kreis": "county"}
_LAND_CODES: Final = {name: code for code, name in LAND_NAMES.items()}
_COUNTED_ON: Final = dt.date(2022, 12, 31)


@click.group("rehearsal")
def rehearsal() -> None:
    """Echte Datensätze durchspielen und messen; nur in einer eigenen, leeren Datenbank."""


@rehearsal.command("demands")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_demands(file: Path) -> None:
    """Liest Bedarfe aus Bekanntmachungen (JSON Lines) als freigegebene Bedarfe ihrer Kommunen ein.

    Legt die Kommunen und je Land eine erdachte Zusammenarbeit an; gibt Anzahlen, Sekunden und
    Speicher als JSON aus.
    """
    with the_app().app_context():
        start = time.perf_counter()
        result = _import_all(file)
        print_json(
            result | {"seconds": round(time.perf_counter() - start, 2), "peak_mb": peak_mb()}
        )


def peak_mb() -> int:
    """Return the most memory this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _import_all(file: Path) -> dict[str, Any]:
    sheet = read_demand_rows(file, file.name, today=clock.berlin_day(clock.now()))
    if sheet.has_errors:
        first = sheet.errors[0]
        raise InvalidInput("records_unusable", f"{first.address}: {first.message}")
    by_land: dict[str, list[SheetDemand]] = defaultdict(list)
    for each in sheet.demands:
        if each.municipality is None or each.municipality.land not in _LAND_CODES:
            raise InvalidInput(
                "municipality_missing", f"Zeile {each.rows[0]}: Die Kommune oder ihr Land fehlt."
            )
        by_land[_LAND_CODES[each.municipality.land]].append(each)
    inhabitants = _inhabitants(file)
    counts = {"organisations": 0, "demands": 0, "lines": 0, "budgets_assumed": 0}
    for land, demands in sorted(by_land.items()):
        with unit_of_work() as session:
            for name, count in _import_land(session, land, demands, inhabitants).items():
                counts[name] += count
    return {"cooperations": len(by_land), "warnings": len(sheet.warnings), **counts}


def _inhabitants(file: Path) -> dict[str, int]:
    """Return inhabitants by key of the municipality, as far as the records tell them."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        towns = [json.loads(line)["municipality"] for line in lines if line.strip()]
    return {town["key"]: int(town["einwohner"]) for town in towns if town.get("einwohner")}


def _import_land(
    session: Session, land: str, demands: Sequence[SheetDemand], inhabitants: dict[str, int]
) -> dict[str, int]:
    by_town: dict[MunicipalityRef, list[SheetDemand]] = defaultdict(list)
    for each in demands:
        assert each.municipality is not None
        by_town[each.municipality].append(each)
    towns = {town: _organisation(session, town, land, inhabitants) for town in by_town}
    cooperation, area = made_up_cooperation(session, land, towns.values())
    assumed = 0
    for town, theirs in by_town.items():
        new = [NewDemand(each.demand, rules.value_net_cents(each.demand)) for each in theirs]
        assumed += sum(demand.budget_net_cents is None for demand in new)
        store_demands(
            session,
            Actor.operator("Probelauf"),
            cooperation.reference_prefix,
            Place(cooperation.id, area.id, towns[town].id),
            [
                NewDemand(demand.values, demand.budget_net_cents or ASSUMED_BUDGET_NET_CENTS)
                for demand in new
            ],
            stage=Stage.RELEASED,
            now=clock.now(),
        )
    return {
        "organisations": len(towns),
        "demands": len(demands),
        "lines": sum(len(each.demand.items) for each in demands),
        "budgets_assumed": assumed,
    }


def _organisation(
    session: Session, town: MunicipalityRef, land: str, inhabitants: dict[str, int]
) -> Organisation:
    is_ags = len(town.key) in (5, 8)
    column = Organisation.ags if is_ags else Organisation.ars
    found = session.scalars(select(Organisation).where(column == town.key)).one_or_none()
    if found is not None:
        return found
    count = inhabitants.get(town.key)
    organisation = Organisation(
        kind=_KINDS[town.level],
        name=town.name,
        ags=town.key if is_ags else None,
        ars=None if is_ags else town.key,
        land=land,
        nuts3=town.nuts3,
        inhabitants=count,
        inhabitants_on=_COUNTED_ON if count else None,
        # Made up: records name towns, notices want to know where they are.
        postcode="00000",
        city=town.name,
        created_at=clock.now(),
    )
    session.add(organisation)
    session.flush()
    return organisation


def made_up_cooperation(
    session: Session, land: str, organisations: Iterable[Organisation]
) -> tuple[Cooperation, TaskArea]:
    """Make a cooperation of these organisations with one area, the largest as lead.

    Raises DomainError if it is there already: a rehearsal belongs into an empty database.
    """
    key = f"probe-{land.lower()}"
    if session.scalars(select(Cooperation.id).where(Cooperation.key == key)).first():
        raise DomainError(
            "rehearsed_before",
            f"Die Zusammenarbeit {key} gibt es schon. Nehmen Sie eine leere Datenbank.",
        )
    now = clock.now()
    members = sorted(organisations, key=lambda each: (-(each.inhabitants or 0), each.name))
    cooperation = Cooperation(
        key=key,
        name=f"Probelauf {LAND_NAMES[land]}",
        reference_prefix=f"P{land}",
        lead_organisation_id=members[0].id,
        cost_key={"kind": "demand_value"},
        contact={},
        review_body={},
        file_sha256="0" * 64,
        created_at=now,
    )
    session.add(cooperation)
    session.flush()
    area = TaskArea(
        cooperation_id=cooperation.id,
        key=AREA_KEY,
        name="Beschaffung und Vergabe",
        position=1,
        required_resolutions=[],
    )
    session.add(area)
    session.flush()
    day = clock.berlin_day(now)
    for position, organisation in enumerate(members, start=1):
        member = Member(
            cooperation_id=cooperation.id,
            organisation_id=organisation.id,
            position=position,
            joined_on=day,
        )
        session.add(member)
        session.flush()
        session.add(
            Participation(member_id=member.id, area_id=area.id, depth="full", valid_from=day)
        )
    session.flush()
    return cooperation, area


@rehearsal.command("pools")
def propose_pools() -> None:
    """Schlägt für jede Zusammenarbeit der Datenbank Bündelungen vor.

    Gibt als JSON aus, wie viele es sind und von wie vielen Mitgliedern, Sekunden und Speicher.
    """
    with the_app().app_context():
        start = time.perf_counter()
        result = _propose_everywhere()
        print_json(
            result | {"seconds": round(time.perf_counter() - start, 2), "peak_mb": peak_mb()}
        )


def _propose_everywhere() -> dict[str, Any]:
    actor = Actor.operator("Probelauf")
    with unit_of_work() as session:
        ids = list(session.scalars(select(Cooperation.id).order_by(Cooperation.key)))
    members: Counter[int] = Counter()
    demands = 0
    for cooperation_id in ids:
        with unit_of_work() as session:
            pools = proposing.propose_pools(session, actor, cooperation_id, now=clock.now())
            for member_count, demand_count in presenting.counts(session, pools).values():
                members[member_count] += 1
                demands += demand_count
    return {
        "cooperations": len(ids),
        "pools": members.total(),
        "demands_in_pools": demands,
        "pools_by_members": {str(count): members[count] for count in sorted(members)},
    }
