"""One notice of every subtype, a change, a stop and an annulment: all of one invented procedure."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any, Final

from lxml import etree

from tests.factories.eforms import T, at, contract_notice, organisation
from vergabe.exchange.eforms.changes import Change, Changes, Modification
from vergabe.exchange.eforms.datatypes import Amount
from vergabe.exchange.eforms.lots import Framework, Lot
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.parties import Organisation
from vergabe.exchange.eforms.procedure import DirectAward, LegalDocument
from vergabe.exchange.eforms.results import (
    LotResult,
    LotTender,
    NoticeResult,
    SettledContract,
    TenderingParty,
    Withheld,
)
from vergabe.exchange.eforms.writing import tree
from vergabe.exchange.eforms.writing.summing import with_totals

NATIONAL: Final = (LegalDocument(code="uvgo", text=T("Unterschwellenvergabeordnung (UVgO)")),)
SIGNATORIES: Final = ("rurland", "eifeltal", "neffelbach")


def examples() -> dict[str, bytes]:
    """The documents by file name, indented for people."""
    return {name: _indented(notice) for name, notice in sorted(notices().items())}


def notices() -> dict[str, Notice]:
    """The notices by file name without ending."""
    made = {
        "4-vorinformation": _early("4"),
        "7-vorinformation-fristverkuerzung": _early("7"),
        "16-auftragsbekanntmachung": contract_notice(),
        "16-aenderung": _changed(contract_notice()),
        "16-stopp": _stopped(contract_notice()),
        "20-soziale-dienstleistung": _social(_of("20")),
        "25-ex-ante-transparenz": _direct(_of("25")),
        "29-vergabebekanntmachung": _awarded("29"),
        "29-aufhebung": _called_off("29"),
        "33-vergabe-soziale-dienstleistung": _social(_awarded("33")),
        "38-auftragsaenderung": _modified(),
        "E1-markterkundung": _early("E1"),
        "E2-vorinformation-national": _early("E2"),
        "E3-ausschreibung-national": _national(_of("E3")),
        "E4-vergebener-auftrag-national": _national(_awarded("E4")),
        "E4-aufhebung-national": _national(_called_off("E4")),
    }
    return {name: _numbered(notice, place) for place, (name, notice) in enumerate(made.items())}


def _indented(notice: Notice) -> bytes:
    root = tree(notice)
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _numbered(notice: Notice, place: int) -> Notice:
    """Every notice has an id of its own; that of the reference notice stays."""
    if notice == contract_notice():
        return notice
    return replace(notice, notice_id=uuid.UUID(f"5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a17{place:02d}"))


def _of(subtype: str, **facts: Any) -> Notice:
    base = contract_notice()
    if not SUBTYPES[subtype].has_procedure_id:
        base = replace(base, procedure_id=None)
    return replace(base, subtype=subtype, **facts)


def _with(notice: Notice, **facts: Any) -> Notice:
    return replace(notice, procedure=replace(notice.procedure, **facts))


def _national(notice: Notice) -> Notice:
    return _with(notice, legal_documents=NATIONAL)


def _early(subtype: str) -> Notice:
    """Before the procedure: planned for later, answers of the market until a day."""
    notice = _of(
        subtype,
        issued_at=at("2026-09-01T08:00"),
        requested_publication_on=dt.date(2026, 9, 3),
        planned_on=dt.date(2026, 11, 23),
    )
    answers = at("2026-10-05T12:00")
    notice = replace(
        notice,
        lots=tuple(
            replace(lot, terms=replace(lot.terms, answer_deadline=answers)) for lot in notice.lots
        ),
    )
    return _national(notice) if subtype.startswith("E") else notice


def _changed(notice: Notice) -> Notice:
    """The deadline moves, the documents change."""
    later = at("2027-01-15T10:00")
    opening = (
        replace(notice.lots[0].terms.opening, at=later) if notice.lots[0].terms.opening else None
    )
    lots = tuple(
        replace(lot, terms=replace(lot.terms, submission_deadline=later, opening=opening))
        for lot in notice.lots
    )
    change = Change(
        description=T("Angebotsfrist verlängert; das Preisblatt wurde berichtigt."),
        sections=("LOT-0001", "LOT-0002", "LOT-0003"),
        documents_changed=True,
        documents_changed_on=dt.date(2026, 12, 14),
    )
    changes = Changes(
        changed_notice=notice.reference,
        reason="cor-buy",
        reason_text=T("Berichtigung durch den Auftraggeber"),
        changes=(change,),
    )
    return replace(
        notice,
        issued_at=at("2026-12-14T09:00"),
        requested_publication_on=dt.date(2026, 12, 16),
        lots=lots,
        changes=changes,
    )


def _stopped(notice: Notice) -> Notice:
    """Published by mistake: stopped without single changes."""
    changes = Changes(
        changed_notice=notice.reference,
        reason="cancel",
        reason_text=T("Die Bekanntmachung wurde versehentlich veröffentlicht."),
    )
    return replace(
        notice,
        issued_at=at("2026-11-27T09:00"),
        requested_publication_on=dt.date(2026, 11, 30),
        changes=changes,
    )


def _social(notice: Notice) -> Notice:
    """School meals instead of salt: a light regime."""
    title = T("Schulbegleitung 2027-2029 im Kreis Rurland")
    lots = tuple(
        replace(
            lot,
            title=T(f"Los {lot.number}: Schulbegleitung"),
            description=T("Begleitung von Kindern mit Behinderung an Grundschulen."),
            nature="services",
            cpv="85311200",
            cpv_additional=(),
        )
        for lot in notice.lots
    )
    features = T("Offenes Verfahren in Anlehnung an § 15 VgV (§ 65 Abs. 1 VgV).")
    return replace(
        _with(
            notice,
            title=title,
            description=title,
            nature="services",
            cpv="85311200",
            cpv_additional=(),
            features=features,
        ),
        lots=lots,
    )


def _supplier(key: str, name: str, *, size: str) -> Organisation:
    return replace(
        organisation(
            key,
            name,
            street="Hafenstraße 7",
            place="41460 Neuss",
            nuts="DEA1D",
            number=f"DE-{key}",
            phone="+49 2131 9900700",
            email=f"angebot@{key}.example",
        ),
        size=size,
    )


def _later(subtype: str, result: NoticeResult) -> Notice:
    notice = _of(
        subtype,
        issued_at=at("2027-03-30T09:00"),
        requested_publication_on=dt.date(2027, 4, 1),
        result=result,
        organisations=(
            *contract_notice().organisations,
            _supplier("salinen", "Salinen Niederrhein GmbH", size="medium"),
            _supplier("streugut", "Streugut Eifel e. K.", size="micro"),
        ),
    )
    return with_totals(_with(notice, previous_notice=contract_notice().reference))


def _statistics(count: int) -> tuple[tuple[str, int], ...]:
    return (
        ("tenders", count),
        ("t-esubm", count),
        ("t-no-eea", 0),
        ("t-oth-eea", 0),
        ("t-micro", 1),
        ("t-small", 0),
        ("t-med", 1),
    )


def _web(lots: tuple[int, ...], *, has_frameworks: bool = True) -> NoticeResult:
    """Results for these lots of the three: each won by the consortium or by one of its members."""
    values = {1: 512_300_00, 2: 187_450_00, 3: 39_990_00}
    return NoticeResult(
        lot_results=tuple(
            LotResult(
                key=f"RES-{lot:04d}",
                lot=lot,
                outcome="selec-w",
                statistics=_statistics(2),
                lowest=Amount(values[lot]),
                highest=Amount(values[lot] + 12_000_00),
                framework_maximum=Amount(values[lot] * 13 // 10)
                if lot < 3 and has_frameworks
                else None,
                tenders=(f"TEN-{lot:04d}",),
                contracts=(f"CON-{lot:04d}",),
                payers=SIGNATORIES[:1],
            )
            for lot in lots
        ),
        tenders=tuple(
            LotTender(
                key=f"TEN-{lot:04d}",
                reference=f"2026-117-A{lot}",
                lot=lot,
                party="TPA-0001" if lot < 3 else "TPA-0002",
                value=Amount(values[lot]),
                rank=1,
                subcontracting="no",
            )
            for lot in lots
        ),
        parties=tuple(
            party
            for party, needed in (
                (
                    TenderingParty(
                        key="TPA-0001",
                        name="Bietergemeinschaft Salz West",
                        tenderers=("salinen", "streugut"),
                    ),
                    bool({1, 2} & set(lots)),
                ),
                (TenderingParty(key="TPA-0002", tenderers=("streugut",)), 3 in lots),
            )
            if needed
        ),
        contracts=tuple(
            SettledContract(
                key=f"CON-{lot:04d}",
                reference=f"2026-117-V{lot}",
                title=T(f"Auftausalz, Los {lot}"),
                awarded_on=dt.date(2027, 3, 9),
                concluded_on=dt.date(2027, 3, 22),
                tenders=(f"TEN-{lot:04d}",),
                signatories=SIGNATORIES,
            )
            for lot in lots
        ),
    )


def _awarded(subtype: str) -> Notice:
    """Two lots awarded, the third without a bid."""
    web = _web((1, 2))
    nobody = LotResult(key="RES-0003", lot=3, outcome="clos-nw", not_awarded_reason="no-rece")
    kept_back = Withheld(
        term="BT-720",
        reason="fair-comp",
        text=T("Der Preis ließe auf die Kalkulation schließen (§ 39 Abs. 6 Nr. 4 VgV)."),
        until=dt.date(2029, 4, 1),
    )
    first, *others = web.tenders
    web = replace(
        web,
        tenders=(replace(first, withheld=(kept_back,)), *others),
        lot_results=(*web.lot_results, nobody),
    )
    return _later(subtype, web)


def _called_off(subtype: str) -> Notice:
    """All lots called off: the need has changed."""
    lot_results = tuple(
        LotResult(
            key=f"RES-{lot:04d}",
            lot=lot,
            outcome="clos-nw",
            not_awarded_reason="chan-need",
            statistics=_statistics(2),
            lowest=Amount(41_000_00),
            highest=Amount(45_000_00),
        )
        for lot in (1, 2, 3)
    )
    return _later(subtype, NoticeResult(lot_results=lot_results))


def _only_third(notice: Notice) -> Notice:
    """The lot without a framework agreement, alone."""
    third: Lot = notice.lots[2]
    terms = replace(third.terms, framework=Framework(technique="none"))
    return replace(
        _with(notice, framework_maximum=None, max_lots_per_bid=None, max_lots_per_winner=None),
        lots=(replace(third, terms=terms),),
    )


def _direct(notice: Notice) -> Notice:
    """Without a call for competition, told in advance (§ 135 (3) GWB)."""
    later = _later(notice.subtype, _web((3,), has_frameworks=False))
    award = DirectAward(
        reason="char-imp",
        text=T("Nur dieses Unternehmen kann Säcke für die vorhandenen Streuautomaten liefern."),
    )
    return with_totals(
        _with(
            _only_third(later),
            type="neg-wo-call",
            is_accelerated=None,
            direct_award=award,
            previous_notice=None,
        )
    )


def _modified() -> Notice:
    """The contract on the third lot grows by what nobody could foresee."""
    notice = _only_third(_later("38", _web((3,), has_frameworks=False)))
    modification = Modification(
        modified_notice=f"{uuid.UUID('5b0c4c1e-7d0b-4f6d-8d54-0f8b7f7a1707')}-01",
        contract="CON-0003",
        reason="mod-cir",
        reason_text=T("Der Winter war der längste seit Beginn der Messungen."),
        summary=T("30 t mehr Auftausalz in Säcken zum vereinbarten Preis."),
        sections=("RESULT",),
    )
    return with_totals(replace(notice, modification=modification))
