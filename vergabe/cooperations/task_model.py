"""Tables of the task matrix and of substitutes across members."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation, RoleAssignment, User
from vergabe.access.permissions import Role
from vergabe.cooperations.model import Agreement, Cooperation, TaskArea
from vergabe.cooperations.task_rules import Performer, Step
from vergabe.db import Day, Id, Instant, Model

_STEPS = ", ".join(f"'{step}'" for step in Step)
_PERFORMERS = ", ".join(f"'{performer}'" for performer in Performer)
_ROLES = ", ".join(f"'{role}'" for role in Role)


class TaskAssignment(Model):
    """A line of the task matrix of one version of the agreement (see task_rules.Task)."""

    __tablename__ = "task_assignment"
    __table_args__ = (
        CheckConstraint(f"step IN ({_STEPS})", name="step_known"),
        CheckConstraint(f"performer IN ({_PERFORMERS})", name="performer_known"),
        CheckConstraint("performer <> 'lead' OR organisation_id IS NULL", name="lead_is_unnamed"),
        CheckConstraint(
            "performer <> 'service_provider' OR organisation_id IS NOT NULL",
            name="provider_is_named",
        ),
        Index("ix_task_assignment_agreement_id_step", "agreement_id", "step"),
        Index("ix_task_assignment_organisation_id", "organisation_id"),
    )

    id: Mapped[Id]
    agreement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agreement.id"))
    area_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task_area.id"))
    """None: every area that has no line of its own for the step."""
    step: Mapped[str] = mapped_column(String(30))
    performer: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    agreement: Mapped[Agreement] = relationship()
    area: Mapped[TaskArea | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class Substitution(Model):
    """A person of one member that stands in for a role at another, for a stretch of days.

    valid_from and valid_to are legal days (Europe/Berlin), both inclusive. The right itself is the
    role assignment, made when the person accepts; it ends by time alone.
    """

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint(f"role IN ({_ROLES})", name="role_known"),
        CheckConstraint("valid_to >= valid_from", name="days_in_order"),
        CheckConstraint("organisation_id <> home_organisation_id", name="two_members"),
        CheckConstraint("accepted_at IS NULL OR declined_at IS NULL", name="one_answer"),
        Index("ix_substitution_cooperation_id_valid_to", "cooperation_id", "valid_to"),
        Index("ix_substitution_user_id", "user_id"),
    )

    id: Mapped[Id]
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The member at which the person stands in."""
    home_organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    """The member that the person comes from."""
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    substitute_for_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """Whom the person stands in for; None: for the role as such."""
    role: Mapped[str] = mapped_column(String(30))
    valid_from: Mapped[Day]
    valid_to: Mapped[Day]
    reason: Mapped[str] = mapped_column(Text)
    offered_by_name: Mapped[str] = mapped_column(String(200))
    offered_at: Mapped[Instant]
    accepted_at: Mapped[Instant | None]
    declined_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    """Taken back before its time."""
    assignment_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("role_assignment.id", ondelete="SET NULL")
    )
    cooperation: Mapped[Cooperation] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    home_organisation: Mapped[Organisation] = relationship(foreign_keys=[home_organisation_id])
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    substitute_for: Mapped[User | None] = relationship(foreign_keys=[substitute_for_id])
    assignment: Mapped[RoleAssignment | None] = relationship()
