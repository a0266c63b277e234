"""Bids and requests to participate: outside, sealed inside, receipts, withdrawals.

Parts of `documents.xsd`. The platform reads the outside and stores the container as it came; what
is inside (`Manifest`, `OfferContent`, `ParticipationContent`) is read after the opening only.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vergabe.exchange.binding import Binary, Name
from vergabe.exchange.xvergabe.codes import SubmissionKind
from vergabe.exchange.xvergabe.datatypes import (
    Amount,
    BasisPoints,
    Bidder,
    Code,
    ExistingObjectReference,
    FileName,
    Guid,
    Identifier,
    Instant,
    MimeType,
    Quantity,
    Sha256,
    Size,
    String255,
    String1024,
    String4096,
    Text,
    UnitCode,
    Version,
)
from vergabe.exchange.xvergabe.procedure import DocumentPart


@dataclass(frozen=True, kw_only=True)
class ContainerObject(DocumentPart):
    """A sealed container. Exactly one of content, object_reference and upload_id.

    size in bytes and sha256 are those of the ciphertext; signature is detached (CAdES).
    """

    content: Binary | None = None
    object_reference: ExistingObjectReference | None = None
    upload_id: Identifier | None = None
    size: Size
    sha256: Sha256
    encryption_key_id: Identifier
    signature: Binary | None = None


@dataclass(frozen=True, kw_only=True)
class Container(DocumentPart):
    """An envelope of a bid."""

    container_object: ContainerObject


@dataclass(frozen=True, kw_only=True)
class Submission(DocumentPart):
    """What a bid and a request to participate have in common.

    documents_version: version of the invitation the bidder worked with; replaces_offer_id: an own
    earlier one that this replaces.
    """

    offer_id: Guid
    documents_version: Version | None = None
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
    replaces_offer_id: Guid | None = None
    primary_container: Container
    secondary_containers: Annotated[tuple[Container, ...], Name("secondaryContainer")] = ()


@dataclass(frozen=True, kw_only=True)
class Offer(Submission):
    """Angebot."""

    TAG: ClassVar[str] = "Offer"

    submission_kind: SubmissionKind


@dataclass(frozen=True, kw_only=True)
class Participation(Submission):
    """Teilnahmeantrag."""

    TAG: ClassVar[str] = "Participation"


@dataclass(frozen=True, kw_only=True)
class ManifestFile(DocumentPart):
    """A file of the container by its path inside; sha256 over its raw bytes."""

    path: String1024
    mime_type: MimeType
    size: Size
    sha256: Sha256
    requested_document_id: Guid | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest(DocumentPart):
    """List of everything in the container."""

    TAG: ClassVar[str] = "Manifest"

    offer_id: Guid
    files: Annotated[tuple[ManifestFile, ...], Name("file")]


@dataclass(frozen=True, kw_only=True)
class PricePosition(DocumentPart):
    """A priced line of the item list; amounts net."""

    position_id: Identifier
    text: String4096 | None = None
    quantity: Quantity
    unit_code: UnitCode
    unit_price_net: Amount
    total_net: Amount


@dataclass(frozen=True, kw_only=True)
class LotPrice(DocumentPart):
    """The price for a lot, net and gross, with its positions."""

    lot_id: Identifier
    total_net: Amount
    total_gross: Amount
    discount_basis_points: BasisPoints | None = None
    positions: Annotated[tuple[PricePosition, ...], Name("position")] = ()


@dataclass(frozen=True, kw_only=True)
class Declaration(DocumentPart):
    """A declaration of the bidder, from an open list."""

    code: Code
    is_given: Annotated[bool, Name("given")]
    explanation: Text | None = None


@dataclass(frozen=True, kw_only=True)
class FileAssociation(DocumentPart):
    """Ties a file of the container to the request it answers."""

    requested_document_id: Guid
    file_name: FileName


@dataclass(frozen=True, kw_only=True)
class Content(DocumentPart):
    """What both documents inside a container say; declared_by: who declares (§ 126b BGB)."""

    offer_id: Guid
    bidder: Bidder
    declarations: Annotated[tuple[Declaration, ...], Name("declaration")] = ()
    file_associations: Annotated[tuple[FileAssociation, ...], Name("fileAssociation")] = ()
    declared_by: String255


@dataclass(frozen=True, kw_only=True)
class OfferContent(Content):
    """The structured part of a bid: who bids, at which price, with which declarations."""

    TAG: ClassVar[str] = "OfferContent"

    lot_prices: Annotated[tuple[LotPrice, ...], Name("lotPrice")]


@dataclass(frozen=True, kw_only=True)
class ParticipationContent(Content):
    """The structured part of a request to participate."""

    TAG: ClassVar[str] = "ParticipationContent"

    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()


@dataclass(frozen=True, kw_only=True)
class ContainerHash(DocumentPart):
    """Size in bytes and SHA-256 of a container as it was stored."""

    size: Size
    sha256: Sha256


@dataclass(frozen=True, kw_only=True)
class Receipt(DocumentPart):
    """What every receipt says.

    registered_at: when the last byte of the complete, checked message was stored; it alone decides.
    submission_deadline: as it stood then, the first instant that is too late.
    """

    receipt_id: Guid
    ref_message_id: Guid
    offer_id: Guid
    registered_at: Annotated[Instant, Name("registeredDateTime")]
    containers: Annotated[tuple[ContainerHash, ...], Name("container")] = ()
    is_late: Annotated[bool, Name("late")]
    submission_deadline: Instant
    seal: Binary | None = None


@dataclass(frozen=True, kw_only=True)
class OfferDeliveryReceipt(Receipt):
    """Eingangsbestätigung zum Angebot."""

    TAG: ClassVar[str] = "OfferDeliveryReceipt"


@dataclass(frozen=True, kw_only=True)
class ParticipationDeliveryReceipt(Receipt):
    """Eingangsbestätigung zum Teilnahmeantrag."""

    TAG: ClassVar[str] = "ParticipationDeliveryReceipt"


@dataclass(frozen=True, kw_only=True)
class WithdrawalReceipt(Receipt):
    """What both receipts of a withdrawal say; is_effective is False after the deadline."""

    withdrawn_offer_id: Guid
    is_effective: Annotated[bool, Name("effective")]


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawalDeliveryReceipt(WithdrawalReceipt):
    """Eingangsbestätigung zur Rücknahme des Angebots."""

    TAG: ClassVar[str] = "OfferWithdrawalDeliveryReceipt"


@dataclass(frozen=True, kw_only=True)
class ParticipationWithdrawalDeliveryReceipt(WithdrawalReceipt):
    """Eingangsbestätigung zur Rücknahme des Teilnahmeantrags."""

    TAG: ClassVar[str] = "ParticipationWithdrawalDeliveryReceipt"


@dataclass(frozen=True, kw_only=True)
class Withdrawal(DocumentPart):
    """What both withdrawals say: which one, by ids and by the hash of its first container."""

    offer_id: Guid
    ref_message_id: Guid
    receipt_id: Guid
    sha256: Sha256
    reason: Text | None = None
    declaration_attachment_id: Guid | None = None


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawal(Withdrawal):
    """Rücknahme des Angebots."""

    TAG: ClassVar[str] = "OfferWithdrawal"


@dataclass(frozen=True, kw_only=True)
class ParticipationWithdrawal(Withdrawal):
    """Rücknahme des Teilnahmeantrags."""

    TAG: ClassVar[str] = "ParticipationWithdrawal"
