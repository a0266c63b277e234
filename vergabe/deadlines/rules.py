"""Where a deadline stands, and when to remind of it. Pure functions."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe import clock
from vergabe.errors import Violation
from vergabe.law.zone import last_day_before
from vergabe.texts import lazy

REMINDER_DAYS: Final = (7, 3, 1)
REMIND_AT: Final = dt.time(8, 0)


class State(StrEnum):
    """Stages of a deadline (design.md, section 2); `missed` follows from the clock alone."""

    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    LIFTED = "lifted"


STATE_NAMES: Final = {
    State.RUNNING: lazy("läuft"),
    State.MET: lazy("eingehalten"),
    State.MISSED: lazy("abgelaufen"),
    State.LIFTED: lazy("aufgehoben"),
}


@dataclass(frozen=True)
class DeadlineFacts:
    """What decides where a deadline stands; instants are aware UTC."""

    due_at: dt.datetime
    met_at: dt.datetime | None
    lifted_at: dt.datetime | None


def state(facts: DeadlineFacts, now: dt.datetime) -> State:
    """Return where the deadline stands at this instant; `due_at` is the first that is too late."""
    if facts.lifted_at is not None:
        return State.LIFTED
    if facts.met_at is not None:
        return State.MET
    return State.MISSED if now >= facts.due_at else State.RUNNING


def reminder_instants(
    due_at: dt.datetime, days: Iterable[int], *, now: dt.datetime
) -> list[tuple[int, dt.datetime]]:
    """Return days before and instant of each reminder still ahead, earliest first.

    Reminders come at 8 in the morning (Europe/Berlin) so many calendar days before the last day
    of the deadline, so that they are read; one that would come after it is left out.
    """
    due_day = last_day_before(due_at)
    wanted = (
        (count, clock.berlin_instant(due_day - dt.timedelta(days=count), REMIND_AT))
        for count in sorted(set(days), reverse=True)
    )
    return [(count, at) for count, at in wanted if now < at < due_at]


def reasons_against_people(
    responsible_id: uuid.UUID | None,
    substitute_id: uuid.UUID | None,
    known_ids: Collection[uuid.UUID],
) -> list[Violation]:
    """Return why these people cannot be in charge; known_ids: who holds a role there today."""
    reasons = [
        Violation(
            "person_unknown",
            "Diese Person hat hier heute keine Rolle. Bitte wählen Sie eine andere.",
            field=field,
        )
        for field, user_id in (("responsible_id", responsible_id), ("substitute_id", substitute_id))
        if user_id is not None and user_id not in known_ids
    ]
    if responsible_id is not None and responsible_id == substitute_id:
        reasons.append(
            Violation(
                "substitute_is_responsible",
                "Zuständigkeit und Vertretung müssen zwei verschiedene Personen sein.",
                field="substitute_id",
            )
        )
    if responsible_id is None and substitute_id is not None:
        reasons.append(
            Violation(
                "substitute_alone",
                "Bitte wählen Sie auch, wer zuständig ist.",
                field="responsible_id",
            )
        )
    return reasons


def time_left(due_at: dt.datetime, now: dt.datetime) -> str:
    """Return in German words, to the minute, how long it is until an instant or since it.

    Rounded down: what is said to be left is left. Within the last minute the words say so.
    """
    is_over = now >= due_at
    minutes = int(abs(due_at - now).total_seconds() // 60)
    if minutes == 0:
        return "seit weniger als einer Minute" if is_over else "noch weniger als eine Minute"
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    words = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (days, "Tag", "Tagen" if is_over else "Tage"),
            (hours, "Stunde", "Stunden"),
            (minutes, "Minute", "Minuten"),
        )
        if count
    ]
    listed = words[0] if len(words) == 1 else ", ".join(words[:-1]) + " und " + words[-1]
    return f"{'seit' if is_over else 'noch'} {listed}"
