"""Moving the cooperation agreement from stage to stage."""

import datetime as dt
import uuid
from dataclasses import replace

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.service import Act
from vergabe.cooperations import entries, filing, queries, rules
from vergabe.cooperations.model import Agreement, Cooperation
from vergabe.cooperations.rules import AgreementFacts, LegalForm, Move, Stage
from vergabe.errors import InvalidInput, NotFound, Refused
from vergabe.messages import service as messages
from vergabe.messages.service import Reader


def facts_of(agreement: Agreement) -> AgreementFacts:
    """Return an agreement as rules see it."""
    days = {stage: getattr(agreement, name) for stage, name in rules.DAY_OF_STAGE.items()}
    return AgreementFacts(
        stage=Stage(agreement.stage),
        legal_form=LegalForm(agreement.legal_form),
        requires_approval=agreement.requires_approval,
        days={stage: day for stage, day in days.items() if day is not None},
    )


def move_agreement(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    move: Move,
    *,
    on: dt.date,
    reason: str,
    legal_form: LegalForm | None = None,
    now: dt.datetime,
) -> Agreement:
    """Take one step with the newest agreement, as of a legal day, and return it.

    legal_form: what an informal arrangement becomes when it is resolved; else it stays. Only the
    coordination of the lead may. Raises InvalidInput without a reason, Refused with all reasons.
    The other members are told.
    """
    queries.visible_cooperation(session, actor, cooperation_id, now=now)
    cooperation = queries.locked_cooperation(session, cooperation_id)
    actor.require(
        Permission.EDIT_COOPERATION,
        cooperation_id=cooperation_id,
        lead_organisation_id=cooperation.lead_organisation_id,
    )
    agreement = queries.newest_agreement(session, cooperation_id)
    if agreement is None:
        raise NotFound("Die Vereinbarung")
    wrong = list(entries.against_day(on, "on"))
    if wrong:
        raise InvalidInput.of(wrong)
    reason = entries.checked_reason(reason)
    facts = facts_of(agreement)
    if legal_form is not None and move is Move.RESOLVE:
        facts = replace(facts, legal_form=legal_form)
    against = rules.reasons_against_move(facts, move, on, clock.berlin_day(now))
    if against:
        raise Refused.because("agreement_step_refused", against[0].message, against)
    before = facts.stage
    after = rules.NEXT_STAGE[(before, move)]
    agreement.legal_form = facts.legal_form
    agreement.stage = after
    setattr(agreement, rules.DAY_OF_STAGE[after], on)
    filing.touch(cooperation)
    session.flush()
    _tell(session, actor, cooperation, agreement, before, after, on, reason, now=now)
    return agreement


def _tell(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    agreement: Agreement,
    before: Stage,
    after: Stage,
    on: dt.date,
    reason: str,
    *,
    now: dt.datetime,
) -> None:
    sentence = (
        f"Die Vereinbarung „{cooperation.name}“ ging am {on:%d.%m.%Y} von "
        f"„{rules.STAGE_NAMES[before]}“ auf „{rules.STAGE_NAMES[after]}“ über."
    )
    act = Act(
        "agreement_moved",
        "agreement",
        agreement.id,
        sentence,
        reason=reason,
        details={
            "from": before.value,
            "to": after.value,
            "on": on.isoformat(),
            "legal_form": agreement.legal_form,
        },
    )
    filing.record(session, actor, cooperation, act, now=now)
    others = [
        Reader(organisation_id=organisation_id)
        for organisation_id in queries.member_ids(session, cooperation.id, now)
        if organisation_id != cooperation.lead_organisation_id
    ]
    messages.send_many(
        session,
        others,
        cause=f"agreement:{agreement.id}:{after}",
        kind=filing.MESSAGE_KIND,
        subject=f"{cooperation.name}: Vereinbarung {rules.STAGE_NAMES[after].lower()}",
        body=f"{sentence}\n\nGrund: {reason}",
        link=f"/zusammenarbeit/{cooperation.key}",
        now=now,
    )
