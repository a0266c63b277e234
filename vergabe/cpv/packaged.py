"""The model in use: the packaged table, and what this place has learned in addition.

Loaded at the first question, not at the start, and again when something was learned since; the
time and size of the file tell that.
"""

import logging
import threading
from pathlib import Path
from typing import Final

from vergabe.cpv import table
from vergabe.cpv.model import Model
from vergabe.errors import InvalidInput
from vergabe.resources import folder

PLACE: Final = folder("schemas") / "cpv" / "suggestions.npz"
LEARNED: Final = "cpv/learned.npz"
"""Where in the data folder the addition lies."""

logger = logging.getLogger(__name__)

_Stamp = tuple[int, int] | None
_lock: Final = threading.Lock()
_loaded: Final[dict[Path | None, tuple[_Stamp, Model]]] = {}


def model(data: Path | None = None) -> Model:
    """Return the model for a data folder, or for the packaged table alone.

    A damaged addition is left out and logged: suggestions go on without it.
    """
    place = data / LEARNED if data is not None else None
    stamp = _stamp(place)
    with _lock:
        known = _loaded.get(place)
        if known is not None and known[0] == stamp:
            return known[1]
        _loaded[place] = (stamp, _load(place if stamp is not None else None))
        return _loaded[place][1]


def _load(place: Path | None) -> Model:
    packaged = table.read(PLACE)
    if place is None:
        return Model(packaged)
    try:
        return Model(packaged, table.read(place))
    except InvalidInput as error:
        logger.warning("learned cpv table left out", extra={"code": error.code})
        return Model(packaged)


def _stamp(place: Path | None) -> _Stamp:
    if place is None:
        return None
    try:
        about = place.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
