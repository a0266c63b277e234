"""Valid deadlines; a test states only what matters to it."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from vergabe import clock, ids
from vergabe.cooperations.model import Cooperation
from vergabe.deadlines import service
from vergabe.deadlines.model import Deadline

CALCULATION: dict[str, Any] = {
    "rule": "vgv-open-electronic",
    "law": "§ 15 Abs. 2, 4 VgV",
    "steps": ["Absendung am 23.11.2026; Tag 1 ist der 24.11.2026.", "30 Tage: 23.12.2026."],
}


def deadline(session: Session, cooperation: Cooperation, **more: Any) -> Deadline:
    """Return a running submission deadline of a tender of the lead, ten days ahead."""
    now = clock.now()
    facts: dict[str, Any] = {
        "subject_kind": "tender",
        "subject_id": ids.new_id(),
        "subject_reference": "DLZ-2026-0001",
        "cooperation_id": cooperation.id,
        "kind": "submission",
        "title": "Angebotsfrist",
        "due_at": now + dt.timedelta(days=10),
        "source": "law",
        "law": "§ 15 Abs. 2, 4 VgV",
        "calculation": CALCULATION,
        "organisation_id": cooperation.lead_organisation_id,
        "now": now,
    }
    return service.set_deadline(session, **(facts | more))
