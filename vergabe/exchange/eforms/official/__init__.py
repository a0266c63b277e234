"""The two official checks of a notice, schema and rules, in one call that never raises.

What cannot be checked, because there is no SDK or not the right one, is said and not passed over.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from lxml import etree

from vergabe.exchange import parser
from vergabe.exchange.eforms.official import places, schema
from vergabe.exchange.eforms.official.raw_findings import RawFinding
from vergabe.exchange.eforms.official.schematron_process import RulesProcess
from vergabe.exchange.eforms.official.sdk import Sdk
from vergabe.exchange.eforms.official.sdk_files import SdkError
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.eforms.tailoring import DE, Tailoring

Check = Literal["xsd", "schematron"]

XML_STAGE: Final = "xml"

_processes: Final[dict[tuple[str, str], RulesProcess]] = {}
_making: Final = threading.Lock()


@dataclass(frozen=True)
class Official:
    """What the official checks say of a notice.

    checked: what was run; unchecked: German sentences on what was not and why; sdk_version: full
    version of the SDK, `1.14.2`, None if there was none; subtype: `16`, empty if the notice has
    none.
    """

    findings: tuple[RawFinding, ...]
    checked: tuple[Check, ...] = ()
    unchecked: tuple[str, ...] = ()
    sdk_version: str | None = None
    subtype: str = ""

    @property
    def has_errors(self) -> bool:
        """Whether something was found that blocks; says nothing about what was not checked."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def is_accepted(self) -> bool:
        """Whether everything was checked and nothing blocks."""
        return not self.has_errors and not self.unchecked and len(self.checked) == len(_CHECKS)


def check(
    notice: "bytes | etree._Element", shelf: SdkShelf, *, with_rules: bool = True
) -> Official:
    """Return what the official schema and, in the worker or a test, the official rules say.

    with_rules: also run the Schematron, in a process apart, which takes about a second for the
    first notice. Raises nothing: XML that cannot be read is a finding of stage `xml`.
    """
    try:
        root = parser.parse(notice) if isinstance(notice, bytes) else notice
    except parser.UnreadableXml as error:
        return Official((_unreadable(error),))
    subtype = places.subtype_of(root)
    unchecked: list[str] = []
    try:
        sdk = _sdk_for(root, shelf, unchecked)
        known = sdk.notice_types
    except SdkError as error:
        return Official((), unchecked=(error.message,), subtype=subtype)
    findings: list[RawFinding] = []
    checked: list[Check] = []
    for name, run in _CHECKS.items():
        if name == "schematron" and not with_rules:
            continue
        try:
            findings += run(notice, root, sdk)
        except (SdkError, parser.UnreadableXml) as error:
            unchecked.append(error.message)
        else:
            checked.append(name)
    profile = _profile_without_sdk(root, sdk)
    if profile is not None:
        findings = [found for found in findings if found.rule not in profile.rules_not_applied]
        unchecked.append(
            f"Geprüft wurde nach den Regeln der EU ({sdk.customization_id}); was "
            f"„{profile.customization_id}“ darüber hinaus verlangt, steht im SDK dieses Profils, "
            "das nicht eingerichtet ist."
        )
    if with_rules and subtype not in known:
        unchecked.append(_no_subtype(subtype, sdk))
    return Official(tuple(findings), tuple(checked), tuple(unchecked), sdk.version, subtype)


def _sdk_for(root: "etree._Element", shelf: SdkShelf, unchecked: list[str]) -> Sdk:
    """Return the SDK that a notice names; the newest, and say so, for one that names none."""
    try:
        return shelf.for_notice(root)
    except SdkError as error:
        newest = shelf.newest
        if newest is None or places.customization_id(root) or not schema.is_notice(root, newest):
            raise
        unchecked.append(f"{error.message} Geprüft wurde mit der neuesten.")
        return newest


def rules_of(sdk: Sdk) -> RulesProcess:
    """Return what checks by the rules of an SDK, one per version and process."""
    key = (str(sdk.place), sdk.version)
    with _making:
        if key not in _processes:
            _processes[key] = RulesProcess(sdk)
        return _processes[key]


def _run_schema(
    _notice: "bytes | etree._Element", root: "etree._Element", sdk: Sdk
) -> list[RawFinding]:
    return schema.findings(root, sdk)


def _run_rules(
    notice: "bytes | etree._Element", _root: "etree._Element", sdk: Sdk
) -> list[RawFinding]:
    return rules_of(sdk).findings(notice)


_CHECKS: Final[
    dict[Check, Callable[["bytes | etree._Element", "etree._Element", Sdk], list[RawFinding]]]
] = {"xsd": _run_schema, "schematron": _run_rules}


def _profile_without_sdk(root: "etree._Element", sdk: Sdk) -> Tailoring | None:
    """Return the national profile of a notice that is checked by the EU's SDK instead."""
    told = places.customization_id(root)
    is_national = told == DE.customization_id and told != sdk.customization_id
    return DE if is_national else None


def _no_subtype(subtype: str, sdk: Sdk) -> str:
    which = (
        f"Die Unterart „{subtype[:20]}“ kennt das eForms-SDK {sdk.version} nicht"
        if subtype
        else "Die Bekanntmachung nennt keine Unterart (OPP-070)"
    )
    return f"{which}. Geprüft wurden nur Schema und Regeln, die für alle Unterarten gelten."


def _unreadable(error: parser.UnreadableXml) -> RawFinding:
    return RawFinding(
        severity="error",
        rule=error.code,
        stage=XML_STAGE,
        field=None,
        location="/",
        text=error.message,
        line=error.line or None,
        german=error.message,
        kind="schema",
    )
