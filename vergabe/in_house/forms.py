"""Reading posted forms of checks into plain input, all mistakes at once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage

from vergabe.errors import InvalidInput, Violation, gather
from vergabe.files.documents import Upload
from vergabe.files.store import FileStore
from vergabe.in_house import entries
from vergabe.in_house.entries import MOST_ALTERNATIVES, CheckEntry
from vergabe.in_house.rules import Alternative, Result
from vergabe.web.forms import FormReader

_ANSWERS = {"yes": True, "no": False, "": None}


def entry(form: Mapping[str, str], today: dt.date) -> CheckEntry:
    """Return what a form says about a check; InvalidInput with a violation per field."""
    reader = FormReader(form)
    found = CheckEntry(
        offer_amount_net_cents=reader.money("offer_amount_net_cents"),
        offered_on=reader.day("offered_on"),
        offer_text=reader.text("offer_text"),
        declined_on=reader.day("declined_on"),
        has_control=_answer(reader, "has_control"),
        control_note=reader.text("control_note"),
        activities_basis_points=_share(reader, "activities_basis_points"),
        activities_note=reader.text("activities_note"),
        has_private_capital=_answer(reader, "has_private_capital"),
        capital_note=reader.text("capital_note"),
        alternatives=_alternatives(reader),
        criteria=reader.text("criteria"),
        comparison=reader.text("comparison"),
    )
    try:
        found = entries.checked(found, today)
    except InvalidInput as error:
        named = {violation.field for violation in reader.violations}
        reader.violations += [v for v in error.violations if v.field not in named]
    reader.raise_if_wrong()
    return found


def _answer(reader: FormReader, name: str) -> bool | None:
    text = reader.text(name)
    if text not in _ANSWERS:
        reader.violations.append(
            Violation("answer_unknown", "Wählen Sie eine der Antworten.", field=name)
        )
    return _ANSWERS.get(text)


def _share(reader: FormReader, name: str) -> int | None:
    before = len(reader.violations)
    found = reader.basis_points(name)
    if len(reader.violations) > before:
        reader.violations[before:] = [
            Violation(
                "share_malformed",
                "Geben Sie den Anteil in Prozent an, zum Beispiel 85 oder 85,5.",
                field=name,
            )
        ]
    return found


def _alternatives(reader: FormReader) -> tuple[Alternative, ...]:
    """Return the rows that say anything; an empty row is no alternative."""
    found = []
    for index in range(MOST_ALTERNATIVES):
        path = f"alternatives.{index}"
        name, source = reader.text(f"{path}.name"), reader.text(f"{path}.source")
        amount_text = reader.text(f"{path}.amount_net_cents").strip()
        if not (name.strip() or source.strip() or amount_text):
            continue
        amount = reader.money(f"{path}.amount_net_cents")
        if not amount_text:
            reader.violations.append(
                Violation(
                    "amount_missing",
                    "Geben Sie den Betrag der Alternative an.",
                    field=f"{path}.amount_net_cents",
                )
            )
        if not name.strip():
            reader.violations.append(
                Violation("name_missing", "Nennen Sie die Alternative.", field=f"{path}.name")
            )
        found.append(Alternative(name, 1 if amount is None else amount, source))
    return tuple(found)


def decision(form: Mapping[str, str]) -> tuple[Result, str]:
    """Return result and reason of a form; InvalidInput with a violation per field."""
    reader = FormReader(form)
    result = reader.choice("result", Result, "Wählen Sie das Ergebnis.")
    reason = gather(reader.violations, lambda: entries.checked_reason(reader.text("reason")))
    reader.raise_if_wrong()
    assert result is not None
    assert reason is not None
    return result, reason


def upload(files: Mapping[str, FileStorage], store: FileStore) -> Upload | None:
    """Return the document of a form, None if none was chosen."""
    given = files.get("document")
    if given is None or not given.filename:
        return None
    return Upload(given.filename, given.stream, store)


def values(shown: CheckEntry) -> dict[str, Any]:
    """Return the fields of a form that shows a check as it is."""
    share = shown.activities_basis_points
    found: dict[str, Any] = shown.as_columns() | {
        "has_control": _word(shown.has_control),
        "has_private_capital": _word(shown.has_private_capital),
        "activities_basis_points": "" if share is None else _percent(share),
    }
    for index, one in enumerate(shown.alternatives):
        found |= {
            f"alternatives.{index}.name": one.name,
            f"alternatives.{index}.amount_net_cents": one.amount_net_cents,
            f"alternatives.{index}.source": one.source,
        }
    return found


def _word(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole},{rest:02d}" if rest else str(whole)
