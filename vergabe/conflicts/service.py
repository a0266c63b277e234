"""Commands on conflicts of interest: declare, decide on a declared one, ask anew."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.access.permissions import Permission
from vergabe.conflicts import queries, rules
from vergabe.conflicts.model import ConflictEntry
from vergabe.conflicts.rules import LAW, STATE_NAMES, Kind, State
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations import tasks
from vergabe.cooperations.task_rules import Step
from vergabe.errors import InvalidInput, NotFound, Refused, Violation
from vergabe.exchange import plain_text
from vergabe.messages import service as messages
from vergabe.messages.service import Reader
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.pools.recording import record

TEXT_LENGTH: Final = 4_000
NAME_LENGTH: Final = 200
MESSAGE_KIND: Final = "conflict"


def declare(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    *,
    has_conflict: bool,
    text: str = "",
    now: dt.datetime,
) -> ConflictEntry:
    """Record the actor's own declaration for the procedure of a pool and return it.

    text: the conflict; without one, what has changed since an earlier conflict. The same
    declaration again returns the one that is there. Who declares a conflict does not act from then
    on; who runs the procedure is told. Raises NotFound, Forbidden, InvalidInput.
    """
    pool = _locked(session, actor, pool_id)
    actor.require(Permission.DECLARE_INTERESTS, cooperation_id=pool.cooperation_id)
    if actor.user_id is None:
        raise Refused("declaration_needs_person", "Eine Erklärung gibt eine Person für sich ab.")
    return _declared(session, actor, pool, actor.user_id, actor.name, has_conflict, text, now=now)


def declare_for_operator(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    person_name: str,
    *,
    has_conflict: bool,
    text: str = "",
    now: dt.datetime,
) -> ConflictEntry:
    """Record the declaration of who runs the platform; only the operator itself can.

    Raises NotFound, InvalidInput without a name.
    """
    pool = _locked(session, actor, pool_id)
    if not actor.is_operator:
        raise NotFound("Die Bündelung")
    name = plain_text.one_line(person_name, max_length=NAME_LENGTH, field="name")
    if not name:
        raise InvalidInput("name_missing", "Bitte geben Sie den Namen an.", field="name")
    return _declared(session, actor, pool, None, name, has_conflict, text, now=now)


def _declared(
    session: Session,
    actor: Actor,
    pool: Pool,
    user_id: uuid.UUID | None,
    name: str,
    has_conflict: bool,
    text: str,
    *,
    now: dt.datetime,
) -> ConflictEntry:
    text = plain_text.many_lines(text, max_length=TEXT_LENGTH, field="text")
    kinds, last = queries.about(queries.entries(session, pool.id), user_id)
    state = rules.state_of(kinds)
    against = rules.reasons_against_declaring(state, kinds, has_conflict=has_conflict, text=text)
    if against:
        raise InvalidInput.of(against)
    kind = Kind.CONFLICT if has_conflict else Kind.NONE
    is_same = last is not None and (last.kind, last.text, last.person_name) == (kind, text, name)
    if last is not None and is_same and state is not State.OUTDATED:
        return last
    summary = (
        f"{name} hat einen Interessenkonflikt angezeigt und wirkt am Verfahren nicht mit."
        if has_conflict
        else f"{name} hat erklärt, dass kein Interessenkonflikt besteht."
    )
    entry = _add(session, actor, pool, user_id, name, kind, text, summary, now=now)
    if has_conflict:
        messages.send(
            session,
            Reader(organisation_id=pool.cooperation.lead_organisation_id),
            dedupe_key=f"conflict:{entry.id}",
            kind=MESSAGE_KIND,
            subject=f"Interessenkonflikt zu {pool.reference}",
            body=f"{summary}\n\nEntscheiden Sie, ob Auflagen genügen oder wer den Platz einnimmt.",
            link=f"/buendelungen/{pool.id}/interessenkonflikte",
            now=now,
        )
    return entry


def allow_with_measures(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    user_id: uuid.UUID,
    measures: str,
    *,
    now: dt.datetime,
) -> ConflictEntry:
    """Let a person with a declared conflict act under measures that exclude any influence.

    Never decided by the person itself. Raises NotFound, Forbidden, InvalidInput, Refused.
    """
    pool, user, state = _about_another(session, actor, pool_id, user_id, now=now)
    text = _text(
        measures, "measures", "Beschreiben Sie die Auflagen, die eine Einflussnahme ausschließen."
    )
    _refuse_unless(state is State.CONFLICT, state)
    summary = f"{user.full_name} darf trotz Interessenkonflikt unter Auflagen mitwirken."
    return _add(
        session, actor, pool, user.id, user.full_name, Kind.MEASURES, text, summary, now=now
    )


def exclude(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    user_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
) -> ConflictEntry:
    """Keep a person out of a procedure; a second time changes nothing. Raises as above."""
    pool, user, state = _about_another(session, actor, pool_id, user_id, now=now)
    text = _text(reason, "reason", "Nennen Sie den Grund.")
    if state is State.EXCLUDED:
        _, last = queries.about(queries.entries(session, pool.id), user.id)
        assert last is not None
        return last
    summary = f"{user.full_name} wirkt am Verfahren nicht mit."
    return _add(
        session, actor, pool, user.id, user.full_name, Kind.EXCLUDED, text, summary, now=now
    )


def readmit(
    session: Session,
    actor: Actor,
    pool_id: uuid.UUID,
    user_id: uuid.UUID,
    reason: str,
    *,
    now: dt.datetime,
) -> ConflictEntry:
    """Lift an exclusion; what the person declared counts again. Raises as above."""
    pool, user, state = _about_another(session, actor, pool_id, user_id, now=now)
    text = _text(reason, "reason", "Nennen Sie den Grund.")
    _refuse_unless(state is State.EXCLUDED, state)
    summary = f"{user.full_name} kann am Verfahren wieder mitwirken."
    return _add(
        session, actor, pool, user.id, user.full_name, Kind.READMITTED, text, summary, now=now
    )


def ask_anew(
    session: Session, actor: Actor, pool_id: uuid.UUID, reason: str, *, now: dt.datetime
) -> ConflictEntry:
    """Let everybody declare anew because facts have changed (bidders are known, for instance).

    All who had declared are told. The same reason again, while nobody has declared since, returns
    the entry that is there. Raises NotFound, Forbidden, InvalidInput.
    """
    pool = _locked(session, actor, pool_id)
    tasks.require(session, actor, Step.PREPARE_TENDER, queries.governed(session, pool), now=now)
    text = _text(reason, "reason", "Nennen Sie, was sich geändert hat.")
    last = queries.entries(session, pool.id)[-1:]
    if last and last[0].kind == Kind.RENEWAL and last[0].text == text:
        return last[0]
    people = [
        Reader(user_id=each.user_id)
        for each in queries.declarants(session, pool, now=now)
        if each.user_id is not None and each.has_declared
    ]
    summary = "Alle Erklärungen zu Interessenkonflikten sind zu erneuern."
    entry = _add(session, actor, pool, None, "alle", Kind.RENEWAL, text, summary, now=now)
    messages.send_many(
        session,
        people,
        cause=f"conflict-renewal:{entry.id}",
        kind=MESSAGE_KIND,
        subject=f"Neue Erklärung zu Interessenkonflikten für {pool.reference}",
        body=f"{summary}\n\nGrund: {text}",
        link=f"/buendelungen/{pool.id}/interessenkonflikte",
        now=now,
    )
    return entry


def _locked(session: Session, actor: Actor, pool_id: uuid.UUID) -> Pool:
    pool = pools.locked_pool(session, actor, pool_id)
    # Publication looks at declarations under the same lock (publication_gates).
    cooperations.locked_cooperation(session, pool.cooperation_id)
    return pool


def _about_another(
    session: Session, actor: Actor, pool_id: uuid.UUID, user_id: uuid.UUID, *, now: dt.datetime
) -> tuple[Pool, User, State]:
    pool = _locked(session, actor, pool_id)
    tasks.require(session, actor, Step.PREPARE_TENDER, queries.governed(session, pool), now=now)
    known = {each.user_id for each in queries.declarants(session, pool, now=now)}
    known |= {each.user_id for each in queries.entries(session, pool.id)}
    user = session.get(User, user_id) if user_id in known else None
    if user is None:
        raise NotFound("Die Person")
    if user_id == actor.user_id:
        raise Refused(
            "own_conflict",
            "Über den eigenen Interessenkonflikt entscheidet jemand anderes.",
            law=LAW,
        )
    return pool, user, queries.state_of(session, pool.id, user_id)


def _text(text: str, field: str, missing: str) -> str:
    cleaned = plain_text.many_lines(text, max_length=TEXT_LENGTH, field=field)
    if not cleaned:
        raise InvalidInput.of([Violation("text_missing", missing, field=field)])
    return cleaned


def _refuse_unless(is_right: bool, state: State) -> None:
    if not is_right:
        raise Refused("wrong_state", f"Das geht nicht beim Stand „{STATE_NAMES[state]}“.")


def _add(
    session: Session,
    actor: Actor,
    pool: Pool,
    user_id: uuid.UUID | None,
    name: str,
    kind: Kind,
    text: str,
    summary: str,
    *,
    now: dt.datetime,
) -> ConflictEntry:
    entry = ConflictEntry(
        pool_id=pool.id,
        user_id=user_id,
        organisation_id=actor.organisation_id,
        person_name=name[:NAME_LENGTH],
        kind=kind,
        text=text,
        by_id=actor.user_id,
        by_name=actor.name,
        at=now,
    )
    session.add(entry)
    session.flush()
    # The text is about private matters: the record names that it is there, the list shows it.
    record(
        session,
        actor,
        pool,
        f"conflict_{kind}",
        summary,
        now=now,
        entry_id=entry.id,
        user_id=str(user_id) if user_id else None,
        has_text=bool(text),
        law=LAW,
    )
    return entry
