import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import ImmutableMultiDict

from vergabe.cooperations import forms, resolution_forms
from vergabe.cooperations.rules import Move, Scope, Subject
from vergabe.errors import InvalidInput

TODAY = dt.date(2026, 11, 23)
RESOLUTION = {
    "subject": "joining",
    "body": "Rat",
    "decided_on": "01.10.2026",
    "result": "adopted",
    "limit_net_cents": "250.000,00",
}
MANDATE = {"scope": "tender", "wording": "Vollmacht", "valid_from": "2026-12-01"}
MOVE = {"move": "sign", "on": "2026-11-20", "reason": "Unterzeichnet"}
REVOCATION = {"revoked_on": "2026-11-20", "reason": "Neu"}
Form = ImmutableMultiDict[str, str]


def form(values: dict[str, Any]) -> Form:
    return ImmutableMultiDict(values)


def messages(read: Callable[[], object]) -> dict[str | None, str]:
    with pytest.raises(InvalidInput) as caught:
        read()
    return {violation.field: violation.message for violation in caught.value.violations}


def test_resolution_is_read() -> None:
    entry = resolution_forms.resolution(form(RESOLUTION), TODAY)
    assert entry.decided_on == dt.date(2026, 10, 1)
    assert entry.limit_net_cents == 250_000_00
    assert entry.is_adopted
    assert entry.is_public
    assert not resolution_forms.resolution(
        form(RESOLUTION | {"is_confidential": "1"}), TODAY
    ).is_public


def test_pool_counts_only_for_a_tender() -> None:
    pool_id = uuid.uuid4()
    chosen = {"pool_id": str(pool_id)}
    assert resolution_forms.resolution(form(RESOLUTION | chosen), TODAY).pool_id is None
    about = resolution_forms.resolution(
        form(RESOLUTION | chosen | {"subject": Subject.TENDER}), TODAY
    )
    assert about.pool_id == pool_id


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"subject": ""}, "subject", "worüber beschlossen"),
        ({"subject": "revolution"}, "subject", "worüber beschlossen"),
        ({"subject": "tender"}, "pool_id", "Wählen Sie die Bündelung"),
        ({"subject": "tender", "pool_id": "x' OR 1=1"}, "pool_id", "Wählen Sie die Bündelung"),
        ({"body": ""}, "body", "Nennen Sie das Gremium"),
        ({"body": "x" * 600}, "body", "erlaubt sind 200"),
        ({"body": "Rat\x00"}, "body", "Steuerzeichen"),
        ({"item_number": "x" * 101}, "item_number", "erlaubt sind 100"),
        ({"conditions": "x" * 6000}, "conditions", "erlaubt sind 5.000"),
        ({"decided_on": ""}, "decided_on", "Tag der Sitzung an"),
        ({"decided_on": "31.02.2026"}, "decided_on", "gibt es im Kalender nicht"),
        ({"decided_on": "morgen"}, "decided_on", "ist kein Datum"),
        ({"decided_on": "1.1.26"}, "decided_on", "zwei Ziffern"),
        ({"decided_on": "2027-01-01"}, "decided_on", "liegt in der Zukunft"),
        ({"result": ""}, "result", "wie beschlossen"),
        ({"limit_net_cents": "-5"}, "limit_net_cents", "größer als 0"),
        ({"limit_net_cents": "viel"}, "limit_net_cents", "viel"),
        ({"limit_net_cents": "99999999999999"}, "limit_net_cents", "unplausibel hoch"),
    ],
)
def test_wrong_field_of_a_resolution_is_named(
    change: dict[str, str], field: str, words: str
) -> None:
    found = messages(lambda: resolution_forms.resolution(form(RESOLUTION | change), TODAY))
    assert list(found) == [field]
    assert words in found[field]


def test_empty_resolution_names_all_in_the_order_of_the_form() -> None:
    found = messages(lambda: resolution_forms.resolution(form({}), TODAY))
    assert list(found) == ["subject", "body", "decided_on", "result"]


def test_mandate_is_read() -> None:
    several = ImmutableMultiDict([*MANDATE.items(), ("scope", "award"), ("scope", "juggling")])
    entry = forms.mandate(several, TODAY)
    assert entry.scope == {Scope.TENDER, Scope.AWARD}
    assert entry.limit_net_cents is None


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"scope": "juggling"}, "scope", "wofür"),
        ({"wording": "\u200b"}, "wording", "Wortlaut"),
        ({"valid_from": ""}, "valid_from", "ab wann"),
        ({"valid_from": "1026-01-01"}, "valid_from", "unplausibel"),
        ({"valid_to": "2026-11-30"}, "valid_to", "vor dem Beginn"),
        ({"valid_to": "bald"}, "valid_to", "ist kein Datum"),
        ({"limit_net_cents": "0"}, "limit_net_cents", "größer als 0"),
    ],
)
def test_wrong_field_of_a_mandate_is_named(change: dict[str, str], field: str, words: str) -> None:
    found = messages(lambda: forms.mandate(form(MANDATE | change), TODAY))
    assert list(found) == [field]
    assert words in found[field]


def test_move_and_revocation_are_read() -> None:
    assert forms.move(form(MOVE))["move"] is Move.SIGN
    assert forms.move(form(MOVE))["legal_form"] is None
    assert forms.revocation(form(REVOCATION))["revoked_on"] == dt.date(2026, 11, 20)


def test_wrong_move_and_revocation_are_named() -> None:
    assert set(messages(lambda: forms.move(form({})))) == {"move", "on", "reason"}
    wrong = MOVE | {"legal_form": "club"}
    assert set(messages(lambda: forms.move(form(wrong)))) == {"legal_form"}
    assert set(messages(lambda: forms.revocation(form({})))) == {"revoked_on", "reason"}
    long = REVOCATION | {"reason": "x" * 2001}
    assert set(messages(lambda: forms.revocation(form(long)))) == {"reason"}
