"""Random tenders as notices of every subtype: the official rules find nothing, twice over.

Two judges with no line in common: the independent checker in ../shared and our own. Twenty tenders
in the usual run, 500 with `make nightly`; the subtypes are in two groups so that two processes
compile half of the rules each.
"""

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import sdk
from tests.strategies.eforms import Tender, as_subtype, changed, tenders
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.official import schema
from vergabe.exchange.eforms.reading import read
from vergabe.exchange.eforms.writing import build
from vergabe.exchange.parser import parse

TENDERS: Final = int(os.environ.get("VERGABE_TENDERS", "20"))
IS_NIGHT: Final = TENDERS > 20
ALL: Final = tuple(SUBTYPES)
CHANGES: Final = ("update-add", "cor-buy", "susp-review", "cancel-intent", "cancel")
ENDED: Final = ("29", "33", "E4")


def faults(notice: Notice, folder: Path) -> list[str]:
    """What either judge calls an error, and what reading makes of it."""
    content = build(notice)
    foreign = sdk.judged(content, folder)
    found = [f"judge: XSD {each['message']}" for each in foreign["xsd"]]
    found += [
        f"judge: {each['id']} {each['location']} {each['message']}"
        for each in foreign["rules"]
        if each["role"] == "ERROR"
    ]
    own = [
        *schema.findings(parse(content, max_bytes=len(content)), sdk.sdk()),
        *sdk.checker().findings(content),
    ]
    found += [f"ours: {each}" for each in own if each.severity == "error"]
    if build(read(content)) != content:
        found.append("reading it and writing it again gives another document")
    return found


@pytest.mark.parametrize("group", [ALL[::2], ALL[1::2]], ids=["one half", "other half"])
def test_random_tenders_are_valid_as_every_subtype(group: tuple[str, ...], tmp_path: Path) -> None:
    @settings(
        max_examples=TENDERS,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(tenders(), st.sampled_from(CHANGES), st.sampled_from(group))
    def check(tender: Tender, reason: str, extra: str) -> None:
        for subtype in group:
            notice = as_subtype(tender, subtype)
            told = [(subtype, notice)]
            if IS_NIGHT or subtype == extra:
                told.append((f"{subtype} {reason}", changed(notice, tender, reason)))
            if subtype in ENDED and (IS_NIGHT or subtype == extra):
                told.append((f"{subtype} annulled", as_subtype(tender, subtype, annulled=True)))
            for name, each in told:
                assert not faults(each, tmp_path), name

    check()
