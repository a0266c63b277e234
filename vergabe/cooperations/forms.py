"""Reading posted forms of cooperations into plain input, all mistakes at once."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from vergabe.cooperations import entries
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import MandateEntry
from vergabe.cooperations.rules import LegalForm, Move, Scope
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange import german
from vergabe.exchange.german_dates import parse_date
from vergabe.files.store import FileStore

Form = ImmutableMultiDict[str, str]
Word = TypeVar("Word", bound=StrEnum)
T = TypeVar("T")


class _Reader:
    """Takes fields from a form and gathers what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.violations: list[Violation] = []

    def text(self, name: str) -> str:
        return self.form.get(name, "")

    def miss(self, name: str, sentence: str) -> None:
        self.violations.append(Violation(f"{name}_missing", sentence, field=name))

    def parsed(self, name: str, parse: Callable[..., T]) -> T | None:
        """Return what a field means, None if it is empty or cannot be understood."""
        text = self.text(name).strip()
        if not text:
            return None
        return gather(self.violations, lambda: parse(text, field=name))

    def day(self, name: str, sentence: str) -> dt.date | None:
        found = self.parsed(name, parse_date)
        if not self.text(name).strip():
            self.miss(name, sentence)
        return found

    def choice(self, name: str, words: type[Word], sentence: str) -> Word | None:
        text = self.text(name)
        if text not in [word.value for word in words]:
            self.miss(name, sentence)
            return None
        return words(text)

    def checked(self, check: Callable[..., T], *arguments: Any) -> T | None:
        """Add what a check of the whole entry finds at fields that were readable."""
        try:
            return check(*arguments)
        except InvalidInput as error:
            named = {violation.field for violation in self.violations}
            self.violations += [v for v in error.violations if v.field not in named]
            return None

    def finish(self, *order: str) -> None:
        """Raise InvalidInput if anything was wrong; the mistakes in the order of the fields."""
        if self.violations:
            rank = {name: place for place, name in enumerate(order)}
            raise InvalidInput.of(
                sorted(self.violations, key=lambda v: rank.get(v.field or "", 99))
            )


def _grantee(reader: _Reader) -> uuid.UUID | None:
    text = reader.text("grantee_id").strip()
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        reader.miss("grantee_id", "Bitte wählen Sie aus der Liste.")
        return None


def mandate(form: Form, today: dt.date) -> MandateEntry:
    """Return the mandate that a form describes; InvalidInput with a violation per field."""
    reader = _Reader(form)
    known = [scope.value for scope in Scope]
    valid_from = reader.day("valid_from", "Geben Sie an, ab wann die Vollmacht gilt.")
    entry = MandateEntry(
        scope=frozenset(Scope(word) for word in form.getlist("scope") if word in known),
        wording=reader.text("wording"),
        valid_from=valid_from or today,
        valid_to=reader.parsed("valid_to", parse_date),
        limit_net_cents=reader.parsed("limit_net_cents", german.parse_money_cents),
        grantee_id=_grantee(reader),
    )
    entry = reader.checked(entries.checked_mandate, entry) or entry
    reader.finish("scope", "wording", "valid_from", "valid_to")
    return entry


def revocation(form: Form) -> dict[str, Any]:
    """Return revoked_on and reason of a form; InvalidInput with a violation per field."""
    reader = _Reader(form)
    day = reader.day("revoked_on", "Geben Sie an, ab wann es nicht mehr gilt.")
    reason = reader.checked(entries.checked_reason, reader.text("reason"))
    reader.finish()
    return {"revoked_on": day, "reason": reason}


def move(form: Form) -> dict[str, Any]:
    """Return move, on, reason and legal_form of a form; InvalidInput with a violation per field."""
    reader = _Reader(form)
    step = reader.choice("move", Move, "Wählen Sie den Schritt.")
    day = reader.day("on", "Geben Sie das Datum an.")
    reason = reader.checked(entries.checked_reason, reader.text("reason"))
    legal_form = None
    if reader.text("legal_form"):
        legal_form = reader.choice("legal_form", LegalForm, "Wählen Sie eine Rechtsform.")
    reader.finish()
    return {"move": step, "on": day, "reason": reason, "legal_form": legal_form}


def upload(files: Mapping[str, FileStorage], store: FileStore) -> Upload | None:
    """Return the document of a form, None if none was chosen."""
    given = files.get("document")
    if given is None or not given.filename:
        return None
    return Upload(given.filename, given.stream, store)


def required_upload(files: Mapping[str, FileStorage], store: FileStore) -> Upload:
    """Return the document of a form; InvalidInput if none was chosen."""
    found = upload(files, store)
    if found is None:
        raise InvalidInput.of(
            [Violation("document_missing", "Wählen Sie eine Datei aus.", field="document")]
        )
    return found
