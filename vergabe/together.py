"""Short lists of different rows by one statement: to ask costs more than any of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, func, literal_column, null, union_all
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

Listed = tuple[Select[Any], Sequence[ColumnElement[Any]]]
"""A query without an order, and what its rows are ordered by."""
_NUMBER, _PLACE = "list_number", "list_place"


class Together:
    """Lists that are read together, each as its own query would give it.

    One statement asks for all: a row says which list it belongs to and its place there, and is
    empty in the columns of the others.
    """

    def __init__(self, *lists: Listed) -> None:
        types = [[column.type for column in query.selected_columns] for query, _order in lists]
        ends = [2 + sum(map(len, types[: number + 1])) for number in range(len(lists))]
        self._spans = list(zip([2, *ends], ends, strict=False))
        parts = []
        for number, (query, order) in enumerate(lists):
            place: ColumnElement[int] = func.row_number().over(order_by=order)
            columns = [
                column.label(f"c{number}_{at}") for at, column in enumerate(query.selected_columns)
            ]
            before = [sql_cast(null(), each) for of_list in types[:number] for each in of_list]
            behind = [sql_cast(null(), each) for of_list in types[number + 1 :] for each in of_list]
            which = literal_column(str(number), Integer).label(_NUMBER)
            parts.append(
                query.with_only_columns(which, place.label(_PLACE), *before, *columns, *behind)
            )
        self._statement = union_all(*parts).order_by(_NUMBER, _PLACE)

    def read(self, session: Session, asked: Mapping[str, Any]) -> list[list[Any]]:
        """Return the rows of each list; asked: the values of the queries' parameters."""
        found: list[list[Any]] = [[] for _ in self._spans]
        for row in session.execute(self._statement, dict(asked)):
            start, end = self._spans[row[0]]
            found[row[0]].append(row[start:end])
        return found
