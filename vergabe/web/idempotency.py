"""Repeated POSTs of the API: the same key and body get the first answer again."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Final

from flask import Response, g, request
from sqlalchemy import ForeignKey, LargeBinary, Select, String, delete, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from vergabe.db import Instant, JsonDict, Model
from vergabe.errors import InvalidInput

KEEP: Final = dt.timedelta(days=7)
BATCH: Final = 1_000
_KEPT_HEADERS: Final = ("Content-Type", "Location", "ETag")


class StoredAnswer(Model):
    """The first successful answer under an `Idempotency-Key` of one person."""

    __tablename__ = "stored_answer"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[JsonDict]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[Instant] = mapped_column(index=True)


@dataclass(frozen=True)
class Key:
    user_id: uuid.UUID
    text: str
    request_hash: str


def key_of_request() -> Key | None:
    """Return the key of an API request that carries one, else None.

    Raises InvalidInput for a key that is empty, longer than 100 characters, or not printable.
    """
    text = request.headers.get("Idempotency-Key")
    actor = g.get("actor")
    if text is None or request.method != "POST" or actor is None or actor.user_id is None:
        return None
    if not 0 < len(text) <= 100 or not text.isprintable():
        raise InvalidInput(
            "idempotency_key_invalid",
            "Der Kopf Idempotency-Key muss 1 bis 100 druckbare Zeichen haben.",
            field="Idempotency-Key",
        )
    digest = hashlib.sha256(f"{request.path}\n{actor.organisation_id}\n".encode())
    digest.update(request.get_data(cache=True))
    # The bytes of a form are gone once it is parsed; what it held counts instead.
    digest.update(repr(sorted(request.form.items(multi=True))).encode(errors="replace"))
    for name, upload in request.files.items(multi=True):
        digest.update(f"{name}\n{upload.filename}\n".encode(errors="replace"))
        while chunk := upload.stream.read(1024 * 1024):
            digest.update(chunk)
        upload.stream.seek(0)
    return Key(actor.user_id, text, digest.hexdigest())


def stored_answer(session: Session, key: Key) -> Response | None:
    """Return the answer stored under a key; InvalidInput if the key came with another request."""
    row = session.scalars(
        select(StoredAnswer).where(
            StoredAnswer.user_id == key.user_id, StoredAnswer.key == key.text
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != key.request_hash:
        raise InvalidInput(
            "idempotency_key_reused",
            "Dieser Idempotency-Key wurde schon für eine andere Anfrage benutzt. "
            "Nehmen Sie für jede neue Anfrage einen neuen Wert.",
            field="Idempotency-Key",
        )
    response = Response(row.body, status=row.status)
    response.headers.update(row.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def store(session: Session, key: Key, response: Response, *, now: dt.datetime) -> None:
    """Keep a successful answer in the transaction of its act."""
    session.add(
        StoredAnswer(
            user_id=key.user_id,
            key=key.text,
            request_hash=key.request_hash,
            status=response.status_code,
            headers=_headers(response),
            body=response.get_data(),
            stored_at=now,
        )
    )
    session.flush()


def has_old(session: Session, *, now: dt.datetime) -> bool:
    """Return whether there are answers that nobody needs any more."""
    return session.scalars(_old(now).limit(1)).first() is not None


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Delete the oldest answers beyond `KEEP`, `BATCH` at most; return how many."""
    oldest = _old(now).order_by(StoredAnswer.stored_at).limit(BATCH)
    found = session.execute(oldest.with_for_update(skip_locked=True)).all()
    identity = tuple_(StoredAnswer.user_id, StoredAnswer.key)
    session.execute(delete(StoredAnswer).where(identity.in_(found)))
    return len(found)


def _old(now: dt.datetime) -> Select[uuid.UUID, str]:
    return select(StoredAnswer.user_id, StoredAnswer.key).where(
        StoredAnswer.stored_at <= now - KEEP
    )


def _headers(response: Response) -> dict[str, str]:
    kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    # The ETag is put on answers after their view; a repetition must carry it just the same.
    version = g.get("etag_version")
    return kept if version is None else kept | {"ETag": f'"{version}"'}
