"""What bounds the hits of CPV suggestions: how far buyers agree among themselves.

python -m benchmarks.cpv_truth FILE… [--part 0–4]

Prints JSON lines. For bands of likeness of titles (letter groups, as the plain search compares
them): how often the main code of the nearest notice of another buyer is in a class of one's own
codes. That is what a perfect memory of one other notice could hit. Then how often the truth is
vague: codes of a whole division only, and several classes. With --part also the hits of the model
on that part: all notices, those whose buyer has no kin (a name that shares half of its words, say
another branch) in the other parts, and some kinds; then the commonest confusions.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from vergabe.commands.cpv_files import read
from vergabe.cpv import measuring
from vergabe.cpv.model import CLASS_DIGITS, Model
from vergabe.cpv.plain import unit_rows
from vergabe.cpv.reading import Published, reasons_against
from vergabe.cpv.texts import words
from vergabe.cpv.training import table_of

BANDS: Final = (0.95, 0.8, 0.6, 0.4, 0.0)
KIN: Final = 0.5
_CHUNK: Final = 500
_SHORT: Final = 3
_SHOWN: Final = 12
_COMMON: Final = 0.02
"""Words that more than this share of the buyers have, such as „Stadt“, make nobody kin."""


def say(**figures: object) -> None:
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def agreement(notices: Sequence[Published]) -> None:
    """Print how often the nearest notice of another buyer, by title, has a code of one's own."""
    rows = unit_rows([each.example for each in notices])
    buyers = np.unique([measuring.buyer_key(each) for each in notices], return_inverse=True)[1]
    nearest = np.empty(len(notices), np.intp)
    likeness = np.empty(len(notices), np.float32)
    turned = rows.T.tocsr()
    for start in range(0, len(notices), _CHUNK):
        part = (rows[start : start + _CHUNK] @ turned).toarray()
        part[buyers[start : start + _CHUNK, None] == buyers[None]] = -1
        nearest[start : start + _CHUNK] = part.argmax(axis=1)
        likeness[start : start + _CHUNK] = part.max(axis=1)
    hit = np.array(
        [
            _main(notices[at]) in _classes(each)
            for each, at in zip(notices, nearest.tolist(), strict=True)
        ]
    )
    above = 2.0
    for band in BANDS:
        within = (likeness >= band) & (likeness < above)
        share = round(float(hit[within].mean()), 3) if within.any() else None
        say(titles_alike_from=band, notices=int(within.sum()), other_buyer_agrees=share)
        above = band


def vagueness(notices: Sequence[Published]) -> None:
    """Print how often the truth itself is vague."""
    division = [_only_divisions(each) for each in notices]
    several = [len(_classes(each)) > 1 for each in notices]
    say(
        notices=len(notices),
        only_divisions=round(float(np.mean(division)), 3),
        several_classes=round(float(np.mean(several)), 3),
    )


def hits(notices: Sequence[Published], part: int) -> None:
    """Print the hits on a part of the buyers, and on those who have no kin in the other parts."""
    asked = [each for each in notices if measuring.part_of(each) == part]
    others = [each for each in notices if measuring.part_of(each) != part]
    learned = measuring.without_doubles(others)
    way = measuring.of_model(Model(table_of([each.example for each in learned])))
    answers = {each.identity: list(way(each)) for each in asked}
    own, foreign = ({measuring.buyer_key(each) for each in some} for some in (asked, others))
    kin = _with_kin(own, foreign)
    kinds: dict[str, Callable[[Published], bool]] = {
        "all": lambda each: True,
        "buyer without kin": lambda each: measuring.buyer_key(each) not in kin,
        "only divisions": _only_divisions,
        "a class or finer": lambda each: not _only_divisions(each),
        "short title": lambda each: len(words(each.title)) <= _SHORT,
        "description says no more": lambda each: (
            not words(each.description.replace(each.title, ""))
        ),
    }
    for name, belongs in kinds.items():
        some = [each for each in asked if belongs(each)]
        found = measuring.hits(name, lambda each: answers[each.identity], some)
        say(part=part, asked=len(some), **found.as_dict())
    _confusions([(each, answers[each.identity][:1]) for each in asked])


def _confusions(answers: Sequence[tuple[Published, list[str]]]) -> None:
    wrong = [
        (each, found[0]) for each, found in answers if found and found[0] not in _classes(each)
    ]
    for digits, name in ((2, "division"), (3, "group")):
        near = [found[:digits] in {own[:digits] for own in _classes(e)} for e, found in wrong]
        say(misses=len(wrong), in_the_right=name, share=round(float(np.mean(near)), 3))
    pairs = Counter((_main(each), found) for each, found in wrong)
    for (own, found), count in pairs.most_common(_SHOWN):
        say(truth=own, suggested=found, count=count)


def _with_kin(asked: set[str], others: set[str]) -> set[str]:
    """Return the buyers with a name of which half is that of one of the others."""
    names, known = sorted(asked), sorted(others)
    ours, theirs = _words_of(names, known)
    common = (ours @ theirs.T).toarray()
    sizes = np.asarray(ours.sum(axis=1)) + np.asarray(theirs.sum(axis=1)).ravel() - common
    kin = (common / np.maximum(sizes, 1) >= KIN).any(axis=1)
    return {name for name, found in zip(names, kin.tolist(), strict=True) if found}


def _words_of(names: Sequence[str], known: Sequence[str]) -> tuple[Any, Any]:
    number: dict[str, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    for row, name in enumerate((*names, *known)):
        for word in set(name.split()):
            rows.append(row)
            columns.append(number.setdefault(word, len(number)))
    ones: npt.NDArray[np.float32] = np.ones(len(rows), np.float32)
    shape = (len(names) + len(known), len(number))
    found = sparse.csr_matrix((ones, (rows, columns)), shape=shape)
    rare = np.asarray(found.sum(axis=0)).ravel() <= _COMMON * shape[0]
    found = found[:, np.flatnonzero(rare)]
    return found[: len(names)], found[len(names) :]


def _only_divisions(notice: Published) -> bool:
    return all(code.endswith("000000") for code in notice.codes)


def _classes(notice: Published) -> set[str]:
    return {code[:CLASS_DIGITS] for code in notice.codes}


def _main(notice: Published) -> str:
    return notice.codes[0][:CLASS_DIGITS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--part", type=int, choices=range(measuring.PARTS))
    given = parser.parse_args()
    pieces = (piece for file in given.files for piece in read(file))
    notices = [p for p in pieces if isinstance(p, Published) and not reasons_against(p)]
    agreement(measuring.without_doubles(notices))
    vagueness(notices)
    if given.part is not None:
        hits(notices, given.part)


if __name__ == "__main__":
    main()
