"""From minutes to outages, and when maintenance may be. Pure functions over plain facts."""

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from vergabe import clock
from vergabe.errors import Violation
from vergabe.texts import lazy

MINUTE: Final = dt.timedelta(minutes=1)
SETTLED_MINUTES: Final = 2
"""Minutes that may still be signed: processes sign every few seconds, and some are slow."""
LEAST_FAILURES: Final = 3
"""Answers 5xx in a minute below which a minute is no outage: one visitor with one bad address."""
NO_MAINTENANCE: Final = dt.timedelta(hours=24)
ANNOUNCED_BEFORE: Final = dt.timedelta(days=14)
LONGEST_MAINTENANCE: Final = dt.timedelta(days=2)
SHORTEST_REASON: Final = 10
SHORTEST_EVIDENCE: Final = 20

CAUSES: Final[Mapping[str, str]] = {
    "silence": lazy("Webserver ohne Lebenszeichen"),
    "faults": lazy("Fehler bei den Antworten"),
    "maintenance": lazy("Wartung"),
    "outside": lazy("von außen festgestellt"),
}
SOURCES: Final[Mapping[str, str]] = {
    "proxy": lazy("vorgeschalteter Server"),
    "network": lazy("Netz oder Rechenzentrum"),
    "ted": lazy("Veröffentlichung in der EU, TED oder Datenservice"),
    "other": lazy("anderes"),
}


def minute_of(at: dt.datetime) -> int:
    """Return the minute (since 1970, UTC) in which an aware instant lies."""
    return int(at.timestamp()) // 60


def start_of(minute: int) -> dt.datetime:
    """Return the first instant (aware UTC) of a minute."""
    return dt.datetime.fromtimestamp(minute * 60, dt.UTC)


@dataclass(frozen=True)
class Gap:
    """Minutes that nobody signed, from `first` to `last`; last None: it goes on."""

    first: int
    last: int | None

    @property
    def began_at(self) -> dt.datetime:
        """Return the cautious beginning: the sign before may have been the first thing it did."""
        return start_of(self.first - 1)

    @property
    def ended_at(self) -> dt.datetime | None:
        """Return the cautious end: the sign after may have come at the end of its minute."""
        return None if self.last is None else start_of(self.last + 2)


def gaps(
    signed: Sequence[int], *, until: int, planned: Iterable[tuple[int, int]] = ()
) -> list[Gap]:
    """Return the gaps behind the first of the signed minutes, in their order.

    signed: ascending; until: the last minute that is settled, behind which no gap begins that goes
    on; planned: minutes (first, last) of maintenance, which explain a gap and are taken out of it.
    """
    if not signed:
        return []
    found = [
        Gap(before + 1, after - 1)
        for before, after in itertools.pairwise(signed)
        if after - before > 1
    ]
    if until > signed[-1]:
        found.append(Gap(signed[-1] + 1, None))
    rests = [rest for gap in found for rest in _without(gap, sorted(planned))]
    return [rest for rest in rests if rest.last is not None or rest.first <= until]


def _without(gap: Gap, planned: Sequence[tuple[int, int]]) -> list[Gap]:
    first, found = gap.first, []
    for begin, end in planned:
        if end < first or (gap.last is not None and begin > gap.last):
            continue
        if begin > first:
            found.append(Gap(first, begin - 1))
        first = max(first, end + 1)
    if gap.last is None or first <= gap.last:
        found.append(Gap(first, gap.last))
    return found


@dataclass(frozen=True)
class Faults:
    """What all processes together saw fail in one minute."""

    minute: int
    requests: int
    failures: int
    is_broken: bool
    """A process could not reach the database or the files."""

    @property
    def counts(self) -> bool:
        """Return whether the service could hardly be used in this minute."""
        return self.is_broken or (
            self.failures >= LEAST_FAILURES and 2 * self.failures >= self.requests
        )


def faulty_runs(minutes: Iterable[Faults]) -> list[Gap]:
    """Return runs of minutes in which the service could hardly be used.

    A single good minute between two bad ones does not end a run. A lone minute of errors that only
    visitors saw is none; one in which database or files were away is.
    """
    bad = sorted((fault for fault in minutes if fault.counts), key=lambda fault: fault.minute)
    runs: list[list[Faults]] = []
    for fault in bad:
        if runs and fault.minute - runs[-1][-1].minute <= 2:
            runs[-1].append(fault)
        else:
            runs.append([fault])
    return [
        Gap(run[0].minute, run[-1].minute)
        for run in runs
        if len(run) > 1 or any(fault.is_broken for fault in run)
    ]


def seal(minutes: Iterable[tuple[str, int]]) -> str:
    """Return SHA-256 (hex) over `kind minute` lines in order: fixes a day's signs in the record."""
    text = "".join(f"{kind} {minute}\n" for kind, minute in sorted(minutes))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class NearDeadline:
    """A running deadline that forbids maintenance: what it is, of which procedure, until when."""

    title: str
    reference: str
    due_at: dt.datetime


def reasons_against_maintenance(
    planned_from: dt.datetime, planned_until: dt.datetime, near: Sequence[NearDeadline]
) -> list[Violation]:
    """Return why maintenance may not be in this time (aware UTC), a sentence for each deadline.

    near: the running deadlines of procedures; those count that end within or less than 24 hours
    after it.
    """
    found = []
    for deadline in near:
        if planned_from < deadline.due_at <= planned_until + NO_MAINTENANCE:
            local = deadline.due_at.astimezone(clock.BERLIN)
            found.append(
                Violation(
                    "deadline_near",
                    f"„{deadline.title}“ ({deadline.reference}) endet am "
                    f"{local:%d.%m.%Y um %H:%M} Uhr. Beginnen Sie danach, oder wählen Sie eine "
                    "Zeit, die mehr als 24 Stunden vorher endet.",
                    who=deadline.reference,
                )
            )
    return found


def reasons_against_window(
    planned_from: dt.datetime, planned_until: dt.datetime, reason: str, *, now: dt.datetime
) -> list[Violation]:
    """Return what is wrong with an announcement of maintenance."""
    found = []
    if planned_until <= max(planned_from, now):
        found.append(
            Violation(
                "window_ends_early",
                "Das Ende der Wartung muss nach ihrem Beginn und in der Zukunft liegen.",
                field="until",
            )
        )
    elif planned_until - planned_from > LONGEST_MAINTENANCE:
        found.append(
            Violation(
                "window_too_long",
                "Eine Wartung dauert höchstens zwei Tage. Teilen Sie sie auf.",
                field="until",
            )
        )
    if len(reason.strip()) < SHORTEST_REASON:
        found.append(
            Violation(
                "reason_missing",
                "Sagen Sie in einem Satz, warum gewartet wird (mindestens 10 Zeichen). Alle lesen "
                "ihn.",
                field="reason",
            )
        )
    return found


@dataclass(frozen=True)
class OutsideFacts:
    """What somebody has seen from outside; instants aware UTC, ended_at None: it goes on."""

    began_at: dt.datetime
    ended_at: dt.datetime | None
    source: str
    evidence: str


def reasons_against_recording(facts: OutsideFacts, *, now: dt.datetime) -> list[Violation]:
    """Return what is missing or impossible in a record of an outage seen from outside."""
    found = []
    if facts.began_at > now:
        found.append(
            Violation("outage_in_future", "Der Beginn liegt in der Zukunft.", field="began_at")
        )
    if facts.ended_at is not None and not facts.began_at < facts.ended_at <= now:
        found.append(
            Violation(
                "outage_ends_early",
                "Das Ende muss nach dem Beginn und nicht in der Zukunft liegen. Dauert der Ausfall "
                "noch an, lassen Sie es leer.",
                field="ended_at",
            )
        )
    return found + reasons_against_words(facts.source, facts.evidence)


def reasons_against_words(source: str, evidence: str) -> list[Violation]:
    """Return what is missing in a record of an outage besides its times."""
    found = []
    if source not in SOURCES:
        found.append(Violation("source_unknown", "Wählen Sie, wo der Ausfall war.", field="source"))
    if len(evidence.strip()) < SHORTEST_EVIDENCE:
        found.append(
            Violation(
                "evidence_missing",
                "Beschreiben Sie, was Sie gesehen haben und womit es sich belegen lässt "
                "(mindestens 20 Zeichen).",
                field="evidence",
            )
        )
    return found
