"""How outages add up, what the public is told, and what speaks against signing off. Pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from vergabe import clock
from vergabe.errors import Violation
from vergabe.law import german
from vergabe.law.outages import OutageExtension, Window
from vergabe.texts import lazy

SHORTEST_REASON: Final = 20
REMIND_AT: Final = dt.time(8, 0)

STATE_NAMES: Final = {
    "open": lazy("zu entscheiden"),
    "extended": lazy("verlängert"),
    "kept": lazy("nicht verlängert"),
    "superseded": lazy("erledigt"),
}


def merged(windows: Iterable[Window]) -> list[Window]:
    """Return the same time without overlaps, in order: two reports of one outage count once."""
    found: list[Window] = []
    for window in sorted(windows, key=lambda each: (each.began_at, each.ended_at)):
        if found and window.began_at <= found[-1].ended_at:
            last = found.pop()
            window = Window(last.began_at, max(last.ended_at, window.ended_at))
        found.append(window)
    return found


def spoken(windows: Sequence[Window]) -> str:
    """Return the times of outages as bidders read them, local time."""
    return german.join([_spoken(window) for window in windows])


def _spoken(window: Window) -> str:
    begin = window.began_at.astimezone(clock.BERLIN)
    end = window.ended_at.astimezone(clock.BERLIN)
    if begin.date() == end.date():
        return f"am {begin:%d.%m.%Y} von {begin:%H:%M} bis {end:%H:%M} Uhr"
    return f"vom {begin:%d.%m.%Y, %H:%M} Uhr bis {end:%d.%m.%Y, %H:%M} Uhr"


def summary(windows: Sequence[Window], extension: OutageExtension) -> str:
    """Return what the change notice and the letters say."""
    until = german.instant(extension.submission_deadline)
    said = f"Die Vergabeplattform war {spoken(windows)} nicht oder nur eingeschränkt erreichbar. "
    if extension.needs_reopening:
        return (
            f"{said}Die Angebotsfrist, die inzwischen abgelaufen ist, wird deshalb neu eröffnet "
            f"und endet am {until}. Eingegangene Angebote sind ungeöffnet; sie können bis dahin "
            "geändert oder zurückgezogen werden."
        )
    said += f"Die Angebotsfrist wird deshalb verlängert und endet am {until}."
    if extension.enquiries_deadline is not None:
        said += f" Fragen sind möglich bis {german.instant(extension.enquiries_deadline)}."
    return said


def next_reminder(now: dt.datetime) -> dt.datetime:
    """Return when officers hear of an open case again: at eight the next morning."""
    return clock.berlin_instant(clock.berlin_day(now) + dt.timedelta(days=1), REMIND_AT)


def reasons_against_reopening(*, is_confirmed: bool, reason: str) -> list[Violation]:
    """Return what is missing before a deadline that is over may be opened anew."""
    found = []
    if not is_confirmed:
        found.append(
            Violation(
                "unopened_not_confirmed",
                "Bestätigen Sie, dass kein Angebot geöffnet wurde und niemand seinen Inhalt kennt.",
                law="§ 55 Abs. 1 VgV",
                field="is_unopened",
            )
        )
    if len(reason.strip()) < SHORTEST_REASON:
        found.append(
            Violation(
                "reopening_unexplained",
                "Begründen Sie, warum die Frist neu eröffnet und nicht aufgehoben wird (mindestens "
                "20 Zeichen). Der Text steht in der Vergabeakte.",
                law="§ 8 VgV",
                field="reason",
            )
        )
    return found


def reasons_against_stage(stage: str, stage_name: str) -> list[Violation]:
    """Return why the stage of a procedure lets nothing be extended any more."""
    if stage == "published":
        return []
    return [
        Violation(
            "bids_opened" if stage != "cancelled" else "cancelled",
            f"Das Verfahren ist {stage_name}. Eine Verlängerung ist nicht mehr möglich; lassen Sie "
            "rechtlich prüfen, ob es in den Stand vor der Angebotsfrist zurückversetzt oder "
            "aufgehoben werden muss (§ 63 VgV), und halten Sie das Ergebnis hier fest.",
            law="§ 97 Abs. 1 und 2 GWB",
        )
    ]


def reasons_against_day(wanted: dt.datetime | None, extension: OutageExtension) -> list[Violation]:
    """Return why the end that a person saw or wants is not long enough now."""
    if wanted is None or wanted >= extension.submission_deadline:
        return []
    return [
        Violation(
            "proposal_changed",
            "Inzwischen ist Zeit vergangen: Die neue Angebotsfrist endet frühestens am "
            f"{german.instant(extension.submission_deadline)}. Bitte bestätigen Sie noch einmal.",
            field="submission_deadline",
        )
    ]
