"""Verifying chains on their page: short ones while it is drawn, long ones in the background."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from vergabe.access.actor import Actor
from vergabe.access.permissions import Permission
from vergabe.audit.model import RecordChain
from vergabe.audit.queries import Verified
from vergabe.errors import NotFound
from vergabe.jobs import queries as jobs
from vergabe.jobs import service
from vergabe.jobs.kinds import JobKind
from vergabe.jobs.model import Job
from vergabe.jobs.rules import OPEN
from vergabe.jobs.running import Outcome, Task
from vergabe.records import queries, subjects
from vergabe.records.queries import ChainRef, CheckedChain
from vergabe.records.subjects import Subject
from vergabe.texts import _, lazy, ngettext

KIND: Final = "records.verify"
AT_ONCE: Final = 10_000
"""So many entries are verified within a second."""
_MOST_BREAKS: Final = 200


class Of(StrEnum):
    """What a record is of; in addresses and forms by its German name."""

    TENDER = "verfahren"
    POOL = "buendelung"
    COOPERATION = "zusammenarbeit"
    DEMANDS = "bedarfe"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Which:
    """A record: what it is of, and the id or key in its address (empty for an organisation)."""

    of: Of
    id: str = ""

    @property
    def key(self) -> str:
        return f"{self.of}:{self.id}"

    @property
    def found_id(self) -> uuid.UUID:
        """Return the id; NotFound for what cannot be one."""
        try:
            return uuid.UUID(self.id)
        except ValueError as error:
            raise NotFound("Die Akte") from error

    @property
    def url(self) -> str:
        """Return the address of its page."""
        endpoint, name = _PAGES[self.of]
        values: dict[str, Any] = {name: self.id} if name else {}
        return url_for(endpoint, **values)


_PAGES: Final = {
    Of.TENDER: ("records.show_tender", "tender_id"),
    Of.POOL: ("chains.pool", "pool_id"),
    Of.COOPERATION: ("chains.cooperation", "key"),
    Of.DEMANDS: ("chains.demands", "key"),
    Of.ORGANISATION: ("chains.organisation", ""),
}


@dataclass(frozen=True)
class Report:
    """What a page says of its chains.

    chains: as they were found at `at`, None if nobody has verified them yet; entry_count: as their
    heads have it now; is_long: they are verified in the background; job_id: that is under way.
    """

    which: Which
    chains: Sequence[CheckedChain] | None
    at: dt.datetime
    entry_count: int
    is_long: bool = False
    job_id: uuid.UUID | None = None

    @property
    def newer(self) -> int:
        """Return how many entries have come since the chains were verified."""
        known = sum(chain.verified.entry_count for chain in self.chains or ())
        return max(0, self.entry_count - known)


def which(of: str, record_id: str) -> Which:
    """Return the record that a form names; NotFound for what is none."""
    if of not in list(Of) or not record_id.isprintable():
        raise NotFound("Die Akte")
    return Which(Of(of), record_id)


def refs_of(session: Session, actor: Actor, wanted: Which) -> tuple[str, list[ChainRef]]:
    """Return the name of a record and its chains; NotFound or Forbidden as on its page."""
    if wanted.of is Of.TENDER:
        tender = queries.tender_for_record(session, actor, wanted.found_id)
        return tender.reference, queries.chains_of(session, actor, tender)
    subject = subject_of(session, actor, wanted)
    return subject.reference, [subject.chain]


def subject_of(session: Session, actor: Actor, wanted: Which) -> Subject:
    """Return what has a chain of its own; errors as `refs_of`."""
    if wanted.of is Of.POOL:
        return subjects.of_pool(session, actor, wanted.found_id)
    if wanted.of is Of.COOPERATION:
        return subjects.of_cooperation(session, actor, wanted.id)
    if wanted.of is Of.DEMANDS:
        return subjects.of_demands(session, actor, wanted.id)
    return subjects.of_organisation(actor)


def report(
    session: Session, actor: Actor, wanted: Which, refs: Sequence[ChainRef], *, now: dt.datetime
) -> Report:
    """Return what is to be said of chains: verified now, or where they are long, as last found."""
    count = length(session, refs)
    chains: list[CheckedChain] | None
    if count <= AT_ONCE:
        chains = [queries.checked(session, ref) for ref in refs]
        # Without a head and without an entry there is nothing yet; either alone is a break.
        is_begun = any(each.entry_count or each.verified.entry_count for each in chains)
        return Report(wanted, chains if is_begun else [], now, count)
    known = jobs.newest(session, actor, KIND, wanted.key)
    running = jobs.newest(session, actor, KIND, wanted.key, OPEN)
    chains = _as_found(known.result, refs) if known else None
    at = known.finished_at if known and known.finished_at else now
    return Report(wanted, chains, at, count, is_long=True, job_id=running.id if running else None)


def length(session: Session, refs: Sequence[ChainRef]) -> int:
    """Return how many entries chains should have together, as their heads say."""
    rows = session.scalars(
        select(RecordChain.last_sequence).where(
            RecordChain.stream.in_([ref.stream for ref in refs])
        )
    )
    return sum(rows)


def start(session: Session, actor: Actor, wanted: Which, *, now: dt.datetime) -> Job:
    """Let the worker verify a record; NotFound or Forbidden as on its page."""
    name, _refs = refs_of(session, actor, wanted)
    return service.start(
        session,
        actor,
        KIND,
        title=_("Akte prüfen: %(name)s", name=name),
        arguments={"of": wanted.of, "id": wanted.id},
        key=wanted.key,
        now=now,
    )


def run(task: Task) -> None:
    """Verify each chain, entry by entry, and keep what was found."""
    wanted = which(task.arguments["of"], task.arguments["id"])
    with task.reading() as session:
        _name, refs = refs_of(session, task.actor(session), wanted)
        total, done = length(session, refs), 0
        found: list[CheckedChain] = []
        for ref in refs:
            found.append(queries.checked(session, ref, noted=_telling(task, done, total)))
            done += found[-1].verified.entry_count
    breaks = sum(len(chain.breaks) for chain in found)
    sentence = (
        ngettext(
            "Die Akte ist beschädigt: Eine Stelle stimmt nicht.",
            "Die Akte ist beschädigt: %(count)s Stellen stimmen nicht.",
            breaks,
        )
        if breaks
        else ngettext(
            "Der eine Eintrag ist vollständig und unverändert.",
            "%(count)s Einträge sind vollständig und unverändert.",
            done,
        )
    )
    with task.deciding() as session:
        task.done(session, Outcome(sentence, {"chains": [_as_plain(chain) for chain in found]}))


def _telling(task: Task, before: int, total: int) -> Callable[[int], None]:
    def tell(count: int) -> None:
        task.report(_("Einträge werden nachgerechnet"), done=before + count, total=total)

    return tell


def _as_plain(chain: CheckedChain) -> dict[str, Any]:
    verified = chain.verified
    return {
        "stream": chain.ref.stream,
        "entry_count": verified.entry_count,
        "first_at": verified.first_at.isoformat() if verified.first_at else None,
        "last_at": verified.last_at.isoformat() if verified.last_at else None,
        "last_hash": verified.last_hash,
        "breaks": list(verified.breaks[:_MOST_BREAKS]),
    }


def _as_found(result: dict[str, Any], refs: Sequence[ChainRef]) -> list[CheckedChain]:
    """Return the chains as a job has found them; one that came later is not among them."""
    known = {each["stream"]: each for each in result.get("chains", ())}
    return [
        CheckedChain(
            ref,
            told["entry_count"],
            told["last_hash"],
            Verified(
                told["entry_count"],
                _instant(told["first_at"]),
                _instant(told["last_at"]),
                told["last_hash"],
                told["breaks"],
            ),
        )
        for ref in refs
        if (told := known.get(ref.stream)) is not None
    ]


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def address(job: Job) -> str:
    """Return the address of the page that shows the result."""
    return Which(Of(job.arguments["of"]), job.arguments["id"]).url


JOB: Final = JobKind(KIND, lazy("Prüfung einer Akte"), Permission.VIEW_RECORD, run, address)
