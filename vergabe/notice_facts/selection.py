"""From an officer's own words on suitability to selection criteria with codes (BT-809, BT-750).

The words stay those of the tender: they are cut into pieces, and each piece gets a code. So nobody
types them twice, and no document says something else than another.
"""

import re
from collections.abc import Sequence
from typing import Final

from vergabe.notice_facts.choices import WITH_THE_FIRST

_SHORT: Final = (
    r"(?:Nr|Abs|Art|Abschn|Buchst|bzw|ca|etc|ggf|inkl|max|mind|Mio|S|sog|usw|vgl|z|B|d|h)"
)
_SENTENCE: Final = re.compile(r"(?<=[.;!?])\s+(?=[A-ZÄÖÜ§0-9„])")
_ENDS_SHORT: Final = re.compile(rf"(?:\b{_SHORT}|\b\d+)\.$")
_BULLET: Final = re.compile(r"^\s*(?:[-–•*]|\d+[.)])\s+")
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (r"referenz|vergleichbare\w*\s+(?:lieferung|leistung|auftr|bau)", "reference"),
    (r"handelsregister|gewerbeanmeldung|gewerberegister", "slc-suit-reg-trade"),
    (r"berufsregister|handwerksrolle|kammermitglied", "slc-suit-reg-prof"),
    (r"erlaubnis|genehmigung|mitgliedschaft", "slc-suit-auth-mbrshp"),
    (r"haftpflicht|versicherung", "slc-stand-ins"),
    (r"umsatz|umsätze", "slc-stand-to-gen"),
    (r"bilanz|kennzahl|liquidität|eigenkapital", "slc-stand-ratio"),
    (r"iso\s*27001|informationssicherheit|bsi-grundschutz", "slc-sec-inf"),
    (r"iso\s*14001|emas|umweltmanagement", "slc-sche-env-cert-indep"),
    (r"iso\s*9001|qualitätsmanagement|zertifi", "slc-sche-qu-cert-indep"),
    (r"ausbildung|befähigung|qualifikation|meisterbrief", "slc-abil-staff-qual"),
    (r"beschäftigte|mitarbeite|personal", "slc-abil-staff-yrly-avg-mp"),
    (r"unterauftrag|nachunternehm", "slc-abil-subc"),
    (r"ausstattung|gerätschaft|maschinen|werkzeug", "slc-abil-facil-tools"),
    (r"\bmuster\b|bemusterung|proben\b", "slc-abil-qual-smp-wo-autent"),
    (r"bonität|insolvenz|wirtschaftlich|finanziell", "slc-stand-other"),
)
_REFERENCE: Final = {
    "supplies": "slc-abil-ref-supply",
    "services": "slc-abil-ref-services",
    "works": "slc-abil-ref-work",
}
_OTHER: Final = "slc-stand-other"


def pieces_of(text: str) -> list[str]:
    """Return the pieces of a text that can have a code of their own: lines, else sentences."""
    lines = [line for line in map(_bare, text.splitlines()) if line]
    return lines if len(lines) > 1 else _sentences(lines[0]) if lines else []


def guessed_codes(pieces: Sequence[str], nature: str) -> tuple[str, ...]:
    """Return a code for each piece by the words in it; the officer may choose another.

    Where no piece says what it is, the first counts as an other requirement: one code there is.
    """
    found = [_guess(piece, nature) for piece in pieces]
    if found and all(code == WITH_THE_FIRST for code in found):
        found[0] = _OTHER
    return tuple(found)


def grouped(pieces: Sequence[str], codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return (code, text) for each criterion, every code once, in the order of the text.

    Pieces without a code of their own stand with the first criterion; no word is lost.
    """
    texts: dict[str, list[str]] = {}
    loose: list[str] = []
    for piece, code in zip(pieces, codes, strict=True):
        if code == WITH_THE_FIRST:
            loose.append(piece)
        else:
            texts.setdefault(code, []).append(piece)
    if loose:
        first = next(iter(texts), _OTHER)
        texts[first] = [*loose, *texts.get(first, [])]
    return [(code, "\n".join(lines)) for code, lines in texts.items()]


def _bare(line: str) -> str:
    return _BULLET.sub("", line).strip()


def _sentences(line: str) -> list[str]:
    """Return the sentences of a line; an abbreviation or a number with a full stop ends none."""
    found: list[str] = []
    for part in _SENTENCE.split(line):
        if found and _ENDS_SHORT.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found


def _guess(piece: str, nature: str) -> str:
    lowered = piece.casefold()
    for words, code in _WORDS:
        if re.search(words, lowered):
            return _REFERENCE[nature] if code == "reference" else code
    return WITH_THE_FIRST
