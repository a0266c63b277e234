"""What statements an application emits, and how PostgreSQL would answer them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, text

_READS: Final = ("SELECT", "WITH", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent, with the place that sent it first."""

    sql: str
    parameters: Any
    place: str


@dataclass(frozen=True)
class Scan:
    """A table that a statement reads from end to end."""

    table: str
    statement: Statement
    condition: str

    def __str__(self) -> str:
        sql = " ".join(self.statement.sql.split())
        _, _, behind = sql.rpartition(" FROM ")
        where = f"{self.table} by {self.statement.place}, filter {self.condition[:300]}"
        return f"{where}: {sql[:100]} … FROM {behind[:400]}"


class Listener:
    """Notes each statement once, under the place that is set."""

    def __init__(self) -> None:
        self.place = ""
        self.statements: dict[str, Statement] = {}

    def note(
        self, _connection: Any, _cursor: Any, sql: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if not many and sql.lstrip().upper().startswith(_READS):
            self.statements.setdefault(sql, Statement(sql, parameters, self.place))


@contextmanager
def listening(engine: Engine) -> Iterator[Listener]:
    """Give a listener that notes what is sent to the database meanwhile."""
    listener = Listener()
    event.listen(engine, "before_cursor_execute", listener.note)
    try:
        yield listener
    finally:
        event.remove(engine, "before_cursor_execute", listener.note)


def large_tables(connection: Connection, rows: int) -> set[str]:
    """Return the tables with at least so many rows, as ANALYZE left it."""
    query = text(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= :rows "
        "AND relnamespace = 'public'::regnamespace"
    )
    return set(connection.scalars(query, {"rows": rows}))


def scans(
    connection: Connection, statements: Sequence[Statement], tables: set[str]
) -> Iterator[Scan]:
    """Yield where a statement would read one of these tables from end to end."""
    for statement in statements:
        explained = connection.exec_driver_sql(
            f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.parameters
        ).scalar_one()
        plan = json.loads(explained) if isinstance(explained, str) else explained
        for node in _nodes(plan[0]["Plan"]):
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in tables:
                yield Scan(node["Relation Name"], statement, node.get("Filter", "none"))


def long_reads(
    connection: Connection, statements: Sequence[Statement], most: int
) -> Iterator[Scan]:
    """Yield where a statement goes through more than `most` rows of a table, by whatever index.

    The statements run once more for it, and what they change is taken back.
    """
    for statement in statements:
        with connection.begin_nested() as attempt:
            explained = connection.exec_driver_sql(
                f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.sql}", statement.parameters
            ).scalar_one()
            attempt.rollback()
        plan = json.loads(explained) if isinstance(explained, str) else explained
        for node in _nodes(plan[0]["Plan"]):
            read = _rows_read(node)
            if read > most:
                condition = node.get("Index Cond", "") + " " + node.get("Filter", "")
                yield Scan(node["Relation Name"], statement, f"{read:,.0f} rows by {condition}")


def _rows_read(node: dict[str, Any]) -> float:
    """Return the rows of a table that a node has looked at; 0 for what reads no table."""
    if "Relation Name" not in node or node["Node Type"] == "ModifyTable":
        return 0
    thrown_away = (
        node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck", "Join Filter")
    )
    found: float = (node["Actual Rows"] + sum(thrown_away)) * node["Actual Loops"]
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)
