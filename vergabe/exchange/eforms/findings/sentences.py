"""German sentences for what the official rules find: what is wrong, and how to mend it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from vergabe.exchange.eforms.findings import official_rules
from vergabe.exchange.eforms.findings.official_rules import Agreement, FormField, OfficialRule
from vergabe.exchange.eforms.findings.subjects import quoted

FOREIGN_MISTAKE: Final = (
    "Das ist ein Fehler der Anwendung, die das Dokument erzeugt hat. Bitte melden."
)
# Whoever fills in a form cannot cause these, nor mend them.
_BY_APPLICATION: Final = frozenset(
    {
        "attribute",
        "blanks",
        "frame",
        "group_forbidden",
        "language_absent",
        "language_extra",
        "language_missing",
        "language_twice",
        "repeated",
        "schema",
    }
)
_TYPES_BY_APPLICATION: Final = frozenset({"date", "time", "id", "id-ref", "indicator", "measure"})


@dataclass(frozen=True)
class Case:
    """All that a sentence is made of; value: what stands at the place, empty if nothing does."""

    rule: OfficialRule
    label: str
    field_type: str
    form: FormField
    value: str = ""

    @property
    def named(self) -> str:
        return f"„{self.label}“"


def message(case: Case) -> str:
    """Return what is wrong, in one or two German sentences."""
    return _MESSAGES.get(case.rule.kind, _agreement)(case)


def remedy(case: Case) -> str:
    """Return how to mend it, or that only the application can."""
    if is_for_application(case):
        return FOREIGN_MISTAKE
    told = _told(case)
    if told is not None and told.remedy:
        return told.remedy
    verb = _VERBS.get(case.rule.kind, "prüfen")
    where = f"auf der Seite „{case.form.page_title}“"
    if case.form.mended_by == "organisation":
        where = "in den Stammdaten der Organisation"
    return f"Bitte {where} das Feld „{case.form.label}“ {verb}."


def is_for_application(case: Case) -> bool:
    """Return whether nobody who fills in the form can mend it."""
    if case.form.mended_by == "application" or case.rule.kind in _BY_APPLICATION:
        return True
    return case.rule.kind == "format" and case.field_type in _TYPES_BY_APPLICATION


def _missing(case: Case) -> str:
    if case.rule.condition:
        return f"{case.named} fehlt. Die Angabe ist Pflicht, {case.rule.condition}."
    others = _others(case)
    because = f" Die Angabe ist hier Pflicht wegen der Angaben zu {others}." if others else ""
    return f"{case.named} fehlt.{because}"


def _forbidden(case: Case) -> str:
    if case.rule.condition:
        return f"{case.named} darf nicht angegeben werden, {case.rule.condition}."
    others = _others(case)
    if others:
        return f"{case.named} darf hier nicht angegeben werden wegen der Angaben zu {others}."
    return f"{case.named} ist in dieser Art von Bekanntmachung nicht zulässig."


def _others(case: Case) -> str:
    """Return the labels of the other fields that a rule reads, at most four."""
    labels = dict.fromkeys(
        f"„{official_rules.label_of(other)}“"
        for other in case.rule.others
        if not other.startswith("OPP-070")
    )
    shown = [label for label in labels if label != case.named][:4]
    return " und ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _length(case: Case) -> str:
    counted = f", derzeit sind es {len(case.value)}" if case.value else ""
    return f"{case.named} ist zu lang: höchstens {case.rule.value} Zeichen{counted}."


def _code(case: Case) -> str:
    if not case.value:
        return f"{case.named} enthält keinen Wert der amtlichen Liste."
    return f"{case.named} enthält {quoted(case.value)}; das steht nicht in der amtlichen Liste."


_FORMATS: Final[Mapping[str, str]] = {
    "amount": "Erlaubt ist ein Betrag mit höchstens zwei Nachkommastellen",
    "date": "Erlaubt ist ein Tag mit Zeitzone wie 2027-01-08+01:00",
    "email": "Erlaubt ist eine E-Mail-Adresse wie vergabe@stadt.example",
    "id": "Die Kennung hat nicht die vorgeschriebene Form",
    "id-ref": "Der Verweis hat nicht die vorgeschriebene Form",
    "indicator": "Erlaubt ist nur ja oder nein",
    "integer": "Erlaubt ist eine ganze Zahl",
    "measure": "Erlaubt ist eine ganze Zahl mit Einheit",
    "number": "Erlaubt ist eine Zahl",
    "phone": "Erlaubt sind Ziffern, ein Plus am Anfang, Leerzeichen, Bindestriche und Klammern, "
    "aber kein Schrägstrich und kein Punkt",
    "time": "Erlaubt ist eine Uhrzeit mit Zeitzone wie 10:00:00+01:00",
    "url": "Erlaubt ist eine vollständige Internetadresse, die mit https:// beginnt",
}


def _format(case: Case) -> str:
    shown = f": {quoted(case.value)}" if case.value else ""
    allowed = _FORMATS.get(case.field_type, "Die vorgeschriebene Form ist nicht eingehalten")
    return f"{case.named} hat nicht die richtige Form{shown}. {allowed}."


def _told(case: Case) -> Agreement | None:
    # Numbers of rules are counted per term, so a pattern of one kind may fit another kind.
    return official_rules.agreement(case.rule.id) if case.rule.kind == "agreement" else None


def _agreement(case: Case) -> str:
    told = _told(case)
    if told is not None:
        return told.message
    others = _others(case)
    if not others:
        return f"{case.named} passt nicht zu den anderen Angaben."
    return f"{case.named} passt nicht zu den Angaben bei {others}."


_FRAMES: Final[Mapping[str, str]] = {
    "P-0001": "Die Unterart der Bekanntmachung fehlt; ohne sie lässt sich fast nichts prüfen.",
    "P-0002": "Lose gibt es in jeder Bekanntmachung außer den ganz einfachen; hier stimmt das "
    "nicht.",
    "P-0004": "Bei der Nummer eines Loses fehlt, ob es ein Los, ein Teil oder eine Losgruppe ist.",
    "P-0005": "Bei der Nummer eines Loses steht nicht richtig, ob es ein Los, ein Teil oder eine "
    "Losgruppe ist.",
}

_MESSAGES: Final[Mapping[str, Callable[[Case], str]]] = {
    "missing": _missing,
    "forbidden": _forbidden,
    "group_missing": lambda case: f"Der Abschnitt {case.named} fehlt.",
    "group_forbidden": lambda case: (
        f"Der Abschnitt {case.named} ist in dieser Art von Bekanntmachung nicht zulässig."
    ),
    "repeated": lambda case: f"{case.named} steht mehrfach; erlaubt ist eine Angabe.",
    "language_twice": lambda case: f"{case.named} steht in derselben Sprache mehrfach.",
    "language_missing": lambda case: f"{case.named} fehlt in einer Sprache der Bekanntmachung.",
    "language_extra": lambda case: (
        f"{case.named} steht in einer Sprache, in der die Bekanntmachung nicht erscheint."
    ),
    "language_absent": lambda case: f"Bei {case.named} fehlt, in welcher Sprache der Text ist.",
    "empty": lambda case: f"{case.named} ist leer.",
    "length": _length,
    "blanks": lambda case: f"{case.named} beginnt oder endet mit einem Leerzeichen.",
    "attribute": lambda case: f"Bei {case.named} fehlt, aus welcher Liste der Wert stammt.",
    "too_small": lambda case: f"{case.named} ist zu klein: mindestens {case.rule.value}.",
    "too_large": lambda case: f"{case.named} ist zu groß: höchstens {case.rule.value}.",
    "code": _code,
    "format": _format,
    "frame": lambda case: _FRAMES.get(case.rule.id, "Der Aufbau der Bekanntmachung stimmt nicht."),
}
_VERBS: Final[Mapping[str, str]] = {
    "missing": "ausfüllen",
    "group_missing": "ausfüllen",
    "empty": "ausfüllen",
    "forbidden": "leeren",
    "length": "kürzen",
    "code": "neu auswählen",
    "format": "berichtigen",
    "too_small": "berichtigen",
    "too_large": "berichtigen",
}
