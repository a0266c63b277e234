"""Papers of resolutions: filing them, giving them a class, opening them, and who has opened them.

A paper that somebody may not read does not exist for them. Whoever opens one that is not public is
written down in the same transaction, before the first byte leaves.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission, Role
from vergabe.audit.service import Act
from vergabe.cooperations import confidentiality, documents, entries, filing
from vergabe.cooperations.confidentiality import (
    CLASSIFICATION_NAMES,
    PAPER_KIND_NAMES,
    Classification,
    PaperFacts,
    PaperKind,
    ReaderFacts,
)
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.model import PaperOpening, Resolution, ResolutionPaper
from vergabe.errors import InvalidInput, NotFound, Refused

WHAT = "Das Dokument"


@dataclass(frozen=True)
class PaperEntry:
    """What kind of paper it is and who may read it; None: by the session (see default_class)."""

    kind: PaperKind = PaperKind.EXTRACT
    classification: Classification | None = None
    roles: frozenset[Role] = frozenset()


def add_paper(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    entry: PaperEntry,
    upload: Upload,
    *,
    now: dt.datetime,
) -> ResolutionPaper:
    """File a paper with a resolution of the own municipality and return it.

    Raises NotFound for another's resolution, InvalidInput for a class that does not fit or a file
    of a wrong kind, TooLarge. The same bytes as the same kind again change nothing.
    """
    cooperation, resolution = filing.own_row(
        session, actor, Permission.RECORD_RESOLUTION, Resolution, cooperation_id, resolution_id, now
    )
    found = file_paper(session, actor, resolution, entry, upload, now=now)
    filing.touch(cooperation)
    session.flush()
    act = Act(
        "resolution_document_attached",
        "resolution",
        resolution.id,
        f"Der Beschluss: {PAPER_KIND_NAMES[PaperKind(found.kind)]} wurde hinterlegt.",
        details={
            "paper_id": str(found.id),
            "kind": found.kind,
            "classification": found.classification,
            "file_sha256": found.file_sha256,
        },
    )
    filing.record(session, actor, cooperation, act, now=now)
    return found


def file_paper(
    session: Session,
    actor: Actor,
    resolution: Resolution,
    entry: PaperEntry,
    upload: Upload,
    *,
    now: dt.datetime,
) -> ResolutionPaper:
    """Put a paper with a resolution; the command around it checks rights and keeps the record."""
    classification = entry.classification or confidentiality.default_class(resolution.is_public)
    _refuse_class(resolution, classification, entry.roles, entry.kind)
    sha256, name = documents.keep(session, upload, now=now)
    for paper in resolution.papers:
        if (paper.file_sha256, paper.kind) == (sha256, entry.kind):
            return paper
    found = ResolutionPaper(
        kind=entry.kind.value,
        classification=classification.value,
        roles=[role.value for role in Role if role in entry.roles],
        file_sha256=sha256,
        file_name=name,
        added_by_id=actor.user_id,
        recorded_at=now,
    )
    resolution.papers.append(found)
    return found


def _refuse_class(
    resolution: Resolution,
    classification: Classification,
    roles: Collection[Role],
    kind: PaperKind,
) -> None:
    against = list(
        confidentiality.reasons_against_class(
            classification, roles, kind, is_public=resolution.is_public
        )
    )
    if against:
        raise InvalidInput.of(against)


def classify(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    paper_id: uuid.UUID,
    classification: Classification,
    *,
    roles: frozenset[Role] = frozenset(),
    reason: str,
    now: dt.datetime,
) -> ResolutionPaper:
    """Give a paper another class and return it; who has read it before, has read it.

    Raises NotFound for what the actor may not read, InvalidInput for a class that does not fit.
    """
    cooperation, resolution = filing.own_row(
        session, actor, Permission.RECORD_RESOLUTION, Resolution, cooperation_id, resolution_id, now
    )
    paper = _paper_of(session, actor, resolution, paper_id)
    _refuse_class(resolution, classification, roles, PaperKind(paper.kind))
    reason = entries.checked_reason(reason)
    wanted = [role.value for role in Role if role in roles]
    if (paper.classification, paper.roles) == (classification, wanted):
        return paper
    before, paper.classification, paper.roles = paper.classification, classification.value, wanted
    filing.touch(cooperation)
    session.flush()
    act = Act(
        "paper_classified",
        "resolution",
        resolution.id,
        f"{resolution.organisation.name}: Ein Dokument zum Beschluss vom "
        f"{resolution.decided_on:%d.%m.%Y} darf jetzt lesen: "
        f"{CLASSIFICATION_NAMES[classification]}.",
        reason=reason,
        details={"paper_id": str(paper.id), "from": before, "to": classification.value},
    )
    filing.record_of_resolution(session, actor, cooperation, resolution, act, now=now)
    return paper


def visible_paper(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    paper_id: uuid.UUID,
) -> ResolutionPaper:
    """Return a paper that the actor may read; NotFound, in the same words, for any other."""
    resolution = session.get(Resolution, resolution_id)
    if resolution is None or resolution.cooperation_id != cooperation_id:
        raise NotFound(WHAT)
    return _paper_of(session, actor, resolution, paper_id)


def _paper_of(
    session: Session, actor: Actor, resolution: Resolution, paper_id: uuid.UUID
) -> ResolutionPaper:
    for paper in readable(actor, resolution):
        if paper.id == paper_id:
            return paper
    raise NotFound(WHAT)


def readable(actor: Actor, resolution: Resolution) -> list[ResolutionPaper]:
    """Return the papers of a resolution that the actor may read, oldest first."""
    if actor.is_operator:
        return list(resolution.papers)
    reader = ReaderFacts(
        organisation_id=actor.organisation_id,
        user_id=actor.user_id,
        roles=frozenset(
            grant.role
            for grant in actor.grants
            if grant.organisation_id == actor.organisation_id
            and grant.cooperation_id in (None, resolution.cooperation_id)
        ),
    )
    return [
        paper
        for paper in resolution.papers
        if confidentiality.may_read(_facts(resolution, paper), reader)
    ]


def _facts(resolution: Resolution, paper: ResolutionPaper) -> PaperFacts:
    return PaperFacts(
        classification=Classification(paper.classification),
        roles=frozenset(map(Role, paper.roles)),
        organisation_id=resolution.organisation_id,
        added_by_id=paper.added_by_id,
    )


def open_paper(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    paper_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> ResolutionPaper:
    """Return a paper to be handed out, and write down who opened it unless it is public."""
    paper = visible_paper(session, actor, cooperation_id, resolution_id, paper_id)
    if paper.classification != Classification.PUBLIC:
        session.add(
            PaperOpening(
                paper_id=paper.id,
                opened_at=now,
                user_id=actor.user_id,
                person_name=actor.name,
                organisation_id=actor.organisation_id,
                organisation_name=actor.organisation_name,
            )
        )
        session.flush()
    return paper


def public_paper(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    paper_id: uuid.UUID,
) -> ResolutionPaper:
    """Return a public paper; Refused for one whose readers are noted."""
    paper = visible_paper(session, actor, cooperation_id, resolution_id, paper_id)
    if paper.classification != Classification.PUBLIC:
        raise Refused(
            "opening_is_recorded",
            "Dieses Dokument ist nicht öffentlich. Öffnen Sie es auf der Seite des Beschlusses "
            "(in der Schnittstelle: POST …/openings); wer es öffnet, wird vermerkt.",
        )
    return paper


def openings(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    paper_id: uuid.UUID,
) -> list[PaperOpening]:
    """Return who opened a paper of the own municipality, newest first; errors as `require_log`."""
    require_log(session, actor, cooperation_id, resolution_id, paper_id)
    query = select(PaperOpening).where(PaperOpening.paper_id == paper_id)
    return list(
        session.scalars(query.order_by(PaperOpening.opened_at.desc(), PaperOpening.id.desc()))
    )


def require_log(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    resolution_id: uuid.UUID,
    paper_id: uuid.UUID,
) -> None:
    """Raise NotFound for another municipality's paper, Forbidden without the right to the log."""
    resolution = session.get(Resolution, resolution_id)
    if resolution is None or resolution.cooperation_id != cooperation_id:
        raise NotFound(WHAT)
    if not actor.is_operator and resolution.organisation_id != actor.organisation_id:
        raise NotFound(WHAT)
    actor.require(
        Permission.VIEW_PAPER_LOG,
        organisation_id=resolution.organisation_id,
        cooperation_id=cooperation_id,
    )
    if paper_id not in {paper.id for paper in resolution.papers}:
        raise NotFound(WHAT)
