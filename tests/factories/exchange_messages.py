"""One message of each kind, what is inside a sealed container, one call of each operation."""

import base64
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tests.factories.exchange import (
    PRICE_SHEET,
    SPECIFICATION,
    TENDER_ID,
    authorities,
    cancellation_notice,
    change_notice,
    changed,
    criteria,
    deadlines,
    guid,
    lots,
    notice,
    procedure,
    sha256,
    utc,
)
from vergabe.exchange.binding import Binary, Part
from vergabe.exchange.xvergabe import codec, service
from vergabe.exchange.xvergabe import documents as doc
from vergabe.exchange.xvergabe import messages as msg
from vergabe.exchange.xvergabe import operations as op
from vergabe.exchange.xvergabe import submissions as sub
from vergabe.exchange.xvergabe.codes import (
    DeliveryStatus,
    DocumentCategory,
    DocumentStage,
    ErrorCode,
    InquiryKind,
    KeyScope,
    MessageType,
    PartyRole,
    ProcedureType,
    ResultCode,
    ResultStage,
    SignatureLevel,
    SubmissionKind,
    SubscriptionAction,
    TenderState,
    Visibility,
    WarningCode,
)
from vergabe.exchange.xvergabe.datatypes import (
    Address,
    Amount,
    Attachment,
    AuthorityReference,
    Bidder,
    Code,
    Company,
    Consortium,
    ConsortiumMember,
    Contact,
    ExistingObjectReference,
    Party,
)
from vergabe.exchange.xvergabe.procedure import Deadlines
from vergabe.resources import folder

# A certificate made for these examples and a container sealed for it; the key is lost.
CERTIFICATE: Final = base64.b64decode(
    "MIIBLzCB1aADAgECAgEHMAoGCCqGSM49BAMCMCExHzAdBgNVBAMMFkRMWi0yMDI2LTAwMDcgQW5nZWJvdGUw"
    "HhcNMjYxMjAxMDAwMDAwWhcNMjcwNDAxMDAwMDAwWjAhMR8wHQYDVQQDDBZETFotMjAyNi0wMDA3IEFuZ2Vi"
    "b3RlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7FJFpbpxtrfaSdPEvjZUiJl5E3f0KOx66WXC77d2T1Jd"
    "7Q9smZoHQyVbBAFYpEk2sRVBZre1h5fItTE+TXQwEzAKBggqhkjOPQQDAgNJADBGAiEA7iKjAWTKk9DMpskn"
    "wia4O1+mVIdtosiZidOS2iwiGCICIQCMkTrsqLrpE4ayEDbUsxhjCa1Yj4eiE8CBCB61A8HF0Q=="
)
SEALED: Final = base64.b64decode(
    "MIIBMAYJKoZIhvcNAQcDoIIBITCCAR0CAQIxgcmhgcYCAQOgUaFPMAkGByqGSM49AgEDQgAEHa/G68qFdNkc"
    "m4qajkvAE/8iDNWZu5TSu6zG7cG6UAJeIQiciv93HFGu875SVht4S6GtBItJ1edUiOgOfJQKFDAYBgkrgQUQ"
    "hkg/AAIwCwYJYIZIAWUDBAEtMFQwUjAmMCExHzAdBgNVBAMMFkRMWi0yMDI2LTAwMDcgQW5nZWJvdGUCAQcE"
    "KCcqYQvag8LRuaHVP00ZzxLgo4l46UW0Uh4FYxVsnaMEUZ5EbfrF2CQwTAYJKoZIhvcNAQcBMB0GCWCGSAFl"
    "AwQBKgQQH53ZHiF9Svim1Xohof03HYAg/Qg/WsT0UR1Ac9rjxsxhkxLT342HDzaliBnTYgWWDCk="
)
CSV: Final = "text/csv"
PDF: Final = "application/pdf"
PLATFORM: Final = Party(
    party_id="platform", name="Vergabe der DLZ-Kommunen", role=PartyRole.PLATFORM
)
LEAD: Final = Party(
    party_id="05358040", name="Gemeinde Merzenich", role=PartyRole.CONTRACTING_AUTHORITY
)
BIDDER: Final = Party(
    party_id="firm-4711", name="Bietergemeinschaft Rur-Erft-Reinigung", role=PartyRole.BIDDER
)
MESSAGE_OFFER: Final = guid(0x100)
OFFER: Final = guid(0x101)
RECEIPT: Final = guid(0x102)
DEADLINE: Final = utc("2027-01-19T10:00:00+01:00")
LETTER: Final = b"%PDF-1.7 Informationsschreiben\n"


def attachment(number: int, name: str, mime_type: str, content: bytes) -> Attachment:
    return Attachment(
        attachment_id=guid(number),
        file_name=name,
        mime_type=mime_type,
        size=len(content),
        sha256=sha256(content),
        content=Binary(data=content),
    )


def key() -> doc.EncryptionKeyDetails:
    return doc.EncryptionKeyDetails(
        key_id="DLZ-2026-0007-K1",
        x509_certificate=Binary(data=CERTIFICATE),
        thumbprint_sha256=sha256(CERTIFICATE),
        algorithm="CMS-EnvelopedData/AES-256-CBC/ECDH",
        valid_from=utc("2026-12-01T00:00:00+00:00"),
        valid_to=utc("2027-04-01T00:00:00+00:00"),
        scope=KeyScope.PROCEDURE,
    )


def electronic() -> doc.SubmissionDetails:
    return doc.SubmissionDetails(
        electronical=doc.ElectronicSubmission(
            encryption_keys=(key(),),
            is_secondary_container_supported=False,
            container_signature=SignatureLevel.TEXT_FORM,
            document_signature=SignatureLevel.TEXT_FORM,
            limits=doc.Limits(
                max_container_size=500 * 1024 * 1024,
                max_file_size=100 * 1024 * 1024,
                max_files=200,
                allowed_types=(PDF, CSV),
                max_offers=1,
            ),
        )
    )


def package() -> doc.DocumentsPackage:
    return doc.DocumentsPackage(
        provided_documents=(
            doc.ProvidedDocument(
                document_id=guid(0x21),
                title="Leistungsbeschreibung",
                is_mandatory=False,
                object_reference=ExistingObjectReference(
                    object_id=guid(0x21), version=1, sha256=sha256(SPECIFICATION)
                ),
                file_name="Leistungsbeschreibung.pdf",
                mime_type=PDF,
                size=len(SPECIFICATION),
                sha256=sha256(SPECIFICATION),
                must_be_returned=False,
                must_be_signed=False,
            ),
            doc.ProvidedDocument(
                document_id=guid(0x22),
                title="Preisblatt Los 2",
                description="Bitte alle Objekte auspreisen.",
                lot_ids=("LOT-0002",),
                is_mandatory=True,
                object_reference=ExistingObjectReference(object_id=guid(0x22)),
                file_name="Preisblatt (Los 2).csv",
                mime_type=CSV,
                size=len(PRICE_SHEET),
                sha256=sha256(PRICE_SHEET),
                must_be_returned=True,
                must_be_signed=False,
            ),
        ),
        requested_documents=(
            doc.RequestedDocument(
                document_id=guid(0x31),
                title="Ausgefülltes Preisblatt",
                lot_ids=("LOT-0002",),
                is_mandatory=True,
                category=DocumentCategory.PRICE_SHEET,
                template_document_id=guid(0x22),
                allowed_types=(CSV,),
                stage=DocumentStage.WITH_BID,
            ),
            doc.RequestedDocument(
                document_id=guid(0x32),
                title="Bescheinigung in Steuersachen",
                is_mandatory=False,
                category=DocumentCategory.EVIDENCE,
                stage=DocumentStage.ON_REQUEST,
            ),
        ),
    )


def _meta(kind: ProcedureType) -> doc.TenderMetaInformation:
    return doc.TenderMetaInformation(
        authorities=references(), procedure=changed(procedure(), procedure_type=kind)
    )


def references() -> tuple[AuthorityReference, ...]:
    return tuple(
        AuthorityReference(is_lead=one.is_lead, authority_id=one.authority_id, name=one.name)
        for one in authorities()
    )


def invitation_to_tender(**changes: Any) -> doc.InvitationToTender:
    return changed(
        doc.InvitationToTender(
            version=2,
            tender_meta_information=_meta(ProcedureType.OPEN),
            deadlines=deadlines(),
            lot_overview=lots(),
            award_criteria=criteria(),
            documents_package=package(),
            offer_submission_details=electronic(),
        ),
        **changes,
    )


def invitation_to_participation() -> doc.InvitationToParticipation:
    return doc.InvitationToParticipation(
        version=1,
        tender_meta_information=_meta(ProcedureType.NEGOTIATED_WITH_TNW),
        deadlines=Deadlines(
            questions_until=utc("2026-12-30T12:00:00+01:00"),
            participation_until=utc("2027-01-05T10:00:00+01:00"),
            submission_until=utc("2027-02-16T10:00:00+01:00"),
        ),
        lot_overview=lots(),
        award_criteria=criteria(),
        documents_package=package(),
        participation_submission_details=electronic(),
        max_candidates=5,
    )


def question() -> doc.Inquiry:
    return doc.Inquiry(
        inquiry_id=guid(0x41),
        kind=InquiryKind.QUESTION,
        body="Ist die Glasreinigung der Sporthalle Horrem in Los 2 enthalten?\nWenn ja: wie oft?",
    )


def answer() -> doc.Inquiry:
    return doc.Inquiry(
        inquiry_id=guid(0x42),
        kind=InquiryKind.ANSWER,
        body="Ja, zweimal im Jahr. Das Preisblatt wurde ergänzt.",
        answers=(guid(0x41),),
        visibility=Visibility.ALL_BIDDERS,
        attachment_ids=(guid(0x51),),
    )


def container(**changes: Any) -> sub.Container:
    return sub.Container(
        container_object=changed(
            sub.ContainerObject(
                content=Binary(data=SEALED),
                size=len(SEALED),
                sha256=sha256(SEALED),
                encryption_key_id="DLZ-2026-0007-K1",
            ),
            **changes,
        )
    )


def offer(**changes: Any) -> sub.Offer:
    return changed(
        sub.Offer(
            offer_id=OFFER,
            documents_version=2,
            primary_container=container(),
            submission_kind=SubmissionKind.MAIN,
        ),
        **changes,
    )


def participation() -> sub.Participation:
    uploaded = container(content=None, upload_id="up-7f3a")
    return sub.Participation(offer_id=guid(0x111), primary_container=uploaded)


def _receipt_fields(offer_id: UUID) -> dict[str, Any]:
    return {
        "receipt_id": RECEIPT,
        "ref_message_id": MESSAGE_OFFER,
        "offer_id": offer_id,
        "registered_at": utc("2027-01-19T09:59:59.999999+01:00"),
        "containers": (sub.ContainerHash(size=len(SEALED), sha256=sha256(SEALED)),),
        "is_late": False,
        "submission_deadline": DEADLINE,
    }


def receipt(**changes: Any) -> sub.OfferDeliveryReceipt:
    return changed(sub.OfferDeliveryReceipt(**_receipt_fields(OFFER)), **changes)


def withdrawal_receipt(**changes: Any) -> sub.OfferWithdrawalDeliveryReceipt:
    return changed(
        sub.OfferWithdrawalDeliveryReceipt(
            **_receipt_fields(OFFER), withdrawn_offer_id=OFFER, is_effective=True
        ),
        **changes,
    )


def withdrawal() -> sub.OfferWithdrawal:
    return sub.OfferWithdrawal(
        offer_id=OFFER,
        ref_message_id=MESSAGE_OFFER,
        receipt_id=RECEIPT,
        sha256=sha256(SEALED),
        reason="Kalkulationsfehler in Los 2",
        declaration_attachment_id=guid(0x53),
    )


def result(**changes: Any) -> doc.ResultNotice:
    return changed(
        doc.ResultNotice(
            stage=ResultStage.OFFER,
            result=ResultCode.AWARD_INTENDED_TO_OTHER,
            offer_id=OFFER,
            lot_ids=("LOT-0001",),
            reasons="Ihr Angebot liegt nach Preis und Konzept auf Rang 2.",
            winner_names=("Glanzwerk Beispiel GmbH",),
            earliest_contract_on=dt.date(2027, 2, 13),
            standstill_end_on=dt.date(2027, 2, 12),
            letter_attachment_id=guid(0x54),
        ),
        **changes,
    )


def response() -> doc.Response:
    return doc.Response(
        ref_message_id=MESSAGE_OFFER,
        status=DeliveryStatus.REJECTED,
        error=doc.Problem(
            code=ErrorCode.HASH_MISMATCH,
            text="Die Prüfsumme stimmt nicht mit den übermittelten Bytes überein.",
            detail="primaryContainer",
        ),
        warnings=(
            doc.Caution(
                code=WarningCode.DOCUMENTS_OUTDATED,
                text="Ihr Angebot bezieht sich auf Fassung 1 der Vergabeunterlagen.",
            ),
        ),
    )


def bidder() -> Bidder:
    members = (
        ConsortiumMember(
            is_representative=True,
            company_id="firm-4711",
            name="Rurtal Gebäudereinigung Beispiel GmbH",
            address=Address(street="Werkstraße 4", postal_code="52351", town="Düren", nuts="DEA26"),
            registration_number="HRB 00000",
            contact=Contact(email="angebote@rurtal.example"),
            share="Los 1",
        ),
        ConsortiumMember(
            is_representative=False,
            company_id="firm-4712",
            name="Erftglanz Beispiel e. K.",
            address=Address(town="Bergheim", nuts="DEA27"),
            share="Los 2",
        ),
    )
    return Bidder(
        consortium=Consortium(name="Bietergemeinschaft Rur-Erft-Reinigung", members=members)
    )


def manifest() -> sub.Manifest:
    return sub.Manifest(
        offer_id=OFFER,
        files=(
            sub.ManifestFile(
                path="OfferContent.xml", mime_type="application/xml", size=2048, sha256="0" * 64
            ),
            sub.ManifestFile(
                path="Los 2/Preisblatt.csv",
                mime_type=CSV,
                size=len(PRICE_SHEET),
                sha256=sha256(PRICE_SHEET),
                requested_document_id=guid(0x31),
            ),
        ),
    )


def _declaration() -> sub.Declaration:
    return sub.Declaration(
        code=Code(
            list_uri="urn:vergabe:declarations",
            list_version="1",
            code="no-exclusion-grounds",
            name="Keine Ausschlussgründe (§§ 123, 124 GWB)",
        ),
        is_given=True,
    )


def offer_content() -> sub.OfferContent:
    position = sub.PricePosition(
        position_id="1.1",
        text="Unterhaltsreinigung Sporthalle Horrem",
        quantity=Decimal("1250.5"),
        unit_code="MTK",
        unit_price_net=Amount(cents=118),
        total_net=Amount(cents=147_559),
    )
    return sub.OfferContent(
        offer_id=OFFER,
        bidder=bidder(),
        declarations=(_declaration(),),
        file_associations=(
            sub.FileAssociation(requested_document_id=guid(0x31), file_name="Preisblatt.csv"),
        ),
        declared_by="N. N.",
        lot_prices=(
            sub.LotPrice(
                lot_id="LOT-0002",
                total_net=Amount(cents=147_559),
                total_gross=Amount(cents=175_595),
                discount_basis_points=150,
                positions=(position,),
            ),
        ),
    )


def participation_content() -> sub.ParticipationContent:
    company = Company(
        company_id="firm-4713",
        name="Sauberland Beispiel GmbH",
        address=Address(postal_code="52062", town="Aachen", nuts="DEA2D"),
        vat_id="DE000000000",
    )
    return sub.ParticipationContent(
        offer_id=guid(0x111),
        bidder=Bidder(company=company),
        declarations=(_declaration(),),
        declared_by="N. N.",
        lot_ids=("LOT-0001",),
    )


def message(
    document: msg.Document,
    *attachments: Attachment,
    is_from_bidder: bool = False,
    message_id: UUID | None = None,
    issued: str = "2027-01-04T10:00:00+01:00",
) -> msg.Message:
    """Return a message around `document`, from the lead (stamped) or from the bidder."""
    issued_at = utc(issued)
    tender = msg.TenderReference(
        tender_id=TENDER_ID,
        procedure_uuid=guid(0x70),
        authorities=() if is_from_bidder else references(),
    )
    return msg.Message(
        header=msg.MessageHeader(
            details=msg.MessageDetails(
                message_id=message_id or guid(0x200 + len(document.TAG)),
                message_type=MessageType(document.TAG),
                issued_at=issued_at,
                subject=f"{TENDER_ID}: Reinigung",
                language="de",
            ),
            tender=tender,
            sender=BIDDER if is_from_bidder else LEAD,
            receiver=PLATFORM if is_from_bidder else BIDDER,
            platform=None if is_from_bidder else msg.PlatformStamp(received_at=issued_at),
        ),
        document=document,
        attachments=attachments,
    )


def messages() -> Mapping[str, msg.Message]:
    """Return one message of each kind, by file name; the question and its answer both."""
    price_sheet = attachment(0x51, "Preisblatt (Los 2).csv", CSV, PRICE_SHEET)
    declaration = attachment(0x53, "Erklärung.pdf", PDF, b"%PDF-1.7 Erklaerung\n")
    letter = attachment(0x54, "Informationsschreiben.pdf", PDF, LETTER)
    part = sub.ParticipationDeliveryReceipt(**_receipt_fields(guid(0x111)))
    part_withdrawal = sub.ParticipationWithdrawal(
        offer_id=guid(0x111),
        ref_message_id=guid(0x110),
        receipt_id=guid(0x112),
        sha256=sha256(SEALED),
    )
    part_withdrawn = sub.ParticipationWithdrawalDeliveryReceipt(
        **_receipt_fields(guid(0x111)), withdrawn_offer_id=guid(0x111), is_effective=True
    )
    found = {
        "Question": message(question(), is_from_bidder=True),
        "Answer": message(answer(), price_sheet),
    }
    from_bidder = (
        message(offer(), is_from_bidder=True, message_id=MESSAGE_OFFER),
        message(participation(), is_from_bidder=True),
        message(withdrawal(), declaration, is_from_bidder=True),
        message(part_withdrawal, is_from_bidder=True),
    )
    from_platform = (
        message(notice()),
        message(change_notice()),
        message(cancellation_notice()),
        message(invitation_to_tender()),
        message(invitation_to_participation()),
        message(receipt()),
        message(withdrawal_receipt()),
        message(part),
        message(part_withdrawn),
        message(result(), letter),
        message(response()),
    )
    return found | {one.document.TAG: one for one in (*from_bidder, *from_platform)}


def _base() -> dict[str, Any]:
    return {"correlation_id": guid(0x900), "server_time": utc("2027-01-05T08:00:00+01:00")}


def calls() -> Mapping[str, op.Request | op.BaseResponse]:
    """Return one request and one response of each operation, by element name."""
    window = op.MaintenanceWindow(
        starts_at=utc("2027-02-06T20:00:00+01:00"), ends_at=utc("2027-02-06T22:00:00+01:00")
    )
    capabilities = op.PlatformCapabilities(
        has_synchronous_messages=True,
        has_secondary_container=False,
        has_resumable_upload=True,
        has_mtom=True,
        max_message_size=10 * 1024 * 1024,
        message_types=(MessageType.INQUIRY, MessageType.OFFER),
        maintenance=(window,),
    )
    delivered = op.DeliveredDocument(
        document_id=guid(0x21),
        version=1,
        file_name="Leistungsbeschreibung.pdf",
        mime_type=PDF,
        size=len(SPECIFICATION),
        sha256=sha256(SPECIFICATION),
        content=Binary(content_id="leistungsbeschreibung@vergabe.example"),
    )
    tender = op.SubscribedTender(
        tender_id=TENDER_ID,
        title=procedure().title,
        state=TenderState.RUNNING,
        unread_count=2,
        latest_message_at=utc("2027-01-04T10:00:00+01:00"),
    )
    found: tuple[op.Request | op.BaseResponse, ...] = (
        op.SubscriptionRequest(
            tender_id=TENDER_ID,
            lot_ids=("LOT-0001",),
            contact_email="angebote@rurtal.example",
            action=SubscriptionAction.SUBSCRIBE,
        ),
        op.SubscriptionResponse(
            **_base(),
            warnings=(
                doc.Caution(code=WarningCode.ALREADY_SUBSCRIBED, text="Bereits registriert."),
            ),
            subscription_id=guid(0x901),
            tender_id=TENDER_ID,
            subscribed_at=utc("2026-12-07T09:00:00+01:00"),
            platform_capabilities=capabilities,
        ),
        op.GetTenderIDsRequest(states=(TenderState.RUNNING,)),
        op.GetTenderIDsResponse(**_base(), tenders=(tender,), maintenance=(window,)),
        op.GetMessagesRequest(
            tender_id=TENDER_ID,
            selector=op.MessageSelector(after_cursor="000000000017", include_read=True, limit=50),
        ),
        op.GetMessagesResponse(
            **_base(),
            messages=(messages()["Answer"],),
            next_cursor="000000000018",
            has_more=False,
        ),
        op.GetDocumentRequest(document_id=guid(0x21), tender_id=TENDER_ID, version=1),
        op.GetDocumentResponse(**_base(), document=delivered),
        op.SendMessageRequest(message=messages()["Question"]),
        op.SendMessageResponse(
            **_base(),
            message_id=guid(0x208),
            received_at=utc("2027-01-04T10:00:00.250000+01:00"),
            status=DeliveryStatus.QUEUED,
        ),
        op.SendSynchronousMessageRequest(message=messages()["Offer"]),
        op.SendSynchronousMessageResponse(**_base(), message=messages()["OfferDeliveryReceipt"]),
        op.GetOSCITransferIDRequest(tender_id=TENDER_ID),
        op.GetOSCITransferIDResponse(
            **_base(),
            error=doc.Problem(
                code=ErrorCode.OPERATION_NOT_SUPPORTED,
                text="OSCI wird nicht angeboten. Große Dateien bitte über HTTPS hochladen.",
            ),
        ),
    )
    return {one.TAG: one for one in found}


def fault() -> service.Fault:
    return service.Fault(
        code=service.FaultCode.SERVER,
        text="Die Plattform wird gerade gewartet. Bitte in 15 Minuten noch einmal versuchen.",
        detail=op.FaultDetail(
            code=ErrorCode.MAINTENANCE, correlation_id=guid(0x900), retry_after_seconds=900
        ),
    )


def documents() -> Mapping[str, Part]:
    """Return the documents that stand alone: notices, and what is inside a container."""
    alone = (
        notice(),
        change_notice(),
        cancellation_notice(),
        manifest(),
        offer_content(),
        participation_content(),
    )
    return {one.TAG: one for one in alone}


def examples() -> Mapping[str, bytes]:
    """Return every committed example below `xml/xvergabe/1/` by its path there."""
    found: dict[str, bytes] = {}
    build: Callable[[Part], bytes] = codec.build
    found |= {f"documents/{name}.xml": build(one) for name, one in documents().items()}
    found |= {f"messages/{name}.xml": build(one) for name, one in messages().items()}
    credentials = service.Credentials(user="firm-4711", password="Beispiel-Kennwort")
    for name, one in calls().items():
        found[f"service/{name}.xml"] = (
            service.build_request(one, credentials=credentials)
            if isinstance(one, op.Request)
            else service.build_response(one)
        )
    found["service/Fault.xml"] = service.build_fault(fault())
    return found


def write_examples() -> None:
    """Write the committed examples anew, after a change that is wanted."""
    home = folder("xml") / "xvergabe" / "1"
    for name, content in examples().items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)


if __name__ == "__main__":
    write_examples()
