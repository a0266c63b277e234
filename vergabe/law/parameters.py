"""Single numbers of the law: value limits of duties, shares, months, multiples, by day."""

import datetime as dt
from dataclasses import dataclass

from vergabe.law import tables
from vergabe.law.errors import UnknownRule
from vergabe.law.tables import Row


@dataclass(frozen=True, kw_only=True)
class ParameterRow(Row):
    """One number. unit: eur, percent, months, days, factor, count; reached: how it is compared."""

    title: str
    number: int
    unit: str
    reached: str

    @property
    def cents(self) -> int:
        """Return an amount in euro as cents."""
        return self.number * 100

    def is_met_by(self, number: int) -> bool:
        """Return whether a number in the unit of the row satisfies its comparison."""
        match self.reached:
            case "at_least":
                return number >= self.number
            case "more_than":
                return number > self.number
            case "at_most":
                return number <= self.number
            case _:
                return number < self.number

    def is_met_by_cents(self, value_net_cents: int) -> bool:
        """Return whether an amount in cents satisfies the comparison of a row in euro."""
        match self.reached:
            case "at_least":
                return value_net_cents >= self.cents
            case "more_than":
                return value_net_cents > self.cents
            case "at_most":
                return value_net_cents <= self.cents
            case _:
                return value_net_cents < self.cents


def rows() -> tuple[ParameterRow, ...]:
    """Return all rows of the table."""
    return tables.rows("parameters", ParameterRow)


def parameter(row_id: str, on: dt.date) -> ParameterRow:
    """Return the number in force on a day. Raises UnknownRule or NoRowInForce."""
    found = tables.versions("parameters", ParameterRow, row_id)
    if not found:
        raise UnknownRule(row_id)
    return tables.in_force(found, on, f"die Regel „{row_id}“ ({found[0].title})")


def is_in_force(row_id: str, on: dt.date) -> bool:
    """Return whether the rule has a row in force on the day. Raises UnknownRule."""
    found = tables.versions("parameters", ParameterRow, row_id)
    if not found:
        raise UnknownRule(row_id)
    return any(row.is_in_force(on) for row in found)
