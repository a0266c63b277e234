"""Many rows in one statement: what is told to thousands at once is written at once.

The rows go to the database as JSON, which it takes apart several times as fast as a driver hands
over their values one by one; what is the same in all of them goes once. On PostgreSQL each column
is a document of its own, without the names in every row: taken apart in half the time.
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
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
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
        statement, facts = _made(session, model, rows, common, is_only_new=False)
        session.execute(statement, facts)


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
    statement, facts = _made(session, model, rows, common, is_only_new=True)
    return set(session.scalars(statement, facts))


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


def _made(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    common: Mapping[str, Any],
    *,
    is_only_new: bool,
) -> tuple[Any, dict[str, Any]]:
    """Return the statement that inserts the rows, and its values."""
    dialect = _dialect(session)
    statement = _insert(model, dialect, tuple(rows[0]), tuple(common), is_only_new)
    if dialect == "postgresql":
        documents = {_of(name): _document([row[name] for row in rows]) for name in rows[0]}
    else:
        documents = {_ROWS: _document(rows)}
    return statement, {**documents, **common}


def _of(name: str) -> str:
    """Return the name of the document of a column."""
    return f"{_ROWS}_{name}"


def _document(values: Sequence[Any]) -> bytes:
    # It stays in UTF-8: as a text of Python it would be read and written once more.
    document = orjson.dumps(values)
    if rb"\u0000" in document and _NUL.search(document):
        raise ValueError("a text has no NUL")
    return document


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
    return [_of_postgresql(name, type_) for name, type_ in types.items()]


def _of_postgresql(name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return the values of a column, one a row: such functions go on side by side."""
    text = func.convert_from(bindparam(_of(name), type_=LargeBinary()), "UTF8")
    document = sql_cast(text, JSON())
    if isinstance(type_, JSON):
        return sql_cast(func.json_array_elements(document), type_)
    found: ColumnElement[Any] = func.json_array_elements_text(document)
    # A text that is too long is refused by its column; a cast would cut it off.
    return found if isinstance(type_, String) else sql_cast(found, type_)


def _records_of_sqlite(types: Mapping[str, TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    document = sql_cast(bindparam(_ROWS, type_=LargeBinary()), Text())
    each = func.json_each(document).table_valued("value").c.value
    return [_of_sqlite(each, name, type_) for name, type_ in types.items()]


def _of_sqlite(each: ColumnElement[Any], name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    found: ColumnElement[Any] = func.json_extract(each, f"$.{name}")
    return func.replace(found, "-", "") if isinstance(type_, Uuid) else found
