"""A message: header, one document, attachments. The parts of `messages.xsd`."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, get_args

from vergabe.exchange.binding import Name, Part
from vergabe.exchange.xvergabe.codes import MessageType
from vergabe.exchange.xvergabe.datatypes import (
    MESSAGES,
    PROFILE_VERSION,
    Attachment,
    AuthorityReference,
    Guid,
    Identifier,
    Instant,
    Language,
    Party,
    ProfileVersion,
    String255,
)
from vergabe.exchange.xvergabe.documents import (
    Inquiry,
    InvitationToParticipation,
    InvitationToTender,
    Response,
    ResultNotice,
)
from vergabe.exchange.xvergabe.notice import CancellationNotice, ChangeNotice, Notice
from vergabe.exchange.xvergabe.submissions import (
    Offer,
    OfferDeliveryReceipt,
    OfferWithdrawal,
    OfferWithdrawalDeliveryReceipt,
    Participation,
    ParticipationDeliveryReceipt,
    ParticipationWithdrawal,
    ParticipationWithdrawalDeliveryReceipt,
)

Document = (
    Notice
    | ChangeNotice
    | CancellationNotice
    | InvitationToTender
    | InvitationToParticipation
    | Inquiry
    | Offer
    | OfferDeliveryReceipt
    | OfferWithdrawal
    | OfferWithdrawalDeliveryReceipt
    | Participation
    | ParticipationDeliveryReceipt
    | ParticipationWithdrawal
    | ParticipationWithdrawalDeliveryReceipt
    | ResultNotice
    | Response
)
DOCUMENTS_IN_MESSAGES: tuple[type[Part], ...] = get_args(Document)


@dataclass(frozen=True, kw_only=True)
class MessagePart(Part):
    """Base of everything whose elements are in the namespace of the messages."""

    NAMESPACE: ClassVar[str] = MESSAGES


@dataclass(frozen=True, kw_only=True)
class MessageDetails(MessagePart):
    """What kind of message, made when by its sender.

    message_id: made by the sender, unique for ever, the same in a resend; issued_at: a claim of the
    sender that never decides timeliness; conversation_id: a thread of questions, a round.
    """

    message_id: Guid
    message_type: MessageType
    issued_at: Annotated[Instant, Name("IssuedDateTime")]
    ref_message_id: Guid | None = None
    conversation_id: Guid | None = None
    subject: String255 | None = None
    language: Language | None = None


@dataclass(frozen=True, kw_only=True)
class TenderReference(MessagePart):
    """Which procedure; no lot_ids means all of it; of authorities exactly one is the lead."""

    tender_id: Identifier
    procedure_uuid: Annotated[Guid | None, Name("procedureUUID")] = None
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
    authorities: Annotated[tuple[AuthorityReference, ...], Name("contractingAuthority")] = ()


@dataclass(frozen=True, kw_only=True)
class PlatformStamp(MessagePart):
    """When the platform had received the whole message; only the platform sets it."""

    received_at: Annotated[Instant, Name("receivedDateTime")]


@dataclass(frozen=True, kw_only=True)
class MessageHeader(MessagePart):
    """Everything about a message except its content."""

    profile_version: ProfileVersion = PROFILE_VERSION
    details: Annotated[MessageDetails, Name("messageDetails")]
    tender: TenderReference
    sender: Party
    receiver: Party
    platform: PlatformStamp | None = None


@dataclass(frozen=True, kw_only=True)
class Message(MessagePart):
    """One document with its header and attachments; one unit, all or nothing."""

    TAG: ClassVar[str] = "Message"

    header: Annotated[MessageHeader, Name("messageHeader")]
    document: Document
    attachments: Annotated[tuple[Attachment, ...], Name("attachment")] = ()
