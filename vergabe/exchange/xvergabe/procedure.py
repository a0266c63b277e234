"""What a procedure is, as notices and invitations say it: parts of `documents.xsd`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vergabe.exchange.binding import Name, Part
from vergabe.exchange.xvergabe.codes import (
    ContractNature,
    CriterionKind,
    LegalBasis,
    LotKind,
    ProcedureType,
    SignatureLevel,
)
from vergabe.exchange.xvergabe.datatypes import (
    DOCUMENTS,
    Address,
    Amount,
    BasisPoints,
    Code,
    Contact,
    Count,
    Cpv,
    FileName,
    Guid,
    Identifier,
    Instant,
    Language,
    LegalDay,
    MimeType,
    Nuts,
    Sha256,
    Size,
    String255,
    String1024,
    String4096,
    Text,
    Url,
    Version,
)


@dataclass(frozen=True, kw_only=True)
class DocumentPart(Part):
    """Base of everything whose elements are in the namespace of the documents."""

    NAMESPACE: ClassVar[str] = DOCUMENTS


@dataclass(frozen=True, kw_only=True)
class PlatformAccess(DocumentPart):
    """How to get from the notice to the procedure: by page, and by interface (endpoint, id)."""

    name: String255
    endpoint: Url
    tender_id: Identifier
    notice_url: Url
    documents_url: Url
    submission_url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewBody(DocumentPart):
    """Body for review proceedings (Vergabekammer), with the text on legal remedies."""

    name: String255
    address: Address | None = None
    contact: Contact | None = None
    information: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Framework(DocumentPart):
    """Framework agreement (§ 21 VgV): maximum value net, number of partners, length in months."""

    maximum_value_net: Amount | None = None
    maximum_participants: Count | None = None
    duration_months: Count | None = None
    duration_reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Procedure(DocumentPart):
    """What is bought, by which procedure, under which law.

    reference: Aktenzeichen, such as `DLZ-2026-0007`; regime: open list, such as § 75a GO NRW;
    cpv with check digit; lots_joined_reason: § 97a (2) GWB.
    """

    reference: Identifier
    procedure_uuid: Annotated[Guid | None, Name("procedureUUID")] = None
    title: String1024
    description: Text
    procedure_type: ProcedureType
    legal_basis: LegalBasis
    regime: Code
    is_above_threshold: Annotated[bool, Name("aboveThreshold")]
    joint_procurement_basis: String1024 | None = None
    contract_nature: ContractNature
    cpv: Cpv
    additional_cpv: Annotated[tuple[Cpv, ...], Name("additionalCPV")] = ()
    nuts: tuple[Nuts, ...]
    place_of_performance: String1024 | None = None
    estimated_value_net: Amount | None = None
    framework: Framework | None = None
    lots_joined_reason: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Deadlines(DocumentPart):
    """Deadlines of a procedure; each is the first instant (aware, UTC) that is too late."""

    questions_until: Instant | None = None
    participation_until: Instant | None = None
    submission_until: Instant | None = None
    opening_at: Instant | None = None
    bound_until: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class AwardCriterion(DocumentPart):
    """Zuschlagskriterium; the weights of one list add up to 10,000 basis points."""

    kind: CriterionKind
    name: String255
    description: Text | None = None
    weight_basis_points: BasisPoints


@dataclass(frozen=True, kw_only=True)
class Lot(DocumentPart):
    """A lot and the authorities it is bought for. Own award criteria replace the procedure's.

    performance_from and performance_until are legal days, the last one included.
    """

    lot_id: Identifier
    number: Version
    kind: LotKind
    title: String1024
    description: Text | None = None
    authority_ids: Annotated[tuple[Identifier, ...], Name("contractingAuthorityID")]
    cpv: Cpv
    additional_cpv: Annotated[tuple[Cpv, ...], Name("additionalCPV")] = ()
    nuts: tuple[Nuts, ...] = ()
    estimated_value_net: Amount | None = None
    performance_from: LegalDay | None = None
    performance_until: LegalDay | None = None
    renewal: String1024 | None = None
    award_criteria: Annotated[tuple[AwardCriterion, ...], Name("awardCriterion")] = ()


@dataclass(frozen=True, kw_only=True)
class LotOverview(DocumentPart):
    """All lots and the limits on them; without lots, one of the kind WHOLE (§ 30 VgV)."""

    lots: Annotated[tuple[Lot, ...], Name("lot")]
    max_lots_per_bid: Version | None = None
    max_lots_per_bidder: Version | None = None
    combination_rule: String4096 | None = None


@dataclass(frozen=True, kw_only=True)
class SelectionCriterion(DocumentPart):
    """Requirement on the bidder (Eignungskriterium)."""

    name: String255
    description: Text | None = None


@dataclass(frozen=True, kw_only=True)
class SubmissionTerms(DocumentPart):
    """How bids are handed in; text form unless a reason asks for more (§ 53 VgV)."""

    is_electronic_only: Annotated[bool, Name("electronicOnly")] = True
    signature_level: SignatureLevel = SignatureLevel.TEXT_FORM
    bid_languages: Annotated[tuple[Language, ...], Name("bidLanguage")] = ("de",)
    are_variants_allowed: Annotated[bool, Name("variantsAllowed")] = False


@dataclass(frozen=True, kw_only=True)
class PublicDocument(DocumentPart):
    """A procurement document anybody may fetch; size in bytes, sha256 over its raw bytes."""

    document_id: Guid
    version: Version
    title: String255
    file_name: FileName
    mime_type: MimeType
    size: Size
    sha256: Sha256
    url: Url
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
