"""Reading posted forms about resolutions into plain input, all mistakes at once."""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, TypeVar

from werkzeug.datastructures import ImmutableMultiDict

from vergabe.access.permissions import Role
from vergabe.cooperations import entries, rules
from vergabe.cooperations.confidentiality import Classification, PaperKind
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.papers import PaperEntry
from vergabe.cooperations.planning import PlanEntry, checked_plan
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject
from vergabe.errors import InvalidInput
from vergabe.web.forms import FormReader

Form = ImmutableMultiDict[str, str]
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

_ORDER: Final = (
    *("subject", "pool_id", "body", "decided_on", "item_number", "result", "yes_votes", "no_votes"),
    *("abstentions", "legal_form", "matter", "kind", "basis", "limit_net_cents", "conditions"),
    *("wording", "paper_kind", "classification", "roles"),
)


class Result(StrEnum):
    """How a body decided."""

    ADOPTED = "adopted"
    REJECTED = "rejected"


def resolution(form: Form, today: dt.date) -> ResolutionEntry:
    """Return the resolution that a form describes; InvalidInput with a violation per field."""
    reader = FormReader(form)
    subject = reader.choice("subject", Subject, "Wählen Sie, worüber beschlossen wurde.")
    result = reader.choice("result", Result, "Wählen Sie, wie beschlossen wurde.")
    decided_on = reader.required_day("decided_on", "Geben Sie den Tag der Sitzung an.")
    kind = _optional(reader, "kind", ResolutionKind, "Wählen Sie die Art der Entscheidung.")
    entry = ResolutionEntry(
        subject=subject or Subject.JOINING,
        body=reader.text("body"),
        # What could not be read is an error already; today stands in to check the other fields.
        decided_on=decided_on or today,
        is_adopted=result is Result.ADOPTED,
        item_number=reader.text("item_number"),
        wording=reader.text("wording"),
        limit_net_cents=reader.money("limit_net_cents"),
        conditions=reader.text("conditions"),
        is_public="is_confidential" not in form,
        pool_id=reader.identifier("pool_id") if subject in rules.POOL_POSSIBLE else None,
        kind=kind or ResolutionKind.DECISION,
        basis=reader.text("basis"),
        legal_form=_optional(reader, "legal_form", LegalForm, "Wählen Sie eine Rechtsform."),
        matter=reader.text("matter"),
        yes_votes=reader.whole("yes_votes"),
        no_votes=reader.whole("no_votes"),
        abstentions=reader.whole("abstentions"),
        is_unanimous="is_unanimous" in form,
    )
    return _checked(reader, entries.checked_resolution, entry, today)


def _optional(reader: FormReader, name: str, words: type[Word], sentence: str) -> Word | None:
    return reader.choice(name, words, sentence) if reader.text(name) else None


def _checked(reader: FormReader, check: Callable[..., T], entry: T, *more: Any) -> T:
    """Return the cleaned entry; InvalidInput with all mistakes in the order of the fields."""
    try:
        entry = check(entry, *more)
    except InvalidInput as error:
        named = {violation.field for violation in reader.violations}
        reader.violations += [v for v in error.violations if v.field not in named]
    rank = {name: place for place, name in enumerate(_ORDER)}
    reader.violations.sort(key=lambda violation: rank.get(violation.field or "", len(rank)))
    reader.raise_if_wrong()
    return entry


def paper(form: Form) -> PaperEntry:
    """Return kind and class of a paper; InvalidInput with a violation per field."""
    reader = FormReader(form)
    kind = _optional(reader, "paper_kind", PaperKind, "Wählen Sie, was es für ein Dokument ist.")
    classification, roles = _class_of(reader, form)
    reader.raise_if_wrong()
    return PaperEntry(kind or PaperKind.EXTRACT, classification, roles)


def classification(form: Form) -> dict[str, Any]:
    """Return the new class of a paper and the reason; InvalidInput with a violation per field."""
    reader = FormReader(form)
    found = reader.choice("classification", Classification, "Wählen Sie, wer es lesen darf.")
    _, roles = _class_of(reader, form)
    reason = _checked(reader, entries.checked_reason, reader.text("reason"))
    return {"classification": found, "roles": roles, "reason": reason}


def _class_of(reader: FormReader, form: Form) -> tuple[Classification | None, frozenset[Role]]:
    found = _optional(reader, "classification", Classification, "Wählen Sie, wer es lesen darf.")
    known = [role.value for role in Role]
    roles = frozenset(Role(word) for word in form.getlist("roles") if word in known)
    return found, roles if found is Classification.ROLES else frozenset()


def plan(form: Form) -> PlanEntry:
    """Return the planned decision that a form describes; InvalidInput with a violation per field.

    An empty day takes the plan back.
    """
    reader = FormReader(form)
    subject = reader.choice("subject", Subject, "Wählen Sie, worüber beschlossen werden soll.")
    entry = PlanEntry(
        subject=subject or Subject.JOINING,
        body=reader.text("body"),
        planned_on=reader.day("planned_on"),
        pool_id=reader.identifier("pool_id") if subject in rules.POOL_POSSIBLE else None,
    )
    return _checked(reader, checked_plan, entry)
