"""What every change of a tender has in common: locked row, right, stage, version."""

import uuid

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from vergabe.access.actor import Actor
from vergabe.cooperations.task_rules import Step
from vergabe.errors import Refused, Stale
from vergabe.tenders import duties, queries, rules
from vergabe.tenders.model import Tender
from vergabe.tenders.rules import Action, Stage


def tender_to_change(
    session: Session,
    actor: Actor,
    tender_id: uuid.UUID,
    *,
    version: int | None,
    action: Action | None = Action.EDIT,
    step: Step | None = Step.PREPARE_TENDER,
) -> Tender:
    """Return a tender, locked until the commit, that the actor may change in this way now.

    version: the one the person saw, None where nobody looked (imports, operator); action None: the
    caller looks at the stage; step: what is done, by the task matrix; None: the caller asks. Raises
    NotFound, Forbidden, Refused (stage, conflict of interest) and Stale (version).
    """
    tender = queries.locked_tender(session, actor, tender_id)
    if step is not None:
        duties.require(session, actor, tender, step)
    if action is not None:
        require_stage(tender, action)
    if version is not None and tender.version != version:
        raise Stale("Das Vergabeverfahren")
    return tender


def require_stage(tender: Tender, action: Action) -> None:
    """Raise Refused when the stage of a tender does not know an action."""
    against = rules.reasons_against_stage(Stage(tender.stage), action)
    if against:
        raise Refused.because("wrong_stage", against[0].message, against)


def touch(session: Session, tender: Tender) -> None:
    """Give a tender a new version although only its lots, criteria or documents have changed.

    Whoever saw the version before is then told that somebody was quicker.
    """
    flag_modified(tender, "title")
    session.flush()
