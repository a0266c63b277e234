"""What a load changed, in words that a page, the command line and the record can show."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Change:
    """One fact that is different now; None: there was none before, or is none any more."""

    path: str
    old: str | None
    new: str | None


@dataclass
class Changes:
    """The changes so far; hints: German sentences on what is still open in the file."""

    made: list[Change] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def note(self, path: str, old: Any, new: Any) -> None:
        """Add one change."""
        self.made.append(Change(path, _shown(old), _shown(new)))

    def apply(self, row: Any, path: str, facts: Mapping[str, Any]) -> None:
        """Set the columns of a row that differ, noting each; mappings are noted key by key."""
        for name, new in facts.items():
            old = getattr(row, name)
            if old == new:
                continue
            setattr(row, name, new)
            place = f"{path}.{name}" if path else name
            if isinstance(old, dict) and isinstance(new, dict):
                for key in sorted(old.keys() | new.keys()):
                    if old.get(key) != new.get(key):
                        self.note(f"{place}.{key}", old.get(key), new.get(key))
            else:
                self.note(place, old, new)


@dataclass(frozen=True)
class LoadReport:
    """What loading a file did, or would do (dry_run)."""

    key: str
    name: str
    is_new: bool
    dry_run: bool
    changes: tuple[Change, ...]
    invited: int
    hints: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        return bool(self.changes)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "cooperation": self.key,
            "name": self.name,
            "is_new": self.is_new,
            "is_changed": self.is_changed,
            "dry_run": self.dry_run,
            "invited": self.invited,
            "changes": [asdict(change) for change in self.changes],
            "hints": list(self.hints),
        }

    def sentence(self) -> str:
        """Return a German sentence that sums the report up."""
        if not self.is_changed:
            return f"„{self.name}“ ist schon auf diesem Stand. Es wurde nichts geändert."
        count = f"{len(self.changes)} {'Angabe' if len(self.changes) == 1 else 'Angaben'}"
        if self.dry_run:
            verb = "würde neu angelegt" if self.is_new else "würde geändert"
            return f"„{self.name}“ {verb}: {count}. Gespeichert wurde nichts."
        verb = "wurde angelegt" if self.is_new else "wurde geändert"
        invited = f" Eingeladen: {self.invited}." if self.invited else ""
        return f"„{self.name}“ {verb}: {count}.{invited}"


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)
