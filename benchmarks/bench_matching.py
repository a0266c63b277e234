"""Which of 100,000 suppliers does a notice concern, and how long does it take to tell them?

python -m benchmarks.bench_matching [--profiles 100000] [--tenders 10]

Compared with a plain Python loop over the same profiles in memory and with the naive way in SQL, a
join that asks which prefix the code is LIKE; all three must give the same answer. Then matching and
a row of the outbox for each supplier found, against one bare statement that finds and writes them,
in three columns, and against one that writes rows of our own outbox, the least that these cost; and
all that telling is: message, mail and row of the outbox.
"""

import gc
import itertools
import random
import re
import statistics
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, text
from sqlalchemy.orm import Session

from benchmarks import deadline_rows, frame
from benchmarks.frame import Report, at_most
from benchmarks.places import application
from vergabe import clock, ids, outbox
from vergabe.access.model import Organisation
from vergabe.db import UtcDateTime, db, unit_of_work
from vergabe.messages import service
from vergabe.messages.service import Reader
from vergabe.suppliers.matching import index_rows, matching_suppliers
from vergabe.suppliers.model import KnownKeyword, ProfileInterest, SupplierProfile

Asked = tuple[list[str], list[str], str]

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


def _tender() -> Asked:
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


NAIVE = text(
    "SELECT DISTINCT organisation_id FROM profile_interest"
    " LEFT JOIN (SELECT :c0 AS code UNION SELECT :c1 UNION SELECT :c2) wanted"
    " ON kind = 'cpv' AND code LIKE term || '%'"
    " WHERE (code IS NOT NULL OR kind = 'keyword' AND term IN :said) AND :place LIKE region || '%'"
).bindparams(bindparam("said", expanding=True))


def _naive(session: Session, cpv: list[str], nuts: list[str], words: str) -> set[uuid.UUID]:
    codes = (cpv * 3)[:3]
    facts = {"c0": codes[0], "c1": codes[1], "c2": codes[2], "place": nuts[0]}
    found = session.scalars(NAIVE, facts | {"said": sorted(set(re.findall(r"\w+", words)))})
    return {each if isinstance(each, uuid.UUID) else uuid.UUID(each) for each in found}


def _ours(session: Session, asked: Asked) -> list[uuid.UUID]:
    cpv, nuts, words = asked
    return matching_suppliers(session, cpv_codes=cpv, nuts_codes=nuts, text=words)


BARE_TABLE = (
    "CREATE TABLE bare_outbox (notice integer NOT NULL, organisation_id {uuid} NOT NULL,"
    " state smallint NOT NULL, PRIMARY KEY (notice, organisation_id))"
)
BARE = text(
    "INSERT INTO bare_outbox SELECT DISTINCT :notice, organisation_id, 0 FROM profile_interest"
    " WHERE (kind = 'cpv' AND term IN :cpv OR kind = 'keyword' AND term IN :said)"
    " AND region IN :place"
).bindparams(*(bindparam(name, expanding=True) for name in ("cpv", "said", "place")))


def _bare(notice: int, asked: Asked) -> None:
    """Find and write with one statement, as little as it can be."""
    with unit_of_work() as session:
        session.execute(BARE, {"notice": notice} | _wanted(asked))


def _wanted(asked: Asked) -> dict[str, Any]:
    cpv, nuts, words = asked
    return {
        "cpv": sorted({code[:length] for code in cpv for length in range(2, 9)}),
        "said": sorted(set(re.findall(r"\w+", words))),
        "place": ["", *(nuts[0][:length] for length in range(2, 6))],
    }


OWN: Final = (
    "INSERT INTO outbox"
    " (id, kind, name, dedupe_key, payload, created_at, due_at, state, attempts)"
    " SELECT {id}, 'bench', 'bench', :cause || ':' || f.id, {payload}, :now, :now, 'waiting', 0"
    " FROM (SELECT DISTINCT organisation_id AS id FROM profile_interest"
    " WHERE (kind = 'cpv' AND term IN :cpv OR kind = 'keyword' AND term IN :said)"
    " AND region IN :place) f"
)
PAYLOADS: Final = {
    "postgresql": "jsonb_build_object('to', f.id)",
    "sqlite": "json_object('to', f.id)",
}


def _own(asked: Asked) -> None:
    """Find and write rows of our own outbox with one statement: the least that they cost."""
    with unit_of_work() as session:
        kind = session.get_bind().dialect.name
        made = deadline_rows.fresh_id(kind, "row_number() OVER ()")
        statement = text(OWN.format(id=made, payload=PAYLOADS[kind])).bindparams(
            *(bindparam(name, expanding=True) for name in ("cpv", "said", "place")),
            bindparam("now", type_=UtcDateTime()),
        )
        facts = {"cause": str(ids.new_id()), "now": clock.now()}
        session.execute(statement, _wanted(asked) | facts)


def _with_one_row(asked: Asked) -> None:
    """Find, and write a row of the outbox for each."""
    with unit_of_work() as session:
        cause = str(ids.new_id())
        found = map(str, _ours(session, asked))
        rows = [("bench", f"{cause}:{each}", {"to": each}) for each in found]
        outbox.put_many(session, "bench", rows, now=clock.now())


def _told(asked: Asked) -> int:
    """Find, and write all that telling is."""
    with unit_of_work() as session:
        return service.send_many(
            session,
            [Reader(organisation_id=each) for each in _ours(session, asked)],
            cause=f"bench:{ids.new_id()}",
            kind="invitation",
            subject="Neue Bekanntmachung: Löschfahrzeuge",
            body="Guten Tag,\n" + "eine Bekanntmachung passt zu Ihrem Profil.\n" * 10,
            now=clock.now(),
        )


def _prepare(profiles: list[Profile]) -> None:
    with unit_of_work() as session:
        _load(session, profiles)
        kind = session.get_bind().dialect.name
        word = {"postgresql": "uuid", "sqlite": "char(32)"}[kind]
        session.execute(text(BARE_TABLE.format(uuid=word)))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    # The profiles in memory serve the comparison alone; a server's heap is not as large.
    gc.collect()
    gc.freeze()


def _in_turn(tenders: list[Asked], work: Callable[[Asked], object]) -> Callable[[], object]:
    """Return what does the work for the next tender each time."""
    following: Iterator[Asked] = itertools.cycle(tenders)
    return lambda: work(next(following))


def matched(
    report: Report, profiles: list[Profile], tenders: list[Asked], rounds: int, kind: str
) -> None:
    session = db.session()
    answers = [_ours(session, each) for each in tenders]
    for asked, answer in zip(tenders, answers, strict=True):
        assert set(answer) == _loop(profiles, *asked) == _naive(session, *asked)
    report.figures[f"found_mean_{kind}"] = round(statistics.mean(map(len, answers)), 1)
    found = frame.interleaved(
        {
            "ours": _in_turn(tenders, lambda asked: _ours(session, asked)),
            "loop": _in_turn(tenders, lambda asked: _loop(profiles, *asked)),
            "naive": _in_turn(tenders, lambda asked: _naive(session, *asked)),
        },
        rounds=rounds,
        calls=len(tenders),
        warm=0,
    )
    session.rollback()
    name = f"match {len(profiles):,} subscriptions"
    for against, goal in (("LIKE join", at_most(0.15)), ("plain loop", at_most(1))):
        other = found["naive" if against == "LIKE join" else "loop"]
        report.compare(name, found["ours"], against, other, goal, database=kind)


def told(report: Report, tenders: list[Asked], rounds: int, kind: str) -> None:
    notices = itertools.count()
    found = frame.interleaved(
        {
            "bare": _in_turn(tenders, lambda asked: _bare(next(notices), asked)),
            "own": _in_turn(tenders, _own),
            "row": _in_turn(tenders, _with_one_row),
            "all": _in_turn(tenders, _told),
        },
        rounds=rounds,
        calls=len(tenders),
    )
    for name, part, goal in (
        ("match, and one row of the outbox each", "row", at_most(1.5)),
        ("match, and message, mail and row of the outbox each", "all", None),
    ):
        report.compare(name, found[part], "bare statement", found["bare"], goal, database=kind)
        report.compare(name, found[part], "own rows, bare", found["own"], database=kind)


def main() -> int:
    parser = frame.parser(__doc__)
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--tenders", type=int, default=10)
    wanted = parser.parse_args()
    report = Report("matching", wanted)
    profiles = [_profile() for _ in range(wanted.profiles)]
    tenders = [_tender() for _ in range(wanted.tenders)]
    for kind in ("postgresql", "sqlite"):
        with application(kind):
            _prepare(profiles)
            matched(report, profiles, tenders, wanted.rounds, kind)
            told(report, tenders, wanted.rounds, kind)
    return report.finish()


if __name__ == "__main__":
    sys.exit(frame.run(main))
