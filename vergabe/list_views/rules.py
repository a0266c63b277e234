"""Which lists can be saved, how many views, and what of an address a view keeps."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from vergabe.texts import lazy

VIEWS_MAX: Final = 20
NAME_MAX: Final = 80
QUERY_MAX: Final = 2_000
PATH_MAX: Final = 400

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
    """Return what a view keeps of the query of an address: filters and order."""
    pairs = parse_qsl(query.removeprefix("?"), max_num_fields=200)
    return urlencode([(name, value) for name, value in pairs if name not in _NOT_KEPT])
