"""The committed example notices are what the code writes, and both judges accept each."""

from pathlib import Path

import pytest

from tests import sdk
from tests.factories.eforms_examples import examples, notices
from vergabe.exchange.eforms.notice import SUBTYPES
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.parser import parse
from vergabe.resources import folder

HOME = folder("xml") / "eforms" / "examples"


def test_committed_examples_are_what_the_code_writes() -> None:
    """If not: python -m tools.eforms_examples."""
    assert {path.stem: path.read_bytes() for path in HOME.glob("*.xml")} == examples()


def test_there_is_an_example_of_every_subtype_and_of_every_way_to_change_one() -> None:
    made = notices().values()

    assert {notice.subtype for notice in made} == SUBTYPES.keys()
    assert {notice.changes.reason for notice in made if notice.changes} == {"cor-buy", "cancel"}
    assert len({notice.notice_id for notice in made}) == len(made)


@pytest.mark.parametrize("name", sorted(notices()))
def test_example_is_valid(name: str, tmp_path: Path) -> None:
    content = (HOME / f"{name}.xml").read_bytes()
    verdict = sdk.judged(content, tmp_path)

    assert verdict["xsd"] == []
    assert [each for each in verdict["rules"] if each["role"] == "ERROR"] == []
    assert schema.findings(parse(content), sdk.sdk()) == []
    assert [each for each in sdk.checker().findings(content) if each.severity == "error"] == []
