"""What becomes of a delivered notice, as a table; and the reasons against each step."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from vergabe.errors import Violation
from vergabe.texts import lazy


class State(StrEnum):
    """Where one version of a notice is outside our house."""

    WAITING = "waiting"  # to be rendered, checked and sent
    SENDING = "sending"  # written down before it leaves: perhaps it is there, perhaps not
    SENT = "sent"  # handed over; nobody has confirmed the receipt
    ACCEPTED = "accepted"  # receipt confirmed
    STOPPING = "stopping"  # we asked not to publish it
    PUBLISHED = "published"
    REJECTED = "rejected"
    STOPPED = "stopped"
    BLOCKED = "blocked"  # the official rules found errors: it never left the house


class Heard(StrEnum):
    """What an answer comes down to."""

    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    REJECTED = "rejected"
    STOPPED = "stopped"
    NOT_THERE = "not_there"  # the other end knows nothing of it
    DUPLICATE = "duplicate"  # the other end has it already
    UNCLEAR = "unclear"  # no answer, or none that can be read


STATE_NAMES: Final[Mapping[State, str]] = {
    State.WAITING: lazy("wird geprüft und gesendet"),
    State.SENDING: lazy("wird gesendet"),
    State.SENT: lazy("gesendet, Eingang noch nicht bestätigt"),
    State.ACCEPTED: lazy("Eingang bestätigt"),
    State.STOPPING: lazy("wird angehalten"),
    State.PUBLISHED: lazy("außen veröffentlicht"),
    State.REJECTED: lazy("zurückgewiesen"),
    State.STOPPED: lazy("angehalten"),
    State.BLOCKED: lazy("nicht gesendet: Prüfung nicht bestanden"),
}
ENDED: Final = frozenset({State.REJECTED, State.STOPPED, State.BLOCKED})
FINAL: Final = ENDED | {State.PUBLISHED}
OUTSIDE: Final = (State.SENT, State.ACCEPTED, State.STOPPING)
"""States in which the other end has it and has not finished with it."""

# Answers may come twice and out of order. Nothing in the table leads back to an earlier state but
# one: what certainly never arrived may be sent (anew, for BT-05 says when).
_AFTER: Final[Mapping[tuple[State, Heard], State]] = {
    (State.SENDING, Heard.HANDED_OVER): State.SENT,
    (State.SENDING, Heard.NOT_THERE): State.WAITING,
    (State.STOPPING, Heard.ACCEPTED): State.STOPPING,
    **{(state, Heard.ACCEPTED): State.ACCEPTED for state in (State.SENDING, State.SENT)},
    **{
        (state, heard): end
        for state in (State.SENDING, *OUTSIDE)
        for heard, end in (
            (Heard.PUBLISHED, State.PUBLISHED),
            (Heard.REJECTED, State.REJECTED),
            (Heard.STOPPED, State.STOPPED),
        )
    },
}


def state_after(state: State, heard: Heard) -> State:
    """Return the state after an answer; most say nothing new."""
    return _AFTER.get((state, heard), state)


FIRST_PAUSE: Final = dt.timedelta(seconds=15)
LONGEST_PAUSE: Final = dt.timedelta(minutes=30)
ASK_EVERY: Final = dt.timedelta(minutes=5)
"""The Datenservice looks at TED every three minutes and asks not to be asked more often."""
ASK_SELDOM: Final = dt.timedelta(minutes=30)
BUSY_PHASE: Final = dt.timedelta(days=1)
TROUBLE_AFTER: Final = 6
"""Attempts after which people are told: some ten minutes without success."""


def pause_after(attempts: int, *, wanted_seconds: int | None = None) -> dt.timedelta:
    """Return how long to wait after an attempt that failed; the other end may ask for more."""
    pause = min(FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 10)), LONGEST_PAUSE)
    if wanted_seconds is None:
        return pause
    return max(pause, min(dt.timedelta(seconds=max(wanted_seconds, 0)), LONGEST_PAUSE))


def next_question(sent_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return when to ask for the state again: often on the first day, then seldom."""
    return now + (ASK_EVERY if now - sent_at < BUSY_PHASE else ASK_SELDOM)


def reasons_against_stopping(state: State, *, is_public: bool) -> list[Violation]:
    """Return why a delivery cannot be stopped; is_public: people can read the notice here."""
    if is_public:
        return [
            Violation(
                "already_public",
                "Die Bekanntmachung ist bereits öffentlich. Sie lässt sich nicht mehr anhalten, "
                "nur ändern; das Verfahren lässt sich aufheben.",
            )
        ]
    if state in FINAL:
        return [_over(state)]
    return []


def reasons_against_confirming(state: State, *, is_folder: bool) -> list[Violation]:
    """Return why nobody may say by hand what became of a delivery."""
    if not is_folder:
        return [
            Violation(
                "outside_answers",
                "Diesen Stand meldet der Datenservice selbst; von Hand lässt er sich nicht setzen.",
            )
        ]
    if state in (State.WAITING, State.SENDING):
        return [Violation("not_sent_yet", "Die Datei ist noch nicht geschrieben.")]
    return [_over(state)] if state in FINAL else []


def reasons_against_sending_again(state: State, *, is_public: bool) -> list[Violation]:
    """Return why a corrected version cannot be sent for a notice that is public here already."""
    if state not in ENDED:
        return [
            Violation(
                "still_under_way",
                "Diese Fassung ist noch unterwegs oder schon veröffentlicht: "
                f"{STATE_NAMES[state]}.",
            )
        ]
    if not is_public:
        return [
            Violation(
                "publish_again",
                "Das Verfahren ist wieder bereit. Beheben Sie, was beanstandet wurde, und "
                "veröffentlichen Sie es noch einmal.",
            )
        ]
    return []


def _over(state: State) -> Violation:
    return Violation("delivery_over", f"Dieser Versand ist abgeschlossen: {STATE_NAMES[state]}.")
