"""What the public page of a procedure shows beside its own columns."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.catalogue import labels
from vergabe.exchange import codes
from vergabe.exchange.text import clean_line
from vergabe.notices import writing
from vergabe.tenders import later
from vergabe.tenders.assessment import method_label
from vergabe.tenders.model import Tender
from vergabe.texts import _, language
from vergabe.web import time_words
from vergabe.web.formatting import weekday_moment

_DESCRIPTION_MAX: Final = 160


@dataclass(frozen=True)
class Facts:
    """Words for a page; url: its full address in the language of the request."""

    cpv: str
    nature: str
    method: str
    regions: Sequence[str]
    due_words: str
    value_net_cents: int | None
    """With what later joiners may take, as in the documents; None: unknown or withheld."""
    information: str | None
    """Who buys together, who may call off or join later."""
    description: str
    """What search engines show: one line of at most 160 characters."""
    url: str


def facts_of(tender: Tender, *, now: dt.datetime, url: str) -> Facts:
    """Return what the page says of a public tender."""
    due = tender.submission_deadline
    return Facts(
        cpv=_cpv(tender.cpv),
        nature=labels.of("natures", tender.nature),
        method=method_label(tender.procurement_method, tender.nature),
        regions=[labels.region(code) for code in writing.regions_of(tender)],
        due_words=time_words.until(due, now) if due else "",
        value_net_cents=later.public_value(tender),
        information=writing.information(tender),
        description=_description(tender),
        url=url,
    )


def _cpv(code: str) -> str:
    known = codes.cpv(code)
    if known is None:
        return code
    label = known.label_en if language() == "en" else known.label_de
    return f"{label} ({known.code}-{known.check_digit})"


def _description(tender: Tender) -> str:
    lead = tender.lead.name
    parts = [_("%(lead)s schreibt aus: %(title)s.", lead=lead, title=tender.title)]
    if tender.submission_deadline and tender.stage != "cancelled":
        due = weekday_moment(tender.submission_deadline)
        parts.append(_("Angebote bis %(due)s.", due=due))
    line = clean_line(" ".join([*parts, " ".join(tender.description.split())]))
    short = line[: _DESCRIPTION_MAX - 1].rstrip()
    return line if len(line) <= _DESCRIPTION_MAX else f"{short}…"
