"""The order of German texts, the same on both databases (DIN 5007-1, as in a dictionary).

ä stands as a, ß as ss, capitals as small letters; the commonest accents are left out, other letters
come after z. A language's own collation only one of the databases has, so both compute a plain text
and compare it byte by byte.
"""

import unicodedata
from typing import Any, Final

from sqlalchemy import ColumnElement, Computed, Text, func, literal_column, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.sql.functions import FunctionElement

_ALIKE: Final = (
    *((c, "a") for c in "Ääà"),
    *((c, "o") for c in "Ööô"),
    *((c, "u") for c in "Üü"),
    *((c, "e") for c in "Éèé"),
    *(("ç", "c"), ("ß", "ss")),
)
ByteText = Text().with_variant(Text(collation="C"), "postgresql")
"""A text that both databases compare byte by byte."""


def german_order(column: str) -> MappedColumn[Any]:
    """Return a column, kept by the database itself, by which a text of the same row is sorted.

    A search finds in it what `folded` makes of a word.
    """
    return mapped_column(
        ByteText, Computed(_german_sql(column), persisted=True), deferred=True, nullable=True
    )


def german(column: Any) -> ColumnElement[str]:
    """Return the same for a column of a short list, which needs no index."""
    found: Any = column
    for letter, plain in _ALIKE:
        found = func.replace(found, literal_column(f"'{letter}'"), literal_column(f"'{plain}'"))
    return type_coerce(_ByBytes(func.lower(found)), ByteText)


def folded(text: str) -> str:
    """Return what `german_order` keeps of a text, composed first (NFC) as stored texts are."""
    text = unicodedata.normalize("NFC", text)
    for letter, plain in _ALIKE:
        text = text.replace(letter, plain)
    return text.lower()


def _german_sql(column: str) -> str:
    found = column
    for letter, plain in _ALIKE:
        found = f"replace({found}, '{letter}', '{plain}')"
    return f"lower({found})"


class _ByBytes(FunctionElement[str]):
    """A text compared byte by byte."""

    type = Text()
    inherit_cache = True
    name = "by_bytes"


@compiles(_ByBytes)
def _by_bytes(element: _ByBytes, compiler: Any, **kwargs: Any) -> str:
    return f"{compiler.process(element.clauses, **kwargs)} COLLATE BINARY"


@compiles(_ByBytes, "postgresql")
def _by_bytes_postgresql(element: _ByBytes, compiler: Any, **kwargs: Any) -> str:
    return f'{compiler.process(element.clauses, **kwargs)} COLLATE "C"'
