"""What a search shows of a procedure: one picture made of all its notices. Pure."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.market import rules, sources
from vergabe.notices import terms

_MOST_WORDS: Final = 400
_MOST_BUYERS: Final = 12
_SUMMARY_SHOWN: Final = 400
_SUMMARY_FOUND: Final = 3000


@dataclass(frozen=True)
class Picture:
    """Columns of a procedure group, and the words and codes by which it is found."""

    columns: dict[str, Any]
    words: list[str] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)


def picture(notices: Sequence[tuple[uuid.UUID, ForeignNotice]], *, today: dt.date) -> Picture:
    """Return what stands for the current notices of one procedure (at least one).

    today: the day that counts for notices without any, in Berlin.
    """
    latest_first = sorted(
        notices, key=lambda pair: (pair[1].told_on or today, pair[0]), reverse=True
    )
    shown_id, shown = max(latest_first, key=lambda pair: _worth(pair[1]))
    running = max(
        (one for _, one in latest_first if one.deadline and not one.is_result),
        key=_last_word,
        default=None,
    )
    results = [one for _, one in latest_first if one.is_result]
    outcomes = {award.outcome for one in results for award in one.awards}
    cancelled = bool(outcomes) and outcomes <= {"clos-nw"}
    buyers = {buyer.name: None for _, one in [(shown_id, shown)] for buyer in one.buyers}
    if not buyers:
        buyers = {buyer.name: None for _, one in latest_first for buyer in one.buyers}
    return Picture(
        {
            "shown_id": shown_id,
            "shown_on": latest_first[0][1].told_on or today,
            "title": rules.bare_title(shown)[:400],
            "summary": _shortened(shown.summary),
            "buyer_names": list(buyers)[:_MOST_BUYERS],
            "cpv": next((code[:8] for _, one in latest_first for code in one.cpv), None),
            "nature": next((one.nature for _, one in latest_first if one.nature), None),
            "deadline": running.deadline if running else None,
            "deadline_is_day": running is not None and running.deadline_is_day,
            "is_awarded": bool(results) and not cancelled,
            "is_cancelled": cancelled,
            "is_planning": all(one.is_planning for _, one in latest_first),
            "notice_count": len(notices),
            "places": _places(latest_first),
        },
        _words(one for _, one in latest_first),
        _codes(one for _, one in latest_first),
    )


def _last_word(notice: ForeignNotice) -> tuple[dt.date, dt.datetime]:
    """Return by what the notice is found whose deadline holds: the latest, else the longest."""
    assert notice.deadline is not None
    return notice.published_on or notice.dispatched_on or dt.date.min, notice.deadline


def _worth(notice: ForeignNotice) -> tuple[bool, bool, int]:
    """Return how much a notice says: documents before records, then whatever is filled."""
    filled = (notice.deadline, notice.summary, notice.buyers, notice.lots, notice.nuts)
    return notice.origin == "xml", not notice.is_result, sum(map(bool, filled))


def _shortened(text: str) -> str:
    line = " ".join(text[: 2 * _SUMMARY_SHOWN].split())
    return line if len(line) <= _SUMMARY_SHOWN else line[: _SUMMARY_SHOWN - 1].rstrip() + "…"


def _places(latest_first: Sequence[tuple[uuid.UUID, ForeignNotice]]) -> list[dict[str, Any]]:
    """Return the sources, each once, with the latest notice there."""
    found: dict[str, dict[str, Any]] = {}
    for notice_id, one in latest_first:
        place = {"source": one.source, "notice_id": str(notice_id), "url": sources.page(one)}
        found.setdefault(one.source, place)
    return list(found.values())


def _words(notices: Any) -> list[str]:
    """Return the words of all notices; those of titles and authorities are never left out."""
    heads: list[str] = []
    bodies: list[str] = []
    for one in notices:
        heads += [one.title, one.reference or "", one.source_id]
        heads += [f"{buyer.name} {buyer.town or ''}" for buyer in one.buyers]
        bodies += [lot.title for lot in one.lots[:50]] + [one.summary[:_SUMMARY_FOUND]]
    first = dict.fromkeys(terms.words(*heads))
    more = dict.fromkeys(terms.words(*bodies))
    return list(first | more)[: max(_MOST_WORDS, len(first))]


def _codes(notices: Any) -> list[tuple[str, str]]:
    found = set()
    for one in notices:
        found |= {("cpv", code) for code in one.cpv} | {("nuts", code) for code in one.nuts}
    return sorted(found)
