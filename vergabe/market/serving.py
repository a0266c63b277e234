"""What page and API both show of one notice."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from vergabe.catalogue import labels
from vergabe.errors import InvalidInput, NotFound
from vergabe.exchange import codes
from vergabe.exchange.foreign_notice import ForeignNotice, Money
from vergabe.files import handing_out
from vergabe.files.store import FileStore
from vergabe.law.zone import last_day_before
from vergabe.market import queries, sources
from vergabe.market.model import StoredNotice
from vergabe.notices import eforms_view
from vergabe.texts import _, marked
from vergabe.web import formatting
from vergabe.web.downloads import content_disposition

_MOST_SHOWN: Final = 12
_FORMS: Final[Mapping[str, str]] = {
    "planning": marked("Vorinformation"),
    "competition": marked("Ausschreibung"),
    "result": marked("Ergebnis"),
    "dir-awa-pre": marked("Ex-ante-Transparenz"),
    "cont-modif": marked("Auftragsänderung"),
    "consultation": marked("Markterkundung"),
    "completion": marked("Abschluss"),
}
_KINDS: Final[Mapping[str, str]] = {
    "notice": marked("Bekanntmachung"),
    "award": marked("Ergebnis"),
}
_OUTCOMES: Final[Mapping[str, str]] = {
    "selec-w": marked("Zuschlag erteilt"),
    "clos-nw": marked("ohne Zuschlag beendet"),
    "open-nw": marked("noch nicht entschieden"),
}
_LICENCES: Final[Mapping[str, str]] = {
    "ted": marked("© Europäische Union, Wiedergabe mit Quellenangabe (Beschluss 2011/833/EU)"),
    "doe": marked("CC0 1.0, offene Daten des Datenservice Öffentlicher Einkauf"),
}


@dataclass(frozen=True)
class Shown:
    """A stored notice with all that its page needs."""

    row: StoredNotice
    notice: ForeignNotice
    url: str | None
    others: Sequence[StoredNotice]


def shown(session: Session, notice_id: uuid.UUID) -> Shown:
    """Return a notice with the other notices of its procedure; NotFound if there is none."""
    row = queries.notice(session, notice_id)
    notice = ForeignNotice.from_dict(row.facts)
    others = [other for other in queries.notices_of(session, row.group_id) if other.id != row.id]
    return Shown(row, notice, sources.page(notice), others)


def xml(session: Session, notice_id: uuid.UUID, store: FileStore) -> Response:
    """Return the answer with the XML of a notice; NotFound for records of portals.

    Always as a download: it is somebody else's document.
    """
    row = queries.notice(session, notice_id)
    if row.file_sha256 is None:
        raise NotFound("Das XML-Dokument")
    name = f"{row.source}-{row.source_id}-{row.version:02d}.xml"
    disposition = content_disposition(name.replace("/", "-"))
    return handing_out.stored(store, row.file_sha256, "application/xml", disposition=disposition)


def view(row: StoredNotice, store: FileStore) -> Markup | None:
    """Return the whole notice as people read it; None for records and what has no such view."""
    if row.file_sha256 is None:
        return None
    try:
        return eforms_view.html_of(store.read(row.file_sha256))
    except InvalidInput:
        return None


def cpv_digits(text: str) -> str:
    """Return the digits of a CPV code as people type it (`31127000-2`)."""
    return "".join(filter(str.isdecimal, text.split("-")[0]))[:8]


def cpv_label(code: str | None) -> str | None:
    """Return a CPV code with its German name; an unknown one as it is."""
    known = codes.cpv(code) if code else None
    return f"{labels.cpv(known.code)} ({known.code}-{known.check_digit})" if known else code


def cpv_labels(found: Sequence[str]) -> str | None:
    """Return the first CPV codes of a notice with their names."""
    return "; ".join(cpv_label(code) or code for code in found[:_MOST_SHOWN]) or None


def place_labels(found: Sequence[str]) -> str | None:
    """Return the first NUTS codes of a notice with the names of their regions."""
    return "; ".join(place_label(code) for code in found[:_MOST_SHOWN]) or None


def deadline_text(deadline: dt.datetime | None, is_day: bool) -> str | None:
    """Return until when something can be handed in; is_day: only the day is known."""
    if deadline is None:
        return None
    if is_day:
        last = formatting.day(last_day_before(deadline))
        return _("bis einschließlich %(day)s", day=last)
    return _("bis %(moment)s", moment=formatting.weekday_moment(deadline))


def place_label(code: str) -> str:
    """Return a NUTS code with the name of its region; an unknown one as it is."""
    known = codes.nuts(code)
    return f"{known.name} ({code})" if known else code


def money(amount: Money | None) -> str | None:
    """Return an amount as people read it, with its currency."""
    if amount is None:
        return None
    whole, cents = divmod(amount.cents, 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{grouped},{cents:02d} {'€' if amount.currency == 'EUR' else amount.currency}"


def nature(code: str | None) -> str | None:
    """Return what is bought: goods, services or works; an unknown code as it is."""
    return labels.of("natures", code) if code else None


def form(notice: ForeignNotice) -> str | None:
    """Return what kind of notice it is; an unknown code as it is."""
    known = _FORMS.get(notice.form_type or "") or _KINDS.get(notice.notice_type or "")
    return _(known) if known else notice.notice_type


def outcome(code: str | None) -> str:
    """Return how a lot ended; an unknown code as it is."""
    known = _OUTCOMES.get(code or "")
    return _(known) if known else code or ""


def licence(source: str) -> str | None:
    """Return under which terms a source gives its notices away, as far as they are known."""
    known = _LICENCES.get(source)
    return _(known) if known else None
