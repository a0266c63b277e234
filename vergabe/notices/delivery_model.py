"""Tables of what becomes of a notice outside our house."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.db import Id, Instant, JsonList, LongText, Model, Sha256, append_only
from vergabe.notices.model import Notice

RAW_MAX = 20_000
"""Characters that are kept of an answer."""
STATES = (
    "waiting",
    "sending",
    "sent",
    "accepted",
    "stopping",
    "published",
    "rejected",
    "stopped",
    "blocked",
)
_STATES_SQL = ", ".join(f"'{state}'" for state in STATES)


class NoticeDelivery(Model):
    """One version of a notice on its way to the outside; a corrected version is another row.

    Its row is what workers claim: `lease_token` says whose outcome counts.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("notice_id", "version_number"),
        UniqueConstraint("idempotency_key"),
        CheckConstraint(f"state IN ({_STATES_SQL})", name="state_known"),
        CheckConstraint("outlet IN ('folder', 'http')", name="outlet_known"),
        CheckConstraint("version_number BETWEEN 1 AND 99", name="version_two_digits"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint(
            "state IN ('waiting', 'blocked', 'stopped') OR xml_sha256 IS NOT NULL",
            name="nothing_leaves_unstored",
        ),
        CheckConstraint(
            "state NOT IN ('sent', 'accepted', 'stopping', 'published') OR sent_at IS NOT NULL",
            name="sent_has_instant",
        ),
        CheckConstraint(
            "state <> 'accepted' OR accepted_at IS NOT NULL", name="accepted_has_instant"
        ),
        CheckConstraint(
            "state <> 'published' OR published_at IS NOT NULL", name="published_has_instant"
        ),
        CheckConstraint(
            "(state IN ('rejected', 'stopped', 'blocked')) = (ended_at IS NOT NULL)",
            name="ended_has_instant",
        ),
        CheckConstraint(
            "(leased_until IS NULL) = (lease_token IS NULL)", name="lease_has_its_token"
        ),
        Index("ix_notice_delivery_lead_organisation_id", "lead_organisation_id", "id"),
        Index(
            "ix_notice_delivery_due_at",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "ix_notice_delivery_release_at",
            "release_at",
            sqlite_where=text("release_at IS NOT NULL"),
            postgresql_where=text("release_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id"))
    lead_organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """Who leads the tender: kept here as well, for the list of all that a lead has sent."""
    version_number: Mapped[int]
    """BT-757 of what is sent."""
    outlet: Mapped[str] = mapped_column(String(10))
    environment: Mapped[str] = mapped_column(String(300))
    """Where it goes: host or folder; never a password."""
    state: Mapped[str] = mapped_column(String(20))
    idempotency_key: Mapped[str] = mapped_column(String(60))
    """Notice id and version: by it the other end recognises a repetition."""
    attempts: Mapped[int] = mapped_column(default=0)
    xml_sha256: Mapped[Sha256 | None] = mapped_column(ForeignKey("stored_file.sha256"))
    """What was sent or is being sent, byte by byte."""
    document_format: Mapped[str | None] = mapped_column(String(20))
    """Format of that document, as in NoticeDocument."""
    tracking_code: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Instant]
    sent_at: Mapped[Instant | None]
    accepted_at: Mapped[Instant | None]
    """Confirmation of receipt by the Publications Office: the 48 hours run from it."""
    published_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    """When it was rejected, stopped or held back by the official rules."""
    publication_number: Mapped[str | None] = mapped_column(String(100))
    publication_url: Mapped[str | None] = mapped_column(String(1000))
    reasons: Mapped[JsonList]
    """Findings that stand against it: objects with source, rule, path, text."""
    last_error: Mapped[str | None] = mapped_column(Text)
    stop_asked_at: Mapped[Instant | None]
    due_at: Mapped[Instant | None]
    """When a worker has something to do: send, ask, stop."""
    release_at: Mapped[Instant | None]
    """From when the notice may be public here without the publication in the EU; None: not held."""
    leased_until: Mapped[Instant | None]
    lease_token: Mapped[uuid.UUID | None]
    notice: Mapped[Notice] = relationship()
    events: Mapped[list[DeliveryEvent]] = relationship(
        back_populates="delivery", order_by="DeliveryEvent.at, DeliveryEvent.id"
    )

    @property
    def place(self) -> str:
        """Where it goes, for people: the host, or the folder's own name without its path."""
        if self.outlet == "folder":
            return f"Ordner „{self.environment.rstrip('/').rpartition('/')[2]}“"
        return self.environment


class DeliveryEvent(Model):
    """Something that happened to a delivery, with the answer as it was received."""

    __tablename__ = "delivery_event"

    id: Mapped[Id]
    delivery_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice_delivery.id"), index=True)
    at: Mapped[Instant]
    kind: Mapped[str] = mapped_column(String(30))
    summary: Mapped[LongText]
    by_name: Mapped[str] = mapped_column(String(200))
    http_status: Mapped[int | None]
    raw: Mapped[LongText] = mapped_column(default="")
    """The answer as received, at most RAW_MAX characters."""
    delivery: Mapped[NoticeDelivery] = relationship(back_populates="events")


class NoticeCheck(Model):
    """What the official rules said of a version of a notice, just before it was to be sent."""

    __tablename__ = "notice_check"

    id: Mapped[Id]
    notice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("notice.id"), index=True)
    version_number: Mapped[int]
    checked_at: Mapped[Instant]
    sdk_version: Mapped[str] = mapped_column(String(40))
    passed: Mapped[bool]
    findings: Mapped[JsonList]
    """Errors and warnings: objects with severity, rule, stage, field, location, text."""
    xml_sha256: Mapped[Sha256] = mapped_column(ForeignKey("stored_file.sha256"))


append_only(DeliveryEvent)
append_only(NoticeCheck)
