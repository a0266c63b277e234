"""Reading files into the market: batch by batch, a report per file, bad ones stop nobody."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from vergabe import clock
from vergabe.access.actor import Actor
from vergabe.audit import service as audit
from vergabe.audit.service import Act
from vergabe.exchange.findings import Finding
from vergabe.files.store import FileStore
from vergabe.market import reading, service
from vergabe.market.reading import Read
from vergabe.market.service import Incoming, Outcome

MOST_FINDINGS: Final = 100

Work = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[str, int], None]


@dataclass
class FileReport:
    """What became of a file: counts of notices, and the first findings of all there were."""

    file: str
    counts: Counter[Outcome] = field(default_factory=Counter)
    refused: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Return how many notices were read."""
        return self.counts.total()

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON can hold it."""
        return {
            "file": self.file,
            "read": self.read,
            "new": self.counts["new"],
            "changed": self.counts["changed"],
            "unchanged": self.counts["unchanged"],
            "older": self.counts["older"],
            "refused": self.refused,
            "findings": [asdict(finding) for finding in self.findings],
        }


def read_files(
    paths: Iterable[Path],
    store: FileStore,
    actor: Actor,
    *,
    work: Work,
    progress: Progress = lambda _file, _count: None,
) -> Iterator[FileReport]:
    """Yield a report per file. A batch of notices is one transaction: all of it or nothing.

    work: gives a session and commits at its end (`db.unit_of_work`); progress: told the file and
    how many pieces of it are done. What stands in a file that breaks off half-way stays: reading
    it again changes nothing twice.
    """
    for path in paths:
        report = FileReport(str(path))
        pieces = reading.read_file(path)
        done = 0
        while batch := list(islice(pieces, service.BATCH)):
            _store(batch, report, store, work)
            done += len(batch)
            progress(report.file, done)
        with work() as session:
            _record(session, actor, report, now=clock.now())
        yield report


def _store(batch: list[Read], report: FileReport, store: FileStore, work: Work) -> None:
    incoming = [one for one in batch if isinstance(one, Incoming)]
    findings = [one for one in batch if isinstance(one, Finding)]
    report.refused += len(findings)
    report.findings += findings[: MOST_FINDINGS - len(report.findings)]
    if incoming:
        with work() as session:
            report.counts += service.store(session, store, incoming, now=clock.now())


def _record(session: Session, actor: Actor, report: FileReport, *, now: dt.datetime) -> None:
    if not (report.counts["new"] or report.counts["changed"]):
        return
    summary = (
        f"Bekanntmachungen anderer Stellen gelesen: {report.counts['new']} neu, "
        f"{report.counts['changed']} geändert."
    )
    details = {key: value for key, value in report.as_dict().items() if key != "findings"}
    act = Act("market_read", "market", None, summary, details=details)
    audit.append(session, audit.stream_of("market"), actor, act, now=now)
