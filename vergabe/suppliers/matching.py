"""Which suppliers a notice concerns: found in the deciding transaction, by an index of prefixes.

A profile fits when one of its CPV prefixes or keywords fits and the place lies in its regions.
Codes fit when one lies within the other, for a notice may name the coarser code. A profile without
regions, and a notice without a place, mean everywhere. Kind and value narrow afterwards, where both
sides say something (`fitting` gives the same answer for one pair).
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Table,
    Uuid,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from vergabe.bulk import among
from vergabe.db import insert_unless_there
from vergabe.suppliers import rules
from vergabe.suppliers.fitting import CPV, KEYWORD
from vergabe.suppliers.model import KnownKeyword, ProfileInterest, SupplierProfile

EVERYWHERE: Final = ""
_CPV_LENGTH: Final = 8
_NUTS_LENGTH: Final = 5


def index_profile(session: Session, profile: SupplierProfile) -> None:
    """Write the index rows of a stored profile anew."""
    session.execute(
        delete(ProfileInterest).where(ProfileInterest.organisation_id == profile.organisation_id)
    )
    rows = index_rows(
        profile.organisation_id, profile.cpv_prefixes, profile.nuts_prefixes, profile.keywords
    )
    if rows:
        session.execute(insert(ProfileInterest), rows)
    know_keywords(session, [rules.folded(word) for word in profile.keywords])


def know_keywords(session: Session, words: Iterable[str]) -> None:
    """Let texts be searched for these folded keywords from now on."""
    wanted = sorted(set(words))
    if not wanted:
        return
    known = set(session.scalars(select(KnownKeyword.word).where(KnownKeyword.word.in_(wanted))))
    for word in wanted:
        if word not in known:
            insert_unless_there(session, KnownKeyword, {"word": word})


def index_rows(
    organisation_id: uuid.UUID,
    cpv_prefixes: Sequence[str],
    nuts_prefixes: Sequence[str],
    keywords: Sequence[str],
) -> list[dict[str, Any]]:
    """Return the index rows of a profile: each term with each region."""
    words = dict.fromkeys(rules.folded(word) for word in keywords)
    terms = [(CPV, prefix) for prefix in cpv_prefixes] + [(KEYWORD, word) for word in words]
    return [
        {"kind": kind, "term": term, "region": region, "organisation_id": organisation_id}
        for kind, term in terms
        for region in nuts_prefixes or [EVERYWHERE]
    ]


def matching_suppliers(
    session: Session,
    *,
    cpv_codes: Sequence[str],
    nuts_codes: Sequence[str],
    text: str,
    nature: str | None = None,
    value_net_cents: int | None = None,
) -> list[uuid.UUID]:
    """Return the ids of the suppliers whose profile fits a notice, in their order.

    cpv_codes: 8 digits each; nuts_codes: 2 to 5 characters, none means no place is known; text:
    title and description, searched for keywords; nature, value_net_cents: None if not known.
    """
    interest = cast(Table, ProfileInterest.__table__).c
    cpv = sorted({rules.significant(code) for code in cpv_codes})
    wanted: list[tuple[str, ColumnElement[bool]]] = [
        (CPV, condition) for condition in _related(interest.term, cpv, _CPV_LENGTH, last="9")
    ]
    if words := _keywords_in(session, text):
        wanted.append((KEYWORD, interest.term.in_(words)))
    if not wanted:
        return []
    fitting = union_all(
        *(
            select(interest.organisation_id).where(interest.kind == kind, fits, at_place)
            for kind, fits in wanted
            for at_place in _places(interest.region, nuts_codes)
        )
    ).subquery()
    profile = cast(Table, SupplierProfile.__table__).c
    paused = select(profile.organisation_id).where(profile.paused_at.is_not(None))
    found = _each_once(session, fitting.c.organisation_id, fitting.c.organisation_id.not_in(paused))
    against = _not_wanting(session, nature, value_net_cents, found)
    return [each for each in found if each not in against] if against else found


def _each_once(
    session: Session, id_: ColumnElement[uuid.UUID], condition: ColumnElement[bool]
) -> list[uuid.UUID]:
    """Return the ids under a condition, each once, in their order.

    PostgreSQL gives all of them as one value: thousands of rows cost more than the search.
    """
    if session.get_bind().dialect.name == "postgresql":
        in_order = func.array_agg(aggregate_order_by(id_.distinct(), id_), type_=ARRAY(Uuid()))
        return session.scalar(select(in_order).where(condition)) or []
    return list(session.scalars(select(id_).distinct().where(condition).order_by(id_)))


def _not_wanting(
    session: Session,
    nature: str | None,
    value_net_cents: int | None,
    found: Sequence[uuid.UUID],
) -> set[uuid.UUID]:
    """Return the suppliers that want nothing of this kind or of this value.

    Asked of those that were found: all others are many more.
    """
    profile = SupplierProfile
    against: list[ColumnElement[bool]] = []
    if nature is not None:
        against.append((profile.natures != "") & ~profile.natures.contains(nature))
    if value_net_cents is not None:
        against.append(profile.value_from_net_cents > value_net_cents)
        against.append(profile.value_until_net_cents < value_net_cents)
    if not against or not found:
        return set()
    query = select(profile.organisation_id).where(or_(*against))
    return set(session.scalars(query.where(among(session, profile.organisation_id, found))))


def _related(
    prefix: ColumnElement[str], codes: Sequence[str], length: int, *, last: str
) -> list[ColumnElement[bool]]:
    """Return the SQL twin of `rules.is_related` with any of `codes`: one or two look-ups.

    length: of a code that no other lies within; last: the greatest character that a code can go on
    with, under every collation.
    """
    if not codes:
        return []
    coarser = sorted({part for code in codes for part in rules.prefixes(code)})
    return [prefix.in_(coarser), *_finer(prefix, codes, length, last=last)]


def _finer(
    prefix: ColumnElement[str], codes: Sequence[str], length: int, *, last: str
) -> list[ColumnElement[bool]]:
    """Return the condition of what lies within one of `codes`, none if nothing can."""
    within = [
        and_(prefix > code, prefix <= code + last * length) for code in codes if len(code) < length
    ]
    return [or_(*within)] if within else []


def _places(region: ColumnElement[str], nuts_codes: Sequence[str]) -> list[ColumnElement[bool]]:
    codes = sorted(set(nuts_codes))
    if not codes:
        return [true()]
    coarser = sorted({part for code in codes for part in rules.prefixes(code)})
    return [region.in_([EVERYWHERE, *coarser]), *_finer(region, codes, _NUTS_LENGTH, last="Z")]


def _keywords_in(session: Session, text: str) -> list[str]:
    """Return the keywords of all profiles that stand in a text.

    Each known keyword is looked for once, however many profiles have it: far fewer look-ups than
    all parts of all words of the text would be.
    """
    folded = rules.folded(text)
    if not folded:
        return []
    # One row of all of them: a row for each costs more than the search. None holds a line feed.
    words = session.scalar(select(func.aggregate_strings(KnownKeyword.word, "\n"))) or ""
    return sorted(rules.keywords_in(folded, words.split("\n")) if words else [])
