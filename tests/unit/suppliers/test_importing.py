import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from vergabe.errors import InvalidInput
from vergabe.suppliers import importing
from vergabe.suppliers.importing import ImportReport, open_lines, read_rows

FIRM: dict[str, Any] = {"name": "Feuerwehrtechnik GmbH", "cpv": ["34144210"], "size": "small"}


def test_rows_are_read_and_blank_lines_skipped() -> None:
    report = ImportReport()
    (row,) = read_rows(["", json.dumps(FIRM | {"regions": ["DEA26", "XX"]}), "\n"], report)
    assert (row.cpv_prefixes, row.nuts_prefixes) == (("3414421",), ("DEA26",))
    assert report.unknown_codes == 1


@pytest.mark.parametrize(
    "bad",
    [
        "{kaputt",
        "[1, 2]",
        '"Text"',
        "[" * 5000,
        FIRM | {"name": ""},
        FIRM | {"name": 5},
        FIRM | {"name": "x" * 600},
        FIRM | {"name": "a\x00b"},
        FIRM | {"cpv": "34144210"},
        FIRM | {"cpv": [34144210]},
        FIRM | {"regions": {"a": 1}},
        FIRM | {"size": "riesig"},
        FIRM | {"size": ["small"]},
        FIRM | {"email": "niemand"},
        FIRM | {"postcode": "5" * 30},
    ],
)
def test_bad_row_is_named_with_its_line(bad: object) -> None:
    lines = [json.dumps(FIRM), bad if isinstance(bad, str) else json.dumps(bad)]
    with pytest.raises(InvalidInput, match="Zeile 2"):
        read_rows(lines, ImportReport())


def test_all_bad_rows_are_named_but_not_without_end() -> None:
    with pytest.raises(InvalidInput) as error:
        read_rows(["{"] * 1000, ImportReport())
    assert 2 <= len(error.value.violations) <= 50


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", b"\xff\xfe\x00binary"),
        ("a.jsonl.gz", b"no gzip"),
        ("a.jsonl.gz", gzip.compress(b"{}" * 50, mtime=0)[:-9]),
        ("a.jsonl.gz", gzip.compress(b"{" * 500_000, mtime=0)),
        ("a.jsonl.gz", gzip.compress(b"   \n" * 60_000, mtime=0)),
    ],
)
def test_file_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    monkeypatch.setattr(importing, "LONGEST_FILE", 200_000)
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InvalidInput), open_lines(file) as lines:
        read_rows(lines, ImportReport())
