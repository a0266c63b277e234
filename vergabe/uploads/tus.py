"""The tus protocol 1.0 as answers: core, creation (with upload), expiration, termination, checksum.

Pages use it with session and CSRF head, programs with a bearer token; both call these functions.
"""

import datetime as dt
import functools
import uuid
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.db import reading, unit_of_work
from vergabe.errors import DomainError, InvalidInput, TooLarge
from vergabe.files import current
from vergabe.uploads import purposes, receiving, rules, service
from vergabe.uploads.service import Ticket
from vergabe.web import shell
from vergabe.web.marks import View
from vergabe.web.rights import current_actor


class VersionUnknown(DomainError):
    """The client speaks another version of the protocol (412)."""

    status = 412
    title = "Unbekannte Fassung des Protokolls"


def speaks_tus(view: View) -> View:
    """Answer 412 to a client that does not say that it speaks tus 1.0."""

    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if request.headers.get("Tus-Resumable") != rules.VERSION:
            raise VersionUnknown(
                "tus_version", f"Senden Sie den Kopf Tus-Resumable: {rules.VERSION}."
            )
        return view(*args, **kwargs)

    return cast(View, wrapped)


def mark(response: Response) -> Response:
    """Say in every answer which version we speak, and that none may be kept."""
    response.headers["Tus-Resumable"] = rules.VERSION
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == VersionUnknown.status:
        response.headers["Tus-Version"] = rules.VERSION
    return response


def options() -> Response:
    """Say what we can and how large a file may be."""
    response = Response(status=204)
    response.headers["Tus-Version"] = rules.VERSION
    response.headers["Tus-Extension"] = rules.EXTENSIONS
    response.headers["Tus-Max-Size"] = str(shell.settings().upload_limit_bytes)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(rules.CHECKSUMS)
    return response


def create() -> Response:
    """Make an upload, take what comes with the request, answer 201 with its address.

    Its address is that of `head` in the blueprint that was asked.
    """
    actor, header = current_actor(), request.headers.get("Upload-Metadata", "")
    told = rules.metadata(header)
    size = rules.whole_number(request.headers.get("Upload-Length"), "Upload-Length")
    purpose = purposes.find(told.get("purpose", ""))
    with unit_of_work() as session:
        upload = service.create(
            session,
            actor,
            purpose,
            name=told.get("filename", ""),
            size_bytes=size,
            metadata_header=header,
            quota_bytes=shell.settings().upload_quota_bytes,
            now=clock.now(),
        )
        upload_id = upload.id
    if request.mimetype == rules.BODY_TYPE:
        with unit_of_work() as session:
            ticket = service.begin(session, actor, upload_id, offset=0, now=clock.now())
        _receive(actor, ticket)
    elif size == 0:
        receiving.make_whole(actor, upload_id, current.store())
    response = _told(_now(actor, upload_id), 201)
    response.headers["Location"] = url_for(".head", upload_id=upload_id)
    return response


def head(upload_id: uuid.UUID) -> Response:
    """Say how far an upload is."""
    state = _now(current_actor(), upload_id)
    response = _told(state, 200)
    response.headers["Upload-Length"] = str(state.size_bytes)
    if state.metadata_header:
        response.headers["Upload-Metadata"] = state.metadata_header
    return response


def patch(upload_id: uuid.UUID) -> Response:
    """Take the next bytes; with the last ones the file is put together."""
    if request.mimetype != rules.BODY_TYPE:
        raise UnsupportedMediaType
    actor = current_actor()
    offset = rules.whole_number(request.headers.get("Upload-Offset"), "Upload-Offset")
    with unit_of_work() as session:
        ticket = service.begin(session, actor, upload_id, offset=offset, now=clock.now())
    _receive(actor, ticket)
    return _told(_now(actor, upload_id), 204)


def discard(upload_id: uuid.UUID) -> Response:
    """Forget an upload."""
    with unit_of_work() as session:
        service.discard(session, current_actor(), upload_id, current.store(), now=clock.now())
    return Response(status=204)


def instead(upload_id: uuid.UUID) -> Response:
    """Do what `X-HTTP-Method-Override` names: some ways let only GET and POST through."""
    wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
    if wanted == "PATCH":
        return patch(upload_id)
    if wanted == "DELETE":
        return discard(upload_id)
    raise InvalidInput("method_override", "Senden Sie X-HTTP-Method-Override: PATCH oder DELETE.")


def _receive(actor: Actor, ticket: Ticket) -> None:
    rest = ticket.size_bytes - ticket.offset
    try:
        checksum = rules.checksum(request.headers.get("Upload-Checksum"))
        if request.content_length is not None and request.content_length > rest:
            raise TooLarge(
                "upload_beyond_end", f"Es fehlen noch {rest} Byte; gesendet werden mehr."
            )
    except DomainError:
        with unit_of_work() as session:
            service.release(session, ticket)
        raise
    # The limit of ordinary requests is not ours: what the upload may have has been said before.
    request.max_content_length = rest + 1
    store = current.store()
    end = receiving.receive(ticket, store, request.stream, checksum)
    if end == ticket.size_bytes:
        receiving.make_whole(actor, ticket.upload_id, store)


@dataclass(frozen=True)
class _State:
    """How far an upload is; its row is no longer ours when the answer is written."""

    offset_bytes: int
    size_bytes: int
    metadata_header: str
    expires_at: dt.datetime


def _now(actor: Actor, upload_id: uuid.UUID) -> _State:
    with reading() as session:
        found = service.visible(session, actor, upload_id, now=clock.now())
        return _State(found.offset_bytes, found.size_bytes, found.metadata_header, found.expires_at)


def _told(state: _State, status: int) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(state.offset_bytes)
    response.headers["Upload-Expires"] = rules.expires(state.expires_at)
    return response
