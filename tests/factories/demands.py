"""Valid demands and calls; a test states only what matters to it."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.cooperations.model import Cooperation, TaskArea
from vergabe.demands import call_rules, queries, rules
from vergabe.demands.model import CallForDemands, Demand, DemandItem
from vergabe.demands.references import counter_prefix, demand_reference, next_reference
from vergabe.demands.stages import HAS_BUDGET, Stage

Line = tuple[str, Decimal | int | str | None, str | None, int | None]
TEN_THOUSAND_EUROS = 1_000_000
ONE_ENGINE: tuple[Line, ...] = (("Löschgruppenfahrzeug LF 20", 1, "H87", 45_000_000),)


def area_of(session: Session, cooperation: Cooperation, key: str | None = None) -> TaskArea:
    """Return the area with this key; without one `procurement`, else the first."""
    areas = session.scalars(
        select(TaskArea)
        .where(TaskArea.cooperation_id == cooperation.id)
        .order_by(TaskArea.key != (key or "procurement"), TaskArea.position)
    ).all()
    assert areas, "the cooperation has no task area"
    assert key is None or areas[0].key == key, f"no area {key}"
    return areas[0]


def demand(
    session: Session,
    cooperation: Cooperation,
    organisation: Organisation,
    stage: str = "released",
    *,
    title: str = "Löschgruppenfahrzeug LF 20",
    cpv: str = "34144210",
    items: Sequence[Line] = ONE_ENGINE,
    value: int | None = None,
    area: TaskArea | None = None,
    budget: int | None = None,
    **more: Any,
) -> Demand:
    """Return a stored demand in a stage.

    items: text, quantity, unit code, unit price (net cents); value: estimate in net cents, else the
    lines count; budget: net cents, else the value that counts or 10,000 euros.
    """
    now = clock.now()
    area = area or area_of(session, cooperation)
    prefix, year = cooperation.reference_prefix, clock.berlin_day(now).year
    lines = [
        DemandItem(
            position=position,
            text=text,
            quantity=None if quantity is None else Decimal(quantity),
            unit_code=unit,
            unit_price_net_cents=price,
        )
        for position, (text, quantity, unit, price) in enumerate(items, start=1)
    ]
    facts: dict[str, Any] = {
        "reference": demand_reference(
            prefix, year, next_reference(session, counter_prefix(prefix), year)
        ),
        "cooperation_id": cooperation.id,
        "organisation_id": organisation.id,
        "area_id": area.id,
        "stage": stage,
        "title": title,
        "description": "Ersatz für ein Fahrzeug von 1998.",
        "cpv": cpv,
        "cpv_additional": [],
        "nature": "supplies",
        "estimated_value_net_cents": value,
        "must_haves": "",
        "remarks": "",
        "needed_from": dt.date(2027, 6, 1),
        "needed_until": dt.date(2027, 12, 31),
        "created_at": now,
        "submitted_at": None if stage == Stage.DRAFT else now,
    } | more
    found = Demand(**facts, items=lines, search_text=queries.search_text(title))
    found.value_net_cents = rules.value_net_cents(found)
    if stage in HAS_BUDGET:
        found.released_at = more.get("released_at", now)
        found.released_net_cents = budget or found.value_net_cents or TEN_THOUSAND_EUROS
        found.budget_line = more.get("budget_line", "12.60.01/0831100")
    session.add(found)
    session.flush()
    return found


def call(
    session: Session,
    cooperation: Cooperation,
    *,
    area: TaskArea | None = None,
    opens_at: dt.datetime | None = None,
    open_days: int = 30,
    title: str = "Bedarf an Feuerwehrfahrzeugen 2027",
) -> CallForDemands:
    """Return a stored call for demands, open now and for `open_days` days."""
    opens_at = opens_at or clock.now()
    closes_at = opens_at + dt.timedelta(days=open_days)
    found = CallForDemands(
        cooperation_id=cooperation.id,
        area_id=(area or area_of(session, cooperation)).id,
        title=title,
        text="Bitte melden Sie Ihren Bedarf oder „kein Bedarf“.",
        opens_at=opens_at,
        closes_at=closes_at,
        reminder_days=list(call_rules.REMINDER_DAYS),
        next_tick_at=call_rules.next_tick(
            opens_at, closes_at, call_rules.REMINDER_DAYS, clock.now()
        ),
        created_at=clock.now(),
    )
    session.add(found)
    session.flush()
    return found
