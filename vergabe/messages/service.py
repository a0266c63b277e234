"""Writing messages in the deciding transaction: into mailboxes, and as mails into the outbox."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from vergabe import bulk, ids, outbox
from vergabe.messages import queries, rules
from vergabe.messages.model import Mail, Message

MAIL_KIND: Final = "mail"
MESSAGE_MAIL: Final = "message_mail"
ACCOUNT_MAIL: Final = "account_mail"
T = TypeVar("T")
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True)
class Reader:
    """Who reads a message: exactly one of an organisation, a person, or a bare e-mail address.

    Raises ValueError for none or several.
    """

    organisation_id: uuid.UUID | None = None
    user_id: uuid.UUID | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        given = [part for part in (self.organisation_id, self.user_id, self.address) if part]
        if len(given) != 1:
            raise ValueError("a reader is exactly one of organisation, person and address")

    @cached_property
    def key(self) -> str:
        """What tells readers apart in a dedupe key; addresses are hashed, in lower case."""
        if self.organisation_id:
            return f"o:{self.organisation_id}"
        if self.user_id:
            return f"u:{self.user_id}"
        address = (self.address or "").strip().lower()
        return f"a:{hashlib.sha256(address.encode()).hexdigest()[:40]}"


class Note(NamedTuple):
    """One of many messages that differ; `cause` makes it the same message for its reader."""

    reader: Reader
    cause: str
    subject: str
    body: str
    link: str | None = None


def send(
    session: Session,
    reader: Reader,
    *,
    dedupe_key: str,
    kind: str,
    subject: str,
    body: str,
    now: dt.datetime,
    tender_id: uuid.UUID | None = None,
    link: str | None = None,
    by_mail: bool = True,
) -> bool:
    """Put one message into a mailbox, and a mail beside it; return False if it was there already.

    dedupe_key: what makes it the same message for this reader, e.g. `deadline:<id>:3`.
    """
    sent = send_many(
        session,
        [reader],
        cause=dedupe_key,
        kind=kind,
        subject=subject,
        body=body,
        now=now,
        tender_id=tender_id,
        link=link,
        by_mail=by_mail,
    )
    return sent == 1


def send_many(
    session: Session,
    readers: Iterable[Reader],
    *,
    cause: str,
    kind: str,
    subject: str,
    body: str,
    now: dt.datetime,
    tender_id: uuid.UUID | None = None,
    link: str | None = None,
    by_mail: bool = True,
) -> int:
    """Put the same message into many mailboxes, and mails beside them; return how many were new.

    cause: what makes it the same message; a reader that has it already gets nothing, so a handler
    may safely run twice. body: plain text. link: path on this service. A fixed number of
    statements, whatever the number of readers.
    """
    wanted = {_key(cause, reader): (reader, _NOTHING) for reader in readers}
    about = {"kind": kind, "tender_id": tender_id, **_content(subject, body, link)}
    return _send(session, wanted, about, by_mail=by_mail, now=now)


def send_each(session: Session, notes: Iterable[Note], *, kind: str, now: dt.datetime) -> int:
    """Put many different messages of one kind into mailboxes; return how many were new.

    Otherwise as `send_many`: mails beside them, each at most once, a fixed number of statements.
    """
    wanted = {
        _key(note.cause, note.reader): (note.reader, _content(note.subject, note.body, note.link))
        for note in notes
    }
    return _send(session, wanted, {"kind": kind, "tender_id": None}, by_mail=True, now=now)


def _key(cause: str, reader: Reader) -> str:
    return rules.fitting_key(f"{cause}:{reader.key}")


def _content(subject: str, body: str, link: str | None) -> dict[str, Any]:
    subject = rules.one_line(subject)
    return {
        "subject": subject,
        "body": body,
        "link": link,
        "content_sha256": rules.content_sha256(subject, body),
    }


def _send(
    session: Session,
    wanted: Mapping[str, tuple[Reader, Mapping[str, Any]]],
    about: Mapping[str, Any],
    *,
    by_mail: bool,
    now: dt.datetime,
) -> int:
    """Write messages and mails; wanted: reader and what is its own, by key; about: the rest."""
    # One fixed order of the keys: two transactions that tell the same readers cannot deadlock.
    each = sorted(wanted.items(), key=itemgetter(0))
    rows = [
        {
            "id": message_id,
            "dedupe_key": key,
            "organisation_id": reader.organisation_id,
            "user_id": reader.user_id,
            "address": reader.address.strip().lower() if reader.address else None,
            **own,
        }
        for message_id, (key, (reader, own)) in zip(ids.new_ids(len(each)), each, strict=True)
    ]
    new_ids = bulk.insert_new(session, Message, rows, {**about, "delivered_at": now})
    if by_mail and new_ids:
        is_all = len(new_ids) == len(rows)
        new = rows if is_all else [row for row in rows if row["id"] in new_ids]
        scopes = rules.opt_out_scopes(about["kind"], about["tender_id"])
        _write_mails(session, new, scopes=scopes, now=now)
    return len(new_ids)


def send_account_mail(
    session: Session, to: str, *, subject: str, body: str, now: dt.datetime, link: str | None = None
) -> None:
    """Write a mail that belongs to no mailbox: confirmations and invitations with a secret link.

    link: path on this service. Its text is forgotten once it has left, and nobody can opt out.
    """
    payload = {"to": to, "subject": rules.one_line(subject), "body": body, "link": link}
    outbox.put(session, MAIL_KIND, ACCOUNT_MAIL, str(ids.new_id()), payload, now=now)


def _write_mails(
    session: Session,
    messages: Sequence[Mapping[str, Any]],
    *,
    scopes: Sequence[str],
    now: dt.datetime,
) -> None:
    addresses = queries.mail_addresses(
        session,
        organisation_ids=_each_once(m["organisation_id"] for m in messages),
        user_ids=_each_once(m["user_id"] for m in messages),
        bare=_each_once(m["address"] for m in messages),
        opt_out_scopes=scopes,
        now=now,
    )
    found = [
        (message["id"], address)
        for message in messages
        for address in addresses.get(
            message["organisation_id"] or message["user_id"] or message["address"], ()
        )
    ]
    mails = [
        {"id": mail_id, "message_id": message_id, "address": address}
        for mail_id, (message_id, address) in zip(ids.new_ids(len(found)), found, strict=True)
    ]
    bulk.insert_all(session, Mail, mails, {"state": "waiting"})
    # Mails to one address arrive in the order of what they tell. Those of the login do not wait
    # for others: their link is asked for now.
    lane_of = lru_cache(maxsize=None)(_lane)
    lanes = {str(mail["id"]): lane_of(mail["address"]) for mail in mails}
    outbox.put_many(
        session,
        MAIL_KIND,
        [(MESSAGE_MAIL, mail_id, {"mail_id": mail_id}) for mail_id in lanes],
        now=now,
        lane_of=lambda payload: lanes[payload["mail_id"]],
    )


def _each_once(readers: Iterable[T | None]) -> list[T]:
    return [each for each in dict.fromkeys(readers) if each]


def _lane(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:40]
