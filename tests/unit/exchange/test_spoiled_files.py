"""A sample of the spoiled files of `python -m benchmarks.fuzz`: every reader, many spoils."""

import tempfile
from pathlib import Path

import pytest

from tests.fuzzing import cases
from tests.fuzzing.readers import READERS, Reader

SEED = 20261123
EACH = 8


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_spoiled_files_are_taken_or_refused_as_told(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for number in range(EACH):
        tried = cases.case(number, SEED, (reader,))
        found = cases.outcome(tried, tmp_path)
        assert found.is_fine, (str(tried), found)


def test_the_watch_sees_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that raises something else, hangs, or leaves a file behind is found."""

    def hang(_content: bytes, _place: Path) -> object:
        while True:
            pass

    monkeypatch.setattr(cases, "SECONDS", 0.05)
    wrong = {
        "error": lambda content, _: content[10**9],
        "hang": hang,
        "left behind": lambda content, place: (place / "rest").write_bytes(content),
    }
    for what, read in wrong.items():
        reader = Reader("wrong", read, lambda: [b"x"], {lambda _, content: content: 1})
        assert cases.outcome(cases.case(1, SEED, (reader,)), tmp_path).what == what


# Each of these was a finding: numbers of seed 2026, mended since.
FOUND = (652, 871, 16_067, 21_406, 50_691, 55_196, 79_340, 79_954, 80_321, 96_304)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("number", FOUND)
def test_what_was_found_once_is_taken_or_refused(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = cases.outcome(cases.case(number, 2026), tmp_path)
    assert found.is_fine, found
