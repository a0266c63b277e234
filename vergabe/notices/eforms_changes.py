"""What one version of a tender changed of the one before, as a change notice says it (BT-141).

Read from the versions that were told to the public, which never change.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.tenders.model import Tender, TenderVersion

_PROCEDURE: Final = ("PROCEDURE",)


@dataclass(frozen=True)
class VersionChange:
    """The summary of a version, its changes as (sentence, sections), and whether documents are
    among them.
    """

    summary: str
    changes: tuple[tuple[str, tuple[str, ...]], ...]
    has_new_documents: bool


def of_version(session: Session, tender: Tender, number: int) -> VersionChange:
    """Return what version `number` of a tender changed; LookupError where it is not there."""
    query = select(TenderVersion).where(
        TenderVersion.tender_id == tender.id, TenderVersion.number.in_((number - 1, number))
    )
    versions = {version.number: version for version in session.scalars(query)}
    new, old = versions[number], versions[number - 1]
    changes = tuple(between(old.snapshot, new.snapshot))
    if not changes:
        changes = ((new.summary or "Die Bekanntmachung wurde aktualisiert.", _PROCEDURE),)
    return VersionChange(
        summary=new.summary or changes[0][0],
        changes=changes,
        has_new_documents=_differs("documents", old.snapshot, new.snapshot),
    )


def as_told(session: Session, tender: Tender, number: int) -> Tender:
    """Return a tender with the texts and deadlines of a version; LookupError: it is not there.

    Nothing else changes once a tender is public, so the rest is read as it stands.
    """
    query = select(TenderVersion).where(
        TenderVersion.tender_id == tender.id, TenderVersion.number == number
    )
    found = session.scalars(query).first()
    if found is None:
        raise LookupError(f"no version {number}")
    return cast("Tender", _AsTold(tender, found.snapshot))


class _AsTold:
    def __init__(self, tender: Tender, snapshot: Mapping[str, Any]) -> None:
        self._tender = tender
        for name in ("title", "description", "selection_criteria"):
            setattr(self, name, snapshot[name])
        for name in ("submission_deadline", "enquiries_deadline"):
            said = snapshot[name]
            setattr(self, name, dt.datetime.fromisoformat(said) if said else None)
        until = snapshot["bid_validity_until"]
        self.bid_validity_until = dt.date.fromisoformat(until) if until else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tender, name)


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Return each change as a sentence with the sections it is in (BT-13716)."""
    lots = tuple(f"LOT-{lot['number']:04d}" for lot in new["lots"])
    return [
        (sentence, _PROCEDURE if is_procedure else lots)
        for name, is_procedure, sentence in _SENTENCES
        if _differs(name, old, new)
    ]


_SENTENCES: Final = (
    ("title", True, "Der Titel wurde geändert."),
    ("description", True, "Die Beschreibung wurde geändert."),
    ("selection_criteria", False, "Die Eignungskriterien wurden geändert."),
    ("submission_deadline", False, "Die Angebotsfrist wurde geändert."),
    ("enquiries_deadline", False, "Die Frist für Fragen wurde geändert."),
    ("bid_validity_until", False, "Die Bindefrist wurde geändert."),
    ("criteria", False, "Die Zuschlagskriterien wurden geändert."),
    ("lots", False, "Die Lose wurden geändert."),
    ("documents", False, "Die Vergabeunterlagen wurden geändert."),
)

_Reader = Callable[[Mapping[str, Any]], Any]


def _documents(snapshot: Mapping[str, Any]) -> Any:
    return sorted((row["id"], row["version"]) for row in snapshot.get("documents", ()))


_READERS: Final[Mapping[str, _Reader]] = {"documents": _documents}


def _differs(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    read = _READERS.get(name)
    if read is None:
        return bool(old.get(name) != new.get(name))
    return bool(read(old) != read(new))
