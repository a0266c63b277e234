"""Tables of cooperations and of what must be on file before they may buy together."""

from __future__ import annotations

import uuid

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Cents, Day, Id, Instant, JsonDict, JsonList, Model, Name


class Cooperation(Model):
    """A group of buyers that cooperate without founding an authority."""

    __tablename__ = "cooperation"
    __table_args__ = (UniqueConstraint("key"), UniqueConstraint("reference_prefix"))

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[Name]
    description: Mapped[str] = mapped_column(Text, default="")
    reference_prefix: Mapped[str] = mapped_column(String(10))
    """First part of human references such as DLZ-2026-0007."""
    lead_organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    joining_window_days: Mapped[int] = mapped_column(default=21)
    cost_key: Mapped[JsonDict]
    """kind (equal, inhabitants, demand_value, mixed …) and its parameters."""
    contact: Mapped[JsonDict]
    """name, email, phone of the one contact for all."""
    review_body: Mapped[JsonDict]
    """Vergabekammer: name, street, postcode, city, email, phone, website."""
    file_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    lead: Mapped[Organisation] = relationship()
    members: Mapped[list[Member]] = relationship(
        back_populates="cooperation", order_by="Member.position"
    )
    areas: Mapped[list[TaskArea]] = relationship(
        back_populates="cooperation", order_by="TaskArea.position"
    )
    agreements: Mapped[list[Agreement]] = relationship(
        back_populates="cooperation", order_by="Agreement.number"
    )


class Member(Model):
    """A member; `position` is the fixed order in which ties of shares are broken."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("cooperation_id", "organisation_id"),
        CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="days_in_order"),
        Index("ix_member_organisation_id", "organisation_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    position: Mapped[int]
    joined_on: Mapped[Day]
    left_on: Mapped[Day | None]
    cooperation: Mapped[Cooperation] = relationship(back_populates="members")
    organisation: Mapped[Organisation] = relationship()
    participations: Mapped[list[Participation]] = relationship(back_populates="member")


class TaskArea(Model):
    """A task area (Aufgabengebiet), e.g. procurement, VAT, fees."""

    __tablename__ = "task_area"
    __table_args__ = (UniqueConstraint("cooperation_id", "key"),)

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[Name]
    position: Mapped[int]
    required_resolutions: Mapped[JsonList]
    """Subjects of resolutions that every participant needs on file, e.g. ["joining"]."""
    cooperation: Mapped[Cooperation] = relationship(back_populates="areas")
    participations: Mapped[list[Participation]] = relationship(back_populates="area")


class Participation(Model):
    """How deep a member takes part in an area, over time (days inclusive)."""

    __tablename__ = "participation"
    __table_args__ = (
        CheckConstraint("depth IN ('none', 'information', 'demand', 'full')", name="depth_known"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        Index("ix_participation_area_id_member_id", "area_id", "member_id"),
    )

    id: Mapped[Id]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    area_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task_area.id"))
    depth: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    member: Mapped[Member] = relationship(back_populates="participations")
    area: Mapped[TaskArea] = relationship(back_populates="participations")


class Agreement(Model):
    """A version of the cooperation agreement (Vereinbarung) and its stage."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("cooperation_id", "number"),
        CheckConstraint(
            "stage IN ('informal', 'resolved', 'signed', 'approved', 'in_force', 'terminated')",
            name="stage_known",
        ),
        CheckConstraint(
            "stage NOT IN ('in_force') OR in_force_on IS NOT NULL", name="in_force_has_day"
        ),
        CheckConstraint(
            "legal_form <> 'informal_arrangement' OR stage IN ('informal', 'terminated')",
            name="informal_stays_informal",
        ),
        CheckConstraint(
            "stage <> 'terminated' OR terminated_on IS NOT NULL", name="terminated_has_day"
        ),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    number: Mapped[int]
    legal_form: Mapped[str] = mapped_column(String(40))
    """informal_arrangement, administrative_agreement, public_law_agreement, purpose_agreement …"""
    stage: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(Text)
    resolved_on: Mapped[Day | None]
    signed_on: Mapped[Day | None]
    approved_on: Mapped[Day | None]
    in_force_on: Mapped[Day | None]
    terminated_on: Mapped[Day | None]
    requires_approval: Mapped[bool] = mapped_column(Boolean, default=False)
    cooperation: Mapped[Cooperation] = relationship(back_populates="agreements")


class Mandate(Model):
    """A power of attorney (Vollmacht) of a member for the lead, with scope, limit and days."""

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("limit_net_cents IS NULL OR limit_net_cents > 0", name="limit_positive"),
        CheckConstraint("grantor_id <> grantee_id", name="two_parties"),
        CheckConstraint("(file_sha256 IS NULL) = (file_name IS NULL)", name="file_has_name"),
        Index("ix_mandate_cooperation_id_grantor_id", "cooperation_id", "grantor_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    grantor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    grantee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    scope: Mapped[JsonList]
    """Any of tender, award, complaints, review, cancellation."""
    wording: Mapped[str] = mapped_column(Text)
    limit_net_cents: Mapped[Cents | None]
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    revoked_on: Mapped[Day | None]
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[Instant]
    grantor: Mapped[Organisation] = relationship(foreign_keys=[grantor_id])
    grantee: Mapped[Organisation] = relationship(foreign_keys=[grantee_id])


class Resolution(Model):
    """A resolution of a member's body (Gremienbeschluss).

    subject: what was decided on: joining (of the cooperation) or tender (of one pool: pool_id).
    """

    __tablename__ = "resolution"
    __table_args__ = (
        CheckConstraint("result IN ('adopted', 'rejected')", name="result_known"),
        CheckConstraint("subject IN ('joining', 'tender')", name="subject_known"),
        CheckConstraint("limit_net_cents IS NULL OR limit_net_cents > 0", name="limit_positive"),
        CheckConstraint("(subject = 'tender') = (pool_id IS NOT NULL)", name="tender_has_pool"),
        CheckConstraint("revoked_on IS NULL OR revoked_on >= decided_on", name="days_in_order"),
        CheckConstraint("(file_sha256 IS NULL) = (file_name IS NULL)", name="file_has_name"),
        Index("ix_resolution_cooperation_id_organisation_id", "cooperation_id", "organisation_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    pool_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pool.id"))
    subject: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[Day]
    item_number: Mapped[str] = mapped_column(String(100), default="")
    wording: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(String(20))
    limit_net_cents: Mapped[Cents | None]
    conditions: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(Boolean, default=True)
    revoked_on: Mapped[Day | None]
    file_sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[Instant]
    organisation: Mapped[Organisation] = relationship()
