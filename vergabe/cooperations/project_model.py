"""Table of what a cooperation's file says about its projects: grants and council papers."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import JsonDict, Model


class ProjectDefaults(Model):
    """With what a project of a cooperation begins; empty where the file says nothing."""

    __tablename__ = "project_defaults"

    cooperation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("cooperation.id"), primary_key=True
    )
    funding: Mapped[JsonDict]
    """programme, quota_basis_points, ceiling_cents, rounding, award_rules, requires_resolutions."""
    papers: Mapped[JsonDict]
    """is_public, strategy, inclusion."""
