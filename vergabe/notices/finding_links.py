"""From a finding to the field of our form in which it is mended, for whoever may edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for

from vergabe.exchange.findings import Finding
from vergabe.notice_facts.fields import FIELDS, LOT_FIELDS
from vergabe.notices.eforms_parties import review_key
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.sections import section_of

# Fields that findings name as eForms groups them, and our form asks for in parts.
_ALIASES: Final[Mapping[str, str]] = {
    "goals": "goals_environment",
    "selection_criteria": "selection_codes",
    "selection_source": "selection_codes",
    "gpa": "eu_funds",
}
_WHO: Final[Mapping[str, str]] = {
    "organisation": "Steht in den Stammdaten der Kommune (Datei der Zusammenarbeit).",
    "application": "Bitte dem Betrieb der Plattform melden.",
}


@dataclass(frozen=True)
class ShownFinding:
    """A finding as the page shows it; url: the field, None where nobody can mend it here."""

    severity: str
    about: str
    message: str
    remedy: str
    law: str
    label: str
    url: str | None
    who: str
    official: Sequence[str]
    location: str
    folded: Sequence["ShownFinding"]


def shown(tender: Tender, findings: Sequence[Finding], *, may_edit: bool) -> list[ShownFinding]:
    """Return findings with their links, in their order."""
    return [
        ShownFinding(
            severity=finding.severity,
            about=finding.subject if finding.subject not in finding.message else "",
            message=finding.message,
            remedy=finding.remedy,
            law=finding.law,
            label=finding.label or "Zum Feld",
            url=url_of(tender, finding) if may_edit else None,
            who="" if _is_review_body(tender, finding) else _WHO.get(finding.mended_by, ""),
            official=finding.official or (finding.rule,),
            location=finding.location,
            folded=shown(tender, finding.folded, may_edit=may_edit),
        )
        for finding in findings
    ]


def from_dict(stored: Mapping[str, Any]) -> Finding:
    """Return a finding that was kept as `Finding.to_dict`."""
    values = dict(stored)
    values["official"] = tuple(values.get("official", ()))
    values["folded"] = tuple(from_dict(one) for one in values.get("folded", ()))
    return Finding(**values)


def url_of(tender: Tender, finding: Finding) -> str | None:
    """Return the address of the field in which a finding is mended; None if there is none."""
    field = finding.form_field
    match finding.page:
        case "facts":
            return _facts_url(tender, finding)
        case "tender" | "deadlines":
            return _section_url(tender, field)
        case "lots":
            return _lot_url(tender, finding)
        case "criteria":
            return f"{url_for('tender_criteria.show', tender_id=tender.id)}#criteria.0.{field}"
        case "documents":
            return url_for("tender_documents.index", tender_id=tender.id)
        case "organisation" if _is_review_body(tender, finding):
            return _review_url(tender, field)
        case "organisation":
            return url_for("cooperations.show", key=tender.cooperation.key)
        case _:
            return None


def facts_field(finding: Finding) -> str | None:
    """Return the field of the facts of the whole notice in which a finding is mended, or None."""
    if finding.page != "facts":
        return None
    name = _ALIASES.get(finding.form_field, finding.form_field)
    return name if name in FIELDS else None


def _facts_url(tender: Tender, finding: Finding) -> str | None:
    lot = _lot_of(tender, finding)
    name = facts_field(finding)
    if finding.form_field in LOT_FIELDS and lot is not None:
        page = url_for("notice_facts.show_lot", tender_id=tender.id, number=lot.number)
        return f"{page}#{finding.form_field}"
    if name is None:
        return None
    return f"{url_for('notice_facts.show', tender_id=tender.id, feld=name)}#{name}"


def _is_review_body(tender: Tender, finding: Finding) -> bool:
    return finding.page == "organisation" and finding.subject_id == review_key(tender)


def _review_url(tender: Tender, field: str) -> str:
    """Return where a part of the review body is mended: our form, or that of the tender."""
    name = {"nuts": "review_region", "registration_number": "review_number"}.get(field)
    if name is not None:
        return f"{url_for('notice_facts.show', tender_id=tender.id, feld=name)}#{name}"
    return _section_url(tender, f"review_body.{field}")


def _section_url(tender: Tender, field: str) -> str:
    key = section_of(field)
    if key is None:
        return url_for("tenders.show", tender_id=tender.id)
    return f"{url_for('tender_sections.show', tender_id=tender.id, key=key)}#{field}"


def _lot_url(tender: Tender, finding: Finding) -> str:
    lot = _lot_of(tender, finding) or (tender.lots[0] if len(tender.lots) == 1 else None)
    if lot is None:
        return url_for("tender_lots.index", tender_id=tender.id)
    page = url_for("tender_lots.show", tender_id=tender.id, lot_id=lot.id)
    return f"{page}#{finding.form_field}"


def _lot_of(tender: Tender, finding: Finding) -> Lot | None:
    number = finding.subject_id.rpartition("-")[2]
    return next((lot for lot in tender.lots if f"{lot.number:04d}" == number), None)
