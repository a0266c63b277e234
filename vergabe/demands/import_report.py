"""What an import was asked for, and what it found and did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from vergabe.demands.stages import Stage
from vergabe.errors import InvalidInput, Violation
from vergabe.exchange.sheets import CellFinding

IMPORT_STAGES: Final = (Stage.DRAFT, Stage.SUBMITTED, Stage.RELEASED)


@dataclass(frozen=True)
class ImportReport:
    """What an import found and did.

    demand_count: demands stored now, by the first import of a repeated file, or that would be
    stored (dry run); unchanged_count: demands of the file that were there already with the same
    content; findings: in the order of the file; first_reference, last_reference: of those stored.
    """

    file_name: str
    file_sha256: str
    row_count: int
    demand_count: int
    line_count: int
    unchanged_count: int
    findings: tuple[CellFinding, ...]
    is_stored: bool = False
    is_repeat: bool = False
    is_dry_run: bool = False
    first_reference: str | None = None
    last_reference: str | None = None

    @property
    def errors(self) -> list[CellFinding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[CellFinding]:
        return [finding for finding in self.findings if finding.severity == "warning"]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "file_name": self.file_name,
            "file_sha256": self.file_sha256,
            "rows": self.row_count,
            "demands": self.demand_count,
            "lines": self.line_count,
            "unchanged": self.unchanged_count,
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "stored": self.is_stored,
            "repeat": self.is_repeat,
            "dry_run": self.is_dry_run,
            "first_reference": self.first_reference,
            "last_reference": self.last_reference,
            "findings": [finding.as_dict() for finding in self.findings],
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Self:
        """Return the report that `as_dict` made."""
        return cls(
            file_name=found["file_name"],
            file_sha256=found["file_sha256"],
            row_count=found["rows"],
            demand_count=found["demands"],
            line_count=found["lines"],
            unchanged_count=found["unchanged"],
            findings=tuple(CellFinding(**finding) for finding in found["findings"]),
            is_stored=found["stored"],
            is_repeat=found["repeat"],
            is_dry_run=found["dry_run"],
            first_reference=found["first_reference"],
            last_reference=found["last_reference"],
        )


@dataclass(frozen=True)
class ImportWish:
    """What shall become of the demands of a file.

    stage: draft, submitted or released; budget_net_cents: budget of released demands that have no
    value (net, cents), None: such demands are refused; is_dry_run: look only, store nothing.
    """

    stage: Stage = Stage.DRAFT
    budget_net_cents: int | None = None
    is_dry_run: bool = False


class ImportRefused(InvalidInput):
    """A file with errors: nothing of it was stored. The problem holds the whole report."""

    def __init__(self, report: ImportReport) -> None:
        violations = [
            Violation(found.code, f"{found.address}: {found.message}", field=found.field)
            for found in report.errors
        ]
        super().__init__(
            "import_refused",
            f"Die Datei hat {len(violations)} Fehler. Es wurde nichts gespeichert.",
            violations=violations,
        )
        self.report = report

    def as_problem(self) -> dict[str, Any]:
        return super().as_problem() | {"report": self.report.as_dict()}


def refuse_if_errors(report: ImportReport) -> ImportReport:
    """Return a report without errors; raise ImportRefused otherwise."""
    if report.errors:
        raise ImportRefused(report)
    return report
