"""Copying rows: what passes to the successor is a row of its own, the old one stays as it was."""

from typing import Any, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.db import Base

Row = TypeVar("Row", bound=Base)


def copied(session: Session, row: Row, **changed: Any) -> Row:
    """Return a new stored row with the columns of another one, except those named."""
    kind = type(row)
    values = {
        attribute.key: getattr(row, attribute.key)
        for attribute in inspect(kind).column_attrs
        if attribute.key not in ("id", "version")
        and getattr(attribute.columns[0], "computed", None) is None
    }
    found = kind(id=ids.new_id(), **(values | changed))
    session.add(found)
    session.flush()
    return found
