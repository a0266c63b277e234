"""Text as XML 1.0 can carry it: one form of every character, nothing that breaks a document."""

import re
import unicodedata
from typing import Final

# All but the production `Char` of XML 1.0: control characters, surrogates, U+FFFE, U+FFFF.
_FORBIDDEN: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean_text(text: str) -> str:
    """Return `text` without what XML 1.0 forbids, line feeds for line ends, composed (NFC).

    Markup stays as it is: it is text and is escaped when written. Cleaning twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("", unified))


def clean_line(text: str) -> str:
    """Return `text` cleaned and on one line: runs of white space become one space, ends trimmed."""
    return " ".join(clean_text(text).split())
