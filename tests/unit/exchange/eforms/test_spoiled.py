"""Two hundred spoiled notices: nothing of what the official checks find in them is lost or lies.

In one file, so that the same process asks the checks once for all of it.
"""

import functools
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import sdk, spoiling
from vergabe.exchange import parser
from vergabe.exchange.eforms.findings import arranging, explaining, official_rules
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding

pytestmark = pytest.mark.one_database


class Judged(NamedTuple):
    """A spoiled notice, with the raw findings of both checks."""

    spoiled: spoiling.Spoiled
    by_schema: list[RawFinding]
    by_rules: list[RawFinding]


@functools.cache
def judged() -> tuple[Judged, ...]:
    return tuple(_judged(one) for one in spoiling.spoiled(200))


def _judged(one: spoiling.Spoiled) -> Judged:
    by_schema = schema.findings(parser.parse(one.content), sdk.sdk())
    return Judged(one, by_schema, sdk.checker().findings(one.content))


def test_the_independent_checker_agrees_and_the_spoiled_field_is_meant(tmp_path: Path) -> None:
    fields = sdk.sdk().fields
    assert len({each.spoiled.name for each in judged()}) == 200
    assert {each.spoiled.way for each in judged()} == set(spoiling.WAYS)
    for spoiled, by_schema, by_rules in judged():
        assert sdk.told(by_rules) == sdk.told_by_the_judge(spoiled.content, tmp_path), spoiled.name
        assert by_rules or by_schema, spoiled.name
        found = [*by_rules, *by_schema]
        terms = {fields[each.field].bt_id for each in found if each.field in fields}
        meant = {fields[field].bt_id for field in (spoiled.field, *spoiled.others)}
        assert terms & meant, spoiled.name


def test_nothing_is_lost_by_folding() -> None:
    for spoiled, by_schema, by_rules in judged():
        raw = [*by_schema, *by_rules]
        root = parser.parse(spoiled.content)
        found = arranging.arranged(explaining.explain(raw, root))
        assert len(found) + arranging.count(found).folded == len(raw), spoiled.name
        told = {rule for finding in found for rule in finding.official}
        assert told == {one.rule for one in raw}, spoiled.name


def test_most_single_mistakes_are_one_error() -> None:
    several = []
    for spoiled, by_schema, by_rules in judged():
        raw = [*by_schema, *by_rules]
        found = arranging.arranged(explaining.explain(raw, parser.parse(spoiled.content)))
        if len([finding for finding in found if finding.severity == "error"]) != 1:
            several.append(spoiled.name)
    assert len(several) <= 4, several


def test_each_spoiled_notice_leads_to_the_right_field() -> None:
    missed = []
    for spoiled, by_schema, by_rules in judged():
        root, raw = parser.parse(spoiled.content), [*by_schema, *by_rules]
        told = {finding.address for finding in explaining.explain(raw, root)}
        right = {official_rules.form_field(f).address for f in (spoiled.field, *spoiled.others)}
        if not told & right:
            missed.append(spoiled.name)
    assert missed == []
