"""What a check of a document finds, as plain data that people and machines can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Severity = Literal["error", "warning", "info"]
Stage = Literal["file", "xml", "schema", "rules", "domain", "xsd", "schematron"]
MendedBy = Literal["clerk", "organisation", "application", ""]

APPLICATION_ERROR: Final = "Das ist ein Fehler der Anwendung, bitte melden."


@dataclass(frozen=True)
class Finding:
    """One thing found in a file.

    stage: how far the check had come (`file`, `xml`, `schema`, `rules`; for eForms `domain`: our
    own checks, `xsd`, `schematron`: the official rules); rule: stable name of the rule that is
    broken, the official id where there is one; location: where, as `Zeile 12, Notice/lot[2]/title`;
    field: the bare name of the element or attribute, for eForms the official field (`BT-21-Lot`);
    message: a German sentence; remedy: what to do about it.

    For eForms also: law: the paragraph or source; official: official rule ids behind it, its own
    first; address: field of our form (`lots#title`), `""` if none; label: what our form calls it;
    subject: what it is about, for people (`Los 2 „Software“`); subject_id: the same for machines
    (`LOT-0002`, `ORG-0001`); mended_by: who can mend it; folded: findings that follow from this
    one, and vanish with it.
    """

    severity: Severity
    stage: Stage
    rule: str
    location: str
    field: str
    message: str
    remedy: str
    law: str = ""
    official: tuple[str, ...] = ()
    address: str = ""
    label: str = ""
    subject: str = ""
    subject_id: str = ""
    mended_by: MendedBy = ""
    folded: tuple[Finding, ...] = ()

    @property
    def page(self) -> str:
        """Return the key of the page of our form, `""` if there is none."""
        return self.address.partition("#")[0]

    @property
    def form_field(self) -> str:
        """Return the name of the field on that page, `""` if there is none."""
        return self.address.partition("#")[2]

    def to_dict(self) -> dict[str, Any]:
        """Return the seven members every finding has, and of the others those that say something.

        `folded` holds findings of the same shape.
        """
        told: dict[str, Any] = {
            "severity": self.severity,
            "stage": self.stage,
            "rule": self.rule,
            "location": self.location,
            "field": self.field,
            "message": self.message,
            "remedy": self.remedy,
        }
        for name in ("law", "address", "label", "subject", "subject_id", "mended_by"):
            if getattr(self, name):
                told[name] = getattr(self, name)
        if self.official:
            told["official"] = list(self.official)
        if self.folded:
            told["folded"] = [finding.to_dict() for finding in self.folded]
        return told
