"""Commands on checks of own providers: begin, write down, decide, take up again."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from vergabe import clock, money
from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.provider_model import InHouseProvider
from vergabe.errors import InvalidInput, NotFound, Refused, Stale, Violation
from vergabe.files import documents
from vergabe.files.documents import Upload
from vergabe.in_house import entries, queries, rules
from vergabe.in_house.entries import LABELS, CheckEntry
from vergabe.in_house.model import InHouseCheck
from vergabe.in_house.rules import RESULT_NAMES, Result
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.recording import record
from vergabe.pools.stages import Stage

MESSAGE_KIND = "in_house"
_OVER = (Stage.CONCLUDED, Stage.DISSOLVED, Stage.REJECTED)


def start_check(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    provider_id: uuid.UUID,
    *,
    now: dt.datetime,
) -> InHouseCheck:
    """Begin the check of a provider for a pool and return it; a second click returns the same.

    Raises NotFound for a pool that is not visible or a provider that is not asked in its area,
    Forbidden, Refused once the pool is over or its tender published.
    """
    pool = _pool_to_change(session, actor, pool_id)
    today = clock.berlin_day(now)
    for asked in queries.asked_first(session, pool, today):
        if asked.provider.id == provider_id:
            return asked.check or _begun(session, actor, pool, asked.provider, now=now)
    raise NotFound("Der Anbieter")


def save_check(
    session: Session,
    actor: Actor,
    check_id: uuid.UUID,
    entry: CheckEntry,
    *,
    version: int | None,
    upload: Upload | None = None,
    now: dt.datetime,
) -> InHouseCheck:
    """Write down what is known so far and return the check; nothing changed leaves no trace.

    version: the one the person saw. Raises NotFound, Forbidden, Stale, Refused once it is decided,
    InvalidInput with every wrong field.
    """
    check, pool = _open_check(session, actor, check_id, version)
    entry = entries.checked(entry, clock.berlin_day(now))
    wanted, before = entry.as_columns(), queries.entry_of(check).as_columns()
    changed = [name for name in wanted if wanted[name] != before[name]]
    for name in changed:
        setattr(check, name, wanted[name])
    if upload is not None:
        check.file_sha256, check.file_name = documents.keep(session, upload, now=now)
    if not changed and upload is None:
        return check
    session.flush()
    what = ", ".join(LABELS[name] for name in changed) or "Dokument"
    record(
        session,
        actor,
        pool,
        "in_house_check_saved",
        f"Prüfung von {check.provider.name}: {what} geändert.",
        now=now,
        check_id=str(check.id),
        old={name: _plain(before[name]) for name in changed},
        new={name: _plain(wanted[name]) for name in changed},
        file_sha256=check.file_sha256,
    )
    return check


def decide_check(
    session: Session,
    actor: Actor,
    check_id: uuid.UUID,
    result: Result,
    reason: str,
    *,
    version: int | None,
    now: dt.datetime,
) -> InHouseCheck:
    """End a check with its result; members with a demand are told. Return it.

    A second click with the same result returns it unchanged. Raises NotFound, Forbidden, Stale,
    Refused if it is decided otherwise, InvalidInput with everything that the result still needs.
    """
    check, pool = _check_to_change(session, actor, check_id)
    reason = entries.checked_reason(reason)
    if check.result == result and check.reason == reason:
        return check
    _refuse_unless_open(check, version)
    against = rules.reasons_against_result(queries.facts_of(check), result, reason)
    if against:
        raise InvalidInput.of(against)
    demands = pools.demands_in(session, pool.id)
    check.result, check.reason = result.value, reason
    check.decided_at, check.decided_by = now, actor.name
    check.pool_value_net_cents = sum(demand.value_net_cents or 0 for demand in demands)
    session.flush()
    sentence = (
        f"Prüfung von {check.provider.name} für die Bündelung {pool.reference}: "
        f"{RESULT_NAMES[result]}."
    )
    record(
        session,
        actor,
        pool,
        "in_house_check_decided",
        sentence,
        reason=reason,
        now=now,
        check_id=str(check.id),
        result=result.value,
        pool_value_net_cents=check.pool_value_net_cents,
        file_sha256=check.file_sha256,
        **{name: _plain(value) for name, value in queries.entry_of(check).as_columns().items()},
    )
    readers = sorted({d.organisation_id for d in demands} | {_lead(pool)})
    messages.send_many(
        session,
        [Reader(organisation_id=organisation_id) for organisation_id in readers],
        cause=f"in-house:{check.id}",
        kind=MESSAGE_KIND,
        subject=f"{pool.reference}: {check.provider.name} geprüft",
        body=f"{sentence}{_offer(check)}\n\nBegründung: {reason}",
        link=f"/buendelungen/{pool.id}/eigene-anbieter",
        now=now,
    )
    return check


def reopen_check(
    session: Session, actor: Actor, check_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> InHouseCheck:
    """Take a decided check up again; the old one stays on file, its copy is returned.

    Raises NotFound, Forbidden, InvalidInput without a reason, Refused if it is not decided.
    """
    check, pool = _check_to_change(session, actor, check_id)
    reason = entries.checked_reason(reason)
    if not reason:
        raise InvalidInput.of(
            [Violation("reason_missing", "Nennen Sie den Grund.", field="reason")]
        )
    if check.replaced_at is not None:
        raise Refused("check_replaced", "Diese Prüfung ist schon wieder aufgenommen.")
    if check.result is None:
        raise Refused("check_open", "Diese Prüfung ist noch offen; Sie können sie bearbeiten.")
    check.replaced_at, check.replacement_reason = now, reason
    session.flush()
    copy = _stored(session, pool, check.provider, check.number + 1, now=now)
    for name, value in queries.entry_of(check).as_columns().items():
        setattr(copy, name, value)
    copy.file_sha256, copy.file_name = check.file_sha256, check.file_name
    session.flush()
    record(
        session,
        actor,
        pool,
        "in_house_check_reopened",
        f"Die Prüfung von {check.provider.name} wurde wieder aufgenommen.",
        reason=reason,
        now=now,
        check_id=str(copy.id),
        replaced_check_id=str(check.id),
        previous_result=check.result,
    )
    return copy


def _pool_to_change(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    seen = pools.visible_pool(session, actor, pool_id)
    actor.require(
        Permission.CHECK_IN_HOUSE,
        cooperation_id=seen.cooperation_id,
        lead_organisation_id=_lead(seen),
    )
    # Publications lock the cooperation and look at checks: one comes after the other.
    cooperations.locked_cooperation(session, seen.cooperation_id)
    pool = pools.locked_pool(session, actor, pool_id)
    if pool.stage in _OVER:
        raise Refused("pool_over", "Diese Bündelung ist abgeschlossen.")
    if queries.is_published(session, pool.id):
        raise Refused(
            "tender_published",
            "Das Verfahren dieser Bündelung ist veröffentlicht; die Prüfung eigener Anbieter steht "
            "fest.",
        )
    return pool


def _check_to_change(
    session: Session, actor: Actor, check_id: uuid.UUID
) -> tuple[InHouseCheck, Pool]:
    seen = queries.visible_check(session, actor, check_id)
    pool = _pool_to_change(session, actor, seen.pool_id)
    session.refresh(seen, with_for_update=True)
    return seen, pool


def _open_check(
    session: Session, actor: Actor, check_id: uuid.UUID, version: int | None
) -> tuple[InHouseCheck, Pool]:
    check, pool = _check_to_change(session, actor, check_id)
    _refuse_unless_open(check, version)
    return check, pool


def _refuse_unless_open(check: InHouseCheck, version: int | None) -> None:
    if check.result is not None or check.replaced_at is not None:
        raise Refused(
            "check_decided",
            "Diese Prüfung ist entschieden. Nehmen Sie sie mit Begründung wieder auf, wenn sich "
            "etwas geändert hat.",
        )
    if version is not None and version != check.version:
        raise Stale(queries.WHAT)


def _begun(
    session: Session, actor: Actor, pool: Pool, provider: InHouseProvider, *, now: dt.datetime
) -> InHouseCheck:
    numbers = [
        c.number for c in queries.checks_of(session, pool.id) if c.provider_id == provider.id
    ]
    check = _stored(session, pool, provider, max(numbers, default=0) + 1, now=now)
    record(
        session,
        actor,
        pool,
        "in_house_check_started",
        f"Die Prüfung von {provider.name} für die Bündelung {pool.reference} hat begonnen.",
        now=now,
        check_id=str(check.id),
        provider_id=str(provider.id),
    )
    return check


def _stored(
    session: Session, pool: Pool, provider: InHouseProvider, number: int, *, now: dt.datetime
) -> InHouseCheck:
    check = InHouseCheck(
        pool_id=pool.id,
        provider_id=provider.id,
        number=number,
        alternatives=[],
        created_at=now,
    )
    session.add(check)
    session.flush()
    return check


def _lead(pool: Pool) -> uuid.UUID:
    return pool.cooperation.lead_organisation_id


def _offer(check: InHouseCheck) -> str:
    if check.offer_amount_net_cents is None:
        return ""
    return f" Das Angebot liegt bei {money.german(check.offer_amount_net_cents)} netto."


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
