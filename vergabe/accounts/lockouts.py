"""Counting failed logins, making guessers wait, and telling the person whose account it is."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access import queries
from vergabe.access.actor import Actor
from vergabe.access.model import User
from vergabe.accounts import lockout_rules as rules
from vergabe.accounts.lockout_model import LoginFailures
from vergabe.accounts.lockout_rules import Scope
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.db import insert_unless_there
from vergabe.errors import NotFound
from vergabe.messages import service as messages

LOGIN: Final = "login"
CODE: Final = "code"
_TOLD: Final = "told"
_WATCH: Final = Actor.operator("Anmeldung")


@dataclass(frozen=True)
class Attempt:
    """An attempt at an account. step: `login` (password) or `code` (second factor).

    email: of the account that is meant, whether it exists or not; device: the mark of a browser
    that has logged in there before, None: none; network: where the request comes from.
    """

    step: str
    email: str
    device: str | None
    network: str

    @property
    def counts(self) -> dict[Scope, str]:
        """Return what it is counted by."""
        if self.device is not None:
            return {Scope.DEVICE: self.device}
        return {Scope.ADDRESS: self.network, Scope.ACCOUNT: ""}


def account_key(secret_key: str, email: str) -> str:
    """Return what stands for an account; addresses are the same in upper and lower case."""
    return _hash(secret_key, "account", email.strip().lower())


def begin(
    session: Session, attempt: Attempt, *, secret_key: str, now: dt.datetime
) -> dt.datetime | None:
    """Count an attempt before it is looked at; return until when it waits instead, None: not.

    Counted first, so that a thousand attempts at once are a thousand. One that has to wait is not
    counted: nobody can make the wait longer for others. `succeed` takes it back.
    """
    account = account_key(secret_key, attempt.email)
    rows = [
        _locked_row(session, account, scope, _key(secret_key, attempt, scope, whose), now)
        for scope, whose in sorted(attempt.counts.items())
    ]
    for row in rows:
        if rules.is_forgotten(row.last_at, now):
            row.failures = 0
    until = max(rules.waits_until(Scope(row.scope), row.failures, row.last_at) for row in rows)
    if until > now:
        return until
    for row in rows:
        row.failures += 1
        row.last_at = now
    session.flush()
    return None


def succeed(session: Session, attempt: Attempt, *, secret_key: str) -> None:
    """Forget the failures at this device or address; of the account's only this attempt."""
    for scope, whose in sorted(attempt.counts.items()):
        row = session.get(
            LoginFailures, _key(secret_key, attempt, scope, whose), with_for_update=True
        )
        if row is None:
            continue
        if scope is Scope.ACCOUNT and row.failures > 1:
            row.failures -= 1
        else:
            session.delete(row)
    session.flush()


def fail(session: Session, attempt: Attempt, *, secret_key: str, now: dt.datetime) -> bool:
    """Tell the person if there is a wait from now on, once a day; return whether they were told.

    It stands in the record of each organisation of theirs as well, without any address. Nothing is
    told where there is no such account.
    """
    keys = [_key(secret_key, attempt, scope, whose) for scope, whose in attempt.counts.items()]
    rows = session.scalars(select(LoginFailures).where(LoginFailures.key.in_(keys))).all()
    if not any(rules.begins_to_wait(Scope(row.scope), row.failures) for row in rows):
        return False
    user = queries.user_by_email(session, attempt.email)
    if user is None or not user.active:
        return False
    account = account_key(secret_key, attempt.email)
    told = _locked_row(session, account, _TOLD, _hash(secret_key, _TOLD, account), now)
    if told.failures and now - told.last_at < rules.TOLD_AGAIN_AFTER:
        return False
    told.failures, told.last_at = 1, now
    _tell(session, user, attempt, now=now)
    return True


def unlock(session: Session, email: str, *, secret_key: str) -> int:
    """Forget all failures of an account (a new password, the operator); return how many counts."""
    account = account_key(secret_key, email)
    gone: CursorResult[tuple[()]] = session.execute(  # type: ignore[assignment]  # of a DELETE
        delete(LoginFailures).where(LoginFailures.account == account)
    )
    return gone.rowcount


def unlock_by_operator(
    session: Session, actor: Actor, email: str, *, secret_key: str, now: dt.datetime
) -> User:
    """Let a person try again at once, recorded for their organisations; NotFound if nobody."""
    user = queries.user_by_email(session, email)
    if user is None or not actor.is_operator:
        raise NotFound("Diese Person")
    unlock(session, email, secret_key=secret_key)
    act = Act("login_unlocked", "user_account", user.id, f"Anmeldung von {user.full_name} frei.")
    _record(session, actor, user.id, act, now=now)
    return user


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Delete counts that mean nothing any more; return how many."""
    gone: CursorResult[tuple[()]] = session.execute(  # type: ignore[assignment]  # of a DELETE
        delete(LoginFailures).where(LoginFailures.last_at <= now - rules.FORGOTTEN_AFTER)
    )
    return gone.rowcount


def _locked_row(
    session: Session, account: str, scope: Scope | str, key: str, now: dt.datetime
) -> LoginFailures:
    values = {"key": key, "account": account, "scope": str(scope), "failures": 0, "last_at": now}
    insert_unless_there(session, LoginFailures, values)
    return session.get_one(LoginFailures, key, with_for_update=True, populate_existing=True)


def _tell(session: Session, user: User, attempt: Attempt, *, now: dt.datetime) -> None:
    what = "Codes für den zweiten Faktor" if attempt.step == CODE else "Passwörter"
    local = now.astimezone(clock.BERLIN)
    messages.send_account_mail(
        session,
        user.email,
        subject="Mehrere Fehlversuche bei Ihrer Anmeldung",
        body=(
            f"Guten Tag {user.full_name},\n\n"
            f"bis zum {local:%d.%m.%Y} um {local:%H:%M} Uhr wurden für Ihr Konto mehrmals falsche "
            f"{what} eingegeben. Von dort wird jeder weitere Versuch eine Weile nicht angenommen. "
            "Ein Browser, mit dem Sie sich früher angemeldet haben, ist davon nicht betroffen.\n\n"
            "Waren Sie es selbst? Dann warten Sie einige Minuten, oder setzen Sie unter dem Link "
            "ein neues Passwort; danach können Sie sich sofort anmelden.\n\n"
            "Waren Sie es nicht? Dann ist nichts geschehen: Niemand hat sich angemeldet. Ein "
            "zweiter Faktor schützt Ihr Konto auch dann, wenn jemand Ihr Passwort errät.\n"
        ),
        link="/passwort-vergessen",
        now=now,
    )
    act = Act(
        "login_slowed",
        "user_account",
        user.id,
        f"Nach mehreren Fehlversuchen wartet die Anmeldung von {user.full_name}.",
        details={"step": attempt.step},
    )
    _record(session, _WATCH, user.id, act, now=now)


def _record(
    session: Session, actor: Actor, user_id: uuid.UUID, act: Act, *, now: dt.datetime
) -> None:
    organisations: Sequence[uuid.UUID] = [
        found.id for found in queries.organisations_of(session, user_id, now=now)
    ]
    for organisation_id in organisations:
        audit.append(session, audit.stream_of("organisation", organisation_id), actor, act, now=now)


def _key(secret_key: str, attempt: Attempt, scope: Scope, whose: str) -> str:
    return _hash(
        secret_key, attempt.step, str(scope), account_key(secret_key, attempt.email), whose
    )


def _hash(secret_key: str, *parts: str) -> str:
    return hmac.new(secret_key.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()
