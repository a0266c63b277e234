"""The least-squares fit: how much the likeness to each row speaks for or against each class.

It is a kernel ridge regression. Trained on the packaged rows once, by the tool that makes the
table; the labels of a class count as one row. Only weights that matter are kept, in 8 bits. What
the many small ones say together is kept too, as few directions: without it half a point is lost.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import sparse
from vergabe.cpv.grams import Matrix
from vergabe.cpv.space import Floats
from vergabe.cpv.table import Table

PENALTY: Final = 1.0
SQUARE_SHARE: Final = 0.5
"""Likeness counts half plain and half squared: near rows more than many that are a little alike."""
_STEP: Final = 0.006
_DIRECTIONS: Final = 4
_SPARE: Final = 8
_TURNS: Final = 3


@dataclass(frozen=True)
class Fit:
    """weights: rows × classes; rest: the same of the small weights, as rows × directions and
    directions × classes; label_rows: class rows × labels, their likeness from that of labels;
    notice_count: rows of notices, which come first in the table, then its labels.
    """

    weights: Matrix
    rest: tuple[Floats, Floats]
    label_rows: Matrix
    notice_count: int

    @classmethod
    def of(cls, packaged: Table, classes: tuple[str, ...]) -> "Fit":
        """Return the fit that a packaged table carries, for these classes."""
        extra = packaged.extra
        own = tuple(f"{name:04d}" for name in extra["fit_classes"].tolist())
        number = {name: at for at, name in enumerate(classes)}
        place = np.array([number[name] for name in own], np.int32)
        labels = int(extra["label_count"][0])
        count = len(packaged) - labels
        starts = np.concatenate([[0], np.cumsum(extra["fit_lengths"], dtype=np.int64)])
        columns = place[within_rows(extra["fit_columns"], starts)]
        values = extra["fit_values"].astype(np.float32)
        values *= np.float32(_STEP)
        weights = sparse.csr_matrix(
            (values, columns, starts.astype(np.int32)),
            shape=(len(starts) - 1, len(classes)),
        )
        directions = np.zeros((extra["fit_rest_classes"].shape[0], len(classes)), np.float32)
        directions[:, place] = extra["fit_rest_classes"]
        rest = (extra["fit_rest_rows"].astype(np.float32), directions)
        rows = label_rows([codes[0][:4] for codes in packaged.codes[count:]], own)
        scale = sparse.diags(1 / extra["fit_label_lengths"].astype(np.float32))
        return cls(weights, rest, (scale @ rows).tocsr().astype(np.float32), count)

    def scores(self, likeness: Floats) -> Floats:
        """Return a score per class, about 1 for a sure one and about 0 for most."""
        labels = likeness[self.notice_count : self.notice_count + self.label_rows.shape[1]]
        rows = bent(np.concatenate([likeness[: self.notice_count], self.label_rows @ labels]))
        found: Floats = np.asarray(rows @ self.weights, np.float32)
        found += (rows @ self.rest[0]) @ self.rest[1]
        return found


def bent(likeness: Floats) -> Floats:
    """Return how much a likeness counts in the fit."""
    return np.float32(1 - SQUARE_SHARE) * likeness + np.float32(SQUARE_SHARE) * likeness * likeness


def label_rows(label_classes: list[str], classes: tuple[str, ...]) -> Matrix:
    """Return classes × labels: 1 where a label belongs to a class."""
    number = {name: at for at, name in enumerate(classes)}
    rows = [number[name] for name in label_classes]
    return sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, range(len(rows)))), shape=(len(classes), len(rows))
    )


def solve(likeness: Floats, wanted: Floats) -> Floats:
    """Return the weights (rows × classes) that give each row its classes as well as possible.

    likeness: rows × rows, is overwritten; wanted: rows × classes.
    """
    from scipy import linalg

    kernel = bent(likeness)
    kernel[np.diag_indices_from(kernel)] += np.float32(PENALTY)
    factor = linalg.cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(linalg.cho_solve(factor, wanted, check_finite=False), np.float32)


def stored(weights: Floats) -> dict[str, npt.NDArray[Any]]:
    """Return the weights as small arrays.

    Of those that matter values, distances of columns and row lengths; of the rest its directions.
    """
    small = np.rint(weights / _STEP).clip(-127, 127).astype(np.int8)
    rows, columns = np.nonzero(small)
    lengths = np.bincount(rows, minlength=len(small))
    first = np.concatenate([[0], np.cumsum(lengths)])[:-1][lengths > 0]
    steps = np.diff(columns, prepend=0)
    steps[first] = columns[first]
    return {
        "fit_values": small[rows, columns],
        "fit_columns": steps.astype(np.uint16),
        "fit_lengths": lengths.astype(np.uint16),
        **_directions(weights - small.astype(np.float32) * np.float32(_STEP)),
    }


def _directions(rest: Floats) -> dict[str, npt.NDArray[Any]]:
    """Return the few directions in which a matrix (rows × classes) reaches farthest."""
    chance = np.random.default_rng(0)
    wide = rest @ chance.standard_normal((rest.shape[1], _DIRECTIONS + _SPARE), np.float32)
    for _ in range(_TURNS):
        wide = rest @ (rest.T @ np.linalg.qr(wide)[0])
    basis = np.linalg.qr(wide)[0]
    left, reach, right = np.linalg.svd(basis.T @ rest, full_matrices=False)
    rows = basis @ (left[:, :_DIRECTIONS] * reach[:_DIRECTIONS])
    return {
        "fit_rest_rows": rows.astype(np.float16),
        "fit_rest_classes": right[:_DIRECTIONS].astype(np.float16),
    }


def within_rows(steps: npt.NDArray[Any], starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return the columns of which only the distance to the one before was stored."""
    # Rows times columns, the most that steps can add up to, fit into 32 bits; in place, because
    # what is only needed while loading would else be most of the memory of the process.
    found = np.cumsum(steps, dtype=np.int32)
    before = np.concatenate([np.zeros(1, np.int32), found])[starts[:-1]]
    found -= np.repeat(before, np.diff(starts))
    return found
