"""What is new in a tender since a person last took note of it: versions, documents, answers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.enquiries import queries as enquiries
from vergabe.enquiries.model import Answer
from vergabe.notices import queries as notices
from vergabe.suppliers import seeing
from vergabe.tenders import differences
from vergabe.tenders.differences import Difference, DocumentChange
from vergabe.tenders.model import Tender, TenderVersion


@dataclass(frozen=True)
class News:
    """What came after `since`; None: the person has never taken note, all since publication."""

    since: dt.datetime | None
    since_version: int
    versions: Sequence[TenderVersion]
    differences: Sequence[Difference]
    documents: Sequence[DocumentChange]
    answers: Sequence[Answer]

    @property
    def is_anything(self) -> bool:
        return bool(self.versions or self.answers)


def news_of(session: Session, actor: Actor, tender: Tender) -> News:
    """Return what a person of a firm has not taken note of in a published tender."""
    seen = seeing.seen_by(session, actor, tender.id)
    answers = enquiries.published_answers(session, tender.id)
    told = notices.public_versions(session, tender.id)
    versions = sorted((v for v in tender.versions if v.number in told), key=lambda v: v.number)
    since = seen.seen_at if seen else _registered(session, actor, tender)
    known = seen.version_number if seen else _version_at(versions, since)
    later = [version for version in versions if version.number > known]
    before = next((v for v in versions if v.number == known), versions[0] if versions else None)
    changes: list[Difference] = []
    documents: list[DocumentChange] = []
    if later and before is not None:
        changes = differences.between(before.snapshot, later[-1].snapshot)
        documents = differences.documents_between(before.snapshot, later[-1].snapshot)
    return News(
        since,
        known,
        later,
        changes,
        documents,
        [each for each in answers if since is None or each.published_at > since],
    )


def _registered(session: Session, actor: Actor, tender: Tender) -> dt.datetime | None:
    if actor.organisation_id is None:
        return None
    return seeing.registered_since(session, actor.organisation_id, tender.id)


def _version_at(versions: Sequence[TenderVersion], since: dt.datetime | None) -> int:
    """Return the version that was public at an instant, the first one for None."""
    if since is None:
        return versions[0].number if versions else 1
    return max((v.number for v in versions if v.published_at <= since), default=1)
