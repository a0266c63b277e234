"""The fields of the form, in its order: name, eForms number, label, help, kind, group.

Form, API, record and findings all take them from here, so that a field has one name everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from vergabe.notice_facts import choices

Kind = Literal[
    "line", "text", "choice", "codes", "flag", "number", "day", "moment", "pieces", "region"
]


@dataclass(frozen=True)
class Group:
    """A part of the form that folds."""

    key: str
    title: str


@dataclass(frozen=True)
class Field:
    """One field; bt: its numbers in eForms; law: paragraph for the help; maximum: characters, or
    the greatest number.
    """

    name: str
    bt: tuple[str, ...]
    label: str
    group: str
    kind: Kind
    help: str = ""
    law: str = ""
    options: Mapping[str, str] | None = None
    maximum: int = 6_000


GROUPS: Final = (
    Group("eignung", "Eignung und Ausschluss"),
    Group("angebote", "Angebote und Öffnung"),
    Group("ausfuehrung", "Ausführung und Rechnung"),
    Group("werte", "Wert und Förderung"),
    Group("ziele", "Ziele und Mittelstand"),
    Group("rahmen", "Rahmenvereinbarung"),
    Group("recht", "Recht und Rechtsbehelfe"),
    Group("vorinformation", "Vorinformation und Markterkundung"),
)

FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        Field(
            "exclusion_source",
            ("BT-806",),
            "Wo stehen die Ausschlussgründe?",
            "eignung",
            "choice",
            options=choices.SOURCES,
            law="§§ 123, 124 GWB",
        ),
        Field(
            "exclusion_grounds",
            ("BT-67",),
            "Ausschlussgründe",
            "eignung",
            "codes",
            "Üblich sind alle. Was Sie abwählen, steht nicht in der Bekanntmachung; zwingende "
            "Gründe gelten trotzdem.",
            "§§ 123, 124 GWB",
            {code: f"{name} ({law})" for code, (name, law) in choices.EXCLUSION_GROUNDS.items()},
        ),
        Field(
            "selection_codes",
            ("BT-821", "BT-809", "BT-750"),
            "Zuordnung der Eignungskriterien",
            "eignung",
            "pieces",
            "Ihr Text aus dem Verfahren, Stück für Stück. Die Zuordnung ist vorgeschlagen.",
            "§ 122 Abs. 4 GWB, § 48 Abs. 1 VgV",
            choices.SELECTION_CRITERIA,
        ),
        Field(
            "late_documents",
            ("BT-771",),
            "Fehlende Unterlagen",
            "angebote",
            "choice",
            law="§ 56 Abs. 2 VgV, § 41 UVgO",
            options=choices.LATE_DOCUMENTS,
        ),
        Field(
            "late_documents_text",
            ("BT-772",),
            "Dazu in der Bekanntmachung",
            "angebote",
            "text",
            "Wird etwas nachgefordert, sagen Sie hier, was und wie.",
        ),
        Field(
            "several_bids",
            ("BT-769",),
            "Mehrere Hauptangebote",
            "angebote",
            "choice",
            options=choices.SEVERAL_BIDS,
        ),
        Field(
            "reserved",
            ("BT-71",),
            "Vorbehaltene Teilnahme",
            "angebote",
            "choice",
            law="§ 118 GWB",
            options=choices.RESERVED,
        ),
        Field(
            "guarantee",
            ("BT-751",),
            "Bieter müssen eine Sicherheit leisten",
            "angebote",
            "flag",
            law="§ 18 VOB/B, § 21 Abs. 5 UVgO",
        ),
        Field("guarantee_text", ("BT-75",), "Welche Sicherheit?", "angebote", "text"),
        Field(
            "opening_at",
            ("BT-132",),
            "Öffnung der Angebote",
            "angebote",
            "moment",
            "Nicht vor dem Ende der Angebotsfrist.",
            "§ 55 VgV",
        ),
        Field(
            "opening_description", ("BT-134",), "Wer bei der Öffnung dabei ist", "angebote", "text"
        ),
        Field(
            "conditions",
            ("BT-70",),
            "Bedingungen für die Ausführung",
            "ausfuehrung",
            "text",
            "Tariftreue, Mindestlohn, Sanktionen; höchstens 1.000 Zeichen.",
            "§ 128 GWB",
            maximum=1_000,
        ),
        Field(
            "reserved_execution",
            ("BT-736",),
            "Ausführung in geschützter Beschäftigung",
            "ausfuehrung",
            "choice",
            law="§ 118 GWB",
            options=choices.RESERVED_EXECUTION,
        ),
        Field(
            "einvoicing",
            ("BT-743",),
            "Elektronische Rechnung",
            "ausfuehrung",
            "choice",
            law="E-Rechnungsverordnung des Landes",
            options=choices.PERMISSIONS,
        ),
        Field("eordering", ("BT-92",), "Bestellt wird elektronisch", "ausfuehrung", "flag"),
        Field("epayment", ("BT-93",), "Gezahlt wird elektronisch", "ausfuehrung", "flag"),
        Field(
            "publishes_value",
            ("BT-27",),
            "Der geschätzte Wert wird veröffentlicht",
            "werte",
            "flag",
            "Ohne Haken steht er in keinem Dokument. Der Höchstwert einer Rahmenvereinbarung "
            "steht immer dort.",
            "§ 21 VgV; EuGH C-23/20",
        ),
        Field(
            "eu_funds",
            ("BT-60",),
            "Aus Mitteln der Europäischen Union finanziert",
            "werte",
            "flag",
            "Vorbelegt nach dem Förderfall der Bündelung.",
        ),
        Field(
            "eu_programme",
            ("BT-7220",),
            "Programm der Europäischen Union",
            "werte",
            "choice",
            options=choices.EU_PROGRAMMES,
        ),
        Field(
            "is_sme_suitable",
            ("BT-726",),
            "Für kleine und mittlere Unternehmen geeignet",
            "ziele",
            "flag",
            "Gilt für alle Lose; ein Los kann abweichen.",
            "§ 97 Abs. 4 GWB",
        ),
        Field(
            "goals_environment",
            ("BT-06", "BT-774"),
            "Umweltziele",
            "ziele",
            "codes",
            options=choices.ENVIRONMENT,
        ),
        Field(
            "goals_social",
            ("BT-06", "BT-775"),
            "Soziale Ziele",
            "ziele",
            "codes",
            options=choices.SOCIAL,
        ),
        Field(
            "goals_innovation",
            ("BT-06", "BT-776"),
            "Innovation",
            "ziele",
            "codes",
            options=choices.INNOVATION,
        ),
        Field(
            "goals_text",
            ("BT-777",),
            "Wie der Auftrag diesen Zielen dient",
            "ziele",
            "text",
            "Nötig, sobald ein Ziel gewählt ist.",
            "§ 97 Abs. 3 GWB",
        ),
        Field(
            "framework_technique",
            ("BT-765",),
            "Abrufe aus der Rahmenvereinbarung",
            "rahmen",
            "choice",
            law="§ 21 Abs. 3 bis 5 VgV",
            options=choices.TECHNIQUES,
        ),
        Field(
            "framework_participants",
            ("BT-113",),
            "Höchstzahl der Vertragspartner je Los",
            "rahmen",
            "number",
            maximum=100,
        ),
        Field(
            "framework_buyers",
            ("BT-111",),
            "Wer außer den Auftraggebern abrufen darf",
            "rahmen",
            "text",
            law="§ 21 Abs. 2 VgV",
        ),
        Field(
            "legal_basis",
            ("BT-01",),
            "Nationale Rechtsgrundlage",
            "recht",
            "text",
            maximum=1_000,
        ),
        Field("features", ("BT-88",), "Besonderheiten des Verfahrens", "recht", "text"),
        Field(
            "review_deadlines",
            ("BT-99",),
            "Fristen für Rechtsbehelfe",
            "recht",
            "text",
            "Standardtext nach Land und Regelwerk.",
            "§ 160 Abs. 3, §§ 134, 135 GWB",
        ),
        Field(
            "review_number",
            ("BT-501",),
            "Kennung der Nachprüfungsstelle",
            "recht",
            "line",
            "Leitweg-ID oder Umsatzsteuernummer.",
            maximum=100,
        ),
        Field(
            "review_region",
            ("BT-507",),
            "Region der Nachprüfungsstelle",
            "recht",
            "region",
            "NUTS-3-Code, zum Beispiel DEA23 für Köln.",
            maximum=5,
        ),
        Field(
            "planned_on",
            ("BT-127",),
            "Geplanter Tag der Auftragsbekanntmachung",
            "vorinformation",
            "day",
            law="§ 38 VgV",
        ),
        Field(
            "answer_deadline",
            ("BT-800",),
            "Antworten auf die Markterkundung bis",
            "vorinformation",
            "moment",
            law="§ 28 VgV",
        ),
    )
}

LOT_FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        Field(
            "is_sme_suitable",
            ("BT-726",),
            "Für kleine und mittlere Unternehmen geeignet",
            "los",
            "flag",
            law="§ 97 Abs. 4 GWB",
        ),
        Field(
            "clean_vehicles",
            ("BT-717",),
            "Das Gesetz über saubere Fahrzeuge gilt",
            "los",
            "flag",
            "Gefragt, weil der CPV-Code ein Fahrzeug nennt. Ausgenommen sind vor allem Fahrzeuge "
            "von Feuerwehr und Rettungsdienst.",
            "§§ 2 bis 4 SaubFahrzeugBeschG",
        ),
        Field(
            "renewal_maximum",
            ("BT-58",),
            "Höchstzahl der Verlängerungen",
            "los",
            "number",
            "0, wenn der Vertrag nicht verlängert werden kann.",
            "§ 132 Abs. 2 Nr. 1 GWB",
            maximum=50,
        ),
        Field(
            "renewal_description",
            ("BT-57",),
            "Wie und wie lange verlängert werden kann",
            "los",
            "text",
        ),
        Field(
            "options",
            ("BT-54",),
            "Optionen",
            "los",
            "text",
            "Was einseitig abgerufen werden kann; leer, wenn es keine gibt.",
            "§ 132 Abs. 2 Nr. 1 GWB",
        ),
        Field("further", ("BT-300",), "Weitere Angaben zum Los", "los", "text"),
    )
}


def is_asked(name: str, *, is_framework: bool, has_features: bool, is_above: bool) -> bool:
    """Return whether a field means anything for this procedure; the form leaves out the others."""
    group = FIELDS[name].group
    if group == "rahmen":
        return is_framework
    if name == "features":
        return has_features
    if name in ("review_number", "review_region"):
        return is_above
    return True
