"""Names of facets and their values, for people."""

from collections.abc import Mapping
from typing import Final

from vergabe.exchange import codes
from vergabe.texts import _, language, marked, ngettext
from vergabe.web.formatting import whole

TITLES: Final[Mapping[str, str]] = {
    "states": marked("Stand"),
    "due": marked("Angebotsfrist endet"),
    "cpv": marked("Was beschafft wird"),
    "regions": marked("Region"),
    "natures": marked("Art der Leistung"),
    "values": marked("Geschätzter Wert (netto)"),
    "methods": marked("Verfahrensart"),
    "joint": marked("Gemeinsame Vergabe"),
    "sources": marked("Quelle"),
    "buyers": marked("Auftraggeber"),
}
STATES: Final[Mapping[str, str]] = {
    "offen": marked("offen"),
    "ohne-frist": marked("Frist nicht genannt"),
    "geplant": marked("angekündigt"),
    "abgelaufen": marked("Frist abgelaufen"),
    "vergeben": marked("vergeben"),
    "beendet": marked("aufgehoben oder ohne Zuschlag beendet"),
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "states": STATES,
    "due": {
        "7": marked("in den nächsten 7 Tagen"),
        "14": marked("in den nächsten 14 Tagen"),
        "30": marked("in den nächsten 30 Tagen"),
        "spaeter": marked("später"),
    },
    "natures": {
        "supplies": marked("Lieferung"),
        "services": marked("Dienstleistung"),
        "works": marked("Bauleistung"),
        "unbekannt": marked("nicht genannt"),
    },
    "values": {
        "bis-25": marked("unter 25.000 €"),
        "25-100": marked("25.000 € bis unter 100.000 €"),
        "100-221": marked("100.000 € bis unter 221.000 €"),
        "221-1000": marked("221.000 € bis unter 1 Mio. €"),
        "ab-1000": marked("ab 1 Mio. €"),
        "unbekannt": marked("nicht genannt"),
    },
    "methods": {
        "offen": marked("Offen für alle"),
        "nicht-offen": marked("Nicht offen, mit oder ohne Teilnahmewettbewerb"),
        "verhandlung": marked("Mit Verhandlung, Verhandlungsvergabe"),
        "direkt": marked("Ohne Wettbewerb, Direktauftrag"),
        "unbekannt": marked("nicht genannt"),
    },
    "joint": {
        "ja": marked("mehrere Auftraggeber gemeinsam"),
        "nein": marked("ein Auftraggeber"),
    },
}
SOURCES: Final[Mapping[str, str]] = {
    "own": marked("Diese Plattform"),
    "ted": "TED (Tenders Electronic Daily)",
    "doe": "Datenservice Öffentlicher Einkauf",
    "eforms": marked("Datei"),
    "cosinex:dtvp": "Deutsches Vergabeportal (DTVP)",
    "cosinex:niedersachsen": "Vergabeportal Niedersachsen",
    "cosinex:nrw": "Vergabemarktplatz NRW",
    "cosinex:rheinland": "Vergabemarktplatz Rheinland",
}
SORTS: Final[Mapping[str, str]] = {
    "relevanz": marked("Beste Treffer"),
    "neu": marked("Neueste"),
    "frist": marked("Frist endet bald"),
}


def of(facet: str, value: str) -> str:
    """Return the name of a value of a facet in the current language; unknown ones as they are."""
    if facet == "cpv":
        return cpv(value)
    if facet == "regions":
        return region(value)
    if facet == "sources":
        return source(value)
    word = _WORDS.get(facet, {}).get(value)
    return _(word) if word else value


def source(key: str) -> str:
    """Return the name of a place of publication; unknown ones keep their key."""
    known = SOURCES.get(key)
    return _(known) if known else key


def cpv(prefix: str) -> str:
    """Return the name of what a beginning of a CPV code stands for."""
    found = codes.cpv(prefix.ljust(8, "0"))
    if found is None:
        return prefix
    return found.label_en if language() == "en" else found.label_de


def region(code: str) -> str:
    """Return the name of a region by its NUTS code."""
    found = codes.nuts(code)
    return found.name if found is not None else code


def title(facet: str) -> str:
    """Return the name of a facet."""
    return _(TITLES[facet])


def sort(key: str) -> str:
    """Return the name of an order."""
    return _(SORTS[key])


def day_field(name: str) -> str:
    """Return what a field for a day is called where its value follows."""
    return _("Frist ab") if name == "frist_ab" else _("Frist bis")


def hits(count: int) -> str:
    """Return how many procedures were found, in words."""
    return ngettext("%(number)s Treffer", "%(number)s Treffer", count, number=whole(count))
