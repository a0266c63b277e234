"""Reading posted forms of by-laws into plain input, all mistakes at once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage

from vergabe.bylaws import entries
from vergabe.bylaws.entries import AMOUNTS, NUMBERS, BylawEntry
from vergabe.bylaws.model import ProcurementBylaw
from vergabe.errors import InvalidInput, Violation
from vergabe.files.documents import Upload
from vergabe.files.store import FileStore
from vergabe.web.forms import FormReader

_ORDER = ("title", "adopted_on", "valid_from", "valid_to", *AMOUNTS, *NUMBERS, "note", "reason")


def entry(form: Mapping[str, str], today: dt.date, *, with_reason: bool = False) -> BylawEntry:
    """Return the version that a form describes; InvalidInput with a violation per field.

    with_reason: the form is a correction, whose reason is asked for as well.
    """
    reader = FormReader(form)
    adopted_on = reader.required_day("adopted_on", "Geben Sie den Tag des Beschlusses an.")
    valid_from = reader.required_day("valid_from", "Geben Sie an, ab wann die Satzung gilt.")
    # What could not be read is an error already; another day stands in to check the rest.
    stand_in = adopted_on or min(today, valid_from or today)
    found = BylawEntry(
        title=reader.text("title"),
        adopted_on=stand_in,
        valid_from=valid_from or stand_in,
        valid_to=reader.day("valid_to"),
        **{name: reader.money(name) for name in AMOUNTS},
        **{name: reader.whole(name) for name in NUMBERS},
        note=reader.text("note"),
    )
    violations = reader.violations
    try:
        found = entries.checked(found, today)
    except InvalidInput as error:
        violations += _further(violations, error)
    if with_reason:
        try:
            entries.checked_reason(reader.text("reason"))
        except InvalidInput as error:
            violations += _further(violations, error)
    if violations:
        raise InvalidInput.of(sorted(violations, key=lambda v: _ORDER.index(v.field or "title")))
    return found


def ending(form: Mapping[str, str]) -> dict[str, Any]:
    """Return last day, reason and version of a form; InvalidInput with a violation per field."""
    reader = FormReader(form)
    last = reader.required_day("valid_to", "Geben Sie den letzten Tag der Fassung an.")
    reason = reader.text("reason")
    try:
        reason = entries.checked_reason(reason)
    except InvalidInput as error:
        reader.violations += _further(reader.violations, error)
    reader.raise_if_wrong()
    return {"valid_to": last, "reason": reason, "version": reader.version()}


def _further(found: list[Violation], error: InvalidInput) -> list[Violation]:
    named = {violation.field for violation in found}
    return [violation for violation in error.violations if violation.field not in named]


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


def values(row: ProcurementBylaw) -> dict[str, Any]:
    """Return the fields of a form that shows a version as it is."""
    return {name: getattr(row, name) for name in BylawEntry.__dataclass_fields__}
