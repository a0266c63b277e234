"""Two hundred spoiled notices: nothing of what the official checks find in them is lost or lies.

In one file, so that the same process asks the checks once for all of it.
"""

import functools

from tests import sdk, spoiling
from vergabe.exchange import parser
from vergabe.exchange.eforms.findings import arranging, explaining, official_rules
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding


@functools.cache
def judged() -> tuple[tuple[spoiling.Spoiled, tuple[RawFinding, ...]], ...]:
    """Return the spoiled notices, each with the raw findings of both checks."""
    return tuple((one, _raw(one.content)) for one in spoiling.spoiled(200))


def _raw(content: bytes) -> tuple[RawFinding, ...]:
    found = schema.findings(parser.parse(content), sdk.sdk())
    return (*found, *sdk.checker().findings(content))


def test_nothing_is_lost_by_folding() -> None:
    for spoiled, raw in judged():
        root = parser.parse(spoiled.content)
        found = arranging.arranged(explaining.explain(raw, root))
        assert len(found) + arranging.count(found).folded == len(raw), spoiled.name
        told = {rule for finding in found for rule in finding.official}
        assert told == {one.rule for one in raw}, spoiled.name


def test_most_single_mistakes_are_one_error() -> None:
    several = []
    for spoiled, raw in judged():
        found = arranging.arranged(explaining.explain(raw, parser.parse(spoiled.content)))
        if len([finding for finding in found if finding.severity == "error"]) != 1:
            several.append(spoiled.name)
    assert len(several) <= 4, several


def test_each_spoiled_notice_leads_to_the_right_field() -> None:
    missed = []
    for spoiled, found in judged():
        root = parser.parse(spoiled.content)
        told = {finding.address for finding in explaining.explain(found, root)}
        right = {official_rules.form_field(f).address for f in (spoiled.field, *spoiled.others)}
        if not told & right:
            missed.append(spoiled.name)
    assert missed == []
