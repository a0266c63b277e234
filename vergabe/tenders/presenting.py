"""What the pages of a tender share: who may do what, names, and what a rival has changed."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.audit import queries as audit
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.errors import DomainError, Stale, Violation
from vergabe.exchange import codes
from vergabe.files import handing_out
from vergabe.files.store import FileStore
from vergabe.tenders import duties, mandate_watch, resolution_watch, rules
from vergabe.tenders.assessment import method_label
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.tenders.recording import stream_of
from vergabe.tenders.rules import Stage
from vergabe.texts import lazy
from vergabe.web import stale
from vergabe.web.downloads import content_disposition
from vergabe.web.rights import current_actor

NATURES: Final = {
    "supplies": lazy("Lieferleistung"),
    "services": lazy("Dienstleistung"),
    "works": lazy("Bauleistung"),
}
LOT_KINDS: Final = {
    "trade": lazy("Fachlos"),
    "region": lazy("Teillos (Region)"),
    "member": lazy("Teillos (Kommune)"),
    "single": lazy("einziges Los"),
}


def page(template: str, tender: Tender, *, status: int = 200, **more: Any) -> tuple[str, int]:
    """Return a page about a tender with what all of them need."""
    actor, stage = current_actor(), Stage(tender.stage)
    session = db.session()
    blocked = duties.reasons_against_acting(session, actor, tender)

    def may(step: Step) -> bool:
        return not blocked and duties.may(session, actor, tender, step)

    may_edit = may(Step.PREPARE_TENDER)
    html = render_template(
        template,
        tender=tender,
        may_edit=may_edit,
        is_editable=may_edit and stage is Stage.DRAFT,
        may_publish=may(Step.PUBLISH),
        may_amend=may(Step.AMEND) or may(Step.EXTEND),
        may_cancel=may(Step.CANCEL),
        may_answer=may(Step.ANSWER_ENQUIRIES),
        blocked=blocked,
        mandate_warnings=mandate_watch.warnings(session, tender, now=clock.now()),
        resolution_warnings=resolution_watch.warnings(session, tender, now=clock.now()),
        stage_name=rules.shown_stage(
            stage,
            tender.submission_deadline,
            clock.now(),
            is_public=tender.public_since is not None,
        ),
        stage_kind=stage_kind(tender),
        method=method_label(tender.procurement_method, tender.nature),
        unit=codes.unit,
        notice_check_url=notice_check_url(tender),
        record_url=known_url("records.show_tender", tender_id=tender.id)
        if actor.holds(Permission.VIEW_RECORD)
        else None,
        **more,
    )
    return html, status


def notice_check_url(tender: Tender) -> str | None:
    """Return where the notice of a draft is checked; None for what was given out already."""
    if Stage(tender.stage) not in (Stage.DRAFT, Stage.READY):
        return None
    return known_url("notice_checks.show", tender_id=tender.id)


def stage_kind(tender: Tender) -> str:
    """Return the kind of badge that shows the stage of a tender."""
    stage = Stage(tender.stage)
    if stage is Stage.PUBLISHED:
        if tender.public_since is None:
            return "info"
        is_open = rules.is_open_for_bids(stage, tender.submission_deadline, clock.now())
        return "success" if is_open else "warning"
    kinds = {Stage.DRAFT: "neutral", Stage.CANCELLED: "danger"}
    return kinds.get(stage, "info")


def told(session: Session, tender: Tender, error: DomainError) -> Sequence[Violation]:
    """Return the reasons of an error; for a change by somebody else, what that person did."""
    if not isinstance(error, Stale):
        return error.reasons
    last = audit.last_entry(session, stream_of(tender.id))
    if last is None:
        return error.reasons
    return [
        Violation(
            error.code,
            f"{last.actor_name} hat das Verfahren inzwischen geändert: {last.summary} Ihre "
            "Eingaben stehen noch hier; wenn Sie noch einmal speichern, gelten sie.",
        )
    ]


def overtaken(
    tender: Tender,
    stored: Callable[[], ResponseReturnValue],
    typed: Callable[[], ResponseReturnValue],
) -> ResponseReturnValue:
    """Return a form as it was typed, with what a rival has saved meanwhile (`stale.answer`)."""
    return stale.answer(stored, typed, audit.last_entry(db.session(), stream_of(tender.id)))


def sent_document(store: FileStore, document: TenderDocument) -> Response:
    """Return a document as an attachment, never inside our pages: it is somebody else's text."""
    return handing_out.stored(
        store,
        document.file_sha256,
        document.media_type,
        size_bytes=document.size_bytes,
        disposition=content_disposition(document.file_name),
    )


def known_url(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page of a later step of the flow, None where it is not installed."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None
