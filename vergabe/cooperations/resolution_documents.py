"""Documents made from resolutions: the public extract of one, and the proof for all members.

Both hold only what every member may know; PDF/A with tags, through exchange/pdf.py.
"""

import datetime as dt
from typing import Any, Final

from vergabe.cooperations import chain_reasons, rules
from vergabe.cooperations.chain_reasons import STATE_NAMES
from vergabe.cooperations.model import Cooperation, Resolution
from vergabe.cooperations.resolution_overview import Cell, Row, SubjectTable
from vergabe.cooperations.rules import LegalForm, ResolutionKind, Subject
from vergabe.exchange import pdf

NOT_PUBLIC: Final = (
    "Der Beschluss wurde in nichtöffentlicher Sitzung gefasst; der Wortlaut wird nicht "
    "wiedergegeben."
)


def votes(resolution: Resolution) -> str:
    """Return the result of the vote in words: "12 Ja, 3 Nein, 1 Enthaltung", or nothing."""
    counted = [
        f"{count} {word}"
        for count, word in (
            (resolution.yes_votes, "Ja"),
            (resolution.no_votes, "Nein"),
            (
                resolution.abstentions,
                "Enthaltung" if resolution.abstentions == 1 else "Enthaltungen",
            ),
        )
        if count is not None
    ]
    return ", ".join([*(["einstimmig"] if resolution.is_unanimous else []), *counted])


def outcome(resolution: Resolution) -> str:
    """Return kind and result of a resolution in words."""
    kind = rules.RESOLUTION_KIND_NAMES[ResolutionKind(resolution.kind)]
    return f"{kind}: {'zugestimmt' if resolution.result == 'adopted' else 'abgelehnt'}"


def extract_facts(resolution: Resolution) -> dict[str, Any]:
    """Return the public part of a resolution; of a closed session body, day, item and result."""
    facts = [
        ("Kommune", resolution.organisation.name),
        ("Gremium", resolution.body),
        ("Sitzung", f"{resolution.decided_on:%d.%m.%Y}, {session_kind(resolution)}"),
        ("Tagesordnungspunkt", resolution.item_number or "nicht angegeben"),
        ("Worüber", rules.SUBJECT_NAMES[Subject(resolution.subject)]),
        ("Ergebnis", outcome(resolution)),
    ]
    if resolution.is_public:
        form = resolution.legal_form
        facts += [
            (label, value)
            for label, value in (
                ("Abstimmung", votes(resolution)),
                ("Rechtsform", rules.LEGAL_FORM_NAMES[LegalForm(form)] if form else ""),
                ("Gegenstand", resolution.matter),
                ("Grundlage", resolution.basis),
                ("Bedingungen", resolution.conditions),
            )
            if value
        ]
    if resolution.revoked_on is not None:
        facts.append(("Aufgehoben zum", f"{resolution.revoked_on:%d.%m.%Y}"))
    return {
        "title": f"Auszug: Beschluss vom {resolution.decided_on:%d.%m.%Y}",
        "facts": facts,
        "wording": resolution.wording if resolution.is_public else "",
        "note": "" if resolution.is_public else NOT_PUBLIC,
    }


def session_kind(resolution: Resolution) -> str:
    """Return whether the session was public, as people say it."""
    if resolution.kind == ResolutionKind.DELEGATED:
        return "Entscheidung der Verwaltung"
    return "öffentlich" if resolution.is_public else "nichtöffentlich"


def extract_pdf(resolution: Resolution) -> bytes:
    """Return the public extract as PDF/A; the same resolution gives the same bytes."""
    return pdf.render("resolution_extract", extract_facts(resolution), at=resolution.recorded_at)


def proof_facts(cooperation: Cooperation, table: SubjectTable, day: dt.date) -> dict[str, Any]:
    """Return the proof of all members' resolutions on one subject, as it stands on a legal day."""
    naming = table.naming
    form = rules.LEGAL_FORM_NAMES[naming.legal_form] if naming and naming.legal_form else ""
    return {
        "title": f"Nachweis der Beschlüsse: {table.title}",
        "facts": [
            ("Zusammenarbeit", cooperation.name),
            ("Federführung", cooperation.lead.name),
            *(
                [
                    ("Rechtsform", form or "noch nicht vereinbart"),
                    ("Gegenstand", naming.matter or "noch nicht vereinbart"),
                ]
                if naming
                else []
            ),
            ("Stand", f"{day:%d.%m.%Y}"),
            ("Ergebnis", _summary(table)),
        ],
        "rows": [line for row in table.rows for line in _lines(table, row)],
        "missing": [reason.message for reason in table.reasons],
        "is_complete": table.is_complete,
    }


def _summary(table: SubjectTable) -> str:
    if not table.is_complete:
        return "nicht vollständig"
    assert table.effective_on is not None
    sentence = "vollständig: alle Beteiligten haben zugestimmt"
    if table.naming is not None:
        sentence += ", mit gleicher Form und gleichem Gegenstand"
    if table.effective_together:
        return f"{sentence}; wirksam seit {table.effective_on:%d.%m.%Y} (letzter Beschluss)"
    return sentence


def _lines(table: SubjectTable, row: Row) -> list[dict[str, str]]:
    named = _names_the_same(table, row)
    return [
        {
            "member": row.name,
            "body": cell.body,
            "session": _session(cell),
            "item": cell.view.resolution.item_number if cell.view else "",
            "result": _result(cell),
            "named": named if cell.has_last_word else "",
        }
        for cell in row.cells
    ] or [
        {"member": row.name, "body": "", "session": "", "item": "", "result": "fehlt", "named": ""}
    ]


def _session(cell: Cell) -> str:
    if cell.view is not None:
        found = cell.view.resolution
        return f"{found.decided_on:%d.%m.%Y}, {session_kind(found)}"
    return f"geplant {cell.planned_on:%d.%m.%Y}" if cell.planned_on else ""


def _result(cell: Cell) -> str:
    if cell.view is None:
        return "steht aus"
    found = cell.view.resolution
    if not cell.view.is_standing:
        return "aufgehoben"
    counted = votes(found) if found.is_public else ""
    return f"{outcome(found)}{f' ({counted})' if counted else ''}"


def _names_the_same(table: SubjectTable, row: Row) -> str:
    deciding = row.chain.deciding
    if deciding is None or table.naming is None:
        return ""
    wrong = list(chain_reasons.against_naming(row.name, deciding, table.naming))
    return "nein" if wrong else "ja"


def proof_pdf(
    cooperation: Cooperation, table: SubjectTable, *, now: dt.datetime, day: dt.date
) -> bytes:
    """Return the proof as PDF/A, to be annexed to an application."""
    return pdf.render("resolutions", proof_facts(cooperation, table, day), at=now)


def state_of(row: Row) -> str:
    """Return how far a member is, in a word or two."""
    if row.is_under_reserve:
        return "unter Vorbehalt"
    if row.effective_on is not None:
        return f"wirksam seit {row.effective_on:%d.%m.%Y}"
    return STATE_NAMES[row.chain.state]
