"""Sentences for people: German is the source, other languages come from catalogues.

A German sentence is its own key. `_("…")` gives it in the language of the request or job. English
lies in `translations/en/LC_MESSAGES/*.po`, one catalogue for each part of the service; they are
read as they are, so nothing has to be compiled. docs/pages.md says how to use it.
"""

import contextlib
import gettext as catalogues
import io
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language = Literal["de", "en"]
SOURCE: Final[Language] = "de"
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LANGUAGE_NAMES: Final[dict[Language, str]] = {"de": "Deutsch", "en": "English"}
FOLDER: Final = Path(__file__).resolve().parent / "translations"

_language: ContextVar[Language] = ContextVar("vergabe_language", default=SOURCE)


def language() -> Language:
    """Return the language in which sentences are written now."""
    return _language.get()


def known(text: str | None) -> Language | None:
    """Return a language that we speak for its code, None for any other text."""
    return text if text in LANGUAGES else None


@contextlib.contextmanager
def in_language(wanted: Language) -> Iterator[None]:
    """Write sentences in another language for as long as the block lasts."""
    token = _language.set(wanted)
    try:
        yield
    finally:
        _language.reset(token)


def gettext(sentence: str, **values: Any) -> str:
    """Return a German sentence in the current language; German itself where none is known.

    values: what stands for `%(name)s` in the sentence. Without values the sentence is taken as it
    is, percent signs too.
    """
    found = _catalogue(language()).gettext(sentence)
    return found % values if values else found


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """Return the form of a sentence for `count`, which stands for `%(count)s` in it."""
    return plural_form(one, many, count) % {"count": count, "num": count, **values}


def plural_form(one: str, many: str, count: int) -> str:
    """Return the form of a sentence for `count`, its places still empty (templates fill them)."""
    return _catalogue(language()).ngettext(one, many, count)


def marked(sentence: str) -> str:
    """Return the sentence itself, and have it translated: for tables of words that are made once.

    Where such a word is shown, `_(word)` gives it in the current language.
    """
    return sentence


class _Lazy(str):
    """A sentence that is given in the current language each time it is shown."""

    __slots__ = ()

    def __str__(self) -> str:
        return gettext(str.__str__(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def lazy(sentence: str) -> str:
    """Return a sentence for a table of words made once: whoever shows it gets the language of then.

    It compares, sorts and is stored as the German that it is; only `str()`, `%s`, f-strings and
    templates translate it.
    """
    return _Lazy(sentence)


_ = gettext


@cache
def _catalogue(wanted: Language) -> catalogues.NullTranslations:
    if wanted == SOURCE:
        return catalogues.NullTranslations()
    whole = Catalog(locale=wanted)
    for file in sorted((FOLDER / wanted / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=wanted):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return catalogues.GNUTranslations(compiled)
