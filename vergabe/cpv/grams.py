"""Words as sets of letter groups, so that compounds and endings are recognised.

A word is taken apart into its groups of 3, 4 and 5 letters, word borders included, and itself as a
whole. Groups are numbered by a hash, so that no list of groups need be kept; two that fall on one
number are rare and do little harm.
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from vergabe.cpv import sparse

BITS: Final = 19
SIZE: Final = 1 << BITS
LENGTHS: Final = (3, 4, 5)
WHOLE_WORD: Final = 1.0
"""A whole word in common says as much as this many groups of letters."""
_STEP: Final = np.uint64(1_000_003)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)

Matrix = Any
"""A sparse matrix of scipy, which has no types."""


def of_words(words: Sequence[str], *, with_words: bool = True) -> Matrix:
    """Return one row per word and one column per group of letters (float32, CSR).

    with_words: each word counts also as a whole.
    """
    letters, owner, left = _letters(words)
    parts = [_groups(letters, owner, left, length) for length in LENGTHS]
    values = [np.ones(len(part[0]), np.float32) for part in parts]
    if with_words:
        parts.append(_whole_words(words))
        values.append(np.full(len(words), WHOLE_WORD, np.float32))
    rows = np.concatenate([part[0] for part in parts])
    columns = np.concatenate([part[1] for part in parts])
    return sparse.csr_matrix(
        (np.concatenate(values), (rows, columns)), shape=(len(words), SIZE), dtype=np.float32
    )


Places = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
"""Row and column of each entry; 32 bits, as the matrix keeps them, so that nothing is copied."""


def _whole_words(words: Sequence[str]) -> Places:
    hashes = np.fromiter((zlib.crc32(word.encode()) for word in words), np.int64, len(words))
    return np.arange(len(words), dtype=np.int32), (hashes & (SIZE - 1)).astype(np.int32)


def _letters(
    words: Sequence[str],
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return all letters in a row with blanks around words, whose word, and how many follow."""
    padded = [f" {word} " for word in words]
    letters = np.frombuffer("".join(padded).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    lengths = np.fromiter((len(word) for word in padded), np.int32, len(padded))
    owner = np.repeat(np.arange(len(words), dtype=np.int32), lengths)
    left = np.repeat(np.cumsum(lengths, dtype=np.int32), lengths)
    left -= np.arange(len(letters), dtype=np.int32)
    return letters, owner, left


def _groups(
    letters: npt.NDArray[np.uint64],
    owner: npt.NDArray[np.int32],
    left: npt.NDArray[np.int32],
    length: int,
) -> Places:
    starts = np.flatnonzero(left >= length)
    hashes = np.full(len(starts), length, dtype=np.uint64)
    for offset in range(length):
        hashes = hashes * _STEP + letters[starts + offset]
    hashes *= _MIX
    hashes >>= np.uint64(64 - BITS)
    return owner[starts], hashes.astype(np.int32)
