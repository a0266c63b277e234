"""What `vergabe cpv learn` is worth to a buyer: hits before and after learning its own notices.

python -m benchmarks.cpv_learned FILE… [--part 0–4] [--buyers 40]

A model that has never seen the buyers of one part is asked about half of each one's notices, then
asked again after learning the other half of that buyer alone. Those with a title that was learned
are left out: to know them again is no feat. Prints JSON lines. Level of class (4 digits).
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vergabe.commands.cpv_files import read
from vergabe.cpv import measuring
from vergabe.cpv.model import Model
from vergabe.cpv.reading import Published, reasons_against
from vergabe.cpv.table import Table
from vergabe.cpv.texts import words
from vergabe.cpv.training import table_of

LEAST: Final = 8
"""Notices that a buyer needs, so that half of them say something about it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--part", type=int, choices=range(measuring.PARTS), default=0)
    parser.add_argument("--buyers", type=int, default=40, help="at most, those with most notices")
    given = parser.parse_args()
    pieces = (piece for file in given.files for piece in read(file))
    notices = [p for p in pieces if isinstance(p, Published) and not reasons_against(p)]
    compare(notices, given.part, given.buyers)


def compare(notices: Sequence[Published], part: int, most: int) -> None:
    """Print the hits on the halves that were not learned, before and after."""
    others = [each for each in notices if measuring.part_of(each) != part]
    asked = [each for each in notices if measuring.part_of(each) == part]
    packaged = table_of([each.example for each in measuring.without_doubles(others)])
    general = measuring.of_model(Model(packaged))
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    learned_count, tried = 0, []
    for own in _by_buyer(measuring.without_doubles(asked))[:most]:
        learned = [each for each in own if _half(each)]
        known = {tuple(words(each.title)) for each in learned}
        fresh = [each for each in own if not _half(each) and tuple(words(each.title)) not in known]
        if not learned or not fresh:
            continue
        special = measuring.of_model(Model(packaged, Table.of([each.example for each in learned])))
        for each in fresh:
            before[each.identity], after[each.identity] = list(general(each)), list(special(each))
        learned_count += len(learned)
        tried += fresh
    for name, answers in (("before", before), ("after", after)):
        found = measuring.hits(name, lambda each, said=answers: said[each.identity], tried)
        print(
            json.dumps({"part": part, "learned": learned_count, "asked": len(tried)} | vars(found))
        )


def _by_buyer(notices: Sequence[Published]) -> list[list[Published]]:
    """Return the notices of each buyer that has enough, those with most of them first."""
    found: dict[str, list[Published]] = {}
    for each in notices:
        found.setdefault(measuring.buyer_key(each), []).append(each)
    enough = [own for own in found.values() if len(own) >= LEAST]
    return sorted(enough, key=lambda own: (-len(own), own[0].identity))


def _half(notice: Published) -> bool:
    return bool(hashlib.blake2b(notice.identity.encode(), digest_size=1).digest()[0] % 2)


if __name__ == "__main__":
    main()
