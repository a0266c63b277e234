"""Posted forms of funding as plain input, and cases as values of their forms."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from vergabe.cooperations.documents import Upload
from vergabe.cost_keys.keys import KeyKind
from vergabe.errors import Violation
from vergabe.files.store import FileStore
from vergabe.funding.entries import (
    AWARD_RULES,
    MOST_LINES,
    CaseEntry,
    DecisionEntry,
    ExpenseEntry,
    LineEntry,
)
from vergabe.funding.model import FundingCase
from vergabe.law.funding import Rounding
from vergabe.money import german
from vergabe.web.forms import FormReader

Form = MultiDict[str, str]
SPARE_ROWS = 3


def case_entry(form: Form) -> CaseEntry:
    """Return the plan that a form describes; InvalidInput with a violation per field."""
    reader = FormReader(form)
    entry = CaseEntry(
        programme=reader.text("programme"),
        lines=_lines(reader),
        authority=reader.text("authority"),
        file_reference=reader.text("file_reference"),
        purpose=reader.text("purpose"),
        has_weak_budget=reader.flag("has_weak_budget"),
        quota_basis_points=reader.basis_points("quota"),
        ceiling_gross_cents=reader.money("ceiling"),
        rounding=_optional(reader, "rounding", Rounding),
        key_kind=_optional(reader, "key_kind", KeyKind),
        requires_resolutions=reader.flag("requires_resolutions"),
        award_rules=_award_rules(form),
        conditions=reader.text("conditions"),
        period_from=reader.day("period_from"),
        period_until=reader.day("period_until"),
    )
    reader.raise_if_wrong()
    return entry


def _optional(reader: FormReader, name: str, words: Any) -> Any:
    if not reader.text(name):
        return None
    return reader.choice(name, words, "Bitte wählen Sie aus der Liste.")


def _award_rules(form: Form) -> tuple[str, ...]:
    return tuple(form.getlist("award_rules"))


def _lines(reader: FormReader) -> tuple[LineEntry, ...]:
    """Return the lines in which something stands; empty rows are none."""
    found = []
    for index in range(MOST_LINES + SPARE_ROWS):
        path = f"lines.{index}"
        name = reader.text(f"{path}.name").strip()
        if not name and not reader.text(f"{path}.planned").strip():
            continue
        planned = reader.money(f"{path}.planned")
        known = {violation.field for violation in reader.violations}
        if planned is None and f"{path}.planned" not in known:
            reader.violations.append(
                Violation("planned_missing", "Hier fehlt der Betrag.", field=f"{path}.planned")
            )
        found.append(LineEntry(name, planned or 0, reader.money(f"{path}.eligible")))
    return tuple(found)


def only_day(form: Mapping[str, str], name: str, sentence: str) -> dt.date:
    """Return the day that a form is about; InvalidInput with the sentence if there is none."""
    reader = FormReader(form)
    day = reader.required_day(name, sentence)
    reader.raise_if_wrong()
    assert day is not None
    return day


def decision_entry(form: Form) -> DecisionEntry:
    """Return the notice that a form describes; InvalidInput with a violation per field."""
    reader = FormReader(form)
    day = reader.required_day("decided_on", "Geben Sie den Tag des Bescheids an.")
    granted = required_money(reader, "granted", "Geben Sie den bewilligten Betrag an.")
    entry = DecisionEntry(
        decided_on=day or dt.date.min,
        granted_gross_cents=granted,
        quota_basis_points=reader.basis_points("quota"),
        file_reference=reader.text("file_reference"),
        award_rules=_award_rules(form),
        conditions=reader.text("conditions"),
        period_from=reader.day("period_from"),
        period_until=reader.day("period_until"),
    )
    reader.raise_if_wrong()
    return entry


def expense_entry(form: Form) -> ExpenseEntry:
    """Return the expense that a form describes; InvalidInput with a violation per field."""
    reader = FormReader(form)
    line_id = reader.identifier("line_id")
    if line_id is None:
        reader.violations.append(
            Violation("line_missing", "Wählen Sie die Position.", field="line_id")
        )
    day = reader.required_day("paid_on", "Geben Sie den Tag der Zahlung an.")
    amount = required_money(reader, "amount", "Geben Sie den Betrag an.")
    entry = ExpenseEntry(
        line_id=line_id or uuid.UUID(int=0),
        paid_on=day or dt.date.min,
        payee=reader.text("payee"),
        voucher=reader.text("voucher"),
        amount_gross_cents=amount,
        eligible_gross_cents=reader.money("eligible"),
        organisation_id=reader.identifier("organisation_id"),
    )
    reader.raise_if_wrong()
    return entry


def required_money(reader: FormReader, name: str, sentence: str) -> int:
    """Return an amount in cents; the sentence stands at the field if it is empty."""
    found = reader.money(name)
    if found is None and not reader.text(name).strip():
        reader.violations.append(Violation(f"{name}_missing", sentence, field=name))
    return found or 0


def seen_version(form: Form) -> int | None:
    """Return the version that the page showed; None for a form that carries none."""
    return FormReader(form).version() if "version" in form else None


def upload(files: Mapping[str, FileStorage], store: FileStore) -> Upload | None:
    """Return the document of a form, None if none was chosen."""
    given = files.get("document")
    if given is None or not given.filename:
        return None
    return Upload(given.filename, given.stream, store)


def values_of(case: FundingCase | None, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return a case as its form shows it; for None what the cooperation's file gives."""
    if case is None:
        return {
            "programme": defaults.get("programme", ""),
            "authority": defaults.get("authority", ""),
            "quota": _percent(defaults.get("quota_basis_points")),
            "ceiling": defaults.get("ceiling_cents"),
            "rounding": defaults.get("rounding", ""),
            "requires_resolutions": "1" if defaults.get("requires_resolutions") else "",
            "award_rules": defaults.get("award_rules", []),
        }
    shown: dict[str, Any] = {
        "programme": case.programme,
        "authority": case.authority,
        "file_reference": case.file_reference,
        "purpose": case.purpose,
        "has_weak_budget": "1" if case.has_weak_budget else "",
        "quota": _percent(case.quota_basis_points),
        "ceiling": case.ceiling_gross_cents,
        "rounding": case.rounding or "",
        "key_kind": case.key_kind or "",
        "requires_resolutions": "1" if case.requires_resolutions else "",
        "award_rules": [rule for rule in AWARD_RULES if rule in case.award_rules],
        "conditions": case.conditions,
        "period_from": case.period_from,
        "period_until": case.period_until,
    }
    for index, line in enumerate(case.lines):
        shown[f"lines.{index}.name"] = line.name
        shown[f"lines.{index}.planned"] = _amount(line.planned_gross_cents)
        shown[f"lines.{index}.eligible"] = _amount(line.eligible_gross_cents)
    return shown


def _amount(cents: int) -> str:
    """Return cents as people type them: `1.234,50`."""
    return german(cents).removesuffix("€").strip()


def typed(form: Form) -> dict[str, Any]:
    """Return a posted form as its page shows it again."""
    return {**form.to_dict(), "award_rules": form.getlist("award_rules")}


def rows_in(values: Mapping[str, Any]) -> int:
    """Return how many rows the form of the lines shows: the filled ones and some to spare."""
    filled = [
        int(name.split(".")[1])
        for name in values
        if name.startswith("lines.") and name.endswith(".name") and name.split(".")[1].isdigit()
    ]
    last = max((index for index in filled if index < MOST_LINES), default=-1)
    return min(last + 1 + SPARE_ROWS, MOST_LINES + SPARE_ROWS)


def _percent(basis_points: int | None) -> str:
    if basis_points is None:
        return ""
    whole, rest = divmod(basis_points, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else str(whole)
