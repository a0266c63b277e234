"""What must hold after the last kill: nothing lost that was answered, nothing double or by half."""

from collections import Counter
from collections.abc import Iterable
from email.parser import BytesHeaderParser
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.integration.messages.smtp_server import Postbox
from tests.killing.clients import FIRMS, ROWS, Diary
from vergabe.audit import queries as audit
from vergabe.db import reading
from vergabe.deadlines.model import Deadline
from vergabe.demands.model import Demand
from vergabe.enquiries.model import Enquiry
from vergabe.files import current
from vergabe.files.store import DamagedFile
from vergabe.jobs.model import Job
from vergabe.messages.model import Mail, Message
from vergabe.notices.model import FeedCounter, Notice
from vergabe.outbox import OutboxRow
from vergabe.pools.model import Joining
from vergabe.tenders.model import Tender, TenderVersion

Seen = Counter[tuple[str, str]]
"""How often a mail has come, by recipient and Message-ID."""


def _seen(postbox: Postbox) -> Seen:
    heads = (BytesHeaderParser().parsebytes(content) for _, content in postbox.received)
    return Counter((str(head["To"]), str(head["Message-ID"])) for head in heads)


def waiting(app: Flask) -> int:
    """Return how many rows of the outbox and jobs are not done yet."""
    with app.app_context(), reading() as session:
        rows = session.scalar(select(func.count()).where(OutboxRow.state == "waiting")) or 0
        open_ = select(func.count()).where(Job.state.in_(("waiting", "running")))
        return rows + (session.scalar(open_) or 0)


def judge(app: Flask, diary: Diary, postbox: Postbox) -> tuple[list[str], dict[str, Any]]:
    """Return every wrong, in words, and figures."""
    seen = _seen(postbox)
    with app.app_context(), reading() as session:
        wrong = [f"refused: {text}" for text in diary.refused]
        for part in (_publications, _feed, _questions, _imports, _joinings, _mails, _record):
            wrong += part(session, diary, seen)
        figures = {
            "acknowledged": {kind: len(keys) for kind, keys in sorted(diary.acknowledged.items())},
            "trouble": dict(diary.trouble),
            "messages": dict(
                session.execute(
                    select(Message.kind, func.count()).group_by(Message.kind).order_by(Message.kind)
                ).all()
            ),
            "mails": session.scalar(select(func.count()).select_from(Mail)),
            "mails_repeated": len(postbox.received) - len(seen),
            "record_chains": len(audit.streams(session)),
            "most_attempts": session.scalar(select(func.max(OutboxRow.attempts))),
        }
    return wrong, figures


def _lost(diary: Diary, kind: str, found: Iterable[str]) -> list[str]:
    missing = diary.acknowledged.get(kind, set()) - set(found)
    return [f"{kind} was acknowledged and is not there: {key}" for key in sorted(missing)]


def _publications(session: Session, diary: Diary, _: Seen) -> list[str]:
    wrong, published = [], []
    for tender in session.scalars(select(Tender)):
        notices = session.scalars(select(Notice).where(Notice.tender_id == tender.id)).all()
        parts = {
            "notice": len(notices) == 1,
            "published": [notice.stage for notice in notices] == ["published"],
            "place": all(notice.feed_sequence for notice in notices) and bool(notices),
            "documents": {d.format for notice in notices for d in notice.documents}
            >= {"xvergabe", "ocds", "pdf"},
            "version": _count(session, TenderVersion, TenderVersion.tender_id == tender.id) > 0,
            "deadlines": _count(session, Deadline, Deadline.subject_id == tender.id) > 0,
            "stage": tender.stage == "published",
        }
        if len(set(parts.values())) != 1:
            wrong.append(f"half published, {tender.id}: {parts}")
        elif all(parts.values()):
            published.append(str(tender.id))
            wrong += _damaged(notices)
    firms = Counter(session.scalars(select(Message.tender_id).where(Message.kind == "invitation")))
    if set(firms.values()) - {FIRMS} or len(firms) != len(published):
        wrong.append(f"invitations to {len(firms)} tenders: {Counter(firms.values())}")
    return wrong + _lost(diary, "publish", published)


def _count(session: Session, model: Any, condition: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(condition)) or 0


def _damaged(notices: Iterable[Notice]) -> list[str]:
    wrong = []
    for document in (document for notice in notices for document in notice.documents):
        try:
            for _ in current.store().chunks(document.file_sha256):
                pass
        except (FileNotFoundError, DamagedFile) as error:
            wrong.append(f"document {document.id}: {error!r}")
    return wrong


def _feed(session: Session, _diary: Diary, _: Seen) -> list[str]:
    query = select(Notice.feed_sequence).where(Notice.feed_sequence.is_not(None))
    places = sorted(place for place in session.scalars(query) if place is not None)
    last = session.scalar(select(FeedCounter.last_sequence).where(FeedCounter.feed == "notices"))
    if places != list(range(1, (last or 0) + 1)):
        return [f"places of the feed: {places}, counter {last}"]
    return []


def _questions(session: Session, diary: Diary, _: Seen) -> list[str]:
    texts = Counter(session.scalars(select(Enquiry.text)))
    wrong = [f"asked twice: {text}" for text, count in texts.items() if count > 1]
    told = Counter(session.scalars(select(Message.user_id).where(Message.kind == "enquiry")))
    if set(told.values()) - {len(texts)}:
        wrong.append(f"{len(texts)} questions, told {dict(told)}")
    return wrong + _lost(diary, "ask", texts)


def _imports(session: Session, diary: Diary, _: Seen) -> list[str]:
    titles = session.scalars(select(Demand.title).where(Demand.title.startswith("Helme ")))
    rows = Counter(title.removeprefix("Helme ") for title in titles)
    wrong = [f"import by half: {name}, {n} of {ROWS}" for name, n in rows.items() if n != ROWS]
    states = set(session.scalars(select(Job.state).distinct()))
    if states - {"done"}:
        wrong.append(f"jobs: {states}")
    return wrong + _lost(diary, "import", rows) + _lost(diary, "job", rows)


def _joinings(session: Session, diary: Diary, _: Seen) -> list[str]:
    found = Counter(
        f"{pool_id}:{organisation_id}"
        for pool_id, organisation_id in session.execute(
            select(Joining.pool_id, Joining.organisation_id).where(Joining.decision == "joined")
        )
    )
    wrong = [f"joined twice: {key}" for key, count in found.items() if count > 1]
    return wrong + _lost(diary, "join", found)


def _mails(session: Session, _diary: Diary, seen: Seen) -> list[str]:
    wrong = []
    for model in (OutboxRow, Mail):
        states = set(session.scalars(select(model.state).distinct()))
        if states - {"done", "sent"}:
            wrong.append(f"{model.__tablename__}: {states}")
    mails = session.scalar(select(func.count()).select_from(Mail))
    if len(seen) != mails:
        wrong.append(f"{mails} mails were written, {len(seen)} have come")
    return wrong


def _record(session: Session, _diary: Diary, _: Seen) -> list[str]:
    broken = {s: found for s in audit.streams(session) if (found := audit.breaks(session, s))}
    return [f"chain {stream}: {found}" for stream, found in broken.items()]
