"""Checks of a notice as a document, before anything of it is read: which rules it says it obeys."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from vergabe.exchange.eforms.findings import official_rules
from vergabe.exchange.eforms.findings.sentences import FOREIGN_MISTAKE
from vergabe.exchange.eforms.official import places
from vergabe.exchange.findings import Finding

_PROFILE: Final = re.compile(r"eforms-(sdk|de)-(\d+)\.(\d+)(?:\.\d+)?")
_FIRST_TAKEN: Final = {"sdk": (1, 13), "de": (2, 0)}
# What receivers take: reference of versions, July 2026 (Publications Office, Datenservice).
_LAW: Final = "Lebensdauer der eForms-SDK (Amt für Veröffentlichungen, Datenservice)"
_FIELD: Final = "OPT-002-notice"


def findings(root: etree._Element) -> list[Finding]:
    """Return what is wrong with the profile that a notice names (`cbc:CustomizationID`)."""
    told = places.customization_id(root)
    form = official_rules.form_field(_FIELD)

    def finding(severity: str, rule: str, message: str) -> Finding:
        return Finding(
            severity="error" if severity == "error" else "warning",
            stage="domain",
            rule=rule,
            location="CustomizationID",
            field=_FIELD,
            message=message,
            remedy=FOREIGN_MISTAKE,
            law=_LAW,
            address=form.address,
            label=form.label,
            mended_by="application",
        )

    if not told:
        return [finding("error", "profile_missing", "Nach welchen Regeln geprüft wird, fehlt.")]
    known = _PROFILE.fullmatch(told)
    if known is None:
        message = f"„{told[:60]}“ ist kein bekanntes Profil; üblich ist eforms-sdk-1.14."
        return [finding("error", "profile_unknown", message)]
    family, version = known.group(1), (int(known.group(2)), int(known.group(3)))
    if version < _FIRST_TAKEN[family]:
        message = f"Die Fassung „{told}“ ist veraltet und wird nicht mehr angenommen."
        return [finding("warning", "profile_outdated", message)]
    if family == "de" and root.find(f"{{{places.NAMESPACES['cbc']}}}ProfileID") is None:
        message = f"Zum Profil „{told}“ fehlt, auf welcher Fassung der EU es beruht (ProfileID)."
        return [finding("error", "profile_without_base", message)]
    return []
