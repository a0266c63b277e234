"""Tables of the facts of a notice: only what somebody has chosen against the default."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Id, Instant, JsonDict, Model


class NoticeFacts(Model):
    """The facts of a tender's notices; the row is there once somebody has changed one."""

    __tablename__ = "notice_facts"
    __table_args__ = (UniqueConstraint("tender_id"),)

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    chosen: Mapped[JsonDict]
    """Name of the field → value, as JSON; what is left out has its default."""
    changed_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    """Counts changes of the lots' facts as well."""
    __mapper_args__ = {"version_id_col": version}


class LotNoticeFacts(Model):
    """The facts of one lot; they go with the lot when lots are cut anew."""

    __tablename__ = "lot_notice_facts"
    __table_args__ = (UniqueConstraint("lot_id"),)

    id: Mapped[Id]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lot.id", ondelete="CASCADE"))
    chosen: Mapped[JsonDict]
