"""How commands read JSON files; loads neither web nor database."""

from pathlib import Path
from typing import Any, Final

import orjson

from vergabe.errors import InvalidInput

_BROKEN: Final = "Die Datei ist kein gültiges JSON in UTF-8: Fehler in Zeile {}, Spalte {}."
_LARGEST_BYTES: Final = 50 * 1024 * 1024


def read_json(file: Path) -> dict[str, Any]:
    """Return the object in a JSON file. Raises InvalidInput naming line and column."""
    if file.stat().st_size > _LARGEST_BYTES:
        raise InvalidInput("file_too_large", "Die Datei ist größer als 50 MB.")
    try:
        content = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InvalidInput("json_invalid", _BROKEN.format(error.lineno, error.colno)) from error
    if not isinstance(content, dict):
        raise InvalidInput("json_invalid", "Die Datei muss ein JSON-Objekt enthalten.")
    return content
