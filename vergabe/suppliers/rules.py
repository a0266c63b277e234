"""What a profile may say, and when it fits a notice. Pure functions over codes and words."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

from vergabe.errors import InvalidInput, Violation
from vergabe.exchange import codes
from vergabe.exchange.plain_text import one_line
from vergabe.texts import gettext as _
from vergabe.texts import marked

MOST_CPV: Final = 100
MOST_REGIONS: Final = 50
MOST_KEYWORDS: Final = 50
KEYWORD_LENGTH: Final = 60
INSIDE_WORDS_FROM: Final = 5
"""Keywords of at least so many characters are also found inside longer words (compounds)."""
SIZES: Final = {
    "micro": marked("Kleinstunternehmen (unter 10 Beschäftigte)"),
    "small": marked("Kleines Unternehmen (unter 50 Beschäftigte)"),
    "medium": marked("Mittleres Unternehmen (unter 250 Beschäftigte)"),
    "large": marked("Großes Unternehmen"),
    "sme": marked("Kleines oder mittleres Unternehmen, ohne nähere Angabe"),
}
NATURES: Final = {
    "supplies": marked("Lieferungen"),
    "services": marked("Dienstleistungen"),
    "works": marked("Bauleistungen"),
}
HIGHEST_VALUE_CENTS: Final = 100_000_000_000
_SEPARATORS: Final = re.compile(r"[\s,;]+")
_PREFIX: Final = re.compile(r"[0-9]{2,8}")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def significant(cpv: str) -> str:
    """Return the digits of a CPV code that say something: `34144000` → `34144`, at least two."""
    return cpv.rstrip("0").ljust(2, "0")


def prefixes(code: str) -> list[str]:
    """Return all beginnings of a significant CPV code or a NUTS code, from two characters on."""
    return [code[:length] for length in range(2, len(code) + 1)]


def is_related(one: str, other: str) -> bool:
    """Return whether one of two prefixes lies within the other: a notice may be the coarser one."""
    return one.startswith(other) or other.startswith(one)


def folded(text: str) -> str:
    """Return text for comparing: words in lower case with one blank between, ä as ae, ß as ss."""
    lower = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    return " ".join(re.findall(r"\w+", lower))


def has_keyword(folded_text: str, keyword: str) -> bool:
    """Return whether a folded keyword stands in a folded text: as a word, or inside if long."""
    return _stands_in(f" {folded_text} ", keyword)


def keywords_in(folded_text: str, keywords: Iterable[str]) -> list[str]:
    """Return which folded keywords stand in a folded text, in their order; as `has_keyword`.

    For many keywords: most of the long ones end on what stands nowhere in the text, and are not
    searched for.
    """
    padded = f" {folded_text} "
    length = INSIDE_WORDS_FROM
    ends = {padded[start : start + length] for start in range(len(padded))}
    return [
        word
        for word in keywords
        if (len(word) < length or word[-length:] in ends) and _stands_in(padded, word)
    ]


def _stands_in(padded: str, keyword: str) -> bool:
    """Return whether a folded keyword stands in a folded text with a blank before and after it."""
    return (keyword if len(keyword) >= INSIDE_WORDS_FROM else f" {keyword} ") in padded


def cpv_prefixes(text: str, *, field: str) -> list[str]:
    """Return the CPV prefixes that somebody typed, without doubles, in order.

    Each is a whole code, with or without check digit, or its first two to seven digits. Raises
    InvalidInput with one violation per code that does not exist.
    """
    return _each(_SEPARATORS.split(text.strip()), _cpv_prefix, field, most=MOST_CPV)


def _cpv_prefix(written: str, field: str) -> str:
    if _PREFIX.fullmatch(written) and len(written) < 8:
        if codes.cpv(written.ljust(8, "0")) is None:
            raise codes.refusal(
                "cpv_unknown",
                _("Mit %(digits)s beginnt kein CPV-Code der Liste.", digits=written),
                field,
            )
        return significant(written)
    return significant(codes.normalise_cpv(written, field=field))


def nuts_prefixes(text: str, *, field: str) -> list[str]:
    """Return the NUTS codes that somebody typed, without doubles; InvalidInput if one is none."""
    return _each(
        _SEPARATORS.split(text.strip()),
        lambda written, name: codes.normalise_nuts(written, field=name),
        field,
        most=MOST_REGIONS,
    )


def natures(chosen: Iterable[str], *, field: str) -> list[str]:
    """Return the kinds of contracts somebody ticked, in our order; InvalidInput for another."""
    wanted = set(chosen)
    if wanted - NATURES.keys():
        raise codes.refusal("nature_unknown", _("Diese Art von Leistung gibt es nicht."), field)
    return [nature for nature in NATURES if nature in wanted]


def keywords(text: str, *, field: str) -> list[str]:
    """Return the keywords as typed, one a line or separated by commas, without doubles.

    Raises InvalidInput for a keyword of one character or more than 60, and for more than 50.
    """
    words = _each(re.split(r"[\n,;]", text), _keyword, field, most=MOST_KEYWORDS)
    return list({folded(word): word for word in reversed(words)}.values())[::-1]


def _keyword(written: str, field: str) -> str:
    word = one_line(written, max_length=1000, field=field)
    if word and not (2 <= len(folded(word)) <= KEYWORD_LENGTH and len(word) <= KEYWORD_LENGTH):
        raise codes.refusal(
            "keyword_length",
            _(
                "„%(word)s“: Ein Stichwort hat 2 bis %(most)s Zeichen.",
                word=word[:30],
                most=KEYWORD_LENGTH,
            ),
            field,
        )
    return word


def _each(
    written: Iterable[str],
    read: Callable[[str, str], str],
    field: str,
    *,
    most: int,
) -> list[str]:
    found: dict[str, None] = {}
    wrong: list[Violation] = []
    for part in filter(None, (part.strip() for part in written)):
        try:
            value = read(part, field)
        except InvalidInput as error:
            wrong += error.violations
            if len(wrong) >= 10:
                break
            continue
        if value:
            found[value] = None
    if len(found) > most:
        wrong.append(
            Violation("too_many", _("Bitte höchstens %(most)s Angaben.", most=most), field=field)
        )
    if wrong:
        raise InvalidInput.of(wrong)
    return list(found)
