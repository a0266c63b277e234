"""Moving the cooperation agreement from stage to stage."""

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit.service import Act
from vergabe.cooperations import (
    agreement_queries,
    agreement_rules,
    entries,
    filing,
    queries,
    rules,
    tasks,
)
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import LegalForm, Move
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.errors import InvalidInput, NotFound, Refused
from vergabe.law import approval
from vergabe.messages import service as messages
from vergabe.messages.service import Reader


def move_agreement(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    move: Move,
    *,
    on: dt.date,
    reason: str,
    legal_form: LegalForm | None = None,
    number: int | None = None,
    now: dt.datetime,
) -> Agreement:
    """Take one step with a version of the agreement, as of a legal day, and return it.

    number: which version; None: the newest. legal_form: what an informal arrangement becomes when
    it is resolved; else it stays. Only the coordination of the lead may. Raises InvalidInput
    without a reason, Refused with all reasons. The other members are told.
    """
    cooperation = coordinated(session, actor, cooperation_id, now=now)
    agreement = chosen(session, cooperation_id, number)
    wrong = list(entries.against_day(on, "on"))
    if wrong:
        raise InvalidInput.of(wrong)
    reason = entries.checked_reason(reason)
    today = clock.berlin_day(now)
    becomes = legal_form if move is Move.RESOLVE else None
    facts = _facts_for_step(session, agreement, becomes, today)
    against = agreement_rules.reasons_against_move(facts, move, on, today)
    if against:
        raise Refused.because("agreement_step_refused", against[0].message, against)
    before = facts.stage
    after = agreement_rules.NEXT_STAGE[(before, move)]
    _take_step(agreement, facts, move, after, on)
    filing.touch(cooperation)
    session.flush()
    sentence = (
        f"Die Vereinbarung „{cooperation.name}“ ging am {on:%d.%m.%Y} von "
        f"„{rules.STAGE_NAMES[before]}“ auf „{rules.STAGE_NAMES[after]}“ über."
    )
    details = {
        "number": agreement.number,
        "from": before.value,
        "to": after.value,
        "on": on.isoformat(),
        "legal_form": agreement.legal_form,
    }
    act = Act(
        "agreement_moved", "agreement", agreement.id, sentence, reason=reason, details=details
    )
    filing.record(session, actor, cooperation, act, now=now)
    tell_others(
        session,
        cooperation,
        cause=f"agreement:{agreement.id}:{after}",
        subject=f"Vereinbarung {rules.STAGE_NAMES[after].lower()}",
        body=f"{sentence}\n\nGrund: {reason}",
        now=now,
    )
    return agreement


def _facts_for_step(
    session: Session, agreement: Agreement, becomes: LegalForm | None, today: dt.date
) -> agreement_rules.AgreementFacts:
    """Return the facts that a step is judged by; becomes: the legal form that it gives."""
    if becomes is None:
        return agreement_queries.facts_of(session, agreement, today)
    _require_approval_where_law_does(session, agreement, becomes, today)
    return replace(agreement_queries.facts_of(session, agreement, today), legal_form=becomes)


def _take_step(
    agreement: Agreement,
    facts: agreement_rules.AgreementFacts,
    move: Move,
    after: rules.Stage,
    on: dt.date,
) -> None:
    agreement.legal_form = facts.legal_form
    if agreement.cost_key is None and move is Move.SIGN:
        # From here on this rule belongs to what was signed.
        agreement.cost_key = dict(facts.cost_key or {})
    agreement.stage = after
    setattr(agreement, rules.DAY_OF_STAGE[after], on)


def _require_approval_where_law_does(
    session: Session, agreement: Agreement, legal_form: LegalForm, today: dt.date
) -> None:
    """Ask for the approval that a new legal form needs by law; nobody is spared one on file."""
    lead = session.get_one(Cooperation, agreement.cooperation_id).lead
    if approval.rule_for(lead.land, legal_form, today) is not None:
        agreement.requires_approval = True


def coordinated(
    session: Session, actor: Actor, cooperation_id: uuid.UUID, *, now: dt.datetime
) -> Cooperation:
    """Return the locked cooperation to the coordination of its lead; NotFound, Forbidden else."""
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    tasks.require(session, actor, Step.COORDINATE, Governed(cooperation), now=now)
    return cooperation


def chosen(session: Session, cooperation_id: uuid.UUID, number: int | None) -> Agreement:
    """Return a version of the agreement, the newest for None; NotFound if there is none such."""
    if number is not None:
        return agreement_queries.version(session, cooperation_id, number)
    found = queries.newest_agreement(session, cooperation_id)
    if found is None:
        raise NotFound("Die Vereinbarung")
    return found


def tell_others(
    session: Session,
    cooperation: Cooperation,
    *,
    cause: str,
    subject: str,
    body: str,
    now: dt.datetime,
    but: uuid.UUID | None = None,
) -> None:
    """Tell every member but one (the lead, unless `but` names another) once for each cause."""
    spared = but or cooperation.lead_organisation_id
    others = [
        Reader(organisation_id=organisation_id)
        for organisation_id in queries.member_ids(session, cooperation.id, now)
        if organisation_id != spared
    ]
    messages.send_many(
        session,
        others,
        cause=cause,
        kind=filing.MESSAGE_KIND,
        subject=f"{cooperation.name}: {subject}",
        body=body,
        link=f"/zusammenarbeit/{cooperation.key}/vereinbarung",
        now=now,
    )
