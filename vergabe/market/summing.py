"""What a search shows of a procedure: one picture made of all its notices. Pure."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vergabe.catalogue import methods
from vergabe.catalogue.service import Listed
from vergabe.exchange.foreign_notice import ForeignNotice
from vergabe.market import rules, sources

_MOST_BUYERS: Final = 12
_SUMMARY_SHOWN: Final = 400
_SUMMARY_FOUND: Final = 3000
_MOST_LOTS: Final = 50
# One euro, or ten, stands where a field had to be filled.
_LEAST_VALUE_CENTS: Final = 100_00

Pairs = Sequence[tuple[uuid.UUID, ForeignNotice]]


@dataclass(frozen=True)
class Picture:
    """Columns of a procedure group, and what the directory is told of it."""

    columns: dict[str, Any]
    listed: Listed


def picture(group_id: uuid.UUID, notices: Pairs, *, today: dt.date) -> Picture:
    """Return what stands for the current notices of one procedure (at least one).

    today: the day that counts for notices without any, in Berlin.
    """
    latest_first = sorted(
        notices, key=lambda pair: (pair[1].told_on or today, pair[0]), reverse=True
    )
    shown_id, shown = max(latest_first, key=lambda pair: _worth(pair[1]))
    columns = _columns(latest_first, shown_id, shown, today)
    return Picture(columns, _listed(group_id, columns, latest_first, shown))


def _columns(
    latest_first: Pairs, shown_id: uuid.UUID, shown: ForeignNotice, today: dt.date
) -> dict[str, Any]:
    running = max(
        (one for _, one in latest_first if one.deadline and not one.is_result),
        key=_last_word,
        default=None,
    )
    results = [one for _, one in latest_first if one.is_result]
    outcomes = {award.outcome for one in results for award in one.awards}
    cancelled = bool(outcomes) and outcomes <= {"clos-nw"}
    return {
        "shown_id": shown_id,
        "shown_on": latest_first[0][1].told_on or today,
        "title": rules.bare_title(shown)[:400],
        "summary": _shortened(shown.summary),
        "buyer_names": _buyers(latest_first, shown)[:_MOST_BUYERS],
        "cpv": next((code[:8] for _, one in latest_first for code in one.cpv), None),
        "nature": next((one.nature for _, one in latest_first if one.nature), None),
        "deadline": running.deadline if running else None,
        "deadline_is_day": running is not None and running.deadline_is_day,
        "is_awarded": bool(results) and not cancelled,
        "is_cancelled": cancelled,
        "is_planning": all(one.is_planning for _, one in latest_first),
        "notice_count": len(latest_first),
        "places": _places(latest_first),
    }


def _listed(
    group_id: uuid.UUID, columns: dict[str, Any], latest_first: Pairs, shown: ForeignNotice
) -> Listed:
    notices = [one for _, one in latest_first]
    buyers = _buyers(latest_first, shown)
    return Listed(
        subject_id=group_id,
        path=f"/bekanntmachungen/andere/{columns['shown_id']}",
        reference=shown.source_id,
        feed_id=f"urn:uuid:{group_id}",
        title=columns["title"],
        summary=columns["summary"],
        buyer_names=buyers,
        sources=[place["source"] for place in columns["places"]],
        cpv=list(dict.fromkeys(code for one in notices for code in one.cpv)),
        nuts=list(dict.fromkeys(code for one in notices for code in one.nuts)),
        nature=columns["nature"],
        method=next(filter(None, (methods.group_of(one.procedure_type) for one in notices)), ""),
        value_net_cents=next(filter(None, map(_value, notices)), None),
        deadline=columns["deadline"],
        deadline_is_day=columns["deadline_is_day"],
        stage=_stage(columns),
        is_joint=len(shown.buyers) > 1,
        shown_on=columns["shown_on"],
        heads=list(_heads(notices)),
        texts=list(_texts(notices)),
    )


def _stage(columns: dict[str, Any]) -> str:
    if columns["is_cancelled"]:
        return "cancelled"
    if columns["is_awarded"]:
        return "awarded"
    return "planned" if columns["is_planning"] else "running"


def _value(notice: ForeignNotice) -> int | None:
    value = notice.value
    if value is None or value.currency != "EUR" or value.cents < _LEAST_VALUE_CENTS:
        return None
    return value.cents


def _buyers(latest_first: Pairs, shown: ForeignNotice) -> list[str]:
    found = {buyer.name: None for buyer in shown.buyers}
    if not found:
        found = {buyer.name: None for _, one in latest_first for buyer in one.buyers}
    return list(found)


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


def _places(latest_first: Pairs) -> list[dict[str, Any]]:
    """Return the sources, each once, with the latest notice there."""
    found: dict[str, dict[str, Any]] = {}
    for notice_id, one in latest_first:
        place = {"source": one.source, "notice_id": str(notice_id), "url": sources.page(one)}
        found.setdefault(one.source, place)
    return list(found.values())


def _heads(notices: Iterable[ForeignNotice]) -> Iterator[str]:
    for one in notices:
        yield from (one.title, one.reference or "", one.source_id)


def _texts(notices: Iterable[ForeignNotice]) -> Iterator[str]:
    for one in notices:
        for buyer in one.buyers:
            yield f"{buyer.name} {buyer.town or ''}"
        yield from (lot.title for lot in one.lots[:_MOST_LOTS])
        yield one.summary[:_SUMMARY_FOUND]
