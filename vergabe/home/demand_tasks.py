"""What waits around demands: release, drafts, returned ones, calls without an answer."""

import datetime as dt
from collections.abc import Iterator

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.demands import call_queries, unfinished
from vergabe.demands.model import CallAnswer, CallForDemands, Demand
from vergabe.demands.stages import Stage
from vergabe.home.task import MOST_OF_ONE_KIND, Task, count, memberships, number


def release(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    found = _own(session, actor, Stage.SUBMITTED)
    if found:
        yield Task(
            f"{number(found, 'Bedarf wartet', 'Bedarfe warten')} auf Ihre Freigabe",
            "Freigeben",
            url_for("demands.waiting"),
        )


def drafts(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    found = _own(session, actor, Stage.DRAFT)
    if found == 1:
        demand = session.scalars(
            select(Demand).where(
                Demand.organisation_id == actor.organisation_id, Demand.stage == Stage.DRAFT
            )
        ).one()
        yield Task(
            f"Der Bedarf „{demand.title}“ ist noch ein Entwurf",
            "Weiterschreiben",
            url_for("demand_forms.edit", demand_id=demand.id),
        )
    elif found:
        yield Task(
            f"{found} Bedarfe sind noch Entwürfe",
            "Weiterschreiben",
            url_for("demands.index", stand=Stage.DRAFT.value),
        )


def unfinished_entries(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield forms that this person began to fill in and never sent, the last one first."""
    for entry in unfinished.entries(session, actor, now=now)[:MOST_OF_ONE_KIND]:
        yield Task(
            f"Bedarf „{entry.title or 'ohne Titel'}“ ist angefangen, aber nicht gespeichert",
            "Weiterschreiben",
            url_for("demand_forms.new", eingabe=entry.form_key),
        )


def returned(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    """Yield what the releaser sent back to this person; it stays until reopened or withdrawn."""
    demands = session.scalars(
        select(Demand)
        .where(
            Demand.organisation_id == actor.organisation_id,
            Demand.stage == Stage.REJECTED,
            (Demand.submitted_by_id == actor.user_id) | (Demand.created_by_id == actor.user_id),
        )
        .order_by(Demand.id.desc())
        .limit(MOST_OF_ONE_KIND)
    )
    for demand in demands:
        yield Task(
            f"Der Bedarf „{demand.title}“ kam zurück",
            "Grund lesen",
            url_for("demands.show", demand_id=demand.id),
        )


def calls(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Task]:
    answered = select(CallAnswer.call_id).where(CallAnswer.organisation_id == actor.organisation_id)
    given = select(Demand.call_id).where(
        Demand.organisation_id == actor.organisation_id,
        Demand.call_id.is_not(None),
        Demand.stage.not_in((Stage.DRAFT, Stage.WITHDRAWN)),
    )
    found = session.scalars(
        select(CallForDemands)
        .where(
            CallForDemands.cooperation_id.in_(memberships(actor.organisation_id)),
            CallForDemands.opens_at <= now,
            CallForDemands.closes_at > now,
            CallForDemands.id.not_in(answered),
            CallForDemands.id.not_in(given),
        )
        .order_by(CallForDemands.closes_at)
        .limit(MOST_OF_ONE_KIND)
    )
    for call in found:
        if call_queries.is_asked(session, call, actor.organisation_id, now=now):
            yield Task(
                f"Bedarfsabfrage „{call.title}“ ist noch nicht beantwortet",
                "Antworten",
                url_for("calls.show", call_id=call.id),
                call.closes_at,
                call.id,
            )


def _own(session: Session, actor: Actor, stage: Stage) -> int:
    return count(
        session,
        Demand.organisation_id == actor.organisation_id,
        Demand.stage == stage,
        of=Demand,
    )
