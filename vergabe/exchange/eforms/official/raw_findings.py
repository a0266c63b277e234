"""What the official rules find in a notice, before anybody has explained it to people."""

import re
from dataclasses import dataclass
from typing import Final, Literal

RawSeverity = Literal["error", "warning"]

# What sort of mistake it is. Of a group: a block of fields that must or must not be there;
# `…_if`: because of something else in the notice; agreement: values that do not go together.
Kind = Literal[
    "agreement",
    "attribute",
    "blanks",
    "code",
    "empty",
    "forbidden",
    "forbidden_if",
    "group_forbidden",
    "group_mandatory",
    "language",
    "mandatory",
    "mandatory_if",
    "number",
    "pattern",
    "repeated",
    "schema",
    "too_long",
]

XSD_STAGE: Final = "xsd"
_STAGE_PARTS: Final = re.compile(r"(\d+)(.*)")


@dataclass(frozen=True, slots=True)
class RawFinding:
    """One rule that a notice breaks.

    rule: official id, such as `BR-BT-00021-0123`, or the name of the broken rule of XML Schema;
    stage: `xsd`, or the official stage, such as `2a`, `2a-16` or `5m`; field: id of the SDK's
    field, such as `BT-21-Lot`, None if there is none; location: XPath in the document with the
    SDK's prefixes, counted where there are several of one name; text: the official text, that of
    the schema checker for `xsd`; line: line in the file, None if it is not known; german: the
    official German text where the SDK's labels have one, else a sentence of ours from the field's
    label; kind: the sort of mistake.
    """

    severity: RawSeverity
    rule: str
    stage: str
    field: str | None
    location: str
    text: str
    line: int | None = None
    german: str = ""
    kind: Kind = "agreement"

    def order(self) -> tuple[bool, bool, int, str, str, str]:
        """Return the key that sorts errors before warnings, then by stage, rule and place."""
        parts = _STAGE_PARTS.match(self.stage)
        number, rest = (int(parts.group(1)), parts.group(2)) if parts else (0, self.stage)
        is_rule = self.stage != XSD_STAGE
        return (self.severity != "error", is_rule, number, rest, self.rule, self.location)
