"""Which lists can be saved, how many views, and what of an address a view keeps."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from vergabe.errors import InvalidInput
from vergabe.texts import lazy

VIEWS_MAX: Final = 20
NAME_MAX: Final = 80
QUERY_MAX: Final = 2_000
PATH_MAX: Final = 400
_FIELDS_MAX: Final = 200

# Key of a list → what its page is called.
LISTS: Final[Mapping[str, str]] = {
    "calls": lazy("Bedarfsabfragen"),
    "deadlines": lazy("Fristen"),
    "deliveries": lazy("Versand"),
    "demands": lazy("Bedarfe"),
    "enquiries": lazy("Fragen und Antworten"),
    "following": lazy("Verfahren, zu denen Sie registriert sind"),
    "jobs": lazy("Vorgänge"),
    "ledger": lazy("Buchungen"),
    "mandates": lazy("Vollmachten"),
    "movements": lazy("Bewegungen eines Mitglieds"),
    "openings": lazy("Zugriffe auf ein Dokument"),
    "people": lazy("Personen"),
    "pools": lazy("Bündelungen"),
    "record": lazy("Akten"),
    "resolutions": lazy("Beschlüsse"),
    "tenders": lazy("Vergabeverfahren"),
    "waiting": lazy("Bedarfe freigeben"),
}

# Where somebody stands in a list, and what they load down, is no way to see it.
_NOT_KEPT: Final = frozenset({"ab", "vor", "als", "alle"})


def kept_query(query: str) -> str:
    """Return what a view keeps of the query of an address: filters and order.

    Raises InvalidInput for more fields than any list has.
    """
    try:
        pairs = parse_qsl(query.removeprefix("?"), max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise too_long() from error
    return urlencode([(name, value) for name, value in pairs if name not in _NOT_KEPT])


def too_long() -> InvalidInput:
    """Return the refusal of a choice that no view can keep."""
    message = "Diese Auswahl ist zu lang, um sie zu speichern. Wählen Sie weniger Filter."
    return InvalidInput("view_too_long", message, field="query")
