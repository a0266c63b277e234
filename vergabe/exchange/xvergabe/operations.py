"""The seven operations of the bidder interface as data: the parts of `service.xsd`.

A response with an error says nothing else; without one, its own fields are all there.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final
from uuid import UUID

from vergabe.exchange.binding import Binary, Name, Part, Ref, Simple
from vergabe.exchange.xvergabe.codes import (
    DeliveryStatus,
    ErrorCode,
    MessageType,
    SubscriptionAction,
    TenderState,
)
from vergabe.exchange.xvergabe.datatypes import (
    PROFILE_VERSION,
    SERVICE,
    Count,
    Email,
    FileName,
    Guid,
    Identifier,
    Instant,
    MimeType,
    ProfileVersion,
    Sha256,
    Size,
    String1024,
    Version,
)
from vergabe.exchange.xvergabe.documents import Caution, Problem
from vergabe.exchange.xvergabe.messages import Message

MAX_MESSAGES: Final = 200
DEFAULT_MESSAGES: Final = 50
_DocumentId = Annotated[UUID, Simple("GUID"), Name("ID")]
_Messages = Annotated[tuple[Message, ...], Ref()]
_Message = Annotated[Message, Ref()]
_OptionalMessage = Annotated[Message | None, Ref()]


@dataclass(frozen=True, kw_only=True)
class ServicePart(Part):
    """Base of everything whose elements are in the namespace of the service."""

    NAMESPACE: ClassVar[str] = SERVICE


@dataclass(frozen=True, kw_only=True)
class Request(ServicePart):
    """Base of the requests."""


@dataclass(frozen=True, kw_only=True)
class BaseResponse(ServicePart):
    """What every response says. server_time: aware UTC instant; correlation_id: for questions."""

    correlation_id: Guid
    server_time: Instant
    profile_version: ProfileVersion = PROFILE_VERSION
    error: Problem | None = None
    warnings: Annotated[tuple[Caution, ...], Name("warning")] = ()


@dataclass(frozen=True, kw_only=True)
class MaintenanceWindow(ServicePart):
    """An announced window in which the platform does not answer."""

    starts_at: Annotated[Instant, Name("from")]
    ends_at: Annotated[Instant, Name("until")]


@dataclass(frozen=True, kw_only=True)
class PlatformCapabilities(ServicePart):
    """What the platform offers; max_message_size in bytes."""

    has_synchronous_messages: Annotated[bool, Name("synchronousMessages")]
    has_secondary_container: Annotated[bool, Name("secondaryContainer")]
    has_resumable_upload: Annotated[bool, Name("resumableUpload")]
    has_mtom: Annotated[bool, Name("mtom")]
    max_message_size: Size
    message_types: Annotated[tuple[MessageType, ...], Name("messageType")] = ()
    maintenance: tuple[MaintenanceWindow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SubscriptionRequest(Request):
    """Attach a company to a procedure, or detach it. lot_ids: interest only."""

    TAG: ClassVar[str] = "msgSubscriptionRequest"

    tender_id: Identifier
    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
    contact_email: Email | None = None
    action: SubscriptionAction


@dataclass(frozen=True, kw_only=True)
class SubscriptionResponse(BaseResponse):
    """The subscription and what the platform offers."""

    TAG: ClassVar[str] = "msgSubscriptionResponse"

    subscription_id: Guid | None = None
    tender_id: Identifier | None = None
    subscribed_at: Instant | None = None
    platform_capabilities: PlatformCapabilities | None = None


@dataclass(frozen=True, kw_only=True)
class GetTenderIDsRequest(Request):
    """List the procedures the company has subscribed to."""

    TAG: ClassVar[str] = "msgGetTenderIDsRequest"

    states: Annotated[tuple[TenderState, ...], Name("state")] = ()
    since: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class SubscribedTender(ServicePart):
    """A procedure in the list, with what waits in its mailbox."""

    tender_id: Identifier
    title: String1024
    state: TenderState
    unread_count: Count
    latest_message_at: Instant | None = None


@dataclass(frozen=True, kw_only=True)
class GetTenderIDsResponse(BaseResponse):
    """The subscribed procedures and announced maintenance."""

    TAG: ClassVar[str] = "msgGetTenderIDsResponse"

    tenders: Annotated[tuple[SubscribedTender, ...], Name("tender")] = ()
    maintenance: tuple[MaintenanceWindow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MessageSelector(ServicePart):
    """Which messages. include_read: None means yes; limit: None means `DEFAULT_MESSAGES`."""

    after_cursor: Identifier | None = None
    message_ids: Annotated[tuple[Guid, ...], Name("messageID")] = ()
    message_types: Annotated[tuple[MessageType, ...], Name("messageType")] = ()
    issued_from: Instant | None = None
    issued_to: Instant | None = None
    include_read: bool | None = None
    limit: int | None = None


@dataclass(frozen=True, kw_only=True)
class GetMessagesRequest(Request):
    """Fetch the messages of one procedure. Fetching deletes nothing."""

    TAG: ClassVar[str] = "msgGetMessagesRequest"

    tender_id: Identifier
    selector: MessageSelector | None = None


@dataclass(frozen=True, kw_only=True)
class GetMessagesResponse(BaseResponse):
    """The messages, oldest first, and where to go on. has_more is None only beside an error."""

    TAG: ClassVar[str] = "msgGetMessagesResponse"

    messages: _Messages = ()
    next_cursor: Identifier | None = None
    has_more: bool | None = None


@dataclass(frozen=True, kw_only=True)
class ByteRange(ServicePart):
    """Positions in bytes from 0, both included; without last up to the end."""

    first: Size
    last: Size | None = None


@dataclass(frozen=True, kw_only=True)
class GetDocumentRequest(Request):
    """Fetch a document or a range of it; without version the newest."""

    TAG: ClassVar[str] = "msgGetDocumentRequest"

    document_id: _DocumentId
    tender_id: Identifier | None = None
    version: Version | None = None
    range: ByteRange | None = None


@dataclass(frozen=True, kw_only=True)
class DeliveredDocument(ServicePart):
    """A document; size in bytes and sha256 are those of the whole, also for a range."""

    document_id: _DocumentId
    version: Version
    file_name: FileName
    mime_type: MimeType
    size: Size
    sha256: Sha256
    range: ByteRange | None = None
    content: Binary


@dataclass(frozen=True, kw_only=True)
class GetDocumentResponse(BaseResponse):
    """The document."""

    TAG: ClassVar[str] = "msgGetDocumentResponse"

    document: DeliveredDocument | None = None


@dataclass(frozen=True, kw_only=True)
class SendMessageRequest(Request):
    """Hand a message over; the reply comes to the mailbox."""

    TAG: ClassVar[str] = "msgSendMessageRequest"

    message: _Message


@dataclass(frozen=True, kw_only=True)
class SendMessageResponse(BaseResponse):
    """That the message was taken, and when its last byte was."""

    TAG: ClassVar[str] = "msgSendMessageResponse"

    message_id: Guid | None = None
    received_at: Instant | None = None
    status: DeliveryStatus | None = None


@dataclass(frozen=True, kw_only=True)
class SendSynchronousMessageRequest(Request):
    """Hand a message over and get the reply at once."""

    TAG: ClassVar[str] = "msgSendSynchronousMessageRequest"

    message: _Message


@dataclass(frozen=True, kw_only=True)
class SendSynchronousMessageResponse(BaseResponse):
    """The receipt or reply."""

    TAG: ClassVar[str] = "msgSendSynchronousMessageResponse"

    message: _OptionalMessage = None


@dataclass(frozen=True, kw_only=True)
class GetOSCITransferIDRequest(Request):
    """Not offered; answered with `OPERATION_NOT_SUPPORTED`."""

    TAG: ClassVar[str] = "msgGetOSCITransferIDRequest"

    tender_id: Identifier | None = None


@dataclass(frozen=True, kw_only=True)
class GetOSCITransferIDResponse(BaseResponse):
    """Carries an error only."""

    TAG: ClassVar[str] = "msgGetOSCITransferIDResponse"

    transfer_id: Identifier | None = None


@dataclass(frozen=True, kw_only=True)
class FaultDetail(ServicePart):
    """Detail of a SOAP Fault: nothing was processed, nothing stored."""

    TAG: ClassVar[str] = "faultDetail"

    code: ErrorCode
    correlation_id: Guid
    retry_after_seconds: Count | None = None


REQUESTS: Final[tuple[type[Request], ...]] = (
    SubscriptionRequest,
    GetTenderIDsRequest,
    GetMessagesRequest,
    GetDocumentRequest,
    SendMessageRequest,
    SendSynchronousMessageRequest,
    GetOSCITransferIDRequest,
)
RESPONSES: Final[tuple[type[BaseResponse], ...]] = (
    SubscriptionResponse,
    GetTenderIDsResponse,
    GetMessagesResponse,
    GetDocumentResponse,
    SendMessageResponse,
    SendSynchronousMessageResponse,
    GetOSCITransferIDResponse,
)
