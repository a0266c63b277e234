"""The database: base class, column types with units in their names, and the unit of work."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as RoutableSession
from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    CompoundSelect,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from vergabe import clock, ids
from vergabe.connections import configure, will_write, writing
from vergabe.disturbances import disturbance_in

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
QUANTITY_SCALE: Final = 10_000


class Base(DeclarativeBase):
    """Base of all tables; constraint names follow one convention from the first migration on."""

    metadata = MetaData(naming_convention=NAMING)


REPLICA: Final = "replica"
_asks_replica: ContextVar[bool] = ContextVar("vergabe_asks_replica", default=False)
_reads_singly: ContextVar[bool] = ContextVar("vergabe_reads_singly", default=False)
_SINGLY: Final = "vergabe_singly"
"""Key of what says for an engine which one makes each statement a transaction of its own."""


class _OurSession(RoutableSession):
    """Reads from the copy while `asking_replica` says so; everything else is the primary's.

    While `reading_singly` says so, a SELECT is a transaction of its own, until one is needed.
    """

    def get_bind(
        self,
        mapper: Any = None,
        clause: Any = None,
        bind: Engine | Connection | None = None,
        **kwargs: Any,
    ) -> Engine | Connection:
        if _asks_replica.get():
            return db.engines[REPLICA]
        found = super().get_bind(mapper, clause, bind, **kwargs)
        if will_write.get() or not _reads_singly.get() or not isinstance(found, Engine):
            return found
        if _SINGLY not in self.info and _is_plain_select(clause):
            singly: dict[Engine, Engine] = current_app.extensions.get(_SINGLY, {})
            return singly.get(found, found)
        # From now on all of this session sees what it has written, and what it has locked.
        self.info[_SINGLY] = False
        return found

    def rollback(self) -> None:
        """Undo what was written; where the connection is lost, that has happened already.

        Whoever rolls back has an error in hand, which this must not take the place of.
        """
        try:
            super().rollback()
        except DBAPIError as error:
            if disturbance_in(error) is None:
                raise
            self.invalidate()


def _is_plain_select(clause: Any) -> bool:
    """Return whether a statement only reads, locks nothing and is fetched at once."""
    return (
        isinstance(clause, Select | CompoundSelect)
        and clause._for_update_arg is None
        and "yield_per" not in clause.get_execution_options()
    )


# Rows stay readable after the commit: an answer is written from them without asking again.
db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "class_": _OurSession},
)


@contextlib.contextmanager
def asking_replica() -> Iterator[None]:
    """Let statements inside go to the copy, which lags: nothing that decides may stand here."""
    token = _asks_replica.set(True)
    try:
        yield
    finally:
        _asks_replica.reset(token)


@contextlib.contextmanager
def reading_singly() -> Iterator[None]:
    """Let each SELECT inside be a transaction of its own: two round trips less (PostgreSQL only).

    In READ COMMITTED each statement sees what is committed when it begins, whether a transaction
    is around it or not. What writes, locks or is fetched bit by bit gets one as ever.
    """
    token = _reads_singly.set(True)
    try:
        yield
    finally:
        _reads_singly.reset(token)


if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An instant: only aware values go in, aware UTC comes out, microseconds are kept."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[dt.datetime]:
        """Lists ask it what stands in a column: of its own a decorator does not tell."""
        return dt.datetime

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def quantity_as_kept(value: Decimal | None) -> int | None:
    """Return a quantity as the database keeps it; ValueError if it has more than four decimals."""
    if value is None:
        return None
    scaled = value * QUANTITY_SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError("a quantity has at most four decimals")
    return int(scaled)


class ExactQuantity(TypeDecorator[Decimal]):
    """A quantity with up to four decimals, kept as a whole number: SQLite would round it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return quantity_as_kept(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else (Decimal(value) / QUANTITY_SCALE).normalize() + 0


PlainJson = JSON().with_variant(JSONB(), "postgresql")

Id = Annotated[uuid.UUID, mapped_column(Uuid, primary_key=True, default=ids.new_id)]
Instant = Annotated[dt.datetime, mapped_column(UtcDateTime)]
Day = Annotated[dt.date, mapped_column(Date)]
Cents = Annotated[int, mapped_column(BigInteger)]
Quantity = Annotated[Decimal, mapped_column(ExactQuantity)]
Code = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(400))]
LongText = Annotated[str, mapped_column(Text)]
Sha256 = Annotated[str, mapped_column(String(64))]
JsonDict = Annotated[dict[str, Any], mapped_column(PlainJson)]
JsonList = Annotated[list[Any], mapped_column(PlainJson)]
Serial = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
]


@contextlib.contextmanager
def unit_of_work() -> Iterator[Session]:
    """Give the session of one job outside the web: commit at the end, roll back on any error.

    Needs an application context. The clock stands still inside.
    """
    session: Session = db.session()
    session.rollback()
    with writing(), clock.fixed():
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """Give the session of a job that only reads; nothing is ever committed."""
    session: Session = db.session()
    session.rollback()
    with clock.fixed():
        try:
            yield session
        finally:
            session.rollback()
            session.close()


def set_up(app: Flask) -> None:
    """Set up the database of an application, and its copy if there is one."""
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            configure(engine)
        if db.engine.dialect.name == "postgresql":
            singly = db.engine.execution_options(isolation_level="AUTOCOMMIT")
            app.extensions[_SINGLY] = {db.engine: singly}


def insert_unless_there(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless a unique constraint says it is there; return whether it was inserted.

    Never fails on a duplicate, also when two transactions do it at once.
    """
    statement = upsert(session, model).values(values).on_conflict_do_nothing()
    first_key = next(iter(model.__table__.primary_key))
    return session.execute(statement.returning(first_key)).first() is not None


def upsert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT of the session's database that can say what to do `on_conflict_…`."""
    return upsert_on(session.get_bind().dialect.name, model)


def upsert_on(dialect: str, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return the same INSERT for a dialect: one that can be made once and kept."""
    table = model.__table__
    assert isinstance(table, Table)
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def append_only(model: type[Model]) -> None:
    """Refuse UPDATE and DELETE on the table of `model`, in either database itself."""
    guard(model, columns=None)


# Table → guarded columns (None: all); a test compares the migrations with it.
GUARDED: Final[dict[str, tuple[str, ...] | None]] = {}


def guard(model: type[Model], columns: tuple[str, ...] | None) -> None:
    """Refuse DELETE, and UPDATE of `columns` (None: of any column), on the table of `model`.

    The triggers are created with the table; the migrations write the same statements.
    """
    table = cast(Table, model.__table__)
    GUARDED[table.name] = columns
    for dialect in ("sqlite", "postgresql"):
        for statement in guard_statements(table.name, columns, dialect):
            # A literal percent sign would be taken for formatting by DDL.
            ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # theirs
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))


def guard_statements(name: str, columns: tuple[str, ...] | None, dialect: str) -> list[str]:
    """Return the statements that make `name` append-only, for `sqlite` or `postgresql`."""
    of_columns = f" OF {', '.join(columns)}" if columns else ""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name}_keeps_{verb.lower()} BEFORE {verb}{target} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} is append only'); END"
            for verb, target in (("UPDATE", of_columns), ("DELETE", ""))
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}_keeps() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{name} is append only'; END $$",
        f"CREATE TRIGGER {name}_keeps_update BEFORE UPDATE{of_columns} ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}_keeps()",
        f"CREATE TRIGGER {name}_keeps_delete BEFORE DELETE ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION {name}_keeps()",
    ]
