"""Which suppliers a notice concerns: found in the deciding transaction, by an index of prefixes.

A profile fits when one of its CPV prefixes or keywords fits and the place lies in its regions.
Codes fit when one lies within the other, for a notice may name the coarser code. A profile without
regions, and a notice without a place, mean everywhere. Kind and value narrow afterwards, where both
sides say something (`fitting` gives the same answer for one pair).
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    delete,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from vergabe.db import insert_unless_there
from vergabe.suppliers import rules
from vergabe.suppliers.fitting import CPV, KEYWORD
from vergabe.suppliers.model import KnownKeyword, ProfileInterest, SupplierProfile

EVERYWHERE: Final = ""
_LABELS: Final = {CPV: "CPV", KEYWORD: "Stichwort"}
_CPV_LENGTH: Final = 8
_NUTS_LENGTH: Final = 5
_CHUNK: Final = 500
_NAMED: Final = 5_000


class Match(NamedTuple):
    """A supplier whose profile fits, and what did it: pairs of `cpv` or `keyword` and the term."""

    organisation_id: uuid.UUID
    hits: frozenset[tuple[str, str]]

    @property
    def why(self) -> str:
        """Return the reason as a German phrase, e.g. `CPV 34144; Stichwort feuerwehr`."""
        terms = {kind: [term for of, term in sorted(self.hits) if of == kind] for kind in _LABELS}
        return "; ".join(f"{_LABELS[kind]} {', '.join(t)}" for kind, t in terms.items() if t)


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
) -> list[Match]:
    """Return the suppliers whose profile fits a notice, in the fixed order of their ids.

    cpv_codes: 8 digits each; nuts_codes: 2 to 5 characters, none means no place is known; text:
    title and description, searched for keywords; nature, value_net_cents: None if not known.
    """
    term = ProfileInterest.term
    cpv = sorted({rules.significant(code) for code in cpv_codes})
    wanted: list[tuple[str, ColumnElement[bool]]] = [
        (CPV, condition) for condition in _related(term, cpv, _CPV_LENGTH, last="9")
    ]
    if words := _keywords_in(session, text):
        wanted.append((KEYWORD, term.in_(words)))
    if not wanted:
        return []
    hits = [
        _hits(kind).where(fits, at_place)
        for kind, fits in wanted
        for at_place in _places(nuts_codes)
    ]
    # Ids are gathered and sorted as texts, which is several times as fast and the same order.
    by_text: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for text_id, kind, value in session.execute(union_all(*hits)).all():
        by_text[text_id].add((kind, value))
    found = [Match(uuid.UUID(each), frozenset(by_text[each])) for each in sorted(by_text)]
    ids = [match.organisation_id for match in found]
    against = set(_not_wanting(session, nature, value_net_cents, ids))
    return [match for match in found if match.organisation_id not in against] if against else found


def _not_wanting(
    session: Session,
    nature: str | None,
    value_net_cents: int | None,
    among: Sequence[uuid.UUID],
) -> Iterator[uuid.UUID]:
    """Yield the suppliers that want nothing of this kind or of this value.

    Asked of those that were found: all others are many more. Very many are not named one by one.
    """
    profile = SupplierProfile
    against: list[ColumnElement[bool]] = []
    if nature is not None:
        against.append((profile.natures != "") & ~profile.natures.contains(nature))
    if value_net_cents is not None:
        against.append(profile.value_from_net_cents > value_net_cents)
        against.append(profile.value_until_net_cents < value_net_cents)
    if not against or not among:
        return
    query = select(profile.organisation_id).where(or_(*against))
    if len(among) > _NAMED:
        yield from session.scalars(query)
        return
    for start in range(0, len(among), _CHUNK):
        part = among[start : start + _CHUNK]
        yield from session.scalars(query.where(profile.organisation_id.in_(part)))


def _hits(kind: str) -> Select[Any]:
    columns: tuple[Any, ...] = (
        cast(ProfileInterest.organisation_id, String),
        literal(kind).label("kind"),
        ProfileInterest.term,
    )
    paused = select(SupplierProfile.organisation_id).where(SupplierProfile.paused_at.is_not(None))
    return select(*columns).where(
        ProfileInterest.kind == kind, ProfileInterest.organisation_id.not_in(paused)
    )


def _related(
    prefix: InstrumentedAttribute[str], codes: Sequence[str], length: int, *, last: str
) -> list[ColumnElement[bool]]:
    """Return the SQL twin of `rules.is_related` with any of `codes`: one or two look-ups.

    length: of a code that no other lies within; last: the greatest character that a code can go on
    with, under every collation.
    """
    if not codes:
        return []
    coarser = sorted({part for code in codes for part in rules.prefixes(code)})
    finer = [
        and_(prefix > code, prefix <= code + last * length) for code in codes if len(code) < length
    ]
    return [prefix.in_(coarser), or_(*finer)] if finer else [prefix.in_(coarser)]


def _places(nuts_codes: Sequence[str]) -> list[ColumnElement[bool]]:
    codes = sorted(set(nuts_codes))
    if not codes:
        return [true()]
    region = ProfileInterest.region
    coarser, *finer = _related(region, codes, _NUTS_LENGTH, last="Z")
    return [or_(coarser, region == EVERYWHERE), *finer]


def _keywords_in(session: Session, text: str) -> list[str]:
    """Return the keywords of all profiles that stand in a text.

    Each known keyword is looked for once, however many profiles have it: far fewer look-ups than
    all parts of all words of the text would be.
    """
    folded = rules.folded(text)
    if not folded:
        return []
    words = session.scalars(select(KnownKeyword.word))
    return sorted(rules.keywords_in(folded, words))
