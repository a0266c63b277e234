"""All checks of a notice in their order, as findings for people: ours, the schema, the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

from vergabe.errors import InvalidInput
from vergabe.exchange.eforms import checks, official, reading
from vergabe.exchange.eforms.checks import document as checks_document
from vergabe.exchange.eforms.checks.own_rules import Setting
from vergabe.exchange.eforms.findings import arranging, explaining, official_rules
from vergabe.exchange.eforms.findings.sentences import FOREIGN_MISTAKE
from vergabe.exchange.eforms.notice import SUBTYPES, Notice
from vergabe.exchange.eforms.official import Official, places
from vergabe.exchange.eforms.official.sdk_shelf import SdkShelf
from vergabe.exchange.findings import Finding

_GROUP: Final = "GLO-"
_GROUPS_UNKNOWN: Final = Finding(
    "info",
    "domain",
    "groups_of_lots_without_own_checks",
    "",
    "BT-137-LotsGroup",
    "Die Bekanntmachung hat Losgruppen; geprüft wird nur nach Schema und amtlichen Regeln.",
    "",
)
_MISSING: Final = "eforms_field_missing"
_LINE: Final = re.compile(r"Zeile \d+")
_INSTALL: Final = (
    "Bitte das eForms-SDK einrichten (VERGABE_EFORMS_SDK) oder mit dem amtlichen Dienst prüfen."
)


def assess(
    root: etree._Element,
    shelf: SdkShelf,
    *,
    setting: Setting | None = None,
    with_rules: bool = True,
) -> list[Finding]:
    """Return what all checks find in a notice of anybody, folded and in the order of our form.

    Our own checks come first and need no SDK; what could not be checked is a finding of severity
    `info`. with_rules: also run the official rules, which takes about a second for the first one.
    """
    return combined(root, official.check(root, shelf, with_rules=with_rules), setting=setting)


def combined(
    root: etree._Element,
    checked: Official,
    *,
    notice: Notice | None = None,
    setting: Setting | None = None,
) -> list[Finding]:
    """Return our own findings with those of an official check, folded and ordered.

    notice: the data of which `root` was written, where they are at hand; else they are read.
    """
    own = _own(root, notice, setting, has_official_errors=checked.has_errors)
    found = [*checks_document.findings(root), *own]
    found += explaining.explain(checked.findings, root)
    arranged = arranging.arranged(found)
    return [*arranged, *(_unchecked(sentence) for sentence in checked.unchecked)]


def _own(
    root: etree._Element,
    notice: Notice | None,
    setting: Setting | None,
    *,
    has_official_errors: bool,
) -> Sequence[Finding]:
    if notice is not None:
        return checks.findings(notice, setting=setting)
    subtype = places.subtype_of(root)
    if subtype and subtype not in SUBTYPES:
        return [_not_ours(subtype)]
    try:
        return checks.findings(reading.read_tree(root), setting=setting)
    except InvalidInput as error:
        if _GROUP in error.message:
            return [_GROUPS_UNKNOWN]
        # Official rules say the same with a better place, unless there are none.
        return [] if has_official_errors else [_unreadable(error)]


def _unchecked(sentence: str) -> Finding:
    return Finding("info", "schematron", "not_checked", "", "", sentence, _INSTALL)


def _not_ours(subtype: str) -> Finding:
    message = (
        f"Für Bekanntmachungen der Unterart {subtype[:10]} gibt es hier keine eigenen Prüfungen; "
        "geprüft wird nur nach Schema und amtlichen Regeln."
    )
    return Finding(
        "info", "domain", "subtype_without_own_checks", "", "OPP-070-notice", message, ""
    )


def _unreadable(error: InvalidInput) -> Finding:
    """Return a finding for what kept the notice from being read at all."""
    reason = error.reasons[0]
    known = official_rules.fields().get(reason.field or "")
    if known is None:
        return Finding("error", "domain", reason.code, "", "", reason.message, "")
    label = f"„{official_rules.label_of(known.id)}“"
    form = official_rules.form_field(known.id)
    told = "fehlt" if reason.code == _MISSING else "ist nicht lesbar"
    place = _LINE.search(reason.message)
    return Finding(
        severity="error",
        stage="domain",
        rule=reason.code,
        location=place.group(0) if place else "",
        field=known.id,
        message=f"{label} {told}; weiter lässt sich die Bekanntmachung nicht prüfen.",
        remedy=FOREIGN_MISTAKE,
        address=form.address,
        label=form.label,
        mended_by="application",
    )
