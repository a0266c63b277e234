"""Which review body (Vergabekammer) is competent for a buyer (§§ 156, 158 GWB)."""

import datetime as dt
from dataclasses import dataclass

from vergabe.law import tables
from vergabe.law.tables import Row


@dataclass(frozen=True, kw_only=True)
class ReviewBodyRow(Row):
    """A chamber with its address as notices carry it.

    land: two letters; key_prefixes: beginnings of the official municipality key for which it is
    competent, empty: the whole Land; registration_number: BT-501, empty where none is known.
    """

    land: str
    name: str
    postcode: str
    city: str
    nuts: str
    street: str = ""
    registration_number: str = ""
    key_prefixes: tuple[str, ...] = ()


def rows() -> tuple[ReviewBodyRow, ...]:
    """Return all rows of the table."""
    return tables.rows("review_bodies", ReviewBodyRow)


def competent(land: str, municipality_key: str, on: dt.date) -> ReviewBodyRow | None:
    """Return the chamber for a buyer in a procedure begun on a legal day.

    None where the table knows none, or where the Land has several and the key (AGS) fits no one:
    then a person has to name it. Law: §§ 156, 158 GWB and the rules of the Länder.
    """
    found = [
        row
        for row in rows()
        if row.land == land
        and row.is_in_force(on)
        and (not row.key_prefixes or municipality_key.startswith(row.key_prefixes))
    ]
    return max(found, key=lambda row: row.in_force_from, default=None)


def named(name: str, on: dt.date) -> ReviewBodyRow | None:
    """Return the chamber that somebody has named, to complete its address; None if unknown.

    Chambers are called by longer and shorter names: one may begin with the other.
    """
    wanted = name.casefold().strip()
    for row in rows():
        own = row.name.casefold()
        is_same = own == wanted or own.startswith(f"{wanted} ") or wanted.startswith(f"{own} ")
        if wanted and is_same and row.is_in_force(on):
            return row
    return None
