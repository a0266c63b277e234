"""What people read about a proposal: its title, the code that covers it, why each demand is in."""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

import numpy as np

from vergabe.pools.facts import Proposal
from vergabe.pools.reading import Reading
from vergabe.pools.subjects import SUBJECT_NAMES, WIDER
from vergabe.pools.traits import IntArray
from vergabe.pools.wording import plain

# A title names what most have in common, not what all have.
COMMON_SHARE: Final = 0.6
WORDS_IN_TITLE: Final = 2
WORDS_IN_LINK: Final = 5
# A label above this length is a list of things, good for a catalogue, bad for a title.
LONGEST_LABEL: Final = 60
# Below three digits a code covers a whole division: nobody would know what the pool is about.
COVERING_DIGITS: Final = 3
COVERED_SHARE: Final = 0.75

UNNAMED: Final = "Bündelung"


def covering_cpv(codes: Sequence[str], cpv_label: Callable[[str], str]) -> str:
    """Return the narrowest known code that covers most codes, else the one chosen most often.

    Codes of eight digits. Ties: the lower code. One stray code must not widen what a notice names.
    """
    counts = Counter(codes)
    for length in range(8, COVERING_DIGITS - 1, -1):
        beginnings: dict[str, int] = defaultdict(int)
        for code, count in counts.items():
            beginnings[code[:length]] += count
        best = min(beginnings, key=lambda text: (-beginnings[text], text))
        code = best.ljust(8, "0")
        if beginnings[best] >= COVERED_SHARE * len(codes) and cpv_label(code):
            return code
    return min(counts, key=lambda code: (-counts[code], code))


def title(
    named: Sequence[frozenset[str]], common: Sequence[tuple[str, str]], label: str, fallback: str
) -> str:
    """Return a German title: the common subject or CPV label, and words most demands share.

    named: the subjects of each demand; common: stems and words of `Titles.common`; label: that of
    the covering CPV code, empty if it has none; fallback: for demands without any word.
    """
    base = _common_subject(named) or (label if len(label) <= LONGEST_LABEL else "")
    shared = [word for stem, word in common if stem not in plain(base)]
    if base:
        return f"{base} ({', '.join(shared[:WORDS_IN_TITLE])})" if shared else base
    if len(shared) > 1:
        return ", ".join(shared[: WORDS_IN_TITLE + 1])
    short = textwrap.shorten(label, LONGEST_LABEL, placeholder=" …").replace(", …", " …")
    return f"{shared[0]} ({short})" if shared else short or fallback.strip() or UNNAMED


def _common_subject(named: Sequence[frozenset[str]]) -> str:
    """Return the name of the subject that most demands name, the narrower one of two."""
    counts = Counter(chain.from_iterable(named))
    needed = COMMON_SHARE * len(named)
    common = [subject for subject, count in counts.items() if count >= needed]
    wider = {WIDER[subject] for subject in common if subject in WIDER}
    best = min(
        (subject for subject in common if subject not in wider),
        key=lambda subject: (-counts[subject], subject),
        default="",
    )
    return SUBJECT_NAMES.get(best, "")


def common_words(
    groups: Sequence[IntArray], organisations: IntArray, reading: Reading
) -> list[list[tuple[str, str]]]:
    """Return for each group nouns of its titles that most organisations use, most used first.

    As (stem, word); groups: rows of the reading; organisations: one number per row.
    """
    sizes = np.array([len(rows) for rows in groups])
    rows, group = np.concatenate(groups), np.repeat(np.arange(len(groups)), sizes)
    place, entry = reading.entries(rows)
    stem = reading.said.indices[entry]
    counts = reading.in_title[entry] & ~reading.is_place[stem]
    place, entry = place[counts], entry[counts]
    use = group[place] * len(reading.stems) + stem[counts]
    buyers = int(organisations.max()) + 1
    used = np.unique(use * buyers + organisations[rows[place]]) // buyers
    uses, users = np.unique(used, return_counts=True)
    members = np.array([len(set(organisations[rows].tolist())) for rows in groups])
    enough = users >= np.maximum(2.0, COMMON_SHARE * members[uses // len(reading.stems)])
    written: dict[int, set[str]] = {key: set() for key in uses[enough].tolist()}
    is_common = np.isin(use, uses[enough])
    used_words = reading.words(reading.written[entry[is_common]])
    for key, word in zip(use[is_common].tolist(), used_words, strict=True):
        written[key].add(word)
    found: list[list[tuple[str, str]]] = [[] for _ in groups]
    for key, _ in sorted(
        zip(uses[enough].tolist(), users[enough].tolist(), strict=True),
        key=lambda each: (-each[1], each[0]),
    ):
        # The shortest form is mostly the nominative: Löschfahrzeug, not Löschfahrzeuges.
        word = min(written[key], key=lambda word: (len(word), word))
        number, stem_number = divmod(key, len(reading.stems))
        if word[0].isupper():
            found[number].append((reading.stems[stem_number], word))
    return found


def shared_words(rows: IntArray, partners: IntArray, reading: Reading) -> list[tuple[str, ...]]:
    """Return for each row what it and its partner both name, as the row writes it."""
    common = reading.said[rows].multiply(reading.said[partners]).tocsr()
    line = np.repeat(np.arange(len(rows)), np.diff(common.indptr))
    says = ~reading.is_place[common.indices]
    line, stem, weight = line[says], common.indices[says], common.data[says]
    order = np.lexsort((stem, -weight, line))
    line, stem = line[order], stem[order]
    starts = np.searchsorted(line, np.arange(len(rows)))
    # Twice as many: one compound word may stand for two stems.
    first = np.arange(len(line)) - starts[line] < 2 * WORDS_IN_LINK
    line, stem = line[first], stem[first]
    words = reading.words(reading.written_at(rows[line], stem))
    ends = np.searchsorted(line, np.arange(len(rows) + 1)).tolist()
    return [
        tuple(dict.fromkeys((*_shared_subjects(own, other), *words[begin:end])))[:WORDS_IN_LINK]
        for own, other, (begin, end) in zip(
            reading.named(rows), reading.named(partners), pairwise(ends), strict=True
        )
    ]


@lru_cache(maxsize=16_384)
def _shared_subjects(own: frozenset[str], other: frozenset[str]) -> tuple[str, ...]:
    narrow = (own & other).difference(WIDER.values())
    return tuple(sorted(SUBJECT_NAMES[subject] for subject in narrow))


def numbered(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals; those of one title get numbers, in the given order."""
    counts = Counter(proposal.title for proposal in proposals)
    seen: Counter[str] = Counter()
    result = []
    for proposal in proposals:
        seen[proposal.title] += 1
        number = f", Gruppe {seen[proposal.title]}" if counts[proposal.title] > 1 else ""
        result.append(replace(proposal, title=proposal.title + number))
    return result
