"""The official rules, asked just before something is sent."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vergabe.exchange import parser
from vergabe.exchange.eforms import official
from vergabe.exchange.eforms.findings import arranging, explaining
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.findings import Finding
from vergabe.notices.outgoing import Outgoing


@dataclass(frozen=True)
class Verdict:
    """What schema and rules of one SDK say of a document, in German, with what was not checked."""

    sdk_version: str
    passed: bool
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...] = ()

    def as_list(self) -> list[dict[str, Any]]:
        """Return everything as JSON values."""
        not_checked = [{"severity": "info", "message": sentence} for sentence in self.unchecked]
        return [*(finding.to_dict() for finding in self.findings), *not_checked]


def judge(outgoing: Outgoing, sdk: Path | None) -> Verdict | None:
    """Return the verdict on a document, None where no rules are at hand or none apply.

    Takes a second or more the first time and some hundred megabytes: never inside a transaction.
    """
    if sdk is None or outgoing.format != "eforms":
        return None
    said = official.check(outgoing.xml, _shelf(sdk))
    if said.sdk_version is None:
        return None
    explained = explaining.explain(said.findings, parser.parse(outgoing.xml))
    return Verdict(
        sdk_version=said.sdk_version,
        passed=not said.has_errors,
        findings=tuple(arranging.arranged(explained)),
        unchecked=said.unchecked,
    )


@functools.cache
def _shelf(place: Path) -> SdkShelf:
    return SdkShelf.of(place)
