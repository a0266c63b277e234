"""Tables of supplier profiles and of registrations for tenders."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Id, Instant, Model, Name


class SupplierProfile(Model):
    """What a supplier wants to hear of: CPV and NUTS prefixes, keywords, and its size."""

    __tablename__ = "supplier_profile"
    __table_args__ = (
        CheckConstraint(
            "size IS NULL OR size IN ('micro', 'small', 'medium', 'large', 'sme')",
            name="size_known",
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True
    )
    size: Mapped[str | None] = mapped_column(String(10))
    paused_at: Mapped[Instant | None]
    """Set: no invitations at present."""
    updated_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()
    cpv_prefixes: Mapped[list[ProfileCpv]] = relationship(
        cascade="all, delete-orphan", order_by="ProfileCpv.prefix"
    )
    nuts_prefixes: Mapped[list[ProfileNuts]] = relationship(
        cascade="all, delete-orphan", order_by="ProfileNuts.prefix"
    )
    keywords: Mapped[list[ProfileKeyword]] = relationship(
        cascade="all, delete-orphan", order_by="ProfileKeyword.word"
    )


class ProfileCpv(Model):
    """A CPV prefix (2 to 8 digits without trailing zeros) of a profile."""

    __tablename__ = "profile_cpv"
    __table_args__ = (Index("ix_profile_cpv_prefix", "prefix", "organisation_id"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("supplier_profile.organisation_id"), primary_key=True
    )
    prefix: Mapped[str] = mapped_column(String(8), primary_key=True)


class ProfileNuts(Model):
    """A NUTS prefix (2 to 5 characters) of a profile; none at all means everywhere."""

    __tablename__ = "profile_nuts"
    __table_args__ = (Index("ix_profile_nuts_prefix", "prefix", "organisation_id"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("supplier_profile.organisation_id"), primary_key=True
    )
    prefix: Mapped[str] = mapped_column(String(5), primary_key=True)


class ProfileKeyword(Model):
    """A word or phrase of a profile, as `rules.folded` writes it."""

    __tablename__ = "profile_keyword"
    __table_args__ = (Index("ix_profile_keyword_word", "word", "organisation_id"),)

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("supplier_profile.organisation_id"), primary_key=True
    )
    word: Mapped[str] = mapped_column(String(60), primary_key=True)


class PendingRegistration(Model):
    """A firm and its first person, until the e-mail address is confirmed; then the row goes."""

    __tablename__ = "pending_registration"
    __table_args__ = (Index("ix_pending_registration_email", "email", "asked_at"),)

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(200))
    firm: Mapped[Name]
    password_hash: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[Instant]


class TenderRegistration(Model):
    """Somebody who wants to be told of changes and answers of one tender (freiwillig).

    Either a supplier organisation or a confirmed e-mail address without any profile.
    """

    __tablename__ = "tender_registration"
    __table_args__ = (
        CheckConstraint(
            "(organisation_id IS NULL) <> (address IS NULL)", name="organisation_or_address"
        ),
        Index(
            "uq_tender_registration_organisation",
            "tender_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("organisation_id IS NOT NULL"),
            postgresql_where=text("organisation_id IS NOT NULL"),
        ),
        Index(
            "uq_tender_registration_address",
            "tender_id",
            "address",
            unique=True,
            sqlite_where=text("address IS NOT NULL"),
            postgresql_where=text("address IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    registered_at: Mapped[Instant]
    """Of an address: when its confirmation was last asked for."""
    confirmed_at: Mapped[Instant | None]
    left_at: Mapped[Instant | None]
