"""Which of 100,000 suppliers does a notice concern, and how long does it take to tell them?

python -m benchmarks.bench_matching [--database sqlite|postgresql] [--profiles N] [--tenders N]

Compared with a plain Python loop over the same profiles in memory; both must give the same answer.
`told` is matching and writing message, mail and outbox row for each supplier found.
"""

import argparse
import gc
import json
import random
import re
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.places import application
from vergabe import clock, ids
from vergabe.access.model import Organisation
from vergabe.db import db, unit_of_work
from vergabe.messages import service
from vergabe.messages.service import Reader
from vergabe.suppliers.matching import index_rows, matching_suppliers
from vergabe.suppliers.model import KnownKeyword, ProfileInterest, SupplierProfile

CHANCE = random.Random(7)
DIVISIONS = (  # noqa: SIM905
    "45 33 79 72 50 71 90 34 30 80 38 39 60 44 48 85 98 31 35 15 32 55 42 18 22 09 37 64 77 24 03"
).split()
WORDS = [f"stichwort{number:04}" for number in range(4000)]
RARE = [f"fachwort{number:05}" for number in range(3000)]


@dataclass
class Profile:
    id: uuid.UUID
    cpv: list[str]
    nuts: list[str]
    words: list[str]


def _cpv() -> str:
    weights = [1 / (rank + 1) for rank in range(len(DIVISIONS))]
    return CHANCE.choices(DIVISIONS, weights)[0] + "".join(CHANCE.choices("123456789", k=6))


def _nuts() -> str:
    land, region, district = CHANCE.choice("123456789ABCDEFG"), *CHANCE.choices("12345", k=2)
    return f"DE{land}{region}{district}"


def _profile() -> Profile:
    cpv = {_cpv()[: CHANCE.choice((2, 3, 3, 4, 5, 8))] for _ in range(CHANCE.choice((1, 1, 2, 4)))}
    nuts = set() if CHANCE.random() < 0.3 else {_nuts()[: CHANCE.choice((3, 3, 4, 5))]}
    words = set() if CHANCE.random() < 0.6 else set(CHANCE.choices(RARE, k=CHANCE.choice((1, 3))))
    return Profile(ids.new_id(), sorted(cpv), sorted(nuts), sorted(words))


def _tender() -> tuple[list[str], list[str], str]:
    words = CHANCE.choices(WORDS, k=150) + CHANCE.choices(RARE, k=3)
    return [_cpv() for _ in range(CHANCE.choice((1, 2, 3)))], [_nuts()], " ".join(words)


def _load(session: Session, profiles: list[Profile]) -> None:
    now = clock.now()
    tables: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
        (
            Organisation,
            [
                {
                    "id": p.id,
                    "kind": "supplier",
                    "name": f"Firma {n}",
                    "email": f"firma{n}@example.org",
                    "created_at": now,
                }
                for n, p in enumerate(profiles)
            ],
        ),
        (
            SupplierProfile,
            [
                {
                    "organisation_id": p.id,
                    "cpv_prefixes": p.cpv,
                    "nuts_prefixes": p.nuts,
                    "keywords": p.words,
                    "updated_at": now,
                    "version": 1,
                }
                for p in profiles
            ],
        ),
        (
            ProfileInterest,
            [row for p in profiles for row in index_rows(p.id, p.cpv, p.nuts, p.words)],
        ),
    )
    for model, rows in tables:
        session.execute(insert(model.__table__), rows)
    session.execute(
        insert(KnownKeyword), [{"word": w} for w in sorted({w for p in profiles for w in p.words})]
    )


def _loop(profiles: list[Profile], cpv: list[str], nuts: list[str], words: str) -> set[uuid.UUID]:
    wanted = {code[:length] for code in cpv for length in range(2, 9)}
    places = {code[:length] for code in nuts for length in range(2, 6)}
    said = set(re.findall(r"\w+", words))
    return {
        p.id
        for p in profiles
        if (not wanted.isdisjoint(p.cpv) or not said.isdisjoint(p.words))
        and (not p.nuts or not places.isdisjoint(p.nuts))
    }


def _timed(calls: list[Callable[[], Any]]) -> tuple[list[Any], float]:
    answers, taken = [], []
    for call in calls:
        start = time.perf_counter()
        answers.append(call())
        taken.append((time.perf_counter() - start) * 1000)
    return answers, statistics.median(taken)


def _tell(found: list[Any]) -> int:
    with unit_of_work() as session:
        return service.send_many(
            session,
            [Reader(organisation_id=match.organisation_id) for match in found],
            cause=f"bench:{ids.new_id()}",
            kind="invitation",
            subject="Neue Bekanntmachung: Löschfahrzeuge",
            body="Guten Tag,\n" + "eine Bekanntmachung passt zu Ihrem Profil.\n" * 10,
            now=clock.now(),
        )


def measure(kind: str, profile_count: int, tender_count: int) -> dict[str, Any]:
    profiles = [_profile() for _ in range(profile_count)]
    tenders = [_tender() for _ in range(tender_count)]
    with application(kind):
        with unit_of_work() as session:
            _load(session, profiles)
        with db.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
        # The profiles in memory serve the comparison alone; a server's heap is not as large.
        gc.collect()
        gc.freeze()
        session = db.session()
        loops, loop_ms = _timed([lambda t=t: _loop(profiles, *t) for t in tenders])
        calls = [
            lambda t=t: matching_suppliers(session, cpv_codes=t[0], nuts_codes=t[1], text=t[2])
            for t in tenders
        ]
        calls[0]()
        answers, match_ms = _timed(calls)
        session.rollback()
        for loop, answer in zip(loops, answers, strict=True):
            assert {match.organisation_id for match in answer} == loop
        count = statistics.mean(len(answer) for answer in answers)
        _, told_ms = _timed([lambda found=found: _tell(found) for found in answers])
    return {
        "database": kind,
        "profiles": profile_count,
        "found_mean": round(count, 1),
        "loop_ms": round(loop_ms, 1),
        "match_ms": round(match_ms, 1),
        "match_by_loop": round(match_ms / loop_ms, 2),
        "told_ms": round(told_ms, 1),
        "rows_per_second": round(3 * count / (told_ms / 1000)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--tenders", type=int, default=20)
    given = parser.parse_args()
    for kind in [given.database] if given.database else ["sqlite", "postgresql"]:
        print(json.dumps(measure(kind, given.profiles, given.tenders)))


if __name__ == "__main__":
    main()
