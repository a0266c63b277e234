"""Reminding members of overdue demands (Mahnung)."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cost_keys.keys import read_key
from vergabe.cost_shares import booking, queries, reimbursing, rules
from vergabe.cost_shares.items import OpenItem
from vergabe.cost_shares.kinds import Kind
from vergabe.cost_shares.model import Dunning, LedgerEntry
from vergabe.demands.telling import readers
from vergabe.errors import Refused, Violation
from vergabe.messages import service as messages


def dun(
    session: Session,
    actor: Actor,
    cooperation_id: uuid.UUID,
    demand_id: uuid.UUID,
    *,
    level: int,
    now: dt.datetime,
) -> Dunning:
    """Remind a member of an overdue demand, with a new due day; its treasury is told.

    level: 1, 2 or 3, the one after the last; the same level again (a second click) gives the
    reminder of the first time. Refused unless the demand is open and overdue.
    """
    cooperation = booking.ledger_of(session, actor, cooperation_id, now=now)
    entry = queries.entry_by_id(session, cooperation.id, demand_id)
    known = queries.dunning(session, entry.id, level)
    if known is not None:
        return known
    today = clock.berlin_day(now)
    item = _item(session, cooperation, entry)
    reasons = rules.reasons_against_dunning(item, today)
    expected = len(item.reminders) + 1 if item else 1
    if not reasons and level != expected:
        reasons = [Violation("wrong_level", f"Als Nächstes kommt die {expected}. Mahnung.")]
    if reasons or item is None:
        raise Refused.because("dunning_refused", "Eine Mahnung ist nicht möglich.", reasons)
    due_days = read_key(cooperations.cost_key_of(session, cooperation, today)).due_days
    made = Dunning(
        demand_id=entry.id,
        level=level,
        sent_on=today,
        due_on=today + dt.timedelta(days=due_days),
        recorded_at=now,
        recorded_by_name=actor.name,
    )
    session.add(made)
    session.flush()
    _record_dunning(session, actor, cooperation, entry, made, item, now=now)
    return made


def may_be_dunned(
    session: Session, cooperation: Cooperation, entry: LedgerEntry, today: dt.date
) -> bool:
    """Return whether a demand is overdue and may be dunned once more."""
    return not rules.reasons_against_dunning(_item(session, cooperation, entry), today)


def _item(session: Session, cooperation: Cooperation, entry: LedgerEntry) -> OpenItem | None:
    if entry.organisation_id is None or entry.kind != Kind.DEMAND:
        return None
    accounts = queries.member_accounts(session, cooperation.id, [entry.organisation_id])
    account = accounts[entry.organisation_id]
    return next((i for i in account.items if i.movement.entry_id == entry.id), None)


def _record_dunning(
    session: Session,
    actor: Actor,
    cooperation: Cooperation,
    entry: LedgerEntry,
    made: Dunning,
    item: OpenItem,
    *,
    now: dt.datetime,
) -> None:
    assert entry.organisation_id is not None
    open_amount = money.german(item.open_cents)
    summary = f"{made.level}. Mahnung zu {entry.document}: offen {open_amount}, neue Frist "
    summary += f"{made.due_on:%d.%m.%Y}."
    details = {"level": made.level, "open_cents": item.open_cents, "demand_id": str(entry.id)}
    stream = audit.stream_of("organisation", cooperation.lead_organisation_id)
    act = Act("demand_dunned", "ledger_entry", entry.id, summary, None, details)
    audit.append(session, stream, actor, act, now=now)
    messages.send_many(
        session,
        readers(
            session,
            Permission.RELEASE_DEMANDS,
            [entry.organisation_id],
            cooperation_id=cooperation.id,
            now=now,
        ),
        cause=f"dunning:{made.id}",
        kind=reimbursing.MESSAGE_KIND,
        subject=f"{made.level}. Mahnung: {entry.document}",
        body=f"Guten Tag,\n\nauf die Rückforderung {entry.document} vom "
        f"{entry.document_on:%d.%m.%Y} sind noch {open_amount} offen. Bitte zahlen Sie bis zum "
        f"{made.due_on:%d.%m.%Y}.",
        now=now,
        link=f"/zusammenarbeit/{cooperation.key}/vorleistungen",
    )
