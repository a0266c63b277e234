"""`vergabe pool propose`, and people deciding in the same second, on a database of their own."""

import threading
from collections.abc import Callable

import orjson
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import access, pools
from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Role
from vergabe.app import create_app
from vergabe.cli import main
from vergabe.db import db, unit_of_work
from vergabe.errors import DomainError
from vergabe.pools import changing, joining
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.model import Joining, Pool
from vergabe.settings import Settings


@pytest.fixture
def scratch(scratch: Settings) -> Flask:
    """An application on an empty database file; commands find it through the environment."""
    return create_app(scratch)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["pool", "propose", "--cooperation", "dlz", *arguments])


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Pool)) or 0


def test_dry_run_stores_nothing_and_twice_makes_nothing_twice(scratch: Flask) -> None:
    with scratch.app_context(), unit_of_work() as session:
        pools.towns_with_engines(session)
    dry = run("--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "neu: Löschfahrzeuge" in dry.stdout
    assert "1 Stück  Löschgruppenfahrzeug LF 20" in dry.stdout
    assert stored(scratch) == 0
    for _ in range(2):
        (found,) = orjson.loads(run("--json").stdout)
        assert len(found["members"]) == 3
        assert found["law"]["reaches_threshold"]
        assert found["against"][0]["code"] == "threshold_reached"
    assert stored(scratch) == 1
    unknown = run("--area", "keins")
    assert unknown.exit_code == 1
    assert "Aufgabengebiet" in unknown.stderr


def test_of_two_coordinators_at_once_one_wins(scratch: Flask) -> None:
    with scratch.app_context(), unit_of_work() as session:
        cooperation, demands = pools.towns_with_engines(session)
        pool = pools.proposed_pool(session, cooperation, demands)
        actor = access.actor(session, cooperation.lead, Role.COORDINATOR)
        pool_id = pool.id
        version = pool.version

    def start(session: Session) -> None:
        changing.start_consultation(session, actor, pool_id, version=version, now=clock.now())

    def reject(session: Session) -> None:
        changing.reject(session, actor, pool_id, "Grund", version=version, now=clock.now())

    codes = at_once(scratch, [start, reject])
    assert sorted(codes) == ["done", "stale_version"]


def test_members_that_join_at_once_are_all_in(scratch: Flask) -> None:
    with scratch.app_context(), unit_of_work() as session:
        cooperation, demands = pools.towns_with_engines(session)
        pool_id = pools.joining_pool(session, cooperation, demands).id
        said: list[tuple[Actor, JoiningEntry]] = [
            (
                access.actor(session, demand.organisation, Role.RELEASER),
                JoiningEntry({item.id: item.quantity for item in demand.items}, "Ratsbeschluss"),
            )
            for demand in demands
        ]

    def joins(actor: Actor, entry: JoiningEntry) -> Callable[[Session], object]:
        return lambda session: joining.join(session, actor, pool_id, entry, now=clock.now())

    # Everybody clicks twice.
    codes = at_once(scratch, [joins(*each) for each in said * 2])
    assert set(codes) == {"done"}
    with scratch.app_context():
        assert db.session.scalar(select(func.count()).select_from(Joining)) == 3


def at_once(app: Flask, commands: list[Callable[[Session], object]]) -> list[str]:
    """Run commands in threads that start together; return `done` or the code of each refusal."""
    codes: list[str] = []
    barrier = threading.Barrier(len(commands))

    def work(command: Callable[[Session], object]) -> None:
        barrier.wait(timeout=120)
        try:
            with app.app_context(), unit_of_work() as session:
                command(session)
            codes.append("done")
        except DomainError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=work, args=(command,)) for command in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes
