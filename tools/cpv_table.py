"""Make the packaged table of CPV suggestions from published notices.

python tools/cpv_table.py NOTICES… [--out FILE]

Reads notices in German (JSON Lines, XML, archives), leaves out doubles of one buyer, and writes the
table to schemas/cpv/suggestions.npz. Needs about 2 GB of memory and some minutes. What is in the
table, from where and under which licence, stands in schemas/cpv/README.md.
"""

import argparse
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from vergabe.commands.cpv_files import read
from vergabe.cpv import table
from vergabe.cpv.measuring import without_doubles
from vergabe.cpv.packaged import PLACE
from vergabe.cpv.reading import Published, reasons_against
from vergabe.cpv.training import table_of


def notices(files: Iterable[Path]) -> Iterator[Published]:
    """Yield the notices from which codes can be learned."""
    for file in files:
        for piece in read(file):
            if isinstance(piece, Published) and not reasons_against(piece):
                yield piece


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=PLACE)
    given = parser.parse_args()
    started = time.perf_counter()
    found = without_doubles(notices(given.files))
    made = table_of([each.example for each in found])
    table.write(made, given.out)
    print(
        f"{len(found)} notices, {len(made.vocabulary)} words, "
        f"{given.out.stat().st_size / 1e6:.1f} MB, {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
