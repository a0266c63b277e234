"""Which procedures are open to a procurement (Verfahrensarten) and on what condition.

Catalogues stand in `tables/procedures.toml`, value limits in `tables/value_limits.toml`.
Source: procurement-rules.md, sections 4 and 6.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.law import tables
from vergabe.law.bylaws import Bylaw, obstacles
from vergabe.law.regime import Regime
from vergabe.law.results import Result
from vergabe.law.tables import Evidence, Row
from vergabe.law.thresholds import ContractType
from vergabe.money import german as euro

PROCEDURE_NAMES: Final[Mapping[str, str]] = {
    "open": "Offenes Verfahren",
    "restricted": "Nicht offenes Verfahren",
    "neg-w-call": "Verhandlungsverfahren mit Teilnahmewettbewerb",
    "neg-wo-call": "Verhandlungsverfahren ohne Teilnahmewettbewerb",
    "comp-dial": "Wettbewerblicher Dialog",
    "innovation": "Innovationspartnerschaft",
    "dps": "Dynamisches Beschaffungssystem",
    "nat-open": "Öffentliche Ausschreibung",
    "nat-restricted-w-call": "Beschränkte Ausschreibung mit Teilnahmewettbewerb",
    "nat-restricted-wo-call": "Beschränkte Ausschreibung ohne Teilnahmewettbewerb",
    "nat-neg-w-call": "Verhandlungsvergabe mit Teilnahmewettbewerb",
    "nat-neg-wo-call": "Verhandlungsvergabe ohne Teilnahmewettbewerb",
    "nat-freehand": "Freihändige Vergabe",
    "nat-direct": "Direktauftrag",
}


@dataclass(frozen=True, kw_only=True)
class ProcedureRow(Row):
    """One procedure of a catalogue. choice: free, ground (needs one) or limit (free up to it)."""

    catalogue: str
    code: str
    rank: int
    choice: str
    ground: str | None = None
    limit: str | None = None
    bylaw_limit: str | None = None


@dataclass(frozen=True, kw_only=True)
class LimitRow(Row):
    """Value limits of a catalogue, net, in whole euro, inclusive; None means no such way.

    unsettled: whether the row still applies is an open question (see open_question).
    """

    catalogue: str
    public_housing: bool = False
    unsettled: bool = False
    direct_eur: int | None = None
    negotiated_eur: int | None = None
    restricted_wo_call_eur: int | None = None

    def limit_cents(self, name: str) -> int | None:
        """Return the limit `direct`, `negotiated` or `restricted_wo_call` in cents."""
        euros = {
            "direct": self.direct_eur,
            "negotiated": self.negotiated_eur,
            "restricted_wo_call": self.restricted_wo_call_eur,
        }[name]
        return None if euros is None else euros * 100


@dataclass(frozen=True)
class Option:
    """A procedure and its condition.

    condition: German sentence, None if it is simply free. excluded options name the reason there.
    """

    code: str
    name: str
    law: str
    condition: str | None = None


@dataclass(frozen=True)
class Procedures:
    """What is open: freely, only with a ground, and not at all; each in the catalogue's order.

    is_settled is False where the catalogue or its limits are not known or an open question.
    """

    free: tuple[Option, ...]
    conditional: tuple[Option, ...]
    excluded: tuple[Option, ...]
    is_settled: bool = True

    @property
    def free_codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.free)

    @property
    def conditional_codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.conditional)


def rows() -> tuple[ProcedureRow, ...]:
    """Return all rows of the table of procedures."""
    return tables.rows("procedures", ProcedureRow)


def limit_rows() -> tuple[LimitRow, ...]:
    """Return all rows of the table of value limits."""
    return tables.rows("value_limits", LimitRow)


def rows_of(catalogue: str, on: dt.date) -> list[ProcedureRow]:
    """Return the procedures of a catalogue in force on a day, in its order."""
    found = (row for row in rows() if row.catalogue == catalogue and row.is_in_force(on))
    return sorted(found, key=lambda row: row.rank)


def limit_row_for(catalogue: str, on: dt.date, *, public_housing: bool = False) -> LimitRow | None:
    """Return the value limits of a catalogue on a day; None if it has no procedure that needs them.

    Raises NoRowInForce if it needs some and none are in force.
    """
    if not any(row.choice == "limit" for row in rows_of(catalogue, on)):
        return None
    return _limits(catalogue, on, public_housing=public_housing)


def procedure_name(code: str, *, works: bool = False) -> str:
    """Return the German name of a procedure; for works the negotiated award is freehand."""
    name = PROCEDURE_NAMES.get(code, code)
    if works and code in ("nat-neg-w-call", "nat-neg-wo-call"):
        return name.replace("Verhandlungsvergabe", "Freihändige Vergabe")
    return name


def permitted(
    regime: Regime,
    contract_type: ContractType,
    on: dt.date,
    *,
    bylaws: Sequence[Bylaw] = (),
    public_housing: bool = False,
) -> Result[Procedures]:
    """Return the procedures open under a regime for its estimated value.

    bylaws: of the participants; they count below the EU threshold only. Raises NoRowInForce if a
    catalogue needs value limits and none are in force on `on` (day of initiation).
    """
    catalogue = rows_of(regime.catalogue, on)
    limits = limit_row_for(regime.catalogue, on, public_housing=public_housing)
    counted = () if regime.reaches_threshold else tuple(bylaws)
    groups: dict[str, list[Option]] = {"free": [], "conditional": [], "excluded": []}
    for row in catalogue:
        group, option = _place(row, regime, limits, counted, on, works=contract_type.is_works)
        groups[group].append(option)
    value = Procedures(
        free=tuple(groups["free"]),
        conditional=tuple(groups["conditional"]),
        excluded=tuple(groups["excluded"]),
        is_settled=bool(catalogue) and not (limits is not None and limits.unsettled),
    )
    return Result(
        value=value,
        rule=f"procedures:{regime.catalogue}",
        law=catalogue[0].law if limits is None and catalogue else (limits or _NO_LAW).law,
        evidence=Evidence.GENERAL if not catalogue else (limits or catalogue[0]).evidence,
        row=limits,
        inputs={
            "regime": regime.code,
            "value_net_cents": regime.value_net_cents,
            "on": on,
            "public_housing": public_housing,
        },
        open_question=_question(value, limits),
        explain=lambda: _steps(value),
    )


def _limits(catalogue: str, on: dt.date, *, public_housing: bool) -> LimitRow:
    candidates = [row for row in limit_rows() if row.catalogue == catalogue]
    special = [row for row in candidates if row.public_housing and public_housing]
    general = [row for row in candidates if not row.public_housing]
    return tables.in_force(special or general, on, f"die Wertgrenzen ({catalogue})")


def _place(
    row: ProcedureRow,
    regime: Regime,
    limits: LimitRow | None,
    bylaws: Sequence[Bylaw],
    on: dt.date,
    *,
    works: bool,
) -> tuple[str, Option]:
    """Return in which group a procedure belongs, and the option with its condition."""
    name = procedure_name(row.code, works=works)
    value = regime.value_net_cents
    if row.bylaw_limit is not None:
        against = obstacles(bylaws, row.bylaw_limit, value, on, works=works)
        if against:
            reason = " ".join(item.sentence(value) for item in against)
            return "excluded", Option(row.code, name, "§ 75a Abs. 2 GO NRW, Satzung", reason)
    if row.choice == "free":
        return "free", Option(row.code, name, row.law)
    if row.choice == "ground":
        return "conditional", Option(row.code, name, row.law, row.ground)
    limit = limits.limit_cents(row.limit or "") if limits is not None else None
    if limit is not None and value <= limit:
        condition = f"Wertgrenze {euro(limit)} ({limits.law if limits else row.law})."
        return "free", Option(row.code, name, row.law, condition)
    over = "" if limit is None else f"Die Wertgrenze von {euro(limit)} ist überschritten. "
    if row.ground is not None:
        return "conditional", Option(row.code, name, row.law, over + row.ground)
    return "excluded", Option(row.code, name, row.law, over.strip() or "Nicht vorgesehen.")


def _question(value: Procedures, limits: LimitRow | None) -> str | None:
    if limits is not None:
        return limits.open_question
    if not value.free and not value.conditional:
        return "Für dieses Regelwerk ist kein Verfahrenskatalog hinterlegt."
    return None


def _steps(value: Procedures) -> list[str]:
    steps = [f"{option.name}: frei wählbar ({option.law})." for option in value.free]
    steps += [
        f"{option.name}: nur mit Grund. {option.condition} ({option.law})."
        for option in value.conditional
    ]
    steps += [f"{option.name}: nicht möglich. {option.condition}" for option in value.excluded]
    return steps


_NO_LAW: Final = ProcedureRow(
    id="none",
    in_force_from=dt.date.min,
    law="kein Katalog hinterlegt",
    source="",
    evidence=Evidence.GENERAL,
    catalogue="none",
    code="none",
    rank=0,
    choice="ground",
)
