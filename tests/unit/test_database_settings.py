"""How long who waits for the database: settings, engine options, and what an error means."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, exc, text
from sqlalchemy.exc import OperationalError

from vergabe.disturbances import Disturbance, disturbance_in
from vergabe.engines import DatabaseSettings, Process, engine_options
from vergabe.settings import Settings, SettingsError

POSTGRESQL = "postgresql+psycopg://u@localhost/vergabe"
GOOD = {"VERGABE_SECRET_KEY": "x" * 40, "VERGABE_DATABASE_URL": POSTGRESQL}


def test_each_kind_of_process_has_its_own_patience() -> None:
    said = {
        process: engine_options(POSTGRESQL, process)["connect_args"]["options"]
        for process in Process
    }
    assert len(set(said.values())) == len(Process)
    assert "lock_timeout=3s" in said[Process.MIGRATION]
    assert "statement_timeout=30s" in said[Process.WEB]


def test_no_page_waits_for_helpers_or_for_a_compiled_plan() -> None:
    said = {
        process: engine_options(POSTGRESQL, process)["connect_args"]["options"]
        for process in Process
    }
    assert all("jit=off" in options for options in said.values())
    alone = {
        process
        for process, options in said.items()
        if "max_parallel_workers_per_gather=0" in options
    }
    assert alone == {Process.WEB}


def test_a_replica_is_read_only() -> None:
    options = engine_options(POSTGRESQL, Process.EXPORT, is_replica=True)
    assert "default_transaction_read_only=on" in options["connect_args"]["options"]


def test_a_file_has_as_many_connections_as_a_server_and_memory_has_one(tmp_path: Path) -> None:
    wanted = DatabaseSettings(pool_size=3, pool_overflow=0, pool_wait_seconds=1)
    file = engine_options(f"sqlite:///{tmp_path}/x.db", wanted=wanted)
    assert (file["pool_size"], file["max_overflow"], file["pool_timeout"]) == (3, 0, 1)
    engine = create_engine(f"sqlite:///{tmp_path}/x.db", **file)
    with engine.connect(), engine.connect(), engine.connect(), pytest.raises(exc.TimeoutError):
        engine.connect()
    for memory in ("sqlite://", "sqlite:///:memory:"):
        assert "pool_size" not in engine_options(memory, wanted=wanted)


def test_an_operator_sets_time_outs_pool_and_replica() -> None:
    found = Settings.from_environment(
        GOOD
        | {
            "VERGABE_WEB_LOCK_SECONDS": "4",
            "VERGABE_POOL_SIZE": "3",
            "VERGABE_REPLICA_URL": f"{POSTGRESQL}2",
        }
    ).database
    assert found.patience[Process.WEB].lock_seconds == 4
    assert found.patience[Process.WORKER] == DatabaseSettings().patience[Process.WORKER]
    assert (found.pool_size, found.replica_url) == (3, f"{POSTGRESQL}2")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"VERGABE_WEB_LOCK_SECONDS": "bald"}, "VERGABE_WEB_LOCK_SECONDS muss eine ganze Zahl"),
        ({"VERGABE_POOL_SIZE": "0"}, "ab 1"),
        (
            {"VERGABE_DATABASE_URL": "sqlite:///x", "VERGABE_REPLICA_URL": POSTGRESQL},
            "gilt nur mit PostgreSQL",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment(GOOD | wrong)


def test_sqlite_that_is_locked_is_busy_and_a_missing_table_is_our_mistake(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite'}"
    first, second = (create_engine(url, connect_args={"timeout": 0}) for _ in range(2))
    with first.connect() as holder, second.connect() as rival:
        holder.exec_driver_sql("CREATE TABLE t (x)")
        holder.commit()
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError) as locked:
            rival.exec_driver_sql("BEGIN IMMEDIATE")
        holder.rollback()
        with pytest.raises(OperationalError) as missing:
            rival.execute(text("SELECT * FROM nowhere"))
    assert disturbance_in(locked.value) is Disturbance.BUSY
    assert disturbance_in(missing.value) is None
