"""What may not be in the repository is found, and is not there."""

from pathlib import Path

import pytest

from tools import hygiene


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.md", "fetched from " + hygiene.REGISTRIES[0]),
        ("settings.py", 'DATA = "' + "/".join(("", "home", "petra", "vergabe")) + '"'),
        ("requirements-dev.txt", "--index-url somewhere"),
        ("package-lock.json", '"resolved": "somewhere"'),
        ("requirements.txt", "    # from https:" + "//example.org/"),
    ],
)
def test_address_of_a_registry_or_a_machine_is_found(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(f"first line\n{text}\n", encoding="utf-8")
    assert [finding.split(":")[1] for finding in hygiene.findings(file)] == ["2"]


def test_ordinary_text_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("See https://example.org/home/page and demands/work/list\n", encoding="utf-8")
    assert hygiene.findings(file) == []


def test_repository_is_clean() -> None:
    tracked = hygiene.tracked_files()
    assert len(tracked) > 50
    assert [finding for path in tracked for finding in hygiene.findings(path)] == []
