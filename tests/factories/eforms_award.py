"""The reference notice after the award: results, bids, contracts; a change; a modification."""

import datetime as dt
from dataclasses import replace

from tests.factories import eforms as make
from vergabe.exchange.eforms.changes import Change, Changes, Modification
from vergabe.exchange.eforms.datatypes import Amount, Text
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.parties import Organisation
from vergabe.exchange.eforms.results import (
    LotResult,
    LotTender,
    NoticeResult,
    SettledContract,
    TenderingParty,
)

T = Text.german
EARLIER = "5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a1601-01"
COUNTS = (("tenders", 5), ("t-esubm", 5), ("t-sme", 3), ("t-oth-eea", 1), ("t-no-eea", 0))


def winner() -> Organisation:
    """A company that got the contract."""
    return replace(
        make.organisation(
            "salz",
            "Salzhandel Muster GmbH",
            street="Hafenstraße 1",
            place="50735 Köln",
            nuts="DEA23",
            number="DE999999999",
            phone="+49 221 9900110",
            email="angebot@salz.example",
        ),
        size="medium",
    )


def result() -> NoticeResult:
    """Lot 1 and 3 are awarded to one company, lot 2 is called off."""
    won = ((1, "TEN-0001", "CON-0001"), (3, "TEN-0003", "CON-0003"))
    return NoticeResult(
        total=Amount(40_000_00),
        framework_maximum_total=Amount(700_000_00),
        lot_results=(
            LotResult(
                key="RES-0001",
                lot=1,
                outcome="selec-w",
                statistics=COUNTS,
                framework_maximum=Amount(700_000_00),
                tenders=("TEN-0001",),
                contracts=("CON-0001",),
            ),
            LotResult(
                key="RES-0002",
                lot=2,
                outcome="clos-nw",
                not_awarded_reason="all-rej",
                statistics=COUNTS,
            ),
            LotResult(
                key="RES-0003",
                lot=3,
                outcome="selec-w",
                statistics=COUNTS,
                lowest=Amount(40_000_00),
                highest=Amount(50_000_00),
                tenders=("TEN-0003",),
                contracts=("CON-0003",),
            ),
        ),
        tenders=tuple(
            LotTender(
                key=tender,
                reference=f"A-{lot}",
                lot=lot,
                party="TPA-0001",
                value=Amount(40_000_00),
                subcontracting="no",
            )
            for lot, tender, _ in won
        ),
        parties=(TenderingParty(key="TPA-0001", tenderers=("salz",)),),
        contracts=tuple(
            SettledContract(
                key=contract,
                reference=f"V-{lot}",
                concluded_on=dt.date(2027, 2, 20),
                awarded_on=dt.date(2027, 2, 8),
                tenders=(tender,),
                signatories=("rurland", "eifeltal"),
            )
            for lot, tender, contract in won
        ),
    )


def award_notice(subtype: str = "29") -> Notice:
    """The award notice of the reference procedure; our own checks find nothing in it."""
    notice = make.contract_notice()
    return replace(
        notice,
        subtype=subtype,
        issued_at=make.at("2027-03-01T10:00"),
        requested_publication_on=None,
        organisations=(*notice.organisations, winner()),
        result=result(),
    )


def change_notice() -> Notice:
    """A longer deadline for lot 1."""
    notice = make.contract_notice()
    return replace(
        notice,
        notice_id=make.PROCEDURE_ID,
        changes=Changes(
            changed_notice=EARLIER,
            reason="update-add",
            reason_text=T("Mehr Zeit für Angebote."),
            changes=(Change(description=T("Frist verlängert."), sections=("LOT-0001",)),),
        ),
    )


def modification_notice() -> Notice:
    """A contract that is made longer (subtype 38)."""
    return replace(
        award_notice("38"),
        modification=Modification(
            modified_notice=EARLIER,
            contract="CON-0003",
            reason="mod-cir",
            reason_text=T("Unvorhersehbar strenger Winter."),
            summary=T("Zehn Tonnen mehr."),
            sections=("CON-0003",),
        ),
    )
