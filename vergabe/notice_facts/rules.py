"""What does not go together in the facts of a notice. Pure: values in, reasons out."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from vergabe.errors import Violation
from vergabe.notice_facts import selection
from vergabe.notice_facts.facts import Known

_GOALS = ("goals_environment", "goals_social", "goals_innovation")


def reasons_against(values: Mapping[str, Any], known: Known) -> list[Violation]:
    """Return what is wrong with the values of the whole notice; instants aware, days legal."""
    return [
        *_about_suitability(values, known),
        *_about_bids(values, known),
        *_about_goals(values),
        *_about_planning(values, known),
    ]


def reasons_against_lot(values: Mapping[str, Any]) -> list[Violation]:
    """Return what is wrong with the values of one lot."""
    if values["renewal_maximum"] and not values["renewal_description"]:
        return [
            Violation(
                "renewals_unexplained",
                "Sagen Sie, wie und wie lange der Vertrag verlängert werden kann.",
                law="§ 132 Abs. 2 Nr. 1 GWB",
                field="renewal_description",
            )
        ]
    return []


def _about_suitability(values: Mapping[str, Any], known: Known) -> list[Violation]:
    found: list[Violation] = []
    if values["exclusion_source"] == "epo-notice" and not values["exclusion_grounds"]:
        found.append(
            Violation(
                "exclusion_grounds_missing",
                "Wählen Sie die Ausschlussgründe, oder sagen Sie, dass sie in den "
                "Vergabeunterlagen stehen.",
                law="§§ 123, 124 GWB",
                field="exclusion_grounds",
            )
        )
    if len(values["selection_codes"]) != len(selection.pieces_of(known.selection_text)):
        found.append(
            Violation(
                "selection_changed",
                "Der Text zur Eignung wurde inzwischen geändert. Prüfen Sie die Zuordnung noch "
                "einmal.",
                field="selection_codes",
            )
        )
    return found


def _about_bids(values: Mapping[str, Any], known: Known) -> list[Violation]:
    found: list[Violation] = []
    if values["late_documents"] != "late-none" and not values["late_documents_text"]:
        found.append(
            Violation(
                "late_documents_unexplained",
                "Sagen Sie, welche Unterlagen nachgefordert werden können und wie.",
                law="§ 56 Abs. 2 VgV",
                field="late_documents_text",
            )
        )
    if values["guarantee"] and not values["guarantee_text"]:
        message = "Beschreiben Sie die Sicherheit: Art, Höhe, wann sie fällig ist."
        found.append(Violation("guarantee_unexplained", message, field="guarantee_text"))
    opens = values["opening_at"]
    if opens is not None and known.opens_at is not None and opens < known.opens_at:
        found.append(
            Violation(
                "opening_too_early",
                "Vor dem Ende der Angebotsfrist darf kein Angebot geöffnet werden.",
                law="§ 55 Abs. 1 VgV",
                field="opening_at",
            )
        )
    if known.is_framework and not values["framework_participants"]:
        message = "Geben Sie an, mit wie vielen Unternehmen höchstens je Los geschlossen wird."
        found.append(Violation("participants_missing", message, field="framework_participants"))
    return found


def _about_goals(values: Mapping[str, Any]) -> list[Violation]:
    if not any(values[name] for name in _GOALS) or values["goals_text"]:
        return []
    return [
        Violation(
            "goals_unexplained",
            "Sagen Sie, wie der Auftrag den gewählten Zielen dient.",
            law="§ 97 Abs. 3 GWB",
            field="goals_text",
        )
    ]


def _about_planning(values: Mapping[str, Any], known: Known) -> list[Violation]:
    planned: dt.date | None = values["planned_on"]
    if planned is None or planned > known.on:
        return []
    message = "Der geplante Tag der Auftragsbekanntmachung muss in der Zukunft liegen."
    return [Violation("planned_in_past", message, law="§ 38 VgV", field="planned_on")]
