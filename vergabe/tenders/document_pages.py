"""Pages of the procurement documents: list, upload, new version, removal, download."""

import uuid
from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.cooperations.task_rules import Step
from vergabe.db import db
from vergabe.errors import InvalidInput, Refused, Stale, TooLarge, Violation
from vergabe.files import current
from vergabe.tenders import documents, duties, presenting, queries
from vergabe.tenders.document_files import ACCEPT, KINDS_IN_WORDS
from vergabe.tenders.documents import Upload, document_of
from vergabe.tenders.forms import FormReader
from vergabe.tenders.rules import Stage, is_open_for_bids
from vergabe.tenders.snapshots import dropping_documents
from vergabe.uploads import forms as uploads
from vergabe.uploads.forms import HandedIn
from vergabe.web import shell
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

pages = Blueprint("tender_documents", __name__)


@pages.get("/vergabeverfahren/<uuid:tender_id>/unterlagen")
@requires(Permission.VIEW_TENDERS)
def index(tender_id: uuid.UUID) -> ResponseReturnValue:
    return _index_page(tender_id)


def _index_page(
    tender_id: uuid.UUID, violations: Sequence[Violation] = (), *, status: int = 200
) -> ResponseReturnValue:
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    stage = Stage(tender.stage)
    is_changeable = stage is Stage.DRAFT or is_open_for_bids(
        stage, tender.submission_deadline, clock.now()
    )
    dropping = dropping_documents(tender)
    shown = documents.current_documents(tender)
    replaced = {document.document_key for document in shown}
    return presenting.page(
        "tenders/documents.html",
        tender,
        status=status,
        violations=violations,
        values=request.form,
        documents=shown,
        dropping=[document for document in dropping if document.document_key not in replaced],
        old=[
            document
            for document in tender.documents
            if document.removed_in_version is not None
            and document.removed_in_version <= tender.published_version
        ],
        is_published=tender.published_at is not None,
        is_changeable=is_changeable
        and duties.may(db.session(), current_actor(), tender, Step.PREPARE_TENDER),
        limit=f"{shell.settings().document_limit_bytes // 1024**2} Megabyte",
        kept_uploads=uploads.kept(db.session(), current_actor(), "file") if violations else [],
        accept=ACCEPT,
        kinds=KINDS_IN_WORDS,
    )


@pages.post("/vergabeverfahren/<uuid:tender_id>/unterlagen")
@requires(Permission.EDIT_TENDERS)
@commits
def add(tender_id: uuid.UUID) -> ResponseReturnValue:
    def command(form: FormReader) -> str:
        given = _handed_in()
        found = [
            documents.add_document(
                db.session(),
                current_actor(),
                current.store(),
                tender_id,
                # A title of one's own fits one file; several have their names.
                _upload(one, form.text("title") if len(given) == 1 else ""),
                now=clock.now(),
            )
            for one in given
        ]
        if len(found) > 1:
            return f"{len(found)} Dokumente sind hochgeladen."
        return f"„{found[0].title}“ ist hochgeladen."

    return _done(tender_id, command)


@pages.post("/vergabeverfahren/<uuid:tender_id>/unterlagen/<uuid:document_id>/neue-fassung")
@requires(Permission.EDIT_TENDERS)
@commits
def replace(tender_id: uuid.UUID, document_id: uuid.UUID) -> ResponseReturnValue:
    def command(form: FormReader) -> str:
        found = documents.replace_document(
            db.session(),
            current_actor(),
            current.store(),
            tender_id,
            document_id,
            _upload(_handed_in()[0], form.text("title")),
            now=clock.now(),
        )
        return f"„{found.title}“ liegt jetzt in Fassung {found.document_version} vor."

    return _done(tender_id, command)


@pages.post("/vergabeverfahren/<uuid:tender_id>/unterlagen/<uuid:document_id>/entfernen")
@requires(Permission.EDIT_TENDERS)
@commits
def remove(tender_id: uuid.UUID, document_id: uuid.UUID) -> ResponseReturnValue:
    def command(_form: FormReader) -> str:
        tender = documents.remove_document(
            db.session(), current_actor(), tender_id, document_id, now=clock.now()
        )
        if tender.published_at is not None:
            return "Vorgemerkt: Öffentlich wird das mit der nächsten Änderung."
        return "Das Dokument ist entfernt."

    return _done(tender_id, command)


@pages.post("/vergabeverfahren/<uuid:tender_id>/unterlagen/<uuid:document_id>/behalten")
@requires(Permission.EDIT_TENDERS)
@commits
def keep(tender_id: uuid.UUID, document_id: uuid.UUID) -> ResponseReturnValue:
    def command(_form: FormReader) -> str:
        documents.keep_document(
            db.session(), current_actor(), tender_id, document_id, now=clock.now()
        )
        return "Das Dokument bleibt in den Unterlagen."

    return _done(tender_id, command)


def _handed_in() -> list[HandedIn]:
    return uploads.handed_in(db.session(), current_actor(), "tender_document", "file")


def _upload(given: HandedIn, title: str) -> Upload:
    return Upload(
        stream=given.stream,
        file_name=given.name,
        limit_bytes=shell.settings().document_limit_bytes,
        title=title,
        kept=given.kept,
    )


def _done(tender_id: uuid.UUID, command: Callable[[FormReader], str]) -> ResponseReturnValue:
    try:
        sentence = command(FormReader(request.form))
    except (InvalidInput, Refused, Stale, TooLarge) as error:
        db.session.rollback()
        tender = queries.visible_tender(db.session(), current_actor(), tender_id)
        told = presenting.told(db.session(), tender, error)
        return _index_page(tender_id, told, status=error.status)
    flash(sentence, "success")
    return redirect(url_for(".index", tender_id=tender_id), code=303)


@pages.get("/vergabeverfahren/<uuid:tender_id>/unterlagen/<uuid:document_id>")
@requires(Permission.VIEW_TENDERS)
def download(tender_id: uuid.UUID, document_id: uuid.UUID) -> ResponseReturnValue:
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    return presenting.sent_document(current.store(), document_of(tender, document_id))
