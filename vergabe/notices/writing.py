"""From a tender to the plain data of its XVergabe-style notice."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from vergabe import clock
from vergabe.access.model import Organisation
from vergabe.exchange import codes
from vergabe.exchange.xvergabe.codes import (
    CancellationReason,
    ChangeReason,
    ContractNature,
    CriterionKind,
    LegalBasis,
    LotKind,
    ProcedureType,
)
from vergabe.exchange.xvergabe.datatypes import Address, Amount, Code, Contact, ContractingAuthority
from vergabe.exchange.xvergabe.notice import (
    CancellationNotice,
    ChangeNotice,
    Notice,
    NoticeChange,
)
from vergabe.exchange.xvergabe.procedure import (
    AwardCriterion,
    Deadlines,
    Framework,
    Lot,
    LotOverview,
    PlatformAccess,
    Procedure,
    PublicDocument,
    ReviewBody,
    SelectionCriterion,
    SubmissionTerms,
)
from vergabe.law import paragraphs
from vergabe.tenders import later
from vergabe.tenders import model as tenders
from vergabe.tenders.model import Tender, TenderBuyer
from vergabe.tenders.snapshots import visible_documents

_LEGAL_BASIS: Final = {
    "VgV": LegalBasis.VGV,
    "VgV-social": LegalBasis.VGV,
    "VOB/A-EU": LegalBasis.VOB_A_EU,
    "KonzVgV": LegalBasis.KONZVGV,
    "UVgO": LegalBasis.UVGO,
    "VOB/A": LegalBasis.VOB_A,
}
_PROCEDURE_TYPES: Final = {
    "open": ProcedureType.OPEN,
    "nat-open": ProcedureType.OPEN,
    "restricted": ProcedureType.RESTRICTED_WITH_TNW,
    "nat-restricted-w-call": ProcedureType.RESTRICTED_WITH_TNW,
    "nat-restricted-wo-call": ProcedureType.RESTRICTED_WITHOUT_TNW,
    "neg-w-call": ProcedureType.NEGOTIATED_WITH_TNW,
    "nat-neg-w-call": ProcedureType.NEGOTIATED_WITH_TNW,
    "neg-wo-call": ProcedureType.NEGOTIATED_WITHOUT_TNW,
    "nat-neg-wo-call": ProcedureType.NEGOTIATED_WITHOUT_TNW,
    "nat-freehand": ProcedureType.NEGOTIATED_WITHOUT_TNW,
    "comp-dial": ProcedureType.COMPETITIVE_DIALOGUE,
    "innovation": ProcedureType.INNOVATION_PARTNERSHIP,
}
_LOT_KINDS: Final = {
    "single": LotKind.WHOLE,
    "trade": LotKind.TRADE,
    "region": LotKind.QUANTITY,
    "member": LotKind.QUANTITY,
}
_CANCELLATIONS: Final = {
    "no-rece": CancellationReason.NO_SUITABLE_BID,
    "all-rej": CancellationReason.NO_SUITABLE_BID,
    "one-admis": CancellationReason.NO_ECONOMIC_RESULT,
    "ins-fund": CancellationReason.NO_ECONOMIC_RESULT,
    "chan-need": CancellationReason.BASIS_CHANGED,
    "rev-body": CancellationReason.REVIEW,
}
# Where the rules of a procedure name it; a Land's own rules for municipalities name neither.
_JOINT_LAW: Final = {
    "VgV": "§ 4 Abs. 1 VgV",
    "VgV-social": "§ 4 Abs. 1 VgV",
    "VOB/A-EU": "§ 4 Abs. 1 VgV",
    "UVgO": "§ 16 UVgO",
}
_REGIMES_LIST: Final = "urn:vergabe:codeliste:regime"


def notice_of(
    tender: Tender, *, notice_uuid: uuid.UUID, issued_at: dt.datetime, base_url: str
) -> Notice:
    """Return the contract notice of a tender as it stands in its published version."""
    return Notice(
        notice_id=notice_uuid,
        notice_version=1,
        issued_at=issued_at,
        platform=_platform(tender, base_url),
        authorities=tuple(_authority(buyer) for buyer in tender.buyers),
        contact=_contact(tender.contact),
        review_body=_review_body(tender),
        procedure=_procedure(tender),
        deadlines=_deadlines(tender),
        lot_overview=_lot_overview(tender),
        award_criteria=tuple(
            AwardCriterion(
                kind=CriterionKind[criterion.kind.upper()],
                name=criterion.name,
                description=criterion.description or None,
                weight_basis_points=criterion.weight_basis_points,
            )
            for criterion in tender.criteria
        ),
        selection_criteria=(
            (SelectionCriterion(name="Eignung", description=tender.selection_criteria),)
            if tender.selection_criteria.strip()
            else ()
        ),
        submission=SubmissionTerms(are_variants_allowed=tender.variants != "not-allowed"),
        documents=_documents(tender, base_url),
        additional_information=information(tender),
    )


def change_of(
    tender: Tender,
    *,
    notice_uuid: uuid.UUID,
    issued_at: dt.datetime,
    base_url: str,
    changed_uuid: uuid.UUID,
    summary: str,
    changes: Sequence[str],
) -> ChangeNotice:
    """Return the whole notice as it reads now, and what changed, in sentences."""
    base = notice_of(tender, notice_uuid=notice_uuid, issued_at=issued_at, base_url=base_url)
    is_deadline = any(
        "frist" in change.casefold() for change in changes if not _is_about_document(change)
    )
    return ChangeNotice(
        **_parts(base),
        changed_notice_id=changed_uuid,
        changed_notice_version=1,
        change_reason=ChangeReason.DEADLINE_CHANGED if is_deadline else ChangeReason.UPDATE,
        change_explanation=summary,
        changes=tuple(
            NoticeChange(element=_element(change), description=change) for change in changes
        ),
    )


def cancellation_of(
    tender: Tender,
    *,
    notice_uuid: uuid.UUID,
    issued_at: dt.datetime,
    base_url: str,
    cancelled_uuid: uuid.UUID,
) -> CancellationNotice:
    """Return the notice that a tender was cancelled, with the reason (§ 63 VgV)."""
    base = notice_of(tender, notice_uuid=notice_uuid, issued_at=issued_at, base_url=base_url)
    assert tender.cancelled_at is not None
    return CancellationNotice(
        **_parts(base),
        cancelled_notice_id=cancelled_uuid,
        cancelled_notice_version=1,
        cancelled_at=tender.cancelled_at,
        cancellation_reason=_CANCELLATIONS.get(
            tender.cancellation_code or "", CancellationReason.OTHER_SERIOUS_REASON
        ),
        cancellation_law=paragraphs.cancellation_grounds(_rule_set(tender)),
        cancellation_explanation=tender.cancellation_reason or "",
    )


def _rule_set(tender: Tender) -> str:
    return str(tender.law_result.get("rule_set"))


def _parts(notice: Notice) -> dict[str, Any]:
    return {field.name: getattr(notice, field.name) for field in dataclasses.fields(notice)}


def _is_about_document(change: str) -> bool:
    return change.startswith(("Neu: ", "Ersetzt: ", "Entfallen: "))


def _element(change: str) -> str:
    if _is_about_document(change):
        return "document"
    lowered = change.casefold()
    for word, element in (
        ("angebotsfrist", "deadlines/submissionUntil"),
        ("frist für fragen", "deadlines/questionsUntil"),
        ("bindefrist", "deadlines/boundUntil"),
        ("titel", "procedure/title"),
        ("beschreibung", "procedure/description"),
        ("eignung", "selectionCriterion"),
    ):
        if word in lowered:
            return element
    return "document"


def _platform(tender: Tender, base_url: str) -> PlatformAccess:
    page = f"{base_url}/bekanntmachungen/{tender.reference}"
    return PlatformAccess(
        name="Vergabe, gemeinsame Beschaffung von Kommunen",
        endpoint=f"{base_url}/xvergabe/1",
        tender_id=tender.reference,
        notice_url=page,
        documents_url=f"{page}/unterlagen",
    )


def _authority(buyer: TenderBuyer) -> ContractingAuthority:
    organisation = buyer.organisation
    return ContractingAuthority(
        is_lead=buyer.is_lead,
        authority_id=authority_id(organisation),
        name=organisation.official_name or organisation.name,
        regional_key=organisation.ags,
        leitweg_id=organisation.leitweg_id,
        address=Address(
            street=organisation.street or None,
            postal_code=organisation.postcode or None,
            town=organisation.city or organisation.name,
            nuts=organisation.nuts3,
        ),
        contact=_contact(
            {
                "name": organisation.name,
                "email": organisation.email,
                "phone": organisation.phone,
                "website": organisation.website,
            }
        ),
    )


def authority_id(organisation: Organisation) -> str:
    """Return the id of an authority in documents: its official key, else our own."""
    return organisation.ags or str(organisation.id)


def _contact(fields: dict[str, str | None]) -> Contact:
    return Contact(
        name=fields.get("name") or None,
        email=fields.get("email") or None,
        phone=fields.get("phone") or None,
        url=fields.get("website") or None,
    )


def _review_body(tender: Tender) -> ReviewBody | None:
    body = tender.review_body
    if not body.get("name"):
        return None
    return ReviewBody(
        name=body["name"],
        address=(
            Address(
                street=body.get("street") or None,
                postal_code=body.get("postcode") or None,
                town=body["city"],
            )
            if body.get("city")
            else None
        ),
        contact=_contact(body),
        information=(
            "Verstöße sind innerhalb von 10 Kalendertagen nach Kenntnis zu rügen; aus der "
            "Bekanntmachung oder den Vergabeunterlagen erkennbare bis zum Ablauf der "
            "Angebotsfrist. Ein Nachprüfungsantrag ist innerhalb von 15 Kalendertagen nach der "
            "Mitteilung zu stellen, einer Rüge nicht abzuhelfen (§ 160 Abs. 3 GWB)."
            if tender.law_result.get("reaches_threshold")
            else None
        ),
    )


def regions_of(tender: Tender) -> list[str]:
    """Return the NUTS codes of a tender: of its lots and of those who buy."""
    return sorted(
        {lot.nuts for lot in tender.lots if lot.nuts}
        | {b.organisation.nuts3 for b in tender.buyers if b.buys and b.organisation.nuts3}
    )


def _procedure(tender: Tender) -> Procedure:
    law = tender.law_result
    return Procedure(
        reference=tender.reference,
        procedure_uuid=tender.procedure_uuid,
        title=tender.title,
        description=tender.description,
        procedure_type=_PROCEDURE_TYPES.get(tender.procurement_method, ProcedureType.OTHER),
        legal_basis=_LEGAL_BASIS.get(_rule_set(tender), LegalBasis.OTHER),
        regime=Code(
            list_uri=_REGIMES_LIST,
            list_version="1",
            code=tender.regime,
            name=str(law.get("regime_name") or tender.regime),
        ),
        is_above_threshold=bool(law.get("reaches_threshold")),
        joint_procurement_basis=(
            _JOINT_LAW.get(_rule_set(tender)) if len(tender.buyers) > 1 else None
        ),
        contract_nature=ContractNature(tender.nature),
        cpv=codes.cpv_with_check_digit(tender.cpv),
        additional_cpv=tuple(codes.cpv_with_check_digit(code) for code in tender.cpv_additional),
        nuts=tuple(regions_of(tender)),
        estimated_value_net=_amount(later.public_value(tender), tender.currency),
        framework=(
            Framework(
                maximum_value_net=Amount(
                    cents=tender.framework_maximum_net_cents or 0, currency=tender.currency
                ),
                duration_months=tender.duration_months,
            )
            if tender.is_framework
            else None
        ),
        lots_joined_reason=tender.joined_lots_reason.strip() or None,
    )


def _deadlines(tender: Tender) -> Deadlines:
    return Deadlines(
        questions_until=tender.enquiries_deadline,
        submission_until=tender.submission_deadline,
        bound_until=(
            clock.start_of_day(tender.bid_validity_until + dt.timedelta(days=1))
            if tender.bid_validity_until
            else None
        ),
    )


def _lot_overview(tender: Tender) -> LotOverview:
    keys = {buyer.organisation_id: authority_id(buyer.organisation) for buyer in tender.buyers}
    order = {buyer.organisation_id: buyer.position for buyer in tender.buyers}
    return LotOverview(
        lots=tuple(_lot(lot, keys, order, tender) for lot in tender.lots),
        max_lots_per_bid=tender.max_lots_per_bid,
        max_lots_per_bidder=tender.max_lots_per_winner,
    )


def _lot(
    lot: tenders.Lot,
    keys: dict[uuid.UUID, str],
    order: dict[uuid.UUID, int],
    tender: Tender,
) -> Lot:
    buying = {share.organisation_id for item in lot.items for share in item.shares}
    is_only = len(tender.lots) == 1
    return Lot(
        lot_id=lot_id(lot.number),
        number=lot.number,
        kind=LotKind.WHOLE if is_only else _LOT_KINDS.get(lot.kind, LotKind.QUANTITY),
        title=lot.title,
        description=lot.description.strip() or None,
        authority_ids=tuple(keys[buyer] for buyer in sorted(buying, key=order.__getitem__)),
        cpv=codes.cpv_with_check_digit(lot.cpv),
        nuts=(lot.nuts,) if lot.nuts else (),
        estimated_value_net=_amount(later.public_lot_value(tender, lot), tender.currency),
        performance_from=lot.starts_on,
        performance_until=lot.ends_on,
    )


def _amount(cents: int | None, currency: str) -> Amount | None:
    return Amount(cents=cents, currency=currency) if cents else None


def lot_id(number: int) -> str:
    """Return the id of a lot in documents (BT-137)."""
    return f"LOT-{number:04d}"


def _documents(tender: Tender, base_url: str) -> tuple[PublicDocument, ...]:
    return tuple(
        PublicDocument(
            document_id=document.id,
            version=document.document_version,
            title=document.title,
            file_name=document.file_name,
            mime_type=document.media_type,
            size=document.size_bytes,
            sha256=document.file_sha256,
            url=f"{base_url}/bekanntmachungen/{tender.reference}/unterlagen/{document.id}",
        )
        for document in visible_documents(tender, max(tender.published_version, 1))
    )


def information(tender: Tender) -> str | None:
    """Return what a joint procedure says of its buyers, and who may call off or join later."""
    parts = [_joint_information(tender), later.announcement(tender)]
    return "\n\n".join(part for part in parts if part) or None


def _joint_information(tender: Tender) -> str | None:
    if len(tender.buyers) < 2:
        return None
    names = ", ".join(b.organisation.official_name or b.organisation.name for b in tender.buyers)
    lead = next(b.organisation for b in tender.buyers if b.is_lead)
    return (
        f"Gemeinsame Auftragsvergabe von {names}. Das Verfahren führt "
        f"{lead.official_name or lead.name} im Namen aller. Jeder Auftraggeber erhält die Leistung "
        "für seinen Anteil. Fristen enden mit dem genannten Zeitpunkt; was dann eingeht, ist "
        "verspätet."
    )
