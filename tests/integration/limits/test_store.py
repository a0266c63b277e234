"""Counting that all processes share: one statement, on both databases."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.conftest import NOON
from vergabe.limits.hooks import store_of
from vergabe.limits.rules import Limit
from vergabe.limits.store import Store, Wish

TEN = Limit(10, 60)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def store(own_app: Flask) -> Iterator[Store]:
    found = store_of(own_app)
    yield found
    found.close()


def test_a_burst_is_free_then_one_every_step_and_the_wait_is_said(store: Store) -> None:
    wish = [Wish(store.key("search.address", "198.51.100.1"), TEN)]
    assert [store.take(wish, now=NOON)[0].count for _ in range(10)] == [1] * 10
    refused = store.take(wish, now=NOON)[0]
    assert (refused.count, refused.wait_seconds) == (0, 6)
    assert store.take(wish, now=NOON + 5 * SECOND)[0].wait_seconds == 1
    assert store.take(wish, now=NOON + 6 * SECOND)[0].count == 1
    assert store.take(wish, now=NOON + 6 * SECOND)[0].count == 0
    assert [store.take(wish, now=NOON + 120 * SECOND)[0].count for _ in range(11)] == [1] * 10 + [0]


def test_refused_requests_do_not_make_the_wait_longer(store: Store) -> None:
    wish = [Wish("k", TEN, count=10)]
    store.take(wish, now=NOON)
    waits = {store.take([Wish("k", TEN)], now=NOON)[0].wait_seconds for _ in range(50)}
    assert waits == {6}


def test_clock_that_was_hours_ahead_locks_out_nobody_when_it_is_right_again(store: Store) -> None:
    wish = [Wish("k", TEN)]
    assert store.take(wish, now=NOON + dt.timedelta(hours=3))[0].count == 1
    refused = store.take(wish, now=NOON)[0]
    assert (refused.count, refused.wait_seconds) == (0, 6)
    assert store.take(wish, now=NOON + 6 * SECOND)[0].count == 1
    assert store.take([Wish("k", TEN, count=10)], now=NOON + 66 * SECOND)[0].count == 10


def test_as_much_as_is_free_is_given_of_many(store: Store) -> None:
    assert store.take([Wish("k", TEN, count=7)], now=NOON)[0].count == 7
    partly = store.take([Wish("k", TEN, count=7)], now=NOON)[0]
    assert partly.count == 3
    assert partly.wait_seconds == 6
    assert store.take([Wish("other", TEN, count=50)], now=NOON)[0].count == 10


def test_several_limits_are_counted_in_one_statement_each_by_itself(store: Store) -> None:
    wishes = [Wish("a", Limit(1, 60)), Wish("b", Limit(5, 60))]
    assert [grant.count for grant in store.take(wishes, now=NOON)] == [1, 1]
    assert [grant.count for grant in store.take(wishes, now=NOON)] == [0, 1]
    assert store.take(wishes, now=NOON)[0].wait_seconds == 60


def test_processes_that_ask_at_once_get_no_more_than_the_limit(
    own_app: Flask, store: Store
) -> None:
    settings = own_app.extensions["vergabe_settings"]
    stores = [Store(settings.database_url, settings.data, settings.secret_key) for _ in range(4)]
    store.take([Wish("warm", TEN)], now=NOON)
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(
                lambda n: stores[n % 4].take([Wish("k", Limit(25, 60))], now=NOON)[0].count,
                range(80),
            )
        )
    for each in stores:
        each.close()
    assert Counter(found) == {1: 25, 0: 55}


def test_old_rows_are_forgotten_and_no_address_stands_in_the_table(store: Store) -> None:
    key = store.key("login.address", "198.51.100.1")
    assert "198" not in key
    assert key != store.key("search.address", "198.51.100.1")
    store.take([Wish(key, TEN)], now=NOON)
    assert store.forget_old(now=NOON) == 0
    assert store.forget_old(now=NOON + 7 * SECOND) == 1


def test_store_that_cannot_be_asked_refuses_nobody(tmp_path: object) -> None:
    from pathlib import Path

    store = Store("sqlite:///x", Path("/nowhere/at/all"), "x" * 40)
    assert store.take([Wish("k", TEN)], now=NOON)[0].count == 1
