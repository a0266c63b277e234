"""The feed loses nothing, whoever writes at the same time, on both databases."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import feed_race
from tests.conftest import application_of_its_own
from tests.factories import tenders
from vergabe.db import unit_of_work
from vergabe.engines import DatabaseSettings
from vergabe.files import current
from vergabe.notices.places import next_place


@pytest.fixture
def own_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application of its own with a connection for each of twenty writers."""
    wanted = DatabaseSettings(pool_size=24, pool_wait_seconds=60)
    with application_of_its_own(database_url, tmp_path, database=wanted) as app:
        yield app


@pytest.fixture
def tender_id(own_app: Flask) -> uuid.UUID:
    with own_app.app_context(), unit_of_work() as session:
        return tenders.published(session, current.store()).id


def test_readers_see_every_notice_once_and_in_order_while_twenty_write(
    own_app: Flask, tender_id: uuid.UUID
) -> None:
    race = feed_race.run(
        own_app, tender_id, writers=20, readers=2, is_over=lambda done: done >= 4, wait_s=0.02
    )
    assert race.failures == []
    assert race.given_up > 0, "some transactions fail after they took their place"
    assert len(race.committed) + race.given_up + race.turned_away == 80
    for reader in race.readers:
        # Place 1 is the notice that was there before.
        assert reader.seen == list(range(1, len(race.committed) + 2))
        assert set(race.committed) < set(reader.keys)


def test_who_takes_a_place_waits_for_who_took_one_before(own_app: Flask) -> None:
    taken, go_on, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with own_app.app_context(), unit_of_work() as session:
            place = next_place(session)
            taken.set()
            go_on.wait(timeout=120)
            order.append(place)

    def second() -> None:
        taken.wait(timeout=120)
        with own_app.app_context(), unit_of_work() as session:
            order.append(next_place(session))

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    taken.wait(timeout=120)
    threads[1].join(timeout=0.4)
    assert order == [], "the second has no place while the first has not committed"
    go_on.set()
    for thread in threads:
        thread.join(timeout=120)
    assert order == [1, 2]
