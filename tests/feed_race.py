"""Writers that publish all at once and readers that follow the feed all the while.

Writers are true transactions on connections of their own: other work before the place is taken, a
wait between place and commit, and now and then a rollback. `benchmarks.bench_feed` runs the same
for longer.
"""

import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.db import reading, unit_of_work
from vergabe.disturbances import Disturbance, disturbance_in
from vergabe.notices import queries
from vergabe.notices.model import Notice
from vergabe.notices.places import next_place
from vergabe.tenders.model import Tender


class GivenUp(Exception):
    """A transaction that fails after it took its place."""


@dataclass
class Reader:
    """One that follows the feed: what it saw, in its order, and how late."""

    seen: list[int] = field(default_factory=list)
    keys: list[uuid.UUID] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    pages_s: list[float] = field(default_factory=list)


@dataclass
class Race:
    """What happened: ids of committed notices with their instants, and the readers."""

    committed: dict[uuid.UUID, float] = field(default_factory=dict)
    given_up: int = 0
    turned_away: int = 0
    """Writers whom a busy database let wait for too long: nothing stored, and they come again."""
    readers: list[Reader] = field(default_factory=list)
    naive: Reader = field(default_factory=Reader)
    """Follows by instant and id, as feeds often do: loses what commits late."""
    failures: list[BaseException] = field(default_factory=list)


def run(
    app: Flask,
    tender_id: uuid.UUID,
    *,
    writers: int,
    readers: int,
    is_over: Callable[[int], bool],
    wait_s: float,
) -> Race:
    """Let writers write until `is_over(transactions of this writer)`, readers until all is read."""
    race = Race(readers=[Reader() for _ in range(readers)])
    over = threading.Event()
    versions = itertools.count(2)

    def write(number: int) -> None:
        chance, done = random.Random(number), 0
        while not is_over(done):
            _one(app, tender_id, next(versions), chance, race, wait_s)
            done += 1

    def follow(reader: Reader, page: Callable[[Session, Reader], list[Notice]]) -> None:
        quiet = 0
        while quiet < 3:
            was_over = over.is_set()
            found = _read(app, reader, page, race)
            quiet = quiet + 1 if was_over and not found else 0
            time.sleep(wait_s / 4)

    following = [(follow, reader, _by_place) for reader in race.readers]
    following.append((follow, race.naive, _by_instant))
    writing = _started(race, [(write, number) for number in range(writers)])
    reading_ = _started(race, following)
    for thread in writing:
        thread.join(timeout=600)
    over.set()
    for thread in reading_:
        thread.join(timeout=60)
    return race


def _started(race: Race, works: Sequence[tuple[Any, ...]]) -> list[threading.Thread]:
    def guarded(work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except BaseException as error:
            race.failures.append(error)

    threads = [threading.Thread(target=guarded, args=work) for work in works]
    for thread in threads:
        thread.start()
    return threads


def _read(
    app: Flask, reader: Reader, page: Callable[[Session, Reader], list[Notice]], race: Race
) -> int:
    """Read one page and return how many notices it had."""
    started = time.perf_counter()
    with app.app_context(), reading() as session:
        rows = [(row.feed_sequence or 0, row.id) for row in page(session, reader)]
        now = time.time()
    reader.pages_s.append(time.perf_counter() - started)
    for place, key in rows:
        reader.seen.append(place)
        reader.keys.append(key)
        reader.late_s.append(now - race.committed.get(key, now))
    return len(rows)


def _one(
    app: Flask,
    tender_id: uuid.UUID,
    version: int,
    chance: random.Random,
    race: Race,
    wait_s: float,
) -> None:
    try:
        with app.app_context(), unit_of_work() as session:
            notice = _notice(session.get_one(Tender, tender_id), version)
            session.add(notice)
            session.flush()
            time.sleep(chance.random() * wait_s)
            notice.feed_sequence = next_place(session)
            notice.stage = "published"
            session.flush()
            time.sleep(chance.random() * wait_s / 4)
            if chance.random() < 0.1:
                raise GivenUp
    except GivenUp:
        race.given_up += 1
    except DBAPIError as error:
        if disturbance_in(error) is not Disturbance.BUSY:
            raise
        race.turned_away += 1
    else:
        race.committed[notice.id] = time.time()


def _notice(tender: Tender, version: int) -> Notice:
    now = clock.now()
    return Notice(
        id=ids.new_id(),
        notice_uuid=uuid.uuid4(),
        tender_id=tender.id,
        tender_version=version,
        kind="change_notice",
        stage="checked",
        is_current=False,
        title="Änderung",
        summary="",
        buyer_names=[],
        cpv=tender.cpv,
        nature=tender.nature,
        created_at=now,
        sent_at=now,
        published_at=now,
    )


def _by_place(session: Session, reader: Reader) -> list[Notice]:
    after = reader.seen[-1] if reader.seen else 0
    return list(queries.changes_since(session, after, limit=5))


def _by_instant(session: Session, reader: Reader) -> list[Notice]:
    query = select(Notice).where(Notice.stage == "published", Notice.tender_version > 1)
    if reader.keys:
        last = session.get_one(Notice, reader.keys[-1])
        query = query.where(Notice.published_at > last.published_at)
    return list(session.scalars(query.order_by(Notice.published_at).limit(5)))
