"""Code lists of the profile: the same values as `schemas/xvergabe/1/codelists.xsd`.

The German names stand once, as annotations of that schema; `german_names` reads them from there.
Source: reference for the bidder interface, section 10 (proposed lists) and 8 (kinds of documents).
"""

import enum
import functools
from collections.abc import Mapping

from vergabe.exchange import parser
from vergabe.resources import folder


class ErrorCode(enum.StrEnum):
    """Why a message was refused."""

    AUTHENTICATION_FAILED = "AUTHENTICATION_FAILED"
    NOT_AUTHORISED = "NOT_AUTHORISED"
    SCHEMA_INVALID = "SCHEMA_INVALID"
    UNSUPPORTED_VERSION = "UNSUPPORTED_VERSION"
    OPERATION_NOT_SUPPORTED = "OPERATION_NOT_SUPPORTED"
    MESSAGE_TYPE_NOT_ALLOWED = "MESSAGE_TYPE_NOT_ALLOWED"
    SELECTOR_INVALID = "SELECTOR_INVALID"
    TENDER_CLOSED = "TENDER_CLOSED"
    UNKNOWN_TENDER = "UNKNOWN_TENDER"
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE"
    LOT_UNKNOWN = "LOT_UNKNOWN"
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED"
    DUPLICATE_MESSAGE_ID = "DUPLICATE_MESSAGE_ID"
    DEADLINE_EXPIRED = "DEADLINE_EXPIRED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    HASH_MISMATCH = "HASH_MISMATCH"
    NOT_ENCRYPTED = "NOT_ENCRYPTED"
    WRONG_ENCRYPTION_KEY = "WRONG_ENCRYPTION_KEY"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SIGNATURE_LEVEL_INSUFFICIENT = "SIGNATURE_LEVEL_INSUFFICIENT"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"
    SECONDARY_CONTAINER_NOT_SUPPORTED = "SECONDARY_CONTAINER_NOT_SUPPORTED"
    NOTHING_TO_WITHDRAW = "NOTHING_TO_WITHDRAW"
    PROCEDURE_CANCELLED = "PROCEDURE_CANCELLED"
    RATE_LIMITED = "RATE_LIMITED"
    MAINTENANCE = "MAINTENANCE"
    INTERNAL = "INTERNAL"


class WarningCode(enum.StrEnum):
    """What the sender should know although the message was taken."""

    ALREADY_SUBSCRIBED = "ALREADY_SUBSCRIBED"
    ALREADY_RECEIVED = "ALREADY_RECEIVED"
    ALREADY_WITHDRAWN = "ALREADY_WITHDRAWN"
    DEADLINE_EXPIRED = "DEADLINE_EXPIRED"
    DOCUMENTS_OUTDATED = "DOCUMENTS_OUTDATED"
    DOCUMENT_SUPERSEDED = "DOCUMENT_SUPERSEDED"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SIGNATURE_LEVEL_INSUFFICIENT = "SIGNATURE_LEVEL_INSUFFICIENT"
    SIGNATURE_INVALID = "SIGNATURE_INVALID"


class ProcedureType(enum.StrEnum):
    """Verfahrensart, above and below the thresholds alike."""

    OPEN = "OPEN"
    RESTRICTED_WITH_TNW = "RESTRICTED_WITH_TNW"
    RESTRICTED_WITHOUT_TNW = "RESTRICTED_WITHOUT_TNW"
    NEGOTIATED_WITH_TNW = "NEGOTIATED_WITH_TNW"
    NEGOTIATED_WITHOUT_TNW = "NEGOTIATED_WITHOUT_TNW"
    COMPETITIVE_DIALOGUE = "COMPETITIVE_DIALOGUE"
    INNOVATION_PARTNERSHIP = "INNOVATION_PARTNERSHIP"
    OTHER = "OTHER"


class LegalBasis(enum.StrEnum):
    """Rechtsgrundlage; the codes German notices use for BT-01."""

    VGV = "vgv"
    VOB_A_EU = "vob-a-eu"
    SEKTVO = "sektvo"
    KONZVGV = "konzvgv"
    UVGO = "uvgo"
    VOB_A = "vob-a"
    VOL_A = "vol-a"
    OTHER = "other"
    CROSS_BORDER_LAW = "CrossBorderLaw"


class ContractNature(enum.StrEnum):
    """Auftragsart."""

    SUPPLIES = "supplies"
    SERVICES = "services"
    WORKS = "works"


class LotKind(enum.StrEnum):
    """How the contract was divided (§ 97a (1) GWB)."""

    WHOLE = "WHOLE"
    TRADE = "TRADE"
    QUANTITY = "QUANTITY"


class CriterionKind(enum.StrEnum):
    """Zuschlagskriterium: price, cost or quality."""

    PRICE = "PRICE"
    COST = "COST"
    QUALITY = "QUALITY"


class SignatureLevel(enum.StrEnum):
    """Form of a declaration (§ 53 (1), (3) VgV); text form is the default."""

    TEXT_FORM = "TEXT_FORM"
    ADVANCED_SIGNATURE = "ADVANCED_SIGNATURE"
    QUALIFIED_SIGNATURE = "QUALIFIED_SIGNATURE"
    ADVANCED_SEAL = "ADVANCED_SEAL"
    QUALIFIED_SEAL = "QUALIFIED_SEAL"


class PartyRole(enum.StrEnum):
    """Who sends or receives a message."""

    BIDDER = "BIDDER"
    CONTRACTING_AUTHORITY = "CONTRACTING_AUTHORITY"
    PLATFORM = "PLATFORM"


class MessageType(enum.StrEnum):
    """Kind of a message; the name of the document it carries."""

    NOTICE = "Notice"
    CHANGE_NOTICE = "ChangeNotice"
    CANCELLATION_NOTICE = "CancellationNotice"
    INVITATION_TO_TENDER = "InvitationToTender"
    INVITATION_TO_PARTICIPATION = "InvitationToParticipation"
    INQUIRY = "Inquiry"
    OFFER = "Offer"
    OFFER_DELIVERY_RECEIPT = "OfferDeliveryReceipt"
    OFFER_WITHDRAWAL = "OfferWithdrawal"
    OFFER_WITHDRAWAL_DELIVERY_RECEIPT = "OfferWithdrawalDeliveryReceipt"
    PARTICIPATION = "Participation"
    PARTICIPATION_DELIVERY_RECEIPT = "ParticipationDeliveryReceipt"
    PARTICIPATION_WITHDRAWAL = "ParticipationWithdrawal"
    PARTICIPATION_WITHDRAWAL_DELIVERY_RECEIPT = "ParticipationWithdrawalDeliveryReceipt"
    RESULT_NOTICE = "ResultNotice"
    RESPONSE = "Response"


class InquiryKind(enum.StrEnum):
    """What a letter between authority and bidder is."""

    QUESTION = "QUESTION"
    ANSWER = "ANSWER"
    CLARIFICATION_REQUEST = "CLARIFICATION_REQUEST"
    SUPPLEMENT_REQUEST = "SUPPLEMENT_REQUEST"
    OBJECTION = "OBJECTION"
    NOTICE = "NOTICE"


class Visibility(enum.StrEnum):
    """Who reads an answer; answers to all are anonymised."""

    ALL_BIDDERS = "ALL_BIDDERS"
    SENDER_ONLY = "SENDER_ONLY"


class SubmissionKind(enum.StrEnum):
    """Which bid it is within the procedure."""

    MAIN = "MAIN"
    VARIANT = "VARIANT"
    INDICATIVE = "INDICATIVE"
    FINAL = "FINAL"


class DocumentCategory(enum.StrEnum):
    """What kind of paper the authority wants back."""

    SELF_DECLARATION = "SELF_DECLARATION"
    EVIDENCE = "EVIDENCE"
    PRICE_SHEET = "PRICE_SHEET"
    BILL_OF_QUANTITIES = "BILL_OF_QUANTITIES"
    CONCEPT = "CONCEPT"
    CONSORTIUM_DECLARATION = "CONSORTIUM_DECLARATION"
    OTHER = "OTHER"


class DocumentStage(enum.StrEnum):
    """When a paper is due."""

    WITH_BID = "WITH_BID"
    ON_REQUEST = "ON_REQUEST"


class KeyScope(enum.StrEnum):
    """What an encryption key seals."""

    PROCEDURE = "PROCEDURE"
    LOT = "LOT"
    PRIMARY_CONTAINER = "PRIMARY_CONTAINER"
    SECONDARY_CONTAINER = "SECONDARY_CONTAINER"


class ResultStage(enum.StrEnum):
    """Which decision a result belongs to."""

    PARTICIPATION = "PARTICIPATION"
    OFFER = "OFFER"
    PROCEDURE = "PROCEDURE"


class ResultCode(enum.StrEnum):
    """What was decided about a bid or a request to participate."""

    ADMITTED = "ADMITTED"
    NOT_ADMITTED = "NOT_ADMITTED"
    AWARD_INTENDED_TO_OTHER = "AWARD_INTENDED_TO_OTHER"
    AWARDED = "AWARDED"
    EXCLUDED = "EXCLUDED"
    CANCELLED = "CANCELLED"


class ChangeReason(enum.StrEnum):
    """Why a published notice was changed."""

    CORRECTION = "CORRECTION"
    UPDATE = "UPDATE"
    DOCUMENTS_CHANGED = "DOCUMENTS_CHANGED"
    DEADLINE_CHANGED = "DEADLINE_CHANGED"
    REVIEW = "REVIEW"


class CancellationReason(enum.StrEnum):
    """Why a procedure or a lot was cancelled (Aufhebung, § 63 (1) VgV)."""

    NO_SUITABLE_BID = "NO_SUITABLE_BID"
    BASIS_CHANGED = "BASIS_CHANGED"
    NO_ECONOMIC_RESULT = "NO_ECONOMIC_RESULT"
    OTHER_SERIOUS_REASON = "OTHER_SERIOUS_REASON"
    REVIEW = "REVIEW"
    PUBLISHED_BY_MISTAKE = "PUBLISHED_BY_MISTAKE"


class SubscriptionAction(enum.StrEnum):
    """What a subscription request wants."""

    SUBSCRIBE = "SUBSCRIBE"
    UNSUBSCRIBE = "UNSUBSCRIBE"


class TenderState(enum.StrEnum):
    """Whether a procedure still takes bids or requests."""

    RUNNING = "RUNNING"
    CLOSED = "CLOSED"


class DeliveryStatus(enum.StrEnum):
    """What became of a message that was handed over."""

    ACCEPTED = "ACCEPTED"
    QUEUED = "QUEUED"
    REJECTED = "REJECTED"


@functools.cache
def german_names() -> Mapping[tuple[str, str], str]:
    """Return the German name of every code, by name of the list and code.

    Read from the annotations of `codelists.xsd`, the one place where these names stand.
    """
    xs = "{http://www.w3.org/2001/XMLSchema}"
    source = folder("schemas") / "xvergabe" / "1" / "codelists.xsd"
    root = parser.parse(source.read_bytes())
    return {
        (str(kind.get("name")), str(value.get("value"))): value.findtext(
            f".//{xs}documentation", ""
        )
        for kind in root.iter(f"{xs}simpleType")
        for value in kind.iter(f"{xs}enumeration")
    }


def german_name(code: enum.StrEnum) -> str:
    """Return what people read for a code, such as `Offenes Verfahren`."""
    return german_names()[type(code).__name__, code.value]
