"""Instants on the command line: German or ISO, in German time unless a zone is given."""

import datetime as dt
import re
from typing import Final

import click

from vergabe import clock
from vergabe.errors import InvalidInput
from vergabe.exchange.german_dates import parse_date

_LOCAL: Final = re.compile(r"(\S+?)[ T,]+(\d{1,2}):(\d{2})(?:\s*Uhr)?")


class Moment(click.ParamType[dt.datetime]):
    """A day and a time such as `24.11.2026 20:00` or `2026-11-24T20:00`; aware UTC afterwards."""

    name = "zeitpunkt"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime:
        """Return the instant; a usage error says how to write one."""
        if isinstance(value, dt.datetime):
            return value
        text = str(value).strip()
        found = _LOCAL.fullmatch(text)
        try:
            if found is not None:
                day = parse_date(found[1], field="from")
                return clock.berlin_instant(day, dt.time(int(found[2]), int(found[3])))
            instant = dt.datetime.fromisoformat(text)
            in_utc = instant.astimezone(dt.UTC) if instant.tzinfo is not None else None
        except (ValueError, OverflowError, InvalidInput):
            in_utc = None
        if in_utc is None:
            self.fail(f"{text!r} ist kein Zeitpunkt. Schreiben Sie ihn so: 24.11.2026 20:00")
        return in_utc


MOMENT: Final = Moment()
