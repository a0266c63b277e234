"""Every page, list and file once on PostgreSQL: what is tested on SQLite alone is SQL of both."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.conftest import supposing
from tests.factories import world as worlds
from tests.factories.world import World

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def standing_world(session_app: Flask) -> Iterator[World]:
    with worlds.standing(session_app) as found:
        yield found


def test_no_route_that_reads_breaks_on_this_database(
    session_app: Flask, standing_world: World
) -> None:
    answers: dict[str, int] = {}
    for rule in worlds.rules(session_app):
        if "GET" not in (rule.methods or ()):
            continue
        visitor = worlds.visitors(session_app, rule, standing_world)[-1]
        for address in worlds.addresses(session_app, rule, standing_world)[:1]:
            with supposing(session_app):
                answers[address] = visitor.open("GET", address).status_code
    assert {address: status for address, status in answers.items() if status >= 500} == {}
    assert sum(status == 200 for status in answers.values()) > len(answers) / 2
