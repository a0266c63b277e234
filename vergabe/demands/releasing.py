"""Releasing the budget of demands (Freigabe durch die Kämmerei)."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from vergabe import outbox
from vergabe.access import queries as access
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.demands import recording, rules, telling
from vergabe.demands.conversion import facts_of
from vergabe.demands.deciding import by_owner, raise_if_invalid, refuse_if, theirs
from vergabe.demands.events import DemandReleased
from vergabe.demands.model import Demand
from vergabe.demands.stages import Stage
from vergabe.errors import Violation

NOTHING_SEEN: Final[Mapping[uuid.UUID, int]] = MappingProxyType({})


def release_demand(
    session: Session,
    actor: Actor,
    demand_id: uuid.UUID,
    *,
    released_net_cents: int | None = None,
    budget_line: str = "",
    version: int | None = None,
    now: dt.datetime,
) -> Demand:
    """Release the budget of a demand and return it; see `release_demands`."""
    return release_demands(
        session,
        actor,
        [demand_id],
        released_net_cents=released_net_cents,
        budget_line=budget_line,
        seen={} if version is None else {demand_id: version},
        now=now,
    )[0]


def release_demands(
    session: Session,
    actor: Actor,
    demand_ids: Sequence[uuid.UUID],
    *,
    released_net_cents: int | None = None,
    budget_line: str = "",
    seen: Mapping[uuid.UUID, int] = NOTHING_SEEN,
    now: dt.datetime,
) -> list[Demand]:
    """Release the budget of submitted demands, all or none; return them in the given order.

    released_net_cents: the budget of each, net; None means the value that counts, and each demand
    needs one then. budget_line: Produktsachkonto or the like, cleaned. seen: the version of each as
    the person saw it; what was changed since is refused, for nobody releases what they have not
    read. Who submitted a demand does not release it, unless nobody else of the organisation may;
    the record then says so. Raises NotFound, Forbidden, InvalidInput for an amount that is missing
    or wrong, Refused.
    """
    demands = theirs(session, actor, demand_ids, Permission.RELEASE_DEMANDS)
    groups = by_owner(demands)
    alone = {
        demand.id
        for group in groups
        if is_alone(
            session,
            actor,
            cooperation_id=group[0].cooperation_id,
            organisation_id=group[0].organisation_id,
            now=now,
        )
        for demand in group
    }
    reasons = [
        reason
        for demand in demands
        for reason in rules.reasons_against_releasing(
            facts_of(demand),
            actor.user_id,
            released_net_cents=released_net_cents,
            has_other_releaser=demand.id not in alone,
        )
    ]
    reasons += [_changed_since(d) for d in demands if seen.get(d.id, d.version) != d.version]
    raise_if_invalid(reasons)
    refuse_if(reasons, "demand_not_releasable")
    for demand in demands:
        demand.stage = Stage.RELEASED
        demand.released_at, demand.released_by_id = now, actor.user_id
        demand.released_net_cents = released_net_cents or demand.value_net_cents
        demand.budget_line = budget_line or None
    session.flush()
    _record_release(session, actor, demands, now=now)
    for group in groups:
        _emit_released(session, group, now=now)
    for demand in demands:
        telling.tell_requester(session, demand, "freigegeben", now=now)
    return demands


def _changed_since(demand: Demand) -> Violation:
    message = (
        f"Der Bedarf {demand.reference} wurde geändert, seit die Seite geladen wurde. Bitte prüfen "
        "Sie ihn noch einmal, bevor Sie freigeben."
    )
    return Violation("changed_since", message)


def obstacles(
    session: Session, actor: Actor, demands: Sequence[Demand], *, now: dt.datetime
) -> dict[uuid.UUID, Violation]:
    """Return by id why the actor could not release a demand with the value that counts, if so."""
    found = {}
    for group in by_owner(demands):
        alone = is_alone(
            session,
            actor,
            cooperation_id=group[0].cooperation_id,
            organisation_id=group[0].organisation_id,
            now=now,
        )
        for demand in group:
            reasons = rules.reasons_against_releasing(
                facts_of(demand),
                actor.user_id,
                released_net_cents=None,
                has_other_releaser=not alone,
            )
            if reasons:
                found[demand.id] = reasons[0]
    return found


def is_alone(
    session: Session,
    actor: Actor,
    *,
    cooperation_id: uuid.UUID,
    organisation_id: uuid.UUID,
    now: dt.datetime,
) -> bool:
    """Return whether nobody but the actor may release demands of this organisation."""
    people = access.people_with(
        session,
        Permission.RELEASE_DEMANDS,
        [organisation_id],
        now=now,
        cooperation_id=cooperation_id,
    )
    return not any(user.id != actor.user_id for user, _organisation_id in people)


def _record_release(
    session: Session, actor: Actor, demands: Sequence[Demand], *, now: dt.datetime
) -> None:
    for demand in demands:
        same_person = rules.is_same_person(facts_of(demand), actor.user_id)
        recording.record(
            session,
            actor,
            [demand],
            "released",
            "freigegeben" + (" (ohne Vier-Augen-Prinzip: einzige Freigabe)" if same_person else ""),
            now=now,
            released_net_cents=demand.released_net_cents,
            budget_line=demand.budget_line or "",
            four_eyes=not same_person,
        )


def _emit_released(session: Session, demands: Sequence[Demand], *, now: dt.datetime) -> None:
    """Say that demands of one organisation in one cooperation were released."""
    first, demand_ids = demands[0], tuple(demand.id for demand in demands)
    outbox.emit(
        session,
        DemandReleased(demand_ids, first.cooperation_id, first.organisation_id, now),
        now=now,
    )
