"""The dated tables of the law: read once from `tables/*.toml`, chosen by day.

Every row carries `in_force_from` and, where it ended, `in_force_to` (the last day it applies), the
paragraph, the source and its evidence mark. A lawyer can correct a rule by data alone: in the
packaged files, or in a folder of the operator whose rows replace those of the same id and start.
"""

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from vergabe.law import german
from vergabe.law.errors import LawError, NoRowInForce

FOLDER: Final = Path(__file__).resolve().parent / "tables"


class Evidence(StrEnum):
    """How sure a rule is (procurement-rules.md, head)."""

    CONFIRMED = "S"
    GENERAL = "G"
    CONVENTION = "P"

    @property
    def label(self) -> str:
        """Return the German wording for pages."""
        return _EVIDENCE_LABELS[self]


_EVIDENCE_LABELS: Final[Mapping["Evidence", str]] = {
    Evidence.CONFIRMED: "belegt",
    Evidence.GENERAL: "allgemeine Kenntnis, am amtlichen Text zu prüfen",
    Evidence.CONVENTION: "vorsichtige Festlegung des Produkts",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every dated row has. `in_force_to` is inclusive; None means until further notice."""

    id: str
    in_force_from: dt.date
    law: str
    source: str
    evidence: Evidence
    in_force_to: dt.date | None = None
    open_question: str | None = None

    def is_in_force(self, day: dt.date) -> bool:
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as JSON-able data, days as ISO texts, empty fields left out."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: _plain(value) for name, value in pairs if value is not None}


R = TypeVar("R", bound=Row)


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


class _Store:
    """The rows read so far, by table; one per process, emptied when the folder changes."""

    def __init__(self) -> None:
        self.extra: Path | None = None
        self.rows: dict[str, tuple[Row, ...]] = {}
        self.raw: dict[str, tuple[Mapping[str, Any], ...]] = {}
        self.index: dict[str, Mapping[str, tuple[Row, ...]]] = {}


_STORE: Final = _Store()


def use_folder(extra: Path | None) -> None:
    """Let the tables of a folder of the operator complete the packaged ones; None undoes it.

    Called once when the application is put together, before anything is computed.
    """
    if extra == _STORE.extra:
        return
    _STORE.extra = extra
    _STORE.rows.clear()
    _STORE.raw.clear()
    _STORE.index.clear()


def raw(name: str) -> tuple[Mapping[str, Any], ...]:
    """Return the rows of `tables/<name>.toml` as they are written, operator's rows last."""
    found = _STORE.raw.get(name)
    if found is None:
        found = tuple(_read(FOLDER / f"{name}.toml"))
        if _STORE.extra is not None and (_STORE.extra / f"{name}.toml").is_file():
            found += tuple(_read(_STORE.extra / f"{name}.toml"))
        _STORE.raw[name] = found
    return found


def _read(path: Path) -> list[Mapping[str, Any]]:
    with path.open("rb") as file:
        content = tomllib.load(file)
    defaults: Mapping[str, Any] = content.get("defaults", {})
    return [{**defaults, **row} for row in content["row"]]


def rows(name: str, kind: type[R]) -> tuple[R, ...]:
    """Return all rows of a table as `kind`, in the order of the file; the same tuple every time.

    Raises LawError naming file and row if a row lacks a field, has one too many or ends before it
    begins.
    """
    found = _STORE.rows.get(name)
    if found is None:
        built: dict[tuple[str, dt.date], Row] = {}
        for entry in raw(name):
            row = _build(name, kind, entry)
            built[row.id, row.in_force_from] = row
        found = tuple(built.values())
        _STORE.rows[name] = found
    return found  # type: ignore[return-value]  # a table is always read as the same kind


def _build(name: str, kind: type[R], entry: Mapping[str, Any]) -> R:
    values: dict[str, Any] = {
        key: tuple(item) if isinstance(item, list) else item for key, item in entry.items()
    }
    try:
        row = kind(**{**values, "evidence": Evidence(values["evidence"])})
    except (TypeError, ValueError, KeyError) as error:
        raise LawError(
            "broken_table",
            f"Rechtstabelle „{name}“, Zeile „{entry.get('id', '?')}“ ist nicht lesbar: {error}.",
        ) from error
    if row.in_force_to is not None and row.in_force_to < row.in_force_from:
        raise LawError(
            "broken_table", f"Rechtstabelle „{name}“, Zeile „{row.id}“ endet vor ihrem Beginn."
        )
    return row


def versions(name: str, kind: type[R], row_id: str) -> tuple[R, ...]:
    """Return all versions of the row `row_id` of a table; empty if there is none."""
    index = _STORE.index.get(name)
    if index is None:
        grouped: dict[str, list[Row]] = {}
        for row in rows(name, kind):
            grouped.setdefault(row.id, []).append(row)
        index = {key: tuple(group) for key, group in grouped.items()}
        _STORE.index[name] = index
    return index.get(row_id, ())  # type: ignore[return-value]  # a table is read as one kind


def in_force(candidates: Iterable[R], day: dt.date, what: str) -> R:
    """Return the row in force on a day; the one that began last if several are.

    Raises NoRowInForce, whose sentence names `what` (German, accusative) and the day.
    """
    best: R | None = None
    for row in candidates:
        if row.is_in_force(day) and (best is None or row.in_force_from > best.in_force_from):
            best = row
    if best is None:
        raise NoRowInForce(what, german.date(day))
    return best


def ending(all_rows: Iterable[R], day: dt.date, within_days: int = 60) -> tuple[R, ...]:
    """Return the rows whose validity ends in the next `within_days` days without a successor.

    A successor is a row of the same id that begins later. Source: procurement-rules.md,
    section 2 (alert 60 days before the end of a period).
    """
    known = tuple(all_rows)
    limit = day + dt.timedelta(days=within_days)
    return tuple(
        row
        for row in known
        if row.in_force_to is not None
        and day <= row.in_force_to <= limit
        and not any(
            other.id == row.id and other.in_force_from > row.in_force_from for other in known
        )
    )
