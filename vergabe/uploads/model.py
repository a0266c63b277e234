"""Tables of uploads under way and of the pieces in which they came."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Id, Instant, Model


class Upload(Model):
    """A file that arrives in pieces; complete once it has its SHA-256, used once something has it.

    lock_token, locked_until: the request that may write now, and until when without news of it.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("offset_bytes BETWEEN 0 AND size_bytes", name="offset_within_size"),
        CheckConstraint("sha256 IS NULL OR offset_bytes = size_bytes", name="whole_is_complete"),
        CheckConstraint("used_at IS NULL OR sha256 IS NOT NULL", name="used_is_whole"),
        CheckConstraint(
            "(lock_token IS NULL) = (locked_until IS NULL)", name="lock_has_token_and_end"
        ),
        Index("ix_upload_expires_at", "expires_at"),
        Index("ix_upload_organisation_id_expires_at", "organisation_id", "expires_at"),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    purpose: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(400))
    metadata_header: Mapped[str] = mapped_column(String(2000))
    """`Upload-Metadata` as it came: the protocol gives it back word for word."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    offset_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    lock_token: Mapped[str | None] = mapped_column(String(40))
    locked_until: Mapped[Instant | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    whole_name: Mapped[str | None] = mapped_column(String(100))
    """Name of the object with the whole file, until something takes it over."""
    used_at: Mapped[Instant | None]

    def is_locked(self, now: dt.datetime) -> bool:
        return self.locked_until is not None and self.locked_until > now


class UploadPiece(Model):
    """A piece that is safe in the store: where it begins, its length, the name of its object."""

    __tablename__ = "upload_piece"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size_positive"),)

    upload_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True
    )
    start_byte: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
