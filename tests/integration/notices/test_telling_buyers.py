import uuid

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories import access as make
from tests.factories import cooperations, tenders
from tests.factories import messages as message_factory
from vergabe import clock
from vergabe.access.permissions import Role
from vergabe.files import current
from vergabe.notices import handlers, queries
from vergabe.notices.events import NoticePublished


def test_who_bound_a_member_is_told_once_what_was_published(app: Flask, session: Session) -> None:
    tender = tenders.published(session, current.store())
    member = cooperations.town(session, "Jülich")
    treasurer = make.person(session, member, Role.RELEASER)
    make.person(session, member, Role.REQUESTER)
    stranger = make.organisation(session, "Linnich")
    make.person(session, stranger, Role.RELEASER)
    (notice,) = queries.notices_of(session, tender.id)
    event = NoticePublished(notice.id, tender.id, notice.kind)
    for _ in range(2):
        handlers.tell_buyers(session, event, event_id=uuid.uuid4(), now=clock.now())
    told = message_factory.all_messages(session, kind="tender")
    assert [message.user_id for message in told] == [treasurer.id]
    assert tender.reference in told[0].subject


def test_the_reason_of_a_cancellation_stands_in_its_letter_alone(
    app: Flask, session: Session
) -> None:
    tender = tenders.published(session, current.store())
    make.person(session, cooperations.town(session, "Jülich"), Role.RELEASER)
    reason = "Der Bedarf ist vollständig entfallen."
    tenders.cancel(session, current.store(), tender, reason)
    for notice in queries.notices_of(session, tender.id):
        event = NoticePublished(notice.id, tender.id, notice.kind)
        handlers.tell_buyers(session, event, event_id=uuid.uuid4(), now=clock.now())
    told = {m.subject: m.body for m in message_factory.all_messages(session, kind="tender")}
    assert {subject.split()[1]: reason in body for subject, body in told.items()} == {
        "veröffentlicht:": False,
        "aufgehoben:": True,
    }
