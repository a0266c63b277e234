"""Reading addresses and posted forms of plans into plain input, all mistakes at once."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma

from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange.german_dates import parse_date
from vergabe.plans.rules import Kind, MilestoneEntry
from vergabe.plans.wishes import DAYS, FLAGS, LENGTHS, LONGEST_DAYS, Wishes
from vergabe.web.schema import clean

Form = Mapping[str, str]
NAMES: Final = (*DAYS, *LENGTHS, *FLAGS, "procedure", "award_body")
_WHOLE: Final = re.compile(r"[0-9]{1,4}")
_YES: Final = ("1", "on", "true")


class _Reader:
    def __init__(self, form: Form) -> None:
        self.form = form
        self.violations: list[Violation] = []

    def wrong(self, name: str, sentence: str) -> None:
        self.violations.append(Violation("invalid_field", sentence, field=name))

    def text(self, name: str) -> str:
        try:
            return clean(self.form.get(name, ""))
        except ma.ValidationError as error:
            self.wrong(name, str(error.messages[0]))
            return ""

    def day(self, name: str) -> dt.date | None:
        text = self.text(name)
        if not text:
            return None
        return gather(self.violations, lambda: parse_date(text, field=name))

    def length(self, name: str) -> int | None:
        text = self.text(name)
        if not text:
            return None
        if not _WHOLE.fullmatch(text) or int(text) > LONGEST_DAYS:
            label = LENGTHS[name][0]
            self.wrong(name, f"{label}: bitte eine ganze Zahl von 0 bis {LONGEST_DAYS} angeben.")
            return None
        return int(text)

    def flag(self, name: str) -> bool:
        return self.form.get(name, "") in _YES

    def identifier(self, name: str, sentence: str) -> uuid.UUID | None:
        text = self.text(name)
        try:
            return uuid.UUID(text) if text else None
        except ValueError:
            self.wrong(name, sentence)
            return None

    def raise_if_wrong(self) -> None:
        if self.violations:
            raise InvalidInput.of(self.violations)


def has_wishes(form: Form) -> bool:
    """Return whether an address names any wish, so that it counts instead of the saved ones."""
    return any(name in form for name in NAMES)


def wishes_in(form: Form) -> Wishes:
    """Return the wishes of an address or form. Raises InvalidInput with every wrong field."""
    reader = _Reader(form)
    values: dict[str, Any] = {name: reader.day(name) for name in DAYS}
    values |= {name: reader.length(name) for name in LENGTHS}
    values |= {name: reader.flag(name) for name in FLAGS}
    values |= {name: reader.text(name)[:200] or None for name in ("procedure", "award_body")}
    reader.raise_if_wrong()
    return Wishes(**values)


def milestone_in(form: Form) -> MilestoneEntry:
    """Return a milestone as it was typed. Raises InvalidInput with every wrong field."""
    reader = _Reader(form)
    kind = reader.text("kind")
    if kind and kind not in list(Kind):
        reader.wrong("kind", "Bitte wählen Sie eine Art aus der Liste.")
        kind = ""
    entry = MilestoneEntry(
        title=reader.text("title"),
        organisation_id=reader.identifier("organisation_id", "Dieses Mitglied gibt es nicht."),
        kind=Kind(kind or Kind.OTHER),
        note=reader.text("note"),
        before_step=reader.text("before_step") or None,
        area_id=reader.identifier("area_id", "Dieses Aufgabengebiet gibt es nicht."),
        pool_id=reader.identifier("pool_id", "Dieses Vorhaben gibt es nicht."),
        wished_on=reader.day("wished_on"),
        agreed_on=reader.day("agreed_on"),
    )
    reader.raise_if_wrong()
    return entry


def done_in(form: Form, today: dt.date) -> dt.date:
    """Return the day on which a milestone was done; today if the field is empty."""
    reader = _Reader(form)
    day = reader.day("done_on")
    reader.raise_if_wrong()
    return day or today


def reason_in(form: Form) -> str:
    """Return the reason of a form, cleaned. Raises InvalidInput."""
    reader = _Reader(form)
    found = reader.text("reason")
    reader.raise_if_wrong()
    return found


def version_in(form: Form) -> int:
    """Return the version that the person saw; a form without one is as good as outdated."""
    text = form.get("version", "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1
