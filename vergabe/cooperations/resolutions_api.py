"""JSON API of resolutions: record, revoke, papers, planned decisions, overview and proof."""

import uuid
from typing import Any

from flask import Response, request

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import (
    overview,
    papers,
    planning,
    queries,
    resolution_documents,
    resolution_overview,
    resolution_queries,
    resolutions,
)
from vergabe.cooperations.confidentiality import Classification
from vergabe.cooperations.documents import Upload
from vergabe.cooperations.entries import ResolutionEntry
from vergabe.cooperations.model import Cooperation, PlannedDecision, Resolution, ResolutionPaper
from vergabe.cooperations.papers import PaperEntry
from vergabe.cooperations.planning import PlanEntry
from vergabe.cooperations.resolution_schema import (
    ClassificationSchema,
    PaperFormSchema,
    PaperOpeningListSchema,
    PlannedDecisionInSchema,
    PlannedDecisionListSchema,
    ProofQuerySchema,
    ResolutionInSchema,
    ResolutionOverviewSchema,
    ResolutionSchema,
    SubjectTableSchema,
    resolution_json,
    table_json,
)
from vergabe.cooperations.schema import (
    PaperDocumentSchema,
    PaperRevocationSchema,
    TaskAreaQuerySchema,
)
from vergabe.db import db
from vergabe.errors import NotFound
from vergabe.files import handing_out
from vergabe.files.current import store
from vergabe.web.api import ApiBlueprint
from vergabe.web.downloads import content_disposition
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint(
    "resolutions", __name__, description="Beschlüsse der Gremien und ihre Unterlagen"
)
_ONE = "/cooperations/<key>/resolutions/<uuid:resolution_id>"


def _visible(key: str) -> Cooperation:
    return queries.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


def _shown(resolution: Resolution) -> dict[str, Any]:
    today = clock.berlin_day(clock.now())
    return resolution_json(overview.resolution_view(current_actor(), resolution, today))


def _file(paper: ResolutionPaper) -> Response:
    return handing_out.document(paper.file_sha256, paper.file_name, store())


def _pdf(content: bytes, name: str) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = content_disposition(name)
    return response


@api.get("/cooperations/<key>/resolutions")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(TaskAreaQuerySchema, location="query")
@api.response(200, ResolutionOverviewSchema)
def resolution_tables(query: dict[str, Any], key: str) -> Any:
    """Die Beschlüsse aller Mitglieder in einem Gebiet, je Gegenstand, mit dem, was fehlt."""
    session, cooperation = db.session(), _visible(key)
    area = queries.chosen_area(session, cooperation.id, query["area"])
    today = clock.berlin_day(clock.now())
    tables = resolution_overview.tables(session, current_actor(), cooperation, area, day=today)
    return {"area": area.key, "tables": [table_json(table) for table in tables]}


@api.get("/cooperations/<key>/resolutions/proof")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(ProofQuerySchema, location="query")
@api.response(200, SubjectTableSchema)
def resolution_proof(query: dict[str, Any], key: str) -> Any:
    """Prüfung „alle Mitglieder, gleiche Form, gleicher Gegenstand“."""
    return table_json(_proof(_visible(key), query))


@api.get("/cooperations/<key>/resolutions/proof.pdf")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(ProofQuerySchema, location="query")
@api.response(200, content_type="application/pdf")
def resolution_proof_pdf(query: dict[str, Any], key: str) -> Any:
    """Der Nachweis als PDF/A, zum Beispiel als Anlage zu einem Förderantrag."""
    cooperation, now = _visible(key), clock.now()
    table, day = _proof(cooperation, query), clock.berlin_day(now)
    content = resolution_documents.proof_pdf(cooperation, table, now=now, day=day)
    return _pdf(content, f"Nachweis Beschluesse {day.isoformat()}.pdf")


def _proof(cooperation: Cooperation, query: dict[str, Any]) -> resolution_overview.SubjectTable:
    session = db.session()
    return resolution_overview.proof(
        session,
        current_actor(),
        cooperation,
        queries.chosen_area(session, cooperation.id, query["area"]),
        query["subject"],
        query["pool_id"],
        day=clock.berlin_day(clock.now()),
    )


@api.post("/cooperations/<key>/resolutions")
@requires(Permission.RECORD_RESOLUTION)
@commits
@api.arguments(ResolutionInSchema)
@api.response(201, ResolutionSchema)
def record_resolution(entry: ResolutionEntry, key: str) -> Any:
    """Einen Beschluss der eigenen Organisation eintragen."""
    return _shown(
        resolutions.record_resolution(
            db.session(), current_actor(), _visible(key).id, entry, now=clock.now()
        )
    )


@api.get(_ONE)
@requires(Permission.VIEW_COOPERATION)
@api.response(200, ResolutionSchema)
def resolution(key: str, resolution_id: uuid.UUID) -> Any:
    """Ein Beschluss."""
    return _shown(
        queries.visible_resolution(db.session(), current_actor(), _visible(key).id, resolution_id)
    )


@api.post(f"{_ONE}/revocation")
@requires(Permission.RECORD_RESOLUTION)
@commits
@api.arguments(PaperRevocationSchema)
@api.response(200, ResolutionSchema)
def revoke_resolution(body: dict[str, Any], key: str, resolution_id: uuid.UUID) -> Any:
    """Die Aufhebung eines eigenen Beschlusses vermerken."""
    return _shown(
        resolutions.revoke_resolution(
            db.session(), current_actor(), _visible(key).id, resolution_id, **body, now=clock.now()
        )
    )


@api.get(f"{_ONE}/extract.pdf")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, content_type="application/pdf")
def resolution_extract(key: str, resolution_id: uuid.UUID) -> Any:
    """Der öffentliche Teil eines Beschlusses als PDF/A."""
    found = resolution_queries.resolution_on_file(db.session(), _visible(key).id, resolution_id)
    return _pdf(resolution_documents.extract_pdf(found), f"Auszug {found.decided_on}.pdf")


def _add(key: str, resolution_id: uuid.UUID, entry: PaperEntry) -> Any:
    given = request.files["document"]
    paper = papers.add_paper(
        db.session(),
        current_actor(),
        _visible(key).id,
        resolution_id,
        entry,
        Upload(given.filename or "", given.stream, store()),
        now=clock.now(),
    )
    return _shown(paper.resolution)


@api.post(f"{_ONE}/papers")
@requires(Permission.RECORD_RESOLUTION)
@commits
@api.arguments(PaperDocumentSchema, location="files")
@api.arguments(PaperFormSchema, location="form")
@api.response(200, ResolutionSchema)
def add_paper(_files: dict[str, Any], entry: PaperEntry, key: str, resolution_id: uuid.UUID) -> Any:
    """Ein Dokument zu einem eigenen Beschluss hinterlegen, mit seiner Vertraulichkeit."""
    return _add(key, resolution_id, entry)


@api.get(f"{_ONE}/papers/<uuid:paper_id>")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, content_type="application/octet-stream")
def public_paper(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> Any:
    """Ein öffentliches Dokument; andere werden mit POST …/openings geöffnet."""
    return _file(
        papers.public_paper(
            db.session(), current_actor(), _visible(key).id, resolution_id, paper_id
        )
    )


@api.post(f"{_ONE}/papers/<uuid:paper_id>/openings")
@requires(Permission.VIEW_COOPERATION)
@commits
@api.response(200, content_type="application/octet-stream")
def open_paper(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> Any:
    """Ein Dokument öffnen; wer ein nicht öffentliches öffnet, wird vermerkt."""
    return _file(
        papers.open_paper(
            db.session(),
            current_actor(),
            _visible(key).id,
            resolution_id,
            paper_id,
            now=clock.now(),
        )
    )


@api.get(f"{_ONE}/papers/<uuid:paper_id>/openings")
@requires(Permission.VIEW_PAPER_LOG)
@api.response(200, PaperOpeningListSchema)
def paper_openings(key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID) -> Any:
    """Wer ein Dokument der eigenen Organisation wann geöffnet hat."""
    return {
        "items": papers.openings(
            db.session(), current_actor(), _visible(key).id, resolution_id, paper_id
        )
    }


@api.post(f"{_ONE}/papers/<uuid:paper_id>/classification")
@requires(Permission.RECORD_RESOLUTION)
@commits
@api.arguments(ClassificationSchema)
@api.response(200, ResolutionSchema)
def classify_paper(
    body: dict[str, Any], key: str, resolution_id: uuid.UUID, paper_id: uuid.UUID
) -> Any:
    """Die Vertraulichkeit eines eigenen Dokuments ändern."""
    paper = papers.classify(
        db.session(),
        current_actor(),
        _visible(key).id,
        resolution_id,
        paper_id,
        **body,
        now=clock.now(),
    )
    return _shown(paper.resolution)


@api.post(f"{_ONE}/document")
@requires(Permission.RECORD_RESOLUTION)
@commits
@api.arguments(PaperDocumentSchema, location="files")
@api.response(200, ResolutionSchema)
def attach_to_resolution(_files: dict[str, Any], key: str, resolution_id: uuid.UUID) -> Any:
    """Den Auszug eines eigenen Beschlusses hinterlegen; kurz für …/papers."""
    return _add(key, resolution_id, PaperEntry())


@api.get(f"{_ONE}/document")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, content_type="application/octet-stream")
def resolution_document(key: str, resolution_id: uuid.UUID) -> Any:
    """Das neueste öffentliche Dokument eines Beschlusses."""
    found = queries.visible_resolution(
        db.session(), current_actor(), _visible(key).id, resolution_id
    )
    open_to_all = [p for p in found.papers if p.classification == Classification.PUBLIC]
    if not open_to_all:
        raise NotFound(papers.WHAT)
    return _file(open_to_all[-1])


@api.get("/cooperations/<key>/planned-decisions")
@requires(Permission.VIEW_COOPERATION)
@api.response(200, PlannedDecisionListSchema)
def planned_decisions(key: str) -> Any:
    """Welche Gremien der Mitglieder wann entscheiden sollen."""
    return _plans(_visible(key))


def _plans(cooperation: Cooperation) -> dict[str, list[PlannedDecision]]:
    return {"items": planning.planned_decisions(db.session(), cooperation.id)}


@api.put("/cooperations/<key>/planned-decisions")
@requires(Permission.RECORD_RESOLUTION)
@commits
@api.arguments(PlannedDecisionInSchema)
@api.response(200, PlannedDecisionListSchema)
def plan_decision(entry: PlanEntry, key: str) -> Any:
    """Den Tag vormerken, an dem ein eigenes Gremium entscheiden soll; null löscht ihn."""
    cooperation = _visible(key)
    planning.plan_decision(db.session(), current_actor(), cooperation.id, entry, now=clock.now())
    return _plans(cooperation)
