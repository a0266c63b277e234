from typing import Any

from vergabe.tenders import differences
from vergabe.tenders.differences import Difference, DocumentChange

OLD: dict[str, Any] = {
    "title": "Papier",
    "description": "Weiß",
    "submission_deadline": "2026-12-08T09:00:00+00:00",
    "variants": "not-allowed",
    "cpv_additional": [],
    "lots": [
        {"number": 1, "title": "Los A", "description": "", "items": []},
        {"number": 2, "title": "Los B", "description": "", "items": []},
    ],
    "criteria": [{"name": "Preis", "description": "", "weight_basis_points": 10_000}],
    "buyers": [{"id": "a", "name": "Merzenich"}],
    "documents": [
        {"id": "1", "title": "Leistung", "version": 1},
        {"id": "2", "title": "Preisblatt", "version": 1},
        {"id": "3", "title": "Karte", "version": 1},
    ],
}


def test_same_version_has_no_differences() -> None:
    assert differences.between(OLD, OLD) == []
    assert differences.documents_between(OLD, OLD) == []


def test_deadline_comes_first_with_both_instants() -> None:
    new = {**OLD, "submission_deadline": "2026-12-10T09:00:00+00:00", "title": "Papier A4"}
    first, second = differences.between(OLD, new)
    assert first.label == "Angebotsfrist"
    assert first.old == "Dienstag, 8. Dezember 2026, 10:00:00 Uhr (deutsche Zeit)"
    assert first.new == "Donnerstag, 10. Dezember 2026, 10:00:00 Uhr (deutsche Zeit)"
    assert second == Difference("Titel", "Papier", "Papier A4")


def test_lots_and_criteria_are_compared_one_by_one() -> None:
    item = {"position": 1, "text": "Karton", "quantity": "2.50", "unit_code": "C62"}
    new = {
        **OLD,
        "lots": [{**OLD["lots"][0], "items": [item]}],
        "criteria": [
            {"name": "Preis", "description": "", "weight_basis_points": 6_000},
            {"name": "Umwelt", "description": "Blauer Engel", "weight_basis_points": 4_000},
        ],
    }
    assert differences.between(OLD, new) == [
        Difference("Los 1", "Los A", "Los A\n1. Karton: 2,5"),
        Difference("Los 2", "Los B", ""),
        Difference("Zuschlagskriterium „Preis“", "100 %", "60 %"),
        Difference("Zuschlagskriterium „Umwelt“", "", "40 %: Blauer Engel"),
    ]


def test_documents_are_new_replaced_or_gone() -> None:
    new = {
        **OLD,
        "documents": [
            OLD["documents"][0],
            {"id": "4", "title": "Preisblatt", "version": 2},
            {"id": "5", "title": "Antworten", "version": 1},
        ],
    }
    assert differences.documents_between(OLD, new) == [
        DocumentChange("changed", "Preisblatt", 2, "4"),
        DocumentChange("new", "Antworten", 1, "5"),
        DocumentChange("removed", "Karte", 1, "3"),
    ]
