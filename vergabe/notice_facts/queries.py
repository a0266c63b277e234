"""Reads of the facts of a notice: what tender and law know, what is chosen, what holds."""

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.lands import land_of
from vergabe.funding import queries as funding
from vergabe.law import review_bodies, special_cpv
from vergabe.notice_facts import defaults
from vergabe.notice_facts.facts import Facts, Known, KnownLot, LotFacts
from vergabe.notice_facts.fields import FIELDS, Field
from vergabe.notice_facts.model import LotNoticeFacts, NoticeFacts
from vergabe.tenders import explaining, later
from vergabe.tenders.facts import rule_set_of
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.rules import Stage

# Words of a funding case that name money of the Union, and the programme's code where there is one.
_EU_MONEY: Final = (
    (r"\b(?:EFRE|ERDF|INTERREG)\b", "ERDF_2021"),
    (r"\bELER\b", "EAFRD_2021"),
    (r"\bESF\b", "ESF_PLUS"),
    (r"\bJTF\b|Just Transition Fund", "JTF"),
    (r"Europäische[rn]? Union|EU-(?:Mittel|kofinanziert)", ""),
)


def known_of(session: Session, tender: Tender, *, now: dt.datetime) -> Known:
    """Return what the defaults of a tender follow from, as of now; published: as of its day."""
    is_open = tender.stage in (Stage.DRAFT, Stage.READY)
    on = clock.berlin_day(now) if is_open else tender.initiated_on
    rule_set = rule_set_of(tender)
    is_above = bool(tender.law_result.get("reaches_threshold"))
    is_social = tender.nature == "services" and special_cpv.is_social_service(tender.cpv)
    lead = next((b.organisation for b in tender.buyers if b.is_lead), tender.lead)
    land = land_of(lead)
    has_eu_grant, programme = _eu_money(session, tender)
    body = review_bodies.competent(land, lead.ags or "", on)
    named = tender.review_body.get("name") or ""
    if named:
        body = review_bodies.named(named, on)
    return Known(
        rule_set="VgV-social" if is_social and is_above and rule_set == "VgV" else rule_set,
        land=land,
        on=on,
        is_above=is_above,
        is_social=is_social,
        nature=tender.nature,
        selection_text=tender.selection_criteria.strip(),
        is_framework=tender.is_framework,
        has_eu_grant=has_eu_grant,
        eu_programme=programme,
        opens_at=_opens_at(session, tender, now=now),
        call_off_buyers=_call_off_buyers(tender),
        review_body=body,
    )


def _opens_at(session: Session, tender: Tender, *, now: dt.datetime) -> dt.datetime | None:
    if tender.submission_deadline is not None:
        return tender.submission_deadline
    timing = explaining.timing_of(session, tender, now=now)
    return timing.submission_deadline if timing else None


def _eu_money(session: Session, tender: Tender) -> tuple[bool, str]:
    """Return whether the funding case of the pool names money of the Union, and the programme."""
    case = funding.cases_of(session, [tender.pool_id]).get(tender.pool_id)
    if case is None:
        return False, ""
    words = " ".join((case.programme, case.authority, case.purpose, case.conditions))
    for pattern, code in _EU_MONEY:
        if re.search(pattern, words, re.IGNORECASE):
            return True, code
    return False, ""


def _call_off_buyers(tender: Tender) -> str:
    """Return who may call off without being a buyer of this notice."""
    others = [entry.name for entry in later.call_off_list(tender) if not entry.is_buyer]
    return f"Später beitreten können: {', '.join(others)}." if others else ""


def row_of(session: Session, tender_id: uuid.UUID) -> NoticeFacts | None:
    """Return what is chosen for a tender; None while nobody has chosen anything."""
    return session.scalars(select(NoticeFacts).where(NoticeFacts.tender_id == tender_id)).first()


def version_of(row: NoticeFacts | None) -> int:
    """Return the version of the facts; 0 while nobody has chosen anything."""
    return row.version if row is not None else 0


def lot_rows(session: Session, tender: Tender) -> dict[uuid.UUID, LotNoticeFacts]:
    """Return lot id → what is chosen for it."""
    query = (
        select(LotNoticeFacts)
        .join(Lot, Lot.id == LotNoticeFacts.lot_id)
        .where(Lot.tender_id == tender.id)
    )
    return {row.lot_id: row for row in session.scalars(query)}


def values_of(session: Session, tender: Tender, known: Known) -> dict[str, Any]:
    """Return every field with what holds: chosen, else the default; instants aware, days legal."""
    row = row_of(session, tender.id)
    return merged(row.chosen if row else {}, known)


def merged(chosen: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """Return the defaults with what is chosen; what no longer fits the tender is left out.

    The codes of the selection criteria belong to the words they were chosen for, and an opening
    before a deadline that has moved on is none.
    """
    values = defaults.defaults(known)
    for name, stored in chosen.items():
        if name == "selection_codes":
            if stored.get("words") == words_of(known):
                values[name] = list(stored["codes"])
            continue
        value = parsed(FIELDS[name], stored)
        if name == "opening_at" and value and known.opens_at and value < known.opens_at:
            continue
        values[name] = value
    return values


def words_of(known: Known) -> str:
    """Return a fingerprint of the words to which the codes of the selection criteria belong."""
    return hashlib.sha256(known.selection_text.encode()).hexdigest()[:16]


def parsed(field: Field, stored: Any) -> Any:
    """Return a stored JSON value as the value of its field."""
    if stored is None:
        return None
    if field.kind == "day":
        return dt.date.fromisoformat(stored)
    if field.kind == "moment":
        return dt.datetime.fromisoformat(stored)
    return stored


def known_lot(lot: Lot) -> KnownLot:
    """Return what a lot says already."""
    return KnownLot(
        number=lot.number,
        title=lot.title,
        cpv=lot.cpv,
        may_be_vehicles=special_cpv.may_be_clean_vehicle(lot.cpv),
        is_exempt_vehicle=special_cpv.is_exempt_vehicle(lot.cpv),
    )


def lot_values(lot: Lot, row: LotNoticeFacts | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field of a lot with what holds; values: those of the whole notice."""
    found = defaults.lot_defaults(known_lot(lot), is_sme_suitable=values["is_sme_suitable"])
    return found | (row.chosen if row else {})


def facts_of(session: Session, tender: Tender, *, now: dt.datetime) -> Facts:
    """Return the facts of a tender's notices as they hold now."""
    known = known_of(session, tender, now=now)
    values = values_of(session, tender, known)
    rows = lot_rows(session, tender)
    lots = {
        lot.number: LotFacts(**lot_values(lot, rows.get(lot.id), values)) for lot in tender.lots
    }
    fixed: Any = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
    return Facts(
        **fixed,
        legal_basis_code=defaults.legal_basis_code(known),
        selection_source="epo-notice" if known.selection_text else "epo-procurement-document",
        lots=lots,
    )
