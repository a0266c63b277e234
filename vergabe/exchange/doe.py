"""What the Datenservice Öffentlicher Einkauf (DÖE) answers about a delivered notice.

Its documentation (portal.ozg-vermittlungsdienst.de, Send_notice and Status_information, read in
August 2026) shows answers in XML: `delivery` with dashes in the receipt and in camel case in the
state. Both are read, whatever the order; what is not known is left alone.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from vergabe.exchange import parser
from vergabe.exchange.text import clean_line, clean_text

if TYPE_CHECKING:
    from lxml import etree

MOST_FINDINGS: Final = 200
_LONGEST: Final = 1000


class Standing(StrEnum):
    """What the states of the service come down to for whoever delivered a notice."""

    UNDER_WAY = "under_way"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    REJECTED = "rejected"
    STOPPED = "stopped"


@dataclass(frozen=True)
class OutsideFinding:
    """One thing that the outside finds wrong; empty where it does not say.

    source: TED, BKMS, PRE_VALIDATION …; rule: official id; path: XPath; text: as received.
    """

    source: str
    rule: str
    path: str
    text: str

    def as_dict(self) -> dict[str, str]:
        return {"source": self.source, "rule": self.rule, "path": self.path, "text": self.text}


@dataclass(frozen=True)
class DeliveryReport:
    """State of a delivery; instants aware UTC, None where the service says nothing.

    accepted_at: confirmation of receipt by TED, from which the 48 hours of § 40 (3) VgV run.
    """

    standing: Standing
    tracking_code: str | None
    notice_id: str | None
    ted_status: str | None
    doe_status: str | None
    accepted_at: dt.datetime | None
    published_at: dt.datetime | None
    publication_number: str | None
    publication_url: str | None
    description: str
    findings: tuple[OutsideFinding, ...]


def read_report(content: bytes) -> DeliveryReport:
    """Return what an answer says; UnreadableXml if it is no XML, ValueError if no delivery."""
    root = parser.parse(content)
    delivery = next((e for e in _elements(root) if _name(e) == "delivery"), None)
    if delivery is None:
        raise ValueError("the answer holds no delivery")
    facts = _facts(delivery)
    ted = _code(facts.get("tedstatus"))
    doe = _code(facts.get("doestatus") or facts.get("status"))
    if ted is None and doe is None and "trackingcode" not in facts:
        raise ValueError("the answer names neither a state nor a tracking code")
    standing = standing_of(ted, doe)
    return DeliveryReport(
        standing=standing,
        tracking_code=_short(facts.get("trackingcode"), 200),
        notice_id=_short(facts.get("noticeid"), 60),
        ted_status=ted,
        doe_status=doe,
        accepted_at=_instant(facts.get("tedacceptedtimestamp"))
        or (_instant(facts.get("tedstatusupdate")) if ted == "ACCEPTED" else None),
        published_at=_instant(facts.get("tedpublishedtimestamp"))
        or (_instant(facts.get("doestatusupdate")) if ted is None else None),
        publication_number=_short(facts.get("tedpublicationid"), 100),
        publication_url=_address(
            facts.get("tedpublicationlink") or facts.get("bkmspublicationlink")
        ),
        description=clean_line(facts.get("statusdescription", ""))[:_LONGEST],
        findings=tuple(_findings(root))[:MOST_FINDINGS],
    )


def read_findings(content: bytes) -> tuple[OutsideFinding, ...]:
    """Return what an answer finds wrong with a notice; UnreadableXml if it is no XML."""
    return tuple(_findings(parser.parse(content)))[:MOST_FINDINGS]


# TED's state decides where there is one: what TED has published or refused is so for everybody.
_BY_TED: Final = {
    "PUBLISHED": Standing.PUBLISHED,
    "MANUALLY_REJECTED": Standing.REJECTED,
    "ACCEPTED": Standing.ACCEPTED,
    "PUBLISHING": Standing.ACCEPTED,
}
_BY_DOE: Final = {
    "PUBLISHED": Standing.PUBLISHED,
    "ACCEPTED": Standing.ACCEPTED,
    "PROCESSING": Standing.ACCEPTED,
    "REJECTED": Standing.REJECTED,
    "STOPPED": Standing.STOPPED,
}


def standing_of(ted: str | None, doe: str | None) -> Standing:
    """Return what a pair of states means; ted None: a notice that is not sent to TED.

    INTERNAL_ERROR is no end, as the documentation stresses: support looks at it and the state
    changes. A stop is at its end only when the national service has stopped as well.
    """
    if doe == "REJECTED" and ted != "PUBLISHED":
        return Standing.REJECTED
    if ted == "STOPPED":
        return Standing.STOPPED if doe in ("STOPPED", "NOT_SEND") else Standing.UNDER_WAY
    if ted is None:
        return _BY_DOE.get(doe or "", Standing.UNDER_WAY)
    return _BY_TED.get(ted, Standing.UNDER_WAY)


def _name(element: "etree._Element") -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return _bare(tag.rpartition("}")[2])


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _elements(root: "etree._Element") -> Iterator["etree._Element"]:
    yield from root.iter()


def _facts(delivery: "etree._Element") -> dict[str, str]:
    facts = {_bare(str(name)): str(value) for name, value in delivery.attrib.items()}
    for child in delivery:
        if len(child) == 0 and child.text and child.text.strip():
            facts.setdefault(_name(child), child.text.strip())
    return facts


def _findings(root: "etree._Element") -> Iterator[OutsideFinding]:
    for element in _elements(root):
        if _name(element) != "error":
            continue
        parts = {_name(child): (child.text or "").strip() for child in element}
        text = parts.get("description") or parts.get("message") or (element.text or "").strip()
        if text or parts.get("rule"):
            yield OutsideFinding(
                source=clean_line(parts.get("source") or parts.get("type") or "")[:60],
                rule=clean_line(parts.get("rule", "")).rpartition("|")[2][:100],
                path=clean_line(parts.get("path", ""))[:_LONGEST],
                text=clean_text(text)[:_LONGEST],
            )


def _code(text: str | None) -> str | None:
    return text.strip().upper()[:40] or None if text else None


def _short(text: str | None, length: int) -> str | None:
    cleaned = clean_line(text or "")
    return cleaned if cleaned and len(cleaned) <= length else None


def _address(text: str | None) -> str | None:
    """Return an address that a page may link to; nothing else that somebody sends."""
    found = _short(text, 1000)
    return found if found and found.startswith(("https://", "http://")) else None


def _instant(text: str | None) -> dt.datetime | None:
    """Return an instant with a zone; what has none says nothing we may rely on."""
    try:
        found = dt.datetime.fromisoformat((text or "").strip())
        return found.astimezone(dt.UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):  # the latter before the year 1 and after 9999
        return None
