"""Finding by words and codes through two tables of our own: the same on both databases."""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from vergabe.notices import terms

MOST_WORDS: Final = 8
_AFTER_ALL: Final = "\U0010ffff"


@dataclass(frozen=True)
class WordIndex:
    """The columns of a table of words and of a table of codes, and whose words and codes they are.

    Words and codes are compared by bytes (`model.by_bytes`), so that a prefix is a range.
    """

    term: InstrumentedAttribute[str]
    term_owner: InstrumentedAttribute[uuid.UUID]
    scheme: InstrumentedAttribute[str]
    code: InstrumentedAttribute[str]
    code_owner: InstrumentedAttribute[uuid.UUID]

    def narrowed(
        self,
        query: Select[Any],
        owner: InstrumentedAttribute[uuid.UUID],
        *,
        text: str = "",
        cpv: str = "",
        nuts: str = "",
    ) -> Select[Any]:
        """Return the query narrowed to owners that match; empty wishes do not narrow.

        text: each word must be the beginning of one of the owner's; cpv, nuts: beginning of a code.
        """
        for word in terms.words(text)[:MOST_WORDS]:
            query = query.where(owner.in_(select(self.term_owner).where(*_from(self.term, word))))
        for scheme, prefix in (("cpv", cpv_prefix(cpv)), ("nuts", nuts.upper())):
            if prefix:
                matching = select(self.code_owner).where(
                    self.scheme == scheme, *_from(self.code, prefix)
                )
                query = query.where(owner.in_(matching))
        return query


def cpv_prefix(code: str) -> str:
    """Return the digits that codes below a CPV code share; a division keeps both (`30000000`)."""
    bare = code.rstrip("0")
    return bare if len(bare) > 1 else code[:2]


def _from(
    column: InstrumentedAttribute[str], prefix: str
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= prefix, column < prefix + _AFTER_ALL
