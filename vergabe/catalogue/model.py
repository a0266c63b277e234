"""Tables of the directory: one row per procedure, the words it is made of, and their order."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from vergabe.catalogue.words import LONGEST
from vergabe.db import Cents, Day, Instant, JsonList, LongText, Model, Name, Serial

PART: Final = 50_000
"""Numbers that one part of the site map spans: as many addresses as its protocol allows."""


class CatalogueEntry(Model):
    """A procedure as lists and the search know it; all of it follows from its notices."""

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        UniqueConstraint("subject_id"),
        UniqueConstraint("origin", "sequence"),
        CheckConstraint("origin IN ('own', 'other')", name="origin_known"),
        CheckConstraint(
            "stage IN ('planned', 'running', 'awarded', 'cancelled')", name="stage_known"
        ),
        Index("ix_catalogue_entry_reference", "reference"),
    )

    number: Mapped[Serial]
    origin: Mapped[str] = mapped_column(String(5))
    """`own`: a procedure of this platform; `other`: published elsewhere."""
    subject_id: Mapped[uuid.UUID]
    """The tender, or the group of notices of others."""
    sequence: Mapped[int] = mapped_column(BigInteger)
    """Rises with every change within an origin; who has read up to it misses nothing."""
    is_listed: Mapped[bool]
    """False: no longer there; the row tells readers to forget it."""
    path: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(100))
    """The reference by which people name it, in capitals; empty if it has none."""
    feed_id: Mapped[str] = mapped_column(String(80))
    title: Mapped[Name]
    summary: Mapped[LongText]
    buyer_names: Mapped[JsonList]
    sources: Mapped[JsonList]
    """Keys of the places where it was published (`own`, `ted`, `doe` …)."""
    cpv: Mapped[JsonList]
    """All codes with eight digits, the main one first."""
    nuts: Mapped[JsonList]
    nature: Mapped[str] = mapped_column(String(40))
    method: Mapped[str] = mapped_column(String(40))
    """Group of procurement methods (`facets.METHODS`); empty if unknown."""
    value_net_cents: Mapped[Cents | None]
    """Estimated value without VAT in euros, as far as it is public."""
    deadline: Mapped[Instant | None]
    deadline_is_day: Mapped[bool]
    stage: Mapped[str] = mapped_column(String(10))
    is_joint: Mapped[bool]
    """Several authorities buy together."""
    shown_on: Mapped[Day]
    """Legal day of the latest notice."""
    changed_at: Mapped[Instant]
    title_words: Mapped[bytes] = mapped_column(LargeBinary)
    """Numbers of the words of title and reference, 32 bits each, least byte first."""
    other_words: Mapped[bytes] = mapped_column(LargeBinary)


class CatalogueWord(Model):
    """A word that some entry has or had; its number never changes."""

    __tablename__ = "catalogue_word"
    __table_args__ = (UniqueConstraint("word"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    word: Mapped[str] = mapped_column(String(LONGEST))


class CataloguePart(Model):
    """A part of the site map: the entries whose numbers begin at `number` times `PART`."""

    __tablename__ = "catalogue_part"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    changed_at: Mapped[Instant]
    """When one of its entries was last written, so that nobody reads them all to know."""


class CatalogueState(Model):
    """How far the entries of an origin have come; its row is locked by whoever writes some."""

    __tablename__ = "catalogue_state"

    origin: Mapped[str] = mapped_column(String(5), primary_key=True)
    life: Mapped[uuid.UUID]
    """Tells one database from another that was put in its place."""
    last_sequence: Mapped[int] = mapped_column(BigInteger)


def open_until(entry: CatalogueEntry, now: dt.datetime) -> dt.datetime | None:
    """Return the deadline of an entry while something can still be handed in, else None."""
    if entry.stage not in ("running", "planned") or entry.deadline is None:
        return None
    return entry.deadline if entry.deadline > now else None
