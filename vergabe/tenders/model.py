"""Tables of joint tenders."""

from __future__ import annotations

import uuid

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vergabe.access.model import Organisation
from vergabe.collation import german_order
from vergabe.cooperations.model import Cooperation
from vergabe.db import (
    Cents,
    Day,
    Id,
    Instant,
    JsonDict,
    JsonList,
    LongText,
    Model,
    Name,
    Quantity,
    append_only,
)
from vergabe.pools.model import Pool
from vergabe.texts import lazy

STAGES = (
    "draft",
    "ready",
    "published",
    "opened",
    "evaluated",
    "decided",
    "awarded",
    "completed",
    "cancelled",
)
JOINING_LABELS = {
    "facts": lazy("Sachverhalt"),
    "alternatives": lazy("Geprüfte Alternativen"),
    "weighing": lazy("Abwägung"),
    "decision": lazy("Entscheidung"),
}
_STAGES_SQL = ", ".join(f"'{stage}'" for stage in STAGES)
_METHODS_SQL = (
    "'open', 'restricted', 'neg-w-call', 'neg-wo-call', 'comp-dial', 'innovation', 'nat-open', "
    "'nat-restricted-w-call', 'nat-restricted-wo-call', 'nat-neg-w-call', 'nat-neg-wo-call', "
    "'nat-freehand', 'nat-direct'"
)


_BY_VALUE = ("cooperation_id", "estimated_value_net_cents", "id")
_BY_DEADLINE = ("cooperation_id", "submission_deadline", "id")


class Tender(Model):
    """A joint procedure of the members of a pool, run by the lead."""

    __tablename__ = "tender"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("procedure_uuid"),
        CheckConstraint(f"stage IN ({_STAGES_SQL})", name="stage_known"),
        CheckConstraint(f"procurement_method IN ({_METHODS_SQL})", name="method_known"),
        CheckConstraint("nature IN ('supplies', 'services', 'works')", name="nature_known"),
        CheckConstraint("length(currency) = 3", name="currency_three_letters"),
        CheckConstraint(
            "stage IN ('draft', 'ready', 'cancelled') OR "
            "(submission_deadline IS NOT NULL AND published_at IS NOT NULL)",
            name="published_has_deadline",
        ),
        CheckConstraint(
            "stage NOT IN ('opened', 'evaluated', 'decided', 'awarded', 'completed') "
            "OR opened_at IS NOT NULL",
            name="opened_has_instant",
        ),
        CheckConstraint(
            "(stage = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_instant"
        ),
        CheckConstraint(
            "stage <> 'cancelled' OR cancellation_reason IS NOT NULL",
            name="cancelled_has_reason",
        ),
        CheckConstraint(
            "public_since IS NULL OR published_at IS NOT NULL", name="public_was_published"
        ),
        Index("ix_tender_cooperation_id_stage_id", "cooperation_id", "stage", "id"),
        Index("ix_tender_pool_id", "pool_id"),
        # One for each order in which the list of a cooperation is offered.
        Index("ix_tender_cooperation_id_id", "cooperation_id", "id"),
        Index("ix_tender_cooperation_id_title_order_id", "cooperation_id", "title_order", "id"),
        Index("ix_tender_cooperation_id_value_id", *_BY_VALUE),
        Index("ix_tender_cooperation_id_deadline_id", *_BY_DEADLINE),
    )

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(String(40))
    procedure_uuid: Mapped[uuid.UUID]
    """UUID version 4 that all notices of the procedure carry (BT-04)."""
    cooperation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cooperation.id"))
    pool_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.id"))
    lead_organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    agreement_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agreement.id"))
    """The version of the agreement in force when the procedure began: its task matrix decides."""
    stage: Mapped[str] = mapped_column(String(20), default="draft")
    title: Mapped[Name]
    title_order: Mapped[str] = german_order("title")
    description: Mapped[LongText]
    nature: Mapped[str] = mapped_column(String(20))
    cpv: Mapped[str] = mapped_column(String(8))
    cpv_additional: Mapped[JsonList]
    procurement_method: Mapped[str] = mapped_column(String(30))
    method_reason: Mapped[LongText]
    regime: Mapped[str] = mapped_column(String(30))
    """Key of law.regime, e.g. GWB-4/VgV or NW-GO-75a."""
    law_result: Mapped[JsonDict]
    """The explained result of law: estimate, threshold, regime, as shown to the officer."""
    initiated_on: Mapped[Day]
    """Day that selects the rows of law (§ 3 (3) VgV, § 187 (2) GWB)."""
    estimated_value_net_cents: Mapped[Cents]
    publishes_value: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """Whether the estimated value is told to the public (BT-27); a maximum always is."""
    currency: Mapped[str] = mapped_column(String(3), default="EUR")
    is_framework: Mapped[bool] = mapped_column(Boolean, default=False)
    framework_maximum_net_cents: Mapped[Cents | None]
    duration_months: Mapped[int | None]
    duration_reason: Mapped[LongText] = mapped_column(default="")
    """Special reason for a framework agreement beyond the longest term (§ 21 (6) VgV)."""
    language: Mapped[str] = mapped_column(String(3), default="DEU")
    contact: Mapped[JsonDict]
    review_body: Mapped[JsonDict]
    lots_joining: Mapped[JsonDict]
    """Why lots are awarded together (§ 97a GWB): `ground` and the texts of JOINING_LABELS."""
    max_lots_per_bid: Mapped[int | None]
    max_lots_per_winner: Mapped[int | None]
    variants: Mapped[str] = mapped_column(String(20), default="not-allowed")
    selection_criteria: Mapped[LongText]
    """Eignung: what is asked for and when (§ 122 (4) GWB)."""
    is_urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    urgency_reason: Mapped[LongText]
    requested_publication_on: Mapped[Day | None]
    """BT-738: a later publication day that was asked for."""
    enquiries_deadline: Mapped[Instant | None]
    submission_deadline: Mapped[Instant | None]
    """First instant at which a bid is too late."""
    bid_validity_until: Mapped[Day | None]
    bid_validity_reason: Mapped[LongText] = mapped_column(default="")
    """Why bids bind longer than usual (§ 10 (4) VOB/A)."""
    published_version: Mapped[int] = mapped_column(default=0)
    """0: never sent out; raised by every publication and amendment."""
    created_at: Mapped[Instant]
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[Instant | None]
    """When the first notice was given out; deadlines run from its day."""
    public_since: Mapped[Instant | None]
    """When the first notice became public here; None: the public sees nothing (§ 40 (3) VgV)."""
    opened_at: Mapped[Instant | None]
    cancelled_at: Mapped[Instant | None]
    cancellation_reason: Mapped[str | None] = mapped_column(Text)
    cancellation_code: Mapped[str | None] = mapped_column(String(20))
    """BT-144: one of rules.CANCELLATION_CODES; None where none was kept yet."""
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}

    cooperation: Mapped[Cooperation] = relationship()
    pool: Mapped[Pool] = relationship()
    lead: Mapped[Organisation] = relationship()
    buyers: Mapped[list[TenderBuyer]] = relationship(
        back_populates="tender", order_by="TenderBuyer.position"
    )
    lots: Mapped[list[Lot]] = relationship(back_populates="tender", order_by="Lot.number")
    criteria: Mapped[list[AwardCriterion]] = relationship(
        back_populates="tender", order_by="AwardCriterion.position", cascade="all, delete-orphan"
    )
    documents: Mapped[list[TenderDocument]] = relationship(
        back_populates="tender", order_by="TenderDocument.title, TenderDocument.document_version"
    )
    versions: Mapped[list[TenderVersion]] = relationship(
        back_populates="tender", order_by="TenderVersion.number"
    )

    @property
    def joined_lots_reason(self) -> str:
        """The reason for awarding lots together as one text, empty if there is none."""
        return "\n\n".join(
            f"{label}: {self.lots_joining[key]}"
            for key, label in JOINING_LABELS.items()
            if self.lots_joining.get(key)
        )


class TenderBuyer(Model):
    """A member that buys in this tender; exactly one is the lead."""

    __tablename__ = "tender_buyer"
    __table_args__ = (UniqueConstraint("tender_id", "organisation_id"),)

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    is_lead: Mapped[bool] = mapped_column(Boolean, default=False)
    buys: Mapped[bool] = mapped_column(Boolean, default=True)
    """False: the lead that runs the tender without own demand."""
    position: Mapped[int]
    tender: Mapped[Tender] = relationship(back_populates="buyers")
    organisation: Mapped[Organisation] = relationship()


class Lot(Model):
    """A lot: trade lot (Fachlos), quantity lot (Teillos) by region or member, or the only one."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("tender_id", "number"),
        CheckConstraint("kind IN ('trade', 'region', 'member', 'single')", name="kind_known"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    number: Mapped[int]
    """Never changed and never given out again once published (BT-137)."""
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[Name]
    description: Mapped[LongText]
    cpv: Mapped[str] = mapped_column(String(8))
    nuts: Mapped[str | None] = mapped_column(String(5))
    starts_on: Mapped[Day | None]
    ends_on: Mapped[Day | None]
    estimated_value_net_cents: Mapped[Cents]
    """Sum of its items' values, kept with them."""
    tender: Mapped[Tender] = relationship(back_populates="lots")
    items: Mapped[list[LotItem]] = relationship(
        back_populates="lot", order_by="LotItem.position", cascade="all, delete-orphan"
    )


class LotItem(Model):
    """A line of a lot's item list (Leistungsverzeichnis)."""

    __tablename__ = "lot_item"
    __table_args__ = (UniqueConstraint("lot_id", "position"),)

    id: Mapped[Id]
    lot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lot.id"), index=True)
    position: Mapped[int]
    text: Mapped[LongText]
    quantity: Mapped[Quantity | None]
    unit_code: Mapped[str | None] = mapped_column(String(3))
    value_net_cents: Mapped[Cents]
    """Estimated value; 0 where nothing is known."""
    lot: Mapped[Lot] = relationship(back_populates="items")
    shares: Mapped[list[ItemShare]] = relationship(
        back_populates="item", order_by="ItemShare.position", cascade="all, delete-orphan"
    )


class ItemShare(Model):
    """A member's share of a line; shares add up to the line, in quantity and value, always."""

    __tablename__ = "item_share"
    __table_args__ = (UniqueConstraint("item_id", "organisation_id", "demand_item_id"),)

    id: Mapped[Id]
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("lot_item.id"), index=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"))
    demand_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("demand.id"))
    demand_item_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("demand_item.id"))
    position: Mapped[int]
    quantity: Mapped[Quantity | None]
    value_net_cents: Mapped[Cents]
    item: Mapped[LotItem] = relationship(back_populates="shares")
    organisation: Mapped[Organisation] = relationship()


class AwardCriterion(Model):
    """An award criterion (Zuschlagskriterium); weights of a tender add up to 10,000."""

    __tablename__ = "award_criterion"
    __table_args__ = (
        UniqueConstraint("tender_id", "position"),
        CheckConstraint("kind IN ('price', 'cost', 'quality')", name="kind_known"),
        CheckConstraint(
            "weight_basis_points > 0 AND weight_basis_points <= 10000", name="weight_in_range"
        ),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[Name]
    description: Mapped[LongText]
    weight_basis_points: Mapped[int]
    tender: Mapped[Tender] = relationship(back_populates="criteria")


class TenderDocument(Model):
    """One version of a procurement document (Vergabeunterlage); older versions stay."""

    __tablename__ = "tender_document"
    __table_args__ = (
        UniqueConstraint("tender_id", "document_key", "document_version"),
        CheckConstraint("size_bytes >= 0", name="size_not_negative"),
    )

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    document_key: Mapped[uuid.UUID]
    """The same for all versions of one document."""
    document_version: Mapped[int]
    title: Mapped[Name]
    file_name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    file_sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    uploaded_at: Mapped[Instant]
    uploaded_by_name: Mapped[str] = mapped_column(String(200))
    published_in_version: Mapped[int | None]
    """Version of the tender with which the public first saw it; None: not yet public."""
    removed_in_version: Mapped[int | None]
    tender: Mapped[Tender] = relationship(back_populates="documents")


class TenderVersion(Model):
    """What the public was told with one version of a tender; never changed."""

    __tablename__ = "tender_version"
    __table_args__ = (UniqueConstraint("tender_id", "number"),)

    id: Mapped[Id]
    tender_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tender.id"))
    number: Mapped[int]
    snapshot: Mapped[JsonDict]
    summary: Mapped[LongText]
    """What changed, in sentences for bidders; empty for the first version."""
    published_at: Mapped[Instant]
    published_by_name: Mapped[str] = mapped_column(String(200))
    tender: Mapped[Tender] = relationship(back_populates="versions")


append_only(TenderVersion)
