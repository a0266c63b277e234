"""Which suppliers a notice concerns: found in the deciding transaction, by indexes on prefixes.

A profile fits when one of its CPV prefixes or keywords fits and the place lies in its regions.
Codes fit when one lies within the other, for a notice may name the coarser code. A profile without
regions, and a notice without a place, mean everywhere.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from vergabe.suppliers import rules
from vergabe.suppliers.model import ProfileCpv, ProfileKeyword, ProfileNuts, SupplierProfile


@dataclass(frozen=True)
class Match:
    """A supplier whose profile fits, and the CPV prefixes and keywords that did it."""

    organisation_id: uuid.UUID
    cpv_prefixes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """Return the reason as a German phrase."""
        parts = []
        if self.cpv_prefixes:
            parts.append("CPV " + ", ".join(self.cpv_prefixes))
        if self.keywords:
            parts.append("Stichwort " + ", ".join(self.keywords))
        return "; ".join(parts)


def matching_suppliers(
    session: Session, *, cpv_codes: Sequence[str], nuts_codes: Sequence[str], text: str
) -> list[Match]:
    """Return the suppliers whose profile fits a notice, in the fixed order of their ids.

    cpv_codes: 8 digits each; nuts_codes: 2 to 5 characters, none means no place is known; text:
    title and description, searched for keywords.
    """
    hits: list[Select[Any]] = []
    cpv = sorted({rules.significant(code) for code in cpv_codes})
    if cpv:
        fits = _related(ProfileCpv.prefix, cpv, last="9")
        hits.append(_hits("cpv", ProfileCpv.organisation_id, ProfileCpv.prefix).where(fits))
    words = _keywords_in(session, text)
    if words:
        has_word = ProfileKeyword.word.in_(words)
        keyword = _hits("keyword", ProfileKeyword.organisation_id, ProfileKeyword.word)
        hits.append(keyword.where(has_word))
    if not hits:
        return []
    hit = union_all(*hits).subquery()
    rows = session.execute(
        select(hit.c.organisation_id, hit.c.kind, hit.c.value)
        .join(SupplierProfile, SupplierProfile.organisation_id == hit.c.organisation_id)
        .where(SupplierProfile.paused_at.is_(None), _place_fits(nuts_codes))
        .order_by(hit.c.organisation_id, hit.c.kind, hit.c.value)
    )
    found: dict[uuid.UUID, tuple[list[str], list[str]]] = {}
    for organisation_id, kind, value in rows:
        found.setdefault(organisation_id, ([], []))[kind == "keyword"].append(value)
    return [Match(each, tuple(cpv), tuple(words)) for each, (cpv, words) in found.items()]


def _hits(
    kind: str,
    organisation_id: InstrumentedAttribute[uuid.UUID],
    value: InstrumentedAttribute[str],
) -> Select[Any]:
    columns: tuple[Any, ...] = (
        literal(kind).label("kind"),
        organisation_id.label("organisation_id"),
        value.label("value"),
    )
    return select(*columns)


def _related(
    prefix: InstrumentedAttribute[str], codes: Sequence[str], *, last: str
) -> ColumnElement[bool]:
    """Return the SQL twin of `rules.is_related` with any of `codes`, as index look-ups.

    last: the greatest character a code can go on with, under every collation.
    """
    coarser = sorted({part for code in codes for part in rules.prefixes(code)})
    finer = [and_(prefix > code, prefix <= code + last * 8) for code in codes]
    return or_(prefix.in_(coarser), *finer)


def _place_fits(nuts_codes: Sequence[str]) -> ColumnElement[bool]:
    regions = exists().where(ProfileNuts.organisation_id == SupplierProfile.organisation_id)
    codes = sorted(set(nuts_codes))
    if not codes:
        return literal(True)
    return ~regions | regions.where(_related(ProfileNuts.prefix, codes, last="Z"))


def _keywords_in(session: Session, text: str) -> list[str]:
    """Return the keywords of all profiles that stand in a text.

    Each distinct keyword is looked for once, however many profiles have it: far fewer look-ups than
    all parts of all words of the text would be.
    """
    folded = rules.folded(text)
    if not folded:
        return []
    words = session.scalars(select(ProfileKeyword.word).distinct())
    return sorted(word for word in words if rules.has_keyword(folded, word))
