"""Where the data folders `schemas/` and `xml/` are: in a checkout and in an installed wheel."""

from pathlib import Path
from typing import Literal


def folder(name: Literal["schemas", "xml"]) -> Path:
    """Return the data folder: inside the installed package, else at the root of the checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "_data" / name
    return installed if installed.is_dir() else here.parent / name
