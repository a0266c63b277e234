"""Commands on council papers: what people add; the papers themselves are made when asked for."""

import dataclasses
import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.council_papers import queries
from vergabe.council_papers.model import MemberTexts, ProjectTexts
from vergabe.errors import NotFound, Stale
from vergabe.funding.entries import Checks
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.recording import record as record_pool

TEXT_LENGTH: Final = 10_000
LINE_LENGTH: Final = 400
SHORT_LENGTH: Final = 100


@dataclass(frozen=True)
class ProjectEntry:
    """Texts for the papers of all members."""

    facts: str = ""
    strategy: str = ""
    inclusion: str = ""
    annexes: str = ""


@dataclass(frozen=True)
class MemberEntry:
    """Texts for the paper of the own municipality; maximum net in cents, None: its demands."""

    is_public: bool
    paper_number: str = ""
    department: str = ""
    body: str = ""
    meeting_on: dt.date | None = None
    item_number: str = ""
    budget_line: str = ""
    maximum_net_cents: int | None = None
    facts: str = ""
    vat_remark: str = ""
    strategy: str = ""
    inclusion: str = ""
    resolution: str = ""
    annexes: str = ""


_LONG: Final = ("facts", "vat_remark", "strategy", "inclusion", "resolution", "annexes")
_LIMITS: Final = {
    "paper_number": SHORT_LENGTH,
    "item_number": SHORT_LENGTH,
    "body": 200,
    "department": LINE_LENGTH,
    "budget_line": LINE_LENGTH,
}


def save_project_texts(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: ProjectEntry,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> ProjectTexts:
    """Write what stands in the papers of all members, by the coordinator of the lead.

    version: the one that the reader saw (0: there was none), None: none; Stale if another is there.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    actor.require(
        Permission.EDIT_FUNDING,
        cooperation_id=pool.cooperation_id,
        lead_organisation_id=pool.cooperation.lead_organisation_id,
    )
    checks = Checks()
    texts = {
        name: checks.text(getattr(entry, name), name, TEXT_LENGTH)
        for name in ("facts", "strategy", "inclusion", "annexes")
    }
    checks.done()
    found = queries.project_texts(session, pool.id)
    _check_version(found, version)
    if found is None:
        found = ProjectTexts(pool_id=pool.id, updated_at=now, **texts)
        session.add(found)
    elif all(getattr(found, name) == text for name, text in texts.items()):
        return found
    else:
        for name, text in texts.items():
            setattr(found, name, text)
        found.updated_at = now
    session.flush()
    summary = "Texte für die Vorlagen aller Beteiligten ergänzt."
    record_pool(session, actor, pool, "council_paper_texts", summary, now=now, **texts)
    return found


def save_member_texts(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: MemberEntry,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> MemberTexts:
    """Write what the own municipality adds to its paper; NotFound if it takes no part.

    version: as for the texts of all. The record of the municipality says that, not what, for
    papers may be confidential.
    """
    pool = pools.locked_pool(session, actor, pool_id)
    organisation = queries.own_organisation(session, actor, pool, now=now)
    if organisation is None:
        raise NotFound(queries.WHAT)
    actor.require(
        Permission.EDIT_COUNCIL_PAPERS,
        organisation_id=organisation.id,
        cooperation_id=pool.cooperation_id,
    )
    values = dataclasses.asdict(_checked(entry))
    found = queries.member_texts(session, pool.id, organisation.id)
    _check_version(found, version)
    if found is None:
        found = MemberTexts(
            id=ids.new_id(), pool_id=pool.id, organisation_id=organisation.id, updated_at=now
        )
        session.add(found)
    elif all(getattr(found, name) == value for name, value in values.items()):
        return found
    for name, value in values.items():
        setattr(found, name, value)
    found.updated_at = now
    session.flush()
    _record(session, actor, pool, organisation.id, now)
    return found


def _checked(entry: MemberEntry) -> MemberEntry:
    checks = Checks()
    texts: dict[str, Any] = {
        name: checks.line(getattr(entry, name), name, limit) for name, limit in _LIMITS.items()
    }
    texts |= {name: checks.text(getattr(entry, name), name, TEXT_LENGTH) for name in _LONG}
    checks.amount(entry.maximum_net_cents, "maximum")
    checks.done()
    return dataclasses.replace(entry, **texts)


def _check_version(found: ProjectTexts | MemberTexts | None, version: int | None) -> None:
    if version is not None and version != (found.version if found is not None else 0):
        raise Stale(queries.WHAT)


def _record(
    session: Session, actor: Actor, pool: Pool, organisation_id: uuid.UUID, now: dt.datetime
) -> None:
    act = Act(
        "council_paper_edited",
        "pool",
        pool.id,
        f"Vorlage zu {pool.reference} ergänzt.",
    )
    audit.append(session, audit.stream_of("organisation", organisation_id), actor, act, now=now)
