"""What the form need not ask, for the tender knows it: each value with the page it comes from."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from vergabe.exchange import codes
from vergabe.money import german
from vergabe.notice_facts.facts import Known
from vergabe.tenders import later
from vergabe.tenders.assessment import method_label
from vergabe.tenders.documents import current_documents
from vergabe.tenders.model import Tender
from vergabe.web.formatting import percent, weekday_moment


@dataclass(frozen=True)
class KnownValue:
    """A value the notice takes from elsewhere; url: the page on which it is changed."""

    label: str
    value: str
    where: str
    url: str


def known_values(tender: Tender, known: Known) -> list[KnownValue]:
    """Return the values in the order of the notice."""

    def section(key: str) -> str:
        return url_for("tender_sections.show", tender_id=tender.id, key=key)

    lots_url = url_for("tender_lots.index", tender_id=tender.id)
    rows: list[tuple[str, str, str, str]] = [
        ("Titel", tender.title, "Titel und Beschreibung", section("beschreibung")),
        (
            "Beschreibung",
            _start(tender.description),
            "Titel und Beschreibung",
            section("beschreibung"),
        ),
        ("Auftraggeber", _buyers(tender), "Verfahren", _show(tender)),
        ("CPV-Code", _cpv(tender.cpv), "Bündelung", _show(tender)),
        ("Lose", _lots(tender), "Lose und Mengen", lots_url),
        (
            "Geschätzter Wert (netto)",
            german(later.value_with_options(tender)),
            "Lose und Mengen",
            lots_url,
        ),
        (
            "Verfahrensart",
            method_label(tender.procurement_method, tender.nature),
            "Verfahrensart",
            section("verfahrensart"),
        ),
        (
            "Angebote bis",
            weekday_moment(known.opens_at) if known.opens_at else "nach Gesetz",
            "Fristen",
            section("fristen"),
        ),
        (
            "Zuschlagskriterien",
            ", ".join(f"{c.name} {percent(c.weight_basis_points)}" for c in tender.criteria),
            "Zuschlagskriterien",
            url_for("tender_criteria.show", tender_id=tender.id),
        ),
        (
            "Kontaktstelle",
            ", ".join(filter(None, map(tender.contact.get, ("name", "email", "phone")))),
            "Kontaktstelle und Nachprüfung",
            section("kontakt"),
        ),
        *_review(tender, known, section("kontakt")),
        (
            "Vergabeunterlagen",
            _count(len(current_documents(tender)), "Dokument", "Dokumente"),
            "Vergabeunterlagen",
            url_for("tender_documents.index", tender_id=tender.id),
        ),
    ]
    return [KnownValue(*row) for row in rows]


def lot_links(tender: Tender, chosen: dict[Any, Any]) -> list[tuple[str, str, bool]]:
    """Return label, address and whether something was chosen, for each lot's own facts."""
    return [
        (
            f"Los {lot.number}: {lot.title}",
            url_for("notice_facts.show_lot", tender_id=tender.id, number=lot.number),
            bool(chosen.get(lot.id) and chosen[lot.id].chosen),
        )
        for lot in tender.lots
    ]


def _show(tender: Tender) -> str:
    return url_for("tenders.show", tender_id=tender.id)


def _review(tender: Tender, known: Known, url: str) -> list[tuple[str, str, str, str]]:
    if not known.is_above:
        return []
    body = tender.review_body.get("name") or (known.review_body.name if known.review_body else "")
    return [("Nachprüfungsstelle", body or "fehlt", "Kontaktstelle und Nachprüfung", url)]


def _buyers(tender: Tender) -> str:
    return ", ".join(row.organisation.name for row in tender.buyers)


def _cpv(code: str) -> str:
    known = codes.cpv(code)
    return f"{code} {known.label_de}" if known else code


def _lots(tender: Tender) -> str:
    return _count(len(tender.lots), "Los", "Lose")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _start(text: str, longest: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()} …"
