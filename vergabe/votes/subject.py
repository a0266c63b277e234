"""What a vote is about, as plain data that can be hashed, compared and read.

The same project gives the same bytes, whenever and on whatever database it is asked. Before the
joining window ends a project is what its members ask for; afterwards it is what they bound
themselves to. Anything else than what was voted on needs a new vote.
"""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.audit.rules import canonical
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.demands.queries import ReleasedDemand
from vergabe.money import german as euro
from vergabe.pools import later_queries, queries
from vergabe.pools.commitment import amount, line_text
from vergabe.pools.model import LaterJoiner, Pool
from vergabe.pools.stages import Stage, effective_stage

Subject = dict[str, Any]
_BOUND_IN: Final = frozenset({Stage.BINDING, Stage.TENDERING, Stage.CONCLUDED})


def subject_of(
    session: Session, pool: Pool, question: str, cost_bearer: str, *, now: dt.datetime
) -> Subject:
    """Return what a vote on a pool would be about now: JSON values, amounts net in cents."""
    cooperation = session.get_one(Cooperation, pool.cooperation_id)
    stage = effective_stage(Stage(pool.stage), pool.joining_deadline, now)
    participants = _participants(_wanted(session, pool, stage))
    return {
        "question": question,
        "pool": {"id": str(pool.id), "reference": pool.reference, "title": pool.title},
        "area": {"key": pool.area.key, "name": pool.area.name},
        "cost_key": dict(cooperations.cost_key_of(session, cooperation, clock.berlin_day(now))),
        "cost_bearer": cost_bearer,
        "participants": participants,
        "later_joiners": [_later(row) for row in later_queries.announced(session, pool.id)],
        "total_net_cents": sum(each["value_net_cents"] or 0 for each in participants),
    }


def sha256_of(subject: Subject) -> str:
    """Return SHA-256 (hex) over the canonical JSON of a subject."""
    return hashlib.sha256(canonical(subject)).hexdigest()


def _wanted(session: Session, pool: Pool, stage: Stage) -> list[ReleasedDemand]:
    """Return the demands of a pool with the quantities and values that count in its stage."""
    if stage not in _BOUND_IN:
        return queries.demands_in(session, pool.id)
    return [bound.as_demand() for bound in queries.bound_demands(session, pool.id)]


def _participants(demands: Sequence[ReleasedDemand]) -> list[dict[str, Any]]:
    owned: dict[tuple[str, uuid.UUID], list[ReleasedDemand]] = {}
    for demand in demands:
        owned.setdefault((demand.organisation_name, demand.organisation_id), []).append(demand)
    return [
        {
            "organisation_id": str(organisation_id),
            "name": name,
            "value_net_cents": _sum([demand.value_net_cents for demand in own]),
            "demands": [_demand(demand) for demand in sorted(own, key=lambda d: d.reference)],
        }
        for (name, organisation_id), own in sorted(owned.items())
    ]


def _sum(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _demand(demand: ReleasedDemand) -> dict[str, Any]:
    return {
        "id": str(demand.id),
        "reference": demand.reference,
        "title": demand.title,
        "description": demand.description,
        "cpv": demand.cpv,
        "value_net_cents": demand.value_net_cents,
        "needed_from": demand.needed_from.isoformat() if demand.needed_from else None,
        "needed_until": demand.needed_until.isoformat() if demand.needed_until else None,
        "lines": [
            {
                "text": line.text,
                "quantity": None if line.quantity is None else f"{line.quantity.normalize():f}",
                "unit_code": line.unit_code,
                "unit_price_net_cents": line.unit_price_net_cents,
                "shown": line_text(line),
            }
            for line in demand.lines
        ],
    }


def _later(row: LaterJoiner) -> dict[str, Any]:
    return {
        "organisation_id": str(row.organisation_id),
        "name": row.organisation.name,
        "maximum_net_cents": row.maximum_net_cents,
        "latest_on": row.latest_on.isoformat(),
        "lines": [dict(line) | {"shown": _most(line)} for line in row.lines],
    }


def _most(line: Mapping[str, Any]) -> str:
    number = None if line["maximum"] is None else Decimal(line["maximum"])
    return f"{amount(number, line['unit_code'])} „{line['text']}“".strip()


def differences(old: Subject, new: Subject) -> list[str]:
    """Return a German sentence for each thing that is different now; empty: nothing is."""
    return [
        *_heads(old, new),
        *_of_participants(_by_id(old["participants"]), _by_id(new["participants"])),
        *_of_later(_by_id(old["later_joiners"]), _by_id(new["later_joiners"])),
    ]


def _heads(old: Subject, new: Subject) -> Iterator[str]:
    if old["question"] != new["question"]:
        yield "Die Frage lautet anders."
    if old["pool"] != new["pool"]:
        yield f"Die Bündelung heißt jetzt „{new['pool']['title']}“."
    if old["area"] != new["area"]:
        yield f"Das Aufgabengebiet ist jetzt „{new['area']['name']}“."
    if (old["cost_key"], old["cost_bearer"]) != (new["cost_key"], new["cost_bearer"]):
        yield "Wer die Kosten trägt, wurde geändert."


def _by_id(rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {row.get("organisation_id") or row["id"]: row for row in rows}


def _of_participants(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    for key, row in old.items():
        if key not in new:
            yield f"{row['name']} ist nicht mehr beteiligt."
    for key, row in new.items():
        if key not in old:
            yield f"{row['name']} ist neu beteiligt."
        elif row != old[key]:
            yield from _of_participant(old[key], row)


def _of_participant(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    name = new["name"]
    if old["name"] != name:
        yield f"{old['name']} heißt jetzt {name}."
    before, after = _by_id(old["demands"]), _by_id(new["demands"])
    for key, demand in before.items():
        if key not in after:
            yield f"{name}: {demand['reference']} „{demand['title']}“ ist nicht mehr dabei."
    for key, demand in after.items():
        if key not in before:
            yield f"{name}: {demand['reference']} „{demand['title']}“ ist neu dabei."
        elif demand != before[key]:
            yield f"{name}: {demand['reference']} {_changed(before[key], demand)}."


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    found = []
    shown = [[line["shown"] for line in row["lines"]] for row in (old, new)]
    if shown[0] != shown[1]:
        found.append(f"jetzt {_listed(shown[1])}, vorher {_listed(shown[0])}")
    if old["value_net_cents"] != new["value_net_cents"]:
        found.append(f"Wert jetzt {_euro(new)} netto, vorher {_euro(old)}")
    return "; ".join(found) or "wurde geändert"


def _listed(lines: Sequence[str]) -> str:
    return ", ".join(lines) or "ohne Positionen"


def _euro(row: Mapping[str, Any]) -> str:
    return "ohne Angabe" if row["value_net_cents"] is None else euro(row["value_net_cents"])


def _of_later(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    for key, row in old.items():
        if key not in new:
            yield f"{row['name']} soll nicht mehr später beitreten können."
        elif new[key] != row:
            yield f"{row['name']}: Höchstmengen oder letzter Tag des späteren Beitritts neu."
    for key, row in new.items():
        if key not in old:
            yield f"{row['name']} soll neu später beitreten können."
