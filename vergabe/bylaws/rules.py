"""Which versions of a by-law may stand beside each other, and how one may end."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from vergabe.errors import Violation


@dataclass(frozen=True)
class Span:
    """A version that counts: its number and its days, inclusive; valid_to None: without end."""

    number: int
    valid_from: dt.date
    valid_to: dt.date | None

    def overlaps(self, valid_from: dt.date, valid_to: dt.date | None) -> bool:
        """Return whether there is a day in both."""
        begins_late = valid_to is not None and valid_to < self.valid_from
        ended_before = self.valid_to is not None and self.valid_to < valid_from
        return not begins_late and not ended_before

    @property
    def days(self) -> str:
        until = f"bis {self.valid_to:%d.%m.%Y}" if self.valid_to else "ohne Ende"
        return f"ab {self.valid_from:%d.%m.%Y}, {until}"


def reasons_against_days(
    known: Sequence[Span], valid_from: dt.date, valid_to: dt.date | None
) -> list[Violation]:
    """Return why a version may not hold on these days: on no day do two versions hold."""
    return [
        Violation(
            "bylaws_overlap",
            f"Fassung {span.number} gilt {span.days}. An einem Tag kann nur eine Fassung gelten: "
            "Beenden Sie zuerst die frühere oder ändern Sie die Tage.",
            law="§ 75a Abs. 2 GO NRW",
            field="valid_from",
        )
        for span in known
        if span.overlaps(valid_from, valid_to)
    ]


def reasons_against_ending(
    valid_from: dt.date, valid_to: dt.date | None, wanted: dt.date
) -> list[Violation]:
    """Return why a version may not end with the day `wanted` (inclusive)."""
    if valid_to is not None:
        return [
            Violation(
                "bylaw_already_ended",
                f"Die Fassung endet schon am {valid_to:%d.%m.%Y}. War das falsch eingetragen, "
                "berichtigen Sie sie mit Begründung.",
                field="valid_to",
            )
        ]
    if wanted < valid_from:
        return [
            Violation(
                "days_out_of_order",
                f"Die Fassung gilt ab {valid_from:%d.%m.%Y}; sie kann nicht vorher enden.",
                field="valid_to",
            )
        ]
    return []
