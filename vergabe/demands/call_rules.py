"""When a call for demands is open, when to remind, and how good the answers are: pure functions."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vergabe import clock
from vergabe.errors import Violation
from vergabe.texts import lazy

REMINDER_DAYS: Final = (7, 3, 1)
TITLE_MAX: Final = 400
TEXT_MAX: Final = 20_000
NOTE_MAX: Final = 2_000
LONGEST: Final = dt.timedelta(days=366)
FURTHEST_REMINDER_DAYS: Final = 60
MOST_REMINDERS: Final = 6


class CallState(StrEnum):
    """Where a call stands, by time alone."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class AnswerKind(StrEnum):
    """How a member has answered a call."""

    DEMANDS = "demands"
    NO_DEMAND = "no_demand"
    NONE = "none"


CALL_STATE_NAMES: Final = {
    CallState.PLANNED: "geplant",
    CallState.OPEN: "offen",
    CallState.CLOSED: "geschlossen",
}
ANSWER_NAMES: Final = {
    AnswerKind.DEMANDS: lazy("Bedarf gemeldet"),
    AnswerKind.NO_DEMAND: lazy("kein Bedarf"),
    AnswerKind.NONE: lazy("keine Antwort"),
}


@dataclass(frozen=True)
class Rate:
    """How many of those asked have answered."""

    asked: int
    answered: int

    @property
    def basis_points(self) -> int:
        """Share of answers in hundredths of a per cent, rounded down; nobody asked: 0."""
        return self.answered * 10_000 // self.asked if self.asked else 0


def state_of(opens_at: dt.datetime, closes_at: dt.datetime, now: dt.datetime) -> CallState:
    """Return where a call stands; at `closes_at` itself it is closed."""
    if now < opens_at:
        return CallState.PLANNED
    return CallState.OPEN if now < closes_at else CallState.CLOSED


def rate(kinds: Iterable[AnswerKind]) -> Rate:
    """Return how many of these members have answered; "no demand" is an answer."""
    found = list(kinds)
    return Rate(len(found), sum(kind is not AnswerKind.NONE for kind in found))


def reminder_at(closes_at: dt.datetime, days: int) -> dt.datetime:
    """Return the instant (UTC) that is `days` days before closing, at the same Berlin time."""
    local = closes_at.astimezone(clock.BERLIN)
    return clock.berlin_instant(local.date() - dt.timedelta(days=days), local.time())


def due_reminder(
    opens_at: dt.datetime, closes_at: dt.datetime, days: Sequence[int], now: dt.datetime
) -> int | None:
    """Return for how many days before closing a reminder is due now, None if for none.

    Only the latest that is due: whoever was not reminded in time needs one message, not three. None
    before the call had opened, for then the message about its opening says it all.
    """
    if state_of(opens_at, closes_at, now) is not CallState.OPEN:
        return None
    due = [count for count in days if opens_at < reminder_at(closes_at, count) <= now]
    return min(due, default=None)


def next_tick(
    opens_at: dt.datetime, closes_at: dt.datetime, days: Sequence[int], now: dt.datetime
) -> dt.datetime | None:
    """Return the next instant after `now` at which members hear of the call; None if there is none.

    That is its opening, and each reminder between opening and closing.
    """
    instants = [opens_at, *(reminder_at(closes_at, count) for count in days)]
    return min((at for at in instants if now < at and opens_at <= at < closes_at), default=None)


def reasons_against_call(
    title: str,
    text: str,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    reminder_days: Sequence[int],
    *,
    now: dt.datetime,
) -> list[Violation]:
    """Return what is wrong with a new call; empty means that it may be made."""
    found = []
    if not title:
        found.append(
            Violation(
                "title_missing",
                "Die Abfrage braucht einen Titel, zum Beispiel „Büromöbel 2027“.",
                field="title",
            )
        )
    for field, content, limit in (("title", title, TITLE_MAX), ("text", text, TEXT_MAX)):
        if len(content) > limit:
            message = f"Der Text hat {len(content)} Zeichen, erlaubt sind {limit}."
            found.append(Violation("too_long", message, field=field))
    if opens_at < now - dt.timedelta(minutes=5):
        message = "Der Beginn liegt in der Vergangenheit. Lassen Sie ihn leer, um gleich zu öffnen."
        found.append(Violation("opens_in_past", message, field="opens_at"))
    return (
        found
        + reasons_against_closing_at(opens_at, closes_at, now=now)
        + _reasons_against_days(reminder_days)
    )


def reasons_against_closing_at(
    opens_at: dt.datetime, closes_at: dt.datetime, *, now: dt.datetime
) -> list[Violation]:
    """Return why a call cannot close at this instant."""
    if closes_at <= max(now, opens_at):
        message = "Das Ende der Abfrage muss in der Zukunft und nach ihrem Beginn liegen."
        return [Violation("closes_too_early", message, field="closes_at")]
    if closes_at - opens_at > LONGEST:
        message = "Eine Abfrage ist höchstens ein Jahr lang offen. Bitte prüfen Sie das Ende."
        return [Violation("closes_too_late", message, field="closes_at")]
    return []


def _reasons_against_days(reminder_days: Sequence[int]) -> list[Violation]:
    if len(reminder_days) <= MOST_REMINDERS and all(
        1 <= days <= FURTHEST_REMINDER_DAYS for days in reminder_days
    ):
        return []
    message = (
        f"Bitte geben Sie höchstens {MOST_REMINDERS} Erinnerungen an, jede 1 bis "
        f"{FURTHEST_REMINDER_DAYS} Tage vor dem Ende, zum Beispiel 7, 3, 1."
    )
    return [Violation("reminder_days_out_of_range", message, field="reminder_days")]


def reasons_against_no_demand(
    state: CallState, *, is_asked: bool, demand_count: int, note: str
) -> list[Violation]:
    """Return why a member may not answer "no demand" now.

    is_asked: whether the member brings demands into the area; demand_count: demands it has
    submitted to this call already.
    """
    found = []
    if state is not CallState.OPEN:
        message = (
            f"Die Bedarfsabfrage ist {CALL_STATE_NAMES[state]}. Antworten gehen nur, solange sie "
            "offen ist."
        )
        found.append(Violation("call_not_open", message))
    if not is_asked:
        message = "Ihre Kommune nimmt an diesem Aufgabengebiet nicht mit Bedarfen teil."
        found.append(Violation("not_asked", message))
    if demand_count:
        message = (
            f"Ihre Kommune hat zu dieser Abfrage schon {demand_count} "
            f"{'Bedarf' if demand_count == 1 else 'Bedarfe'} eingereicht. Ziehen Sie sie zurück, "
            "wenn doch kein Bedarf besteht."
        )
        found.append(Violation("has_demands", message))
    if len(note) > NOTE_MAX:
        message = f"Die Bemerkung hat {len(note)} Zeichen, erlaubt sind {NOTE_MAX}."
        found.append(Violation("too_long", message, field="note"))
    return found
