"""Tables of supplier profiles and of registrations for tenders."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.db import Cents, Id, Instant, JsonDict, JsonList, Model

VALID_FOR: Final = dt.timedelta(days=3)
"""How long the link of a registration goes on; that of an invitation longer."""
INVITATION_VALID_FOR: Final = dt.timedelta(days=14)


class SupplierProfile(Model):
    """What a supplier wants to hear of: CPV and NUTS prefixes, keywords, and its size."""

    __tablename__ = "supplier_profile"
    __table_args__ = (
        CheckConstraint(
            "size IS NULL OR size IN ('micro', 'small', 'medium', 'large', 'sme')",
            name="size_known",
        ),
        Index(
            "ix_supplier_profile_paused",
            "organisation_id",
            sqlite_where=text("paused_at IS NOT NULL"),
            postgresql_where=text("paused_at IS NOT NULL"),
        ),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("organisation.id"), primary_key=True
    )
    size: Mapped[str | None] = mapped_column(String(10))
    cpv_prefixes: Mapped[JsonList]
    """Two to eight digits each, without the zeros at the end."""
    nuts_prefixes: Mapped[JsonList]
    """NUTS codes; none at all means everywhere."""
    keywords: Mapped[JsonList]
    """Words and phrases as typed; the index holds them folded."""
    natures: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Kinds of contracts, separated by blanks: `supplies services`; empty: all of them."""
    value_from_net_cents: Mapped[Cents | None]
    value_until_net_cents: Mapped[Cents | None]
    """Estimated value of what the firm wants to hear of, both inclusive; in euros."""
    paused_at: Mapped[Instant | None]
    """Set: no invitations at present."""
    updated_at: Mapped[Instant]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship()


class ProfileInterest(Model):
    """The index of the profiles: each CPV prefix and keyword with each region of its profile.

    Written from the profile alone (`matching.index_profile`). Holding the region beside the term
    lets one look-up find the suppliers, without going through all that trade in other places.
    """

    __tablename__ = "profile_interest"
    __table_args__ = (CheckConstraint("kind IN ('cpv', 'keyword')", name="kind_known"),)

    kind: Mapped[str] = mapped_column(String(7), primary_key=True)
    term: Mapped[str] = mapped_column(String(60), primary_key=True)
    region: Mapped[str] = mapped_column(String(5), primary_key=True)
    """A NUTS prefix; empty: everywhere."""
    organisation_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("supplier_profile.organisation_id"), primary_key=True, index=True
    )


class KnownKeyword(Model):
    """A keyword that some profile has or once had: what the text of a notice is searched for."""

    __tablename__ = "known_keyword"

    word: Mapped[str] = mapped_column(String(60), primary_key=True)


class PendingRegistration(Model):
    """Somebody who will act for a firm once the e-mail address is confirmed; then the row goes.

    Either the first person of a new firm, or a colleague who was invited into a firm that is there.
    A new firm is described after the link in the mail was opened; what was given so far stands in
    `entries` until the last step.
    """

    __tablename__ = "pending_registration"
    __table_args__ = (
        CheckConstraint("firm IS NULL OR organisation_id IS NULL", name="new_firm_or_old"),
        Index("ix_pending_registration_email", "email", "asked_at"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str] = mapped_column(String(200))
    firm: Mapped[str | None] = mapped_column(String(400))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("organisation.id"), index=True
    )
    entries: Mapped[JsonDict | None]
    """Text by field name: what was typed in the steps after the link."""
    steps_done: Mapped[int] = mapped_column(default=0, server_default="0")
    """0: only the mail was asked for; 1: the firm is described and the password is theirs."""
    asked_by_name: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[Instant]
    organisation: Mapped[Organisation | None] = relationship()

    @property
    def valid_until(self) -> dt.datetime:
        """Return the first instant at which the link no longer goes on."""
        return self.asked_at + (INVITATION_VALID_FOR if self.organisation_id else VALID_FOR)


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
        Index("ix_tender_registration_organisation_id", "organisation_id"),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    address: Mapped[str | None] = mapped_column(String(254))
    registered_at: Mapped[Instant]
    """Of an address: when its confirmation was last asked for."""
    confirmed_at: Mapped[Instant | None]
    left_at: Mapped[Instant | None]


class TenderSeen(Model):
    """Up to when a person has taken note of a tender's news; later ones are shown as new."""

    __tablename__ = "tender_seen"
    __table_args__ = (UniqueConstraint("user_id", "tender_id"),)

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"), index=True)
    version_number: Mapped[int]
    """Version of the tender that the person saw."""
    seen_at: Mapped[Instant]
    """When the page was drawn that the person had before them."""
