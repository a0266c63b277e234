"""The official rules, asked just before something is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vergabe.notices.outgoing import Outgoing


@dataclass(frozen=True)
class Verdict:
    """What the rules of one SDK say; findings: errors and warnings as JSON values."""

    sdk_version: str
    passed: bool
    findings: list[dict[str, Any]]


def judge(outgoing: Outgoing, sdk: Path | None) -> Verdict | None:
    """Return the verdict on a document, None where no rules are at hand or none apply.

    Takes a second or more the first time and some hundred megabytes: never inside a transaction.
    """
    return None
