"""Standard texts of notices by rule set and Land: what stands there until somebody writes more."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from vergabe.law import tables
from vergabe.law.tables import Row


class TextKind(StrEnum):
    """What a text is for."""

    LEGAL_BASIS = "legal_basis"
    REVIEW_DEADLINES = "review_deadlines"
    LATE_DOCUMENTS = "late_documents"
    CONDITIONS = "conditions"
    SANCTIONS = "sanctions"
    OPENING = "opening"
    FEATURES = "features"


@dataclass(frozen=True, kw_only=True)
class NoticeTextRow(Row):
    """One text; rule_sets and lands: for which it is, empty: for all; code: the eForms code."""

    kind: str
    text: str
    rule_sets: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()
    code: str = ""


def rows() -> tuple[NoticeTextRow, ...]:
    """Return all rows of the table."""
    return tables.rows("notice_texts", NoticeTextRow)


def standard_text(kind: TextKind, *, rule_set: str, land: str, on: dt.date) -> NoticeTextRow | None:
    """Return the text that fits best: the Land's own first, then the rule set's; None if none.

    on: the day the procedure began (§ 187 (2) GWB), as a legal day in Europe/Berlin.
    """
    fitting = [
        row
        for row in rows()
        if row.kind == kind
        and row.is_in_force(on)
        and (not row.rule_sets or rule_set in row.rule_sets)
        and (not row.lands or land in row.lands)
    ]
    return max(
        fitting,
        key=lambda row: (bool(row.lands), bool(row.rule_sets), row.in_force_from),
        default=None,
    )
