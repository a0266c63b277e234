"""Whether a wish fits a notice: the same answer as the index gives (`matching`), for a single pair.

Used for a profile that nobody has saved yet. Pure functions over codes and words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vergabe.suppliers import rules

CPV: Final = "cpv"
KEYWORD: Final = "keyword"


@dataclass(frozen=True)
class Wish:
    """What a firm wants to hear of. Empty regions, natures and ends of the value do not narrow.

    cpv_prefixes: two to eight digits; nuts_prefixes: NUTS codes; keywords: as typed; value_from,
    value_until: net cents, both inclusive.
    """

    cpv_prefixes: Sequence[str] = ()
    nuts_prefixes: Sequence[str] = ()
    keywords: Sequence[str] = ()
    natures: Sequence[str] = ()
    value_from_net_cents: int | None = None
    value_until_net_cents: int | None = None

    @property
    def says_something(self) -> bool:
        """Return whether anything at all can fit: without codes and keywords nothing does."""
        return bool(self.cpv_prefixes or self.keywords)


@dataclass(frozen=True)
class Subject:
    """What a notice is matched by. cpv_codes: 8 digits; no nuts_codes: no place is known.

    nature, value_net_cents: None where the notice does not say; then they exclude nobody.
    """

    cpv_codes: Sequence[str]
    nuts_codes: Sequence[str]
    text: str
    nature: str | None = None
    value_net_cents: int | None = None


def hits(wish: Wish, subject: Subject) -> list[tuple[str, str]]:
    """Return what makes the notice fit: pairs of `cpv` or `keyword` and the term; empty: nothing.

    Prefixes are given as in the wish, keywords as typed.
    """
    if not is_wanted(wish, subject):
        return []
    codes = {rules.significant(code) for code in subject.cpv_codes}
    found = [
        (CPV, prefix)
        for prefix in wish.cpv_prefixes
        if any(rules.is_related(prefix, code) for code in codes)
    ]
    text = rules.folded(subject.text)
    found += [
        (KEYWORD, word) for word in wish.keywords if rules.has_keyword(text, rules.folded(word))
    ]
    return found


def is_wanted(wish: Wish, subject: Subject) -> bool:
    """Return whether place, kind and value of a notice lie within what the firm wants."""
    if wish.nuts_prefixes and subject.nuts_codes:
        pairs = ((mine, its) for mine in wish.nuts_prefixes for its in subject.nuts_codes)
        if not any(rules.is_related(mine, its) for mine, its in pairs):
            return False
    if wish.natures and subject.nature and subject.nature not in wish.natures:
        return False
    value = subject.value_net_cents
    if value is None:
        return True
    if wish.value_from_net_cents is not None and value < wish.value_from_net_cents:
        return False
    return wish.value_until_net_cents is None or value <= wish.value_until_net_cents
