"""Procedures in the directory, straight and without notices: for tests of the search."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Session

from vergabe.catalogue import service
from vergabe.catalogue.service import Listed, Origin

NOW = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)


def listed(**changes: Any) -> Listed:
    """Return a procedure of a town that buys a fire engine."""
    subject_id = changes.pop("subject_id", uuid.uuid4())
    facts: dict[str, Any] = {
        "subject_id": subject_id,
        "path": f"/bekanntmachungen/andere/{subject_id}",
        "feed_id": f"urn:uuid:{subject_id}",
        "title": "Lieferung eines Löschfahrzeugs LF 20",
        "summary": "Für die Feuerwehr, mit Beladung.",
        "buyer_names": ["Stadt Jülich"],
        "sources": ["doe"],
        "cpv": ["34144213"],
        "nuts": ["DEA26"],
        "nature": "supplies",
        "deadline": NOW + dt.timedelta(days=20),
        "stage": "running",
        "is_joint": False,
        "shown_on": dt.date(2026, 11, 1),
    }
    facts |= changes
    facts.setdefault("heads", (facts["title"], facts.get("reference", "")))
    facts.setdefault("texts", (facts["summary"],))
    return Listed(**facts)


def enter(session: Session, *procedures: Listed, origin: Origin = "other") -> None:
    """Enter procedures and commit, so that requests see them."""
    service.enter(session, origin, procedures, now=NOW)
    session.commit()
