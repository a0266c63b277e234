"""`schemas/` and `xml/` are data: no packages, with their sources and checksums."""

import hashlib
import re
import xml.etree.ElementTree
from pathlib import Path

from vergabe.resources import folder

ROOT = Path(__file__).parents[2]
DATA = (ROOT / "schemas", ROOT / "xml")


def test_no_python_below_the_data_folders() -> None:
    assert [path for home in DATA for path in home.rglob("*.py*")] == []


def test_the_standard_library_is_what_xml_means() -> None:
    assert ROOT not in Path(str(xml.__file__)).parents
    assert ROOT not in Path(str(xml.etree.ElementTree.__file__)).parents


def test_nothing_in_the_package_or_the_tests_is_called_xml() -> None:
    names = [path for home in ("vergabe", "tests") for path in (ROOT / home).rglob("xml*")]
    assert [path for path in names if path.stem == "xml" and "node_modules" not in path.parts] == []


def test_a_checkout_finds_its_data_folders() -> None:
    assert {folder("schemas"), folder("xml")} == set(DATA)


def test_schemas_are_those_whose_checksums_are_published() -> None:
    table = (ROOT / "schemas" / "README.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `(xvergabe/[^`]+)` \| `([0-9a-f]{64})` \|$", table, re.MULTILINE))
    home = ROOT / "schemas"
    files = [path for path in (home / "xvergabe").rglob("*") if path.is_file()]
    found = {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert said == found
