"""A demand or credit note as a letter: the same facts for the page and for the PDF."""

import datetime as dt
from typing import Any

from vergabe import money
from vergabe.cost_keys.keys import percent
from vergabe.cost_shares.kinds import Kind
from vergabe.cost_shares.model import LedgerEntry
from vergabe.cost_shares.vat_rules import STATUS_NAMES
from vergabe.errors import NotFound
from vergabe.exchange import pdf


def letter(entry: LedgerEntry) -> dict[str, Any]:
    """Return the letter of a demand as strings ready to print, from what was booked then.

    NotFound for entries that are no demand.
    """
    if entry.kind != Kind.DEMAND:
        raise NotFound("Das Schreiben")
    lines = [_line(line) for line in entry.details["lines"]]
    return {
        "title": entry.text,
        "reference": entry.document,
        "date": f"{entry.document_on:%d.%m.%Y}",
        "from": entry.details["from"],
        "to": entry.details["to"],
        "opening": _opening(entry),
        "lines": lines,
        "net": money.german(entry.net_cents or 0),
        "vat": money.german(entry.vat_cents or 0),
        "total": money.german(entry.amount_cents),
        "closing": _closing(entry),
    }


def _line(line: dict[str, Any]) -> dict[str, str]:
    what = f"Storno: {line['text']}" if line["is_correction"] else line["text"]
    supplied = dt.date.fromisoformat(line["supplied_on"]) if line["supplied_on"] else None
    context = [line["project"], f"Leistung vom {supplied:%d.%m.%Y}" if supplied else ""]
    status = STATUS_NAMES.get(line["vat_status"], "")
    if line["vat_rate_basis_points"]:
        status += f" mit {percent(line['vat_rate_basis_points'])}"
    return {
        "number": str(line["number"]),
        "text": f"{what} ({', '.join(filter(None, context))})",
        "cost": money.german(line["cost_cents"]),
        "share": money.german(line["share_cents"]),
        "vat": money.german(line["vat_cents"]),
        "total": money.german(line["share_cents"] + line["vat_cents"]),
        "arithmetic": line["arithmetic"],
        "vat_reason": f"Umsatzsteuer: {status}. {line['vat_reason']}",
    }


def _opening(entry: LedgerEntry) -> list[str]:
    who = entry.details["from"]["name"]
    if entry.amount_cents < 0:
        return [f"{who} schreibt Ihnen {money.german(-entry.amount_cents)} gut."]
    if entry.due_on is None:
        return ["Die Posten gleichen sich aus; zu zahlen ist nichts."]
    return [
        f"{who} hat für die gemeinsame Beschaffung Kosten vorgeleistet. Auf Ihre Kommune entfallen "
        f"{money.german(entry.amount_cents)}. Bitte zahlen Sie diesen Betrag bis zum "
        f"{entry.due_on:%d.%m.%Y} und nennen Sie {entry.document}."
    ]


def _closing(entry: LedgerEntry) -> list[str]:
    contact = entry.details["from"]["contact"]
    interest = entry.details["interest_basis_points"]
    terms = (
        f"Nach diesem Tag fallen Zinsen von {percent(interest)} im Jahr an."
        if interest
        else "Die Vorleistung ist zinsfrei."
    )
    return [terms, f"Fragen beantwortet {contact}." if contact else ""]


def letter_pdf(entry: LedgerEntry) -> bytes:
    """Return the letter as PDF; the same entry always gives the same bytes."""
    return pdf.render("settlement", letter(entry), at=entry.recorded_at)
