"""Rules across fields of messages, bids, receipts and results."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from vergabe.exchange.binding import Binary, Part
from vergabe.exchange.xvergabe.breach import Breach, Check
from vergabe.exchange.xvergabe.checks_of_procedures import authorities_of, twice
from vergabe.exchange.xvergabe.codes import DeliveryStatus, ErrorCode, InquiryKind, ResultCode
from vergabe.exchange.xvergabe.datatypes import Attachment, Consortium
from vergabe.exchange.xvergabe.documents import (
    EncryptionKeyDetails,
    Inquiry,
    Response,
    ResultNotice,
)
from vergabe.exchange.xvergabe.messages import Message, TenderReference
from vergabe.exchange.xvergabe.operations import (
    BaseResponse,
    GetDocumentResponse,
    GetMessagesResponse,
    SendMessageResponse,
    SendSynchronousMessageResponse,
    SubscriptionResponse,
)
from vergabe.exchange.xvergabe.submissions import (
    ContainerObject,
    Manifest,
    OfferContent,
    Receipt,
    Submission,
    Withdrawal,
    WithdrawalReceipt,
)

# The first field of the content of a response; the schema ties the others to it.
_NEEDED_WITHOUT_ERROR: Final[Mapping[type[Part], str]] = {
    SubscriptionResponse: "subscription_id",
    GetMessagesResponse: "has_more",
    GetDocumentResponse: "document",
    SendMessageResponse: "message_id",
    SendSynchronousMessageResponse: "message",
}


def _bytes(content: Binary | None, size: int | None, sha256: str, path: str) -> Iterator[Breach]:
    """Yield that bytes inside the document are not those announced; MIME parts are not here."""
    if content is None or content.data is None:
        return
    is_size_wrong = size is not None and len(content.data) != size
    if is_size_wrong or hashlib.sha256(content.data).hexdigest() != sha256:
        yield Breach(
            "bytes_as_announced",
            path,
            "Größe oder SHA-256 stimmen nicht mit den übermittelten Bytes überein.",
            "Bitte erneut übermitteln; die Prüfsumme gilt für die Bytes vor der Base64-Kodierung.",
            ErrorCode.HASH_MISMATCH,
        )


def _attachment(attachment: Attachment, path: str) -> Iterator[Breach]:
    yield from _bytes(attachment.content, attachment.size, attachment.sha256, path)


def _container(container: ContainerObject, path: str) -> Iterator[Breach]:
    yield from _bytes(container.content, container.size, container.sha256, path)


def _key(key: EncryptionKeyDetails, path: str) -> Iterator[Breach]:
    yield from _bytes(key.x509_certificate, None, key.thumbprint_sha256, path)
    if key.valid_to <= key.valid_from:
        yield Breach(
            "key_validity_in_order",
            f"{path}/validTo",
            f"Der Schlüssel „{key.key_id}“ gilt nicht länger als bis zu seinem Beginn.",
            "Bitte die Gültigkeit berichtigen.",
        )


def _consortium(consortium: Consortium, path: str) -> Iterator[Breach]:
    representatives = sum(1 for member in consortium.members if member.is_representative)
    if representatives != 1:
        yield Breach(
            "exactly_one_representative",
            f"{path}/member",
            "Eine Bietergemeinschaft hat genau ein bevollmächtigtes Mitglied; "
            f"angegeben sind {representatives}.",
            'Bitte genau ein Mitglied mit representative="true" kennzeichnen.',
            law="§ 53 Abs. 9 VgV",
        )
    for company_id in twice(member.company_id for member in consortium.members):
        yield Breach(
            "member_once",
            f"{path}/member",
            f"Das Mitglied „{company_id}“ steht mehrfach in der Bietergemeinschaft.",
            "Bitte jedes Mitglied einmal nennen.",
        )


def _submission(submission: Submission, path: str) -> Iterator[Breach]:
    if submission.replaces_offer_id == submission.offer_id:
        yield Breach(
            "replaces_another",
            f"{path}/replacesOfferID",
            "Ein Angebot kann sich nicht selbst ersetzen.",
            "Bitte eine neue offerID vergeben.",
            ErrorCode.UNKNOWN_REFERENCE,
        )


def _manifest(manifest: Manifest, path: str) -> Iterator[Breach]:
    for name in twice(file.path for file in manifest.files):
        yield Breach(
            "file_once",
            f"{path}/file",
            f"Die Datei „{name}“ steht mehrfach im Verzeichnis des Containers.",
            "Bitte jede Datei einmal nennen.",
        )
    for file in manifest.files:
        steps = file.path.replace("\\", "/").split("/")
        if "" in steps or ".." in steps or "." in steps:
            yield Breach(
                "path_inside",
                f"{path}/file",
                f"Der Pfad „{file.path[:60]}“ führt aus dem Container hinaus.",
                "Bitte nur Pfade unterhalb des Containers angeben.",
            )


def _offer_content(content: OfferContent, path: str) -> Iterator[Breach]:
    for lot_id in twice(price.lot_id for price in content.lot_prices):
        yield Breach(
            "price_once",
            f"{path}/lotPrice",
            f"Für das Los „{lot_id}“ steht mehr als ein Preis.",
            "Bitte je Los einen Preis angeben.",
        )


def _receipt(receipt: Receipt, path: str) -> Iterator[Breach]:
    if receipt.is_late != (receipt.registered_at >= receipt.submission_deadline):
        yield Breach(
            "late_as_registered",
            f"{path}/late",
            "Die Angabe „verspätet“ widerspricht Eingang und Frist.",
            "Bitte prüfen: verspätet ist, was nicht vor der Frist eingegangen ist.",
            law="§ 57 Abs. 1 Nr. 1 VgV",
        )


def _withdrawal_receipt(receipt: WithdrawalReceipt, path: str) -> Iterator[Breach]:
    if receipt.is_effective and receipt.is_late:
        yield Breach(
            "withdrawal_in_time",
            f"{path}/effective",
            "Eine Rücknahme nach Ablauf der Frist ist nicht wirksam.",
            "Bitte effective=false angeben.",
        )


def _inquiry(inquiry: Inquiry, path: str) -> Iterator[Breach]:
    is_answer = inquiry.kind is InquiryKind.ANSWER
    if is_answer and (inquiry.visibility is None or not inquiry.answers):
        yield Breach(
            "answer_complete",
            path,
            "Eine Antwort nennt die beantworteten Fragen und wer sie lesen darf.",
            "Bitte answersInquiryID und visibility angeben.",
        )


def _result(result: ResultNotice, path: str) -> Iterator[Breach]:
    is_complete = result.winner_names and result.reasons and result.earliest_contract_on is not None
    if result.result is ResultCode.AWARD_INTENDED_TO_OTHER and not is_complete:
        yield Breach(
            "information_complete",
            path,
            "Die Information nach § 134 GWB braucht den Namen des Bestbieters, die Gründe und den "
            "frühesten Tag des Vertragsschlusses.",
            "Bitte winnerName, reasons und earliestContractDate angeben.",
            law="§ 134 Abs. 1 GWB",
        )


def _response(response: Response, path: str) -> Iterator[Breach]:
    if (response.status is DeliveryStatus.REJECTED) != (response.error is not None):
        yield Breach(
            "rejected_with_error",
            f"{path}/status",
            "Abgelehnt wird mit Fehlercode, angenommen ohne.",
            "Bitte Status und Fehler in Einklang bringen.",
        )


def _tender(tender: TenderReference, path: str) -> Iterator[Breach]:
    if tender.authorities:
        yield from authorities_of(tender.authorities, path)


def _referred(message: Message) -> Iterable[UUID]:
    match message.document:
        case Inquiry(attachment_ids=ids):
            return ids
        case ResultNotice(letter_attachment_id=UUID() as one):
            return (one,)
        case Withdrawal(declaration_attachment_id=UUID() as one):
            return (one,)
        case _:
            return ()


def _message(message: Message, path: str) -> Iterator[Breach]:
    if message.header.details.message_type != message.document.TAG:
        yield Breach(
            "type_as_document",
            f"{path}/messageHeader/messageDetails/messageType",
            f"Die Nachricht nennt sich „{message.header.details.message_type}“ und enthält "
            f"„{message.document.TAG}“.",
            "Bitte messageType und Dokument in Einklang bringen.",
            ErrorCode.MESSAGE_TYPE_NOT_ALLOWED,
        )
    attached = [attachment.attachment_id for attachment in message.attachments]
    for attachment_id in twice(attached):
        yield Breach(
            "attachment_once",
            f"{path}/attachment",
            f"Die Anlage {attachment_id} steht mehrfach in der Nachricht.",
            "Bitte jeder Anlage eine eigene Kennung geben.",
        )
    for missing in sorted(set(_referred(message)) - set(attached)):
        yield Breach(
            "attachment_present",
            f"{path}/attachment",
            f"Das Dokument verweist auf die Anlage {missing}, die nicht beiliegt.",
            "Bitte die Anlage beifügen oder den Verweis entfernen.",
            ErrorCode.UNKNOWN_REFERENCE,
        )


def _answer(response: BaseResponse, path: str) -> Iterator[Breach]:
    needed = _NEEDED_WITHOUT_ERROR.get(type(response))
    if needed is not None and (response.error is None) == (getattr(response, needed) is None):
        yield Breach(
            "answer_or_error",
            path,
            "Eine Antwort enthält entweder ihren Inhalt oder einen Fehler.",
            "Bitte genau eines von beiden angeben.",
        )


CHECKS: Final[Mapping[type[Part], tuple[Check, ...]]] = {
    Attachment: (_attachment,),
    ContainerObject: (_container,),
    EncryptionKeyDetails: (_key,),
    Consortium: (_consortium,),
    Submission: (_submission,),
    Manifest: (_manifest,),
    OfferContent: (_offer_content,),
    Receipt: (_receipt,),
    WithdrawalReceipt: (_withdrawal_receipt,),
    Inquiry: (_inquiry,),
    ResultNotice: (_result,),
    Response: (_response,),
    TenderReference: (_tender,),
    Message: (_message,),
    BaseResponse: (_answer,),
}
