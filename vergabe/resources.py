"""Where the data folders `schemas/`, `xml/`, `examples/` are: in a checkout and in a wheel."""

from pathlib import Path
from typing import Literal


def folder(name: Literal["schemas", "xml", "examples"]) -> Path:
    """Return the data folder: inside the installed package, else at the root of the checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "_data" / name
    return installed if installed.is_dir() else here.parent / name
