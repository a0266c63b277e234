"""Suggestions for a description: five codes of five classes, each with its path and an example."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from vergabe.cpv import texts
from vergabe.cpv.model import CLASS_DIGITS, FURTHER_CODE, Judgement, Model
from vergabe.errors import InvalidInput
from vergabe.exchange import codes, plain_text

SUGGESTIONS: Final = 5
_WITNESSES: Final = 40
_POWER: Final = 3
_LABEL_SAYS: Final = 2.0
"""The label of a code says as much about it as this many notices that are as alike."""


@dataclass(frozen=True)
class CpvSuggestion:
    """A code that may be meant. code: 8 digits; path: labels above it, division first;
    example: title of a published notice under this code or class, empty if there is none;
    score: how sure it is compared with the others; their sum has no meaning.
    """

    code: str
    check_digit: str
    label: str
    path: tuple[str, ...]
    example: str
    score: float

    @property
    def cpv(self) -> str:
        """Return the code with its check digit."""
        return f"{self.code}-{self.check_digit}"

    def as_dict(self) -> dict[str, Any]:
        """Return the suggestion as JSON can hold it."""
        return {**asdict(self), "class": self.code[:CLASS_DIGITS], "path": list(self.path)}


def checked_text(text: object, *, field: str | None = "text") -> str:
    """Return a description that can be searched for. Raises InvalidInput with a German sentence."""
    found = plain_text.many_lines(text, max_length=texts.TEXT_MAX, field=field)
    if not texts.words(found):
        message = (
            "Bitte beschreiben Sie mit ein paar Wörtern, was Sie brauchen, zum Beispiel: "
            "Streusalz für den Winterdienst."
        )
        raise InvalidInput("cpv_text_missing", message, field=field)
    return found


def suggest(model: Model, text: str, *, limit: int = SUGGESTIONS) -> tuple[CpvSuggestion, ...]:
    """Return up to `limit` codes for a description, the likeliest first, each of another class.

    The same description always gives the same answer; empty if no word of it tells anything.
    """
    return suggest_weighed(model, texts.weights(text), limit=limit)


def suggest_weighed(
    model: Model, weights: Mapping[str, float], *, limit: int = SUGGESTIONS
) -> tuple[CpvSuggestion, ...]:
    """Return the same for words that are weighed already."""
    judgement = model.judge(weights)
    if judgement is None:
        return ()
    best = np.argsort(-judgement.scores, kind="stable")[:limit]
    return tuple(_suggestion(model, judgement, int(at)) for at in best)


def _suggestion(model: Model, judgement: Judgement, at: int) -> CpvSuggestion:
    code, example = _within_class(model, judgement, at)
    path = codes.cpv_path(code)
    return CpvSuggestion(
        code,
        path[-1].check_digit,
        path[-1].label_de,
        tuple(entry.label_de for entry in path[:-1]),
        example,
        round(float(judgement.scores[at]), 4),
    )


def _within_class(model: Model, judgement: Judgement, at: int) -> tuple[str, str]:
    """Return the best code of a class, and what somebody bought under it."""
    votes = model.rows_by_class
    rows = votes.indices[votes.indptr[at] : votes.indptr[at + 1]]
    order = np.argsort(-judgement.likeness[rows], kind="stable")[:_WITNESSES]
    found: dict[str, float] = {}
    for row in rows[order].tolist():
        own = [code for code in model.table.codes[row] if code.startswith(model.classes[at])]
        weight = max(float(judgement.likeness[row]), 0.0) ** _POWER
        weight *= _LABEL_SAYS if model.is_label(row) else 1.0
        for place, code in enumerate(own):
            found[code] = found.get(code, 0.0) + weight * (FURTHER_CODE if place else 1.0)
    best = min(found, key=lambda code: (-found[code], code))
    return best, _example(model, rows[order].tolist(), best)


def _example(model: Model, rows: list[int], code: str) -> str:
    """Return the title of the row most alike: under this code mainly, or also, or in its class."""
    codes_of, titles = model.table.codes, model.table.titles
    shown = [row for row in rows if titles[row]]
    main = [row for row in shown if codes_of[row][0] == code]
    also = [row for row in shown if code in codes_of[row]]
    best = main or also or shown
    return titles[best[0]] if best else ""
