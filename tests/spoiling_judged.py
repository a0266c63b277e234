"""What the official checks find in the spoiled notices, asked once per test process."""

import functools

from tests import sdk, spoiling
from vergabe.exchange import parser
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding


@functools.cache
def spoiled_and_judged() -> tuple[tuple[spoiling.Spoiled, tuple[RawFinding, ...]], ...]:
    """Return the 200 spoiled notices, with the raw findings of both checks."""
    return tuple((one, _raw(one.content)) for one in spoiling.spoiled(200))


def _raw(content: bytes) -> tuple[RawFinding, ...]:
    found = schema.findings(parser.parse(content), sdk.sdk())
    return (*found, *sdk.checker().findings(content))
