"""Table of entries that somebody began to type and has not sent yet."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Id, Instant, JsonDict, Model


class UnfinishedEntry(Model):
    """What stands in the form of a demand, as typed, right or wrong; for its writer alone.

    form_key: the id that a new demand will get, or the id of the demand that is being changed.
    """

    __tablename__ = "unfinished_demand_entry"
    __table_args__ = (
        UniqueConstraint("user_id", "form_key"),
        Index("ix_unfinished_demand_entry_saved_at", "user_id", "organisation_id", "saved_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    form_key: Mapped[uuid.UUID]
    is_change: Mapped[bool]
    """Whether the form changes a demand that is stored already."""
    fields: Mapped[JsonDict]
    saved_at: Mapped[Instant]

    @property
    def title(self) -> str:
        """Return what the person calls it, as far as they have come."""
        return str(self.fields.get("title", "")).strip()[:120]
