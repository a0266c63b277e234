"""Small values of which notices are made: texts in several languages, amounts, periods, places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

GERMAN: Final = "DEU"

TimeUnit = Literal["DAY", "WEEK", "MONTH", "YEAR"]
Nature = Literal["supplies", "services", "works"]
ApplicabilityCode = Literal["yes", "no", "not-known"]


@dataclass(frozen=True)
class Text:
    """A text in every language of the notice: (ISO 639-3 code in capitals, text), German first."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def german(cls, text: str) -> Text:
        """Return a text in German only."""
        return cls(((GERMAN, text),))

    def in_language(self, language: str = GERMAN) -> str:
        """Return the text in a language, else in the first there is."""
        for code, text in self.values:
            if code == language:
                return text
        return self.values[0][1] if self.values else ""

    def __str__(self) -> str:
        return self.in_language()


@dataclass(frozen=True)
class Amount:
    """An amount net of VAT, in cents of its currency (ISO 4217)."""

    cents: int
    currency: str = "EUR"


@dataclass(frozen=True)
class Duration:
    """A whole number of days, weeks, months or years."""

    count: int
    unit: TimeUnit = "MONTH"


@dataclass(frozen=True)
class Place:
    """Place of performance (BT-5071, -5141, -727, -5131, -5121, -5101, -728).

    Either a country with NUTS 3 where the country has it, or `anywhere` (`anyw`, `anyw-eea`,
    `anyw-cou`), which for the first two excludes country and NUTS.
    """

    country: str | None = "DEU"
    nuts: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    anywhere: str | None = None
    further: Text | None = None


@dataclass(frozen=True)
class Period:
    """When a contract runs (BT-36, BT-536, BT-537, BT-538).

    Either a duration, or both days, or one of them with a duration or `unlimited`/`not-known`.
    """

    duration: Duration | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    other: Literal["UNLIMITED", "UNKNOWN"] | None = None

    @property
    def is_given(self) -> bool:
        """Whether anything at all is said."""
        return any((self.duration, self.starts_on, self.ends_on, self.other))


@dataclass(frozen=True, kw_only=True)
class Fund:
    """Money of the EU (BT-7220/BT-722 programme, BT-5010/BT-5011 identifier, BT-6140/BT-6110)."""

    programme: str | None = None
    identifier: str | None = None
    description: Text | None = None


@dataclass(frozen=True)
class Coded:
    """A code of an official list with a text that explains it."""

    code: str
    text: Text | None = None
