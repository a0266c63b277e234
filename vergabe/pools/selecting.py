"""Which proposals to go on with when fewer procedures can be run: a reckoning, not a decision.

Every demand bought alone is one procedure, so is every pool. A demand counts fully in its own pool;
in another one as far as it resembles those there, where it would need lines or lots of its own. No
money is promised; what counts is procedures that nobody has to run.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session, selectinload

from vergabe.access.actor import Actor
from vergabe.cooperations import tasks
from vergabe.cooperations.model import TaskArea
from vergabe.cooperations.task_rules import Step
from vergabe.cooperations.tasks import Governed
from vergabe.demands import queries as demands
from vergabe.demands.queries import ReleasedDemand
from vergabe.pools import queries
from vergabe.pools.choosing import Candidate, Choice, Wish, best
from vergabe.pools.explaining import SETTINGS, cpv_label, demand_facts
from vergabe.pools.grouping import fitting
from vergabe.pools.model import Pool
from vergabe.pools.proposing import active
from vergabe.pools.stages import Stage
from vergabe.texts import _, ngettext

MOST_PROCEDURES: Final = 200
"""So many procedures may be asked for."""

# The rules reckon in whole numbers: hundredths of a procedure.
_PROCEDURE: Final = 100
_NEARLY_NOTHING: Final = 0.001


@dataclass(frozen=True)
class Guest:
    """A demand that would move to a pool; percent: how near it is to the demands there."""

    demand: ReleasedDemand
    home: Pool
    percent: int


@dataclass(frozen=True)
class Weighed:
    """A proposal, why it is chosen or left, and what it would take in from those that are left."""

    pool: Pool
    reasons: Sequence[str]
    guests: Sequence[Guest]


@dataclass(frozen=True)
class Selection:
    """The proposals to go on with, those to leave, and how good that is, in a sentence."""

    chosen: Sequence[Weighed]
    left: Sequence[Weighed]
    sentence: str


def select_pools(
    session: Session,
    actor: Actor,
    area: TaskArea,
    procedures: int,
    *,
    now: dt.datetime,
    seconds: float = 5,
) -> Selection:
    """Return which proposals of an area save most if only so many procedures can be run.

    Nothing is stored. seconds: the longest that better ones are looked for. Raises Forbidden unless
    proposing pools there is the task of the actor's organisation.
    """
    tasks.require(session, actor, Step.PROPOSE_POOL, Governed(area.cooperation, area.id), now=now)
    pools = session.scalars(
        queries.visible(actor)
        .where(Pool.area_id == area.id, queries.in_stage(Stage.PROPOSED, now))
        .order_by(Pool.reference)
        .options(selectinload(Pool.entries))
    ).all()
    members = _members(session, pools)
    near = fitting(
        [[demand_facts(demand) for demand in members[pool.id]] for pool in pools],
        SETTINGS,
        cpv_label,
    )
    choice = best(
        [
            Candidate(pool.reference, _PROCEDURE, max(SETTINGS.max_demands, len(members[pool.id])))
            for pool in pools
        ],
        [
            Wish(str(demand.id), 1, _savings(pool, near[demand.id], pools))
            for pool in pools
            for demand in members[pool.id]
        ],
        most=procedures,
        seconds=seconds,
    )
    return _told(pools, members, near, choice)


def _members(
    session: Session, pools: Sequence[Pool]
) -> Mapping[uuid.UUID, Sequence[ReleasedDemand]]:
    pool_of = {entry.demand_id: pool.id for pool in pools for entry in active(pool)}
    found: dict[uuid.UUID, list[ReleasedDemand]] = {pool.id: [] for pool in pools}
    for demand in demands.facts_of(session, pool_of):
        found[pool_of[demand.id]].append(demand)
    return found


def _savings(own: Pool, near: Mapping[int, float], pools: Sequence[Pool]) -> dict[str, int]:
    others = {pools[number].reference: round(score * 100) for number, score in near.items()}
    return {own.reference: _PROCEDURE} | others


def _told(
    pools: Sequence[Pool],
    members: Mapping[uuid.UUID, Sequence[ReleasedDemand]],
    near: Mapping[uuid.UUID, Mapping[int, float]],
    choice: Choice,
) -> Selection:
    """Return the choice with its reasons; chosen pools with most demands first."""
    guests: dict[str, list[Guest]] = {pool.reference: [] for pool in pools}
    number = {pool.reference: place for place, pool in enumerate(pools)}
    for pool in pools:
        for demand in members[pool.id]:
            goes_to = choice.placed.get(str(demand.id), pool.reference)
            if goes_to != pool.reference:
                percent = round(near[demand.id][number[goes_to]] * 100)
                guests[goes_to].append(Guest(demand, pool, percent))
    chosen = set(choice.chosen)
    ranked = sorted(pools, key=lambda pool: (-len(members[pool.id]), pool.reference))
    moved = [guest.home.id for own in guests.values() for guest in own]
    return Selection(
        chosen=[
            Weighed(pool, [_why_chosen(len(members[pool.id]))], guests[pool.reference])
            for pool in ranked
            if pool.reference in chosen
        ],
        left=[
            Weighed(pool, _why_left(len(members[pool.id]), moved.count(pool.id)), [])
            for pool in ranked
            if pool.reference not in chosen
        ],
        sentence=_how_good(choice),
    )


def _why_chosen(count: int) -> str:
    return _("Ein Verfahren statt %(count)s.", count=count)


def _why_left(count: int, moved: int) -> list[str]:
    if moved == count:
        return [_("Alle seine Bedarfe passen in ausgewählte Vorhaben.")]
    reasons = [_("Seine %(count)s Bedarfe sparen weniger als die der anderen.", count=count)]
    if moved:
        reasons.append(
            ngettext(
                "Einer davon passt in ein ausgewähltes Vorhaben.",
                "%(num)s davon passen in ausgewählte Vorhaben.",
                moved,
            )
        )
    return reasons


def _how_good(choice: Choice) -> str:
    saved = choice.total_cents // _PROCEDURE
    found = ngettext(
        "So entfällt rechnerisch ein Verfahren.",
        "So entfallen rechnerisch %(num)s Verfahren.",
        saved,
    )
    if choice.gap is not None and choice.gap > _NEARLY_NOTHING:
        percent = max(1, round(choice.gap * 100))
        return f"{found} " + _(
            "Mehr als %(percent)s %% besser kann keine Auswahl sein.", percent=percent
        )
    return f"{found} " + _("Eine bessere Auswahl gibt es nach dieser Rechnung nicht.")


def as_json(selection: Selection) -> dict[str, Any]:
    """Return a selection as JSON values."""
    return {
        "chosen": [_as_json(entry) for entry in selection.chosen],
        "left": [_as_json(entry) for entry in selection.left],
        "sentence": selection.sentence,
    }


def _as_json(entry: Weighed) -> dict[str, Any]:
    return {
        "reference": entry.pool.reference,
        "title": entry.pool.title,
        "reasons": list(entry.reasons),
        "guests": [
            {
                "demand": guest.demand.reference,
                "from": guest.home.reference,
                "similarity_percent": guest.percent,
            }
            for guest in entry.guests
        ],
    }
