"""Lots and parts: what is bought, for how long, with which aims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vergabe.exchange.eforms.datatypes import Text
from vergabe.exchange.eforms.lots import Lot, StrategicGoal
from vergabe.exchange.eforms.tailoring import Tailoring
from vergabe.exchange.eforms.writing.branches import Branch, number
from vergabe.exchange.eforms.writing.changes import write_planning
from vergabe.exchange.eforms.writing.parties import Parties
from vergabe.exchange.eforms.writing.process import write_process
from vergabe.exchange.eforms.writing.scope import Division, lot_id, write_period, write_scope
from vergabe.exchange.eforms.writing.terms import write_terms

# Which field holds the details of a goal.
DETAILS: Final[Mapping[str, str]] = {
    "env-imp": "BT-774-Lot",
    "soc-obj": "BT-775-Lot",
    "inn-pur": "BT-776-Lot",
}


def write_lot(
    root: Branch,
    lot: Lot,
    division: Division,
    tailoring: Tailoring,
    parties: Parties,
) -> None:
    """Write one lot, or one part in notices that only plan."""
    branch = root.add("ND-Lot" if division == "Lot" else "ND-Part")
    branch.suffix = division
    branch.put("BT-137", lot_id(lot.number, division))
    write_scope(branch, lot)
    _write_aims(branch, lot)
    branch.put("BT-726", lot.is_sme_suitable)
    branch.put("BT-300", _further(lot, tailoring))
    if lot.quantity is not None:
        count, unit = lot.quantity
        branch.put("BT-25-Lot", number(count), unit)
    if lot.period is not None:
        write_period(branch, lot.period)
    if lot.renewal is not None:
        branch.put("BT-58-Lot", lot.renewal.maximum)
        branch.put("BT-57-Lot", lot.renewal.description)
    branch.put("BT-54-Lot", lot.options)
    write_planning(branch, lot)
    branch.put("BT-634-Lot", lot.is_relaunched)
    write_terms(branch, lot, division, parties)
    write_process(branch, lot.terms)
    branch.finish()


def _further(lot: Lot, tailoring: Tailoring) -> Text | None:
    """Return BT-300, with the note on small enterprises in front where a profile wants it."""
    if not (lot.is_sme_suitable and tailoring.sme_note):
        return lot.further
    if lot.further is None:
        return Text.german(tailoring.sme_note)
    if lot.further.in_language().startswith(tailoring.sme_note_start):
        return lot.further
    return Text(
        tuple((language, f"{tailoring.sme_note} {text}") for language, text in lot.further.values)
    )


def _write_aims(branch: Branch, lot: Lot) -> None:
    for goal in lot.goals:
        _write_goal(branch, goal)
    branch.put_each("BT-805-Lot", lot.green_criteria)
    if lot.accessibility is not None:
        branch.put("BT-754-Lot", lot.accessibility.code)
        branch.put("BT-755-Lot", lot.accessibility.text)


def _write_goal(branch: Branch, goal: StrategicGoal) -> None:
    kind = branch.add_if_known("ND-StrategicProcurementType")
    if kind is None:
        return
    kind.put("BT-06-Lot", goal.code)
    kind.put("BT-777-Lot", goal.description)
    if goal.code in DETAILS:
        branch.put_each(DETAILS[goal.code], goal.details)
