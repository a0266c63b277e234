"""JSON API of the agreement: versions, content, parties, approval, notices of termination."""

import uuid
from typing import Any

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations import (
    agreement_approval,
    agreement_notices,
    agreement_versions,
    queries,
)
from vergabe.cooperations.agreement_entries import ApprovalEntry, NoticeEntry, PartyEntry
from vergabe.cooperations.agreement_schema import (
    AgreementApprovalSchema,
    AgreementContentSchema,
    AgreementDetailSchema,
    AgreementNoticeInSchema,
    AgreementNoticeSchema,
    AgreementNotifiedSchema,
    AgreementPartyInSchema,
    AgreementPublicationSchema,
    AgreementQuerySchema,
    AgreementReasonSchema,
    agreement_json,
)
from vergabe.cooperations.agreement_view import agreement_view
from vergabe.cooperations.model import Cooperation
from vergabe.db import db
from vergabe.web.api import ApiBlueprint, give_version, require_version
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint(
    "agreements",
    __name__,
    description="Vereinbarung: Fassungen, Inhalt, Parteien, Genehmigung, Kündigung",
)


def _visible(key: str) -> Cooperation:
    return queries.cooperation_by_key(db.session(), current_actor(), key, now=clock.now())


def _shown(cooperation: Cooperation, number: int | None) -> dict[str, Any]:
    view = agreement_view(db.session(), current_actor(), cooperation, number, now=clock.now())
    give_version(cooperation.version)
    return agreement_json(view)


@api.get("/cooperations/<key>/agreement")
@requires(Permission.VIEW_COOPERATION)
@api.arguments(AgreementQuerySchema, location="query")
@api.response(200, AgreementDetailSchema)
def agreement(query: dict[str, Any], key: str) -> Any:
    """Eine Fassung der Vereinbarung mit Checkliste, Parteien und Fristen der Genehmigung."""
    return _shown(_visible(key), query["number"])


@api.post("/cooperations/<key>/agreement/versions")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementReasonSchema)
@api.response(201, AgreementDetailSchema)
def draft_version(body: dict[str, Any], key: str) -> Any:
    """Die nächste Fassung entwerfen; die geltende bleibt in Kraft."""
    cooperation = _visible(key)
    draft = agreement_versions.draft_version(
        db.session(), current_actor(), cooperation.id, body["reason"], now=clock.now()
    )
    return _shown(cooperation, draft.number)


@api.put("/cooperations/<key>/agreement/versions/<int:number>")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementContentSchema)
@api.response(200, AgreementDetailSchema)
def edit_version(body: dict[str, Any], key: str, number: int) -> Any:
    """Den Inhalt einer Fassung festhalten."""
    found = queries.locked_cooperation(db.session(), _visible(key).id)
    require_version(found.version)
    agreement_versions.edit_agreement(
        db.session(), current_actor(), found.id, number, **body, now=clock.now()
    )
    return _shown(found, number)


@api.post("/cooperations/<key>/agreement/versions/<int:number>/parties")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementPartyInSchema)
@api.response(200, AgreementDetailSchema)
def record_party(entry: PartyEntry, key: str, number: int) -> Any:
    """Partei, Unterschrift und Höchstmengen vermerken."""
    cooperation = _visible(key)
    agreement_versions.record_party(
        db.session(), current_actor(), cooperation.id, number, entry, now=clock.now()
    )
    return _shown(cooperation, number)


@api.put("/cooperations/<key>/agreement/versions/<int:number>/approval")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementApprovalSchema)
@api.response(200, AgreementDetailSchema)
def record_approval(entry: ApprovalEntry, key: str, number: int) -> Any:
    """Den Stand bei der Aufsichtsbehörde vermerken."""
    cooperation = _visible(key)
    agreement_approval.record_approval(
        db.session(), current_actor(), cooperation.id, number, entry, now=clock.now()
    )
    return _shown(cooperation, number)


@api.post("/cooperations/<key>/agreement/versions/<int:number>/silence")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementReasonSchema)
@api.response(200, AgreementDetailSchema)
def confirm_silence(body: dict[str, Any], key: str, number: int) -> Any:
    """Bestätigen, dass das Schweigen der Aufsicht als Genehmigung gilt."""
    cooperation = _visible(key)
    agreement_approval.confirm_silence(
        db.session(), current_actor(), cooperation.id, number, **body, now=clock.now()
    )
    return _shown(cooperation, number)


@api.post("/cooperations/<key>/agreement/versions/<int:number>/publication")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementPublicationSchema)
@api.response(200, AgreementDetailSchema)
def publish(body: dict[str, Any], key: str, number: int) -> Any:
    """Die Bekanntmachung von Vereinbarung und Genehmigung vermerken."""
    cooperation = _visible(key)
    agreement_approval.publish(
        db.session(), current_actor(), cooperation.id, number, **body, now=clock.now()
    )
    return _shown(cooperation, number)


@api.post("/cooperations/<key>/agreement/notices")
@requires(Permission.GIVE_NOTICE)
@commits
@api.arguments(AgreementNoticeInSchema)
@api.response(201, AgreementNoticeSchema)
def give_notice(entry: NoticeEntry, key: str) -> Any:
    """Die Kündigung der eigenen Organisation vermerken."""
    return agreement_notices.give_notice(
        db.session(), current_actor(), _visible(key).id, entry, now=clock.now()
    )


@api.post("/cooperations/<key>/agreement/notices/<uuid:notice_id>/withdrawal")
@requires(Permission.GIVE_NOTICE)
@commits
@api.arguments(AgreementReasonSchema)
@api.response(200, AgreementNoticeSchema)
def withdraw_notice(body: dict[str, Any], key: str, notice_id: uuid.UUID) -> Any:
    """Eine eigene Kündigung zurücknehmen, solange sie nicht wirkt."""
    return agreement_notices.withdraw_notice(
        db.session(), current_actor(), _visible(key).id, notice_id, **body, now=clock.now()
    )


@api.post("/cooperations/<key>/agreement/notices/<uuid:notice_id>/notification")
@requires(Permission.EDIT_COOPERATION)
@commits
@api.arguments(AgreementNotifiedSchema)
@api.response(200, AgreementNoticeSchema)
def note_authority_informed(body: dict[str, Any], key: str, notice_id: uuid.UUID) -> Any:
    """Vermerken, wann eine Kündigung der Aufsicht angezeigt wurde."""
    return agreement_notices.note_authority_informed(
        db.session(), current_actor(), _visible(key).id, notice_id, **body, now=clock.now()
    )
