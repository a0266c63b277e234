"""`[[members.bylaws]]` of a cooperation's file: a member's own procurement by-law."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import marshmallow as ma

from vergabe.bylaws import entries, rules
from vergabe.bylaws.entries import (
    LONGEST_PERIOD_DAYS,
    MOST_QUOTES,
    NOTE_LENGTH,
    TITLE_LENGTH,
    BylawEntry,
)
from vergabe.bylaws.rules import Span
from vergabe.cooperations.configuration_fields import Day, Euro, whole
from vergabe.errors import InvalidInput, Violation
from vergabe.web.schema import Schema, text


class BylawSchema(Schema):
    """A version; what is left out the by-law does not name."""

    title = text(TITLE_LENGTH, minimum=1, required=True)
    adopted_on = Day(required=True)
    valid_from = Day(required=True)
    valid_to = Day()
    direct_max_euro = Euro()
    negotiated_wo_call_max_euro = Euro()
    restricted_wo_call_max_euro = Euro()
    freehand_max_euro = Euro()
    ex_ante_from_euro = Euro()
    ex_post_from_euro = Euro()
    minimum_tender_days = whole(1, LONGEST_PERIOD_DAYS)
    minimum_participation_days = whole(1, LONGEST_PERIOD_DAYS)
    required_quotes = whole(1, MOST_QUOTES)
    note = text(NOTE_LENGTH, load_default="")

    @ma.post_load
    def _made(self, data: dict[str, Any], **_: Any) -> BylawEntry:
        return BylawEntry(
            **{
                f"{name.removesuffix('_euro')}_net_cents" if name.endswith("_euro") else name: value
                for name, value in data.items()
            }
        )


def violations_of(bylaws: Sequence[BylawEntry], path: str, today: dt.date) -> Iterator[Violation]:
    """Yield what cannot be true of a member's by-laws; path: of the member in the file."""
    spans: list[Span] = []
    for index, entry in enumerate(bylaws):
        place = f"{path}.bylaws.{index}"
        try:
            entries.checked(entry, today)
        except InvalidInput as error:
            for violation in error.violations:
                name = (violation.field or "").replace("_net_cents", "_euro")
                yield Violation(violation.code, violation.message, field=f"{place}.{name}")
            continue
        for violation in rules.reasons_against_days(spans, entry.valid_from, entry.valid_to):
            yield Violation(
                violation.code, violation.message, violation.law, f"{place}.{violation.field}"
            )
        spans.append(Span(index + 1, entry.valid_from, entry.valid_to))
