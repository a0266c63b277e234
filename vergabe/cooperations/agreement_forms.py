"""Reading posted forms about the agreement into plain input, all mistakes at once."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from vergabe.cooperations.agreement_checklist import ITEMS
from vergabe.cooperations.agreement_entries import (
    AgreementEntry,
    ApprovalEntry,
    NoticeEntry,
    PartyEntry,
)
from vergabe.cooperations.rules import LegalForm
from vergabe.cost_keys.keys import KeyKind, NoAward
from vergabe.errors import Violation
from vergabe.web.forms import FormReader

_WEIGHTS: Final = (
    "equal_basis_points",
    "inhabitants_basis_points",
    "demand_value_basis_points",
)
# What the form does not ask for stays as it is.
_KEPT: Final = ("bearer", "bearer_basis_points", "due_days", "interest_basis_points")


def agreement(form: Mapping[str, str], known_key: Mapping[str, Any]) -> AgreementEntry:
    """Return the content that a form describes; known_key: the cost rule that is on file."""
    reader = FormReader(form)
    legal_form = reader.choice("legal_form", LegalForm, "Wählen Sie die Rechtsform.")
    months = reader.whole("notice_months")
    key = _cost_key(reader, known_key)
    reader.raise_if_wrong()
    assert legal_form is not None
    return AgreementEntry(
        legal_form=legal_form,
        subject=reader.text("subject"),
        requires_approval=reader.flag("requires_approval"),
        authority=reader.text("authority"),
        notice_months=months,
        notice_to=reader.text("notice_to") or "day",
        notice_ends=reader.text("notice_ends") or "membership",
        cost_key=key,
        checklist={item.key: reader.text(f"checklist.{item.key}") for item in ITEMS},
    )


def _cost_key(reader: FormReader, known: Mapping[str, Any]) -> dict[str, Any]:
    kind = reader.text("cost_key.kind")
    if kind not in tuple(KeyKind):
        if kind:
            message = "Wählen Sie einen der Schlüssel aus."
            reader.violations.append(Violation("kind_unknown", message, field="cost_key.kind"))
        kind = ""
    key: dict[str, Any] = {name: known[name] for name in _KEPT if name in known}
    found: dict[str, Any] = {"kind": kind}
    no_award = reader.text("cost_key.no_award")
    found["no_award"] = no_award if no_award in tuple(NoAward) else ""
    day = reader.day("cost_key.inhabitants_on")
    found["inhabitants_on"] = day.isoformat() if day else None
    if kind == KeyKind.BASE_PLUS_VARIABLE:
        found["base_cents"] = reader.money("cost_key.base_cents")
    if kind == KeyKind.MIXED:
        found |= {name: reader.basis_points(f"cost_key.{name}") for name in _WEIGHTS}
    found["vat_clause"] = reader.text("cost_key.vat_clause")
    found["note"] = reader.text("cost_key.note")
    return key | {name: value for name, value in found.items() if value not in (None, "")}


def party(form: Mapping[str, str]) -> PartyEntry:
    """Return the party that a form describes."""
    reader = FormReader(form)
    organisation_id = reader.identifier("organisation_id")
    if organisation_id is None:
        message = "Wählen Sie das Mitglied aus."
        reader.violations.append(Violation("member_missing", message, field="organisation_id"))
    signed_on = reader.day("signed_on")
    maximum = reader.money("maximum_net_cents")
    reader.raise_if_wrong()
    return PartyEntry(
        organisation_id=organisation_id or uuid.UUID(int=0),
        signed_on=signed_on,
        signed_by=reader.text("signed_by"),
        maximum_quantity=reader.text("maximum_quantity"),
        maximum_net_cents=maximum,
    )


def approval(form: Mapping[str, str]) -> ApprovalEntry:
    """Return what a form says about the way to the approval."""
    reader = FormReader(form)
    entry = ApprovalEntry(
        authority=reader.text("authority"),
        sent_on=reader.day("sent_on"),
        received_on=reader.day("received_on"),
        objections_on=reader.day("objections_on"),
        meeting_named_on=reader.day("meeting_named_on"),
        meeting_on=reader.day("meeting_on"),
    )
    reader.raise_if_wrong()
    return entry


def publication(form: Mapping[str, str]) -> dict[str, Any]:
    """Return published_on and published_in of a form."""
    reader = FormReader(form)
    day = reader.required_day("published_on", "Geben Sie den Tag der Bekanntmachung an.")
    reader.raise_if_wrong()
    return {"published_on": day, "published_in": reader.text("published_in")}


def notice(form: Mapping[str, str]) -> NoticeEntry:
    """Return the notice of termination that a form describes."""
    reader = FormReader(form)
    given_on = reader.required_day("given_on", "Geben Sie an, wann sie zugegangen ist.")
    effective_on = reader.required_day("effective_on", "Geben Sie an, ab wann sie wirkt.")
    reader.raise_if_wrong()
    assert given_on is not None
    assert effective_on is not None
    return NoticeEntry(
        given_on, effective_on, reader.text("reason"), reader.flag("is_extraordinary")
    )


def notified(form: Mapping[str, str]) -> dict[str, Any]:
    """Return notified_on of a form."""
    reader = FormReader(form)
    day = reader.required_day("notified_on", "Geben Sie den Tag der Anzeige an.")
    reader.raise_if_wrong()
    return {"notified_on": day}
