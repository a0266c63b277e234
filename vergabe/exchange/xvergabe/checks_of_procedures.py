"""Rules across fields of notices and invitations: authorities, lots, weights, deadlines."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Final

from vergabe.exchange.binding import Part
from vergabe.exchange.xvergabe.breach import Breach, Check
from vergabe.exchange.xvergabe.codes import ErrorCode, LotKind
from vergabe.exchange.xvergabe.datatypes import Amount, AuthorityReference
from vergabe.exchange.xvergabe.documents import Invitation, TenderMetaInformation
from vergabe.exchange.xvergabe.notice import CancellationNotice, ChangeNotice, Notice
from vergabe.exchange.xvergabe.procedure import (
    AwardCriterion,
    Deadlines,
    Framework,
    Lot,
    LotOverview,
    Procedure,
)

FULL_WEIGHT: Final = 10_000


def twice(values: Iterable[Hashable]) -> list[str]:
    """Return what stands more than once, as text, in a fixed order."""
    return sorted(str(value) for value, count in Counter(values).items() if count > 1)


def authorities_of(authorities: Sequence[AuthorityReference], path: str) -> Iterator[Breach]:
    """Yield what is wrong with a list of contracting authorities: one lead, nobody twice."""
    leads = sum(1 for authority in authorities if authority.is_lead)
    if leads != 1:
        yield Breach(
            "exactly_one_lead",
            f"{path}/contractingAuthority",
            f"Genau ein Auftraggeber ist federführend; angegeben sind {leads}.",
            'Bitte genau einen Auftraggeber mit lead="true" kennzeichnen.',
            law="§ 4 Abs. 1 VgV",
        )
    for authority_id in twice(authority.authority_id for authority in authorities):
        yield Breach(
            "authority_once",
            f"{path}/contractingAuthority",
            f"Der Auftraggeber „{authority_id}“ steht mehrfach im Dokument.",
            "Bitte jeden Auftraggeber einmal nennen.",
        )


def lots_known(
    named: Iterable[str], known: Set[str], path: str, element: str = "lotID"
) -> Iterator[Breach]:
    """Yield the lots that are named at `path` and that the procedure does not have."""
    for lot_id in sorted(set(named) - known):
        yield Breach(
            "lot_known",
            f"{path}/{element}",
            f"Das Los „{lot_id}“ gibt es in diesem Verfahren nicht.",
            "Bitte eine Loskennung aus der Losübersicht angeben.",
            ErrorCode.LOT_UNKNOWN,
        )


def weights(criteria: Sequence[AwardCriterion], path: str) -> Iterator[Breach]:
    """Yield that the weights of a list of award criteria do not add up; an empty list is fine."""
    total = sum(criterion.weight_basis_points for criterion in criteria)
    if criteria and total != FULL_WEIGHT:
        yield Breach(
            "weights_add_up",
            f"{path}/awardCriterion",
            f"Die Gewichte der Zuschlagskriterien ergeben {total} statt {FULL_WEIGHT} Basispunkte.",
            "Bitte so gewichten, dass die Summe 100 % ergibt.",
            law="§ 58 Abs. 3 VgV",
        )


def _lot_authorities(
    overview: LotOverview, authorities: Sequence[AuthorityReference], path: str
) -> Iterator[Breach]:
    known = {authority.authority_id for authority in authorities}
    for number, lot in enumerate(overview.lots, start=1):
        for authority_id in sorted(set(lot.authority_ids) - known):
            yield Breach(
                "lot_authority_known",
                f"{path}/lotOverview/lot[{number}]/contractingAuthorityID",
                f"Los „{lot.lot_id}“ nennt den Auftraggeber „{authority_id}“, "
                "der im Dokument nicht vorkommt.",
                "Bitte den Auftraggeber aufnehmen oder die Kennung berichtigen.",
                ErrorCode.UNKNOWN_REFERENCE,
            )


def _notice(notice: Notice, path: str) -> Iterator[Breach]:
    yield from authorities_of(notice.authorities, path)
    yield from _lot_authorities(notice.lot_overview, notice.authorities, path)
    yield from weights(notice.award_criteria, path)
    known = {lot.lot_id for lot in notice.lot_overview.lots}
    for number, listed in enumerate(notice.documents, start=1):
        yield from lots_known(listed.lot_ids, known, f"{path}/document[{number}]")
    for document in twice(f"{one.document_id}, Fassung {one.version}," for one in notice.documents):
        yield Breach(
            "document_once",
            f"{path}/document",
            f"Das Dokument {document} steht mehrfach in der Liste.",
            "Bitte jede Fassung eines Dokuments einmal nennen.",
        )
    ends = (notice.deadlines.participation_until, notice.deadlines.submission_until)
    if any(end is not None and end <= notice.issued_at for end in ends) and not isinstance(
        notice, CancellationNotice
    ):
        yield Breach(
            "deadline_after_issue",
            f"{path}/deadlines",
            "Die Frist endet, bevor die Bekanntmachung ausgestellt wurde.",
            "Bitte eine Frist angeben, die nach der Ausstellung endet.",
        )


def _change(notice: ChangeNotice, path: str) -> Iterator[Breach]:
    known = {lot.lot_id for lot in notice.lot_overview.lots}
    for number, change in enumerate(notice.changes, start=1):
        yield from lots_known(change.lot_ids, known, f"{path}/change[{number}]")
    before = (notice.changed_notice_id, notice.changed_notice_version)
    yield from _later_version(notice, before, path)


def _cancellation(notice: CancellationNotice, path: str) -> Iterator[Breach]:
    known = {lot.lot_id for lot in notice.lot_overview.lots}
    yield from lots_known(notice.cancelled_lot_ids, known, path, "cancelledLotID")
    before = (notice.cancelled_notice_id, notice.cancelled_notice_version)
    yield from _later_version(notice, before, path)


def _later_version(notice: Notice, before: tuple[object, int], path: str) -> Iterator[Breach]:
    before_id, before_version = before
    if notice.notice_id == before_id and notice.notice_version <= before_version:
        yield Breach(
            "version_rises",
            f"{path}/noticeVersion",
            f"Fassung {notice.notice_version} kann Fassung {before_version} derselben "
            "Bekanntmachung nicht ersetzen.",
            "Bitte eine höhere Fassung angeben.",
        )


def _invitation(invitation: Invitation, path: str) -> Iterator[Breach]:
    meta = invitation.tender_meta_information
    yield from _lot_authorities(invitation.lot_overview, meta.authorities, path)
    yield from weights(invitation.award_criteria, path)
    known = {lot.lot_id for lot in invitation.lot_overview.lots}
    package = invitation.documents_package
    for document in (*package.provided_documents, *package.requested_documents):
        yield from lots_known(document.lot_ids, known, f"{path}/documentsPackage")
    templates = {
        request.template_document_id
        for request in package.requested_documents
        if request.template_document_id is not None
    }
    for missing in sorted(templates - {item.document_id for item in package.provided_documents}):
        yield Breach(
            "template_known",
            f"{path}/documentsPackage/requestedDocument/templateDocumentID",
            f"Die Vorlage {missing} ist nicht unter den ausgegebenen Dokumenten.",
            "Bitte die Vorlage beilegen oder die Kennung berichtigen.",
            ErrorCode.UNKNOWN_REFERENCE,
        )


def _meta(meta: TenderMetaInformation, path: str) -> Iterator[Breach]:
    yield from authorities_of(meta.authorities, path)


def _deadlines(deadlines: Deadlines, path: str) -> Iterator[Breach]:
    end = deadlines.participation_until or deadlines.submission_until
    if end is None:
        yield Breach(
            "deadline_present",
            path,
            "Es fehlt die Frist für Angebote oder für Teilnahmeanträge.",
            "Bitte submissionUntil oder participationUntil angeben.",
            law="§ 20 VgV",
        )
        return
    in_order = (
        ("questionsUntil", deadlines.questions_until, end, False),
        ("participationUntil", deadlines.participation_until, deadlines.submission_until, True),
        ("submissionUntil", deadlines.submission_until, deadlines.opening_at, False),
        ("submissionUntil", deadlines.submission_until, deadlines.bound_until, True),
    )
    for element, earlier, later, is_strict in in_order:
        if earlier is None or later is None or earlier < later:
            continue
        if is_strict or earlier > later:
            yield Breach(
                "deadlines_in_order",
                f"{path}/{element}",
                "Die Fristen stehen nicht in der richtigen Reihenfolge: Fragen, Teilnahmeantrag, "
                "Angebot, Öffnung, Ende der Bindung.",
                "Bitte die Zeitpunkte berichtigen.",
                law="§ 20 VgV",
            )


def _lots(overview: LotOverview, path: str) -> Iterator[Breach]:
    for lot_id in twice(lot.lot_id for lot in overview.lots):
        yield Breach(
            "lot_once",
            f"{path}/lot",
            f"Die Loskennung „{lot_id}“ ist mehrfach vergeben.",
            "Bitte jedem Los eine eigene Kennung geben.",
        )
    for number in twice(lot.number for lot in overview.lots):
        yield Breach(
            "lot_number_once",
            f"{path}/lot",
            f"Die Losnummer {number} ist mehrfach vergeben.",
            "Bitte jedem Los eine eigene Nummer geben.",
        )
    if len(overview.lots) > 1 and any(lot.kind is LotKind.WHOLE for lot in overview.lots):
        yield Breach(
            "whole_stands_alone",
            f"{path}/lot",
            "Ein Los der Art „ohne Aufteilung“ steht neben anderen Losen.",
            "Bitte Fach- oder Teillos angeben.",
            law="§ 97a Abs. 1 GWB",
        )
    limits = (overview.max_lots_per_bid, overview.max_lots_per_bidder)
    if any(limit is not None and limit > len(overview.lots) for limit in limits):
        yield Breach(
            "lot_limit_possible",
            path,
            "Eine Losbegrenzung nennt mehr Lose, als es gibt.",
            "Bitte eine kleinere Zahl angeben oder die Begrenzung weglassen.",
            law="§ 30 VgV",
        )


def _not_negative(amount: Amount | None, path: str) -> Iterator[Breach]:
    if amount is not None and amount.cents < 0:
        yield Breach(
            "value_not_negative",
            path,
            "Ein geschätzter Wert ist negativ.",
            "Bitte den Nettowert ohne Vorzeichen angeben.",
            law="§ 3 VgV",
        )


def _lot(lot: Lot, path: str) -> Iterator[Breach]:
    yield from weights(lot.award_criteria, path)
    yield from _not_negative(lot.estimated_value_net, f"{path}/estimatedValueNet")
    starts, ends = lot.performance_from, lot.performance_until
    if starts is not None and ends is not None and ends < starts:
        yield Breach(
            "performance_in_order",
            f"{path}/performanceUntil",
            f"Die Leistung in Los „{lot.lot_id}“ endet, bevor sie beginnt.",
            "Bitte Beginn und Ende berichtigen.",
        )


def _procedure(procedure: Procedure, path: str) -> Iterator[Breach]:
    yield from _not_negative(procedure.estimated_value_net, f"{path}/estimatedValueNet")


def _framework(framework: Framework, path: str) -> Iterator[Breach]:
    yield from _not_negative(framework.maximum_value_net, f"{path}/maximumValueNet")


CHECKS: Final[Mapping[type[Part], tuple[Check, ...]]] = {
    Notice: (_notice,),
    ChangeNotice: (_change,),
    CancellationNotice: (_cancellation,),
    Invitation: (_invitation,),
    TenderMetaInformation: (_meta,),
    Deadlines: (_deadlines,),
    LotOverview: (_lots,),
    Lot: (_lot,),
    Procedure: (_procedure,),
    Framework: (_framework,),
}
