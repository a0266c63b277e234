"""The task list of an officer: what is done, what is missing, what is optional."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from vergabe.cooperations.gates import Gate
from vergabe.errors import Violation
from vergabe.money import german
from vergabe.tenders.documents import current_documents
from vergabe.tenders.gates import OFFICERS_GATES
from vergabe.tenders.model import Tender
from vergabe.tenders.presenting import known_url
from vergabe.tenders.rules import Stage
from vergabe.tenders.sections import SECTIONS, section_of
from vergabe.web.formatting import percent, weekday_moment


@dataclass(frozen=True)
class Task:
    """One line of the task list; kind as in badges; url None where there is nothing to do."""

    label: str
    status: str
    kind: str
    url: str | None
    hint: str | None = None


OWN_GATES = (*OFFICERS_GATES, "notice_complete")
"""Gates that the officer opens alone, in the sections of the draft."""


def tasks(tender: Tender, gates: Sequence[Gate], *, is_joined: bool, may_edit: bool) -> list[Task]:
    """Return what there is to do for a tender before it is published, in order.

    gates: all gates; is_joined: whether lots join what could be lots of their own; may_edit: the
    reader may change the draft.
    """
    missing = _missing(gates)
    links = may_edit and tender.stage == Stage.DRAFT
    found = [
        _section(tender, "beschreibung", missing, links, tender.title),
        _section(tender, "kontakt", missing, links, tender.contact.get("email")),
        _lots(tender, missing),
        *([_section(tender, "zusammenfassung", missing, links, None)] if is_joined else []),
        _section(
            tender,
            "verfahrensart",
            missing,
            links,
            str(tender.law_result.get("regime_name") or ""),
        ),
        _framework(tender, missing, links),
        _criteria(tender, missing, links),
        _section(tender, "eignung", missing, links, None),
        _documents(tender, missing),
        _deadlines(tender, missing, links),
        *_notice(tender, missing),
        _members(tender, gates),
    ]
    return [*found, *_last_steps(tender, found, may_edit=may_edit)]


def _missing(gates: Sequence[Gate]) -> dict[str, list[Violation]]:
    """Return section key, or `lots`, `criteria`, `documents` → what is missing there."""
    found: dict[str, list[Violation]] = {}
    for gate in gates:
        if gate.key not in (*OWN_GATES, "sums_agree"):
            continue
        for reason in gate.reasons:
            key = section_of(reason.field) or (reason.field or "").split(".")[0]
            found.setdefault(key, []).append(reason)
    return found


def _state(reasons: Sequence[Violation]) -> tuple[str, str]:
    if not reasons:
        return "erledigt", "success"
    return ("fehlt", "warning") if len(reasons) == 1 else (f"{len(reasons)} fehlen", "warning")


def _section(
    tender: Tender,
    key: str,
    missing: Mapping[str, Sequence[Violation]],
    links: bool,
    hint: str | None,
) -> Task:
    reasons = missing.get(key, ())
    status, kind = _state(reasons)
    url = url_for("tender_sections.show", tender_id=tender.id, key=key) if links else None
    return Task(
        SECTIONS[key].title, status, kind, url, reasons[0].message if reasons else hint or None
    )


def _lots(tender: Tender, missing: Mapping[str, Sequence[Violation]]) -> Task:
    reasons = missing.get("lots", ())
    status, kind = _state(reasons)
    count = len(tender.lots)
    words = "1 Los" if count == 1 else f"{count} Lose"
    hint = f"{words}, zusammen {german(tender.estimated_value_net_cents)} netto"
    return Task(
        "Lose und Mengen",
        status,
        kind,
        url_for("tender_lots.index", tender_id=tender.id),
        reasons[0].message if reasons else hint,
    )


def _framework(tender: Tender, missing: Mapping[str, Sequence[Violation]], links: bool) -> Task:
    task = _section(tender, "rahmenvereinbarung", missing, links, None)
    if tender.is_framework or missing.get("rahmenvereinbarung"):
        return task
    hint = "Nur, wenn Mengen oder Zeitpunkte der Abrufe noch offen sind."
    return Task(task.label, "optional", "neutral", task.url, hint)


def _criteria(tender: Tender, missing: Mapping[str, Sequence[Violation]], links: bool) -> Task:
    reasons = missing.get("criteria", ())
    status, kind = _state(reasons)
    hint = ", ".join(f"{c.name} {percent(c.weight_basis_points)}" for c in tender.criteria)
    return Task(
        "Zuschlagskriterien",
        status,
        kind,
        url_for("tender_criteria.show", tender_id=tender.id) if links else None,
        reasons[0].message if reasons else hint,
    )


def _documents(tender: Tender, missing: Mapping[str, Sequence[Violation]]) -> Task:
    reasons = missing.get("documents", ())
    status, kind = _state(reasons)
    count = len(current_documents(tender))
    hint = "1 Dokument" if count == 1 else f"{count} Dokumente"
    return Task(
        "Vergabeunterlagen",
        status,
        kind,
        url_for("tender_documents.index", tender_id=tender.id),
        reasons[0].message if reasons else hint,
    )


def _deadlines(tender: Tender, missing: Mapping[str, Sequence[Violation]], links: bool) -> Task:
    if tender.submission_deadline is None:
        hint = "Wird am Tag der Veröffentlichung nach dem Gesetz berechnet."
    else:
        hint = f"Angebote bis {weekday_moment(tender.submission_deadline)}"
    task = _section(tender, "fristen", missing, links, hint)
    if tender.submission_deadline is None and task.kind == "success":
        return Task(task.label, "nach Gesetz", "info", task.url, hint)
    return task


def _notice(tender: Tender, missing: Mapping[str, Sequence[Violation]]) -> list[Task]:
    """Return the task of the facts of the notice, which a later step keeps."""
    url = known_url("notice_facts.show", tender_id=tender.id)
    if url is None:
        return []
    reasons = missing.get("bekanntmachung", ())
    status, kind = _state(reasons)
    hint = reasons[0].message if reasons else "Ausgefüllt; ändern Sie nur, was anders ist."
    return [Task("Angaben zur Bekanntmachung", status, kind, url, hint)]


def _members(tender: Tender, gates: Sequence[Gate]) -> Task:
    closed = [gate for gate in gates if not gate.is_open and gate.key not in OWN_GATES]
    reasons = [reason for gate in closed for reason in gate.reasons]
    status, kind = _state(reasons)
    who = sorted({reason.who for reason in reasons if reason.who})
    return Task(
        "Voraussetzungen der Kommunen",
        status,
        kind,
        url_for("tenders.gates_page", tender_id=tender.id),
        f"Zuständig: {'; '.join(who)}" if who else None,
    )


def _last_steps(tender: Tender, before: Sequence[Task], *, may_edit: bool) -> list[Task]:
    is_ready = tender.stage == Stage.READY
    own_open = [task for task in before if task.kind == "warning" and task is not before[-1]]
    if is_ready:
        ready = Task("Bereit erklären", "erledigt", "success", None)
    elif own_open:
        ready = Task("Bereit erklären", "noch nicht möglich", "neutral", None)
    else:
        ready = Task("Bereit erklären", "möglich", "info", "#bereit" if may_edit else None)
    closed = is_ready and before[-1].kind == "warning"
    publish = Task(
        "Veröffentlichen",
        "noch nicht möglich" if closed or not is_ready else "möglich",
        "neutral" if closed or not is_ready else "info",
        url_for("tender_notices.publishing_form", tender_id=tender.id)
        if may_edit and is_ready
        else None,
    )
    return [ready, publish]
