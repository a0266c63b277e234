"""Tables of subscriptions and of what is sent to them."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Id, Instant, JsonList, Model


class WebhookSubscription(Model):
    """An address of an organisation's system that is told of some kinds of events.

    The secret is not kept: it is made of the service's key and `nonce` (`rules.secret`).
    """

    __tablename__ = "webhook_subscription"
    __table_args__ = (
        CheckConstraint(
            "(previous_nonce IS NULL) = (previous_until IS NULL)", name="previous_has_end"
        ),
        CheckConstraint("(paused_at IS NULL) = (paused_reason IS NULL)", name="pause_has_reason"),
        Index("ix_webhook_subscription_organisation_id", "organisation_id"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[JsonList]
    nonce: Mapped[str] = mapped_column(String(64))
    previous_nonce: Mapped[str | None] = mapped_column(String(64))
    """Of the secret before this one, which signs besides until `previous_until`."""
    previous_until: Mapped[Instant | None]
    created_at: Mapped[Instant]
    paused_at: Mapped[Instant | None]
    paused_reason: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[Instant | None]
    last_sequence: Mapped[int] = mapped_column(default=0)
    organisation: Mapped[Organisation] = relationship()


class WebhookCall(Model):
    """One event for one subscription; `id` is the stable id under which it is repeated."""

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("subscription_id", "event_id"),
        UniqueConstraint("subscription_id", "sequence"),
        CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state_known"),
        CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_instant"
        ),
    )

    id: Mapped[Id]
    subscription_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("webhook_subscription.id"))
    sequence: Mapped[int]
    """1, 2, 3 … in the order in which they are sent."""
    event_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    """The bytes that are signed, as text."""
    created_at: Mapped[Instant]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    """How often it was put into the outbox: at first, and after each pause or wish to repeat it."""
    delivered_at: Mapped[Instant | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    subscription: Mapped[WebhookSubscription] = relationship()
