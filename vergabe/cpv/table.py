"""Notices and labels as a compact table: a vocabulary, and per row its words, codes and title.

A row stands for a notice (or for the German label of a code). The file is an archive of plain
arrays: nothing in it is executed when it is read. One table is packaged; what an operator learns
is a second one of the same form.
"""

import hashlib
import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import sparse
from vergabe.cpv.grams import Matrix
from vergabe.errors import InvalidInput

VERSION: Final = 1
MOST_CODES: Final = 19
TITLE_MAX: Final = 160
_WEIGHT_STEPS: Final = 20
_BROKEN: Final = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Example:
    """What is learned from: an id, the CPV codes (main one first), and how much each word counts.

    title: may be shown to people as what others bought; empty if it must not.
    """

    identity: str
    codes: tuple[str, ...]
    weights: Mapping[str, float]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """Rows as arrays. matrix: rows × vocabulary, how much each word counts in each row;
    identities: a number per row that stands for its id; extra: further named arrays.
    """

    vocabulary: tuple[str, ...]
    matrix: Matrix
    codes: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    identities: npt.NDArray[np.uint64]
    extra: Mapping[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(
        cls, examples: Sequence[Example], extra: Mapping[str, npt.NDArray[Any]] | None = None
    ) -> "Table":
        """Return the table of these examples, in their order."""
        vocabulary = sorted({word for example in examples for word in example.weights})
        return cls(
            tuple(vocabulary),
            matrix_of([example.weights for example in examples], vocabulary),
            tuple(example.codes[:MOST_CODES] for example in examples),
            tuple(example.title for example in examples),
            identities_of(example.identity for example in examples),
            extra or {},
        )


def matrix_of(rows: Sequence[Mapping[str, float]], vocabulary: Sequence[str]) -> Matrix:
    """Return rows × vocabulary (float32, CSR); words that are not in it are left out."""
    number = {word: at for at, word in enumerate(vocabulary)}
    starts, columns, values = [0], [], []
    for weights in rows:
        for word, weight in weights.items():
            if word in number:
                columns.append(number[word])
                values.append(weight)
        starts.append(len(columns))
    found = sparse.csr_matrix(
        (np.array(values, np.float32), np.array(columns, np.int32), np.array(starts, np.int32)),
        shape=(len(rows), len(vocabulary)),
    )
    found.sort_indices()
    return found


def identities_of(names: Iterable[str]) -> npt.NDArray[np.uint64]:
    """Return a number of 64 bits for each id."""
    digests = (hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.array([int.from_bytes(digest, "big") for digest in digests], np.uint64)


def joined(first: Table, second: Table) -> Table:
    """Return both tables as one, the second one's rows after the first one's; extras of the first.

    Words of the first keep their numbers; new ones follow.
    """
    number = {word: at for at, word in enumerate(first.vocabulary)}
    new = [word for word in second.vocabulary if word not in number]
    number.update({word: len(first.vocabulary) + at for at, word in enumerate(new)})
    columns = np.array([number[word] for word in second.vocabulary], np.int32)
    width = len(first.vocabulary) + len(new)
    below = sparse.csr_matrix(
        (
            second.matrix.data,
            columns[second.matrix.indices] if len(columns) else second.matrix.indices,
            second.matrix.indptr,
        ),
        shape=(len(second), width),
    )
    above = first.matrix.copy()
    above.resize((len(first), width))
    return Table(
        first.vocabulary + tuple(new),
        sparse.vstack([above, below], format="csr", dtype=np.float32),
        first.codes + second.codes,
        first.titles + second.titles,
        np.concatenate([first.identities, second.identities]),
        first.extra,
    )


def to_bytes(table: Table) -> bytes:
    """Return the table as a file; the same table gives the same bytes."""
    lengths = np.diff(table.matrix.indptr)
    arrays: dict[str, npt.NDArray[Any]] = {
        "version": np.array([VERSION], np.uint8),
        "vocabulary": _text(table.vocabulary),
        "row_lengths": lengths.astype(np.uint16),
        "columns": _differences(table.matrix.indices, table.matrix.indptr),
        "weights": np.rint(table.matrix.data * _WEIGHT_STEPS).astype(np.uint8),
        "code_counts": np.array([len(codes) for codes in table.codes], np.uint8),
        "codes": np.array([int(code) for codes in table.codes for code in codes], np.uint32),
        "titles": _text(table.titles),
        "identities": table.identities,
    }
    arrays.update({f"extra_{name}": array for name, array in sorted(table.extra.items())})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            # Without the time of day, so that the same table gives the same bytes.
            about = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            about.compress_type = zipfile.ZIP_LZMA
            archive.writestr(about, member.getvalue())
    return stream.getvalue()


def read(path: Path) -> Table:
    """Return the table in a file. Raises InvalidInput if it is damaged or of another version."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if int(arrays["version"][0]) != VERSION:
                raise _damaged(path)
            return _table(arrays)
    except _BROKEN as error:
        raise _damaged(path) from error


def write(table: Table, path: Path) -> None:
    """Put the table in the place of the file at once: readers see the old one or the new one.

    Raises OSError if the disk is full; the old file stays then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    place = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(to_bytes(table))
            file.flush()
            os.fsync(file.fileno())
        place.chmod(0o644)
        place.replace(path)
    finally:
        place.unlink(missing_ok=True)


def _table(arrays: Any) -> Table:
    vocabulary = _lines(arrays["vocabulary"])
    starts = np.concatenate([[0], np.cumsum(arrays["row_lengths"], dtype=np.int64)])
    matrix = sparse.csr_matrix(
        (
            arrays["weights"].astype(np.float32) / _WEIGHT_STEPS,
            _sums(arrays["columns"], starts),
            starts.astype(np.int32),
        ),
        shape=(len(starts) - 1, len(vocabulary)),
    )
    matrix.check_format()
    flat = [f"{code:08d}" for code in arrays["codes"].tolist()]
    ends = np.cumsum(arrays["code_counts"], dtype=np.int64).tolist()
    codes = tuple(tuple(flat[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True))
    titles = _lines(arrays["titles"])
    identities = arrays["identities"]
    if not matrix.shape[0] == len(codes) == len(titles) == len(identities):
        raise ValueError("rows differ in number")
    extra = {
        name.removeprefix("extra_"): arrays[name]
        for name in arrays.files
        if name.startswith("extra_")
    }
    return Table(vocabulary, matrix, codes, titles, identities, extra)


def _text(lines: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("".join(line + "\n" for line in lines).encode(), np.uint8)


def _lines(array: npt.NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(array.tobytes().decode().split("\n")[:-1])


def _differences(
    columns: npt.NDArray[np.int32], starts: npt.NDArray[np.int32]
) -> npt.NDArray[np.uint32]:
    """Return each column of a row as its distance from the one before: small numbers pack well."""
    found = np.diff(columns.astype(np.int64), prepend=0)
    first = starts[:-1][np.diff(starts) > 0]
    found[first] = columns[first]
    return found.astype(np.uint32)


def _sums(
    differences: npt.NDArray[np.uint32], starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Return the columns whose distances these are."""
    total = np.cumsum(differences, dtype=np.int64)
    before = np.concatenate([[0], total])[starts[:-1]]
    return np.asarray(total - np.repeat(before, np.diff(starts)), np.int32)


def _damaged(path: Path) -> InvalidInput:
    return InvalidInput(
        "cpv_table_damaged",
        f"Die Tabelle der CPV-Vorschläge ({path.name}) ist beschädigt oder aus einer anderen "
        "Version. Löschen Sie die Datei und lernen Sie die Bekanntmachungen noch einmal.",
    )
