"""What a check of a document finds, as plain data that people and machines can read."""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]
Stage = Literal["file", "xml", "schema", "rules"]


@dataclass(frozen=True)
class Finding:
    """One thing found in a file.

    stage: how far the check had come (`file`, `xml`, `schema`, `rules`); rule: stable name of the
    rule that is broken; location: where, as `Zeile 12, Notice/lot[2]/title`; field: the bare name
    of the element or attribute; message: a German sentence; remedy: what to do about it.
    """

    severity: Severity
    stage: Stage
    rule: str
    location: str
    field: str
    message: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)
