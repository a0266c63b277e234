"""Tables of organisations, people, roles and API tokens."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from flask_security import UserMixin, WebAuthnMixin
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.permissions import Role
from vergabe.db import Day, Id, Instant, JsonList, Model, Name, PlainJson

_ROLES = ", ".join(f"'{role}'" for role in Role)


class Organisation(Model):
    """A municipality, county, association, supplier, or the operator of this service."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('municipality', 'county', 'association', 'supplier', 'operator')",
            name="kind_known",
        ),
        CheckConstraint(
            "(inhabitants IS NULL) = (inhabitants_on IS NULL)", name="inhabitants_have_date"
        ),
        CheckConstraint(
            "(succeeded_by_id IS NULL) = (succeeded_on IS NULL)", name="succession_has_day"
        ),
        CheckConstraint("succeeded_by_id <> id", name="succeeded_by_another"),
        UniqueConstraint("ags"),
        Index("ix_organisation_name", "name"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[Name]
    official_name: Mapped[str | None] = mapped_column(String(400))
    ags: Mapped[str | None] = mapped_column(String(8))
    """Amtlicher Gemeindeschlüssel: 8 digits, counties 5."""
    ars: Mapped[str | None] = mapped_column(String(12))
    land: Mapped[str | None] = mapped_column(String(2))
    """Two-letter code of the Land, e.g. NW."""
    nuts3: Mapped[str | None] = mapped_column(String(5))
    inhabitants: Mapped[int | None]
    inhabitants_on: Mapped[Day | None]
    leitweg_id: Mapped[str | None] = mapped_column(String(46))
    register_number: Mapped[str | None] = mapped_column(String(100))
    """Register or VAT number of a supplier."""
    street: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(50))
    website: Mapped[str | None] = mapped_column(String(400))
    succeeded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """The municipality that took over all rights and duties of this one (a merger)."""
    succeeded_on: Mapped[Day | None]
    """First legal day on which the successor stands in its place."""
    created_at: Mapped[Instant]
    succeeded_by: Mapped[Organisation | None] = relationship(remote_side="Organisation.id")

    @property
    def is_buyer(self) -> bool:
        return self.kind in ("municipality", "county", "association")


class User(Model, UserMixin):
    """A person. Columns that Flask-Security asks for keep the names it gives them."""

    __tablename__ = "user_account"
    __table_args__ = (UniqueConstraint("email"), UniqueConstraint("fs_uniquifier"))

    id: Mapped[Id]  # type: ignore[assignment]  # the mixin says int
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    # A code is used up by taking it out of the list in place: the change has to be noticed.
    mf_recovery_codes: Mapped[list[Any] | None] = mapped_column(
        MutableList.as_mutable(PlainJson.copy())  # a type of its own: others stay as they are
    )
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)  # type: ignore[assignment]  # unset at first
    calendar_secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    language: Mapped[str | None] = mapped_column(String(2))
    """In which the person reads pages and mails: de or en; unset until they have chosen."""
    assignments: Mapped[list[RoleAssignment]] = relationship(
        back_populates="user", foreign_keys="RoleAssignment.user_id"
    )
    webauthn: Mapped[list[WebAuthn]] = relationship(  # type: ignore[assignment]  # invariance
        back_populates="user"
    )

    @property
    def roles(self) -> list[Any]:
        """Return nothing: rights come from role assignments, not from Flask-Security's roles."""
        return []

    @roles.setter
    def roles(self, value: list[Any]) -> None:
        if value:
            raise ValueError("roles are assignments per organisation")


class WebAuthn(Model, WebAuthnMixin):
    """A passkey, in the columns Flask-Security asks for."""

    __tablename__ = "webauthn"
    __table_args__ = (UniqueConstraint("credential_id"),)

    id: Mapped[Id]  # type: ignore[assignment]  # the mixin says int
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[JsonList | None]
    backup_state: Mapped[bool] = mapped_column(Boolean)
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[Instant]
    lastuse_datetime: Mapped[Instant]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    user: Mapped[User] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        return {"id": self.user_id}


class RoleAssignment(Model):
    """A role of a person at an organisation, for one cooperation or all, for a stretch of days.

    valid_from and valid_to are legal days (Europe/Berlin), both inclusive.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (
        CheckConstraint(f"role IN ({_ROLES})", name="role_known"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="days_in_order"),
        Index("ix_role_assignment_organisation_id_role", "organisation_id", "role"),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    cooperation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cooperation.id"))
    role: Mapped[str] = mapped_column(String(30))
    valid_from: Mapped[Day]
    valid_to: Mapped[Day | None]
    substitute_for_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    home_organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    """Set for a substitute from another member: the organisation that the person comes from."""
    reason: Mapped[str | None] = mapped_column(Text)
    user: Mapped[User] = relationship(back_populates="assignments", foreign_keys=[user_id])
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    home_organisation: Mapped[Organisation | None] = relationship(
        foreign_keys=[home_organisation_id]
    )
    substitute_for: Mapped[User | None] = relationship(foreign_keys=[substitute_for_id])

    @property
    def is_substitute(self) -> bool:
        return self.substitute_for_id is not None or self.home_organisation_id is not None

    def is_valid_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class ApiToken(Model):
    """A bearer token for the JSON API: one person, one organisation, an end; kept as a hash."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("expires_at > created_at", name="expires_after_creation"),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64))
    is_read_only: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]
    user: Mapped[User] = relationship()
    organisation: Mapped[Organisation] = relationship()
