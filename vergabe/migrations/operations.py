"""Operations that migrations use instead of alembic's own, so that a running service goes on.

`op.build_index(…)`, `op.remove_index(…)`, `op.add_check(…)` and `op.add_reference(…)` on PostgreSQL
hold no lock that stops readers or writers while they look at every row; on SQLite, where one writer
is all there is, they are the plain ones.

On PostgreSQL each commits what it did. So a migration with one of them consists of nothing else
(its number ends in a letter: 0007b does what 0007 left), and each may be done twice: one that was
killed, or gave way, is simply run again.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations


@Operations.register_operation("build_index")
class BuildIndex(MigrateOperation):
    """An index on a table that has rows already."""

    def __init__(
        self,
        name: str,
        table: str,
        columns: Sequence[str | sa.TextClause],
        *,
        unique: bool = False,
        where: str | None = None,
        postgresql_using: str | None = None,
    ) -> None:
        self.name, self.table, self.columns = name, table, list(columns)
        self.options: dict[str, Any] = {"unique": unique}
        if where is not None:
            self.options |= {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
        if postgresql_using is not None:
            self.options["postgresql_using"] = postgresql_using

    @classmethod
    def build_index(
        cls, operations: Operations, name: str, table: str, columns: Sequence[Any], **options: Any
    ) -> None:
        """Build an index beside those who read and write (CREATE INDEX CONCURRENTLY).

        An attempt that died leaves an index that nobody uses; it is removed first.
        """
        operations.invoke(cls(name, table, columns, **options))


@Operations.implementation_for(BuildIndex)
def build_index(operations: Operations, wanted: BuildIndex) -> None:
    context = operations.get_context()
    if context.dialect.name != "postgresql":
        operations.create_index(wanted.name, wanted.table, wanted.columns, **wanted.options)
        return
    with context.autocommit_block():
        # It waits for transactions that were there before, and holds nobody up while it does.
        operations.execute("SET lock_timeout = 0")
        operations.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{wanted.name}"')
        operations.create_index(
            wanted.name,
            wanted.table,
            wanted.columns,
            postgresql_concurrently=True,
            **wanted.options,
        )
        operations.execute("RESET lock_timeout")


@Operations.register_operation("remove_index")
class RemoveIndex(MigrateOperation):
    """An index that another one replaces."""

    def __init__(self, name: str, table: str) -> None:
        self.name, self.table = name, table

    @classmethod
    def remove_index(cls, operations: Operations, name: str, table: str) -> None:
        """Remove an index without waiting in front of those who read and write."""
        operations.invoke(cls(name, table))


@Operations.implementation_for(RemoveIndex)
def remove_index(operations: Operations, wanted: RemoveIndex) -> None:
    context = operations.get_context()
    if context.dialect.name != "postgresql":
        operations.drop_index(wanted.name, wanted.table)
        return
    with context.autocommit_block():
        operations.execute("SET lock_timeout = 0")
        operations.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{wanted.name}"')
        operations.execute("RESET lock_timeout")


@Operations.register_operation("add_check")
class AddCheck(MigrateOperation):
    """A CHECK constraint on a table that has rows already."""

    def __init__(self, name: str, table: str, condition: str) -> None:
        self.name, self.table, self.condition = name, table, condition

    @classmethod
    def add_check(cls, operations: Operations, name: str, table: str, condition: str) -> None:
        """Add a CHECK: new rows obey at once, old ones are looked at without stopping anybody."""
        operations.invoke(cls(name, table, condition))


@Operations.implementation_for(AddCheck)
def add_check(operations: Operations, wanted: AddCheck) -> None:
    context = operations.get_context()
    if context.dialect.name != "postgresql":
        with operations.batch_alter_table(wanted.table) as batch:
            batch.create_check_constraint(operations.f(wanted.name), wanted.condition)
        return
    _constrain(operations, wanted.table, wanted.name, f"CHECK ({wanted.condition})")


@Operations.register_operation("add_reference")
class AddReference(MigrateOperation):
    """A foreign key to another table's `id`, from a table that has rows already."""

    def __init__(self, name: str, table: str, column: str, referred: str) -> None:
        self.name, self.table, self.column, self.referred = name, table, column, referred

    @classmethod
    def add_reference(
        cls, operations: Operations, name: str, table: str, column: str, referred: str
    ) -> None:
        """Add a foreign key as `add_check` adds a CHECK."""
        operations.invoke(cls(name, table, column, referred))


@Operations.implementation_for(AddReference)
def add_reference(operations: Operations, wanted: AddReference) -> None:
    if operations.get_context().dialect.name != "postgresql":
        with operations.batch_alter_table(wanted.table) as batch:
            batch.create_foreign_key(
                operations.f(wanted.name), wanted.referred, [wanted.column], ["id"]
            )
        return
    reference = f'FOREIGN KEY ("{wanted.column}") REFERENCES "{wanted.referred}" (id)'
    _constrain(operations, wanted.table, wanted.name, reference)


def _constrain(operations: Operations, table: str, name: str, constraint: str) -> None:
    """Let new rows obey at once; old ones are looked at while everybody goes on."""
    with operations.get_context().autocommit_block():
        operations.execute(
            f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}",'
            f' ADD CONSTRAINT "{name}" {constraint} NOT VALID'
        )
        operations.execute(f'ALTER TABLE "{table}" VALIDATE CONSTRAINT "{name}"')
