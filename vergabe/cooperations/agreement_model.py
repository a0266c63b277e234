"""Tables of what belongs to one version of an agreement: its parties, notices of termination."""

from __future__ import annotations

import uuid

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

from vergabe.access.model import Organisation
from vergabe.cooperations.model import Agreement
from vergabe.db import Cents, Day, Id, Instant, Model


class AgreementParty(Model):
    """A member that is party to a version of the agreement, and when it signed."""

    __tablename__ = "agreement_party"
    __table_args__ = (
        UniqueConstraint("agreement_id", "organisation_id"),
        CheckConstraint(
            "maximum_net_cents IS NULL OR maximum_net_cents > 0", name="maximum_positive"
        ),
    )

    id: Mapped[Id]
    agreement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int]
    signed_on: Mapped[Day | None]
    signed_by: Mapped[str] = mapped_column(String(200), default="", server_default="")
    maximum_quantity: Mapped[str] = mapped_column(Text, default="", server_default="")
    """How much it may call off or buy at most, in words: `4 Löschfahrzeuge`."""
    maximum_net_cents: Mapped[Cents | None]
    organisation: Mapped[Organisation] = relationship()
    agreement: Mapped[Agreement] = relationship()


class AgreementNotice(Model):
    """A notice of termination (Kündigung) that a member gave; it counts from `effective_on`."""

    __tablename__ = "agreement_notice"
    __table_args__ = (
        CheckConstraint("effective_on >= given_on", name="days_in_order"),
        CheckConstraint("ends IN ('membership', 'agreement')", name="ends_known"),
        CheckConstraint(
            "withdrawn_on IS NULL OR withdrawn_on >= given_on", name="withdrawn_after_given"
        ),
        Index(
            "uq_agreement_notice_standing",
            "agreement_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("withdrawn_on IS NULL"),
            postgresql_where=text("withdrawn_on IS NULL"),
        ),
    )

    id: Mapped[Id]
    agreement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    given_on: Mapped[Day]
    """Legal day on which the others received it."""
    effective_on: Mapped[Day]
    """First legal day on which it counts: until the day before everything stays as it was."""
    ends: Mapped[str] = mapped_column(String(20))
    is_extraordinary: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text)
    authority_notified_on: Mapped[Day | None]
    withdrawn_on: Mapped[Day | None]
    recorded_at: Mapped[Instant]
    organisation: Mapped[Organisation] = relationship()
    agreement: Mapped[Agreement] = relationship()
