"""JSON API of lots and procurement documents."""

import uuid
from typing import Any

from flask import Response

from vergabe import clock
from vergabe.access.permissions import Permission
from vergabe.db import db
from vergabe.errors import InvalidInput
from vergabe.files import current
from vergabe.tenders import (
    as_json,
    distributing,
    documents,
    drafting,
    lot_editing,
    presenting,
    queries,
)
from vergabe.tenders.api import as_last_read, shown
from vergabe.tenders.documents import Upload, document_of
from vergabe.tenders.lot_editing import LotEdit, lot_of
from vergabe.tenders.lotting import Split
from vergabe.tenders.schema import (
    DistributionSchema,
    ItemMoveSchema,
    ItemSplitSchema,
    LotChangeSchema,
    LotMergeSchema,
    LotSplitSchema,
    TenderDocumentSchema,
    TenderSchema,
    TenderUploadFilesSchema,
    TenderUploadFormSchema,
)
from vergabe.uploads import forms as uploads
from vergabe.uploads.forms import HandedIn
from vergabe.web import shell
from vergabe.web.api import ApiBlueprint
from vergabe.web.rights import current_actor, requires
from vergabe.web.transactions import commits

api = ApiBlueprint("tender_lots", __name__, description="Lose und Vergabeunterlagen")


@api.post("/tenders/<uuid:tender_id>/lots/cut")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(LotSplitSchema)
@api.response(200, TenderSchema)
def cut_lots(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Die Lose nach einem anderen Grundsatz neu bilden."""
    version = as_last_read(tender_id)
    found = drafting.recut(
        db.session(),
        current_actor(),
        tender_id,
        Split(body["split"]),
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.patch("/tenders/<uuid:tender_id>/lots/<uuid:lot_id>")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(LotChangeSchema)
@api.response(200, TenderSchema)
def change_lot(body: dict[str, Any], tender_id: uuid.UUID, lot_id: uuid.UUID) -> Any:
    """Ein Los benennen, beschreiben und zeitlich festlegen."""
    version = as_last_read(tender_id)
    lot = lot_of(queries.visible_tender(db.session(), current_actor(), tender_id), lot_id)
    now = {name: getattr(lot, name) for name in ("title", "description", "starts_on", "ends_on")}
    found = lot_editing.edit_lot(
        db.session(),
        current_actor(),
        tender_id,
        lot_id,
        LotEdit(**(now | body)),
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.post("/tenders/<uuid:tender_id>/lots/<uuid:lot_id>/merge")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(LotMergeSchema)
@api.response(200, TenderSchema)
def merge_lots(body: dict[str, Any], tender_id: uuid.UUID, lot_id: uuid.UUID) -> Any:
    """Ein Los in einem anderen aufgehen lassen."""
    version = as_last_read(tender_id)
    found = lot_editing.merge_lots(
        db.session(),
        current_actor(),
        tender_id,
        lot_id,
        body["into_lot_id"],
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.post("/tenders/<uuid:tender_id>/items/<uuid:item_id>/move")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(ItemMoveSchema)
@api.response(200, TenderSchema)
def move_item(body: dict[str, Any], tender_id: uuid.UUID, item_id: uuid.UUID) -> Any:
    """Eine Position in ein anderes Los verschieben, oder in ein neues."""
    version = as_last_read(tender_id)
    found = lot_editing.move_item(
        db.session(),
        current_actor(),
        tender_id,
        item_id,
        body["to_lot_id"],
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.put("/tenders/<uuid:tender_id>/quantities")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(DistributionSchema)
@api.response(200, TenderSchema)
def distribute(body: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Mengen zwischen den Losen verteilen; je Kommune bleibt die Summe gleich."""
    version = as_last_read(tender_id)
    wanted = {
        (entry["item_id"], entry["organisation_id"]): entry["quantity"]
        for entry in body["quantities"]
    }
    found = distributing.distribute(
        db.session(), current_actor(), tender_id, wanted, version=version, now=clock.now()
    )
    return shown(found)


@api.post("/tenders/<uuid:tender_id>/items/<uuid:item_id>/split")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(ItemSplitSchema)
@api.response(200, TenderSchema)
def split_item(body: dict[str, Any], tender_id: uuid.UUID, item_id: uuid.UUID) -> Any:
    """Einen Teil einer Position in ein anderes Los legen, oder in ein neues."""
    version = as_last_read(tender_id)
    found = distributing.split_item(
        db.session(),
        current_actor(),
        tender_id,
        item_id,
        body["to_lot_id"],
        {part["organisation_id"]: part["quantity"] for part in body["parts"]},
        version=version,
        now=clock.now(),
    )
    return shown(found)


@api.post("/tenders/<uuid:tender_id>/documents")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(TenderUploadFormSchema, location="form")
@api.arguments(TenderUploadFilesSchema, location="files")
@api.response(201, TenderDocumentSchema)
def add_document(form: dict[str, Any], files: dict[str, Any], tender_id: uuid.UUID) -> Any:
    """Ein Dokument hochladen; nach der Veröffentlichung gilt es ab der nächsten Änderung."""
    found = documents.add_document(
        db.session(),
        current_actor(),
        current.store(),
        tender_id,
        _upload(form, files),
        now=clock.now(),
    )
    return as_json.document_as_json(found)


@api.post("/tenders/<uuid:tender_id>/documents/<uuid:document_id>/versions")
@requires(Permission.EDIT_TENDERS)
@commits
@api.arguments(TenderUploadFormSchema, location="form")
@api.arguments(TenderUploadFilesSchema, location="files")
@api.response(201, TenderDocumentSchema)
def replace_document(
    form: dict[str, Any], files: dict[str, Any], tender_id: uuid.UUID, document_id: uuid.UUID
) -> Any:
    """Eine neue Fassung eines Dokuments hochladen."""
    found = documents.replace_document(
        db.session(),
        current_actor(),
        current.store(),
        tender_id,
        document_id,
        _upload(form, files),
        now=clock.now(),
    )
    return as_json.document_as_json(found)


@api.delete("/tenders/<uuid:tender_id>/documents/<uuid:document_id>")
@requires(Permission.EDIT_TENDERS)
@commits
@api.response(204)
def remove_document(tender_id: uuid.UUID, document_id: uuid.UUID) -> None:
    """Ein Dokument entfernen; ein öffentliches entfällt mit der nächsten Änderung."""
    documents.remove_document(
        db.session(), current_actor(), tender_id, document_id, now=clock.now()
    )


@api.get("/tenders/<uuid:tender_id>/documents/<uuid:document_id>/content")
@requires(Permission.VIEW_TENDERS)
@api.response(200, content_type="*/*")
def document_content(tender_id: uuid.UUID, document_id: uuid.UUID) -> Response:
    """Der Inhalt eines Dokuments, unverändert wie hochgeladen."""
    tender = queries.visible_tender(db.session(), current_actor(), tender_id)
    return presenting.sent_document(current.store(), document_of(tender, document_id))


def _upload(form: dict[str, Any], files: dict[str, Any]) -> Upload:
    given = files.get("file")
    if given is not None:
        one = HandedIn(given.filename or "", given.stream)
    elif form["upload_id"] is not None:
        one = uploads.taken(db.session(), current_actor(), "tender_document", form["upload_id"])
    else:
        message = "Senden Sie die Datei, oder in upload_id eine, die schon hochgeladen ist."
        raise InvalidInput("file_missing", message, field="file")
    return Upload(
        stream=one.stream,
        file_name=one.name,
        limit_bytes=shell.settings().document_limit_bytes,
        title=form["title"],
        kept=one.kept,
    )
