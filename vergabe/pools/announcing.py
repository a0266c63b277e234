"""Commands on later joiners: named before the tender, joining after the notice (§ 21 (2) VgV)."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe import clock, ids, outbox
from vergabe.access.actor import Actor
from vergabe.access.model import Organisation
from vergabe.cooperations import queries as cooperations
from vergabe.errors import NotFound, Violation
from vergabe.exchange import plain_text
from vergabe.money import german as euro
from vergabe.pools import later_queries, later_rules, queries
from vergabe.pools.deciding import coordinated_pool, decide
from vergabe.pools.events import LaterJoinerJoined, LaterJoinerNamed
from vergabe.pools.joining import MANDATE_LENGTH
from vergabe.pools.later_rules import Announced, Article
from vergabe.pools.model import LaterJoiner, Pool
from vergabe.pools.recording import record
from vergabe.pools.stages import Stage, effective_stage


@dataclass(frozen=True)
class LaterEntry:
    """What is announced for a member.

    maximum: article key → most it may take (0 or left out: none of it; None only where the demands
    name no quantity); maximum_net_cents: None has it worked out from the highest unit prices.
    """

    organisation_id: uuid.UUID
    maximum: Mapping[str, Decimal | None]
    latest_on: dt.date
    maximum_net_cents: int | None = None


def articles_in(session: Session, pool: Pool) -> list[Article]:
    """Return what is bought in a pool, each thing once."""
    return later_rules.articles(queries.demands_in(session, pool.id))


def name_later_joiner(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    entry: LaterEntry,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> LaterJoiner:
    """Name a member that may join after the notice, with maximum and last day; return the row.

    Naming it again replaces what was said, the same again changes nothing. Raises NotFound,
    Forbidden, Stale, InvalidInput, Refused.
    """
    pool = coordinated_pool(session, actor, pool_id, version=version)
    organisation = session.get(Organisation, entry.organisation_id)
    if organisation is None or not organisation.is_buyer:
        raise NotFound("Die Kommune")
    things = articles_in(session, pool)
    announced = _announced(entry, organisation, things)
    facts = queries.pool_facts(session, pool)
    members = cooperations.member_ids(session, pool.cooperation_id, now)
    reasons = later_rules.reasons_against_naming(
        _stage(pool, now),
        announced,
        things,
        is_member=organisation.id in members,
        is_participant=facts.participant(organisation.id) is not None,
        allowed=later_queries.foreseen(session, pool.area_id, clock.berlin_day(now)),
        today=clock.berlin_day(now),
    )
    decide(reasons, "naming_refused")
    values: dict[str, Any] = {
        "lines": _lines(things, announced.maximum, "maximum"),
        "maximum_net_cents": announced.maximum_net_cents,
        "latest_on": announced.latest_on,
    }
    row, is_new = _write(session, actor, pool, organisation, values, now=now)
    if is_new:
        _note_naming(session, actor, pool, row, now=now)
    return row


def _announced(
    entry: LaterEntry, organisation: Organisation, things: Sequence[Article]
) -> Announced:
    value = entry.maximum_net_cents
    if value is None and all(n is None or n.is_finite() for n in entry.maximum.values()):
        value = later_rules.computed_value(things, entry.maximum)
    wanted = {key: number for key, number in entry.maximum.items() if number != 0}
    return Announced(organisation.id, organisation.name, wanted, value or 0, entry.latest_on)


def _lines(
    things: Sequence[Article], numbers: Mapping[str, Decimal | None], name: str
) -> list[dict[str, Any]]:
    return [
        {
            "key": thing.key,
            "text": thing.text,
            name: None if number is None else f"{number.normalize():f}",
            "unit_code": thing.unit_code,
        }
        for thing in things
        if thing.key in numbers
        for number in [numbers[thing.key]]
    ]


def _stage(pool: Pool, now: dt.datetime) -> Stage:
    return effective_stage(Stage(pool.stage), pool.joining_deadline, now)


def _row(session: Session, pool: Pool, organisation_id: uuid.UUID | None) -> LaterJoiner | None:
    return session.scalars(
        select(LaterJoiner)
        .where(LaterJoiner.pool_id == pool.id, LaterJoiner.organisation_id == organisation_id)
        .with_for_update(of=LaterJoiner)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _write(
    session: Session,
    actor: Actor,
    pool: Pool,
    organisation: Organisation,
    values: Mapping[str, Any],
    *,
    now: dt.datetime,
) -> tuple[LaterJoiner, bool]:
    row = _row(session, pool, organisation.id)
    if row is None:
        row = LaterJoiner(id=ids.new_id(), pool_id=pool.id, organisation_id=organisation.id)
        session.add(row)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return row, False
    for name, value in values.items():
        setattr(row, name, value)
    row.named_by_id, row.named_by_name, row.named_at = actor.user_id, actor.name, now
    session.flush()
    session.expire(pool, ["later_joiners"])
    return row, True


def _note_naming(
    session: Session, actor: Actor, pool: Pool, row: LaterJoiner, *, now: dt.datetime
) -> None:
    name = row.organisation.name
    summary = (
        f"{name} kann {pool.reference} später beitreten: bis {row.latest_on:%d.%m.%Y}, höchstens "
        f"{euro(row.maximum_net_cents)} netto."
    )
    record(
        session,
        actor,
        pool,
        "later_joiner_named",
        summary,
        now=now,
        organisation_id=str(row.organisation_id),
        maximum=row.lines,
        maximum_net_cents=row.maximum_net_cents,
        latest_on=row.latest_on.isoformat(),
        law=later_rules.LAW,
    )
    outbox.emit(session, LaterJoinerNamed(pool.id, row.organisation_id, now), now=now)


def drop_later_joiner(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    organisation_id: uuid.UUID,
    *,
    version: int | None = None,
    now: dt.datetime,
) -> Pool:
    """Take a member off the list of later joiners while the list is open; return the pool.

    Raises NotFound (also the second time), Forbidden, Stale, Refused.
    """
    pool = coordinated_pool(session, actor, pool_id, version=version)
    row = _row(session, pool, organisation_id)
    if row is None:
        raise NotFound("Das spätere Mitglied")
    decide(later_rules.reasons_against_stage(_stage(pool, now)), "naming_refused")
    name = row.organisation.name
    session.delete(row)
    session.flush()
    session.expire(pool, ["later_joiners"])
    summary = f"{name} ist nicht mehr für einen späteren Beitritt zu {pool.reference} vorgesehen."
    record(
        session,
        actor,
        pool,
        "later_joiner_dropped",
        summary,
        now=now,
        organisation_id=str(organisation_id),
    )
    return pool


@dataclass(frozen=True)
class LaterJoiningEntry:
    """What a later joiner says: a quantity for each article announced for it, and its mandate."""

    quantities: Mapping[str, Decimal | None]
    mandate_reference: str = ""


def announced_things(row: LaterJoiner) -> list[Article]:
    """Return what was announced for a member, as rules and forms want it."""
    return [
        Article(line["key"], line["text"], line["unit_code"], None, line["maximum"] is not None)
        for line in row.lines
    ]


def later_joiner(
    session: Session, pool: Pool, organisation_id: uuid.UUID | None
) -> LaterJoiner | None:
    """Return what was announced for a member, its row locked; None if nothing was."""
    return _row(session, pool, organisation_id)


def join_later(
    session: Session,
    actor: Actor,
    pool: Pool,
    row: LaterJoiner | None,
    entry: LaterJoiningEntry,
    *,
    is_published: bool,
    further: Sequence[Violation] = (),
    now: dt.datetime,
) -> LaterJoiner:
    """Bind an announced member to a published pool, within its maximum and last day; return it.

    row: from `later_joiner`. The tender's command (tenders.later_joining) has looked at who acts
    and whether the notice is public; further: what else it has found against it. The same again
    changes nothing. Raises InvalidInput, Refused.
    """
    reference = plain_text.one_line(
        entry.mandate_reference, max_length=MANDATE_LENGTH, field="mandate_reference"
    )
    things = announced_things(row) if row is not None else []
    lines = _lines(things, entry.quantities, "quantity")
    if row is not None and (row.joined_quantities, row.mandate_reference) == (lines, reference):
        return row
    reasons = later_rules.reasons_against_joining_later(
        later_queries.facts_of(row) if row is not None else None,
        things,
        entry.quantities,
        reference,
        is_published=is_published and _stage(pool, now) in later_rules.JOINED_IN,
        today=clock.berlin_day(now),
    )
    decide([*reasons, *further], "later_joining_refused")
    assert row is not None, "the rules have looked"
    row.joined_at, row.joined_by_name = now, actor.name
    row.joined_quantities, row.mandate_reference = lines, reference
    session.flush()
    record(
        session,
        actor,
        pool,
        "joined_later",
        f"{row.organisation.name} ist {pool.reference} wie bekannt gemacht später beigetreten.",
        now=now,
        organisation_id=str(row.organisation_id),
        quantities=lines,
        mandate=reference,
        law=later_rules.LAW,
    )
    outbox.emit(session, LaterJoinerJoined(pool.id, row.organisation_id, now), now=now)
    return row
