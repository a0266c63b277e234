"""A version of the agreement as a paper, with the page on which its parties sign (PDF/A)."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from vergabe import money
from vergabe.cooperations import wording
from vergabe.cooperations.agreement_model import AgreementParty
from vergabe.cooperations.agreement_view import AgreementView
from vergabe.exchange.german_dates import format_date
from vergabe.exchange.report import LEFT, Figures, Report, Section, as_pdf

_BLANK: Final = "_" * 20


def signature_paper(view: AgreementView, *, now: dt.datetime) -> bytes:
    """Return a version with what it settles and its signature page as PDF/A.

    What is not settled yet is listed, so that nobody signs it unseen. Where a party has signed,
    day and person stand in its line; the others find a blank.
    """
    return as_pdf(report_of(view), at=now)


def report_of(view: AgreementView) -> Report:
    """Return the paper of a version as plain data, as it stands on the day of the view."""
    agreement = view.agreement
    return Report(
        title=f"Vereinbarung: {view.cooperation.name}",
        kind=f"Fassung {agreement.number}, {wording.legal_form(agreement.legal_form)}",
        facts=[
            ("Federführung", view.cooperation.lead.name),
            ("Gegenstand", agreement.subject),
            ("Stand", wording.stage(view.stage)),
            ("Kündigung", wording.notice_period(agreement)),
        ],
        sections=list(_sections(view)),
        footer=(
            f"{view.cooperation.reference_prefix} · Fassung {agreement.number} · "
            f"Stand {format_date(view.day)}"
        ),
        author=view.cooperation.lead.name,
    )


def _sections(view: AgreementView) -> list[Section]:
    settled = [(item.name, item.settled) for item in view.checklist if item.settled]
    missing = [f"{item.name}: {' '.join(item.missing)}" for item in view.checklist if item.missing]
    sections = [Section("Was die Vereinbarung regelt", facts=settled)]
    if missing:
        sections.append(Section("Noch nicht geregelt", bullets=missing))
    return [*sections, _parties(view.parties), _signatures(view.parties)]


def _parties(parties: Sequence[AgreementParty]) -> Section:
    if not parties:
        return Section("Parteien", paragraphs=["Es ist nicht hinterlegt, wer Partei ist."])
    rows = [
        [
            _name(party),
            party.maximum_quantity or "nicht vereinbart",
            money.german(party.maximum_net_cents) if party.maximum_net_cents else "",
        ]
        for party in parties
    ]
    return Section("Parteien", table=Figures(["Partei", "Höchstmenge", "Höchstwert (netto)"], rows))


def _signatures(parties: Sequence[AgreementParty]) -> Section:
    rows = [
        [
            _name(party),
            format_date(party.signed_on) if party.signed_on else _BLANK,
            (party.signed_by or "unterzeichnet") if party.signed_on else _BLANK,
        ]
        for party in parties
    ]
    columns = ["Für", "Ort und Tag", "Name, Amt, Unterschrift"]
    return Section("Unterschriften", table=Figures(columns, rows, aligns=[LEFT] * 3))


def _name(party: AgreementParty) -> str:
    return party.organisation.official_name or party.organisation.name
