"""Code lists the product ships: CPV, NUTS, units of measure, Länder, currencies and countries.

Tables are read once, at first use, from `schemas/codelists/`. A function that refuses an input
raises `InvalidInput` with one `Violation` whose German sentence names the remedy.
"""

import csv
import difflib
import functools
import gzip
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from vergabe.errors import InvalidInput, Violation
from vergabe.resources import folder

_CPV_INPUT: Final = re.compile(r"(\d{2,8})(?:-?(\d))?")
_BLANKS: Final = re.compile(r"\s+")
_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


@dataclass(frozen=True, slots=True)
class Cpv:
    """One code of the Common Procurement Vocabulary 2008 (Regulation (EC) 213/2008)."""

    code: str
    check_digit: str
    level: str
    parent: str | None
    label_de: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Nuts:
    """One region of NUTS 2024; level 0 is a country, 3 a Kreis in Germany."""

    code: str
    level: int
    parent: str | None
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of UN/ECE Recommendation 20 or 21 that we accept.

    One unit is `factor` times `base_code`; units of different bases cannot be added up.
    """

    code: str
    symbol: str
    name: str
    plural: str
    kind: str
    base_code: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class UnitSpelling:
    """A way to write a unit; `is_per_year` when the text also says "a year", which no unit can."""

    code: str
    is_per_year: bool


@dataclass(frozen=True, slots=True)
class Land:
    """One of the 16 Länder: first two digits of its AGS, letters of ISO 3166-2, NUTS 1 code."""

    key: str
    code: str
    name: str
    nuts1: str


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency of ISO 4217."""

    code: str
    label_de: str


@dataclass(frozen=True, slots=True)
class Country:
    """One country: alpha-3, alpha-2, German name, whether it is in the EU."""

    code: str
    iso2: str
    label_de: str
    is_eu: bool


def refusal(code: str, message: str, field: str | None = None) -> InvalidInput:
    """Return the error for one value that cannot be accepted; it holds exactly one violation."""
    return InvalidInput.of([Violation(code, message, field=field)])


def table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of `schemas/codelists` by column name."""
    path = folder("schemas") / "codelists" / name
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return csv.DictReader(io.StringIO(text))


@functools.cache
def _cpv_table() -> dict[str, Cpv]:
    return {
        row["code"]: Cpv(
            row["code"],
            row["check_digit"],
            row["level"],
            row["parent"] or None,
            row["label_de"],
            row["label_en"],
        )
        for row in table("cpv_2008.csv.gz")
    }


def cpv(code: str) -> Cpv | None:
    """Return the CPV code with exactly these 8 digits, or None."""
    return _cpv_table().get(code)


def cpv_all() -> tuple[Cpv, ...]:
    """Return every code of the vocabulary, in their order."""
    return tuple(_cpv_table().values())


def normalise_cpv(text: str | int, *, field: str | None = None) -> str:
    """Return the 8 digits of a CPV code written with or without check digit and blanks.

    A number of 7 digits is a code whose leading zero a spreadsheet has dropped. Raises InvalidInput
    for anything that is not a code of the vocabulary or carries a wrong check digit.
    """
    written = str(text).strip()
    compact = _BLANKS.sub("", written.translate(_DASHES))
    match = _CPV_INPUT.fullmatch(compact)
    if match is None:
        raise refusal(
            "cpv_malformed",
            f"„{written[:40]}“ ist kein CPV-Code. Geben Sie 8 Ziffern an, mit oder ohne "
            "Prüfziffer, zum Beispiel 30213000-5.",
            field,
        )
    digits, check_digit = _split_cpv(compact)
    if len(digits) < 7:
        raise refusal("cpv_too_short", _short_cpv_message(digits), field)
    entry = cpv(digits.zfill(8))
    if entry is None:
        raise refusal("cpv_unknown", _unknown_cpv_message(digits.zfill(8)), field)
    if check_digit is not None and check_digit != entry.check_digit:
        raise refusal(
            "cpv_check_digit",
            f"Die Prüfziffer von {digits}-{check_digit} stimmt nicht, richtig ist "
            f"{entry.code}-{entry.check_digit} ({entry.label_de}). "
            "Bitte prüfen Sie, ob dieser Code gemeint ist.",
            field,
        )
    return entry.code


def _split_cpv(compact: str) -> tuple[str, str | None]:
    if "-" in compact:
        digits, check_digit = compact.split("-")
        return digits, check_digit
    return (compact[:8], compact[8]) if len(compact) == 9 else (compact, None)


def _short_cpv_message(digits: str) -> str:
    candidate = cpv(digits.ljust(8, "0"))
    meant = f" Meinten Sie {candidate.code} ({candidate.label_de})?" if candidate else ""
    return f"Der CPV-Code {digits} ist zu kurz, ein Code hat 8 Ziffern.{meant}"


def _unknown_cpv_message(digits: str) -> str:
    for length in range(7, 1, -1):
        nearest = cpv(digits[:length].ljust(8, "0"))
        if nearest is not None:
            return (
                f"Den CPV-Code {digits} gibt es nicht. Der nächste allgemeinere Code ist "
                f"{nearest.code} ({nearest.label_de})."
            )
    return (
        f"Den CPV-Code {digits} gibt es nicht. Suchen Sie den Code über ein Stichwort, "
        "zum Beispiel „Feuerwehrfahrzeuge“ für 34144210."
    )


def cpv_with_check_digit(code: str) -> str:
    """Return `30213000-5` for `30213000`; KeyError if the code is unknown."""
    return f"{code}-{_cpv_table()[code].check_digit}"


def cpv_path(code: str) -> tuple[Cpv, ...]:
    """Return the code and all that it lies under, division first; empty if it is unknown."""
    path: list[Cpv] = []
    entry = cpv(code)
    while entry is not None:
        path.append(entry)
        entry = cpv(entry.parent) if entry.parent else None
    return tuple(reversed(path))


def cpv_search(text: str, limit: int = 20) -> tuple[Cpv, ...]:
    """Return up to `limit` codes whose German label holds every word of `text`, best first.

    Digits search by the beginning of the code. Words at the start of a word in the label come
    before words inside a compound, short labels and general codes before long and special ones.
    """
    compact = _BLANKS.sub("", text.translate(_DASHES))
    if compact[:1].isdigit():
        prefix = compact.split("-")[0]
        found = [entry for code, entry in _cpv_table().items() if code.startswith(prefix)]
        return tuple(found[:limit])
    words = folded(text).split()
    if not words:
        return ()
    ranked = []
    for label, entry in _cpv_labels():
        if all(word in label for word in words):
            inside = sum(1 for word in words if f" {word}" not in label)
            ranked.append((inside, len(label), entry.code, entry))
    ranked.sort(key=lambda item: item[:3])
    return tuple(entry for *_, entry in ranked[:limit])


@functools.cache
def _cpv_labels() -> tuple[tuple[str, Cpv], ...]:
    return tuple((" " + folded(entry.label_de), entry) for entry in _cpv_table().values())


def folded(text: str) -> str:
    """Return text for comparing: case and punctuation do not count, ä equals ae."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        folded = folded.replace(umlaut, plain)
    return " ".join(re.findall(r"\w+", folded))


@functools.cache
def _nuts_table() -> dict[str, Nuts]:
    return {
        row["code"]: Nuts(row["code"], int(row["level"]), row["parent"] or None, row["name"])
        for row in table("nuts_2024.csv.gz")
    }


def nuts(code: str) -> Nuts | None:
    """Return the NUTS 2024 region with this code, or None."""
    return _nuts_table().get(code)


def nuts_all() -> tuple[Nuts, ...]:
    """Return every region, in the order of their codes."""
    return tuple(_nuts_table().values())


def nuts_search(text: str, limit: int = 20) -> tuple[Nuts, ...]:
    """Return up to `limit` regions whose name holds every word of `text`, German ones first."""
    words = folded(text).split()
    if not words:
        return ()
    found = [
        region
        for region in _nuts_table().values()
        if all(word in folded(region.name) or word == region.code.lower() for word in words)
    ]
    found.sort(key=lambda region: (not region.code.startswith("DE"), region.level, region.code))
    return tuple(found[:limit])


def normalise_nuts(text: str, *, field: str | None = None) -> str:
    """Return a NUTS code in capitals without blanks; InvalidInput if there is no such region."""
    code = _BLANKS.sub("", text).upper()
    if nuts(code) is None:
        raise refusal(
            "nuts_unknown",
            f"Den NUTS-Code „{text.strip()[:20]}“ gibt es nicht. Geben Sie einen Code wie DEA26 "
            "(Düren) an oder lassen Sie das Feld leer und nennen Sie Postleitzahl und Ort.",
            field,
        )
    return code


@functools.cache
def _unit_table() -> dict[str, Unit]:
    return {
        row["code"]: Unit(
            row["code"],
            row["symbol"],
            row["name"],
            row["plural"],
            row["kind"],
            row["base_code"],
            Decimal(row["factor"]),
        )
        for row in table("units.csv")
    }


def unit(code: str) -> Unit | None:
    """Return the unit with this UN/ECE code if we accept it, or None."""
    return _unit_table().get(code)


def units() -> tuple[Unit, ...]:
    """Return all accepted units in the order in which lists show them."""
    return tuple(_unit_table().values())


@functools.cache
def _spelling_table() -> dict[str, UnitSpelling]:
    spellings = {
        _fold_unit(name): UnitSpelling(entry.code, is_per_year=False)
        for entry in _unit_table().values()
        for name in (entry.symbol, entry.name, entry.plural)
    }
    for row in table("unit_spellings.csv"):
        spellings[_fold_unit(row["spelling"])] = UnitSpelling(row["code"], row["per"] == "year")
    return spellings


def _fold_unit(text: str) -> str:
    return re.sub(r"[\s.]", "", unicodedata.normalize("NFKC", text).casefold())


def unit_spelling(text: str) -> UnitSpelling | None:
    """Return what a text means as a unit, whether code, symbol, name or a known spelling, or None.

    Codes count only in capitals (`MTR`), and before spellings: `MIN` and `Min.` mean the same,
    `STK` is no code of ours and so means Stück.
    """
    stripped = text.strip()
    if stripped in _unit_table():
        return UnitSpelling(stripped, is_per_year=False)
    return _spelling_table().get(_fold_unit(stripped))


def normalise_unit(text: str, *, field: str | None = None) -> str:
    """Return the UN/ECE code for a unit as people write it; InvalidInput if we do not know it."""
    found = unit_spelling(text)
    if found is not None:
        return found.code
    near = difflib.get_close_matches(_fold_unit(text)[:40], _spelling_table(), n=1, cutoff=0.75)
    known = _unit_table()[_spelling_table()[near[0]].code] if near else None
    remedy = (
        f"Meinten Sie {known.name} ({known.symbol})?"
        if known
        else "Wählen Sie eine Einheit aus der Liste der Vorlage, zum Beispiel Stk., m², t oder Std."
    )
    raise refusal(
        "unit_unknown", f"Die Einheit „{text.strip()[:40]}“ ist nicht bekannt. {remedy}", field
    )


def unit_hint(text: str) -> str | None:
    """Return a sentence on what a spelling says beyond its unit (`kWh/a`), or None."""
    found = unit_spelling(text)
    if found is None or not found.is_per_year:
        return None
    symbol = _unit_table()[found.code].symbol
    return (
        f"„{text.strip()}“ nennt eine Menge je Jahr. Als Einheit wird {symbol} übernommen; "
        "bitte geben Sie die Laufzeit im Text oder im Zeitraum des Bedarfs an."
    )


@functools.cache
def lands() -> tuple[Land, ...]:
    """Return the 16 Länder in the order of their official keys."""
    return tuple(
        Land(row["key"], row["code"], row["name"], row["nuts1"]) for row in table("lands.csv")
    )


@functools.cache
def _currency_table() -> dict[str, Currency]:
    return {row["code"]: Currency(row["code"], row["label_de"]) for row in table("currencies.csv")}


def currency(code: str) -> Currency | None:
    """Return the currency with this ISO 4217 code, or None."""
    return _currency_table().get(code)


@functools.cache
def _country_table() -> dict[str, Country]:
    rows = [
        Country(row["code"], row["iso2"], row["label_de"], row["eu"] == "y")
        for row in table("countries.csv")
    ]
    by_iso2 = {entry.iso2: entry for entry in rows if entry.iso2}
    return by_iso2 | {entry.code: entry for entry in rows}


def country(code: str) -> Country | None:
    """Return the country with this alpha-3 or alpha-2 code, or None."""
    return _country_table().get(code)
