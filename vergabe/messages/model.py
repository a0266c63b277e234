"""Tables of messages and of mails that carry them outside."""

from __future__ import annotations

import uuid
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation, User
from vergabe.db import Id, Instant, Model, Name, Sha256, guard

_UNREAD: Final[dict[str, Any]] = {
    f"{dialect}_where": text("first_read_at IS NULL") for dialect in ("sqlite", "postgresql")
}


class Message(Model):
    """A message to exactly one reader: an organisation, a person, or a bare e-mail address.

    Its content columns and its existence are guarded by the database itself.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        CheckConstraint(
            "(CASE WHEN organisation_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN user_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN address IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_reader",
        ),
        Index("ix_message_organisation_id_id", "organisation_id", "id"),
        Index("ix_message_user_id_id", "user_id", "id"),
        Index("ix_message_tender_id", "tender_id"),
        # What nobody has opened yet is counted for the frame of every page.
        Index("ix_message_unread_organisation_id", "organisation_id", "id", **_UNREAD),
        Index("ix_message_unread_user_id", "user_id", "id", **_UNREAD),
    )

    id: Mapped[Id]
    dedupe_key: Mapped[str] = mapped_column(String(200))
    """What makes it the same message: cause and reader; a second one is refused by the database."""
    kind: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    tender_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tender.id"))
    subject: Mapped[Name]
    body: Mapped[str] = mapped_column(Text)
    """Plain text."""
    link: Mapped[str | None] = mapped_column(String(400))
    """Path on this service that the message leads to."""
    content_sha256: Mapped[Sha256]
    """Over subject, line feed, body (UTF-8)."""
    delivered_at: Mapped[Instant]
    """When it lay in the mailbox: the deciding transaction's instant."""
    first_read_at: Mapped[Instant | None]
    first_read_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    first_read_by: Mapped[User | None] = relationship(foreign_keys=[first_read_by_id])
    organisation: Mapped[Organisation | None] = relationship()
    mails: Mapped[list[Mail]] = relationship(back_populates="message")


class Mail(Model):
    """An e-mail that carries a message; sent by the outbox, with a stable Message-ID."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("message_id", "address"),
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="state_known"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_instant"),
    )

    id: Mapped[Id]
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"))
    address: Mapped[str] = mapped_column(String(254))
    internet_message_id: Mapped[str | None] = mapped_column(String(200))
    """Message-ID under which it left; made of `id` alone, so a repetition bears the same one."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    sent_at: Mapped[Instant | None]
    failure: Mapped[str | None] = mapped_column(Text)
    bounced_at: Mapped[Instant | None]
    """When we heard that it never arrived; `failure` says why."""
    message: Mapped[Message] = relationship(back_populates="mails")


class DeadAddress(Model):
    """An address at which nothing arrives, as its mail server says; mailbox messages go on."""

    __tablename__ = "dead_address"

    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    """In lower case."""
    status: Mapped[str] = mapped_column(String(20))
    """Enhanced status of RFC 3463, such as 5.1.1."""
    text: Mapped[str] = mapped_column(String(500))
    """The server's own words."""
    at: Mapped[Instant]


class MailOptOut(Model):
    """An address that wants no mail of one kind or tender; mailbox messages go on."""

    __tablename__ = "mail_opt_out"
    __table_args__ = (UniqueConstraint("address", "scope"),)

    id: Mapped[Id]
    address: Mapped[str] = mapped_column(String(254))
    scope: Mapped[str] = mapped_column(String(60))
    """`kind:<kind>` or `tender:<id>`."""
    at: Mapped[Instant]


class MailPreference(Model):
    """Whether a person wants mailbox messages as e-mail too."""

    __tablename__ = "mail_preference"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    wants_mail: Mapped[bool] = mapped_column(Boolean, default=True)
    user: Mapped[User] = relationship()


guard(
    Message,
    columns=(
        "dedupe_key",
        "kind",
        "organisation_id",
        "user_id",
        "address",
        "tender_id",
        "subject",
        "body",
        "link",
        "content_sha256",
        "delivered_at",
    ),
)
