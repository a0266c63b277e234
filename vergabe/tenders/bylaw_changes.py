"""By-laws of the buyers of a tender: whether they changed since it was ready, and the record."""

from collections.abc import Mapping
from typing import Any

from vergabe.errors import Violation
from vergabe.tenders.assessment import Assessment
from vergabe.tenders.model import Tender

_NONE = "keine Satzung"


def reasons_against_publishing(tender: Tender, newest: Assessment) -> list[Violation]:
    """Return one reason per buyer whose by-law is another one than when the tender was ready.

    newest: the assessment of today. From the EU threshold on by-laws do not decide: no reasons.
    """
    if newest.reaches_threshold:
        return []
    known: Mapping[str, Mapping[str, Any]] = {
        entry["organisation_id"]: entry for entry in tender.law_result.get("bylaws") or ()
    }
    return [
        _changed(before, entry)
        for entry in newest.bylaws
        for before in [known.get(entry["organisation_id"], {})]
        if before.get("bylaw_id") != entry["bylaw_id"]
    ]


def _changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Violation:
    old, new = before.get("label") or _NONE, now["label"] or _NONE
    return Violation(
        "bylaw_changed",
        f"{now['name']}: Seit der Vorbereitung hat sich die Satzung geändert (bisher: {old}; "
        f"jetzt: {new}). Prüfen Sie die gemeinsamen Regeln auf der Seite „Satzungen“, nehmen Sie "
        "das Verfahren zurück und erklären Sie es neu bereit.",
        law="§ 75a Abs. 2 GO NRW",
        who="Vergabestelle der Federführung",
    )


def for_record(tender: Tender) -> dict[str, Any]:
    """Return which by-law versions decided what, for the record of a tender."""
    return {
        "bylaws": list(tender.law_result.get("bylaws") or ()),
        "common_rules": tender.law_result.get("common_rules"),
    }
