"""From posted forms to plain input; what cannot be read is refused at its field."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from werkzeug.datastructures import MultiDict

from vergabe import clock
from vergabe.demands.queries import LineFacts
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange import german, german_dates
from vergabe.exchange.german import LoneGroup
from vergabe.pools.joining import JoiningEntry
from vergabe.pools.presenting import MemberView

Form = MultiDict[str, str]
QUANTITY: Final = "quantities."


def ids_in(form: Form, name: str) -> list[uuid.UUID]:
    """Return the ids ticked under a name; InvalidInput for something that is no id."""
    try:
        return [uuid.UUID(value) for value in form.getlist(name)]
    except ValueError:
        raise _wrong("choice_invalid", "Bitte wählen Sie aus der Liste.", name) from None


def id_in(form: Form, name: str) -> uuid.UUID | None:
    """Return the id chosen under a name, None if nothing was; errors as `ids_in`."""
    value = form.get(name, "").strip()
    if not value:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        raise _wrong("choice_invalid", "Bitte wählen Sie aus der Liste.", name) from None


def version_in(form: Form) -> int | None:
    """Return the version that the page showed, None if the form carries none."""
    value = form.get("version", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def deadline_in(form: Form) -> dt.datetime | None:
    """Return the instant of `joining_deadline_day` and `_time` in German time; None without a day.

    Without a time the whole day counts: the first instant too late is the beginning of the next.
    """
    day_text = form.get("joining_deadline_day", "").strip()
    if not day_text:
        return None
    day = german_dates.parse_date(day_text, field="joining_deadline_day")
    time_text = form.get("joining_deadline_time", "").strip()
    if not time_text:
        return clock.start_of_day(day + dt.timedelta(days=1))
    try:
        return clock.berlin_instant(day, dt.time.fromisoformat(time_text))
    except ValueError:
        message = "Bitte die Uhrzeit so angeben: 12:00."
        raise _wrong("time_invalid", message, "joining_deadline_time") from None


def joining_entry(form: Form, member: MemberView) -> JoiningEntry:
    """Return what a member's joining form says; InvalidInput with every quantity that is wrong."""
    quantities: dict[uuid.UUID, Decimal | None] = {}
    reasons: list[Violation] = []
    for demand in member.demands:
        for line in demand.lines:
            quantities[line.id] = gather(reasons, partial(_quantity, form, line))
    if reasons:
        raise InvalidInput.of(reasons)
    return JoiningEntry(
        quantities=quantities,
        mandate_reference=form.get("mandate_reference", ""),
        mandate_id=id_in(form, "mandate_id"),
        may_call_off_later=form.get("may_call_off_later") == "1",
        note=form.get("note", ""),
    )


def _quantity(form: Form, line: LineFacts) -> Decimal | None:
    """Return a quantity as it is meant beside its unit: a point groups there, as we show it."""
    name = f"{QUANTITY}{line.id}"
    text = form.get(name, "").strip()
    group: LoneGroup = "thousands" if line.unit_code else "refuse"
    return german.parse_decimal(text, field=name, lone_group=group) if text else None


def entered(entry: JoiningEntry) -> Mapping[str, str]:
    """Return an entry as its form shows it."""
    return {
        "mandate_reference": entry.mandate_reference,
        "mandate_id": str(entry.mandate_id) if entry.mandate_id else "",
        "may_call_off_later": "1" if entry.may_call_off_later else "",
        "note": entry.note,
    } | {
        f"{QUANTITY}{line_id}": "" if number is None else german.format_decimal(number)
        for line_id, number in entry.quantities.items()
    }


def _wrong(code: str, message: str, field: str) -> InvalidInput:
    return InvalidInput.of([Violation(code, message, field=field)])
