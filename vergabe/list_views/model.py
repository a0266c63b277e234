"""The table of saved views."""

import uuid

from sqlalchemy import Boolean, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.db import Id, Instant, LongText, Model


class ListView(Model):
    """How one person wants to see a list while acting for one organisation."""

    __tablename__ = "list_view"
    __table_args__ = (
        UniqueConstraint("user_id", "organisation_id", "list_key", "name"),
        Index(
            "uq_list_view_default",
            "user_id",
            "organisation_id",
            "list_key",
            unique=True,
            sqlite_where=text("is_default"),
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    list_key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    path: Mapped[str] = mapped_column(String(400))
    """Page on which it was saved; lists of one kind may stand on several."""
    query: Mapped[LongText]
    """Filters and order as the address has them, without paging."""
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[Instant]

    @property
    def url(self) -> str:
        """Return the address of the list in this view."""
        return f"{self.path}?{self.query}"
