"""All tables side by side: for the page a lawyer reads, and for the warning before a row ends."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from vergabe.law import (
    approval,
    duty_list,
    funding,
    german,
    minimum_periods,
    notice_texts,
    outages,
    parameters,
    periods,
    procedures,
    regime,
    review_bodies,
    tables,
    thresholds,
)
from vergabe.law.tables import Row

_TABLES: Final[Mapping[str, tuple[str, Callable[[], tuple[Row, ...]]]]] = {
    "thresholds": ("EU-Schwellenwerte", thresholds.rows),
    "regimes": ("Regelwerke", regime.rows),
    "procedures": ("Verfahrensarten", procedures.rows),
    "value_limits": ("Wertgrenzen", procedures.limit_rows),
    "periods": ("Fristen", periods.rows),
    "period_additions": ("Zuschläge zu Fristen", periods.additions),
    "no_minimum": ("Ohne Mindestfrist", minimum_periods.no_minimum_rows),
    "parameters": ("Einzelne Werte", parameters.rows),
    "duties": ("Pflichten", duty_list.rows),
    "approvals": ("Genehmigung von Vereinbarungen", approval.rows),
    "funding_programmes": ("Förderprogramme", funding.rows),
    "review_bodies": ("Vergabekammern", review_bodies.rows),
    "notice_texts": ("Texte der Bekanntmachungen", notice_texts.rows),
    "outages": ("Ausfall der Plattform", outages.rows),
}


@dataclass(frozen=True)
class Table:
    """One table: name of the file, German title, all rows in the order of the file."""

    name: str
    title: str
    rows: tuple[Row, ...]


def all_tables() -> tuple[Table, ...]:
    """Return every dated table."""
    return tuple(Table(name, title, read()) for name, (title, read) in _TABLES.items())


def ending_soon(on: dt.date) -> list[str]:
    """Return German warnings for rows that end within 60 days of `on` without a successor."""
    within = parameters.parameter("threshold-warning", on).number
    found = []
    for table in all_tables():
        found += [
            f"{table.title}: Die Zeile „{row.id}“ ({row.law}) gilt nur bis "
            f"{german.date(row.in_force_to)}; eine Folgezeile fehlt."
            for row in tables.ending(table.rows, on, within)
            if row.in_force_to is not None
        ]
    return found


@dataclass(frozen=True)
class Change:
    """A row that is in force on one of two days only, or in different versions."""

    table: str
    before: Row | None
    after: Row | None


def changes_between(first: dt.date, second: dt.date) -> tuple[Change, ...]:
    """Return what differs between the law of two days, for procedures begun on them."""
    found = []
    for table in all_tables():
        before = {row.id: row for row in table.rows if row.is_in_force(first)}
        after = {row.id: row for row in table.rows if row.is_in_force(second)}
        found += [
            Change(table.title, before.get(key), after.get(key))
            for key in dict.fromkeys([*before, *after])
            if before.get(key) is not after.get(key)
        ]
    return tuple(found)
