"""A result that explains itself (F13 and F14 of the procurement record).

It carries the value, the rule's id and paragraph, the table row it was taken from, the inputs, the
arithmetic as German sentences, the evidence mark and, where the law is disputed, the open question.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from vergabe.law.tables import Evidence, Row

V = TypeVar("V")
_PLAIN: Final = frozenset({str, int, bool, type(None)})
"""What most values are: asked first, for every other question is dearer than the answer."""
Explain = Callable[[], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Result(Generic[V]):
    """One computed answer of the law core.

    value: the answer; rule: id of the rule; law: paragraph; row: the table row used, if any;
    inputs: what went in; evidence: how sure the rule is; open_question: a German sentence where
    the law is disputed or unsettled. `steps` are made when asked for, so that computing is cheap.
    """

    value: V
    rule: str
    law: str
    evidence: Evidence
    row: Row | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    open_question: str | None = None
    explain: Explain = field(default=tuple, repr=False, compare=False)

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the arithmetic, one German sentence a step."""
        return tuple(self.explain())

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON-able data: days and instants as ISO texts."""
        return {
            "value": plain(self.value),
            "rule": self.rule,
            "law": self.law,
            "row": None if self.row is None else self.row.as_dict(),
            "inputs": plain(self.inputs),
            "steps": list(self.steps),
            "evidence": str(self.evidence),
            "evidence_label": self.evidence.label,
            "open_question": self.open_question,
        }


def of_row(
    value: V, row: Row, *, inputs: Mapping[str, Any] | None = None, explain: Explain = tuple
) -> Result[V]:
    """Return a result that takes rule, paragraph, evidence and open question from a table row."""
    return Result(
        value=value,
        rule=row.id,
        law=row.law,
        evidence=row.evidence,
        row=row,
        inputs=inputs or {},
        open_question=row.open_question,
        explain=explain,
    )


def plain(value: Any) -> Any:
    """Return a value as JSON-able data; dataclasses become objects, sets become sorted lists."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Result | Row):
        return value.as_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    items = [plain(item) for item in value]
    return sorted(items) if isinstance(value, set | frozenset) else items
