"""The table of stored files; the bytes lie in the store that the settings name."""

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Instant, Model


class StoredFile(Model):
    """A file by content: the same bytes are stored once, whoever brings them."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("size_bytes >= 0", name="size_not_negative"),
        CheckConstraint("length(sha256) = 64", name="sha256_length"),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Instant]
