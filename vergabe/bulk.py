"""Many rows in one statement: what is told to thousands at once is written at once.

The rows go to the database as one JSON document, which it takes apart several times as fast as a
driver hands over their values one by one; what is the same in all of them goes once.
"""

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    FromClause,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    select,
    true,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from vergabe.db import Base

_ROWS: Final = "bulk_rows"
# A row has no NUL: PostgreSQL refuses it, and SQLite would end the text there.
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def insert_all(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    common: Mapping[str, Any],
) -> None:
    """Insert rows, all of the same columns, in their order; nothing for none.

    rows: values that JSON knows, and ids; common: columns of any type that are the same in all.
    Defaults of the model are not filled in. IntegrityError as for any INSERT.
    """
    if rows:
        statement = _insert(model, _dialect(session), tuple(rows[0]), tuple(common), False)
        session.execute(statement, {_ROWS: _document(rows), **common})


def insert_new(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    common: Mapping[str, Any],
) -> set[uuid.UUID]:
    """Insert those of the rows that no unique constraint knows; return the ids of these.

    Otherwise as `insert_all`; the model has a column `id`.
    """
    if not rows:
        return set()
    statement = _insert(model, _dialect(session), tuple(rows[0]), tuple(common), True)
    return set(session.scalars(statement, {_ROWS: _document(rows), **common}))


def among(
    session: Session,
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    values: Iterable[uuid.UUID] | Iterable[str],
) -> ColumnElement[bool]:
    """Return the condition that a column is one of these ids or texts, however many they are.

    PostgreSQL looks each of them up in an index even where it does not know yet how large the table
    has become; a joined list it would not.
    """
    asked = list(values)
    are_ids = isinstance(column.type, Uuid)
    if _dialect(session) == "postgresql" and are_ids:
        # As one text, which the driver hands over much faster than so many values; taken apart in
        # a query of its own, and so once: elsewhere it would be for every row that is looked at.
        array = bindparam(None, f"{{{','.join(map(str, asked))}}}", type_=Text())
        once = select(sql_cast(array, ARRAY(Uuid()))).scalar_subquery()
        return column == any_(sql_cast(once, ARRAY(Uuid())))
    if _dialect(session) == "postgresql":
        return column == any_(bindparam(None, asked, type_=ARRAY(Text())))
    document = bindparam(None, orjson.dumps(asked).decode(), type_=Text())
    found = func.json_each(document).table_valued("value").c.value
    return column.in_(select(func.replace(found, "-", "") if are_ids else found))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _document(rows: Sequence[Mapping[str, Any]]) -> str:
    document = orjson.dumps(rows)
    if rb"\u0000" in document and _NUL.search(document):
        raise ValueError("a text has no NUL")
    return document.decode()


@lru_cache(maxsize=64)
def _insert(
    model: type[Base],
    dialect: str,
    varying: tuple[str, ...],
    common: tuple[str, ...],
    is_only_new: bool,
) -> Any:
    """Return the statement, made once for each set of columns."""
    table = cast(Table, model.__table__)
    types = {name: table.c[name].type for name in varying}
    values = _records_of_postgresql(types) if dialect == "postgresql" else _records_of_sqlite(types)
    same = [bindparam(name, type_=table.c[name].type) for name in common]
    # A condition keeps SQLite from taking ON CONFLICT for a part of a join.
    records = select(*values, *same).where(true())
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table).from_select([*varying, *common], records, include_defaults=False)
    return statement.on_conflict_do_nothing().returning(table.c.id) if is_only_new else statement


def _records_of_postgresql(types: Mapping[str, TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    document = sql_cast(bindparam(_ROWS, type_=Text()), JSON())
    columns = [column(name, type_) for name, type_ in types.items()]
    records: FromClause = (
        func.json_to_recordset(document)
        .table_valued(*columns, name="records")
        .render_derived(with_types=True)
    )
    return list(records.c)


def _records_of_sqlite(types: Mapping[str, TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    each = func.json_each(bindparam(_ROWS, type_=Text())).table_valued("value").c.value
    return [_of_sqlite(each, name, type_) for name, type_ in types.items()]


def _of_sqlite(each: ColumnElement[Any], name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    found: ColumnElement[Any] = func.json_extract(each, f"$.{name}")
    return func.replace(found, "-", "") if isinstance(type_, Uuid) else found
