"""Declaring a draft ready for publication, and taking that back."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.errors import Refused
from vergabe.tenders import bylaw_changes, completeness, conditions, rules
from vergabe.tenders.changing import tender_to_change
from vergabe.tenders.facts import refresh_assessment, tender_facts
from vergabe.tenders.model import Tender
from vergabe.tenders.recording import record
from vergabe.tenders.rules import Action, Stage


def declare_ready(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Declare a complete draft ready and return it; until taken back nobody changes it.

    What others have to supply (resolutions, releases) may still be missing. Raises Refused with
    everything that the draft itself lacks. A second click finds it ready and changes nothing.
    """
    tender = tender_to_change(session, actor, tender_id, version=None, action=None)
    if tender.stage == Stage.READY:
        return tender
    tender = tender_to_change(
        session, actor, tender_id, version=version, action=Action.DECLARE_READY
    )
    refresh_assessment(session, tender, clock.berlin_day(now))
    against = completeness.reasons_against_ready(tender_facts(session, tender))
    if not against:
        later = conditions.later_gates(session, tender, now, is_due=True)
        against = [reason for gate in later for reason in gate.reasons]
    if against:
        raise Refused.because("not_complete", "Das Verfahren ist noch nicht vollständig.", against)
    return _move(session, actor, tender, Action.DECLARE_READY, now=now)


def take_back(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    version: int | None,
    now: dt.datetime,
) -> Tender:
    """Make a draft again of a tender that was ready, to change it; return it."""
    tender = tender_to_change(session, actor, tender_id, version=None, action=None)
    if tender.stage == Stage.DRAFT:
        return tender
    tender = tender_to_change(session, actor, tender_id, version=version, action=Action.TAKE_BACK)
    return _move(session, actor, tender, Action.TAKE_BACK, now=now)


_DONE = {
    Action.DECLARE_READY: ("tender_ready", "ist bereit zur Veröffentlichung"),
    Action.TAKE_BACK: ("tender_taken_back", "wird wieder bearbeitet"),
}


def _move(
    session: Session, actor: Actor, tender: Tender, action: Action, *, now: dt.datetime
) -> Tender:
    tender.stage = rules.NEXT_STAGE[Stage(tender.stage), action]
    session.flush()
    name, sentence = _DONE[action]
    decided = bylaw_changes.for_record(tender) if action is Action.DECLARE_READY else {}
    record(
        session,
        actor,
        tender,
        name,
        f"Das Verfahren {tender.reference} {sentence}.",
        now=now,
        **decided,
    )
    return tender
