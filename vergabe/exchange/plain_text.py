r"""Texts as people type and paste them: what is made uniform, what is removed, what is refused.

Decisions, the same for form, API and import:

- Texts become composed (NFC), so that a name typed on any system is found again.
- Line ends become `\n`; vertical tab, form feed, U+0085, U+2028 and U+2029 are line breaks that
  word processors paste, and become `\n` as well.
- Soft hyphens, zero-width characters, byte order marks and direction marks are removed: nobody sees
  them, they only break searching and can make a text look like another one.
- The bullets that word processors take from symbol fonts (private-use characters) become `•`; all
  other private-use characters stay.
- NUL and the other control characters, lone surrogates and noncharacters are refused, not removed:
  no database and no XML document can carry them, and where they stand a file is damaged or of
  another kind, so that the rest of the text cannot be trusted either.
- Markup and entities stay as they are. `<b>` and `&amp;amp;` are text; the page escapes it.
"""

import re
import unicodedata
from typing import Final

from vergabe.exchange.codes import refusal

_BREAKS: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_INVISIBLE: Final = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_SYMBOL_BULLETS: Final = re.compile("[\uf0a7\uf0b7\uf0d8]")
_REFUSED: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BLANKS: Final = " \t\xa0"


def many_lines(value: object, *, max_length: int, field: str | None = None) -> str:
    """Return a cleaned text that may have several lines; empty if there is nothing to see.

    Raises InvalidInput for something that is not text, for characters no text has (see above) and
    for more than `max_length` characters after cleaning.
    """
    text = _cleaned(value, max_length, field)
    if len(text) > max_length:
        raise _too_long(len(text), max_length, field)
    return text


def one_line(value: object, *, max_length: int, field: str | None = None) -> str:
    """Return a cleaned text on one line: white space becomes one space. Errors: `many_lines`."""
    line = " ".join(_cleaned(value, max_length, field).split())
    if len(line) > max_length:
        raise _too_long(len(line), max_length, field)
    return line


def forgiving(value: str, *, max_length: int, lines: bool = False) -> str:
    """Return what can be kept of somebody else's text: nothing is refused, what is long is cut.

    Characters that no text has are dropped, and a text of more than `max_length` characters ends
    in `…`. lines: keep line breaks.
    """
    rest = _REFUSED.sub("", _INVISIBLE.sub("", _BREAKS.sub("\n", value[: 4 * max_length + 1000])))
    text = unicodedata.normalize("NFC", _SYMBOL_BULLETS.sub("•", rest))
    if lines:
        text = "\n".join(line.rstrip(_BLANKS) for line in text.split("\n")).strip("\n" + _BLANKS)
    else:
        text = " ".join(text.split())
    return text if len(text) <= max_length else text[: max_length - 1].rstrip() + "…"


def _cleaned(value: object, max_length: int, field: str | None) -> str:
    if not isinstance(value, str):
        raise refusal("not_text", "Hier wird ein Text erwartet.", field)
    if len(value) > 4 * max_length + 1000:
        # Cleaning shortens little: the end of a huge text need not be looked at to refuse it.
        raise _too_long(len(value), max_length, field)
    # Line by line: a pattern for blanks before a line end takes quadratic time on long blanks.
    lines = [line.rstrip(_BLANKS) for line in _unified(value, field).split("\n")]
    return "\n".join(lines).strip("\n" + _BLANKS)


def _unified(value: str, field: str | None) -> str:
    if value.isascii() and value.isprintable():
        return value
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", value))
    bad = _REFUSED.search(text)
    if bad is not None:
        raise refusal(
            "control_character",
            f"Der Text enthält an Stelle {bad.start() + 1} ein Steuerzeichen "
            f"(U+{ord(bad.group()):04X}), das kein Text enthalten darf. "
            "Bitte geben Sie die Stelle neu ein.",
            field,
        )
    return unicodedata.normalize("NFC", _SYMBOL_BULLETS.sub("•", text))


def _too_long(length: int, max_length: int, field: str | None) -> Exception:
    return refusal(
        "too_long",
        f"Der Text hat {_grouped(length)} Zeichen, erlaubt sind {_grouped(max_length)}. "
        "Bitte kürzen Sie ihn oder legen Sie Einzelheiten als Dokument bei.",
        field,
    )


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
