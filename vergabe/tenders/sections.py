"""The sections of a draft that are forms: what each shows, and how its form is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vergabe.tenders.cleaning import JOINING_FLAGS, JOINING_TEXTS
from vergabe.tenders.editing import TenderEdit
from vergabe.tenders.forms import FormReader, day_and_time
from vergabe.tenders.model import Tender

CONTACT_FIELDS: Final = ("name", "email", "phone")
REVIEW_FIELDS: Final = ("name", "street", "postcode", "city", "email", "phone", "website")


@dataclass(frozen=True)
class Section:
    """A part of a draft with a form of its own.

    values: what the form shows at first; read: what was posted; fields: the names under which
    something in it can be missing (a name stands for all that begin with it and a dot).
    """

    key: str
    title: str
    values: Callable[[Tender], Mapping[str, Any]]
    read: Callable[[FormReader], TenderEdit]
    fields: tuple[str, ...]
    is_optional: bool = False

    @property
    def template(self) -> str:
        return f"tenders/sections/{self.key}.html"


def _of(prefix: str, names: tuple[str, ...], stored: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}.{name}": stored.get(name, "") for name in names}


def _description(tender: Tender) -> dict[str, Any]:
    return {"title": tender.title, "description": tender.description}


def _read_description(form: FormReader) -> TenderEdit:
    return {"title": form.text("title"), "description": form.text("description")}


def _contact(tender: Tender) -> dict[str, Any]:
    return _of("contact", CONTACT_FIELDS, tender.contact) | _of(
        "review_body", REVIEW_FIELDS, tender.review_body
    )


def _read_contact(form: FormReader) -> TenderEdit:
    return {
        "contact": form.texts("contact", *CONTACT_FIELDS),
        "review_body": form.texts("review_body", *REVIEW_FIELDS),
    }


def _method(tender: Tender) -> dict[str, Any]:
    return {
        "procurement_method": tender.procurement_method,
        "method_reason": tender.method_reason,
        "is_urgent": "1" if tender.is_urgent else "",
        "urgency_reason": tender.urgency_reason,
    }


def _read_method(form: FormReader) -> TenderEdit:
    return {
        "procurement_method": form.text("procurement_method"),
        "method_reason": form.text("method_reason"),
        "is_urgent": form.flag("is_urgent"),
        "urgency_reason": form.text("urgency_reason"),
    }


def _framework(tender: Tender) -> dict[str, Any]:
    return {
        "is_framework": "1" if tender.is_framework else "",
        "framework_maximum": tender.framework_maximum_net_cents,
        "duration_months": tender.duration_months,
        "duration_reason": tender.duration_reason,
    }


def _read_framework(form: FormReader) -> TenderEdit:
    return {
        "is_framework": form.flag("is_framework"),
        "framework_maximum_net_cents": form.money("framework_maximum"),
        "duration_months": form.whole("duration_months"),
        "duration_reason": form.text("duration_reason"),
    }


def _selection(tender: Tender) -> dict[str, Any]:
    return {"selection_criteria": tender.selection_criteria, "variants": tender.variants}


def _read_selection(form: FormReader) -> TenderEdit:
    return {
        "selection_criteria": form.text("selection_criteria"),
        "variants": form.text("variants"),
    }


def _joining(tender: Tender) -> dict[str, Any]:
    stored = tender.lots_joining
    flags = {f"lots_joining.{name}": "1" if stored.get(name) else "" for name in JOINING_FLAGS}
    texts = _of("lots_joining", ("ground", *JOINING_TEXTS), stored)
    limits = {
        "max_lots_per_bid": tender.max_lots_per_bid,
        "max_lots_per_winner": tender.max_lots_per_winner,
    }
    return texts | flags | limits


def _read_joining(form: FormReader) -> TenderEdit:
    return {
        "lots_joining": {
            **form.texts("lots_joining", "ground", *JOINING_TEXTS),
            **{name: form.flag(f"lots_joining.{name}") for name in JOINING_FLAGS},
        },
        "max_lots_per_bid": form.whole("max_lots_per_bid"),
        "max_lots_per_winner": form.whole("max_lots_per_winner"),
    }


def _deadlines(tender: Tender) -> dict[str, Any]:
    return {
        **day_and_time("submission_deadline", tender.submission_deadline),
        **day_and_time("enquiries_deadline", tender.enquiries_deadline),
        "bid_validity_until": tender.bid_validity_until,
        "bid_validity_reason": tender.bid_validity_reason,
        "requested_publication_on": tender.requested_publication_on,
    }


def _read_deadlines(form: FormReader) -> TenderEdit:
    return {
        "submission_deadline": form.moment("submission_deadline"),
        "enquiries_deadline": form.moment("enquiries_deadline"),
        "bid_validity_until": form.day("bid_validity_until"),
        "bid_validity_reason": form.text("bid_validity_reason"),
        "requested_publication_on": form.day("requested_publication_on"),
    }


SECTIONS: Final[Mapping[str, Section]] = {
    section.key: section
    for section in (
        Section(
            "beschreibung",
            "Titel und Beschreibung",
            _description,
            _read_description,
            ("title", "description"),
        ),
        Section(
            "kontakt",
            "Kontaktstelle und Nachprüfung",
            _contact,
            _read_contact,
            ("contact", "review_body"),
        ),
        Section(
            "verfahrensart",
            "Verfahrensart",
            _method,
            _read_method,
            ("procurement_method", "method_reason", "is_urgent", "urgency_reason"),
        ),
        Section(
            "rahmenvereinbarung",
            "Rahmenvereinbarung",
            _framework,
            _read_framework,
            ("is_framework", "framework_maximum", "duration_months", "duration_reason"),
            is_optional=True,
        ),
        Section(
            "zusammenfassung",
            "Begründung und Grenzen der Lose",
            _joining,
            _read_joining,
            ("lots_joining", "max_lots_per_bid", "max_lots_per_winner"),
        ),
        Section(
            "eignung",
            "Eignung und Nebenangebote",
            _selection,
            _read_selection,
            ("selection_criteria", "variants"),
        ),
        Section(
            "fristen",
            "Fristen",
            _deadlines,
            _read_deadlines,
            (
                "submission_deadline",
                "enquiries_deadline",
                "bid_validity_until",
                "bid_validity_reason",
                "requested_publication_on",
            ),
        ),
    )
}


def section_of(field: str | None) -> str | None:
    """Return the key of the section in which a field stands, or None."""
    name = (field or "").split(".")[0]
    for section in SECTIONS.values():
        if name in section.fields:
            return section.key
    return None
