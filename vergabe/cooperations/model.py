"""Tables of cooperations and of what must be on file before they may buy together."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    or_,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import (
    Cents,
    Day,
    Id,
    Instant,
    JsonDict,
    JsonList,
    Model,
    Name,
    PlainJson,
    append_only,
)


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
    declarations_required: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )
    """Nothing is published before everybody who acts has declared on conflicts of interest."""
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
    decides: Mapped[JsonList] = mapped_column(default=list, server_default="[]")
    """Names of the bodies that decide for this member, in their order; empty: any body may."""
    cooperation: Mapped[Cooperation] = relationship(back_populates="members")
    organisation: Mapped[Organisation] = relationship()
    participations: Mapped[list[Participation]] = relationship(back_populates="member")

    @classmethod
    def counts_on(cls, day: dt.date | BindParameter[dt.date]) -> ColumnElement[bool]:
        """Return the condition of a membership on a legal day; day: a date or a parameter."""
        return (cls.joined_on <= day) & or_(cls.left_on.is_(None), cls.left_on >= day)


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
    effective_together: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """Whether resolutions take effect only when all who take part in the area have decided."""
    same_form_and_subject: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )
    """Whether all resolutions must name the same form and the same subject."""
    cooperation: Mapped[Cooperation] = relationship(back_populates="areas")
    participations: Mapped[list[Participation]] = relationship(back_populates="area")


class Participation(Model):
    """How deep a member takes part in an area, over time (days inclusive)."""

    __tablename__ = "participation"
    __table_args__ = (
        CheckConstraint(
            "depth IN ('none', 'information', 'demand', 'mandate', 'full')", name="depth_known"
        ),
        CheckConstraint("phase IN ('regular', 'pilot', 'later')", name="phase_known"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        Index("ix_participation_area_id_member_id", "area_id", "member_id"),
    )

    id: Mapped[Id]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    area_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task_area.id"))
    depth: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    phase: Mapped[str] = mapped_column(String(20), default="regular", server_default="regular")
    """pilot: tries the area out first; later: joins it later than the others."""
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    is_from_file: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """False: changed by hand; loading the file leaves it alone."""
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
        CheckConstraint(
            "approval_by_silence = false "
            "OR (approved_on IS NOT NULL AND approval_received_on IS NOT NULL)",
            name="silence_has_receipt",
        ),
        CheckConstraint("notice_months IS NULL OR notice_months >= 0", name="notice_months_known"),
        CheckConstraint(
            "notice_to IN ('day', 'month', 'quarter', 'half_year', 'year')", name="notice_to_known"
        ),
        CheckConstraint("notice_ends IN ('membership', 'agreement')", name="notice_ends_known"),
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
    cost_key: Mapped[dict[str, Any] | None] = mapped_column(PlainJson)
    """The cost rule that this version contains; None: recorded before it was asked for."""
    checklist: Mapped[dict[str, Any] | None] = mapped_column(PlainJson)
    """Item of agreement_checklist → what the agreement says about it."""
    authority: Mapped[str] = mapped_column(String(300), default="", server_default="")
    approval_sent_on: Mapped[Day | None]
    approval_received_on: Mapped[Day | None]
    approval_objections_on: Mapped[Day | None]
    approval_meeting_named_on: Mapped[Day | None]
    """Day on which the authority named a meeting, which is then on approval_meeting_on."""
    approval_meeting_on: Mapped[Day | None]
    approval_by_silence: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )
    published_on: Mapped[Day | None]
    published_in: Mapped[str] = mapped_column(String(300), default="", server_default="")
    notice_months: Mapped[int | None]
    notice_to: Mapped[str] = mapped_column(String(20), default="day", server_default="day")
    """The end of what a notice of termination counts to: month, quarter, half_year, year."""
    notice_ends: Mapped[str] = mapped_column(
        String(20), default="membership", server_default="membership"
    )
    """Whether a notice ends the membership of who gives it, or the agreement for all."""
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
        Index("ix_mandate_cooperation_id_valid_from", "cooperation_id", "valid_from", "id"),
        Index("ix_mandate_cooperation_id_valid_to", "cooperation_id", "valid_to", "id"),
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

    subject: what was decided on (rules.Subject), on a tender always for one pool (pool_id); kind:
    rules.ResolutionKind, basis: what a delegated decision rests on; legal_form, matter: the form of
    the cooperation and the subject, as the resolution itself names them.
    """

    __tablename__ = "resolution"
    __table_args__ = (
        CheckConstraint("result IN ('adopted', 'rejected')", name="result_known"),
        CheckConstraint(
            "subject IN ('joining', 'agreement', 'mandate', 'cost_key', 'funding', 'tender', "
            "'award')",
            name="subject_known",
        ),
        CheckConstraint("kind IN ('decision', 'recommendation', 'delegated')", name="kind_known"),
        CheckConstraint("kind <> 'delegated' OR basis <> ''", name="delegated_has_basis"),
        CheckConstraint("limit_net_cents IS NULL OR limit_net_cents > 0", name="limit_positive"),
        CheckConstraint("subject <> 'tender' OR pool_id IS NOT NULL", name="tender_has_pool"),
        CheckConstraint(
            "pool_id IS NULL OR subject IN ('cost_key', 'funding', 'tender', 'award')",
            name="pool_fits_subject",
        ),
        CheckConstraint(
            "(yes_votes IS NULL OR yes_votes >= 0) AND (no_votes IS NULL OR no_votes >= 0) "
            "AND (abstentions IS NULL OR abstentions >= 0)",
            name="votes_not_negative",
        ),
        CheckConstraint("revoked_on IS NULL OR revoked_on >= decided_on", name="days_in_order"),
        Index("ix_resolution_cooperation_id_organisation_id", "cooperation_id", "organisation_id"),
        Index("ix_resolution_cooperation_id_decided_on", "cooperation_id", "decided_on", "id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    pool_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pool.id"))
    subject: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20), default="decision", server_default="decision")
    basis: Mapped[str] = mapped_column(Text, default="", server_default="")
    body: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[Day]
    item_number: Mapped[str] = mapped_column(String(100), default="")
    legal_form: Mapped[str | None] = mapped_column(String(40))
    matter: Mapped[str] = mapped_column(Text, default="", server_default="")
    wording: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[str] = mapped_column(String(20))
    yes_votes: Mapped[int | None]
    no_votes: Mapped[int | None]
    abstentions: Mapped[int | None]
    is_unanimous: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    limit_net_cents: Mapped[Cents | None]
    conditions: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(Boolean, default=True)
    revoked_on: Mapped[Day | None]
    revocation_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    recorded_at: Mapped[Instant]
    organisation: Mapped[Organisation] = relationship()
    papers: Mapped[list[ResolutionPaper]] = relationship(
        back_populates="resolution", order_by="ResolutionPaper.id"
    )


class ResolutionPaper(Model):
    """A paper of a resolution (Vorlage, Niederschrift, Beschlussauszug) and who may read it.

    classification: papers.Classification; roles: those of the own municipality that may read a
    paper of the class `roles`.
    """

    __tablename__ = "resolution_paper"
    __table_args__ = (
        CheckConstraint("kind IN ('paper', 'minutes', 'extract', 'other')", name="kind_known"),
        CheckConstraint(
            "classification IN ('public', 'members', 'own', 'roles')",
            name="classification_known",
        ),
        Index("ix_resolution_paper_resolution_id", "resolution_id"),
    )

    id: Mapped[Id]
    resolution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("resolution.id"))
    kind: Mapped[str] = mapped_column(String(20))
    classification: Mapped[str] = mapped_column(String(20))
    roles: Mapped[JsonList] = mapped_column(default=list)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str] = mapped_column(String(200))
    added_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    recorded_at: Mapped[Instant]
    resolution: Mapped[Resolution] = relationship(back_populates="papers")


class PaperOpening(Model):
    """Who opened a paper that is not public, and when (append only)."""

    __tablename__ = "paper_opening"
    __table_args__ = (Index("ix_paper_opening_paper_id", "paper_id"),)

    id: Mapped[Id]
    paper_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("resolution_paper.id"))
    opened_at: Mapped[Instant]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    person_name: Mapped[Name]
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    organisation_name: Mapped[Name]


append_only(PaperOpening)


class PlannedDecision(Model):
    """The day on which a body is to decide; there is one for each body and subject at most."""

    __tablename__ = "planned_decision"
    __table_args__ = (
        Index("ix_planned_decision_cooperation_id", "cooperation_id", "organisation_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    pool_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pool.id"))
    subject: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(String(200))
    planned_on: Mapped[Day]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
