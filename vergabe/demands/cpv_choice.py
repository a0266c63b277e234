"""Codes to choose from in the form of a demand: what its words may mean."""

from collections.abc import Callable
from dataclasses import replace

from vergabe.cpv import suggesting
from vergabe.cpv.model import Model
from vergabe.cpv.suggesting import CpvSuggestion
from vergabe.demands.forms import DemandEntry, Suggestion, not_found
from vergabe.errors import InvalidInput


def proposed(entry: DemandEntry, model: Callable[[], Model]) -> DemandEntry:
    """Return the form with five codes: for the words in the CPV field, else for the description.

    The title counts most. Raises InvalidInput with a German sentence where no text can be read or
    none leads to a code.
    """
    field, text = _asked(entry)
    found = suggesting.suggest(model(), suggesting.checked_text(text, field=field))
    if not found:
        raise InvalidInput.of([not_found(text.strip(), field)])
    return replace(entry, suggestions=tuple(_choice(each) for each in found))


def for_words(entry: DemandEntry, model: Callable[[], Model]) -> DemandEntry:
    """Return the form with codes to choose from if words, or nothing, stand where a code should."""
    if entry.values.get("cpv_main", "").strip() and not entry.cpv_words:
        return entry
    try:
        return proposed(entry, model)
    except InvalidInput:
        return entry


def _asked(entry: DemandEntry) -> tuple[str, str]:
    if entry.cpv_words:
        return "cpv_main", entry.cpv_words
    title, description = (entry.values.get(name, "") for name in ("title", "description"))
    return "description" if description.strip() else "title", f"{title}\n{description}"


def _choice(found: CpvSuggestion) -> Suggestion:
    return Suggestion(found.cpv, found.label, " › ".join(found.path), found.example)
