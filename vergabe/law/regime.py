"""Which law governs a procurement (Regime): above or below the EU threshold, by Land and day.

Source: procurement-rules.md, section 1. The day is the day of initiation (§ 3 (3) VgV).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from vergabe.law import german, tables
from vergabe.law.errors import ImpossibleInput, LawError, NoRowInForce
from vergabe.law.results import Result
from vergabe.law.tables import Evidence, Row
from vergabe.law.thresholds import ContractType, eu_threshold
from vergabe.law.working_days import LAND_NAMES, land_code
from vergabe.money import german as euro

NO_PROCEDURE: Final = "GWB-exempt"


@dataclass(frozen=True, kw_only=True)
class RegimeRow(Row):
    """One body of rules of the table `regimes`; empty tuples mean all Länder or contract types."""

    name: str
    scope: str
    rule_set: str
    lands: tuple[str, ...] = ()
    contract_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Regime:
    """The law that governs a procurement.

    code: `GWB-4/VgV`, `NW-GO-75a` …; rule_set: whose periods apply (see `periods`); catalogue:
    whose list of procedures applies (see `procedures`); lands: of the participants, sorted.
    """

    code: str
    name: str
    rule_set: str
    catalogue: str
    lands: tuple[str, ...]
    value_net_cents: int
    threshold_net_cents: int
    reaches_threshold: bool


def rows() -> tuple[RegimeRow, ...]:
    """Return all rows of the table."""
    return tables.rows("regimes", RegimeRow)


def resolve(
    contract_type: ContractType,
    value_net_cents: int,
    lands: tuple[str, ...],
    on: dt.date,
    *,
    exemption: str | None = None,
    funding_rules: tuple[str, ...] = (),
) -> Result[Regime]:
    """Return the regime for an estimated value (cents net) of participants from `lands`.

    on: day of initiation. exemption: why §§ 107, 108 or 116 GWB exclude a procedure, if they do.
    funding_rules: what a funding notice demands below the threshold (`UVgO`, `VOB/A`).
    Raises LawError (`land_below_threshold_unknown`) where no rules of a Land are stored below the
    threshold, NoRowInForce, ImpossibleInput.
    """
    if value_net_cents < 0:
        raise ImpossibleInput("Der geschätzte Auftragswert ist negativ.", field="value_net_cents")
    codes = _codes(lands)
    threshold = eu_threshold(contract_type, on)
    reaches = value_net_cents >= threshold.value
    if exemption is not None:
        return _exempt(exemption, codes, value_net_cents, threshold.value, on)
    row, catalogue_row = _select(contract_type, codes, on, reaches=reaches)
    demanded = None if reaches else _demanded(contract_type, funding_rules, catalogue_row)
    value = Regime(
        code=row.id,
        name=row.name,
        rule_set=demanded or catalogue_row.rule_set,
        catalogue=demanded or catalogue_row.id,
        lands=codes,
        value_net_cents=value_net_cents,
        threshold_net_cents=threshold.value,
        reaches_threshold=reaches,
    )
    return Result(
        value=value,
        rule=row.id,
        law=row.law,
        evidence=row.evidence,
        row=row,
        inputs={
            "contract_type": contract_type,
            "value_net_cents": value_net_cents,
            "lands": codes,
            "on": on,
            "funding_rules": funding_rules,
        },
        open_question=row.open_question,
        explain=lambda: (
            *threshold.steps,
            _comparison(value),
            f"Anzuwenden ist: {row.name} ({row.law}).",
            *_catalogue_step(row, catalogue_row),
            *_demand_step(demanded),
        ),
    )


def _demanded(
    contract_type: ContractType, funding_rules: tuple[str, ...], catalogue_row: RegimeRow
) -> str | None:
    """Return the rules that a funding notice demands beyond those that apply; None: none."""
    demanded = "VOB/A" if contract_type.is_works else "UVgO"
    is_new = demanded in funding_rules and catalogue_row.rule_set != demanded
    return demanded if is_new else None


def _demand_step(demanded: str | None) -> tuple[str, ...]:
    if demanded is None:
        return ()
    return (f"Der Zuwendungsbescheid verlangt darüber hinaus {demanded}.",)


def _codes(lands: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of Länder in their order, each once; ImpossibleInput if there are none."""
    if not lands:
        raise ImpossibleInput("Es fehlt das Land der Beteiligten.", field="lands")
    return tuple(sorted({land_code(land) for land in lands}))


def _comparison(regime: Regime) -> str:
    value = euro(regime.value_net_cents)
    if regime.reaches_threshold:
        return f"Der geschätzte Wert von {value} erreicht oder überschreitet ihn."
    names = german.join([LAND_NAMES[land] for land in regime.lands])
    return f"Der geschätzte Wert von {value} liegt darunter; es gilt das Recht von {names}."


def _catalogue_step(row: RegimeRow, catalogue_row: RegimeRow) -> tuple[str, ...]:
    if row is catalogue_row:
        return ()
    return (f"Der strengste Katalog ist: {catalogue_row.name} ({catalogue_row.law}).",)


def _select(
    contract_type: ContractType, lands: tuple[str, ...], on: dt.date, *, reaches: bool
) -> tuple[RegimeRow, RegimeRow]:
    """Return the row that names the regime and the row whose catalogue and periods apply."""
    if reaches:
        above = [
            row
            for row in rows()
            if row.scope == "above" and contract_type.value in row.contract_types
        ]
        row = tables.in_force(above, on, f"das EU-Vergaberecht für {contract_type.label}")
        return row, row
    each = {land: below_threshold(contract_type, land, on) for land in lands}
    if len(each) == 1:
        row = next(iter(each.values()))
        return row, row
    mixed = [row for row in rows() if row.scope == "mixed" and set(row.lands) == set(lands)]
    if not mixed:
        raise LawError(
            "land_below_threshold_unknown",
            "Für Verfahren unterhalb der Schwelle über die Grenzen von "
            f"{german.join([LAND_NAMES[land] for land in lands])} sind keine Regeln hinterlegt.",
        )
    # Rheinland-Pfalz prescribes a catalogue, Nordrhein-Westfalen only principles: the prescribed
    # one is the stricter, and the one whose periods are counted.
    strict = next(
        (row for row in each.values() if row.rule_set in ("UVgO", "VOB/A")),
        next(iter(each.values())),
    )
    return tables.in_force(mixed, on, "länderübergreifende Verfahren"), strict


def below_threshold(contract_type: ContractType, land: str, on: dt.date) -> RegimeRow:
    """Return the row of a Land's own rules below the EU threshold on a day; land: `NW` …

    Raises LawError (`land_below_threshold_unknown`) where none are stored, NoRowInForce.
    """
    candidates = [
        row
        for row in rows()
        if row.scope == "below"
        and land in row.lands
        and (not row.contract_types or contract_type.value in row.contract_types)
    ]
    if not candidates:
        raise LawError(
            "land_below_threshold_unknown",
            f"Für {LAND_NAMES[land]} sind unterhalb der EU-Schwelle keine Regeln hinterlegt "
            "(nur Nordrhein-Westfalen und Rheinland-Pfalz).",
            field="land",
        )
    return tables.in_force(
        candidates, on, f"das Vergaberecht von {LAND_NAMES[land]} unterhalb der Schwelle"
    )


def _exempt(
    exemption: str, lands: tuple[str, ...], value: int, threshold: int, on: dt.date
) -> Result[Regime]:
    regime = Regime(
        code=NO_PROCEDURE,
        name="Kein Vergabeverfahren",
        rule_set="none",
        catalogue="none",
        lands=lands,
        value_net_cents=value,
        threshold_net_cents=threshold,
        reaches_threshold=value >= threshold,
    )
    return Result(
        value=regime,
        rule=NO_PROCEDURE,
        law="§§ 107, 108, 116 GWB",
        evidence=Evidence.CONFIRMED,
        inputs={"exemption": exemption, "on": on},
        explain=lambda: (
            f"Ausnahme oder öffentliche Zusammenarbeit: {exemption}.",
            "Ein Vergabeverfahren ist nicht nötig; der Grund gehört in die Akte.",
        ),
    )


def is_known_below_threshold(contract_type: ContractType, land: str, on: dt.date) -> bool:
    """Return whether the tables hold the rules of a Land below the threshold on a day."""
    try:
        below_threshold(contract_type, land_code(land), on)
    except NoRowInForce:
        return False
    except LawError as error:
        if error.code == "land_below_threshold_unknown":
            return False
        raise
    return True
