import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tests.factories import access, messages, suppliers
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.messages import rules, service
from vergabe.messages.model import Mail, MailOptOut, MailPreference, Message
from vergabe.messages.service import Reader
from vergabe.outbox import OutboxRow

NOW = dt.datetime(2026, 11, 23, 11, tzinfo=dt.UTC)


def _send(session: Session, readers: list[Reader], cause: str = "cause", **more: Any) -> int:
    facts: dict[str, Any] = {"kind": "test", "subject": "Betreff", "body": "Text", "now": NOW}
    return service.send_many(session, readers, cause=cause, **(facts | more))


def test_same_cause_reaches_the_same_reader_once(session: Session) -> None:
    firm = suppliers.supplier(session)
    suppliers.supplier_person(session, firm)
    readers = [Reader(organisation_id=firm.id), Reader(organisation_id=firm.id)]
    assert _send(session, readers) == 1
    assert _send(session, [*readers, Reader(address="neu@example.org")]) == 1
    assert len(messages.all_messages(session)) == 2
    assert len(messages.waiting_mails(session)) == 2
    assert len(session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail")).all()) == 2


def test_send_says_whether_it_was_new(session: Session) -> None:
    reader = Reader(address="Wer@Example.org")
    facts = {"kind": "test", "subject": "B", "body": "T", "now": NOW}
    assert service.send(session, reader, dedupe_key="k", **facts)
    assert not service.send(session, reader, dedupe_key="k", **facts)
    assert service.send(session, reader, dedupe_key="k2", **facts)


def test_address_in_other_case_is_the_same_reader(session: Session) -> None:
    assert _send(session, [Reader(address="a@example.org"), Reader(address="A@Example.org ")]) == 1


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"organisation_id": uuid.uuid4(), "address": "a@example.org"},
        {"user_id": uuid.uuid4(), "organisation_id": uuid.uuid4()},
        {"address": ""},
    ],
)
def test_reader_is_exactly_one(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Reader(**parts)


def test_statements_do_not_grow_with_readers(
    session: Session, count_queries: Callable[[], int]
) -> None:
    few = [Reader(address=f"a{n}@example.org") for n in range(3)]
    many = [Reader(address=f"b{n}@example.org") for n in range(400)]
    _send(session, [Reader(address="zuerst@example.org")])  # opens the transaction
    count_queries()
    _send(session, few)
    for_few = count_queries()
    _send(session, many)
    assert count_queries() == for_few <= 5


def test_mail_goes_to_all_people_of_a_firm(session: Session) -> None:
    firm, other = suppliers.supplier(session, "A GmbH"), suppliers.supplier(session, "B GmbH")
    suppliers.supplier_person(session, firm, "eins@example.org")
    suppliers.supplier_person(session, firm, "zwei@example.org")
    suppliers.supplier_person(session, other, "fremd@example.org")
    inactive = suppliers.supplier_person(session, firm, "weg@example.org")
    inactive.active = False
    former = access.person(session, firm, email="frueher@example.org")
    access.grant(session, former, firm, Role.SUPPLIER, valid_to=dt.date(2026, 11, 22))
    session.flush()
    _send(session, [Reader(organisation_id=firm.id)])
    assert sorted(m.address for m in messages.waiting_mails(session)) == [
        "eins@example.org",
        "zwei@example.org",
    ]


def test_firm_without_people_is_reached_at_its_own_address(session: Session) -> None:
    firm = suppliers.supplier(session)
    _send(session, [Reader(organisation_id=firm.id)])
    assert [m.address for m in messages.waiting_mails(session)] == [firm.email]


def test_message_without_any_address_still_lies_in_the_mailbox(session: Session) -> None:
    firm = suppliers.supplier(session)
    firm.email = None
    session.flush()
    assert _send(session, [Reader(organisation_id=firm.id)]) == 1
    assert messages.waiting_mails(session) == []


def test_who_opted_out_gets_no_mail_but_the_message(session: Session) -> None:
    firm = suppliers.supplier(session)
    first = suppliers.supplier_person(session, firm, "eins@example.org")
    second = suppliers.supplier_person(session, firm, "zwei@example.org")
    session.add(MailOptOut(address=first.email, scope="kind:test", at=NOW))
    session.add(MailPreference(user_id=second.id, wants_mail=False))
    session.add(MailOptOut(address="bloss@example.org", scope="kind:test", at=NOW))
    session.flush()
    readers = [
        Reader(organisation_id=firm.id),
        Reader(user_id=first.id),
        Reader(address="bloss@example.org"),
    ]
    assert _send(session, readers) == 3
    assert messages.waiting_mails(session) == []
    assert _send(session, readers, cause="other", kind="anderes") == 3
    assert sorted(m.address for m in messages.waiting_mails(session)) == [
        "bloss@example.org",
        "eins@example.org",
        "eins@example.org",
    ]


def test_news_of_a_tender_end_for_that_tender_and_invitations_for_all() -> None:
    tender_id = uuid.uuid4()
    assert rules.opt_out_scope("answer", tender_id) == f"tender:{tender_id}"
    assert rules.opt_out_scope(rules.INVITATION, tender_id) == "kind:invitation"
    assert rules.opt_out_scope("reminder", None) == "kind:reminder"


def test_content_of_a_message_cannot_be_changed_in_the_database(session: Session) -> None:
    message = messages.message(session, Reader(address="a@example.org"))
    for change in (
        "UPDATE message SET subject = 'anders'",
        "UPDATE message SET body = 'anders'",
        "UPDATE message SET delivered_at = NULL",
        "UPDATE message SET address = 'b@example.org'",
        "UPDATE message SET content_sha256 = 'x'",
        "UPDATE message SET link = '/anderswo'",
        "DELETE FROM message",
    ):
        with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
            session.execute(text(change))
    session.refresh(message)
    assert message.content_sha256 == rules.content_sha256(message.subject, message.body)


def test_first_reading_can_be_noted(session: Session) -> None:
    message = messages.message(session, Reader(address="a@example.org"))
    message.first_read_at = clock.now()
    session.flush()
    session.refresh(message)
    assert message.first_read_at is not None


def test_message_to_nobody_or_two_is_refused_by_the_database(session: Session) -> None:
    message = messages.message(session, Reader(address="a@example.org"))
    firm = suppliers.supplier(session)
    for organisation_id, address in ((None, None), (firm.id, "b@example.org")):
        row = {c.key: getattr(message, c.key) for c in Message.__table__.columns}
        row |= {"id": uuid.uuid4(), "dedupe_key": str(uuid.uuid4())}
        row |= {"organisation_id": organisation_id, "address": address}
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(Message.__table__.insert(), row)


def test_sent_mail_has_its_instant(session: Session) -> None:
    messages.message(session, Reader(address="a@example.org"))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(Mail.__table__.update().values(state="sent"))


def test_subject_is_one_line_and_fits() -> None:
    assert rules.one_line("a\r\nBcc: b@example.org\x00\tc") == "a Bcc: b@example.org c"
    assert len(rules.one_line("ä" * 600)) == 400


def test_long_cause_is_hashed_into_its_column(session: Session) -> None:
    reader = Reader(address="a@example.org")
    assert _send(session, [reader], cause="c" * 500) == 1
    assert _send(session, [reader], cause="c" * 500) == 0
