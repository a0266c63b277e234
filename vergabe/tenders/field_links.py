"""Where on our pages something that a tender lacks is mended: from the field of a reason."""

from flask import url_for

from vergabe.errors import Violation
from vergabe.tenders.model import Tender
from vergabe.tenders.presenting import known_url
from vergabe.tenders.sections import section_of

NOTICE = "bekanntmachung"
"""First part of the field of a reason that lies in the facts of the notice (a later step)."""


def place_of(reason: Violation) -> str:
    """Return the key of the section, or `lots`, `criteria`, `documents`, `bekanntmachung`."""
    return section_of(reason.field) or (reason.field or "").split(".")[0]


def url_of(tender: Tender, reason: Violation) -> str | None:
    """Return the address of the very field in which an officer mends a reason; None if nowhere."""
    field = reason.field or ""
    key = section_of(field)
    if key is not None:
        return url_for("tender_sections.show", tender_id=tender.id, key=key, _anchor=field)
    match place_of(reason):
        case "lots":
            return url_for("tender_lots.index", tender_id=tender.id)
        case "criteria":
            anchor = field if "." in field else "criteria"
            return url_for("tender_criteria.show", tender_id=tender.id, _anchor=anchor)
        case "documents":
            return url_for("tender_documents.index", tender_id=tender.id, _anchor="add")
        case "bekanntmachung":
            name = field.partition(".")[2]
            more = {"feld": name, "_anchor": name} if name else {}
            return known_url("notice_facts.show", tender_id=tender.id, **more)
        case _:
            return None
