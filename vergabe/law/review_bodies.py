"""Which review body (Vergabekammer) is competent for a buyer (§§ 156, 158 GWB)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from vergabe.law import parameters, tables
from vergabe.law.tables import Row
from vergabe.law.working_days import land_code


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


def reviews_below_threshold(lands: Iterable[str], value_net_cents: int, on: dt.date) -> bool:
    """Return whether a body reviews awards below the EU threshold as well (else: § 106, § 155 GWB).

    lands: of all participants; on: the legal day on which the procedure began. As soon as one is
    from Rheinland-Pfalz: from an estimated value of 75,000 euro; the regulation ends on 30 June
    2027 unless prolonged (Landesverordnung of 26 February 2021).
    """
    if "RP" not in {land_code(code) for code in lands}:
        return False
    if not parameters.is_in_force("RP-NachprV-from", on):
        return False
    return parameters.parameter("RP-NachprV-from", on).is_met_by_cents(value_net_cents)


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
