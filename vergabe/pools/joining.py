"""Commands of a member while the joining window is open: join, decline, leave.

Each locks the pool's row: two decisions on one pool come one after the other, and the window closes
by comparing the instant of the request with the deadline, never by a job.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids, outbox
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation, Mandate
from vergabe.demands.queries import ReleasedDemand
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import plain_text
from vergabe.law.german import date
from vergabe.money import german
from vergabe.pools import joining_rules, queries
from vergabe.pools import pool_facts as facts_of
from vergabe.pools.commitment import bound_by, commitment
from vergabe.pools.deciding import clean_text, decide, member_pool
from vergabe.pools.events import MemberJoined, MemberStayedOut
from vergabe.pools.model import Joining, Pool
from vergabe.pools.recording import record

MANDATE_LENGTH: Final = 400
NOTE_LENGTH: Final = 2_000


@dataclass(frozen=True)
class JoiningEntry:
    """What a member says when it joins.

    quantities: line id → quantity, one for each line that names one (None where it names none);
    mandate_id: a mandate on file; mandate_reference: resolution or power of attorney in words, may
    be empty with a mandate on file; may_call_off_later: whether it wants to call off from the
    contract later on.
    """

    quantities: Mapping[uuid.UUID, Decimal | None]
    mandate_reference: str = ""
    mandate_id: uuid.UUID | None = None
    may_call_off_later: bool = True
    note: str = ""


def join(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: JoiningEntry,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Joining:
    """Bind a member to a pool with these quantities and return its joining.

    organisation_id: the member, default the actor's; only the operator joins for another. Joining
    again replaces what was said; the same again changes nothing. Raises NotFound, Forbidden,
    InvalidInput, Refused (from the deadline's instant on).
    """
    pool, member_id = member_pool(session, actor, pool_id, organisation_id)
    facts = queries.pool_facts(session, pool)
    mandate = _mandate(session, pool, member_id, entry.mandate_id, now=now)
    reference = _reference(entry.mandate_reference, mandate)
    note = clean_text(entry.note, "note", max_length=NOTE_LENGTH)
    own = [d for d in queries.demands_in(session, pool.id) if d.organisation_id == member_id]
    said = facts_of.Joining(member_id, entry.quantities, reference)
    reasons = joining_rules.reasons_against_joining(facts, said, now)
    decide(reasons or _reasons_against_budget(own, entry.quantities), "joining_refused")
    values: dict[str, Any] = {
        "decision": "joined",
        "quantities": _stored_quantities(own, entry.quantities),
        "mandate_id": entry.mandate_id,
        "mandate_reference": reference,
        "may_call_off_later": entry.may_call_off_later,
        "note": note,
    }
    row, is_new = _write(session, actor, pool, member_id, values, now=now)
    if not is_new:
        return row
    name = own[0].organisation_name
    record(
        session,
        actor,
        pool,
        "joined",
        f"{name} ist der Bündelung {pool.reference} beigetreten.",
        now=now,
        commitment=commitment(name, own, entry.quantities, pool.joining_deadline, reference),
        organisation_id=str(member_id),
        quantities=values["quantities"],
        mandate=reference,
    )
    outbox.emit(session, MemberJoined(pool.id, member_id, now), now=now)
    return row


def decline(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    note: str = "",
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Joining:
    """Say that a member stays out of a pool and return that; raises as `join`."""
    pool, member_id = member_pool(session, actor, pool_id, organisation_id)
    note = clean_text(note, "note", max_length=NOTE_LENGTH)
    facts = queries.pool_facts(session, pool)
    decide(joining_rules.reasons_against_declining(facts, member_id, now), "decline_refused")
    values: dict[str, Any] = {"decision": "declined", "quantities": [], "note": note}
    row, is_new = _write(session, actor, pool, member_id, values, now=now)
    if is_new:
        _stayed_out(session, actor, pool, member_id, note, had_joined=False, now=now)
    return row


def leave(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    organisation_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> Pool:
    """Take a joining back while the window is open; the member is undecided again.

    Raises as `join`. Once the pool binds, see `withdrawing`.
    """
    pool, member_id = member_pool(session, actor, pool_id, organisation_id)
    facts = queries.pool_facts(session, pool)
    decide(joining_rules.reasons_against_leaving(facts, member_id, now), "leave_refused")
    row = _joining(session, pool.id, member_id)
    if row is not None:
        session.delete(row)
    session.flush()
    _stayed_out(session, actor, pool, member_id, "", had_joined=True, now=now)
    return pool


def _mandate(
    session: Session,
    pool: Pool,
    member_id: uuid.UUID,
    mandate_id: uuid.UUID | None,
    *,
    now: dt.datetime,
) -> Mandate | None:
    if mandate_id is None:
        return None
    for mandate in own_mandates(session, pool, member_id, now=now):
        if mandate.id == mandate_id:
            return mandate
    message = (
        "Diese Vollmacht gilt heute nicht für die federführende Kommune. Bitte wählen Sie eine "
        "gültige oder nennen Sie den Beschluss."
    )
    raise InvalidInput.of([Violation("mandate_not_valid", message, field="mandate_id")])


def own_mandates(
    session: Session, pool: Pool, member_id: uuid.UUID, *, now: dt.datetime
) -> list[Mandate]:
    """Return the mandates of a member for the lead that are valid today."""
    lead_id = session.get_one(Cooperation, pool.cooperation_id).lead_organisation_id
    found = cooperations.valid_mandates(
        session, pool.cooperation_id, clock.berlin_day(now), grantee_id=lead_id
    )
    return [mandate for mandate in found if mandate.grantor_id == member_id]


def mandate_text(mandate: Mandate) -> str:
    """Return a mandate as all members may read it: without its limit."""
    return f"Vollmacht vom {date(mandate.valid_from)} für {mandate.grantee.name}"


def mandate_choice(mandate: Mandate) -> str:
    """Return a mandate as the member that gave it chooses it, with its limit."""
    limit = f", bis {german(mandate.limit_net_cents)}" if mandate.limit_net_cents else ""
    return f"{mandate_text(mandate)}{limit}"


def _reference(text: str, mandate: Mandate | None) -> str:
    cleaned = plain_text.one_line(text, max_length=MANDATE_LENGTH, field="mandate_reference")
    return cleaned or (mandate_text(mandate) if mandate is not None else "")


def _reasons_against_budget(
    own: Sequence[ReleasedDemand], quantities: Mapping[uuid.UUID, Decimal | None]
) -> list[Violation]:
    """Return why the quantities cost more than was released for them."""
    return [
        Violation(
            "budget_too_small",
            f"Für „{bound.demand.title}“ sind {german(bound.demand.released_net_cents or 0)} "
            f"freigegeben; mit diesen Mengen sind {german(bound.value_net_cents or 0)} zu "
            "erwarten. Bitte die Mengen senken oder mehr freigeben lassen.",
            field=f"quantities.{bound.demand.lines[0].id}" if bound.demand.lines else "quantities",
        )
        for bound in bound_by(own, quantities)
        if (bound.value_net_cents or 0) > (bound.demand.released_net_cents or 0)
    ]


def _stored_quantities(
    own: Sequence[ReleasedDemand], quantities: Mapping[uuid.UUID, Decimal | None]
) -> list[dict[str, Any]]:
    return [
        {
            "demand": demand.reference,
            "line_id": str(line.id),
            "text": line.text,
            "quantity": None if number is None else f"{number.normalize():f}",
            "unit_code": line.unit_code,
        }
        for demand in own
        for line in demand.lines
        for number in [quantities.get(line.id)]
    ]


def _joining(session: Session, pool_id: uuid.UUID, member_id: uuid.UUID) -> Joining | None:
    return session.scalars(
        select(Joining)
        .where(Joining.pool_id == pool_id, Joining.organisation_id == member_id)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _write(
    session: Session,
    actor: Actor,
    pool: Pool,
    member_id: uuid.UUID,
    values: Mapping[str, Any],
    *,
    now: dt.datetime,
) -> tuple[Joining, bool]:
    """Write a decision; return the row and whether it says anything new."""
    row = _joining(session, pool.id, member_id)
    if row is None:
        row = Joining(id=ids.new_id(), pool_id=pool.id, organisation_id=member_id)
        session.add(row)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return row, False
    for name, value in values.items():
        setattr(row, name, value)
    row.decided_by_id, row.decided_by_name, row.decided_at = actor.user_id, actor.name, now
    session.flush()
    return row, True


def _stayed_out(
    session: Session,
    actor: Actor,
    pool: Pool,
    member_id: uuid.UUID,
    note: str,
    *,
    had_joined: bool,
    now: dt.datetime,
) -> None:
    name = session.get_one(Organisation, member_id).name
    done = "hat den Beitritt zurückgenommen" if had_joined else "tritt nicht bei"
    record(
        session,
        actor,
        pool,
        "left" if had_joined else "declined",
        f"{name} {done} ({pool.reference}).",
        now=now,
        reason=note or None,
        organisation_id=str(member_id),
    )
    outbox.emit(session, MemberStayedOut(pool.id, member_id, had_joined, now), now=now)
