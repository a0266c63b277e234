"""JSON API of council papers: everybody gets the paper of their own municipality."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.council_papers import queries, service, writing
from vergabe.council_papers.schema import (
    PaperInSchema,
    PaperSchema,
    ProjectTextsInSchema,
    ProjectTextsSchema,
)
from vergabe.council_papers.service import MemberEntry, ProjectEntry
from vergabe.db import db
from vergabe.exchange import report
from vergabe.funding.pages import download
from vergabe.pools import queries as pools
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("council_papers", __name__, description="Vorlagen")
_RULE = "/pools/<uuid:pool_id>/council-paper"


def _shown(pool_id: uuid.UUID) -> dict[str, Any]:
    session, actor = db.session(), current_actor()
    facts = queries.own_facts(session, actor, pool_id, now=clock.now())
    assert actor.organisation_id is not None
    own = queries.member_texts(session, pool_id, actor.organisation_id)
    version = own.version if own is not None else 0
    give_version(version)
    return {
        "pool_id": pool_id,
        "municipality": facts.municipality,
        "is_public": facts.is_public,
        "stamp_on": facts.stamp_on,
        "resolution": writing.resolution(facts),
        "text": report.as_text(writing.paper(facts)),
        "version": version,
    }


@api.get(_RULE)
@requires(Permission.VIEW_COUNCIL_PAPERS)
@api.response(200, PaperSchema)
def paper(pool_id: uuid.UUID) -> Any:
    """Die Vorlage der eigenen Kommune, aus den Angaben von heute."""
    return _shown(pool_id)


@api.put(_RULE)
@requires(Permission.EDIT_COUNCIL_PAPERS)
@commits
@api.arguments(PaperInSchema)
@api.response(200, PaperSchema)
def save_paper(entry: MemberEntry, pool_id: uuid.UUID) -> Any:
    """Die eigene Vorlage ergänzen (If-Match; 0, solange nichts ergänzt ist)."""
    version = _shown(pool_id)["version"]
    require_version(version)
    service.save_member_texts(
        db.session(), current_actor(), pool_id, entry, version=version, now=clock.now()
    )
    return _shown(pool_id)


@api.get(f"{_RULE}/pdf")
@requires(Permission.VIEW_COUNCIL_PAPERS)
@api.response(200, content_type="application/pdf")
def pdf(pool_id: uuid.UUID) -> Any:
    """Die Vorlage der eigenen Kommune als PDF/A."""
    now = clock.now()
    facts = queries.own_facts(db.session(), current_actor(), pool_id, now=now)
    content = report.as_pdf(writing.paper(facts), at=now)
    return download(content, f"Vorlage {facts.pool_reference}.pdf", "application/pdf")


@api.get(f"{_RULE}/texts")
@requires(Permission.VIEW_COUNCIL_PAPERS)
@api.response(200, ProjectTextsSchema)
def project_texts(pool_id: uuid.UUID) -> Any:
    """Was in den Vorlagen aller Beteiligten steht."""
    return _project(pool_id)


def _project(pool_id: uuid.UUID) -> dict[str, Any]:
    session = db.session()
    pool = pools.visible_pool(session, current_actor(), pool_id)
    stored = queries.project_texts(session, pool.id)
    found = stored if stored is not None else queries.default_project(session, pool)
    version = stored.version if stored is not None else 0
    give_version(version)
    names = ("facts", "strategy", "inclusion", "annexes")
    return {name: getattr(found, name) for name in names} | {"version": version}


@api.put(f"{_RULE}/texts")
@requires(Permission.EDIT_FUNDING)
@commits
@api.arguments(ProjectTextsInSchema)
@api.response(200, ProjectTextsSchema)
def save_project_texts(entry: ProjectEntry, pool_id: uuid.UUID) -> Any:
    """Texte für die Vorlagen aller Beteiligten ersetzen (If-Match)."""
    version = _project(pool_id)["version"]
    require_version(version)
    service.save_project_texts(
        db.session(), current_actor(), pool_id, entry, version=version, now=clock.now()
    )
    return _project(pool_id)
