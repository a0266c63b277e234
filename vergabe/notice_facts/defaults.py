"""What holds as long as nobody chooses otherwise. Pure: from what is known, by dated tables."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from vergabe.law.notice_texts import NoticeTextRow, TextKind, standard_text
from vergabe.notice_facts import choices, selection
from vergabe.notice_facts.facts import Known, KnownLot

PLANNED_IN_DAYS: Final = 60
ANSWERS_IN_DAYS: Final = 21
# Bids are opened when nobody can hand in any more; five minutes let the clocks agree.
_OPENING_AFTER: Final = dt.timedelta(minutes=5)


def defaults(known: Known) -> dict[str, Any]:
    """Return every field with its default (`fields.FIELDS` has the names)."""
    basis = text_row(TextKind.LEGAL_BASIS, known)
    late = text_row(TextKind.LATE_DOCUMENTS, known)
    return {
        "legal_basis": _text(basis),
        "features": _text(text_row(TextKind.FEATURES, known)),
        "exclusion_source": "epo-notice",
        "exclusion_grounds": list(choices.EXCLUSION_GROUNDS),
        "selection_codes": list(
            selection.guessed_codes(selection.pieces_of(known.selection_text), known.nature)
        ),
        "late_documents": late.code if late else "late-all",
        "late_documents_text": _text(late),
        "several_bids": "not-allowed",
        "reserved": "none",
        "reserved_execution": "no",
        "guarantee": False,
        "guarantee_text": "",
        "opening_at": known.opens_at + _OPENING_AFTER if known.opens_at else None,
        "opening_description": _text(text_row(TextKind.OPENING, known)),
        "conditions": _joined(known, TextKind.CONDITIONS, TextKind.SANCTIONS),
        "einvoicing": "required",
        "eordering": True,
        "epayment": True,
        "eu_funds": known.has_eu_grant,
        "eu_programme": known.eu_programme,
        "publishes_value": True,
        "goals_environment": [],
        "goals_social": [],
        "goals_innovation": [],
        "goals_text": "",
        "is_sme_suitable": True,
        "framework_technique": "fa-wo-rc",
        "framework_participants": 1,
        "framework_buyers": known.call_off_buyers,
        "review_deadlines": _text(text_row(TextKind.REVIEW_DEADLINES, known)),
        "review_number": _review_number(known),
        "review_region": known.review_body.nuts if known.review_body else "",
        "planned_on": known.on + dt.timedelta(days=PLANNED_IN_DAYS),
        "answer_deadline": None,
    }


def lot_defaults(lot: KnownLot, *, is_sme_suitable: bool) -> dict[str, Any]:
    """Return every field of a lot with its default; SMEs as chosen for the whole procedure."""
    return {
        "renewal_maximum": 0,
        "renewal_description": "",
        "options": "",
        "is_sme_suitable": is_sme_suitable,
        "clean_vehicles": lot.may_be_vehicles and not lot.is_exempt_vehicle,
        "further": "",
    }


def legal_basis_code(known: Known) -> str:
    """Return the law code (BT-01(c)), or `LocalLegalBasis`."""
    row = text_row(TextKind.LEGAL_BASIS, known)
    return row.code if row else "LocalLegalBasis"


def rows_used(known: Known) -> Mapping[str, NoticeTextRow]:
    """Return field → row of law for the texts that come from the tables, with paragraph, source."""
    kinds = {
        "legal_basis": TextKind.LEGAL_BASIS,
        "features": TextKind.FEATURES,
        "late_documents_text": TextKind.LATE_DOCUMENTS,
        "opening_description": TextKind.OPENING,
        "conditions": TextKind.CONDITIONS,
        "review_deadlines": TextKind.REVIEW_DEADLINES,
    }
    found = {name: text_row(kind, known) for name, kind in kinds.items()}
    return {name: row for name, row in found.items() if row is not None}


def text_row(kind: TextKind, known: Known) -> NoticeTextRow | None:
    """Return the row of law whose text stands in the notice."""
    return standard_text(kind, rule_set=known.rule_set, land=known.land, on=known.on)


def _text(row: NoticeTextRow | None) -> str:
    return row.text.strip() if row else ""


def _joined(known: Known, *kinds: TextKind) -> str:
    rows = (text_row(kind, known) for kind in kinds)
    return "\n".join(row.text.strip() for row in rows if row)


def _review_number(known: Known) -> str:
    """Return the number of the chamber; notices of chambers without one say so in words."""
    row = known.review_body
    return (row.registration_number if row else "") or "nicht bekannt"
