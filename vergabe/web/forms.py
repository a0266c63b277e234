"""Reading posted forms into plain input; what is wrong is gathered, what was typed stays."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from vergabe import clock
from vergabe.errors import InvalidInput, Violation, gather
from vergabe.exchange.german import parse_decimal, parse_money_cents
from vergabe.exchange.german_dates import parse_date

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2})(?::(\d{2}))?)?(?:\s*Uhr)?")
_WHOLE: Final = re.compile(r"\d{1,9}")


class FormReader:
    """A posted form, read field by field; `raise_if_wrong` tells of everything at once.

    shown: the instants that stood in the form; sent back as they were they mean just these. In the
    hour that the end of summer time repeats the text alone would mean the first of two.
    """

    def __init__(
        self, form: Mapping[str, str], shown: Mapping[str, dt.datetime | None] | None = None
    ) -> None:
        self._form = form
        self._shown = shown or {}
        self.violations: list[Violation] = []

    def text(self, name: str) -> str:
        """Return what was typed, as it came; empty if the field is missing."""
        return self._form.get(name, "")

    def texts(self, prefix: str, *names: str) -> dict[str, str]:
        """Return name → what was typed for fields such as `contact.email`."""
        return {name: self.text(f"{prefix}.{name}") for name in names}

    def flag(self, name: str) -> bool:
        return self.text(name) in ("1", "on", "true")

    def money(self, name: str) -> int | None:
        """Return an amount in cents, None for an empty field."""
        return self._parsed(name, lambda text: parse_money_cents(text, field=name))

    def day(self, name: str) -> dt.date | None:
        """Return a legal day, None for an empty field."""
        return self._parsed(name, lambda text: parse_date(text, field=name))

    def whole(self, name: str) -> int | None:
        """Return a whole number, None for an empty field."""
        return self._parsed(name, lambda text: self._whole(text, name))

    def quantity(self, name: str) -> Decimal | None:
        """Return a quantity as Germans write it, None for an empty field."""
        return self._parsed(name, lambda text: parse_decimal(text, field=name))

    def basis_points(self, name: str) -> int | None:
        """Return a percentage with up to two decimals as basis points, None for an empty field."""
        return self._parsed(name, lambda text: self._basis_points(text, name))

    def choice(self, name: str, words: type[Word], sentence: str) -> Word | None:
        """Return one of a few words; None, and the sentence at the field, for anything else."""
        text = self.text(name)
        if text not in [word.value for word in words]:
            self.violations.append(Violation(f"{name}_missing", sentence, field=name))
            return None
        return words(text)

    def required_day(self, name: str, sentence: str) -> dt.date | None:
        """Return a legal day; the sentence stands at the field if it is empty."""
        if not self.text(name).strip():
            self.violations.append(Violation(f"{name}_missing", sentence, field=name))
        return self.day(name)

    def identifier(self, name: str) -> uuid.UUID | None:
        """Return an id, None for an empty field or for something that is none."""
        try:
            return uuid.UUID(self.text(name).strip())
        except ValueError:
            return None

    def moment(self, name: str) -> dt.datetime | None:
        """Return an instant (aware UTC) of NAME_day and NAME_time, None if both are empty."""
        day_text, time_text = self.text(f"{name}_day").strip(), self.text(f"{name}_time").strip()
        if not day_text and not time_text:
            return None
        if not day_text or not time_text:
            missing = "der Tag" if not day_text else "die Uhrzeit"
            message = f"Hier fehlt {missing}. Geben Sie Tag und Uhrzeit an."
            self.violations.append(Violation("moment_incomplete", message, field=name))
            return None
        day = gather(self.violations, lambda: parse_date(day_text, field=name))
        time = gather(self.violations, lambda: self._time(time_text, name))
        if day is None or time is None:
            return None
        before = self._shown.get(name)
        local = before.astimezone(clock.BERLIN).replace(microsecond=0) if before else None
        if local is not None and (local.date(), local.time()) == (day, time):
            return before
        return clock.berlin_instant(day, time)

    def version(self) -> int:
        """Return the version that the person saw; a form without one is as good as outdated."""
        text = self.text("version").strip()
        return int(text) if _WHOLE.fullmatch(text) else -1

    def raise_if_wrong(self) -> None:
        if self.violations:
            raise InvalidInput.of(self.violations)

    def _parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(name).strip()
        return gather(self.violations, lambda: parse(text)) if text else None

    @staticmethod
    def _whole(text: str, name: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise _wrong("not_whole", "Geben Sie eine ganze Zahl an.", name)
        return int(text)

    @staticmethod
    def _basis_points(text: str, name: str) -> int:
        points = parse_decimal(text.removesuffix("%").strip(), field=name) * 100
        if points != points.to_integral_value():
            raise _wrong("too_many_decimals", "Höchstens zwei Nachkommastellen.", name)
        if abs(points) > 100_000:
            raise _wrong("weight_out_of_range", "Geben Sie höchstens 100 % an.", name)
        return int(points)

    @staticmethod
    def _time(text: str, name: str) -> dt.time:
        match = _TIME.fullmatch(text)
        hour, minute, second = (int(part or 0) for part in match.groups()) if match else (24, 0, 0)
        if hour > 23 or minute > 59 or second > 59:
            message = "Das ist keine Uhrzeit. Schreiben Sie sie so: 10:00."
            raise _wrong("time_malformed", message, name)
        return dt.time(hour, minute, second)


def _wrong(code: str, message: str, field: str) -> InvalidInput:
    return InvalidInput.of([Violation(code, message, field=field)])


def day_and_time(name: str, at: dt.datetime | None) -> dict[str, Any]:
    """Return an instant as the two values of a form, in German time.

    Seconds that somebody set stay: sent back without them, a deadline would move.
    """
    if at is None:
        return {f"{name}_day": "", f"{name}_time": ""}
    local = at.astimezone(clock.BERLIN)
    return {
        f"{name}_day": local.date().isoformat(),
        f"{name}_time": local.time().isoformat("minutes" if not local.second else "seconds"),
    }
