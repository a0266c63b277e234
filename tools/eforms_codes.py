"""Write `schemas/eforms/codes.csv.gz`: German names of codes, from the labels of the eForms SDK.

python tools/eforms_codes.py LABELS.zip

Left out are lists that the product has already (CPV, NUTS, currencies) and tailored parts of them.
Source: eForms SDK, Publications Office of the European Union, CC BY 4.0.
"""

import csv
import gzip
import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).resolve().parents[1] / "schemas" / "eforms" / "codes.csv.gz"
LEFT_OUT: Final = re.compile(r"(cpv|nuts|currency)|.*-cpv$")
ENTRY: Final = re.compile(r'<entry key="code\|name\|([^".]+)\.([^"]+)">([^<]*)</entry>')
ENTITIES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def main(labels: Path) -> None:
    """Write the table, sorted, with a fixed time stamp."""
    with zipfile.ZipFile(labels) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("translations/code_de.xml")]
        text = archive.read(name).decode("utf-8")
    rows = sorted(
        (found[1], found[2], _plain(found[3]))
        for found in ENTRY.finditer(text)
        if not LEFT_OUT.match(found[1])
    )
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    table.writerows([("list", "code", "label"), *rows])
    TARGET.write_bytes(gzip.compress(out.getvalue().encode(), mtime=0))
    print(f"{len(rows)} codes of {len({row[0] for row in rows})} lists")


def _plain(text: str) -> str:
    for entity, character in ENTITIES.items():
        text = text.replace(entity, character)
    return " ".join(text.split())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
