"""Lots and parts, read: what is bought, for how long, with which aims."""

from __future__ import annotations

import re
from typing import Final

from vergabe.exchange.eforms.lots import Lot, Renewal, StrategicGoal
from vergabe.exchange.eforms.reading.nodes import Found
from vergabe.exchange.eforms.reading.scope import read_period, read_scope
from vergabe.exchange.eforms.reading.terms import read_terms
from vergabe.exchange.eforms.writing.lots import DETAILS
from vergabe.exchange.eforms.writing.scope import Division, lot_id

_ID: Final = re.compile(r"(?:LOT|PAR)-(\d{4})")


def read_lots(root: Found, division: Division) -> tuple[Lot, ...]:
    """Return the lots, or the parts of notices that only plan, in the order of the document."""
    node = "ND-Lot" if division == "Lot" else "ND-Part"
    return tuple(_lot(found, division) for found in root.every(node, division))


def lot_number(found: Found, name: str) -> int:
    """Return the number in the id of a lot or part (LOT-0001)."""
    written = found.needed(name)
    match = _ID.fullmatch(written)
    if match is None:
        raise found.unreadable(name, written, "keine Kennung eines Loses")
    return int(match[1])


def _lot(found: Found, division: Division) -> Lot:
    number = lot_number(found, "BT-137")
    maximum = found.whole("BT-58-Lot")
    quantity = found.hundredths("BT-25-Lot")
    return Lot(
        **read_scope(found),
        number=number,
        quantity=None if quantity is None else (quantity, found.unit("BT-25-Lot") or ""),
        period=read_period(found),
        renewal=None
        if maximum is None
        else Renewal(maximum=maximum, description=found.text("BT-57-Lot")),
        options=found.text("BT-54-Lot"),
        goals=_goals(found),
        green_criteria=found.strings("BT-805-Lot"),
        accessibility=found.coded("BT-754-Lot", "BT-755-Lot"),
        planning_notice=found.string("BT-125(i)"),
        planning_part=found.string("BT-1251"),
        is_relaunched=found.flag("BT-634-Lot"),
        is_sme_suitable=found.flag("BT-726"),
        further=found.text("BT-300"),
        terms=read_terms(found, lot_id(number, division)),
    )


def _goals(found: Found) -> tuple[StrategicGoal, ...]:
    return tuple(
        StrategicGoal(
            code=code,
            details=found.strings(DETAILS[code]) if code in DETAILS else (),
            description=goal.text("BT-777-Lot"),
        )
        for goal in found.every("ND-StrategicProcurementType")
        if (code := goal.string("BT-06-Lot"))
    )
