"""Documents of the platform to the bidder, and questions both ways: parts of `documents.xsd`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from vergabe.exchange.binding import Binary, Name
from vergabe.exchange.xvergabe.codes import (
    DeliveryStatus,
    DocumentCategory,
    DocumentStage,
    ErrorCode,
    InquiryKind,
    KeyScope,
    ResultCode,
    ResultStage,
    SignatureLevel,
    Visibility,
    WarningCode,
)
from vergabe.exchange.xvergabe.datatypes import (
    AuthorityReference,
    ExistingObjectReference,
    FileName,
    Guid,
    Identifier,
    Instant,
    LegalDay,
    MimeType,
    Sha256,
    Size,
    String255,
    String1024,
    String4096,
    Text,
    Version,
)
from vergabe.exchange.xvergabe.procedure import (
    AwardCriterion,
    Deadlines,
    DocumentPart,
    LotOverview,
    Procedure,
)


@dataclass(frozen=True, kw_only=True)
class PackageDocument(DocumentPart):
    """What a document handed out and a document wanted back have in common."""

    document_id: Guid
    title: String255
    description: Text | None = None
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
    is_mandatory: Annotated[bool, Name("mandatory")]


@dataclass(frozen=True, kw_only=True)
class ProvidedDocument(PackageDocument):
    """A file the authority hands out; size in bytes, sha256 over its raw bytes."""

    object_reference: ExistingObjectReference
    file_name: FileName
    mime_type: MimeType
    size: Size
    sha256: Sha256
    must_be_returned: bool
    must_be_signed: bool


@dataclass(frozen=True, kw_only=True)
class RequestedDocument(PackageDocument):
    """Evidence or a form the authority wants back, with the bid or on request."""

    category: DocumentCategory
    template_document_id: Guid | None = None
    allowed_types: Annotated[tuple[MimeType, ...], Name("allowedType")] = ()
    stage: DocumentStage


@dataclass(frozen=True, kw_only=True)
class DocumentsPackage(DocumentPart):
    """Vergabeunterlagen: what is handed out and what is wanted back."""

    provided_documents: Annotated[tuple[ProvidedDocument, ...], Name("providedDocument")] = ()
    requested_documents: Annotated[tuple[RequestedDocument, ...], Name("requestedDocument")] = ()


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyDetails(DocumentPart):
    """The key to seal for. x509_certificate: DER; scope with lot_ids where keys differ by lot."""

    key_id: Identifier
    x509_certificate: Annotated[Binary, Name("x509Certificate")]
    thumbprint_sha256: Sha256
    algorithm: Identifier
    valid_from: Instant
    valid_to: Instant
    scope: KeyScope
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()


@dataclass(frozen=True, kw_only=True)
class Limits(DocumentPart):
    """What the platform takes; sizes in bytes."""

    max_container_size: Size
    max_file_size: Size
    max_files: Version
    allowed_types: Annotated[tuple[MimeType, ...], Name("allowedType")] = ()
    max_offers: Version


@dataclass(frozen=True, kw_only=True)
class ElectronicSubmission(DocumentPart):
    """How to hand in electronically: keys, containers, forms of declaration, limits."""

    encryption_keys: Annotated[tuple[EncryptionKeyDetails, ...], Name("encryptionKey")]
    is_secondary_container_supported: Annotated[bool, Name("secondaryContainerSupported")]
    container_signature: SignatureLevel
    document_signature: SignatureLevel
    limits: Limits


@dataclass(frozen=True, kw_only=True)
class SubmissionDetails(DocumentPart):
    """Exactly one of the two: electronic, or another way with its reason (§ 53 VgV)."""

    electronical: ElectronicSubmission | None = None
    other: Text | None = None


@dataclass(frozen=True, kw_only=True)
class TenderMetaInformation(DocumentPart):
    """The procedure in short and its authorities, exactly one of them the lead."""

    authorities: Annotated[tuple[AuthorityReference, ...], Name("contractingAuthority")]
    procedure: Procedure


@dataclass(frozen=True, kw_only=True)
class Invitation(DocumentPart):
    """What both invitations say. version rises with every change of the documents."""

    version: Version
    tender_meta_information: TenderMetaInformation
    deadlines: Deadlines
    lot_overview: LotOverview
    award_criteria: Annotated[tuple[AwardCriterion, ...], Name("awardCriterion")] = ()
    documents_package: DocumentsPackage


@dataclass(frozen=True, kw_only=True)
class InvitationToTender(Invitation):
    """Aufforderung zur Angebotsabgabe."""

    TAG: ClassVar[str] = "InvitationToTender"

    offer_submission_details: SubmissionDetails


@dataclass(frozen=True, kw_only=True)
class InvitationToParticipation(Invitation):
    """Aufforderung zum Teilnahmewettbewerb."""

    TAG: ClassVar[str] = "InvitationToParticipation"

    participation_submission_details: SubmissionDetails
    max_candidates: Version | None = None


@dataclass(frozen=True, kw_only=True)
class Inquiry(DocumentPart):
    """A letter between bidder and authority; body is plain text, never markup.

    answers: inquiries that this answer answers; attachment_ids: attachments of the message.
    """

    TAG: ClassVar[str] = "Inquiry"

    inquiry_id: Guid
    kind: InquiryKind
    body: Annotated[Text, Name("inquiryBody")]
    answers: Annotated[tuple[Guid, ...], Name("answersInquiryID")] = ()
    visibility: Visibility | None = None
    deadline: Instant | None = None
    attachment_ids: Annotated[tuple[Guid, ...], Name("attachmentID")] = ()


@dataclass(frozen=True, kw_only=True)
class ResultNotice(DocumentPart):
    """What one bidder is told about its bid or request (§ 62 VgV, § 134 GWB).

    earliest_contract_on and standstill_end_on: legal days in Europe/Berlin.
    """

    TAG: ClassVar[str] = "ResultNotice"

    stage: ResultStage
    result: ResultCode
    offer_id: Guid | None = None
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
    reasons: Text | None = None
    winner_names: Annotated[tuple[String255, ...], Name("winnerName")] = ()
    earliest_contract_on: Annotated[LegalDay | None, Name("earliestContractDate")] = None
    standstill_end_on: Annotated[LegalDay | None, Name("standstillEnd")] = None
    letter_attachment_id: Guid | None = None


@dataclass(frozen=True, kw_only=True)
class Problem(DocumentPart):
    """Why something was refused; text for people, detail for those who look closer."""

    code: ErrorCode
    text: String1024
    detail: String4096 | None = None


@dataclass(frozen=True, kw_only=True)
class Caution(DocumentPart):
    """What the sender should know although the message was taken."""

    code: WarningCode
    text: String1024


@dataclass(frozen=True, kw_only=True)
class Response(DocumentPart):
    """Technical answer to a message: accepted, queued or rejected."""

    TAG: ClassVar[str] = "Response"

    ref_message_id: Guid
    status: DeliveryStatus
    error: Problem | None = None
    warnings: Annotated[tuple[Caution, ...], Name("warning")] = ()
