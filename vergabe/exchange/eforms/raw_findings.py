"""What the official rules find in a notice, before anybody has explained it to people."""

import re
from dataclasses import dataclass
from typing import Final, Literal

RawSeverity = Literal["error", "warning"]

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
    official German text, None where the SDK's labels have none (or are not there).
    """

    severity: RawSeverity
    rule: str
    stage: str
    field: str | None
    location: str
    text: str
    line: int | None = None
    german: str | None = None

    def order(self) -> tuple[bool, bool, int, str, str, str]:
        """Return the key that sorts errors before warnings, then by stage, rule and place."""
        parts = _STAGE_PARTS.match(self.stage)
        number, rest = (int(parts.group(1)), parts.group(2)) if parts else (0, self.stage)
        is_rule = self.stage != XSD_STAGE
        return (self.severity != "error", is_rule, number, rest, self.rule, self.location)
