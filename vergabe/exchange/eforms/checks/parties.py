"""Checks of those who take part: buyers with one lead, roles of organisations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from vergabe.exchange.eforms.checks.own_rules import OFFICIAL, Breach, Rule, Setting, names
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.findings import APPLICATION_ERROR

_IN_DATA: Final = "Bitte in den Stammdaten der Organisation berichtigen."
_ONE_LEAD: Final = "Bitte genau einen Auftraggeber als federführend bestimmen."


def _buyers_missing(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if not notice.buyers:
        yield Breach(message="Es ist kein Auftraggeber angegeben.")


def _no_lead(notice: Notice, setting: Setting) -> Iterable[Breach]:
    if len(notice.buyers) > 1 and not any(buyer.is_lead for buyer in notice.buyers):
        yield Breach(
            message=f"{len(notice.buyers)} Auftraggeber beschaffen gemeinsam, aber keiner ist "
            "federführend."
        )


def _two_leads(notice: Notice, setting: Setting) -> Iterable[Breach]:
    leads = [buyer.organisation for buyer in notice.buyers if buyer.is_lead]
    if len(leads) > 1:
        told = names(notice)
        shown = " und ".join(f"„{told.get(key, key)}“" for key in leads)
        yield Breach(message=f"Mehrere Auftraggeber sind als federführend angegeben: {shown}.")


def _buyer_unknown(notice: Notice, setting: Setting) -> Iterable[Breach]:
    known = {organisation.key for organisation in notice.organisations}
    for buyer in notice.buyers:
        if buyer.organisation not in known:
            yield Breach(message="Ein Auftraggeber ist keine der Organisationen dieser Meldung.")


def _buyer_twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for key, number in Counter(buyer.organisation for buyer in notice.buyers).items():
        if number > 1:
            yield Breach(message="Ein Auftraggeber ist mehrfach eingetragen.", organisation=key)


def _purchasing_body(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for field, told in (
        ("OPP-051-Organization", [buyer.is_cpb_awarding for buyer in notice.buyers]),
        ("OPP-052-Organization", [buyer.is_cpb_acquiring for buyer in notice.buyers]),
    ):
        said = [value for value in told if value is not None]
        if said and (len(said) < len(told) or not any(said)):
            yield Breach(
                message="Die Angabe zur zentralen Beschaffungsstelle steht nicht bei allen "
                "Auftraggebern, oder keiner ist eine.",
                field=field,
            )


def _buyer_kind(notice: Notice, setting: Setting) -> Iterable[Breach]:
    for buyer in notice.buyers:
        if not buyer.legal_type:
            yield Breach(
                message="Die Art des Auftraggebers fehlt.", organisation=buyer.organisation
            )
        if not buyer.activity:
            yield Breach(
                message="Die Tätigkeit des Auftraggebers fehlt.",
                organisation=buyer.organisation,
                field="BT-10-Procedure-Buyer",
            )


def _key_twice(notice: Notice, setting: Setting) -> Iterable[Breach]:
    keys = [o.key for o in notice.organisations]
    keys += [point.key for o in notice.organisations for point in o.touch_points]
    for key, number in Counter(keys).items():
        if number > 1:
            yield Breach(message="Zwei Organisationen haben dieselbe Kennung.", organisation=key)


def _roles(notice: Notice) -> Iterator[tuple[str, str]]:
    """Yield (official field, key) of every role that the terms give to somebody."""
    for lot in notice.lots:
        terms, review = lot.terms, lot.terms.review
        named = {
            "OPT-301-Lot-AddInfo": terms.information_provider,
            "OPT-301-Lot-DocProvider": terms.documents_provider,
            "OPT-301-Lot-TenderReceipt": terms.tender_receiver,
            "OPT-301-Lot-TenderEval": terms.evaluator,
            "OPT-301-Lot-ReviewOrg": review.body if review else None,
            "OPT-301-Lot-ReviewInfo": review.information if review else None,
            "OPT-301-Lot-Mediator": review.mediator if review else None,
        }
        yield from ((field, key) for field, key in named.items() if key)


def _role_unknown(notice: Notice, setting: Setting) -> Iterable[Breach]:
    known = names(notice).keys()
    for field, key in dict.fromkeys(_roles(notice)):
        if key not in known:
            yield Breach(
                message="Eine Rolle ist an eine Organisation vergeben, die in der Bekanntmachung "
                "nicht vorkommt.",
                field=field,
            )


def _without_role(notice: Notice, setting: Setting) -> Iterable[Breach]:
    used = {buyer.organisation for buyer in notice.buyers}
    used |= {buyer.service_provider for buyer in notice.buyers if buyer.service_provider}
    used |= {key for _, key in _roles(notice)}
    if notice.result is not None:
        for party in notice.result.parties:
            used |= {*party.tenderers, *(s.organisation for s in party.subcontractors)}
        for contract in notice.result.contracts:
            used |= set(contract.signatories)
        for result in notice.result.lot_results:
            used |= {*result.payers, *result.financers}
    for organisation in notice.organisations:
        if not used & {organisation.key, *(p.key for p in organisation.touch_points)}:
            yield Breach(
                message="Diese Organisation hat in der Bekanntmachung keine Rolle und wird nicht "
                "genannt.",
                organisation=organisation.key,
            )


RULES: Final = (
    Rule(
        key="buyers_missing",
        field="OPT-300-Procedure-Buyer",
        law=OFFICIAL,
        check=_buyers_missing,
        remedy="Bitte mindestens einen Auftraggeber beteiligen.",
        is_about_one_field=True,
    ),
    Rule(
        key="no_lead",
        field="OPP-050-Organization",
        law="§ 4 Abs. 2 VgV",
        check=_no_lead,
        remedy=_ONE_LEAD,
    ),
    Rule(
        key="two_leads",
        field="OPP-050-Organization",
        law="§ 4 Abs. 2 VgV",
        check=_two_leads,
        remedy=_ONE_LEAD,
    ),
    Rule(
        key="buyer_unknown",
        field="OPT-300-Procedure-Buyer",
        law=OFFICIAL,
        check=_buyer_unknown,
        remedy="Bitte die beteiligten Kommunen prüfen.",
        is_about_one_field=True,
    ),
    Rule(
        key="buyer_twice",
        field="OPT-300-Procedure-Buyer",
        law=OFFICIAL,
        check=_buyer_twice,
        remedy="Bitte den doppelten Eintrag entfernen.",
        is_about_one_field=True,
    ),
    Rule(
        key="central_purchasing_incomplete",
        field="OPP-051-Organization",
        law="§ 120 Abs. 4 GWB",
        check=_purchasing_body,
        remedy="Bitte bei allen Auftraggebern ja oder nein angeben, oder bei keinem.",
        severity="warning",
    ),
    Rule(
        key="buyer_kind_missing",
        field="BT-11-Procedure-Buyer",
        law=OFFICIAL,
        check=_buyer_kind,
        remedy=_IN_DATA,
        subtypes=frozenset({"4", "7", "16", "29"}),
        is_about_one_field=True,
    ),
    Rule(
        key="organisation_twice",
        field="OPT-200-Organization-Company",
        law=OFFICIAL,
        check=_key_twice,
        remedy=APPLICATION_ERROR,
        is_about_one_field=True,
    ),
    Rule(
        key="role_unknown",
        field="OPT-301-Lot-AddInfo",
        law=OFFICIAL,
        check=_role_unknown,
        remedy="Bitte Kontaktstelle und Nachprüfungsstelle prüfen.",
        is_about_one_field=True,
    ),
    Rule(
        key="organisation_without_role",
        field="OPT-200-Organization-Company",
        law=OFFICIAL,
        check=_without_role,
        remedy="Bitte nur beteiligen, wer beschafft, Auskunft gibt, nachprüft oder bietet.",
        severity="warning",
    ),
)
