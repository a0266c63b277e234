"""When two notices are about the same procedure: exact keys first, else a scored comparison.

The same procedure stands on several portals, with other ids, other titles around the same words,
another authority in front, with or without a deadline. Facts in, points out; no database.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from vergabe.catalogue.words import words
from vergabe.exchange import codes
from vergabe.exchange.foreign_notice import ForeignNotice

SAME_FROM: Final = 60
"""Points from which two notices count as the same procedure."""
_SAME_ADDRESS_FROM: Final = 30

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REFERENCE: Final = re.compile(rf"({_UUID.pattern})(?:-\d{{1,2}})?", re.IGNORECASE)
_OJS: Final = re.compile(r"0*(\d{1,8}-\d{4})")
_NIL: Final = "00000000-0000-0000-0000-000000000000"
_LONG_NUMBER: Final = re.compile(r"\d{4}|[0-9a-f]{8}-")
_DIGIT: Final = re.compile(r"(?<![\w.,])\d(?!\w)")
_ENTITY: Final = re.compile(r"&(?:amp;)*(?:amp|quot|lt|gt|apos|nbsp|#\d+);")
# What every second authority or title says tells nothing apart.
_BUYER_NOISE: Final = frozenset(
    words(
        "Stadt Gemeinde Kreis Kreisstadt Landkreis Landeshauptstadt Große Kreisfreie Markt Amt der "
        "die das des den dem von und im in am an für zu zur zum bei GmbH AG Co KG mbH gGmbH AöR eV "
        "e V Land Freistaat Bundesrepublik Deutschland vertreten durch endvertreten "
        "Bürgermeister Bürgermeisterin Oberbürgermeister Oberbürgermeisterin Landrat Landrätin "
        "Magistrat Kreisausschuss Gemeindevorstand Zentrale Vergabestelle Vergabe "
        "Submissionsstelle Fachbereich Referat Abteilung Verwaltung Eigenbetrieb Hauptverwaltung"
    )
)
_TITLE_NOISE: Final = frozenset(
    words(
        "der die das des den dem ein eine einer eines einem und oder von vom im in am an auf aus "
        "für zu zur zum bei mit nach über unter sowie inkl einschließlich inklusive sowie je als "
        "the of and for"
    )
)
_SUMMARY_WORDS: Final = 120


@dataclass(frozen=True, slots=True)
class Facts:
    """What two notices are compared by; key names the notice.

    exact: keys that two notices of one procedure share (see `exact_keys`); procedure_id: the
    official one, None if there is none; title, summary, buyers, towns: folded words that tell
    something; cpv: classes (4 digits); nuts: as the notice says; deadline_on: day in Berlin.
    """

    key: Hashable
    source: str
    exact: frozenset[str]
    procedure_id: str | None
    title: frozenset[str]
    summary: frozenset[str]
    buyers: frozenset[str]
    towns: frozenset[str]
    cpv: frozenset[str]
    nuts: frozenset[str]
    nature: str | None
    value_cents: int | None
    deadline: dt.datetime | None
    published_on: dt.date | None
    is_result: bool
    is_changed: bool


def facts_of(notice: ForeignNotice, key: Hashable) -> Facts:
    """Return what a notice is compared by."""
    written = _ENTITY.sub(" ", bare_title(notice))
    # A lone digit is no word, but it tells lot 2 from lot 3.
    title = frozenset([*words(written), *_DIGIT.findall(written)]) - _TITLE_NOISE
    summary = words(_ENTITY.sub(" ", notice.summary[:2000]))[: 4 * _SUMMARY_WORDS]
    buyers = frozenset(words(*(buyer.name for buyer in notice.buyers))) - _BUYER_NOISE
    procedure_id = notice.procedure_id or ""
    is_official = _UUID.fullmatch(procedure_id) is not None and procedure_id != _NIL
    return Facts(
        key=key,
        source=notice.source,
        exact=exact_keys(notice),
        procedure_id=procedure_id if is_official else None,
        title=title or frozenset(words(notice.title)),
        summary=frozenset(summary) - _TITLE_NOISE,
        buyers=buyers or frozenset(words(*(buyer.name for buyer in notice.buyers))),
        towns=frozenset(words(*(buyer.town or "" for buyer in notice.buyers))),
        cpv=frozenset(code[:4] for code in notice.cpv if len(code.rstrip("0")) >= 3),
        nuts=frozenset(notice.nuts),
        nature=notice.nature,
        value_cents=notice.value.cents if notice.value else None,
        deadline=notice.deadline,
        published_on=notice.published_on or notice.dispatched_on,
        is_result=notice.is_result,
        is_changed=notice.changed_notice is not None,
    )


def bare_title(notice: ForeignNotice) -> str:
    """Return a title without what TED puts before it: country and label of the main CPV code."""
    country, dash, rest = notice.title.partition(" – ")
    if not dash or notice.source != "ted" or not country.isalpha():
        return notice.title
    for code in notice.cpv[:3]:
        known = codes.cpv(code)
        for label in (known.label_de, known.label_en) if known else ():
            if rest.startswith(f"{label} – "):
                return rest[len(label) + 3 :]
    return notice.title


def exact_keys(notice: ForeignNotice) -> frozenset[str]:
    """Return keys that only notices of one procedure share.

    The procedure id; ids of the notice itself and of those it changes or continues; deep links to
    the procurement documents.
    """
    found = {f"s:{notice.source}:{notice.source_id}"}
    for prefix, text in (("p", notice.procedure_id), ("n", notice.notice_id)):
        if text and _UUID.fullmatch(text) and text != _NIL:
            found.add(f"{prefix}:{text}")
    for reference in (notice.changed_notice, *notice.previous_notices):
        if reference and (match := _REFERENCE.fullmatch(reference)):
            found.add(f"n:{match[1].lower()}")
        elif reference and (match := _OJS.fullmatch(reference)):
            found.add(f"s:ted:{match[1]}")
    found |= {f"u:{_plain_url(url)}" for url in notice.documents if _is_deep(url)}
    return frozenset(found - {f"n:{_NIL}"})


def _is_deep(url: str) -> bool:
    """Return whether an address leads to one procedure, not to the front door of a portal."""
    path = url.split("://", 1)[-1].partition("/")[2]
    return _LONG_NUMBER.search(path.lower()) is not None


def _plain_url(url: str) -> str:
    return url.split("://", 1)[-1].lower().removeprefix("www.").rstrip("/")[:300]


def are_exactly_same(one: Facts, other: Facts) -> bool:
    """Return whether two notices share an exact key; different procedure ids always part them.

    An address alone is not enough where authority and titles have nothing in common: some portals
    give one address to several procedures.
    """
    shared = one.exact & other.exact
    if not shared or are_apart(one, other):
        return False
    return any(key[0] != "u" for key in shared) or points(one, other) >= _SAME_ADDRESS_FROM


def are_apart(one: Facts, other: Facts) -> bool:
    """Return whether two notices name different procedures by their official ids."""
    return (
        one.procedure_id is not None
        and other.procedure_id is not None
        and one.procedure_id != other.procedure_id
    )


def points(one: Facts, other: Facts) -> int:
    """Return how much speaks for one procedure, 0 to 100; SAME_FROM and more is enough.

    Titles speak most. Words or numbers that stand in one title and not in the other part lots and
    building phases that otherwise look alike, above all on one and the same portal.
    """
    if are_apart(one, other):
        return 0
    titles = _title_points(one, other)
    if titles <= 0:
        return 0
    total = (
        titles
        + _buyer_points(one, other)
        + _subject_points(one, other)
        + _date_points(one, other)
        + _text_points(one, other)
    )
    return max(0, min(100, total))


def _title_points(one: Facts, other: Facts) -> int:
    """Return up to 50 points for titles; 0 where they cannot mean the same."""
    if not one.title or not other.title:
        return 0
    only_one, only_other = one.title - other.title, other.title - one.title
    if one.title == other.title:
        return 50 if len(one.title) > 2 else 38
    shared = one.title & other.title
    if one.source == other.source or (_numbers(only_one) and _numbers(only_other)):
        return 0
    share = len(shared) / min(len(one.title), len(other.title))
    if only_one and only_other:
        # Both say something that the other does not: other spellings, or another lot.
        jaccard = len(shared) / len(one.title | other.title)
        return round(40 * jaccard) if jaccard >= 0.6 else 0
    return round(44 * share) if len(shared) > 2 else 20


def _numbers(found: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in found if any(map(str.isdecimal, word)))


def _buyer_points(one: Facts, other: Facts) -> int:
    """Return up to 25 points for the authority and its place; others in front cost little."""
    if not one.buyers or not other.buyers:
        return 0
    shared = one.buyers & other.buyers
    share = len(shared) / min(len(one.buyers), len(other.buyers))
    if share >= 0.99:
        return 25
    if share >= 0.5:
        return 18
    if one.towns & other.towns or one.towns & other.buyers or other.towns & one.buyers:
        return 8
    return -12


def _subject_points(one: Facts, other: Facts) -> int:
    """Return points for what is bought, where, of which kind and for how much."""
    found = 0
    if one.cpv and other.cpv:
        shared = len(one.cpv & other.cpv) / min(len(one.cpv), len(other.cpv))
        found += 8 if shared >= 0.5 else 2 if shared else -12
    if one.nuts and other.nuts:
        found += 3 if _share_region(one.nuts, other.nuts) else -10
    if one.nature and other.nature and one.nature != other.nature:
        found -= 10
    if one.value_cents and other.value_cents:
        ratio = min(one.value_cents, other.value_cents) / max(one.value_cents, other.value_cents)
        found += 6 if ratio > 0.99 else -3
    return found


def _share_region(one: frozenset[str], other: frozenset[str]) -> bool:
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)


def _date_points(one: Facts, other: Facts) -> int:
    """Return points for deadlines and days of publication."""
    found = 0
    if one.deadline and other.deadline:
        apart = abs(one.deadline - other.deadline)
        if apart <= dt.timedelta(days=1):
            found += 18 if apart == dt.timedelta(0) else 10
        else:
            # A deadline that was put off is common; one of another quarter is another procedure.
            found -= 6 if apart <= dt.timedelta(days=45) else 25
    if one.published_on and other.published_on:
        days = abs((one.published_on - other.published_on).days)
        if days <= 14:
            found += 4
        elif days > 180 and not (one.is_result or other.is_result):
            found -= 15
    return found


def _text_points(one: Facts, other: Facts) -> int:
    """Return points for descriptions that repeat each other; nothing for those that differ."""
    if len(one.summary) < 8 or len(other.summary) < 8:
        return 0
    shared = len(one.summary & other.summary) / min(len(one.summary), len(other.summary))
    return 15 if shared >= 0.9 else 8 if shared >= 0.6 else 0
