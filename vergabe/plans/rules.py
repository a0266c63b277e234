"""Milestones that people set themselves: kinds, and what speaks against an entry; pure."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.law import german
from vergabe.texts import lazy


class Kind(StrEnum):
    """What kind of milestone it is; an invitation starts the measured time to the first notice."""

    INVITATION = "invitation"
    SURVEY = "survey"
    WORKSHOP = "workshop"
    DRAFT = "draft"
    RESOLUTION = "resolution"
    SIGNING = "signing"
    HANDOVER = "handover"
    OTHER = "other"


KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.INVITATION: lazy("Einladung"),
    Kind.SURVEY: lazy("Abfrage"),
    Kind.WORKSHOP: lazy("Workshop"),
    Kind.DRAFT: lazy("Entwurf"),
    Kind.RESOLUTION: lazy("Beschluss"),
    Kind.SIGNING: lazy("Unterzeichnung"),
    Kind.HANDOVER: lazy("Übergabe"),
    Kind.OTHER: lazy("Sonstiges"),
}
# Steps of a timetable before which a milestone can be due: key and German title.
STEPS: Final[Mapping[str, str]] = {
    "joined": lazy("Schluss des Beitrittsfensters"),
    "published": lazy("Bekanntmachung"),
    "submission": lazy("Ende der Angebotsfrist"),
    "evaluated": lazy("Wertung der Angebote"),
    "decided": lazy("Entscheidung über den Zuschlag"),
    "awarded": lazy("Zuschlag"),
    "performance": lazy("Beginn der Leistung"),
}
TITLE_LENGTH: Final = 200
NOTE_LENGTH: Final = 2000
REASON_LENGTH: Final = 1000
EARLIEST_YEARS: Final = 20


class State(StrEnum):
    """Where a milestone stands; `overdue` follows from the clock alone."""

    OPEN = "open"
    AGREED = "agreed"
    OVERDUE = "overdue"
    DONE = "done"
    DROPPED = "dropped"


STATE_NAMES: Final[Mapping[State, str]] = {
    State.OPEN: lazy("gewünscht"),
    State.AGREED: lazy("vereinbart"),
    State.OVERDUE: lazy("überfällig"),
    State.DONE: lazy("erledigt"),
    State.DROPPED: lazy("gestrichen"),
}


@dataclass(frozen=True, kw_only=True)
class MilestoneEntry:
    """A milestone as people enter it; days are legal days, ids unchecked."""

    title: str
    organisation_id: uuid.UUID | None
    kind: Kind = Kind.OTHER
    note: str = ""
    before_step: str | None = None
    area_id: uuid.UUID | None = None
    pool_id: uuid.UUID | None = None
    wished_on: dt.date | None = None
    agreed_on: dt.date | None = None


def state(
    *,
    agreed_on: dt.date | None,
    done_on: dt.date | None,
    is_dropped: bool,
    today: dt.date,
) -> State:
    """Return where a milestone stands on a legal day; its own day still counts."""
    if is_dropped:
        return State.DROPPED
    if done_on is not None:
        return State.DONE
    if agreed_on is None:
        return State.OPEN
    return State.OVERDUE if today > agreed_on else State.AGREED


def reasons_against_entry(
    entry: MilestoneEntry,
    *,
    member_ids: Collection[uuid.UUID],
    area_ids: Collection[uuid.UUID],
    today: dt.date,
) -> list[Violation]:
    """Return why a milestone cannot be kept like this; empty means it can."""
    reasons = _about_texts(entry)
    if entry.organisation_id not in member_ids:
        reasons.append(
            Violation(
                "organisation_unknown",
                "Bitte wählen Sie, welches Mitglied zuständig ist.",
                field="organisation_id",
            )
        )
    if entry.area_id is not None and entry.area_id not in area_ids:
        reasons.append(
            Violation(
                "area_unknown",
                "Dieses Aufgabengebiet gibt es hier nicht.",
                field="area_id",
            )
        )
    if entry.before_step is not None and entry.pool_id is None:
        reasons.append(
            Violation(
                "step_without_pool",
                "Wählen Sie auch das Vorhaben, zu dessen Zeitplan der Schritt gehört.",
                field="pool_id",
            )
        )
    if entry.before_step is not None and entry.before_step not in STEPS:
        reasons.append(
            Violation("step_unknown", "Diesen Schritt gibt es nicht.", field="before_step")
        )
    return reasons + _about_days(entry, today)


def _about_texts(entry: MilestoneEntry) -> list[Violation]:
    reasons = []
    if not entry.title:
        reasons.append(
            Violation("title_missing", "Bitte sagen Sie, was erreicht sein soll.", field="title")
        )
    for name, text, limit in (
        ("title", entry.title, TITLE_LENGTH),
        ("note", entry.note, NOTE_LENGTH),
    ):
        if len(text) > limit:
            reasons.append(
                Violation("text_too_long", f"Bitte höchstens {limit} Zeichen.", field=name)
            )
    return reasons


def _about_days(entry: MilestoneEntry, today: dt.date) -> list[Violation]:
    if entry.wished_on is None and entry.agreed_on is None:
        message = "Bitte geben Sie einen gewünschten oder einen vereinbarten Tag an."
        return [Violation("day_missing", message, field="wished_on")]
    return [
        Violation(
            "day_out_of_range",
            f"Der {german.date(day)} ist unplausibel. Bitte einen Tag angeben, der höchstens "
            f"{EARLIEST_YEARS} Jahre entfernt ist.",
            field=name,
        )
        for name, day in (("wished_on", entry.wished_on), ("agreed_on", entry.agreed_on))
        if day is not None and abs(day.year - today.year) > EARLIEST_YEARS
    ]


def reasons_against_done(
    current: State, done_on: dt.date, *, created_on: dt.date, today: dt.date
) -> list[Violation]:
    """Return why a milestone cannot be noted as done on a day.

    created_on: day of its entry; what was done before is noted with its true day, up to 20 years
    back.
    """
    if current is State.DROPPED:
        return [Violation("milestone_dropped", "Dieser Meilenstein ist gestrichen.")]
    if done_on > today:
        message = "Der Tag liegt in der Zukunft. Erledigt ist, was schon geschehen ist."
        return [Violation("done_in_future", message, field="done_on")]
    if created_on.year - done_on.year > EARLIEST_YEARS:
        message = f"Der {german.date(done_on)} ist unplausibel."
        return [Violation("day_out_of_range", message, field="done_on")]
    return []


def reasons_against_change(current: State) -> list[Violation]:
    """Return why a milestone can no longer be changed or dropped."""
    if current is State.DROPPED:
        return [Violation("milestone_dropped", "Dieser Meilenstein ist gestrichen.")]
    if current is State.DONE:
        return [Violation("milestone_done", "Dieser Meilenstein ist schon erledigt.")]
    return []
