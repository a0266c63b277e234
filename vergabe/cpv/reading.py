"""Published notices as something to learn CPV codes from, or to measure suggestions with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vergabe.cpv.table import MOST_CODES, TITLE_MAX, Example
from vergabe.cpv.texts import weights_of_notice, words
from vergabe.errors import Violation
from vergabe.exchange import codes, plain_text
from vergabe.exchange.foreign_notice import ForeignNotice

_PERSON: Final = re.compile(
    r"\b(Herrn?|Frau|Dr\.|Prof\.|Inh\.|Dipl\.|Ing\.|Familie|Nachlass|natural person|N\. ?N\.)"
    r"(?!\w)|@",
    re.IGNORECASE,
)
_LEAST_TITLE: Final = 8
_MOST_DESCRIPTION: Final = 6000


@dataclass(frozen=True)
class Published:
    """A published notice as far as it concerns CPV codes; codes: 8 digits, the main one first."""

    identity: str
    title: str
    description: str
    codes: tuple[str, ...]
    buyer: str = ""
    language: str = ""

    @property
    def example(self) -> Example:
        """Return what is learned from the notice."""
        return Example(
            self.identity,
            self.codes,
            weights_of_notice(self.title, self.description),
            shown_title(self.title),
        )


def of_notice(notice: ForeignNotice) -> Published:
    """Return what a notice of somebody else says about codes."""
    lots = (code for lot in notice.lots for code in lot.cpv)
    return Published(
        f"{notice.source}:{notice.source_id}",
        notice.title,
        notice.summary,
        known_codes((*notice.cpv, *lots)),
        notice.buyers[0].name if notice.buyers else "",
        notice.languages[0] if notice.languages else "",
    )


def of_record(record: Mapping[str, Any]) -> Published:
    """Return what a plain record says: `id`, `title`, `cpv` (or `cpv_main`, `cpv_additional`)."""
    return Published(
        _identity(record),
        _text(record, "title"),
        _text(record, "description")[:_MOST_DESCRIPTION],
        known_codes(_codes(record)),
        _buyer(record),
        _text(record, "language"),
    )


def reasons_against(notice: Published) -> list[Violation]:
    """Return why nothing can be learned from a notice."""
    found = []
    if not notice.identity.rpartition(":")[2]:
        found.append(Violation("id_missing", "Die Kennung (id) fehlt.", field="id"))
    if not words(notice.title):
        found.append(Violation("title_missing", "Der Titel (title) fehlt.", field="title"))
    if not notice.codes:
        message = "Es ist kein bekannter CPV-Code angegeben (cpv)."
        found.append(Violation("cpv_missing", message, field="cpv"))
    return found


def known_codes(raw: Iterable[object]) -> tuple[str, ...]:
    """Return the codes of the vocabulary among these, each once, without check digit."""
    found: dict[str, None] = {}
    for value in raw:
        code = str(value).strip().partition("-")[0]
        if codes.cpv(code) is not None:
            found[code] = None
    return tuple(found)[:MOST_CODES]


def shown_title(title: str) -> str:
    """Return a title as an example for others; empty if it says nothing or may name a person."""
    text = plain_text.forgiving(title, max_length=TITLE_MAX)
    if len(text) < _LEAST_TITLE or _PERSON.search(text):
        return ""
    return text


def _identity(record: Mapping[str, Any]) -> str:
    source = record.get("source")
    prefix = source if isinstance(source, str) and source else "record"
    identity = record.get("id")
    return f"{prefix}:{identity}" if isinstance(identity, str | int) else f"{prefix}:"


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _codes(record: Mapping[str, Any]) -> list[object]:
    found: list[object] = []
    for name in ("cpv", "cpv_main", "cpv_additional"):
        value = record.get(name)
        found += value if isinstance(value, list) else [value]
    return found


def _buyer(record: Mapping[str, Any]) -> str:
    value = record.get("buyer") or record.get("buyers")
    first = value[0] if isinstance(value, list) and value else value
    name = first.get("name") if isinstance(first, Mapping) else first
    return name if isinstance(name, str) else ""
