"""From what a form or the API sent to a checked demand, with errors named as their fields are."""

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.demand_fields import parse_demand
from vergabe.exchange.demand_input import DemandInput, check_demand_input

# The edge names amounts by what they are; cents are how we keep them.
_KEPT: Final = "_net_cents"
_SENT: Final = "_net"


def demand_of(
    values: Mapping[str, object], items: Sequence[Mapping[str, object]], today: dt.date
) -> DemandInput:
    """Return the demand that raw values mean; `today` is a day in Berlin.

    values and items: as `demand_fields.parse_demand` takes them. Raises InvalidInput with every
    field that is wrong, under the names that were sent.
    """
    parsed = parse_demand(values, items)
    unread = {violation.field for violation in parsed.errors}
    found = [*parsed.errors]
    found += [v for v in check_demand_input(parsed.demand, today) if v.field not in unread]
    if found:
        raise InvalidInput.of(as_sent(found))
    return parsed.demand


def as_sent(violations: Sequence[Violation]) -> list[Violation]:
    """Return violations with the names of fields that forms and API use."""
    return [
        replace(found, field=found.field.removesuffix(_KEPT) + _SENT)
        if found.field and found.field.endswith(_KEPT)
        else found
        for found in violations
    ]


@contextlib.contextmanager
def naming_as_sent() -> Iterator[None]:
    """Let errors of commands inside name the fields as forms and API do."""
    try:
        yield
    except InvalidInput as error:
        if not error.violations:
            raise
        raise InvalidInput.of(as_sent(error.violations)) from error
