"""One search over everything that somebody may see, by title, reference or words of the text.

Each kind is asked through the same conditions as its own list, and gives its newest few. Words are
looked for in the latest rows of each kind; a reference is found however old it is.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from vergabe.access.actor import Actor
from vergabe.access.model import RoleAssignment, User
from vergabe.access.permissions import Permission
from vergabe.collation import folded, german
from vergabe.cooperations import queries as cooperations
from vergabe.cooperations.model import Cooperation
from vergabe.cooperations.task_rules import Step
from vergabe.deadlines import queries as deadlines
from vergabe.deadlines.model import Deadline
from vergabe.demands import queries as demands
from vergabe.demands.model import Demand
from vergabe.enquiries.model import Enquiry
from vergabe.messages import queries as messages
from vergabe.messages.model import Message
from vergabe.notices import queries as notices
from vergabe.notices.model import Notice
from vergabe.pools import queries as pools
from vergabe.pools.model import Pool
from vergabe.tenders import duties
from vergabe.tenders import queries as tenders
from vergabe.tenders.model import Tender, TenderDocument
from vergabe.texts import _, marked
from vergabe.web import paging
from vergabe.web.formatting import moment, weekday_moment

FEW: Final = 6
LONGEST: Final = 200
MOST_WORDS: Final = 8
LOOKED_THROUGH: Final = 2_000
"""So many of the latest rows of a kind: as quick after twenty years as on the first day."""
TENDERS_LOOKED_THROUGH: Final = 200
ENQUIRIES_LOOKED_THROUGH: Final = 100
"""So many of the latest hits: whether somebody may answer them is asked tender by tender."""
Parts = Sequence[Sequence[ColumnElement[bool]]]


@dataclass(frozen=True)
class Hit:
    """Something that was found; reference: what somebody may have typed exactly."""

    title: str
    url: str
    reference: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Hits:
    """The hits of one kind, few of them; more_url: the list with the same words, if any."""

    label: str
    found: Sequence[Hit]
    has_more: bool
    more_url: str | None = None


@dataclass(frozen=True)
class Search:
    """What was typed, for whom (None: the public), and when."""

    session: Session
    actor: Actor | None
    text: str
    now: dt.datetime

    @property
    def words(self) -> list[str]:
        return self.text.split()[:MOST_WORDS]

    def narrowed(self, query: Select[*tuple[Any, ...]], *columns: Any) -> Select[*tuple[Any, ...]]:
        """Return the query for rows in which every word stands in one of the columns."""
        for word in self.words:
            query = query.where(or_(*(_says(column, word) for column in columns)))
        return query

    def rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
        """Return the first few rows and, if there are more, one more."""
        return self.session.scalars(query.limit(FEW + 1)).all()

    def latest(
        self, kind: Any, parts: Parts, columns: Sequence[str], *conditions: Any, by: str = "id"
    ) -> Sequence[Any]:
        """Return the first few with all words among the latest of a kind, part by part.

        parts: what is visible, in parts that an index serves each; by: column of their order.
        Whatever has the typed text as its reference stands in front, however old it is.
        """
        found: dict[Any, Any] = {}
        for part in parts:
            order = getattr(kind, by).desc()
            newest = select(kind).where(*part, *conditions).order_by(order).limit(LOOKED_THROUGH)
            row = aliased(kind, newest.subquery())
            query = self.narrowed(select(row), *(getattr(row, name) for name in columns))
            found |= {each.id: each for each in self.rows(query.order_by(getattr(row, by).desc()))}
        hits = sorted(found.values(), key=attrgetter(by), reverse=True)
        named = self._named(kind, parts) if hasattr(kind, "reference") else []
        return [*named, *(each for each in hits if each not in named)][: FEW + 1]

    def _named(self, kind: Any, parts: Parts) -> list[Any]:
        visible = or_(false(), *(and_(true(), *part) for part in parts))
        wanted = self.text.strip().upper()
        return list(self.session.scalars(select(kind).where(kind.reference == wanted, visible)))


def _says(column: Any, word: str) -> ColumnElement[bool]:
    return german(column).contains(folded(word), autoescape=True)


def _hits(
    label: str, rows: Sequence[Any], as_hit: Callable[[Any], Hit], more_url: str | None = None
) -> Hits:
    return Hits(label, [as_hit(row) for row in rows[:FEW]], len(rows) > FEW, more_url)


def _demands(search: Search, actor: Actor) -> Hits:
    parts = [demands.visible_to(actor, Permission.VIEW_DEMANDS)]
    return _hits(
        marked("Bedarfe"),
        search.latest(Demand, parts, ("search_text", "reference")),
        lambda d: Hit(d.title, url_for("demands.show", demand_id=d.id), d.reference),
        url_for("demands.index", q=search.text),
    )


def _pools(search: Search, actor: Actor) -> Hits:
    parts = pools.visible_parts(search.session, actor, search.now)
    return _hits(
        marked("Bündelungen"),
        search.latest(Pool, parts, ("title", "reference")),
        lambda p: Hit(p.title, url_for("pools.show", pool_id=p.id), p.reference),
    )


def _tenders(search: Search, actor: Actor) -> Hits:
    parts = tenders.visible_parts(search.session, actor, search.now)
    return _hits(
        marked("Vergabeverfahren"),
        search.latest(Tender, parts, ("title", "reference")),
        lambda t: Hit(t.title, url_for("tenders.show", tender_id=t.id), t.reference),
        url_for("tenders.index", q=search.text),
    )


def _deadlines(search: Search, actor: Actor) -> Hits:
    parts = deadlines.visible_parts(search.session, actor, search.now)
    columns = ("title", "subject_reference")
    return _hits(
        marked("Fristen"),
        search.latest(Deadline, parts, columns, Deadline.lifted_at.is_(None), by="due_at"),
        lambda d: Hit(
            f"{d.title} ({d.subject_reference})",
            url_for("deadlines.show", deadline_id=d.id),
            detail=weekday_moment(d.due_at),
        ),
    )


def _latest_tenders(search: Search, actor: Actor, *conditions: Any) -> Select[Any]:
    """Return the ids of the newest visible tenders, in whose papers and questions is searched."""
    parts = tenders.visible_parts(search.session, actor, search.now)
    return paging.newest_ids(Tender.id, parts, *conditions, limit=TENDERS_LOOKED_THROUGH)


def _enquiries(search: Search, actor: Actor) -> Hits:
    # Before an answer nobody knows of a question but who answers those of its tender.
    tasks = tenders.work_of(actor, Step.ANSWER_ENQUIRIES).with_only_columns(Tender.id)
    query = search.narrowed(
        select(Enquiry, Tender)
        .join(Tender, Tender.id == Enquiry.tender_id)
        .where(Tender.id.in_(_latest_tenders(search, actor, Tender.id.in_(tasks))))
        .options(selectinload(Tender.cooperation), selectinload(Tender.pool)),
        Enquiry.text,
        Tender.reference,
    ).order_by(Enquiry.asked_at.desc())
    return _hits(
        marked("Bieterfragen"),
        _answered_by(search, actor, search.session.execute(query.limit(ENQUIRIES_LOOKED_THROUGH))),
        lambda e: Hit(
            _shortened(e.text),
            url_for("enquiries.officer_list", tender_id=e.tender_id),
            detail=moment(e.asked_at, seconds=False),
        ),
    )


def _answered_by(search: Search, actor: Actor, rows: Iterable[Any]) -> Sequence[Enquiry]:
    """Return the first few of these questions that the actor may answer, and one more."""
    may: dict[uuid.UUID, bool] = {}
    found: list[Enquiry] = []
    for enquiry, tender in rows:
        if tender.id not in may:
            may[tender.id] = duties.may(
                search.session, actor, tender, Step.ANSWER_ENQUIRIES, now=search.now
            )
        if may[tender.id]:
            found.append(enquiry)
        if len(found) > FEW:
            break
    return found


def _documents(search: Search, actor: Actor) -> Hits:
    query = (
        search.narrowed(
            select(TenderDocument).where(
                TenderDocument.tender_id.in_(_latest_tenders(search, actor)),
                TenderDocument.removed_in_version.is_(None),
            ),
            TenderDocument.title,
            TenderDocument.file_name,
        )
        .options(joinedload(TenderDocument.tender))
        .order_by(TenderDocument.uploaded_at.desc())
    )
    return _hits(
        marked("Unterlagen"),
        search.rows(query),
        lambda d: Hit(
            d.title,
            url_for("tender_documents.index", tender_id=d.tender_id),
            detail=f"{d.tender.reference}: {d.file_name}",
        ),
    )


def _cooperations(search: Search, actor: Actor) -> Hits:
    query = search.narrowed(
        cooperations.visible(actor, search.now), Cooperation.name, Cooperation.key
    ).order_by(Cooperation.name)
    return _hits(
        marked("Zusammenarbeit"),
        search.rows(query),
        lambda c: Hit(c.name, url_for("cooperations.show", key=c.key), c.key),
    )


def _people(search: Search, actor: Actor) -> Hits:
    members = select(RoleAssignment.user_id).where(
        RoleAssignment.organisation_id == actor.organisation_id
    )
    query = search.narrowed(
        select(User).where(User.id.in_(members)), User.full_name, User.email
    ).order_by(User.full_name)
    return _hits(
        marked("Personen"),
        search.rows(query),
        lambda u: Hit(u.full_name, url_for("accounts.people"), u.email, u.email),
    )


def _messages(search: Search, actor: Actor) -> Hits:
    return _hits(
        marked("Mitteilungen"),
        search.latest(Message, messages.mailbox_parts(actor), ("subject",)),
        lambda m: Hit(
            m.subject,
            url_for("messages.show", message_id=m.id),
            detail=moment(m.delivered_at, seconds=False),
        ),
        url_for("messages.mailbox"),
    )


def _notices(search: Search) -> Hits:
    page = notices.search(
        search.session, notices.Search(text=search.text), now=search.now, limit=FEW + 1
    )
    found = list(page.items)
    exact = _exact_notice(search)
    if exact is not None and exact.tender_id not in {notice.tender_id for notice in found}:
        found.insert(0, exact)
    return _hits(
        marked("Bekanntmachungen"),
        found,
        lambda n: Hit(
            n.title, url_for("notices.show", reference=n.tender.reference), n.tender.reference
        ),
        url_for("notices.search", q=search.text),
    )


def _exact_notice(search: Search) -> Any:
    return search.session.scalars(
        select(Notice)
        .join(Tender, Tender.id == Notice.tender_id)
        .where(
            Tender.reference == search.text.upper(),
            Notice.is_current,
            Notice.stage == "published",
        )
        .options(joinedload(Notice.tender))
        .limit(1)
    ).first()


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119].rstrip()}…"


Source = Callable[[Search, Actor], Hits]
_SOURCES: Final[tuple[tuple[Permission, Source], ...]] = (
    (Permission.VIEW_DEMANDS, _demands),
    (Permission.VIEW_POOLS, _pools),
    (Permission.VIEW_TENDERS, _tenders),
    (Permission.VIEW_DEADLINES, _deadlines),
    (Permission.ANSWER_ENQUIRIES, _enquiries),
    (Permission.VIEW_TENDERS, _documents),
    (Permission.VIEW_COOPERATION, _cooperations),
    (Permission.ADMINISTER_ORGANISATION, _people),
    (Permission.VIEW_MESSAGES, _messages),
)


def find(search: Search) -> list[Hits]:
    """Return the hits of each kind that has any; everybody finds public notices."""
    if not search.words:
        return []
    actor = search.actor
    all_hits = [
        source(search, actor)
        for permission, source in _SOURCES
        if actor is not None and actor.organisation_id is not None and actor.holds(permission)
    ]
    return [hits for hits in [*all_hits, _notices(search)] if hits.found]


def exact(text: str, found: Iterable[Hits]) -> Hit | None:
    """Return the hit whose reference was typed, the inner page before the public one."""
    wanted = text.strip().casefold()
    hits = [hit for hits in found for hit in hits.found]
    return next((hit for hit in hits if hit.reference.casefold() == wanted), None)


def label(hits: Hits) -> str:
    """Return the name of a kind in the reader's language."""
    return _(hits.label)
