"""What changed since a vote, in sentences; and the hash over what was frozen."""

import copy
from typing import Any

import pytest

from vergabe.votes import subject

FROZEN: dict[str, Any] = {
    "question": "Soll gekauft werden?",
    "pool": {"id": "1", "reference": "BUE-DLZ-2026-0001", "title": "Fahrzeuge"},
    "area": {"key": "procurement", "name": "Beschaffung"},
    "cost_key": {"kind": "equal"},
    "cost_bearer": "",
    "participants": [
        {
            "organisation_id": "a",
            "name": "Jülich",
            "value_net_cents": 100,
            "demands": [
                {
                    "id": "d",
                    "reference": "DLZ-1",
                    "title": "Fahrzeug",
                    "description": "",
                    "value_net_cents": 100,
                    "lines": [{"shown": "1 Stück „LF 20“", "quantity": "1"}],
                }
            ],
        }
    ],
    "later_joiners": [
        {"organisation_id": "z", "name": "Inden", "maximum_net_cents": 5, "lines": []}
    ],
    "total_net_cents": 100,
}


def changed(change: Any) -> list[str]:
    new = copy.deepcopy(FROZEN)
    change(new)
    return subject.differences(FROZEN, new)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: s.update(question="Anders?"), "Die Frage lautet anders."),
        (
            lambda s: s["pool"].update(title="Autos"),
            "Die Bündelung heißt jetzt „Autos“.",
        ),
        (lambda s: s["area"].update(name="IT"), "Das Aufgabengebiet ist jetzt „IT“."),
        (lambda s: s.update(cost_bearer="Kreis"), "Wer die Kosten trägt, wurde geändert."),
        (lambda s: s["cost_key"].update(kind="usage"), "Wer die Kosten trägt, wurde geändert."),
        (lambda s: s["participants"].clear(), "Jülich ist nicht mehr beteiligt."),
        (
            lambda s: s["participants"].append(
                {"organisation_id": "b", "name": "Kerpen", "demands": []}
            ),
            "Kerpen ist neu beteiligt.",
        ),
        (
            lambda s: s["participants"][0]["demands"][0]["lines"][0].update(
                shown="2 Stück „LF 20“", quantity="2"
            ),
            "Jülich: DLZ-1 jetzt 2 Stück „LF 20“, vorher 1 Stück „LF 20“.",
        ),
        (
            lambda s: s["participants"][0]["demands"].clear(),
            "Jülich: DLZ-1 „Fahrzeug“ ist nicht mehr dabei.",
        ),
        (
            lambda s: s["participants"][0]["demands"][0].update(description="Allrad"),
            "Jülich: DLZ-1 wurde geändert.",
        ),
        (lambda s: s["later_joiners"].clear(), "Inden soll nicht mehr später beitreten können."),
        (
            lambda s: s["later_joiners"][0].update(maximum_net_cents=6),
            "Inden: Höchstmengen oder letzter Tag des späteren Beitritts neu.",
        ),
    ],
)
def test_each_change_is_named(change: Any, sentence: str) -> None:
    assert sentence in changed(change)


def test_nothing_changed_says_nothing() -> None:
    assert changed(lambda s: None) == []


def test_the_hash_does_not_hang_on_the_order_of_keys() -> None:
    turned = dict(reversed(list(FROZEN.items())))
    assert subject.sha256_of(turned) == subject.sha256_of(FROZEN)
    assert subject.sha256_of(FROZEN | {"total_net_cents": 101}) != subject.sha256_of(FROZEN)
