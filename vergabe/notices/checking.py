"""What stands against a notice: our own checks at once, the official schema where there is an SDK.

The official rules take longer: `draft_checks` asks them in the worker.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from vergabe.errors import Violation
from vergabe.exchange import parser
from vergabe.exchange.eforms import checks, official, writing
from vergabe.exchange.eforms.findings import arranging, explaining
from vergabe.exchange.eforms.notice import Notice
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.findings import Finding
from vergabe.notices import eforms_documents, finding_links, outgoing
from vergabe.settings import Settings
from vergabe.tenders.model import Tender
from vergabe.tenders.outlet import Outlet
from vergabe.tenders.rules import Stage

# Findings on these pages of ours are mended there; cockpit and gates know their fields by name.
_OWN_PAGES: Final = ("tender", "deadlines")
_LISTS: Final = ("lots", "criteria", "documents")


# Errors once a notice is sent out; on our own pages the address is the one that people use anyway.
_MATTER_OUTSIDE: Final = ("documents_not_reachable",)


@dataclass(frozen=True)
class CheckingHouse:
    """What a check has to know of the installation: our address, the SDK, where notices go."""

    base_url: str
    sdk: Path | None
    outlet: Outlet

    @classmethod
    def of(cls, settings: Settings) -> "CheckingHouse":
        """Return it as the operator has set it."""
        return cls(settings.base_url, settings.eforms_sdk, Outlet.of(settings.notice_sender))

    def is_left_by(self, tender: Tender) -> bool:
        """Return whether the notices of a tender truly go to somebody outside."""
        is_rehearsal = outgoing.is_rehearsal(self.outlet.kind, self.base_url)
        return self.outlet.takes(tender) and not is_rehearsal


@dataclass(frozen=True)
class Checked:
    """What was found, folded and in the order of our form; unchecked: what was not, and why."""

    notice: Notice
    xml: bytes
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...] = ()
    sdk_version: str = ""

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity != "error"]


def checked(
    notice: Notice, sdk: Path | None, *, leaves_house: bool, with_rules: bool = False
) -> Checked:
    """Return what stands against a notice; sdk: folder or zip of the eForms SDK, None if none.

    leaves_house: it is sent to somebody outside, so that its addresses must be reachable from
    there; with_rules: the official rules as well, which take a second or more: never in a
    transaction.
    """
    xml = writing.build(notice)
    root = parser.parse(xml)
    judged = official.check(xml, shelf(sdk), with_rules=with_rules)
    own = [_weighed(finding, leaves_house=leaves_house) for finding in checks.findings(notice)]
    found = [*own, *explaining.explain(judged.findings, root)]
    return Checked(
        notice,
        xml,
        tuple(arranging.arranged(found)),
        judged.unchecked,
        judged.sdk_version or "",
    )


def _weighed(finding: Finding, *, leaves_house: bool) -> Finding:
    """Return a finding; what only matters outside is a warning for what stays on our own pages."""
    if leaves_house or finding.rule not in _MATTER_OUTSIDE:
        return finding
    return replace(finding, severity="warning")


def checked_draft(
    session: Session, tender: Tender, house: CheckingHouse, *, now: dt.datetime
) -> Checked:
    """Return what stands against the notice that would be sent now."""
    notice = eforms_documents.preview_data(session, tender, now=now, base_url=house.base_url)
    return checked(notice, house.sdk, leaves_house=house.is_left_by(tender))


@functools.cache
def shelf(sdk: Path | None) -> SdkShelf:
    """Return the SDKs at a place; opened once per process."""
    return SdkShelf.of(sdk)


def reasons_against_publishing(
    session: Session, tender: Tender, now: dt.datetime, *, house: CheckingHouse
) -> list[Violation]:
    """Return every error as a reason of the gate; fields as the task list knows them."""
    if tender.stage not in (Stage.DRAFT, Stage.READY):
        return []  # what is published stands; a change has a notice and checks of its own
    found = checked_draft(session, tender, house, now=now)
    return violations_of(found.errors)


def violations_of(errors: Sequence[Finding]) -> list[Violation]:
    """Return findings as reasons: whom or what they are about, what is wrong, what to do."""
    return [
        Violation(
            error.rule,
            _sentence(error),
            law=error.law or None,
            field=_field(error),
        )
        for error in errors
    ]


def _sentence(error: Finding) -> str:
    about = f"{error.subject}: " if error.subject and error.subject not in error.message else ""
    return f"{about}{error.message} {error.remedy}".strip()


def _field(error: Finding) -> str:
    if error.page in _OWN_PAGES:
        return error.form_field
    if error.page in _LISTS:
        return error.page
    name = finding_links.facts_field(error)
    return f"bekanntmachung.{name}" if name else "bekanntmachung"
