"""Checks of how results, bids, bidders and contracts refer to each other; of winners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from vergabe.exchange.eforms.checks.own_rules import OFFICIAL, Breach, Rule, Setting, names
from vergabe.exchange.eforms.checks.results import WON, result_of, results
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.findings import APPLICATION_ERROR


def _dangling(notice: Notice, setting: Setting) -> Iterable[Breach]:
    found = result_of(notice)
    bids = {bid.key for bid in found.tenders}
    parties = {party.key for party in found.parties}
    contracts = {contract.key for contract in found.contracts}
    wrong = [
        ("OPT-320-LotResult", [key for r in found.lot_results for key in r.tenders], bids),
        ("OPT-315-LotResult", [key for r in found.lot_results for key in r.contracts], contracts),
        ("OPT-310-Tender", [bid.party for bid in found.tenders], parties),
        ("BT-3202-Contract", [key for c in found.contracts for key in c.tenders], bids),
    ]
    for field, keys, known in wrong:
        if not set(keys) <= known:
            yield Breach(
                message="Ergebnis, Angebot, Bieter und Vertrag passen nicht zueinander.",
                field=field,
            )


def _unreached(notice: Notice, setting: Setting) -> Iterable[Breach]:
    found = result_of(notice)
    reached = {key for result in found.lot_results for key in result.tenders}
    for bid in found.tenders:
        if bid.key not in reached:
            yield Breach(
                message="Dieses Angebot gehört zu keinem Ergebnis.",
                part=f"Angebot „{bid.reference}“",
            )
    reached = {key for result in found.lot_results for key in result.contracts}
    for contract in found.contracts:
        if contract.key not in reached:
            yield Breach(
                message="Dieser Vertrag gehört zu keinem Ergebnis.",
                field="OPT-316-Contract",
                part=f"Vertrag „{contract.reference}“",
            )


def _winner_without_bid(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if result.outcome == WON and not result.tenders:
            yield Breach(message="Es gibt einen Zuschlag, aber kein Angebot dazu.", lot=lot)


def _winner_without_contract(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for result, lot in results(notice):
        if result.outcome == WON and not result.contracts:
            yield Breach(message="Es gibt einen Zuschlag, aber keinen Vertrag dazu.", lot=lot)


def _bid_references(notice: Notice, setting: Setting) -> Iterable[Breach]:
    numbers = Counter(bid.reference for bid in result_of(notice).tenders)
    for reference, number in numbers.items():
        if number > 1 or not reference.strip():
            yield Breach(
                message=f"Das Aktenzeichen „{reference}“ eines Angebots ist nicht eindeutig."
            )


def _contract_references(notice: Notice, setting: Setting) -> Iterable[Breach]:
    numbers = Counter(contract.reference for contract in result_of(notice).contracts)
    for reference, number in numbers.items():
        if number > 1 or not reference.strip():
            yield Breach(
                message=f"Das Aktenzeichen „{reference}“ eines Vertrags ist nicht eindeutig."
            )


def _no_tenderer(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for party in result_of(notice).parties:
        if not party.tenderers:
            yield Breach(message="Zu einem Angebot fehlt, wer geboten hat.")


def _tenderer_unknown(notice: Notice, setting: Setting) -> Iterable[Breach]:
    known = {organisation.key for organisation in notice.organisations}
    for party in result_of(notice).parties:
        if not set(party.tenderers) <= known:
            yield Breach(message="Ein Bieter kommt unter den Organisationen nicht vor.")


def _buyer_bids(notice: Notice, setting: Setting) -> Iterable[Breach]:
    buyers = {buyer.organisation for buyer in notice.buyers}
    told = names(notice)
    for party in result_of(notice).parties:
        both = buyers & {*party.tenderers, *(s.organisation for s in party.subcontractors)}
        for key in sorted(both):
            yield Breach(
                message=f"„{told.get(key, key)}“ ist Auftraggeber und zugleich Bieter.",
                organisation=key,
            )


def _winner_with_contact(notice: Notice, setting: Setting) -> Iterable[Breach]:
    bidders = {key for party in result_of(notice).parties for key in party.tenderers}
    for organisation in notice.organisations:
        if organisation.key in bidders and organisation.touch_points:
            yield Breach(
                message="Ein Bieter darf keine eigene Kontaktstelle haben.",
                organisation=organisation.key,
            )


def _size(notice: Notice, setting: Setting) -> Iterable[Breach]:
    found = result_of(notice)
    won = {key for result in found.lot_results if result.outcome == WON for key in result.tenders}
    signed = {key for contract in found.contracts for key in contract.tenders}
    parties = {bid.party for bid in found.tenders if bid.key in won and bid.key in signed}
    winners = {key for party in found.parties if party.key in parties for key in party.tenderers}
    for organisation in notice.organisations:
        if organisation.key in winners and not organisation.size:
            yield Breach(
                message="Die Größe des Unternehmens fehlt, das den Zuschlag bekommen hat.",
                organisation=organisation.key,
            )


def _signatories(notice: Notice, setting: Setting) -> Iterable[Breach]:
    buyers = {buyer.organisation for buyer in notice.buyers}
    for contract in result_of(notice).contracts:
        if not contract.signatories or not set(contract.signatories) <= buyers:
            yield Breach(
                message="Wer den Vertrag unterzeichnet, fehlt oder ist kein Auftraggeber dieses "
                "Verfahrens.",
                part=f"Vertrag „{contract.reference}“",
            )


def _call_off(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for contract in result_of(notice).contracts:
        if contract.is_call_off and not contract.framework_notice:
            yield Breach(
                message="Der Vertrag ist ein Abruf; es fehlt die Bekanntmachung, die die "
                "Rahmenvereinbarung begründet hat.",
                part=f"Vertrag „{contract.reference}“",
            )


_FIT: Final = "Bitte Ergebnisse, Angebote und Verträge prüfen."
RULES: Final = (
    Rule(
        key="results_refer_wrongly",
        field="OPT-320-LotResult",
        law=OFFICIAL,
        check=_dangling,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="bid_without_result",
        field="OPT-321-Tender",
        law=OFFICIAL,
        check=_unreached,
        remedy=_FIT,
    ),
    Rule(
        key="winner_without_bid",
        field="OPT-320-LotResult",
        law=OFFICIAL,
        check=_winner_without_bid,
        remedy=_FIT,
        subtypes=frozenset({"29", "33", "E4"}),
    ),
    Rule(
        key="winner_without_contract",
        field="OPT-315-LotResult",
        law=OFFICIAL,
        check=_winner_without_contract,
        remedy=_FIT,
        subtypes=frozenset({"29", "33", "E4"}),
    ),
    Rule(
        key="bid_reference_twice",
        field="BT-3201-Tender",
        law=OFFICIAL,
        check=_bid_references,
        remedy="Bitte jedem Angebot ein eigenes Aktenzeichen geben.",
        is_about_one_field=True,
        severity="warning",
    ),
    Rule(
        key="contract_reference_twice",
        field="BT-150-Contract",
        law=OFFICIAL,
        check=_contract_references,
        remedy="Bitte jedem Vertrag ein eigenes Aktenzeichen geben.",
        is_about_one_field=True,
    ),
    Rule(
        key="tenderer_missing",
        field="OPT-300-Tenderer",
        law=OFFICIAL,
        check=_no_tenderer,
        remedy="Bitte den Bieter eintragen.",
        is_about_one_field=True,
    ),
    Rule(
        key="tenderer_unknown",
        field="OPT-300-Tenderer",
        law=OFFICIAL,
        check=_tenderer_unknown,
        remedy="Bitte den Bieter prüfen.",
        is_about_one_field=True,
    ),
    Rule(
        key="buyer_is_tenderer",
        field="OPT-300-Tenderer",
        law="§ 6 VgV; amtliche eForms-Regeln",
        check=_buyer_bids,
        remedy="Bitte prüfen, wer welche Rolle hat.",
    ),
    Rule(
        key="winner_with_contact_point",
        field="OPT-201-Organization-TouchPoint",
        law=OFFICIAL,
        check=_winner_with_contact,
        remedy=APPLICATION_ERROR,
    ),
    Rule(
        key="winner_size_missing",
        field="BT-165-Organization-Company",
        law="Anhang V Teil D Richtlinie 2014/24/EU; amtliche eForms-Regeln",
        check=_size,
        remedy="Bitte die Größe des Unternehmens auswählen.",
        subtypes=frozenset({"29", "33"}),
        is_about_one_field=True,
    ),
    Rule(
        key="signatory_wrong",
        field="OPT-300-Contract-Signatory",
        law=OFFICIAL,
        check=_signatories,
        remedy="Bitte die Unterzeichner prüfen.",
        severity="warning",
    ),
    Rule(
        key="call_off_without_framework",
        field="OPT-100-Contract",
        law=OFFICIAL,
        check=_call_off,
        remedy="Bitte die Bekanntmachung der Rahmenvereinbarung auswählen.",
        subtypes=frozenset({"29", "33"}),
        is_about_one_field=True,
    ),
)
