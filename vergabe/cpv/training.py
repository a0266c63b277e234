"""Making a packaged table from notices: what is counted, measured and fitted once."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import fit, sparse
from vergabe.cpv.model import FURTHER_CODE, centre_lengths, classes_of, votes_of
from vergabe.cpv.space import Floats, Space, rarity_from, rarity_of
from vergabe.cpv.table import Example, Table
from vergabe.cpv.texts import HEAD_WEIGHT, weights_of, words
from vergabe.exchange import codes

_CHUNK: Final = 500


def table_of(notices: Sequence[Example]) -> Table:
    """Return the table that a model is made of: these notices, all labels, and the fit.

    Takes about 200 bytes of memory per pair of notices while it runs, none of it afterwards.
    """
    labels = label_examples()
    table = Table.of([*_with_common_words(notices, labels), *labels])
    rarity = rarity_of(table.vocabulary, table.matrix)
    space = Space(table.vocabulary, rarity_from(rarity))
    lengths = space.lengths(table.matrix)
    classes = classes_of(table)
    votes = votes_of(table, classes, further=FURTHER_CODE)
    extra: dict[str, npt.NDArray[Any]] = {
        "label_count": np.array([len(labels)], np.uint32),
        "rarity": rarity,
        "lengths": lengths,
        "centre_lengths": centre_lengths(space, table.matrix, lengths, votes),
        **_fitted(table, classes, space, lengths, len(notices)),
    }
    return Table(table.vocabulary, table.matrix, table.codes, table.titles, table.identities, extra)


def label_examples() -> list[Example]:
    """Return every code with its German label as something to learn from."""
    return [
        Example(f"cpv:{entry.code}", (entry.code,), weights_of(words(entry.label_de), []))
        for entry in codes.cpv_all()
    ]


def _with_common_words(notices: Sequence[Example], labels: Sequence[Example]) -> list[Example]:
    """Return the notices without words that only one description has: they help little.

    Names of persons and small firms are mostly among them. Words of a title that may be shown stay.
    """
    count: dict[str, int] = {}
    for example in (*notices, *labels, *labels):
        for word in example.weights:
            count[word] = count.get(word, 0) + 1
    return [
        Example(
            each.identity,
            each.codes,
            {
                word: weight
                for word, weight in each.weights.items()
                if count[word] > 1 or (each.title and weight == HEAD_WEIGHT)
            },
            each.title,
        )
        for each in notices
    ]


def _fitted(
    table: Table, classes: tuple[str, ...], space: Space, lengths: Floats, notice_count: int
) -> dict[str, npt.NDArray[Any]]:
    unit = (sparse.diags(1 / lengths) @ table.matrix).tocsr()
    labels = fit.label_rows([codes[0][:4] for codes in table.codes[notice_count:]], classes)
    class_rows = (labels @ unit[notice_count:]).tocsr()
    label_lengths = space.lengths(class_rows)
    rows = sparse.vstack(
        [unit[:notice_count], sparse.diags(1 / label_lengths) @ class_rows], format="csr"
    )
    wanted = np.concatenate(
        [
            votes_of(table, classes, further=1.0)[:notice_count].toarray(),
            np.eye(len(classes), dtype=np.float32),
        ]
    )
    weights = fit.solve(_likeness(rows, space), wanted.astype(np.float32))
    return {
        "fit_classes": np.array([int(name) for name in classes], np.uint16),
        "fit_label_lengths": label_lengths,
        **fit.stored(weights),
    }


def _likeness(rows: Any, space: Space) -> Floats:
    """Return how alike every two rows are."""
    wide = (rows @ space.words).tocsr().astype(np.float32)
    found = np.empty((rows.shape[0], rows.shape[0]), np.float32)
    turned = wide.T.tocsr()
    for start in range(0, rows.shape[0], _CHUNK):
        found[start : start + _CHUNK] = (wide[start : start + _CHUNK] @ turned).toarray()
    return found
