"""What must stand in a notice: by the official rules, whatever else stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from vergabe.exchange.eforms.checks.own_rules import (
    OFFICIAL,
    Breach,
    Check,
    Rule,
    Setting,
)
from vergabe.exchange.eforms.fields import field_table
from vergabe.exchange.eforms.lots import Lot
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.procedure import Procedure


@dataclass(frozen=True)
class Fact:
    """A fact of a notice: its official field, how people call it, and how it is read."""

    key: str
    field: str
    label: str
    of_lot: Callable[[Lot], Any] | None = None
    of_procedure: Callable[[Procedure], Any] | None = None
    of_notice: Callable[[Notice], Any] | None = None


# Fields that official rules want without any condition; in which subtypes the field table says.
_FACTS: Final = (
    Fact(
        "procedure_id",
        "BT-04-notice",
        "Die Kennung des Verfahrens",
        of_notice=lambda n: n.procedure_id,
    ),
    Fact(
        "planned_on",
        "BT-127-notice",
        "Der geplante Tag der Auftragsbekanntmachung",
        of_notice=lambda n: n.planned_on,
    ),
    Fact("title", "BT-21-Procedure", "Der Titel", of_procedure=lambda p: str(p.title).strip()),
    Fact(
        "description",
        "BT-24-Procedure",
        "Die Beschreibung",
        of_procedure=lambda p: str(p.description).strip(),
    ),
    Fact("nature", "BT-23-Procedure", "Die Art der Leistung", of_procedure=lambda p: p.nature),
    Fact("cpv", "BT-262-Procedure", "Der CPV-Code", of_procedure=lambda p: p.cpv),
    Fact("method", "BT-105-Procedure", "Die Verfahrensart", of_procedure=lambda p: p.type),
    Fact(
        "exclusion_source",
        "BT-806-Procedure",
        "Die Angabe, wo die Ausschlussgründe stehen,",
        of_procedure=lambda p: p.exclusion_source,
    ),
    Fact("lot_title", "BT-21-Lot", "Die Bezeichnung", of_lot=lambda lot: str(lot.title).strip()),
    Fact(
        "lot_description",
        "BT-24-Lot",
        "Die Beschreibung",
        of_lot=lambda lot: str(lot.description).strip(),
    ),
    Fact("lot_nature", "BT-23-Lot", "Die Art der Leistung", of_lot=lambda lot: lot.nature),
    Fact("lot_cpv", "BT-262-Lot", "Der CPV-Code", of_lot=lambda lot: lot.cpv),
    Fact(
        "framework",
        "BT-765-Lot",
        "Die Angabe, ob es eine Rahmenvereinbarung ist,",
        of_lot=lambda lot: lot.terms.framework,
    ),
    Fact(
        "dynamic_purchasing",
        "BT-766-Lot",
        "Die Angabe zum dynamischen Beschaffungssystem",
        of_lot=lambda lot: lot.terms.dynamic_purchasing,
    ),
    Fact(
        "submission",
        "BT-17-Lot",
        "Die Angabe, ob Angebote elektronisch eingehen,",
        of_lot=lambda lot: lot.terms.submission,
    ),
    Fact(
        "bid_languages",
        "BT-97-Lot",
        "Die Sprache der Angebote",
        of_lot=lambda lot: lot.terms.bid_languages,
    ),
    Fact(
        "documents",
        "BT-14-Lot",
        "Der Zugang zu den Vergabeunterlagen",
        of_lot=lambda lot: lot.terms.documents,
    ),
    Fact(
        "reserved",
        "BT-71-Lot",
        "Die Angabe zur vorbehaltenen Teilnahme",
        of_lot=lambda lot: lot.terms.reserved,
    ),
    Fact(
        "selection_source",
        "BT-821-Lot",
        "Die Angabe, wo die Eignungskriterien stehen,",
        of_lot=lambda lot: lot.terms.selection_source,
    ),
    Fact(
        "eu_funds", "BT-60-Lot", "Die Angabe zu EU-Mitteln", of_lot=lambda lot: lot.terms.eu_funds
    ),
    Fact(
        "reserved_execution",
        "BT-736-Lot",
        "Die Angabe zur geschützten Beschäftigung",
        of_lot=lambda lot: lot.terms.reserved_execution,
    ),
    Fact(
        "einvoicing",
        "BT-743-Lot",
        "Die Angabe zur elektronischen Rechnung",
        of_lot=lambda lot: lot.terms.einvoicing,
    ),
    Fact(
        "ecatalogue",
        "BT-764-Lot",
        "Die Angabe zu elektronischen Katalogen",
        of_lot=lambda lot: lot.terms.ecatalogue,
    ),
    Fact(
        "eordering",
        "BT-92-Lot",
        "Die Angabe zur elektronischen Bestellung",
        of_lot=lambda lot: lot.terms.eordering,
    ),
    Fact(
        "epayment",
        "BT-93-Lot",
        "Die Angabe zur elektronischen Zahlung",
        of_lot=lambda lot: lot.terms.epayment,
    ),
    Fact(
        "gpa",
        "BT-115-Lot",
        "Die Angabe zum Beschaffungsübereinkommen GPA",
        of_lot=lambda lot: lot.terms.gpa,
    ),
    Fact(
        "auction",
        "BT-767-Lot",
        "Die Angabe zur elektronischen Auktion",
        of_lot=lambda lot: lot.terms.has_auction,
    ),
    Fact(
        "review_body",
        "OPT-301-Lot-ReviewOrg",
        "Die Nachprüfungsstelle",
        of_lot=lambda lot: lot.terms.review and lot.terms.review.body,
    ),
    Fact(
        "information_provider",
        "OPT-301-Lot-AddInfo",
        "Die Auskunft erteilende Stelle",
        of_lot=lambda lot: lot.terms.information_provider,
    ),
    Fact(
        "award_criteria",
        "BT-539-Lot",
        "Ein Zuschlagskriterium",
        of_lot=lambda lot: lot.terms.award_criteria,
    ),
    Fact(
        "answer_deadline",
        "BT-800(d)-Lot",
        "Die Frist für Antworten",
        of_lot=lambda lot: lot.terms.answer_deadline,
    ),
)


_NATIONAL_BASIS: Final = frozenset({"E1", "E2", "E3", "E4"})


def _is_unsaid(value: Any) -> bool:
    # For official fields `no` is an answer.
    return value is None or value == "" or value == ()


def _official(fact: Fact) -> Rule:
    """Return the check of a field that official rules want without condition."""
    table = field_table().fields
    twin = fact.field.replace("-Lot", "-Part", 1)
    subtypes = table[fact.field].mandatory | (
        table[twin].mandatory if twin in table else frozenset()
    )
    return Rule(
        key=f"{fact.key}_missing",
        field=fact.field,
        law=OFFICIAL,
        check=_missing(fact),
        remedy="Bitte ausfüllen.",
        subtypes=subtypes,
        is_about_one_field=True,
    )


def _missing(fact: Fact) -> Check:
    told = f"{fact.label} fehlt."

    def check(notice: Notice, setting: Setting) -> Iterable[Breach]:
        if fact.of_lot is not None:
            yield from (
                Breach(message=told, lot=lot) for lot in notice.lots if _is_unsaid(fact.of_lot(lot))
            )
        elif fact.of_procedure is not None:
            yield from (
                [Breach(message=told)] if _is_unsaid(fact.of_procedure(notice.procedure)) else []
            )
        elif fact.of_notice is not None:
            yield from [Breach(message=told)] if _is_unsaid(fact.of_notice(notice)) else []

    return check


def _national_basis(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if not notice.procedure.legal_documents:
        yield Breach(message="Die nationale Rechtsgrundlage fehlt (etwa UVgO oder VOB/A).")


def _no_lots(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if not notice.lots:
        yield Breach(message="Die Bekanntmachung hat kein Los.")


_OWN: Final = (
    Rule(
        key="lots_missing",
        field="BT-137-Lot",
        law=OFFICIAL,
        check=_no_lots,
        remedy="Bitte mindestens ein Los bilden.",
        is_about_one_field=True,
    ),
    Rule(
        key="national_basis_missing",
        field="BT-01(c)-Procedure",
        law=OFFICIAL,
        check=_national_basis,
        remedy="Bitte die nationale Rechtsgrundlage wählen.",
        subtypes=_NATIONAL_BASIS,
        is_about_one_field=True,
    ),
)

RULES: Final = (*_OWN, *map(_official, _FACTS))
