"""What workers have given up: the operator sees the reason and may have it tried again."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.errors import NotFound, Refused
from vergabe.messages.model import Mail
from vergabe.messages.service import MAIL_KIND, MESSAGE_MAIL
from vergabe.outbox import OutboxRow
from vergabe.texts import gettext as _
from vergabe.texts import marked
from vergabe.webhooks.model import WebhookCall
from vergabe.webhooks.service import KIND as WEBHOOK_KIND

SHOWN: Final = 200
KINDS: Final = {
    "event": marked("Ereignis"),
    "reaction": marked("Reaktion"),
    "mail": marked("E-Mail"),
    "webhook": marked("Webhook"),
}
_STREAM: Final = audit.stream_of("operation")


@dataclass(frozen=True)
class SetAside:
    """A row that was given up; name: of event, handler or mail; is_lost: its text is gone."""

    id: uuid.UUID
    kind: str
    name: str
    created_at: dt.datetime
    attempts: int
    reason: str
    is_lost: bool


@dataclass(frozen=True)
class Standing:
    """How the outbox stands, by kind: what is due, what was set aside."""

    kind: str
    waiting: int
    oldest: dt.datetime | None


def require_operator(actor: Actor) -> None:
    """Let nobody pass but those who run the service; others are not told that there is a page."""
    if actor.is_operator:
        return
    if actor.organisation_kind != "operator":
        raise NotFound(_("Die Seite"))
    actor.require(Permission.OPERATE_SERVICE)


def rows(session: Session, actor: Actor, *, limit: int = SHOWN) -> Sequence[SetAside]:
    """Return what was set aside, newest first; NotFound for all but the operator."""
    require_operator(actor)
    found = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.state == "failed")
        .order_by(OutboxRow.id.desc())
        .limit(limit)
    )
    return [
        SetAside(
            row.id,
            row.kind,
            row.name,
            row.created_at,
            row.attempts,
            row.last_error or "",
            _is_lost(row),
        )
        for row in found
    ]


def standings(session: Session, actor: Actor, *, now: dt.datetime) -> Sequence[Standing]:
    """Return what is due and since when, by kind; NotFound for all but the operator."""
    require_operator(actor)
    found = session.execute(
        select(OutboxRow.kind, func.count(), func.min(OutboxRow.due_at))
        .where(OutboxRow.state == "waiting", OutboxRow.due_at <= now)
        .group_by(OutboxRow.kind)
        .order_by(OutboxRow.kind)
    )
    return [Standing(kind, waiting, oldest) for kind, waiting, oldest in found]


def try_again(session: Session, actor: Actor, row_id: uuid.UUID, *, now: dt.datetime) -> OutboxRow:
    """Let a row be tried from the start, and say so in the record of the service.

    Raises NotFound if it is not set aside, Refused for a mail whose text is forgotten.
    """
    require_operator(actor)
    row = session.get(OutboxRow, row_id)
    if row is None or row.state != "failed":
        raise NotFound(_("Dieser Auftrag"))
    if _is_lost(row):
        raise Refused(
            "mail_forgotten",
            _(
                "Diese E-Mail der Anmeldung ist nicht mehr da: Ihr Text enthielt einen geheimen "
                "Link und wurde gelöscht. Die Person fordert den Link neu an."
            ),
        )
    _subject_waits(session, row)
    again = outbox.try_again(session, row_id, now=now)
    if again is None:
        raise NotFound(_("Dieser Auftrag"))
    act = Act(
        "outbox_retried",
        "outbox",
        row_id,
        f"Ein aufgegebener Auftrag ({row.kind}) wird noch einmal versucht.",
        reason=row.last_error,
        details={"kind": row.kind, "name": row.name},
    )
    audit.append(session, _STREAM, actor, act, now=now)
    return again


def _is_lost(row: OutboxRow) -> bool:
    return row.kind == MAIL_KIND and row.name != MESSAGE_MAIL and not row.payload


def _subject_waits(session: Session, row: OutboxRow) -> None:
    """Let the mail or call behind a row wait again: workers leave alone what was given up."""
    if row.kind == MAIL_KIND and row.name == MESSAGE_MAIL:
        session.execute(
            update(Mail)
            .where(Mail.id == uuid.UUID(row.payload["mail_id"]), Mail.state == "failed")
            .values(state="waiting", failure=None)
        )
    if row.kind == WEBHOOK_KIND:
        session.execute(
            update(WebhookCall)
            .where(WebhookCall.id == uuid.UUID(row.payload["call_id"]))
            .where(WebhookCall.state == "failed")
            .values(state="waiting", last_error=None)
        )
