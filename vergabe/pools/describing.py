"""What people read about a proposal: its title, the code that covers it, why each demand is in."""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from vergabe.pools.facts import DemandFacts, Link, Proposal
from vergabe.pools.proximity import cpv_digits, cpv_relation
from vergabe.pools.subjects import SUBJECT_NAMES, WIDER
from vergabe.pools.wording import Wording, is_place_word, plain

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

Table = Sequence[Sequence[float]]


def covering_cpv(codes: Sequence[str], cpv_label: Callable[[str], str]) -> str:
    """Return the narrowest known code that covers most codes, else the one chosen most often.

    Codes of eight digits. Ties: the lower code. One stray code must not widen what a notice names.
    """
    for length in range(8, COVERING_DIGITS - 1, -1):
        beginnings = Counter(code[:length] for code in codes)
        best = min(beginnings, key=lambda text: (-beginnings[text], text))
        code = best.ljust(8, "0")
        if beginnings[best] >= COVERED_SHARE * len(codes) and cpv_label(code):
            return code
    counts = Counter(codes)
    return min(counts, key=lambda code: (-counts[code], code))


def title(demands: Sequence[DemandFacts], wordings: Sequence[Wording], label: str) -> str:
    """Return a German title: the common subject or CPV label, and words most demands share.

    label: that of the covering CPV code, empty if it has none.
    """
    base = _common_subject(wordings) or (label if len(label) <= LONGEST_LABEL else "")
    shared = [word for stem, word in _common_words(demands, wordings) if stem not in plain(base)]
    if base:
        return f"{base} ({', '.join(shared[:WORDS_IN_TITLE])})" if shared else base
    if len(shared) > 1:
        return ", ".join(shared[: WORDS_IN_TITLE + 1])
    short = textwrap.shorten(label, LONGEST_LABEL, placeholder=" …").replace(", …", " …")
    return f"{shared[0]} ({short})" if shared else short or demands[0].title.strip() or UNNAMED


def _common_subject(wordings: Sequence[Wording]) -> str:
    """Return the name of the subject that most demands name, the narrower one of two."""
    counts = Counter(subject for wording in wordings for subject in wording.subjects)
    needed = COMMON_SHARE * len(wordings)
    common = [subject for subject, count in counts.items() if count >= needed]
    wider = {WIDER[subject] for subject in common if subject in WIDER}
    best = min(
        (subject for subject in common if subject not in wider),
        key=lambda subject: (-counts[subject], subject),
        default="",
    )
    return SUBJECT_NAMES.get(best, "")


def _common_words(
    demands: Sequence[DemandFacts], wordings: Sequence[Wording]
) -> list[tuple[str, str]]:
    """Return nouns of the titles that most organisations use, as (stem, word), most used first."""
    users: dict[str, set[str]] = defaultdict(set)
    written: dict[str, set[str]] = defaultdict(set)
    for demand, wording in zip(demands, wordings, strict=True):
        for stem in wording.title_stems:
            users[stem].add(str(demand.organisation_id))
            written[stem].add(wording.surfaces[stem])
    needed = max(2.0, COMMON_SHARE * len({demand.organisation_id for demand in demands}))
    chosen = []
    for stem in sorted(users, key=lambda stem: (-len(users[stem]), stem)):
        # The shortest form is mostly the nominative: Löschfahrzeug, not Löschfahrzeuges.
        word = min(written[stem], key=lambda word: (len(word), word))
        if len(users[stem]) >= needed and word[0].isupper() and not is_place_word(stem):
            chosen.append((stem, word))
    return chosen


def link(
    position: int, demands: Sequence[DemandFacts], wordings: Sequence[Wording], table: Table
) -> Link:
    """Return why the demand at `position` is in its group.

    table: closeness of all demands of the group to each other.
    """
    foreign = [
        i
        for i, other in enumerate(demands)
        if other.organisation_id != demands[position].organisation_id
    ]
    closest = max(foreign, key=lambda i: (table[position][i], -i))
    own, other = wordings[position], wordings[closest]
    subjects = sorted(
        SUBJECT_NAMES[subject]
        for subject in own.subjects
        if subject in other.subjects and subject not in WIDER.values()
    )
    stems = sorted(
        (stem for stem in own.surfaces.keys() & other.surfaces.keys() if not is_place_word(stem)),
        key=lambda stem: (-own.terms[stem] * other.terms[stem], stem),
    )
    shared = dict.fromkeys((*subjects, *(own.surfaces[stem] for stem in stems)))
    return Link(
        demand_id=demands[position].id,
        closest_id=demands[closest].id,
        score=round(table[position][closest], 4),
        cpv_relation=cpv_relation(
            cpv_digits(demands[position].cpv), cpv_digits(demands[closest].cpv)
        ),
        shared_words=tuple(shared)[:WORDS_IN_LINK],
    )


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
