"""EU thresholds (Schwellenwerte, § 106 GWB) by contract type and day."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.law import german, tables
from vergabe.law.errors import NoRowInForce
from vergabe.law.results import Result, of_row
from vergabe.law.tables import Row
from vergabe.money import german as german_money

SUB_CENTRAL: Final = "sub-central"


class ContractType(StrEnum):
    """What is bought. Freelance services (architects, engineers) are services."""

    SUPPLIES = "supplies"
    SERVICES = "services"
    SOCIAL_SERVICES = "social_services"
    WORKS = "works"
    DESIGN_CONTEST = "design_contest"
    WORKS_CONCESSION = "works_concession"
    SERVICE_CONCESSION = "service_concession"
    UTILITIES_SUPPLIES = "utilities_supplies"
    UTILITIES_SERVICES = "utilities_services"
    UTILITIES_WORKS = "utilities_works"

    @property
    def is_works(self) -> bool:
        return self in _WORKS

    @property
    def label(self) -> str:
        """Return the German name."""
        return _LABELS[self]


_WORKS: Final = frozenset(
    {ContractType.WORKS, ContractType.WORKS_CONCESSION, ContractType.UTILITIES_WORKS}
)
_LABELS: Final = {
    ContractType.SUPPLIES: "Lieferleistungen",
    ContractType.SERVICES: "Dienstleistungen",
    ContractType.SOCIAL_SERVICES: "soziale und andere besondere Dienstleistungen",
    ContractType.WORKS: "Bauleistungen",
    ContractType.DESIGN_CONTEST: "Planungswettbewerbe",
    ContractType.WORKS_CONCESSION: "Baukonzessionen",
    ContractType.SERVICE_CONCESSION: "Dienstleistungskonzessionen",
    ContractType.UTILITIES_SUPPLIES: "Lieferleistungen der Sektoren",
    ContractType.UTILITIES_SERVICES: "Dienstleistungen der Sektoren",
    ContractType.UTILITIES_WORKS: "Bauleistungen der Sektoren",
}


@dataclass(frozen=True, kw_only=True)
class ThresholdRow(Row):
    """One threshold, net, in whole euro, as the table `thresholds` has it."""

    authority: str
    contract_types: tuple[str, ...]
    net_eur: int
    act: str


def rows() -> tuple[ThresholdRow, ...]:
    """Return all rows of the table."""
    return tables.rows("thresholds", ThresholdRow)


def eu_threshold(contract_type: ContractType, on: dt.date) -> Result[int]:
    """Return the threshold in cents net for a sub-central authority on the day of § 3 (3) VgV.

    Raises NoRowInForce if the tables do not reach that day. Law: § 106 (2) GWB.
    """
    what = f"den EU-Schwellenwert für {contract_type.label}"
    row = tables.in_force(
        (
            row
            for row in rows()
            if row.authority == SUB_CENTRAL and contract_type.value in row.contract_types
        ),
        on,
        what,
    )
    value = row.net_eur * 100
    return of_row(
        value,
        row,
        inputs={"contract_type": contract_type, "on": on},
        explain=lambda: (
            f"Maßgeblich ist der {german.date(on)} (§ 3 Abs. 3 VgV).",
            f"Der EU-Schwellenwert für {contract_type.label} beträgt an diesem Tag "
            f"{german_money(value)} netto ({row.act}).",
        ),
    )


def next_change(contract_type: ContractType, on: dt.date) -> ThresholdRow | None:
    """Return the row that follows the one in force on `on`, if the tables already have it.

    Raises NoRowInForce if no row is in force on `on`.
    """
    row = eu_threshold(contract_type, on).row
    if row is None or row.in_force_to is None:
        return None
    try:
        after = eu_threshold(contract_type, row.in_force_to + dt.timedelta(days=1)).row
    except NoRowInForce:
        return None
    return after if isinstance(after, ThresholdRow) else None
