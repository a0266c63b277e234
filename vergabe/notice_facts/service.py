"""Choosing facts of a notice while its tender is a draft; every change is recorded."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from vergabe import ids
from vergabe.access.actor import Actor
from vergabe.errors import InvalidInput, NotFound, Stale
from vergabe.notice_facts import defaults, queries, rules
from vergabe.notice_facts.cleaning import cleaned
from vergabe.notice_facts.fields import FIELDS, LOT_FIELDS, Field
from vergabe.notice_facts.model import LotNoticeFacts, NoticeFacts
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.model import Lot, Tender
from vergabe.tenders.recording import record

WHAT = "Die Angaben zur Bekanntmachung"


def edit_facts(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    edit: Mapping[str, Any],
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Change facts of a draft's notice and return the tender; what is left out stays.

    edit: field → value (`fields.FIELDS`); a value that equals the default is not kept, so that the
    default follows the tender. version: of the facts, as the person saw them. Raises NotFound,
    Forbidden, Refused (no draft), Stale, InvalidInput with every field that is wrong.
    """
    tender = tender_to_change(session, actor, tender_id, version=None)
    row = _row(session, tender, version, now=now)
    known = queries.known_of(session, tender, now=now)
    wanted = cleaned(edit, FIELDS)
    standard = defaults.defaults(known)
    chosen = dict(row.chosen)
    for name, value in wanted.items():
        if queries.parsed(FIELDS[name], value) == standard[name]:
            chosen.pop(name, None)
        elif name == "selection_codes":
            chosen[name] = {"codes": value, "words": queries.words_of(known)}
        else:
            chosen[name] = value
    # What was typed counts as typed, even where it would not hold: then the rules say why.
    asked = {name: queries.parsed(FIELDS[name], value) for name, value in wanted.items()}
    against = rules.reasons_against(queries.merged(chosen, known) | asked, known)
    if against:
        raise InvalidInput.of(against)
    changed = {name for name in {*chosen, *row.chosen} if chosen.get(name) != row.chosen.get(name)}
    if not changed:
        return tender
    old = {name: row.chosen.get(name) for name in changed}
    # Every public document and page asks the tender, also those of earlier steps.
    tender.publishes_value = bool(chosen.get("publishes_value", True))
    _keep(session, row, chosen, now=now)
    _record(session, actor, tender, FIELDS, old, chosen, "", now=now)
    return tender


def edit_lot_facts(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    number: int,
    edit: Mapping[str, Any],
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Change facts of one lot of a draft and return the tender. As `edit_facts`."""
    tender = tender_to_change(session, actor, tender_id, version=None)
    lot = next((lot for lot in tender.lots if lot.number == number), None)
    if lot is None:
        raise NotFound("Dieses Los")
    row = _row(session, tender, version, now=now)
    known = queries.known_of(session, tender, now=now)
    values = queries.merged(row.chosen, known)
    standard = defaults.lot_defaults(
        queries.known_lot(lot), is_sme_suitable=values["is_sme_suitable"]
    )
    wanted = cleaned(edit, LOT_FIELDS)
    lot_row = queries.lot_rows(session, tender).get(lot.id)
    before = dict(lot_row.chosen) if lot_row else {}
    chosen = {
        name: value
        for name, value in (before | _numbers(wanted)).items()
        if value != standard[name]
    }
    against = rules.reasons_against_lot(standard | chosen)
    if against:
        raise InvalidInput.of(against)
    changed = {name for name in {*chosen, *before} if chosen.get(name) != before.get(name)}
    if not changed:
        return tender
    _keep_lot(session, lot, lot_row, chosen)
    _keep(session, row, dict(row.chosen), now=now)
    old = {name: before.get(name) for name in changed}
    where = f" von Los {number}"
    _record(session, actor, tender, LOT_FIELDS, old, chosen, where, now=now, lot=number)
    return tender


def _numbers(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return an edit in which an empty number is none: zero renewals."""
    return {name: 0 if value is None else value for name, value in wanted.items()}


def _row(session: Session, tender: Tender, version: int | None, *, now: dt.datetime) -> NoticeFacts:
    """Return the row of a tender that is locked already; Stale where somebody was quicker."""
    row = queries.row_of(session, tender.id)
    if version is not None and queries.version_of(row) != version:
        raise Stale(WHAT)
    return row or NoticeFacts(id=ids.new_id(), tender_id=tender.id, chosen={}, changed_at=now)


def _keep(session: Session, row: NoticeFacts, chosen: dict[str, Any], *, now: dt.datetime) -> None:
    row.chosen, row.changed_at = chosen, now
    session.add(row)
    # A change of a lot alone counts as well, for whoever saw the version before.
    if row.version is not None:
        flag_modified(row, "changed_at")
    session.flush()


def _keep_lot(
    session: Session, lot: Lot, row: LotNoticeFacts | None, chosen: dict[str, Any]
) -> None:
    if row is None:
        row = LotNoticeFacts(id=ids.new_id(), lot_id=lot.id, chosen={})
        session.add(row)
    row.chosen = chosen


def _record(
    session: Session,
    actor: Actor,
    tender: Tender,
    fields: Mapping[str, Field],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    where: str,
    *,
    now: dt.datetime,
    **details: Any,
) -> None:
    labels = ", ".join(field.label for name, field in fields.items() if name in old)
    record(
        session,
        actor,
        tender,
        "notice_facts_changed",
        f"Angaben zur Bekanntmachung{where} geändert: {labels}.",
        now=now,
        changes={name: {"old": old[name], "new": new.get(name)} for name in old},
        **details,
    )
