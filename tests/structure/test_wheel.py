"""A built wheel holds the package with its data, and nothing else."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names in a wheel built from this checkout, offline, with the builder that is installed."""
    pytest.importorskip("hatchling", reason="hatchling is installed by `make install`")
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return zipfile.ZipFile(built).namelist()


def test_wheel_holds_only_the_package(wheel: list[str]) -> None:
    tops = {name.split("/", 1)[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"vergabe"}


def test_wheel_ships_every_schema_example_and_stylesheet(wheel: list[str]) -> None:
    shipped = {name for name in wheel if name.startswith("vergabe/_data/")}
    wanted = {
        f"vergabe/_data/{path.relative_to(ROOT).as_posix()}"
        for home in ("schemas", "xml", "examples")
        for path in (ROOT / home).rglob("*")
        if path.is_file()
    }
    assert "vergabe/_data/schemas/xvergabe/1/service.xsd" in shipped
    assert "vergabe/_data/xml/xvergabe/1/notice.xsl" in shipped
    assert "vergabe/_data/examples/cooperations/dlz.toml" in shipped
    assert "vergabe/records/verification_script.txt" in wheel
    assert shipped == wanted


def test_configuration_puts_the_data_folders_into_the_package() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    target = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert target["packages"] == ["vergabe"]
    assert target["force-include"] == {
        "schemas": "vergabe/_data/schemas",
        "xml": "vergabe/_data/xml",
        "examples": "vergabe/_data/examples",
    }
