"""Documents of the bidder interface as they look in a joint tender of the DLZ towns.

Names, places and keys of the municipalities are real, procedure, bidders and files are made up.
"""

import dataclasses
import datetime as dt
import hashlib
from typing import Any, TypeVar
from uuid import UUID

from vergabe.exchange.binding import Part
from vergabe.exchange.xvergabe.codes import (
    CancellationReason,
    ChangeReason,
    ContractNature,
    CriterionKind,
    LegalBasis,
    LotKind,
    ProcedureType,
)
from vergabe.exchange.xvergabe.datatypes import (
    Address,
    Amount,
    Code,
    Contact,
    ContractingAuthority,
)
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
)

T = TypeVar("T", bound=Part)

TENDER_ID = "DLZ-2026-0007"
BASE = "https://vergabe.dlz.example"
SPECIFICATION = b"Leistungsbeschreibung Unterhaltsreinigung, Fassung 1\n"
PRICE_SHEET = b"Objekt;Flaeche;Preis je Reinigung\n"


def guid(number: int) -> UUID:
    """Return a fixed id, so that committed examples do not change."""
    return UUID(f"0199c0de-0000-7000-8000-{number:012x}")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def changed(part: T, **changes: Any) -> T:
    return dataclasses.replace(part, **changes)


def authorities() -> tuple[ContractingAuthority, ...]:
    return (
        ContractingAuthority(
            is_lead=True,
            authority_id="05358040",
            name="Gemeinde Merzenich",
            regional_key="05358040",
            address=Address(
                street="Valdersweg 1", postal_code="52399", town="Merzenich", nuts="DEA26"
            ),
            contact=Contact(
                name="Zentrale Vergabestelle",
                email="vergabe@merzenich.example",
                phone="+49 2421 000",
                url="https://www.gemeinde-merzenich.de/",
            ),
        ),
        ContractingAuthority(
            is_lead=False,
            authority_id="05358024",
            name="Stadt Jülich",
            regional_key="05358024",
            address=Address(postal_code="52428", town="Jülich", nuts="DEA26"),
        ),
        ContractingAuthority(
            is_lead=False,
            authority_id="05362032",
            name="Kolpingstadt Kerpen",
            regional_key="05362032",
            address=Address(postal_code="50171", town="Kerpen", nuts="DEA27"),
        ),
    )


def lots() -> LotOverview:
    return LotOverview(
        lots=(
            Lot(
                lot_id="LOT-0001",
                number=1,
                kind=LotKind.QUANTITY,
                title="Unterhaltsreinigung Merzenich und Jülich",
                description="Rathäuser, Schulen und Kitas, rund 18.400 m² Reinigungsfläche.",
                authority_ids=("05358040", "05358024"),
                cpv="90911200-8",
                additional_cpv=("90911300-9",),
                nuts=("DEA26",),
                estimated_value_net=Amount(cents=61_240_000),
                performance_from=dt.date(2027, 4, 1),
                performance_until=dt.date(2029, 3, 31),
                renewal="Zweimal um je ein Jahr.",
            ),
            Lot(
                lot_id="LOT-0002",
                number=2,
                kind=LotKind.QUANTITY,
                title="Unterhaltsreinigung Kerpen",
                authority_ids=("05362032",),
                cpv="90911200-8",
                nuts=("DEA27",),
                estimated_value_net=Amount(cents=48_755_050),
                performance_from=dt.date(2027, 4, 1),
                performance_until=dt.date(2029, 3, 31),
                award_criteria=(
                    AwardCriterion(
                        kind=CriterionKind.PRICE, name="Preis", weight_basis_points=10_000
                    ),
                ),
            ),
        ),
        max_lots_per_bid=2,
        max_lots_per_bidder=2,
    )


def criteria() -> tuple[AwardCriterion, ...]:
    return (
        AwardCriterion(kind=CriterionKind.PRICE, name="Preis", weight_basis_points=6_000),
        AwardCriterion(
            kind=CriterionKind.QUALITY,
            name="Reinigungskonzept",
            description="Bewertet werden Personaleinsatz, Vertretung und Qualitätskontrolle.",
            weight_basis_points=4_000,
        ),
    )


def procedure() -> Procedure:
    return Procedure(
        reference=TENDER_ID,
        procedure_uuid=guid(0x70),
        title="Gemeinsame Unterhaltsreinigung Merzenich, Jülich und Kerpen",
        description=(
            "Unterhalts- und Glasreinigung öffentlicher Gebäude dreier Kommunen.\n"
            "Die Kommunen vergeben gemeinsam; jede schließt ihren eigenen Vertrag."
        ),
        procedure_type=ProcedureType.OPEN,
        legal_basis=LegalBasis.VGV,
        regime=Code(
            list_uri="urn:vergabe:regime", list_version="1", code="gwb-vgv", name="GWB und VgV"
        ),
        is_above_threshold=True,
        joint_procurement_basis="Gelegentliche gemeinsame Auftragsvergabe (§ 4 VgV)",
        contract_nature=ContractNature.SERVICES,
        cpv="90911200-8",
        additional_cpv=("90911300-9",),
        nuts=("DEA26", "DEA27"),
        place_of_performance="Öffentliche Gebäude in Merzenich, Jülich und Kerpen",
        estimated_value_net=Amount(cents=109_995_050),
        framework=Framework(maximum_value_net=Amount(cents=140_000_000), duration_months=48),
    )


def deadlines() -> Deadlines:
    return Deadlines(
        questions_until=utc("2026-12-30T12:00:00+01:00"),
        submission_until=utc("2027-01-12T10:00:00+01:00"),
        opening_at=utc("2027-01-12T10:30:00+01:00"),
        bound_until=utc("2027-03-16T00:00:00+01:00"),
    )


def notice(**changes: Any) -> Notice:
    return changed(
        Notice(
            notice_id=guid(0x10),
            issued_at=utc("2026-12-03T09:15:00+01:00"),
            platform=PlatformAccess(
                name="Vergabe der DLZ-Kommunen",
                endpoint=f"{BASE}/xvergabe/1",
                tender_id=TENDER_ID,
                notice_url=f"{BASE}/bekanntmachungen/{TENDER_ID}",
                documents_url=f"{BASE}/bekanntmachungen/{TENDER_ID}/unterlagen",
                submission_url=f"{BASE}/bekanntmachungen/{TENDER_ID}/angebot",
            ),
            authorities=authorities(),
            contact=Contact(
                name="Gemeinde Merzenich, Zentrale Vergabestelle", email="vergabe@merzenich.example"
            ),
            review_body=ReviewBody(
                name="Vergabekammer Rheinland, Spruchkörper Köln",
                address=Address(
                    street="Zeughausstraße 2-10", postal_code="50667", town="Köln", nuts="DEA23"
                ),
                information=(
                    "Ein Nachprüfungsantrag ist unzulässig, wenn mehr als 15 Kalendertage nach "
                    "Eingang der Mitteilung, einer Rüge nicht abhelfen zu wollen, vergangen sind "
                    "(§ 160 Abs. 3 GWB)."
                ),
            ),
            procedure=procedure(),
            deadlines=deadlines(),
            lot_overview=lots(),
            award_criteria=criteria(),
            selection_criteria=(
                SelectionCriterion(
                    name="Drei vergleichbare Aufträge",
                    description="Gebäudereinigung für öffentliche Auftraggeber seit 2023.",
                ),
            ),
            documents=(
                PublicDocument(
                    document_id=guid(0x21),
                    version=1,
                    title="Leistungsbeschreibung",
                    file_name="Leistungsbeschreibung.pdf",
                    mime_type="application/pdf",
                    size=len(SPECIFICATION),
                    sha256=sha256(SPECIFICATION),
                    url=f"{BASE}/bekanntmachungen/{TENDER_ID}/unterlagen/1/Leistungsbeschreibung.pdf",
                ),
                PublicDocument(
                    document_id=guid(0x22),
                    version=1,
                    title="Preisblatt Los 2",
                    file_name="Preisblatt (Los 2).xlsx",
                    mime_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    size=len(PRICE_SHEET),
                    sha256=sha256(PRICE_SHEET),
                    url=f"{BASE}/bekanntmachungen/{TENDER_ID}/unterlagen/2/Preisblatt.xlsx",
                    lot_ids=("LOT-0002",),
                ),
            ),
            additional_information="Eine Ortsbesichtigung ist nach Anmeldung möglich.",
        ),
        **changes,
    )


def _whole(base: Notice) -> dict[str, Any]:
    return {field.name: getattr(base, field.name) for field in dataclasses.fields(base)}


def change_notice(**changes: Any) -> ChangeNotice:
    later = changed(
        deadlines(),
        submission_until=utc("2027-01-19T10:00:00+01:00"),
        opening_at=utc("2027-01-19T10:30:00+01:00"),
    )
    base = notice(notice_version=2, issued_at=utc("2026-12-22T11:00:00+01:00"), deadlines=later)
    return changed(
        ChangeNotice(
            **_whole(base),
            changed_notice_id=guid(0x10),
            changed_notice_version=1,
            change_reason=ChangeReason.DEADLINE_CHANGED,
            change_explanation="Das Preisblatt für Los 2 wurde ergänzt.",
            changes=(
                NoticeChange(
                    element="deadlines/submissionUntil",
                    description="Angebotsfrist um sieben Tage verlängert",
                    before="12.01.2027, 10:00 Uhr",
                    after="19.01.2027, 10:00 Uhr",
                ),
                NoticeChange(
                    lot_ids=("LOT-0002",),
                    element="document[2]",
                    description="Preisblatt um die Sporthalle Horrem ergänzt",
                ),
            ),
        ),
        **changes,
    )


def cancellation_notice(**changes: Any) -> CancellationNotice:
    base = notice(notice_version=3, issued_at=utc("2027-01-25T14:00:00+01:00"))
    return changed(
        CancellationNotice(
            **_whole(base),
            cancelled_notice_id=guid(0x10),
            cancelled_notice_version=2,
            cancelled_at=utc("2027-01-25T13:30:00+01:00"),
            cancelled_lot_ids=("LOT-0002",),
            cancellation_reason=CancellationReason.NO_SUITABLE_BID,
            cancellation_law="§ 63 Abs. 1 Nr. 1 VgV",
            cancellation_explanation="Für Los 2 ging kein vollständiges Angebot ein.",
        ),
        **changes,
    )
