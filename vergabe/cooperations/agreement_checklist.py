"""What an agreement on joint procurement has to settle (procurement-rules.md, section 11).

Each item is a field of its own: a text, a choice, or something kept elsewhere (parties, cost key).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vergabe.cooperations.agreement_rules import PartyFacts, reasons_against_cost_rule
from vergabe.cost_keys.keys import read_key

TEXT_LENGTH: Final = 4_000


@dataclass(frozen=True)
class Item:
    """Something to settle: its key in data and file, what it is called, who can supply it.

    choices: word → what it means, for items that are one of a few; without them it is a text.
    """

    key: str
    name: str
    hint: str
    who: str
    choices: Mapping[str, str] = field(default_factory=dict)


_COORDINATION: Final = "Koordination der Federführung"
_OFFICES: Final = "Vergabestellen der Beteiligten"

# Kept as answers in the agreement. What else the list asks for is derived: see `states`.
ITEMS: Final[tuple[Item, ...]] = (
    Item(
        "lead_tasks",
        "Aufgaben der Federführung",
        "Was die Federführung für alle erledigt, von der Abfrage bis zur Abrechnung.",
        _COORDINATION,
    ),
    Item(
        "acts_in_name_of",
        "In wessen Namen die Federführung handelt",
        "Steht so in Bekanntmachung und Vertrag.",
        _COORDINATION,
        {
            "all": "im Namen aller Beteiligten",
            "own_for_all": "im eigenen Namen, für Rechnung aller",
            "own_and_all": "im eigenen Namen und im Namen der übrigen",
        },
    ),
    Item(
        "power_of_attorney",
        "Vollmacht",
        "Umfang: Vergabe, Zuschlag, Rügen, Nachprüfung, Aufhebung.",
        "Koordination jeder Kommune",
    ),
    Item(
        "duty_to_buy",
        "Abnahmepflicht",
        "Ob die Mitglieder die gemeldeten Mengen abnehmen müssen.",
        "Kämmerei jeder Kommune",
        {
            "duty": "Abnahmepflicht",
            "option": "Abruf nach Bedarf (Option)",
            "minimum": "Pflicht zur Mindestmenge, darüber Option",
        },
    ),
    Item(
        "contract_signing",
        "Wer Verträge schließt",
        "",
        _OFFICES,
        {
            "each": "jede Kommune ihren eigenen",
            "lead_for_all": "die Federführung im Namen aller",
            "lead": "die Federführung im eigenen Namen",
        },
    ),
    Item(
        "decision_rights",
        "Wer entscheidet und wie abgestimmt wird",
        "Zum Beispiel: einstimmig in der Konferenz der Hauptverwaltungsbeamten.",
        _COORDINATION,
    ),
    Item(
        "demand_deadline",
        "Frist zur Bedarfsmeldung",
        "Bis wann Bedarfe gemeldet werden und ab wann die Mengen feststehen.",
        _COORDINATION,
    ),
    Item(
        "file_rights",
        "Rechte an der Vergabeakte",
        "Wer die Akte führt und wer sie einsehen darf.",
        _OFFICES,
    ),
    Item(
        "liability",
        "Gemeinsame Verantwortung und Haftung untereinander",
        "Nach außen haften alle für die gemeinsamen Teile (§ 4 Abs. 2 VgV); innen hier geregelt.",
        "Rechtsamt der Federführung",
    ),
    Item(
        "data_protection",
        "Datenschutz",
        "Gemeinsame Verantwortliche (Art. 26 DSGVO): wer informiert, wer Auskunft gibt.",
        "Datenschutzbeauftragte der Beteiligten",
    ),
    Item(
        "exit_before_publication",
        "Ausstieg vor der Veröffentlichung",
        "Bis wann und wie ein Mitglied aus einem Vorhaben aussteigt.",
        _COORDINATION,
    ),
    Item(
        "exit_after_publication",
        "Ausstieg nach der Veröffentlichung",
        "Was gilt, wenn das Verfahren schon läuft, und wer die Mehrkosten trägt.",
        _COORDINATION,
    ),
    Item(
        "bylaws",
        "Vereinbarkeit mit den Satzungen und Dienstanweisungen",
        "Wessen Vergaberegeln gelten, wenn sie sich unterscheiden (§ 75a GO NRW).",
        _OFFICES,
    ),
    Item(
        "funding",
        "Förderbedingungen",
        "Programm, Zweckbindung, Nachweise; oder: keine Förderung.",
        "Kämmerei der Federführung",
    ),
    Item(
        "retention",
        "Aufbewahrung",
        "Wer die Unterlagen wie lange aufbewahrt.",
        "Vergabestelle der Federführung",
    ),
    Item(
        "audit_access",
        "Zugang der Rechnungsprüfung",
        "Jede Rechnungsprüfung prüft den Anteil ihrer Kommune.",
        "Rechnungsprüfung der Beteiligten",
    ),
)
ITEM_KEYS: Final = frozenset(item.key for item in ITEMS)
BY_KEY: Final[Mapping[str, Item]] = {item.key: item for item in ITEMS}


@dataclass(frozen=True)
class ItemState:
    """An item of the checklist: what is settled (empty: nothing) and who can supply the rest."""

    key: str
    name: str
    settled: str
    missing: tuple[str, ...]
    who: str

    @property
    def is_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class ChecklistFacts:
    """What an agreement says, as stored; quantities: party → its maximum, in words."""

    subject: str
    lead_name: str
    parties: Sequence[PartyFacts]
    quantities: Mapping[str, str]
    answers: Mapping[str, Any]
    cost_key: Mapping[str, Any] | None


def states(facts: ChecklistFacts) -> list[ItemState]:
    """Return every item of the checklist with what is settled and what is missing, in order."""
    return [
        _participants(facts),
        _quantities(facts),
        *(_answered(item, facts) for item in ITEMS),
        *_money(facts),
    ]


def _participants(facts: ChecklistFacts) -> ItemState:
    names = ", ".join(party.name for party in facts.parties)
    missing = () if facts.parties else ("Es ist nicht hinterlegt, wer Partei ist.",)
    return ItemState("participants", "Beteiligte", names, missing, _COORDINATION)


def _quantities(facts: ChecklistFacts) -> ItemState:
    missing = tuple(
        f"{party.name}: Höchstmenge fehlt."
        for party in facts.parties
        if not facts.quantities.get(party.name)
    )
    if not facts.parties:
        missing = ("Höchstmengen je Beteiligter fehlen.",)
    who = ", ".join(p.name for p in facts.parties if not facts.quantities.get(p.name))
    return ItemState(
        "subject_and_quantities",
        "Gegenstand und Höchstmengen",
        facts.subject,
        missing,
        who or _COORDINATION,
    )


def _answered(item: Item, facts: ChecklistFacts) -> ItemState:
    answer = str(facts.answers.get(item.key, ""))
    settled = item.choices.get(answer, answer)
    if item.key == "lead_tasks" and settled:
        settled = f"{facts.lead_name}: {settled}"
    missing = () if settled else ("Nicht geregelt.",)
    return ItemState(item.key, item.name, settled, missing, item.who)


def _money(facts: ChecklistFacts) -> list[ItemState]:
    against = reasons_against_cost_rule(facts.cost_key)
    key = read_key(facts.cost_key or {})
    vat = tuple(reason.message for reason in against if reason.code == "vat_clause_missing")
    rest = tuple(reason.message for reason in against if reason.code != "vat_clause_missing")
    name = key.name if key.kind is not None else ""
    return [
        ItemState("cost_key", "Kostenschlüssel", name, rest, "Kämmereien der Beteiligten"),
        ItemState(
            "vat_clause", "Umsatzsteuerklausel", key.vat_clause, vat, "Kämmereien der Beteiligten"
        ),
    ]
